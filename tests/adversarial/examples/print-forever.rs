//! Prints until it is stopped.
//!
//! verdict: deadline
//! because: it ran longer than its deadline of 300ms

#[expect(clippy::print_stdout, reason = "this is the point")]
fn talk() {
    println!("{}", "x".repeat(1_000));
}

docmill_adversaries::analyzer!(|_| loop {
    talk();
});
