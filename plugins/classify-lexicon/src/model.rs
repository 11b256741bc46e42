//! The judgement of a table: numbers that `docmill taxonomy fit` found, and the confidence that
//! follows from them.
//!
//! The row `@model` weighs the [features](crate::features) of a label in a document. The row
//! `@trust` says how likely a label is where a term of each weight occurs, and a row `@trust <key>`
//! says it of one term. A table without `@model` is judged by points.

use docmill_plugin::{Occurrence, Problem, Table};

use crate::features::{Features, NAMES, ONE};
use crate::rows::is_name;

/// The reserved key whose value weighs the features.
pub const MODEL_KEY: &str = "@model";

/// The reserved key whose value is the trust in terms by their weight, and the beginning of the
/// keys of rows that trust one term.
pub const TRUST_KEY: &str = "@trust";

/// The weights that terms of a table may have.
const WEIGHTS: usize = 9;

/// No number of a model is further from zero than this, in thousandths.
const LARGEST: i64 = 1_000 * ONE;

/// What a table is asked for.
pub trait Lexicon {
    /// The occurrences of its keys in a text, as [`Table::find`] has them.
    fn find(&self, text: &str) -> Vec<Occurrence>;
    /// The values of keys, as [`Table::get_many`] has them.
    fn get_many(&self, keys: &[String]) -> Vec<Option<String>>;
}

impl Lexicon for Table {
    fn find(&self, text: &str) -> Vec<Occurrence> {
        Table::find(self, text)
    }

    fn get_many(&self, keys: &[String]) -> Vec<Option<String>> {
        Table::get_many(self, keys)
    }
}

/// How sure a label is, from its features.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Model {
    bias: i64,
    weights: Features,
}

impl Model {
    /// Reads the value of [`MODEL_KEY`]: `bias=-1.2 points=0.35 …`; features that are not named
    /// weigh nothing.
    ///
    /// # Errors
    ///
    /// A [`Problem`] if it names something else, or something twice, or a number is none.
    pub fn parse(value: &str) -> Result<Model, Problem> {
        let problem = |reason| Problem { key: MODEL_KEY.to_owned(), reason };
        let mut model = Model { bias: 0, weights: Features::default() };
        let mut seen: Vec<&str> = Vec::new();
        for part in value.split_whitespace() {
            let (name, number) = part.split_once('=').unwrap_or((part, ""));
            let place = match NAMES.iter().position(|it| *it == name) {
                Some(index) => &mut model.weights[index],
                None if name == "bias" => &mut model.bias,
                None => return Err(problem(format!("`{name}` is not one of its numbers"))),
            };
            *place = thousandths(number)
                .filter(|it| it.abs() <= LARGEST)
                .ok_or_else(|| problem(format!("`{part}` should read `{name}=-1.25`")))?;
            if seen.contains(&name) {
                return Err(problem(format!("`{name}` is named twice")));
            }
            seen.push(name);
        }
        Ok(model)
    }

    /// The confidence of a label with these features, in hundredths and never certain.
    pub fn confidence(&self, features: &Features) -> u32 {
        let weighed: i128 = (self.weights.iter().zip(features))
            .map(|(weight, feature)| i128::from(*weight) * i128::from(*feature))
            .sum();
        let score = i128::from(self.bias) + weighed / i128::from(ONE);
        let score = score.clamp(-16 * i128::from(ONE), 16 * i128::from(ONE)) as i32;
        // Nothing that counts words is ever sure.
        ((logistic(f64::from(score) / ONE as f64) * 100.0 + 0.5) as u32).min(99)
    }
}

/// The logistic function. Only additions, multiplications and divisions: they are the same
/// everywhere, to the last bit, and the exponential of a library is not.
fn logistic(x: f64) -> f64 {
    // (1 + x / 2¹⁶) to the power of 2¹⁶ is the exponential to four digits here.
    let mut odds = 1.0 + x / 65_536.0;
    for _ in 0..16 {
        odds *= odds;
    }
    odds / (1.0 + odds)
}

/// How likely a label is where its terms occur.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trust {
    by_weight: [i64; WEIGHTS],
}

impl Default for Trust {
    /// Of terms nobody has seen in use, the weight is all that is known.
    fn default() -> Trust {
        Trust { by_weight: [100, 250, 500, 600, 700, 800, 850, 900, 950] }
    }
}

impl Trust {
    /// Reads the value of [`TRUST_KEY`]: one number from 0 to 1 for each weight from 1 on; the last
    /// also holds for those above.
    ///
    /// # Errors
    ///
    /// A [`Problem`] if a number is none, or there are too many or none.
    pub fn parse(value: &str) -> Result<Trust, Problem> {
        let problem = |reason| Problem { key: TRUST_KEY.to_owned(), reason };
        let numbers: Option<Vec<i64>> = value.split_whitespace().map(share).collect();
        let numbers = numbers.filter(|it| (1..=WEIGHTS).contains(&it.len())).ok_or_else(|| {
            problem(
                "it should have one number from 0 to 1 for each weight, such as `0.1 0.3 0.6`"
                    .to_owned(),
            )
        })?;
        let last = numbers.len() - 1;
        Ok(Trust { by_weight: std::array::from_fn(|index| numbers[index.min(last)]) })
    }

    /// The trust in a term of this weight, in thousandths.
    pub fn of_weight(&self, weight: u32) -> i64 {
        self.by_weight[(weight as usize).clamp(1, WEIGHTS) - 1]
    }
}

/// Reads the value of a row `@trust <key>`: `label 0.8 other-label 0.15`.
///
/// # Errors
///
/// A [`Problem`] if it is anything else, or names no label of the table.
pub fn parse_trusts(key: &str, value: &str, labels: &[&str]) -> Result<Vec<(usize, i64)>, Problem> {
    let words: Vec<&str> = value.split_whitespace().collect();
    let pair = |pair: &[&str]| match pair {
        [label, number] if is_name(label) => {
            Some((labels.iter().position(|it| it == label)?, share(number)?))
        }
        _ => None,
    };
    let pairs: Option<Vec<_>> = words.chunks(2).map(pair).collect();
    pairs.filter(|it| !it.is_empty()).ok_or_else(|| Problem {
        key: key.to_owned(),
        reason: "it should have labels, each with a number from 0 to 1".to_owned(),
    })
}

/// The key of the row that trusts one term.
pub fn trust_key(key: &str) -> String {
    format!("{TRUST_KEY} {key}")
}

fn share(text: &str) -> Option<i64> {
    thousandths(text).filter(|it| (0..=ONE).contains(it))
}

/// A decimal number of at most three digits after the point, in thousandths.
fn thousandths(text: &str) -> Option<i64> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text),
    };
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    let numeric = |text: &str| !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit());
    if !numeric(whole) || !numeric(part) || whole.len() > 6 || part.len() > 3 {
        return None;
    }
    let whole: i64 = whole.parse().ok()?;
    let part: i64 = format!("{part:0<3}").parse().ok()?;
    Some(sign * (whole * ONE + part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_weighs_features() {
        let model = Model::parse("bias=-2 points=0.5 roll-call=-1.125").expect("it is usable");
        let mut features = Features::default();
        assert_eq!(model.confidence(&features), 12, "1 / (1 + e²)");
        features[0] = 4 * ONE;
        assert_eq!(model.confidence(&features), 50);
        features[0] = 400 * ONE;
        assert_eq!(model.confidence(&features), 99);
        features[0] = i64::MIN;
        assert_eq!(model.confidence(&features), 0);
    }

    #[test]
    fn the_logistic_function_is_one() {
        for x in [-16.0_f64, -3.0, -0.5, 0.0, 0.25, 2.0, 5.5, 16.0] {
            let expected = 1.0 / (1.0 + (-x).exp());
            assert!((logistic(x) - expected).abs() < 1e-3, "{x}");
        }
    }

    #[test]
    fn an_unusable_model_says_what_is_wrong() {
        for (value, expected) in [
            ("colour=1", "`colour` is not one of its numbers"),
            ("points", "`points` should read `points=-1.25`"),
            ("points=1.2345", "`points=1.2345` should read `points=-1.25`"),
            ("points=-", "`points=-` should read `points=-1.25`"),
            ("points=99999", "`points=99999` should read `points=-1.25`"),
            ("points=1 points=2", "`points` is named twice"),
        ] {
            assert_eq!(Model::parse(value).expect_err(value).reason, expected);
        }
    }

    #[test]
    fn trust_goes_by_weight_or_by_term() {
        let trust = Trust::parse("0.1 0.25 1").expect("it is usable");
        assert_eq!([1, 2, 3, 9].map(|it| trust.of_weight(it)), [100, 250, 1000, 1000]);
        for unusable in ["", "x", "1.5", "-0.1", "1 1 1 1 1 1 1 1 1 1"] {
            assert!(Trust::parse(unusable).is_err(), "{unusable:?}");
        }
        let trusts = parse_trusts("@trust chip", "chips 0.125 food 1", &["food", "chips"]);
        assert_eq!(trusts.expect("it is usable"), [(1, 125), (0, 1000)]);
        for unusable in ["", "chips", "chips 2", "cars 0.5", "chips 0.5 food"] {
            assert!(parse_trusts("@trust chip", unusable, &["food", "chips"]).is_err());
        }
    }
}
