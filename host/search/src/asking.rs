//! Asks the index, and tells of each document that was found what the store says of it.

use std::collections::BTreeSet;
use std::ops::Bound;

use docmill::model::{LabelSummary, SourceName, StepSummary, StoredDocument};
use docmill::store::{Store, StoreError};
use tantivy::collector::{Count, TopDocs};
use tantivy::query::{
    AllQuery, BooleanQuery, BoostQuery, ConstScoreQuery, EmptyQuery, Occur, PhrasePrefixQuery,
    PhraseQuery, RangeQuery, TermQuery, TermSetQuery,
};
use tantivy::schema::{Field, IndexRecordOption, Value};
use tantivy::{DocAddress, Searcher, TantivyDocument, Term};

use crate::facets::{Counting, Counts, Facet};
use crate::keeping::SearchIndex;
use crate::passages::{Passage, Sought};
use crate::query::{Clause, Query, QueryError, QueryErrorKind, QueryField};
use crate::schema::{self, InForms};
use crate::words::{Form, words};
use crate::{FURTHEST, MOST_BEGINNINGS, MOST_HITS, SearchError};

/// What is asked for: documents in which the query finds something and that every filter lets
/// through.
#[derive(Debug, Clone, Default)]
pub struct Ask {
    /// What is looked for. Nothing means every document.
    pub query: String,
    /// Values of facets: of each facet that is named, any of its values.
    pub chosen: Vec<(Facet, String)>,
    /// A language; `pt` means `pt-BR` too.
    pub language: Option<String>,
    /// A part of the name of the source.
    pub source: Option<String>,
    /// A day, month or year of ISO 8601: of this one or later.
    pub since: Option<String>,
    /// A day, month or year of ISO 8601: of this one or earlier.
    pub until: Option<String>,
    /// In which order.
    pub order: Order,
    /// How many documents are passed over, at most [`FURTHEST`].
    pub offset: usize,
    /// How many documents are told, at most [`MOST_HITS`].
    pub limit: usize,
    /// Whether the values of all facets are counted.
    pub counts: bool,
}

/// In which order documents are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// What fits best first; without a query, the latest first.
    #[default]
    Fit,
    /// The latest first; those without a date come last.
    Date,
}

/// What was found.
#[derive(Debug)]
pub struct Found {
    /// How many documents there are in all.
    pub total: usize,
    /// The documents that were asked for.
    pub hits: Vec<Hit>,
    /// What all of them have in common, if it was asked for.
    pub counts: Vec<Counts>,
}

/// A document that was found.
#[derive(Debug)]
pub struct Hit {
    /// How well it fits, for comparison with others of the same answer; `None` if it is in the
    /// order of dates.
    pub score: Option<f32>,
    /// The document.
    pub stored: StoredDocument,
    /// Its labels, by step, most confident first.
    pub labels: Vec<LabelSummary>,
    /// Where the words of the query are in its title, as ranges of bytes.
    pub in_title: Vec<std::ops::Range<usize>>,
    /// The passages of its text that show best why it was found.
    pub passages: Vec<Passage>,
}

impl SearchIndex {
    /// Asks, and reads off the store what is told of the documents that were found.
    ///
    /// # Errors
    ///
    /// [`SearchError::Query`] if the query is none; otherwise if the index or the store cannot be
    /// read.
    pub fn search(&self, store: &dyn Store, ask: &Ask) -> Result<Found, SearchError> {
        let query = Query::read(&ask.query)?;
        let searcher = self.reader.searcher();
        let building = Building { index: self, searcher: &searcher };
        let whole = building.whole(ask, &query)?;
        let (limit, offset) = (ask.limit.min(MOST_HITS), ask.offset.min(FURTHEST));
        let by_date = ask.order == Order::Date || query == Query::All;
        let top = || TopDocs::with_limit(limit.max(1)).and_offset(offset);
        let addresses: Vec<(Option<f32>, DocAddress)> = if limit == 0 {
            Vec::new()
        } else if by_date {
            let top = top().order_by_u64_field("last-day", tantivy::Order::Desc);
            searcher.search(&whole, &top)?.into_iter().map(|(_, it)| (None, it)).collect()
        } else {
            let found = searcher.search(&whole, &top().order_by_score())?;
            found.into_iter().map(|(score, it)| (Some(score), it)).collect()
        };
        let (total, counts) = if ask.counts {
            searcher.search(&whole, &(Count, Counting))?
        } else {
            (searcher.search(&whole, &Count)?, Vec::new())
        };
        let sought = Sought::of(&query.sought());
        let mut hits = Vec::new();
        for (score, address) in addresses {
            let id: TantivyDocument = searcher.doc(address)?;
            let id = id.get_first(self.fields.id).and_then(|it| it.as_str()?.parse().ok());
            // What is gone from the store since is not told.
            let Some(stored) = id.map_or(Ok(None), |id| store.document(id, None))? else {
                continue;
            };
            hits.push(hit(store, &sought, score, stored)?);
        }
        Ok(Found { total, hits, counts })
    }
}

fn hit(
    store: &dyn Store,
    sought: &Sought,
    score: Option<f32>,
    stored: StoredDocument,
) -> Result<Hit, StoreError> {
    let findings = store.findings(stored.id, stored.version)?;
    let labels = findings.iter().flat_map(|finding| StepSummary::from(finding).labels).collect();
    let document = &stored.extracted.document;
    let in_title = document.attribute("title").map_or(Vec::new(), |it| sought.highlights(it));
    let passages = sought.passages(&document.text);
    Ok(Hit { score, labels, in_title, passages, stored })
}

type Built = Box<dyn tantivy::query::Query>;

/// What a match is worth, in which form and place.
const WORTH: [(Place, Form, f32); 4] = [
    (Place::Text, Form::Folded, 1.0),
    (Place::Text, Form::Exact, 0.5),
    (Place::Title, Form::Folded, 2.0),
    (Place::Title, Form::Exact, 1.0),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Text,
    Title,
}

struct Building<'a> {
    index: &'a SearchIndex,
    searcher: &'a Searcher,
}

impl Building<'_> {
    /// The query within all filters, which are worth nothing.
    fn whole(&self, ask: &Ask, query: &Query) -> Result<Built, SearchError> {
        let fields = &self.index.fields;
        let mut all: Vec<(Occur, Built)> = Vec::new();
        let built = self.query(query)?.unwrap_or_else(|| Box::new(AllQuery));
        all.push((Occur::Must, built));
        let mut filter = |built: Built| {
            let worthless: Built = Box::new(ConstScoreQuery::new(built, 0.0));
            all.push((Occur::Must, worthless));
        };
        for facet in Facet::ALL {
            let values = ask.chosen.iter().filter(|(it, _)| *it == facet);
            let terms = values.map(|(_, value)| Term::from_field_text(fields.facet(facet), value));
            let terms: Vec<Term> = terms.collect();
            if !terms.is_empty() {
                filter(Box::new(TermSetQuery::new(terms)));
            }
        }
        if let Some(language) = &ask.language {
            filter(self.term(fields.speaks, &language.to_ascii_lowercase()));
        }
        if let Some(part) = &ask.source {
            filter(self.source(part)?);
        }
        let number = |field, value| Term::from_field_u64(field, value);
        if let Some((first, _)) = ask.since.as_deref().and_then(schema::day) {
            let first = Bound::Included(number(fields.last_day, first));
            filter(Box::new(RangeQuery::new(first, Bound::Unbounded)));
        }
        if let Some((_, last)) = ask.until.as_deref().and_then(schema::day) {
            let last = Bound::Included(number(fields.first_day, last));
            filter(Box::new(RangeQuery::new(Bound::Unbounded, last)));
        }
        Ok(Box::new(BooleanQuery::new(all)))
    }

    /// `None` of what asks for nothing, such as a dash.
    fn query(&self, query: &Query) -> Result<Option<Built>, SearchError> {
        Ok(match query {
            Query::All => Some(Box::new(AllQuery)),
            Query::Clause(clause) => self.clause(clause)?,
            Query::Not(inner) => match self.query(inner)? {
                Some(inner) => Some(without(vec![inner])),
                None => None,
            },
            Query::Or(any) => {
                let mut built = Vec::new();
                for one in any {
                    built.extend(self.query(one)?.map(|it| (Occur::Should, it)));
                }
                (!built.is_empty()).then(|| Box::new(BooleanQuery::new(built)) as Built)
            }
            Query::And(all) => {
                let (mut built, mut kept_out) = (Vec::new(), Vec::new());
                for one in all {
                    match one {
                        Query::Not(inner) => kept_out.extend(self.query(inner)?),
                        one => built.extend(self.query(one)?.map(|it| (Occur::Must, it))),
                    }
                }
                if built.is_empty() && kept_out.is_empty() {
                    return Ok(None);
                }
                if built.is_empty() {
                    return Ok(Some(without(kept_out)));
                }
                built.extend(kept_out.into_iter().map(|it| (Occur::MustNot, it)));
                Some(Box::new(BooleanQuery::new(built)))
            }
        })
    }

    fn clause(&self, clause: &Clause) -> Result<Option<Built>, SearchError> {
        let fields = &self.index.fields;
        let words = clause.words.as_str();
        let by_facet = |facet| self.value(fields.facet(facet), words, clause).map(Some);
        match clause.field {
            QueryField::Anywhere => self.text(clause, &[Place::Text, Place::Title]),
            QueryField::Title => self.text(clause, &[Place::Title]),
            QueryField::Label => by_facet(Facet::Label),
            QueryField::Type => by_facet(Facet::Type),
            QueryField::Plugin => by_facet(Facet::Plugin),
            QueryField::Month => by_facet(Facet::Month),
            QueryField::Language => {
                self.value(fields.speaks, &words.to_ascii_lowercase(), clause).map(Some)
            }
            QueryField::Source => self.source(words).map(Some),
        }
    }

    /// Words in texts, in both forms: what is written exactly so counts more.
    fn text(&self, clause: &Clause, places: &[Place]) -> Result<Option<Built>, SearchError> {
        let forms = |form: Form| -> Vec<String> {
            words(&clause.words).filter_map(|it| form.of(&clause.words[it])).collect()
        };
        let (exact, folded) = (forms(Form::Exact), forms(Form::Folded));
        if folded.is_empty() {
            return Ok(None);
        }
        let mut any: Vec<(Occur, Built)> = Vec::new();
        for (place, form, worth) in WORTH.into_iter().filter(|(it, ..)| places.contains(it)) {
            let fields = &self.index.fields;
            let InForms { exact: of_exact, folded: of_folded } = match place {
                Place::Text => fields.text,
                Place::Title => fields.title,
            };
            let (field, forms) = match form {
                Form::Exact => (of_exact, &exact),
                Form::Folded => (of_folded, &folded),
            };
            let terms: Vec<Term> =
                forms.iter().map(|it| Term::from_field_text(field, it)).collect();
            let built: Built = if !clause.is_beginning {
                match terms.as_slice() {
                    [term] => Box::new(TermQuery::new(term.clone(), IndexRecordOption::WithFreqs)),
                    _ => Box::new(PhraseQuery::new(terms)),
                }
            } else {
                // A beginning has no marks at its end yet, so that only its folded form is one.
                if form == Form::Exact {
                    continue;
                }
                let last = forms.last().map_or("", String::as_str);
                let beginning = self.beginning_with(field, last)?;
                if terms.len() == 1 {
                    Box::new(TermSetQuery::new(beginning))
                } else {
                    let mut phrase = PhrasePrefixQuery::new(terms);
                    phrase.set_max_expansions(MOST_BEGINNINGS as u32);
                    Box::new(phrase)
                }
            };
            any.push((Occur::Should, Box::new(BoostQuery::new(built, worth))));
        }
        Ok(Some(Box::new(BooleanQuery::new(any))))
    }

    /// A value of a field, or all that begin like it.
    fn value(&self, field: Field, value: &str, clause: &Clause) -> Result<Built, SearchError> {
        if clause.is_beginning {
            Ok(Box::new(TermSetQuery::new(self.beginning_with(field, value)?)))
        } else {
            Ok(self.term(field, value))
        }
    }

    fn term(&self, field: Field, value: &str) -> Built {
        let term = Term::from_field_text(field, value);
        Box::new(TermQuery::new(term, IndexRecordOption::Basic))
    }

    /// All words of a field that begin like this.
    fn beginning_with(&self, field: Field, beginning: &str) -> Result<Vec<Term>, SearchError> {
        let mut found: BTreeSet<Vec<u8>> = BTreeSet::new();
        for segment in self.searcher.segment_readers() {
            let words = segment.inverted_index(field)?;
            let mut stream = words.terms().range().ge(beginning.as_bytes()).into_stream();
            let stream = stream.as_mut().map_err(|it| io_error(it))?;
            while stream.advance() && stream.key().starts_with(beginning.as_bytes()) {
                found.insert(stream.key().to_vec());
                if found.len() > MOST_BEGINNINGS {
                    let kind = QueryErrorKind::TooManyWords(beginning.to_owned());
                    return Err(QueryError { at: 0, kind }.into());
                }
            }
        }
        let words = found.iter().filter_map(|it| std::str::from_utf8(it).ok());
        Ok(words.map(|it| Term::from_field_text(field, it)).collect())
    }

    /// The sources whose name contains this, as that of a list does.
    fn source(&self, part: &str) -> Result<Built, SearchError> {
        let field = self.index.fields.source;
        if SourceName::new(part).is_err() && part.len() > SourceName::LONGEST {
            return Ok(Box::new(EmptyQuery));
        }
        let mut found: BTreeSet<String> = BTreeSet::new();
        for segment in self.searcher.segment_readers() {
            let names = segment.inverted_index(field)?;
            let mut stream = names.terms().stream().map_err(|it| io_error(&it))?;
            while stream.advance() {
                let name = std::str::from_utf8(stream.key()).unwrap_or_default();
                if name.contains(part) && !found.contains(name) {
                    found.insert(name.to_owned());
                }
            }
        }
        Ok(Box::new(TermSetQuery::new(found.iter().map(|it| Term::from_field_text(field, it)))))
    }
}

fn io_error(error: &std::io::Error) -> SearchError {
    SearchError::Folder {
        action: "read",
        cause: std::io::Error::new(error.kind(), error.to_string()),
    }
}

/// Everything but these.
fn without(kept_out: Vec<Built>) -> Built {
    let mut all: Vec<(Occur, Built)> = vec![(Occur::Must, Box::new(AllQuery))];
    all.extend(kept_out.into_iter().map(|it| (Occur::MustNot, it)));
    Box::new(BooleanQuery::new(all))
}
