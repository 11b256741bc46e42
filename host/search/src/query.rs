//! The language of queries: words, phrases, beginnings of words, fields, and what has to be there
//! or must not.
//!
//! ```text
//! drone marine            both words
//! "tàu ngầm"              these words next to each other
//! dron*                   words that begin like this
//! title:drone             in the title; also label, language, source, type, plugin, month
//! drone OR uav            either of them; AND binds stronger
//! drone -label:ai         without; NOT says the same
//! (drone OR uav) marine   brackets
//! ```
//!
//! A query may come from anybody, so its length, its clauses and the depth of its brackets are
//! bounded.

use std::fmt;

/// The longest query, in bytes.
pub const LONGEST: usize = 1_024;
/// The most words, phrases and fields of a query.
pub const MOST_CLAUSES: usize = 64;
/// The deepest brackets.
pub const DEEPEST: usize = 8;

/// What is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Query {
    /// Everything.
    All,
    /// All of them.
    And(Vec<Query>),
    /// Any of them.
    Or(Vec<Query>),
    /// Whatever is not this.
    Not(Box<Query>),
    /// Words.
    Clause(Clause),
}

/// One or more words that stand next to each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Clause {
    pub(crate) field: QueryField,
    pub(crate) words: String,
    /// Whether the last word is only the beginning of one.
    pub(crate) is_beginning: bool,
}

macro_rules! fields {
    ($($(#[$doc:meta])* $variant:ident $name:literal)*) => {
        /// Where it is looked for.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum QueryField {
            /// In the text and the title.
            Anywhere,
            $($(#[$doc])* $variant,)*
        }

        impl QueryField {
            /// What the fields are called.
            pub(crate) const NAMES: &[&str] = &[$($name),*];

            fn of(name: &str) -> Option<QueryField> {
                match name {
                    $($name => Some(QueryField::$variant),)*
                    _ => None,
                }
            }
        }
    };
}

fields! {
    /// In the title.
    Title "title"
    /// Among the labels.
    Label "label"
    /// The language.
    Language "language"
    /// In the name of the source.
    Source "source"
    /// The media type.
    Type "type"
    /// Among the plugins that found something.
    Plugin "plugin"
    /// The month, such as `2025-11`.
    Month "month"
}

/// Why a query is none, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryError {
    /// Where in the query, in bytes.
    pub at: usize,
    /// What is wrong.
    pub kind: QueryErrorKind,
}

/// What is wrong with a query.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum QueryErrorKind {
    /// It is longer than [`LONGEST`].
    TooLong,
    /// It has more clauses than [`MOST_CLAUSES`].
    TooManyClauses,
    /// Its brackets are deeper than [`DEEPEST`].
    TooDeep,
    /// A quotation mark or a bracket is not closed.
    NotClosed(char),
    /// A bracket closes that was not opened.
    NotOpened,
    /// `AND`, `OR`, `NOT`, a sign or a field with nothing to it.
    NothingBehind(String),
    /// There is no field of this name.
    NoField(String),
    /// More words than [`crate::MOST_BEGINNINGS`] begin like this.
    TooManyWords(String),
}

impl fmt::Display for QueryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            QueryErrorKind::TooLong => write!(f, "a query has at most {LONGEST} bytes"),
            QueryErrorKind::TooManyClauses => {
                write!(f, "a query has at most {MOST_CLAUSES} words and phrases")
            }
            QueryErrorKind::TooDeep => write!(f, "brackets are at most {DEEPEST} deep"),
            QueryErrorKind::NotClosed(sign) => write!(f, "`{sign}` is not closed"),
            QueryErrorKind::NotOpened => f.write_str("`)` closes what was not opened"),
            QueryErrorKind::NothingBehind(what) => {
                write!(f, "nothing follows `{}`", what.escape_debug())
            }
            QueryErrorKind::NoField(name) => write!(
                f,
                "there is no field `{}`: there are {}; words with a colon go into quotation marks",
                name.escape_debug(),
                QueryField::NAMES.join(", ")
            ),
            QueryErrorKind::TooManyWords(words) => {
                write!(f, "too many words begin with `{}`: write more of it", words.escape_debug())
            }
        }
    }
}

impl std::error::Error for QueryError {}

impl Query {
    /// Reads a query. One without words means everything.
    pub(crate) fn read(text: &str) -> Result<Query, QueryError> {
        if text.len() > LONGEST {
            return Err(QueryError { at: LONGEST, kind: QueryErrorKind::TooLong });
        }
        let mut reader = Reader { text, at: 0, clauses: 0 };
        let query = reader.any(0)?;
        match reader.peek() {
            None => Ok(query),
            Some(_) => Err(reader.error(QueryErrorKind::NotOpened)),
        }
    }

    /// The words that are looked for in texts, and not kept out.
    pub(crate) fn sought(&self) -> Vec<&Clause> {
        match self {
            Query::All | Query::Not(_) => Vec::new(),
            Query::And(all) | Query::Or(all) => all.iter().flat_map(Query::sought).collect(),
            Query::Clause(clause) => vec![clause],
        }
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    clauses: usize,
}

impl<'a> Reader<'a> {
    fn error(&self, kind: QueryErrorKind) -> QueryError {
        QueryError { at: self.at, kind }
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    /// The next character that is no space.
    fn peek(&mut self) -> Option<char> {
        self.at = self.text.len() - self.rest().trim_start().len();
        self.rest().chars().next()
    }

    /// Takes a word of the language, which stands alone and in capitals.
    fn takes(&mut self, word: &str) -> bool {
        self.peek();
        let is_next = self.rest().strip_prefix(word).is_some_and(|rest| {
            rest.is_empty()
                || rest.starts_with(|it: char| it.is_whitespace() || "()\"".contains(it))
        });
        self.at += if is_next { word.len() } else { 0 };
        is_next
    }

    /// Some, of which any has to be there.
    fn any(&mut self, depth: usize) -> Result<Query, QueryError> {
        let mut any = vec![self.all(depth)?];
        while self.takes("OR") {
            let next = self.all(depth)?;
            if next == Query::All {
                return Err(self.error(QueryErrorKind::NothingBehind("OR".to_owned())));
            }
            any.push(next);
        }
        if any.len() > 1 && any[0] == Query::All {
            return Err(QueryError { at: 0, kind: QueryErrorKind::NothingBehind("OR".to_owned()) });
        }
        Ok(if any.len() == 1 { any.remove(0) } else { Query::Or(any) })
    }

    /// Some, of which all have to be there.
    fn all(&mut self, depth: usize) -> Result<Query, QueryError> {
        let mut all = Vec::new();
        loop {
            let is_asked = self.takes("AND");
            let before = self.at;
            if self.takes("OR") {
                self.at = before;
                break;
            }
            match self.peek() {
                None | Some(')') if is_asked => {
                    return Err(self.error(QueryErrorKind::NothingBehind("AND".to_owned())));
                }
                None | Some(')') => break,
                Some(_) => all.push(self.one(depth)?),
            }
        }
        Ok(match all.len() {
            0 => Query::All,
            1 => all.remove(0),
            _ => Query::And(all),
        })
    }

    fn one(&mut self, depth: usize) -> Result<Query, QueryError> {
        for sign in ["-", "+", "NOT"] {
            let is_next = match sign {
                "NOT" => self.takes(sign),
                _ => self.rest().starts_with(sign),
            };
            if is_next {
                self.at += if sign == "NOT" { 0 } else { sign.len() };
                if depth >= DEEPEST {
                    return Err(self.error(QueryErrorKind::TooDeep));
                }
                let is_glued = sign == "NOT" || !self.rest().starts_with(char::is_whitespace);
                if !is_glued || matches!(self.peek(), None | Some(')')) {
                    return Err(self.error(QueryErrorKind::NothingBehind(sign.to_owned())));
                }
                let meant = self.one(depth + 1)?;
                return Ok(if sign == "+" { meant } else { Query::Not(Box::new(meant)) });
            }
        }
        if self.rest().starts_with('(') {
            if depth >= DEEPEST {
                return Err(self.error(QueryErrorKind::TooDeep));
            }
            let opened = self.at;
            self.at += 1;
            let inner = self.any(depth + 1)?;
            if self.peek() != Some(')') {
                return Err(QueryError { at: opened, kind: QueryErrorKind::NotClosed('(') });
            }
            self.at += 1;
            return Ok(inner);
        }
        self.clause()
    }

    fn clause(&mut self) -> Result<Query, QueryError> {
        self.clauses += 1;
        if self.clauses > MOST_CLAUSES {
            return Err(self.error(QueryErrorKind::TooManyClauses));
        }
        let field = self.field()?;
        let (words, is_quoted) = match self.rest().strip_prefix('"') {
            Some(rest) => {
                let Some(end) = rest.find('"') else {
                    return Err(self.error(QueryErrorKind::NotClosed('"')));
                };
                self.at += 1 + end + 1;
                (&rest[..end], true)
            }
            None => {
                let rest = self.rest();
                let end = rest.find(|it: char| it.is_whitespace() || "()\"".contains(it));
                let words = &rest[..end.unwrap_or(rest.len())];
                self.at += words.len();
                (words, false)
            }
        };
        let is_starred = if is_quoted {
            let is_starred = self.rest().starts_with('*');
            self.at += usize::from(is_starred);
            is_starred
        } else {
            words.ends_with('*')
        };
        let words = if is_quoted { words } else { words.trim_end_matches('*') };
        if words.trim().is_empty() {
            // A star alone is everything.
            return match (field, is_starred && !is_quoted) {
                (QueryField::Anywhere, true) => Ok(Query::All),
                _ => Err(self.error(QueryErrorKind::NothingBehind(
                    if is_quoted { "\"" } else { ":" }.to_owned(),
                ))),
            };
        }
        Ok(Query::Clause(Clause { field, words: words.to_owned(), is_beginning: is_starred }))
    }

    /// The field that is named before a colon; an address is none.
    fn field(&mut self) -> Result<QueryField, QueryError> {
        let rest = self.rest();
        let name: &str = &rest[..rest.find(|it: char| !it.is_ascii_alphabetic()).unwrap_or(0)];
        let Some(behind) = rest[name.len()..].strip_prefix(':').filter(|_| !name.is_empty()) else {
            return Ok(QueryField::Anywhere);
        };
        if behind.starts_with("//") {
            return Ok(QueryField::Anywhere);
        }
        let field = QueryField::of(&name.to_ascii_lowercase());
        let field = field.ok_or_else(|| self.error(QueryErrorKind::NoField(name.to_owned())))?;
        self.at += name.len() + 1;
        Ok(field)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// In a form that shows how a query was understood.
    fn shown(query: &Query) -> String {
        let joined = |all: &[Query], sign: &str| {
            let all: Vec<_> = all.iter().map(shown).collect();
            format!("({})", all.join(sign))
        };
        match query {
            Query::All => "*".to_owned(),
            Query::And(all) => joined(all, " & "),
            Query::Or(all) => joined(all, " | "),
            Query::Not(it) => format!("!{}", shown(it)),
            Query::Clause(Clause { field, words, is_beginning }) => {
                let field = match field {
                    QueryField::Anywhere => String::new(),
                    field => format!("{field:?}:"),
                };
                format!("{field}{words}{}", if *is_beginning { "…" } else { "" })
            }
        }
    }

    #[test]
    fn a_query_says_what_has_to_be_there() {
        for (text, expected) in [
            ("", "*"),
            ("  ", "*"),
            ("*", "*"),
            ("drone marine", "(drone & marine)"),
            ("drone AND marine OR uav", "((drone & marine) | uav)"),
            ("\"tàu ngầm\" -title:drone", "(tàu ngầm & !Title:drone)"),
            ("NOT label:ai dron*", "(!Label:ai & dron…)"),
            ("(drone OR uav) +marine", "((drone | uav) & marine)"),
            ("\"sea dro\"*", "sea dro…"),
            ("android or NOTe AND5", "(android & or & NOTe & AND5)"),
            ("Title:\"a:b\" https://example.org/a", "(Title:a:b & https://example.org/a)"),
            ("a(b)c", "(a & b & c)"),
            ("l'avion 5:30", "(l'avion & 5:30)"),
        ] {
            assert_eq!(shown(&Query::read(text).unwrap()), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_query_is_told() {
        for (text, expected) in [
            ("(a", "`(` is not closed"),
            ("a)", "`)` closes what was not opened"),
            ("\"a", "`\"` is not closed"),
            ("a OR", "nothing follows `OR`"),
            ("a AND", "nothing follows `AND`"),
            ("a - b", "nothing follows `-`"),
            ("NOT", "nothing follows `NOT`"),
            ("title:", "nothing follows `:`"),
            ("titel:a", "there is no field `titel`"),
        ] {
            let error = Query::read(text).unwrap_err().to_string();
            assert!(error.starts_with(expected), "{text}: {error}");
        }
    }

    #[test]
    fn a_query_of_a_stranger_is_bounded() {
        let kind = |text: &str| Query::read(text).unwrap_err().kind;
        assert_eq!(kind(&"a".repeat(LONGEST + 1)), QueryErrorKind::TooLong);
        assert_eq!(kind(&"a ".repeat(MOST_CLAUSES + 1)), QueryErrorKind::TooManyClauses);
        assert_eq!(kind(&"(".repeat(LONGEST)), QueryErrorKind::TooDeep);
        assert_eq!(kind(&"-".repeat(LONGEST)), QueryErrorKind::TooDeep);
        assert_eq!(kind(&"NOT ".repeat(200)), QueryErrorKind::TooDeep);
        for text in ["\"", "*", "-*", ":", "a:", "()", "(((", "-(", "ä:", "\u{a0}OR\u{a0}", "\"\"*"]
        {
            // Whatever comes of it, no panic.
            let _ = Query::read(text);
        }
    }
}
