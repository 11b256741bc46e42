//! Reads where the source has nothing, which is allowed and yields nothing.
//!
//! verdict: fine
//! value: 0 bytes past the end, all: true
//! breaks: E-2
//! probes: H-5

use docmill_plugin::prelude::*;

docmill_adversaries::extractor!(|source| {
    let past = [(source.size(), 1), (u64::MAX, u32::MAX), (u64::MAX - 1, 2), (1 << 40, 0)];
    let read: usize = past.iter().map(|(offset, length)| source.read(*offset, *length).len()).sum();
    // The whole source in one read that asks for more than there is.
    let all = source.read(0, u32::MAX).len() as u64 == source.size();
    Ok(vec![Document::new(format!("{read} bytes past the end, all: {all}")).into()])
});
