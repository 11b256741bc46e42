//! Tries to end the process that runs it, with success.
//!
//! verdict: trapped
//! because: it called `exit`
//! breaks: R-1

#[expect(clippy::exit, reason = "this is the point")]
fn exit() -> ! {
    std::process::exit(0)
}

docmill_adversaries::analyzer!(|_| exit());
