//! Findings of an earlier step: shown to a plugin that declares that it reads them, and to no
//! other.

use docmill_tests::{Lab, guest, shipped, sources};

fn values(steps: &[&str], step: &str) -> Vec<String> {
    let mut text = format!("[[step]]\nplugin = {:?}\n", shipped("extract-text"));
    for step in steps {
        text.push_str(&format!(
            "\n[[step]]\nplugin = {:?}\n",
            guest(&format!("adversarial/{step}"))
        ));
    }
    let ingested =
        Lab::get().ingest(&Lab::get().pipeline(&text), sources([("a.txt", "Un texte.")]), 1);
    assert_eq!(ingested.failures(), []);
    ingested.values(step)
}

#[test]
fn a_plugin_reads_the_findings_that_it_declares_to_read() {
    let length = values(&["well-behaved"], "well-behaved").remove(0);
    // In whatever order the file names them, the one that is read runs first.
    for steps in [["well-behaved", "read-findings"], ["read-findings", "well-behaved"]] {
        assert_eq!(values(&steps, "read-findings"), [format!("Some([{length:?}])")]);
    }
}

#[test]
fn a_plugin_reads_nothing_of_a_step_that_is_not_there() {
    assert_eq!(values(&["read-findings"], "read-findings"), ["None"]);
}

#[test]
fn a_plugin_reads_nothing_that_it_does_not_declare() {
    let steps = ["well-behaved", "read-undeclared-findings"];
    assert_eq!(values(&steps, "read-undeclared-findings"), ["false"]);
}
