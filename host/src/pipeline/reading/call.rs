//! Runs one step on one source or document, and nothing else: the innermost part of a run, and a
//! way to try a plugin.

use crate::abi::{Call, Declaration};
use crate::capabilities::{MemberSink, PriorFindings, SourceBytes};
use crate::model::{
    Attribute, Cost, Document, Extracted, Findings, LanguageTag, Role, Segment, Span, Translation,
};
use crate::pipeline::step::Step;
use crate::sandbox::{Called, Inputs, Sandbox, StopKind, Stopped};

impl Step {
    /// Lets an extractor read a source, in a fresh instance.
    ///
    /// # Errors
    ///
    /// If the plugin failed, was stopped, or is no extractor.
    pub fn extract(
        &self,
        sandbox: &Sandbox,
        source: SourceBytes,
    ) -> Result<(Vec<Extracted>, Cost), Stopped> {
        self.extract_at(sandbox, source, 0).map(|called| (called.value, called.cost))
    }

    /// Lets a translator, classifier or analyzer read a document, in a fresh instance.
    ///
    /// A translator finds nothing in a document whose language it does not translate.
    ///
    /// # Errors
    ///
    /// If the plugin failed, was stopped, or is of another role.
    pub fn find(
        &self,
        sandbox: &Sandbox,
        document: &Document,
        prior: &PriorFindings,
    ) -> Result<(Findings, Cost), Stopped> {
        self.find_at(sandbox, document, prior, 0).map(|called| (called.value, called.cost))
    }

    /// Lets an unpacker take a container apart, in a fresh instance. `members` takes what it emits.
    ///
    /// # Errors
    ///
    /// If the plugin failed, was stopped, or is no unpacker.
    pub fn unpack(
        &self,
        sandbox: &Sandbox,
        container: SourceBytes,
        members: Box<dyn MemberSink>,
    ) -> Result<Cost, Stopped> {
        self.unpack_at(sandbox, container, members, 0).map(|called| called.cost)
    }

    pub(in crate::pipeline) fn unpack_at(
        &self,
        sandbox: &Sandbox,
        container: SourceBytes,
        members: Box<dyn MemberSink>,
        depth: usize,
    ) -> Result<Called<()>, Stopped> {
        if self.plugin.role != Role::Unpacker {
            return Err(self.other_role("takes no containers apart"));
        }
        let inputs = Inputs { members: Some(members), ..self.inputs() };
        self.plugin.guest()?.unpack(self.call(sandbox, inputs, depth), container)
    }

    pub(in crate::pipeline) fn extract_at(
        &self,
        sandbox: &Sandbox,
        source: SourceBytes,
        depth: usize,
    ) -> Result<Called<Vec<Extracted>>, Stopped> {
        if self.plugin.role != Role::Extractor {
            return Err(self.other_role("reads no sources"));
        }
        self.plugin.guest()?.extract(self.call(sandbox, self.inputs(), depth), source)
    }

    pub(in crate::pipeline) fn find_at(
        &self,
        sandbox: &Sandbox,
        document: &Document,
        prior: &PriorFindings,
        depth: usize,
    ) -> Result<Called<Findings>, Stopped> {
        let call =
            || self.call(sandbox, Inputs { findings: prior.clone(), ..self.inputs() }, depth);
        let guest = self.plugin.guest()?;
        match &self.declaration {
            Declaration::Labels(declared) => {
                Ok(guest.classify(call(), document, declared)?.map(Findings::Labels))
            }
            Declaration::Kinds(declared) => {
                Ok(guest.analyze(call(), document, declared)?.map(Findings::Annotations))
            }
            Declaration::Pairs(_) => {
                let (spans, segments) = segments(&document.text);
                let mut translations =
                    Called { value: Vec::new(), cost: Cost::default(), log: Vec::new() };
                for (original, target) in self.wanted_pairs(document) {
                    let called = (guest.translate(call(), &segments, original, target))
                        .map_err(|stopped| stopped.after(translations.cost))?;
                    translations.cost += called.cost;
                    translations.log.extend(called.log);
                    let rendering = called.value;
                    let translation = joined(
                        document.text.len(),
                        &spans,
                        &rendering.segments,
                        target,
                        rendering.attributes,
                    );
                    translations.value.push(translation);
                }
                Ok(translations.map(Findings::Translations))
            }
            Declaration::Accepts(_) => Err(self.other_role("reads no documents")),
        }
    }

    pub(in crate::pipeline) fn call<'a>(
        &'a self,
        sandbox: &'a Sandbox,
        inputs: Inputs,
        depth: usize,
    ) -> Call<'a> {
        Call { sandbox, limits: &self.limits, inputs, depth }
    }

    /// Whether the step has any business with a document: a translator has none with one in a
    /// language that it does not translate.
    pub(in crate::pipeline) fn applies_to(&self, document: &Document) -> bool {
        self.plugin.role != Role::Translator || self.wanted_pairs(document).next().is_some()
    }

    /// The pairs of a translator that begin with the document's language. A pair of `pt` serves
    /// `pt-BR` as well.
    pub(in crate::pipeline) fn wanted_pairs<'a>(
        &'a self,
        document: &'a Document,
    ) -> impl Iterator<Item = &'a (LanguageTag, LanguageTag)> {
        let language = document.language.as_ref().map_or("", LanguageTag::as_str);
        let serves = move |original: &str| {
            language == original
                || language.strip_prefix(original).is_some_and(|rest| rest.starts_with('-'))
        };
        self.configured.pairs.iter().filter(move |(original, _)| serves(original.as_str()))
    }

    fn other_role(&self, does_not: &'static str) -> Stopped {
        let (step, role) = (self.name.clone(), self.plugin.role);
        Stopped::new(StopKind::OtherRole { step, role, does_not })
    }
}

/// Splits a text into its lines: the units of translation.
fn segments(text: &str) -> (Vec<Span>, Vec<String>) {
    let mut start = 0;
    text.split('\n')
        .map(|line| {
            let span = Span { start, end: start + line.len() as u32 };
            start = span.end + 1;
            (span, line.to_owned())
        })
        .unzip()
}

/// Puts translated lines together, and notes which passage became which.
fn joined(
    length: usize,
    originals: &[Span],
    translated: &[String],
    target: &LanguageTag,
    attributes: Vec<Attribute>,
) -> Translation {
    let mut joined = String::with_capacity(length);
    let mut segments = Vec::new();
    for (index, (original, line)) in originals.iter().zip(translated).enumerate() {
        if index > 0 {
            joined.push('\n');
        }
        let start = joined.len() as u32;
        joined.push_str(line);
        if original.start < original.end {
            segments.push(Segment {
                original: *original,
                translated: Span { start, end: joined.len() as u32 },
            });
        }
    }
    Translation { target: target.clone(), text: joined, segments, attributes }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_translation_knows_which_line_became_which() {
        let text = "Été\n\nfin";
        let (spans, lines) = segments(text);
        assert_eq!(lines, ["Été", "", "fin"]);
        let translated = ["Summer".to_owned(), String::new(), "end".to_owned()];
        let translation =
            joined(text.len(), &spans, &translated, &LanguageTag::new("en").unwrap(), Vec::new());
        assert_eq!(translation.text, "Summer\n\nend");
        let passages: Vec<_> = (translation.segments.iter())
            .map(|it| (&text[it.original.range()], &translation.text[it.translated.range()]))
            .collect();
        assert_eq!(passages, [("Été", "Summer"), ("fin", "end")]);
    }
}
