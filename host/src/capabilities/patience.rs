//! Tries again what failed for want of something that the machine may have in a moment.

use std::time::Duration;

/// How long to wait before each further try. Longer than others need to close files or to give
/// memory back, and shorter than anybody would wait before asking what is wrong.
const WAITS: [Duration; 3] =
    [Duration::from_millis(50), Duration::from_millis(250), Duration::from_millis(1_000)];

/// The first result that is not the machine's fault, or the last one.
pub(crate) fn patiently<T, E>(
    is_of_machine: impl Fn(&E) -> bool,
    mut attempt: impl FnMut() -> Result<T, E>,
) -> Result<T, E> {
    for wait in WAITS {
        match attempt() {
            Err(error) if is_of_machine(&error) => std::thread::sleep(wait),
            result => return result,
        }
    }
    attempt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_the_machines_fault_is_tried_again_and_nothing_else() {
        let tries = |ends: &[Result<u8, &'static str>]| {
            let mut left = ends.iter();
            let result = patiently(|it| *it == "machine", || *left.next().unwrap());
            (result, left.count())
        };
        assert_eq!(tries(&[Err("machine"), Err("machine"), Ok(7)]), (Ok(7), 0));
        assert_eq!(tries(&[Err("plugin"), Ok(7)]), (Err("plugin"), 1));
        assert_eq!(tries(&[Err("machine"), Err("plugin"), Ok(7)]), (Err("plugin"), 1));
    }
}
