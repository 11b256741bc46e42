//! Reads its source again and again.
//!
//! verdict: deadline
//! because: it ran longer than its deadline of 300ms
//! breaks: R-1

docmill_adversaries::extractor!(|source| loop {
    std::hint::black_box(source.read(0, 1 << 10));
});
