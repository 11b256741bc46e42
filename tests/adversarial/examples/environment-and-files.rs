//! Looks for files, variables, arguments and input, and finds none.
//!
//! verdict: fine
//! value: open doors:
//! probes: H-8

use docmill_plugin::prelude::*;

use std::io::Read;

docmill_adversaries::analyzer!(|_| {
    let mut doors = Vec::new();
    for path in ["/etc/passwd", "/", ".", "docmill.toml", "../secret", "/proc/self/environ"] {
        if std::fs::read(path).is_ok() || std::fs::read_dir(path).is_ok() {
            doors.push(path.to_owned());
        }
    }
    if std::fs::write("/tmp/left-behind", "x").is_ok() || std::fs::create_dir("mine").is_ok() {
        doors.push("writing".to_owned());
    }
    doors.extend(std::env::vars().map(|(name, _)| name));
    doors.extend(std::env::args());
    let mut input = Vec::new();
    if std::io::stdin().read_to_end(&mut input).is_ok_and(|read| read > 0) {
        doors.push("input".to_owned());
    }
    if std::thread::Builder::new().spawn(|| ()).is_ok() {
        doors.push("threads".to_owned());
    }
    Ok(vec![
        Annotation::of_document("finding").with_value(format!("open doors: {}", doors.join(","))),
    ])
});
