//! Copies its memory around in single instructions that each move megabytes.
//!
//! verdict: deadline
//! because: it ran longer than its deadline of 300ms

docmill_adversaries::analyzer!(|_| {
    let mut bytes = vec![1_u8; 8 << 20];
    loop {
        std::hint::black_box(&mut bytes).copy_within(.., 0);
        std::hint::black_box(&mut bytes).rotate_left(1);
    }
});
