//! Prints without end, and finds something all the same.
//!
//! verdict: fine
//! value: done

use docmill_plugin::prelude::*;

#[expect(clippy::print_stdout, reason = "this is the point")]
fn talk() {
    for number in 0..2_000 {
        println!("line {number}");
    }
}

docmill_adversaries::analyzer!(|_| {
    talk();
    Ok(vec![Annotation::of_document("finding").with_value("done")])
});
