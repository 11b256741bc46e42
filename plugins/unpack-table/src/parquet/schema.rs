//! The columns of a table: which of the values in each are cells, how they lie in each other, and
//! what they are shown as.

use super::Damage;
use super::thrift::{Kind, Reader};

/// Columns lie in each other at most so deep.
const DEEPEST: usize = 64;

/// How values are stored (`Type` of the format).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Physical {
    Boolean,
    Int32,
    Int64,
    Int96,
    Float,
    Double,
    Bytes,
    /// Bytes of a fixed number.
    Fixed(usize),
}

/// What values are, which is how they are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// As they are stored; bytes only if they are UTF-8.
    Plain,
    /// Whole numbers without a sign.
    Unsigned,
    /// Days since 1970.
    Date,
    /// Times since 1970, so many a second; `true` if they are in UTC.
    Timestamp(i64, bool),
    /// Times of a day, so many a second.
    Time(i64),
    /// Whole numbers with so many decimal places.
    Decimal(u32),
    Uuid,
    /// What is no fact about a document, such as numbers of half precision and intervals.
    Nothing,
}

/// A column of values that can be cells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaf {
    /// The name of the column of the table that it is, or lies in.
    pub column: String,
    pub physical: Physical,
    pub shown: Shown,
    /// The highest level of definition: a value is there if it has it.
    pub defined: u32,
    /// The highest level of repetition: 0 if a row has one value at most.
    pub repeated: u32,
}

/// An element of a schema, as it is written.
#[derive(Debug, Default)]
pub struct Element<'a> {
    physical: Option<i64>,
    length: i64,
    repetition: i64,
    name: &'a [u8],
    children: usize,
    converted: Option<i64>,
    scale: i64,
    logical: Option<Logical>,
}

/// A logical type: its number in the union, and what it says.
#[derive(Debug, Clone, Copy, Default)]
struct Logical {
    number: i64,
    /// Of times: whether they are in UTC. Of whole numbers: whether they have a sign.
    flag: bool,
    /// Of times: the number of the unit in its union.
    unit: i64,
    scale: i64,
}

impl<'a> Element<'a> {
    pub fn read(reader: &mut Reader<'a>) -> Result<Element<'a>, Damage> {
        let mut element = Element::default();
        let mut last = 0;
        while let Some((field, kind)) = reader.field(&mut last)? {
            match (field, kind) {
                (1, Kind::Number) => element.physical = Some(reader.number()?),
                (2, Kind::Number) => element.length = reader.number()?,
                (3, Kind::Number) => element.repetition = reader.number()?,
                (4, Kind::Bytes) => element.name = reader.bytes()?,
                (5, Kind::Number) => {
                    let count = usize::try_from(reader.number()?);
                    element.children = count.map_err(|_| Damage::Said("has a wrong schema"))?;
                }
                (6, Kind::Number) => element.converted = Some(reader.number()?),
                (7, Kind::Number) => element.scale = reader.number()?,
                (10, Kind::Struct) => element.logical = logical(reader)?,
                _ => reader.skip(kind)?,
            }
        }
        Ok(element)
    }

    fn is_list(&self) -> bool {
        self.converted == Some(3) || self.logical.is_some_and(|it| it.number == 3)
    }

    fn is_map(&self) -> bool {
        matches!(self.converted, Some(1 | 2)) || self.logical.is_some_and(|it| it.number == 2)
    }

    fn physical(&self) -> Result<Physical, Damage> {
        Ok(match self.physical {
            Some(0) => Physical::Boolean,
            Some(1) => Physical::Int32,
            Some(2) => Physical::Int64,
            Some(3) => Physical::Int96,
            Some(4) => Physical::Float,
            Some(5) => Physical::Double,
            Some(6) => Physical::Bytes,
            Some(7) => Physical::Fixed(
                usize::try_from(self.length)
                    .ok()
                    .filter(|it| (1..=1 << 20).contains(it))
                    .ok_or(Damage::Said("has values of a wrong length"))?,
            ),
            _ => return Err(Damage::Said("has values of a type that does not exist")),
        })
    }

    fn shown(&self, physical: Physical) -> Shown {
        let scale = |scale: i64| u32::try_from(scale).map_or(Shown::Nothing, Shown::Decimal);
        let per_second = |unit| match unit {
            1 => Some(1_000),
            2 => Some(1_000_000),
            3 => Some(1_000_000_000),
            _ => None,
        };
        if let Some(logical) = self.logical {
            match logical.number {
                5 => return scale(logical.scale),
                6 => return Shown::Date,
                7 => return per_second(logical.unit).map_or(Shown::Nothing, Shown::Time),
                8 => {
                    let timestamp = |unit| Shown::Timestamp(unit, logical.flag);
                    return per_second(logical.unit).map_or(Shown::Nothing, timestamp);
                }
                10 if !logical.flag => return Shown::Unsigned,
                14 => return Shown::Uuid,
                9 | 13 | 15..=18 => return Shown::Nothing,
                _ => {}
            }
        }
        match self.converted {
            Some(5) => scale(self.scale),
            Some(6) => Shown::Date,
            Some(7) => Shown::Time(1_000),
            Some(8) => Shown::Time(1_000_000),
            Some(9) => Shown::Timestamp(1_000, true),
            Some(10) => Shown::Timestamp(1_000_000, true),
            Some(11..=14) => Shown::Unsigned,
            // BSON, intervals.
            Some(20 | 21) => Shown::Nothing,
            // Nobody knows in which zone.
            _ if physical == Physical::Int96 => Shown::Timestamp(1_000_000_000, false),
            _ => Shown::Plain,
        }
    }
}

fn logical(reader: &mut Reader<'_>) -> Result<Option<Logical>, Damage> {
    let mut found = None;
    let mut last = 0;
    while let Some((number, kind)) = reader.field(&mut last)? {
        let mut logical = Logical { number, ..Logical::default() };
        match (number, kind) {
            (5 | 7 | 8 | 10, Kind::Struct) => {
                let mut last = 0;
                while let Some((field, kind)) = reader.field(&mut last)? {
                    match (number, field, kind) {
                        (5, 1, Kind::Number) => logical.scale = reader.number()?,
                        (7 | 8, 1, kind @ (Kind::True | Kind::False))
                        | (10, 2, kind @ (Kind::True | Kind::False)) => {
                            logical.flag = kind == Kind::True;
                        }
                        (7 | 8, 2, Kind::Struct) => {
                            let mut last = 0;
                            while let Some((unit, kind)) = reader.field(&mut last)? {
                                logical.unit = unit;
                                reader.skip(kind)?;
                            }
                        }
                        _ => reader.skip(kind)?,
                    }
                }
            }
            _ => reader.skip(kind)?,
        }
        found = Some(logical);
    }
    Ok(found)
}

/// A group that leaves lie in.
struct Within {
    /// How many of its elements are still to come.
    left: usize,
    defined: u32,
    repeated: u32,
    /// It is a list by its type, so the group in it is none of its own.
    is_list: bool,
    /// How many structures it lies in, itself included; [`usize::MAX`] in a map.
    structures: usize,
}

/// The leaves of a schema in their order; `None` for those that are no cells: what is in a map, and
/// in a structure everything but its `name`, as in tables of JSON.
pub fn leaves(elements: &[Element<'_>]) -> Result<Vec<Option<Leaf>>, Damage> {
    const WRONG: Damage = Damage::Said("has a wrong schema");
    let (root, elements) = elements.split_first().ok_or(WRONG)?;
    let mut within = vec![Within {
        left: root.children,
        defined: 0,
        repeated: 0,
        is_list: false,
        structures: 0,
    }];
    let mut column = String::new();
    let mut leaves = Vec::new();
    for element in elements {
        while within.last().is_some_and(|it| it.left == 0) {
            within.pop();
        }
        let depth = within.len();
        let outer = within.last_mut().ok_or(WRONG)?;
        outer.left -= 1;
        if depth == 1 {
            column = String::from_utf8_lossy(element.name).into_owned();
        }
        let is_repeated = element.repetition == 2;
        let defined = outer.defined + u32::from(element.repetition != 0);
        let repeated = outer.repeated + u32::from(is_repeated);
        if element.children == 0 && element.physical.is_some() {
            let is_cell =
                outer.structures == 0 || (outer.structures == 1 && element.name == b"name");
            let physical = element.physical()?;
            let shown = element.shown(physical);
            leaves.push((is_cell && shown != Shown::Nothing).then(|| Leaf {
                column: column.clone(),
                physical,
                shown,
                defined,
                repeated,
            }));
            continue;
        }
        if element.children == 0 {
            continue;
        }
        if depth > DEEPEST {
            return Err(Damage::Said("has columns that lie too deep in each other"));
        }
        // The group in a list stands between it and what is in it, but where it has several
        // elements: then it is what is in it.
        let is_between = outer.is_list && is_repeated && element.children == 1;
        let is_structure = !element.is_list() && !is_between;
        let structures = match element.is_map() {
            true => usize::MAX,
            false => outer.structures.saturating_add(usize::from(is_structure)),
        };
        within.push(Within {
            left: element.children,
            defined,
            repeated,
            is_list: element.is_list(),
            structures,
        });
    }
    if within.iter().any(|it| it.left > 0) {
        return Err(WRONG);
    }
    Ok(leaves)
}
