//! What the index knows of a document, and where the words of a query are looked for.

use docmill::model::{Finding, Findings, StoredDocument, StoredSource};
use tantivy::schema::{
    FAST, Field, INDEXED, IndexRecordOption, STORED, STRING, Schema, SchemaBuilder,
    TextFieldIndexing, TextOptions,
};
use tantivy::tokenizer::{TextAnalyzer, TokenizerManager};
use tantivy::{TantivyDocument, Term};

use crate::facets::Facet;
use crate::words::{Form, Words};

/// Changes with what is said here: an index of another version is made anew.
pub(crate) const VERSION: u32 = 1;

/// Longer labels, addresses and names are cut, in bytes.
const LONGEST_NAME: usize = 1_024;

/// The fields of the index.
#[derive(Debug, Clone)]
pub(crate) struct Fields {
    pub(crate) schema: Schema,
    /// The id of the document.
    pub(crate) id: Field,
    /// The name of its source.
    pub(crate) source: Field,
    pub(crate) text: InForms,
    pub(crate) title: InForms,
    /// The language, and those that it is a region of: `pt-br` and `pt`.
    pub(crate) speaks: Field,
    /// The first and the last day of its date, as 20251122.
    pub(crate) first_day: Field,
    pub(crate) last_day: Field,
    facets: [Field; Facet::ALL.len()],
}

/// The same words, with their marks and without.
#[derive(Debug, Clone, Copy)]
pub(crate) struct InForms {
    pub(crate) exact: Field,
    pub(crate) folded: Field,
}

impl Fields {
    pub(crate) fn new() -> Fields {
        let mut schema = SchemaBuilder::new();
        let words = |form: Form| {
            let indexing = TextFieldIndexing::default()
                .set_tokenizer(name_of(form))
                .set_index_option(IndexRecordOption::WithFreqsAndPositions);
            TextOptions::default().set_indexing_options(indexing)
        };
        let mut in_forms = |name: &str| InForms {
            exact: schema.add_text_field(&format!("{name}-exact"), words(Form::Exact)),
            folded: schema.add_text_field(&format!("{name}-folded"), words(Form::Folded)),
        };
        let (text, title) = (in_forms("text"), in_forms("title"));
        let id = schema.add_text_field("id", STRING | STORED);
        let source = schema.add_text_field("source", STRING | STORED);
        let speaks = schema.add_text_field("speaks", STRING);
        let first_day = schema.add_u64_field("first-day", FAST | INDEXED);
        let last_day = schema.add_u64_field("last-day", FAST | INDEXED);
        let facets = Facet::ALL.map(|it| schema.add_text_field(it.as_str(), STRING | FAST));
        let schema = schema.build();
        Fields { schema, id, source, text, title, speaks, first_day, last_day, facets }
    }

    /// The field of a facet.
    pub(crate) fn facet(&self, facet: Facet) -> Field {
        self.facets[facet as usize]
    }

    /// What cuts texts into words.
    pub(crate) fn tokenizers() -> TokenizerManager {
        let tokenizers = TokenizerManager::default();
        for form in [Form::Exact, Form::Folded] {
            tokenizers.register(name_of(form), TextAnalyzer::from(Words::in_form(form)));
        }
        tokenizers
    }

    /// The term of a source, by which all its documents are found.
    pub(crate) fn source_term(&self, name: &docmill::model::SourceName) -> Term {
        Term::from_field_text(self.source, name.as_str())
    }

    /// What the index keeps of a document.
    pub(crate) fn of(
        &self,
        source: &StoredSource,
        stored: &StoredDocument,
        findings: &[Finding],
    ) -> TantivyDocument {
        let document = &stored.extracted.document;
        let mut entry = TantivyDocument::default();
        entry.add_text(self.id, stored.id.to_string());
        entry.add_text(self.source, stored.source.as_str());
        entry.add_text(self.text.exact, &document.text);
        entry.add_text(self.text.folded, &document.text);
        if let Some(title) = document.attribute("title") {
            entry.add_text(self.title.exact, title);
            entry.add_text(self.title.folded, title);
        }
        if let Some(language) = &document.language {
            for tag in tags(language.as_str()) {
                entry.add_text(self.speaks, tag);
            }
            entry.add_text(self.facet(Facet::Language), language.as_str());
        }
        if let Some((first, last)) = document.attribute("date").and_then(days) {
            entry.add_u64(self.first_day, first);
            entry.add_u64(self.last_day, last);
            let (year, month) = (first / 10_000, first / 100 % 100);
            entry.add_text(self.facet(Facet::Month), format!("{year:04}-{month:02}"));
        }
        let mut add = |facet: Facet, values: Vec<&str>| {
            let mut values: Vec<&str> =
                values.into_iter().map(|it| cut(it, LONGEST_NAME)).collect();
            values.sort_unstable();
            values.dedup();
            values.into_iter().for_each(|it| entry.add_text(self.facet(facet), it));
        };
        let labels = findings.iter().flat_map(|finding| match &finding.findings {
            Findings::Labels(labels) => labels.as_slice(),
            Findings::Annotations(_) | Findings::Translations(_) => &[],
        });
        add(Facet::Label, labels.map(|it| it.name.as_str()).collect());
        let place = document.attribute("identifier").and_then(host);
        add(Facet::Place, vec![place.unwrap_or_else(|| folder(stored.source.as_str()))]);
        add(Facet::Type, vec![source.info.media_type.as_str()]);
        let mut plugins = vec![stored.provenance.plugin.as_str()];
        plugins.extend(findings.iter().map(|it| it.provenance.plugin.as_str()));
        add(Facet::Plugin, plugins);
        entry
    }
}

fn name_of(form: Form) -> &'static str {
    match form {
        Form::Exact => "exact",
        Form::Folded => "folded",
    }
}

/// A language tag and what it is a more exact form of: `zh-hant-tw`, `zh-hant`, `zh`.
fn tags(language: &str) -> Vec<String> {
    let mut tag = language.to_ascii_lowercase();
    let mut tags = vec![tag.clone()];
    while let Some((outer, _)) = tag.rsplit_once('-') {
        tag = outer.to_owned();
        tags.push(tag.clone());
    }
    tags
}

/// The first and the last day that a date may mean, as 20251122; `None` of what does not begin with
/// a year.
pub(crate) fn days(date: &str) -> Option<(u64, u64)> {
    let (first, last) = date.split_once('/').unwrap_or((date, date));
    let (first, end) = day(first)?;
    Some((first, day(last).map_or(end, |(_, last)| last)))
}

/// The first and the last day of `2025`, `2025-11`, `2025-11-22` or a moment.
pub(crate) fn day(date: &str) -> Option<(u64, u64)> {
    let day = date.split_once('T').map_or(date, |(day, _)| day);
    let mut parts = day.split('-').map(|part| {
        let is_number = part.bytes().all(|it| it.is_ascii_digit());
        is_number.then_some(part).filter(|it| matches!(it.len(), 2 | 4))
    });
    let number = |part: &str| part.parse::<u64>().unwrap_or_default();
    let year = parts.next()?.filter(|it| it.len() == 4).map(number)?;
    let mut rest = Vec::new();
    for part in parts {
        rest.push(part.filter(|it| it.len() == 2).map(number)?);
    }
    let (month, day) = (rest.first().copied(), rest.get(1).copied());
    let of = |month: u64, day: u64| year * 10_000 + month * 100 + day;
    (rest.len() <= 2).then(|| {
        (of(month.unwrap_or(0), day.unwrap_or(0)), of(month.unwrap_or(99), day.unwrap_or(99)))
    })
}

/// The host of an address on the web.
fn host(address: &str) -> Option<&str> {
    let rest = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://"))?;
    let host = rest.split(['/', '?', '#']).next()?.rsplit('@').next()?;
    let host = host.split(':').next()?;
    Some(host.strip_prefix("www.").unwrap_or(host)).filter(|host| !host.is_empty())
}

/// The folder of a source, or the container that it lies in.
fn folder(source: &str) -> &str {
    match source.split_once("!/") {
        Some((container, _)) => container,
        None => source.rsplit_once('/').map_or(".", |(folder, _)| folder),
    }
}

/// As much of a text as has at most so many bytes.
fn cut(text: &str, longest: usize) -> &str {
    &text[..text.floor_char_boundary(longest)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_means_its_first_and_its_last_day() {
        for (date, expected) in [
            ("2025-11-22", Some((20_251_122, 20_251_122))),
            ("2025-11-22T08:00:00+07:00", Some((20_251_122, 20_251_122))),
            ("2025-11", Some((20_251_100, 20_251_199))),
            ("2025", Some((20_250_000, 20_259_999))),
            ("2025-11-01/2025-11-30", Some((20_251_101, 20_251_130))),
            ("2025-11-01/30", Some((20_251_101, 20_251_101))),
            ("soon", None),
            ("--11-05", None),
            ("", None),
            ("2025-11-22-1", None),
            ("99999999999999999999", None),
        ] {
            assert_eq!(days(date), expected, "{date}");
        }
    }

    #[test]
    fn a_place_is_a_host_a_container_or_a_folder() {
        assert_eq!(host("https://www.example.org:8080/a?b"), Some("example.org"));
        assert_eq!(host("https://a@example.org"), Some("example.org"));
        assert_eq!((host("ftp://a/"), host("https:///a"), host("a")), (None, None, None));
        assert_eq!(folder("news/2025/a.html"), "news/2025");
        assert_eq!(folder("news/a.zip!/b/c.txt"), "news/a.zip");
        assert_eq!(folder("a.txt"), ".");
        assert_eq!(tags("zh-Hant-TW"), ["zh-hant-tw", "zh-hant", "zh"]);
    }
}
