//! Failures of one kind: the first few are told one by one, the others as a number.

use std::collections::BTreeMap;

use docmill::model::{Failure, FailureClass};

use super::one_line;

/// So many of a kind are told one by one.
const TOLD: u64 = 10;
/// So many kinds are told apart; causes may name numbers, and then no two are alike.
const MOST_KINDS: usize = 100;

/// What failed alike: the same step, with the same class, for the same first reason.
#[derive(Debug, Default)]
pub struct Kinds {
    numbers: BTreeMap<(FailureClass, String, String), u64>,
    /// Of kinds that came after the first hundred.
    others: BTreeMap<FailureClass, u64>,
}

/// Failures that were not told one by one.
#[derive(Debug, PartialEq, Eq)]
pub struct More {
    /// Their class.
    pub class: FailureClass,
    /// Their step, in words.
    pub step: String,
    /// Their reason, in words.
    pub cause: String,
    /// How many there are.
    pub number: u64,
}

impl Kinds {
    /// Whether this one is told by itself.
    pub fn is_shown(&mut self, failure: &Failure) -> bool {
        let kind = (failure.class, step_words(failure), cause_words(failure));
        let is_full = self.numbers.len() >= MOST_KINDS;
        match self.numbers.get_mut(&kind) {
            Some(number) => {
                *number += 1;
                *number <= TOLD
            }
            None if is_full => {
                let number = self.others.entry(failure.class).or_default();
                *number += 1;
                *number <= TOLD
            }
            None => {
                self.numbers.insert(kind, 1);
                true
            }
        }
    }

    /// What was not told one by one, kind by kind.
    pub fn more(&self) -> impl Iterator<Item = More> {
        let of_kinds = self.numbers.iter().map(|((class, step, cause), number)| More {
            class: *class,
            step: step.clone(),
            cause: cause.clone(),
            number: number.saturating_sub(TOLD),
        });
        let others = self.others.iter().map(|(class, number)| More {
            class: *class,
            step: "-".to_owned(),
            cause: "for various reasons".to_owned(),
            number: number.saturating_sub(TOLD),
        });
        of_kinds.chain(others).filter(|more| more.number > 0)
    }

    /// Whether there is something that was not told one by one.
    pub fn is_any_left_out(&self) -> bool {
        self.more().next().is_some()
    }
}

/// The step that failed, for people.
pub fn step_words(failure: &Failure) -> String {
    failure.step.as_ref().map_or("-".to_owned(), |step| one_line(step.as_str(), 64))
}

/// The first reason, for people.
pub fn cause_words(failure: &Failure) -> String {
    failure.causes.first().map_or(String::new(), |cause| one_line(cause, 400))
}

#[cfg(test)]
mod tests {
    use docmill::model::{FailureId, RunId, SourceName};

    use super::*;

    fn failure(name: &str, cause: &str) -> Failure {
        let source = SourceName::new(name).unwrap();
        Failure {
            id: FailureId::of(&source, None, None),
            source,
            original: None,
            document: None,
            step: None,
            component: None,
            attempt: None,
            cost: None,
            class: FailureClass::Host,
            causes: vec![cause.to_owned()],
            hint: None,
            backtrace: Vec::new(),
            log: Vec::new(),
            run: RunId(1),
        }
    }

    #[test]
    fn thousands_of_one_kind_are_a_few_lines_and_a_number() {
        let mut kinds = Kinds::default();
        let told = (0..5_000).filter(|it| kinds.is_shown(&failure(&it.to_string(), "no"))).count();
        assert!(kinds.is_shown(&failure("a", "another reason")));
        assert_eq!(told as u64, TOLD);
        let more: Vec<More> = kinds.more().collect();
        assert_eq!((more.len(), more[0].number), (1, 5_000 - TOLD));
    }

    #[test]
    fn reasons_that_are_never_alike_are_not_all_remembered() {
        let mut kinds = Kinds::default();
        let told =
            (0..5_000).filter(|it| kinds.is_shown(&failure("a", &format!("at byte {it}")))).count();
        assert_eq!(told, MOST_KINDS + TOLD as usize);
        assert_eq!(kinds.more().map(|it| it.number).sum::<u64>() as usize, 5_000 - told);
    }
}
