//! Why a plugin gave up, in words: out of what its runtime printed last, and of the names in its
//! call stack.
//!
//! A runtime that gives up says why on its standard error, and ends in code that is marked as
//! unreachable. One that was built without a standard error cannot say anything: then the names of
//! the functions on its stack tell what it was about.

use crate::capabilities::cut;

/// How much of what a plugin says becomes a reason, in bytes.
const LONGEST: usize = 400;

/// The reason, as a lower-case fragment, for a plugin that printed this and stopped in these
/// functions, innermost first.
pub(super) fn reason(printed: &str, frames: &[String]) -> String {
    let said = raised_in_python(printed)
        .or_else(|| thrown_in_javascript(printed))
        .or_else(|| panicked(printed))
        .or_else(|| last_line(printed).map(str::to_owned));
    match (said, done(frames)) {
        (Some(said), _) => format!("it gave up: {}", cut(&said, LONGEST)),
        (None, Some(done)) => done,
        (None, None) => "it reached code that it declared unreachable".to_owned(),
    }
}

/// The lines of what was printed, without those that a runtime adds for its own developers.
pub(super) fn lines(printed: &str) -> impl Iterator<Item = &str> {
    printed.lines().map(str::trim_end).filter(|line| !line.is_empty() && !is_noise(line))
}

fn is_noise(line: &str) -> bool {
    line.starts_with("note: run with `RUST_BACKTRACE=")
        || line.starts_with("Redirecting call to abort() to ")
        || line.contains(" panicked at runtime/src/lib.rs:")
        || line == "Python function threw an unexpected exception"
}

/// The last exception of a traceback, with the innermost place.
fn raised_in_python(printed: &str) -> Option<String> {
    let (_, traceback) = printed.rsplit_once("Traceback (most recent call last):\n")?;
    let mut place = None;
    for line in traceback.lines() {
        if let Some(frame) = line.strip_prefix("  File \"") {
            place = python_place(frame).or(place);
        } else if !line.starts_with(' ') && !line.trim().is_empty() {
            let said = cut(line.trim_end(), LONGEST / 2);
            return Some(match place {
                Some(place) => format!("{said} ({place})"),
                None => said.to_owned(),
            });
        }
    }
    None
}

/// `/0/years.py", line 3, in find` as `years.py:3, in find`.
fn python_place(frame: &str) -> Option<String> {
    let (path, rest) = frame.split_once("\", line ")?;
    // What the SDK raises about a value is about the line that put it in; what `dataclass` writes
    // has no file.
    if path.contains("/docmill_plugin/") || path == "<string>" {
        return None;
    }
    let (line, function) = rest.split_once(", in ").unwrap_or((rest, ""));
    // The tool mounts the folders of a component by number.
    let inner = path.strip_prefix('/').and_then(|path| path.split_once('/'));
    let path = match inner {
        Some((number, inner)) if number.bytes().all(|it| it.is_ascii_digit()) => inner,
        _ => path,
    };
    let function = if function.is_empty() { String::new() } else { format!(", in {function}") };
    Some(format!("{path}:{line}{function}"))
}

/// What the glue around a JavaScript plugin says of an exception that is no error of the contract,
/// or of a value of another type.
fn thrown_in_javascript(printed: &str) -> Option<String> {
    const BEFORE: &str = "invalid variant tag value `undefined` (received `";
    if let Some((_, thrown)) = printed.rsplit_once(BEFORE) {
        let thrown = thrown.split_once("`) specified for `").map_or(thrown, |(thrown, _)| thrown);
        return Some(thrown.trim().to_owned());
    }
    let (before, stack) = printed.rsplit_once("\nStack:\n")?;
    let said = last_line(before)?;
    let is_of_glue = stack.lines().next().is_some_and(|it| it.contains("initializer.js:"));
    match is_of_glue {
        // Code of the author never runs in there: it is about what that returned.
        true => Some(format!("what it returned does not fit the contract: {said}")),
        false => Some(said.to_owned()),
    }
}

/// The message and the place of a panic in Rust, or what Python's runtime says in one of its own
/// about a value that does not fit.
fn panicked(printed: &str) -> Option<String> {
    let (_, panic) = printed.rsplit_once("panicked at ")?;
    let (place, message) = panic.split_once('\n')?;
    let message = lines(message).collect::<Vec<_>>().join(" ");
    if place.starts_with("runtime/src/lib.rs:") {
        let fits = |it: &str| format!("what it returned does not fit the contract: {it}");
        if let Some((_, rest)) = message.split_once("classinfo: <class '") {
            let wanted = rest.split('\'').next().unwrap_or(rest);
            return Some(fits(&format!("there has to be a `{wanted}`")));
        }
        if let Some((_, rest)) = message.split_once(", value: ") {
            return Some(fits(rest.split(", traceback: ").next().unwrap_or(rest)));
        }
    }
    let place = place.trim_end_matches(':');
    Some(format!("{} ({place})", cut(&message, LONGEST - 100)))
}

fn last_line(printed: &str) -> Option<&str> {
    lines(printed).last().map(str::trim)
}

/// What functions of these names are about, by the parts of a runtime that cannot be there by
/// chance. The first that fits counts: a runtime that prints an exception looks for files while it
/// does.
const DOINGS: [(&[&str], &str); 8] = [
    (
        &["PyErr_Print", "_PyErr_PrintEx", "_PyErr_Display"],
        "it raised an exception, and cannot say which",
    ),
    (&["wit_dylib_pop_"], "what it returned does not fit the contract, and it cannot say how"),
    (&["std::panicking::"], "it panicked, and cannot say why"),
    (
        &["PyImport_ImportModuleLevelObject"],
        "it imported a module that was not imported while it was built",
    ),
    (&["builtin_print", "stdout_get_stdout", "stderr_get_stderr"], "it printed"),
    (
        &["wall_clock_now", "monotonic_clock_now", "clock_gettime", "PyTime_Time"],
        "it read the clock, and there is none",
    ),
    (
        &["random_get_random_bytes", "getentropy", "_PyOS_URandom"],
        "it asked for randomness, and there is none",
    ),
    (
        &["filesystem_preopens_get_directories", "_io_open", "posix_do_stat", "os_open_impl"],
        "it opened a file, or asked whether there is one",
    ),
];

fn done(frames: &[String]) -> Option<String> {
    let is_there =
        |parts: &&[&str]| frames.iter().any(|frame| parts.iter().any(|part| frame.contains(part)));
    DOINGS.iter().find(|(parts, _)| is_there(parts)).map(|(_, done)| (*done).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PYTHON: &str = "before\nTraceback (most recent call last):\n  File \"/0/years.py\", line 20, in analyze\n  \
        File \"/0/deep/inner.py\", line 13, in inner\n    return {}[text]\n           ~~^^^^^^\n  \
        File \"/1/docmill_plugin/_types.py\", line 19, in __post_init__\nKeyError: 'exception'\n\n\
        thread '<unnamed>' (1) panicked at runtime/src/lib.rs:1293:29:\nPython function threw an unexpected exception\n\
        note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace\n";

    #[test]
    fn an_exception_in_python_is_named_with_its_place() {
        assert_eq!(
            reason(PYTHON, &[]),
            "it gave up: KeyError: 'exception' (deep/inner.py:13, in inner)"
        );
        let kept: Vec<&str> = lines(PYTHON).collect();
        assert_eq!((kept.len(), kept[0], kept[7]), (8, "before", "KeyError: 'exception'"));
    }

    #[test]
    fn a_value_that_does_not_fit_is_told_of_python_and_javascript() {
        let python = |panic: &str| {
            reason(
                &format!("\nthread '<unnamed>' (1) panicked at runtime/src/lib.rs:1:2:\n{panic}\n"),
                &[],
            )
        };
        assert_eq!(
            python(
                "called `Result::unwrap()` on an `Err` value: PyErr { type: <class 'TypeError'>, value: TypeError(\"'int' object is not an instance of 'str'\"), traceback: None }"
            ),
            "it gave up: what it returned does not fit the contract: TypeError(\"'int' object is not an instance of 'str'\")"
        );
        assert_eq!(
            python(
                "called `Result::unwrap()` on an `Err` value: CastError { from: None, classinfo: <class 'list'> }"
            ),
            "it gave up: what it returned does not fit the contract: there has to be a `list`"
        );
        assert_eq!(
            reason(
                "expected a string, received [number]\nStack:\n  _utf8@/tmp/1/sources/initializer.js:34:11\n\nRedirecting call to abort() to mozalloc_abort\n",
                &[]
            ),
            "it gave up: what it returned does not fit the contract: expected a string, received [number]"
        );
    }

    #[test]
    fn what_was_thrown_in_javascript_is_told() {
        let said = "invalid variant tag value `undefined` (received `TypeError: can't access property \"a\" of null`) specified for `Error`\nStack:\n  f@/tmp/1/sources/initializer.js:1182:17\n";
        assert_eq!(reason(said, &[]), "it gave up: TypeError: can't access property \"a\" of null");
    }

    #[test]
    fn a_panic_is_its_message_and_its_place() {
        let said = "\nthread 'main' (1) panicked at src/lib.rs:12:5:\nI am nobody\nnote: run with `RUST_BACKTRACE=1` environment variable to display a backtrace\n";
        assert_eq!(reason(said, &[]), "it gave up: I am nobody (src/lib.rs:12:5)");
    }

    #[test]
    fn without_words_the_functions_tell_what_it_was_about() {
        let of = |frames: &[&str]| {
            let frames: Vec<String> = frames.iter().map(|it| (*it).to_owned()).collect();
            reason("", &frames)
        };
        assert_eq!(of(&["stdout_get_stdout", "write", "builtin_print"]), "it printed");
        assert_eq!(of(&["wall_clock_now", "time_time"]), "it read the clock, and there is none");
        assert_eq!(
            of(&["random_get_random_bytes", "os_urandom"]),
            "it asked for randomness, and there is none"
        );
        assert_eq!(
            of(&["filesystem_preopens_get_directories", "open", "_io_open"]),
            "it opened a file, or asked whether there is one"
        );
        assert_eq!(
            of(&["posix_do_stat", "PyImport_ImportModuleLevelObject", "PyErr_PrintEx"]),
            "it raised an exception, and cannot say which"
        );
        assert_eq!(of(&["sort", "function 3"]), "it reached code that it declared unreachable");
        assert_eq!(of(&[]), "it reached code that it declared unreachable");
    }

    #[test]
    fn hostile_words_stay_short_and_end() {
        let long = "x".repeat(100_000);
        for said in [
            format!("Traceback (most recent call last):\n  File \"{long}\n{long}"),
            format!("panicked at {long}\n{long}"),
            format!("invalid variant tag value `undefined` (received `{long}"),
            format!("{long}\nStack:\n{long}"),
            "é".repeat(10_000),
            "Traceback (most recent call last):\n".repeat(1_000),
            "\n\n\n".to_owned(),
        ] {
            assert!(reason(&said, &[]).len() < LONGEST + 20, "{}", cut(&said, 50));
        }
    }
}
