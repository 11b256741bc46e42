//! Looks through fresh memory for what others left there, and leaves something itself.
//!
//! verdict: fine
//! value: 0 bytes of others
//! probes: H-9

use docmill_plugin::prelude::*;

const PAGES: usize = 8;

#[cfg(target_arch = "wasm32")]
fn fresh() -> &'static mut [u8] {
    const PAGE: usize = 64 << 10;
    let begin = core::arch::wasm32::memory_grow(0, PAGES);
    assert_ne!(begin, usize::MAX, "the limit allows for this");
    // SAFETY: the pages were added just now, so nobody else knows of them, and they stay as long as
    // the instance.
    unsafe { core::slice::from_raw_parts_mut((begin * PAGE) as *mut u8, PAGES * PAGE) }
}

#[cfg(not(target_arch = "wasm32"))]
fn fresh() -> &'static mut [u8] {
    Box::leak(vec![0; PAGES].into_boxed_slice())
}

docmill_adversaries::analyzer!(|_| {
    let memory = fresh();
    let left = memory.iter().filter(|byte| **byte != 0).count();
    std::hint::black_box(memory).fill(0xaa);
    Ok(vec![Annotation::of_document("finding").with_value(format!("{left} bytes of others"))])
});
