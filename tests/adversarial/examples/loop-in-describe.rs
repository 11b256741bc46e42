//! Never comes to an end of describing itself.
//!
//! verdict: rejected
//! because: it ran longer than its deadline
//! breaks: D-3

docmill_adversaries::described_as!(|_| loop {
    std::hint::black_box(());
});
