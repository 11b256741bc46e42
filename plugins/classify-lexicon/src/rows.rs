//! The rows of a taxonomy table: what a key means.

use docmill_plugin::Problem;

/// A set of the languages that a role is written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Languages(u8);

impl Languages {
    /// Every language a table knows.
    pub const ALL: Languages = Languages(0b111);
    /// Those whose texts are folded to [`docmill_folding::Form::Plain`].
    pub const PLAIN: Languages = Languages(0b101);
    /// Those whose texts are folded to [`docmill_folding::Form::Marked`].
    pub const MARKED: Languages = Languages(0b010);

    /// The language of a document, or all of them if it is unknown or none of ours.
    pub fn of_document(tag: Option<&str>) -> Languages {
        let primary = tag.and_then(|tag| tag.split(['-', '_']).next()).unwrap_or_default();
        Languages::named(&primary.to_ascii_lowercase()).unwrap_or(Languages::ALL)
    }

    fn named(name: &str) -> Option<Languages> {
        match name {
            "fr" => Some(Languages(0b001)),
            "vi" => Some(Languages(0b010)),
            "en" => Some(Languages(0b100)),
            _ => None,
        }
    }

    /// What two sets share.
    #[must_use]
    pub fn and(self, other: Languages) -> Languages {
        Languages(self.0 & other.0)
    }

    /// What either of two sets has.
    #[must_use]
    pub fn or(self, other: Languages) -> Languages {
        Languages(self.0 | other.0)
    }

    /// Whether no language is left.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// One thing that a key stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role<'a> {
    /// What it does.
    pub kind: Kind<'a>,
    /// The languages in which it does so.
    pub languages: Languages,
    /// Whether the key may be the beginning of a longer word.
    pub prefix: bool,
    /// For a term: the product of its label that it names, if it is that specific.
    pub product: Option<&'a str>,
    /// What must be there for it to count, and what must not.
    pub conditions: Vec<Condition<'a>>,
}

/// What a key does where it occurs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind<'a> {
    /// It speaks for a label.
    Term {
        /// The label, as an index into those declared.
        label: usize,
        /// How much it says, from 1 to 9.
        weight: u32,
    },
    /// It shows that the document surveys the subject of the table, so that even a single mention
    /// counts.
    Focus {
        /// How much it says, from 1 to 9.
        weight: u32,
    },
    /// It shows that the document is of a kind that no label is meant for, such as a shop.
    Against {
        /// How much it says, from 1 to 9.
        weight: u32,
    },
    /// It is something that conditions of other rows ask for.
    Cue(&'a str),
    /// It hides whatever stands inside it.
    Mask,
}

/// Something that a term needs, or that cancels it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Condition<'a> {
    /// Whether it must hold or must not.
    pub wanted: bool,
    /// The cue asked for: the name of one, of a label, or `focus`.
    pub cue: &'a str,
    /// Within how many words, or anywhere.
    pub within: Option<usize>,
    /// At least how often.
    pub times: usize,
}

/// The contract allows no longer label, in bytes.
const LONGEST: usize = 64;

const RESERVED: [&str; 4] = ["cue", "mask", "focus", "against"];

/// The labels named by the value of `@labels`.
///
/// # Errors
///
/// A [`Problem`] if there are none, or a name is reserved, repeated, too long or not kebab-case.
pub fn declared_labels(declared: &str) -> Result<Vec<&str>, Problem> {
    let problem = |reason: String| Problem { key: crate::LABELS_KEY.to_owned(), reason };
    let labels: Vec<&str> = declared.split_whitespace().collect();
    if labels.is_empty() {
        return Err(problem("it should name all labels, separated by spaces".to_owned()));
    }
    for (index, label) in labels.iter().enumerate() {
        if !is_name(label) || RESERVED.contains(label) {
            return Err(problem(format!("`{label}` cannot be the name of a label")));
        }
        if label.len() > LONGEST {
            return Err(problem(format!("`{label}` has more than {LONGEST} bytes")));
        }
        if labels[..index].contains(label) {
            return Err(problem(format!("`{label}` is named twice")));
        }
    }
    Ok(labels)
}

/// Whether labels, products and cues may be called this.
pub(crate) fn is_name(name: &str) -> bool {
    name.starts_with(|it: char| it.is_ascii_lowercase())
        && name.bytes().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'-')
}

/// The products named by the value of `@products`, each with its label.
///
/// # Errors
///
/// A [`Problem`] if one is no pair of a declared label and a name, is named twice, or is too long
/// for a label.
pub fn declared_products<'a>(
    declared: &'a str,
    labels: &[&str],
) -> Result<Vec<(&'a str, &'a str)>, Problem> {
    let problem = |reason: String| Problem { key: crate::PRODUCTS_KEY.to_owned(), reason };
    let mut products = Vec::new();
    for named in declared.split_whitespace() {
        let pair = named.split_once('/').filter(|(_, product)| is_name(product));
        let pair = pair.filter(|(label, _)| labels.contains(label)).ok_or_else(|| {
            problem(format!("`{named}` is not a label of `@labels`, a slash, and a name"))
        })?;
        if named.len() > LONGEST {
            return Err(problem(format!("`{named}` has more than {LONGEST} bytes")));
        }
        if products.contains(&pair) {
            return Err(problem(format!("`{named}` is named twice")));
        }
        products.push(pair);
    }
    Ok(products)
}

/// The roles of a key, read from its value.
///
/// # Errors
///
/// A [`Problem`] that says which part of the value is wrong.
pub fn parse<'a>(key: &str, value: &'a str, labels: &[&str]) -> Result<Vec<Role<'a>>, Problem> {
    value
        .split(';')
        .map(|role| parse_role(role, labels))
        .collect::<Result<_, _>>()
        .map_err(|reason| Problem { key: key.to_owned(), reason })
}

fn parse_role<'a>(role: &'a str, labels: &[&str]) -> Result<Role<'a>, String> {
    let mut words = role.split_whitespace();
    let kind = match words.next().ok_or("it has an empty role")? {
        "mask" => Kind::Mask,
        "focus" => Kind::Focus { weight: parse_weight(words.next())? },
        "against" => Kind::Against { weight: parse_weight(words.next())? },
        "cue" => {
            let name = words.next().filter(|name| is_name(name)).ok_or("`cue` needs a name")?;
            if RESERVED.contains(&name) || labels.contains(&name) {
                return Err(format!("`{name}` cannot be the name of a cue"));
            }
            Kind::Cue(name)
        }
        label => {
            let index = labels.iter().position(|it| *it == label);
            let label = index.ok_or_else(|| format!("`{label}` is not one of `@labels`"))?;
            Kind::Term { label, weight: parse_weight(words.next())? }
        }
    };
    let mut role = Role {
        kind,
        languages: Languages::ALL,
        prefix: false,
        product: None,
        conditions: Vec::new(),
    };
    for word in words {
        if word == "prefix" {
            role.prefix = true;
        } else if let Some(product) = word.strip_prefix("product:") {
            let named = Some(product).filter(|product| is_name(product));
            role.product = Some(named.ok_or("`product:` needs a name")?);
        } else if let Some(condition) = word.strip_prefix("needs:") {
            role.conditions.push(parse_condition(condition, true)?);
        } else if let Some(condition) = word.strip_prefix("unless:") {
            role.conditions.push(parse_condition(condition, false)?);
        } else {
            role.languages = parse_languages(word)?;
        }
    }
    if !role.conditions.is_empty() && !matches!(role.kind, Kind::Term { .. }) {
        return Err("only terms can have conditions".to_owned());
    }
    if role.product.is_some() && !matches!(role.kind, Kind::Term { .. }) {
        return Err("only terms can name a product".to_owned());
    }
    Ok(role)
}

fn parse_weight(word: Option<&str>) -> Result<u32, String> {
    match word.map(str::as_bytes) {
        Some([digit @ b'1'..=b'9']) => Ok(u32::from(digit - b'0')),
        _ => Err(format!("`{}` is not a weight from 1 to 9", word.unwrap_or_default())),
    }
}

fn parse_languages(word: &str) -> Result<Languages, String> {
    word.split(',').try_fold(Languages(0), |set, name| {
        Languages::named(name).map(|language| Languages(set.0 | language.0)).ok_or_else(|| {
            format!("`{word}` is neither a modifier nor a list of `fr`, `vi` and `en`")
        })
    })
}

fn parse_condition(text: &str, wanted: bool) -> Result<Condition<'_>, String> {
    let unusable = || format!("`{text}` is not a condition such as `name`, `name/8` or `name*2`");
    let number = |digits: &str| digits.parse().ok().filter(|it| *it > 0).ok_or_else(unusable);
    let (rest, times) = match text.split_once('*') {
        Some((rest, digits)) => (rest, number(digits)?),
        None => (text, 1),
    };
    let (cue, within) = match rest.split_once('/') {
        Some((cue, digits)) => (cue, Some(number(digits)?)),
        None => (rest, None),
    };
    if is_name(cue) { Ok(Condition { wanted, cue, within, times }) } else { Err(unusable()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LABELS: [&str; 2] = ["chips", "drones"];

    #[track_caller]
    fn check_problem(value: &str, expected: &str) {
        let problem = parse("key", value, &LABELS).expect_err("the value is unusable");
        assert_eq!(problem.to_string(), format!("the row `key` is unusable: {expected}"));
    }

    #[test]
    fn a_row_may_have_several_roles() {
        let roles = parse("puce", "chips 3 fr needs:making/12 unless:card*2; cue chip", &LABELS);
        let [term, cue] = &roles.expect("usable")[..] else { panic!("two roles") };
        assert_eq!(term.kind, Kind::Term { label: 0, weight: 3 });
        assert_eq!(term.languages, Languages::of_document(Some("fr-FR")));
        let making = Condition { wanted: true, cue: "making", within: Some(12), times: 1 };
        let card = Condition { wanted: false, cue: "card", within: None, times: 2 };
        assert_eq!(term.conditions, [making, card]);
        assert_eq!((cue.kind, cue.languages), (Kind::Cue("chip"), Languages::ALL));
    }

    #[test]
    fn an_unusable_row_says_what_is_wrong() {
        check_problem("", "it has an empty role");
        check_problem("chips 3;", "it has an empty role");
        check_problem("chip 3", "`chip` is not one of `@labels`");
        check_problem("chips", "`` is not a weight from 1 to 9");
        check_problem("chips 10", "`10` is not a weight from 1 to 9");
        check_problem("chips 3 de", "`de` is neither a modifier nor a list of `fr`, `vi` and `en`");
        check_problem(
            "chips 3 needs:a/0",
            "`a/0` is not a condition such as `name`, `name/8` or `name*2`",
        );
        check_problem("cue", "`cue` needs a name");
        check_problem("cue chips", "`chips` cannot be the name of a cue");
        check_problem("mask needs:a", "only terms can have conditions");
        check_problem("against 0", "`0` is not a weight from 1 to 9");
        check_problem("mask product:a", "only terms can name a product");
        check_problem("chips 3 product:", "`product:` needs a name");
    }

    #[test]
    fn labels_are_named_once_and_in_kebab_case() {
        assert_eq!(declared_labels(" a b-2 ").expect("usable"), ["a", "b-2"]);
        for unusable in ["", " ", "a a", "a B", "a mask"] {
            assert!(declared_labels(unusable).is_err(), "{unusable:?}");
        }
    }

    #[test]
    fn products_belong_to_labels() {
        let products = declared_products("chips/ai-chip drones/uav", &LABELS).expect("usable");
        assert_eq!(products, [("chips", "ai-chip"), ("drones", "uav")]);
        for unusable in
            ["uav", "cars/uav", "chips/", "chips/a chips/a", &format!("chips/{}", "a".repeat(59))]
        {
            assert!(declared_products(unusable, &LABELS).is_err(), "{unusable:?}");
        }
    }

    #[test]
    fn a_document_in_no_known_language_is_read_in_all() {
        assert_eq!(Languages::of_document(None), Languages::ALL);
        assert_eq!(Languages::of_document(Some("de")), Languages::ALL);
        assert_eq!(Languages::of_document(Some("VI_vn")), Languages::MARKED);
    }
}
