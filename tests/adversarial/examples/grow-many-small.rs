//! Hoards memory in steps too small to be noticed one by one.
//!
//! verdict: memory
//! because: and its limit is 16.0 MiB

docmill_adversaries::analyzer!(|_| {
    let mut hoard: Vec<Box<[u8; 1000]>> = Vec::new();
    loop {
        hoard.push(std::hint::black_box(Box::new([1; 1000])));
    }
});
