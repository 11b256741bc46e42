//! Never comes to an end.
//!
//! verdict: deadline
//! because: it ran longer than its deadline of 300ms
//! breaks: R-1

docmill_adversaries::analyzer!(|_| loop {
    std::hint::black_box(());
});
