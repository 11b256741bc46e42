//! Hands `parquet` to libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| docmill_fuzz::parquet(data));
