//! Opens tables and settings that nobody granted.
//!
//! verdict: fine
//! value: 0
//! probes: H-3

use docmill_plugin::prelude::*;

docmill_adversaries::analyzer!(|_| {
    let names = ["glossary", "", "../../etc/passwd", "glossary-fr"];
    let open = names.iter().filter(|name| Table::open(name).is_some()).count()
        + names.iter().filter(|name| setting(name).is_some()).count();
    Ok(vec![Annotation::of_document("finding").with_value(open)])
});
