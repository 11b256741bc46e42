//! Counts what the documents that were found have in common.

use std::collections::BTreeMap;

use tantivy::collector::{Collector, SegmentCollector};
use tantivy::columnar::StrColumn;
use tantivy::{DocId, Score, SegmentOrdinal, SegmentReader};

/// What documents are counted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Facet {
    /// Each of their labels.
    Label,
    /// Their language.
    Language,
    /// The host of their address, else the folder or container of their source.
    Place,
    /// The media type of their source.
    Type,
    /// The month of their date.
    Month,
    /// The plugins that extracted them or found something in them.
    Plugin,
}

impl Facet {
    /// All facets.
    pub const ALL: [Facet; 6] =
        [Facet::Label, Facet::Language, Facet::Place, Facet::Type, Facet::Month, Facet::Plugin];

    /// The facet in one word, such as `label`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Facet::Label => "label",
            Facet::Language => "language",
            Facet::Place => "place",
            Facet::Type => "type",
            Facet::Month => "month",
            Facet::Plugin => "plugin",
        }
    }

    /// The facet of this name.
    pub fn of(name: &str) -> Option<Facet> {
        Facet::ALL.into_iter().find(|it| it.as_str() == name)
    }
}

/// How many of the documents that were found have each value of a facet: the most frequent first,
/// equal ones by name; months by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counts {
    /// The facet.
    pub facet: Facet,
    /// Values and numbers, [`crate::MOST_VALUES`] of them.
    pub values: Vec<(String, u64)>,
    /// How many values there are in all.
    pub of: usize,
}

/// Counts documents and the values of all facets.
pub(crate) struct Counting;

/// The values of all facets, each with its number.
type Values = Vec<BTreeMap<String, u64>>;

impl Collector for Counting {
    type Fruit = Vec<Counts>;
    type Child = SegmentCounting;

    fn for_segment(
        &self,
        _: SegmentOrdinal,
        segment: &SegmentReader,
    ) -> tantivy::Result<SegmentCounting> {
        let columns = Facet::ALL.map(|facet| segment.fast_fields().str(facet.as_str()));
        let columns: Vec<Option<StrColumn>> = columns.into_iter().collect::<Result<_, _>>()?;
        let columns = columns.into_iter().map(|column| {
            let numbers = column.as_ref().map_or(0, |it| it.num_terms());
            (column, vec![0; numbers])
        });
        Ok(SegmentCounting(columns.collect()))
    }

    fn requires_scoring(&self) -> bool {
        false
    }

    fn merge_fruits(&self, fruits: Vec<tantivy::Result<Values>>) -> tantivy::Result<Vec<Counts>> {
        let mut sums: Values = vec![BTreeMap::new(); Facet::ALL.len()];
        for fruit in fruits {
            for (sum, values) in sums.iter_mut().zip(fruit?) {
                for (value, number) in values {
                    *sum.entry(value).or_default() += number;
                }
            }
        }
        Ok(Facet::ALL.into_iter().zip(sums).map(|(facet, sum)| Counts::of(facet, sum)).collect())
    }
}

impl Counts {
    fn of(facet: Facet, sum: BTreeMap<String, u64>) -> Counts {
        let of = sum.len();
        let mut values: Vec<(String, u64)> = sum.into_iter().collect();
        values.sort_by_key(|(_, number)| std::cmp::Reverse(*number));
        values.truncate(crate::MOST_VALUES);
        if facet == Facet::Month {
            values.sort();
        }
        Counts { facet, values, of }
    }
}

/// Counts in one segment, by the numbers that values have there.
pub(crate) struct SegmentCounting(Vec<(Option<StrColumn>, Vec<u64>)>);

impl SegmentCollector for SegmentCounting {
    type Fruit = tantivy::Result<Values>;

    fn collect(&mut self, document: DocId, _: Score) {
        for (column, numbers) in &mut self.0 {
            let Some(column) = column else { continue };
            for value in column.term_ords(document) {
                if let Some(number) = usize::try_from(value).ok().and_then(|it| numbers.get_mut(it))
                {
                    *number += 1;
                }
            }
        }
    }

    fn harvest(self) -> tantivy::Result<Values> {
        let mut all = Values::new();
        for (column, numbers) in self.0 {
            let mut values = BTreeMap::new();
            if let Some(column) = column {
                let found = (0..).zip(numbers).filter(|(_, number)| *number > 0);
                let mut value = String::new();
                for (ordinal, number) in found {
                    value.clear();
                    column.ord_to_str(ordinal, &mut value)?;
                    values.insert(value.clone(), number);
                }
            }
            all.push(values);
        }
        Ok(all)
    }
}
