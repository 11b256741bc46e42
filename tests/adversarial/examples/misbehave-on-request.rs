//! Misbehaves only on documents that ask for it by name; for runs where most documents are
//! innocent. It works for a while, too, where it is asked to.
//!
//! verdict: fine
//! value: innocent

use docmill_plugin::prelude::*;

/// A tenth of a second and more of any processor of today.
const WORK: u32 = 200_000_000;

docmill_adversaries::analyzer!(|document| {
    let trigger = document.text.split_whitespace().find_map(|word| word.strip_prefix("please-"));
    match trigger {
        Some("loop") => loop {
            std::hint::black_box(());
        },
        Some("work") => {
            (0..WORK).for_each(|step| {
                std::hint::black_box(step);
            });
            Ok(vec![Annotation::of_document("finding").with_value("worked")])
        }
        Some("hoard") => {
            let hoard = vec![1_u8; 256 << 20];
            Ok(vec![
                Annotation::of_document("finding").with_value(std::hint::black_box(hoard).len()),
            ])
        }
        Some("trap") => {
            log::warn!("about to trap");
            panic!("as you asked");
        }
        Some("lie") => Ok(vec![Annotation::at("finding", 0..document.text.len() + 1)]),
        _ => Ok(vec![Annotation::of_document("finding").with_value("innocent")]),
    }
});
