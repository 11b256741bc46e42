//! The process that compiles plugins: it limits itself before it reads a byte of what it compiles.

use std::fs;
use std::io::Write;
use std::process::Stdio;
use std::time::Duration;

use docmill_tests::TestEnv;

/// A component with a function of 1,000 loops, one after the other.
fn component() -> Vec<u8> {
    const LOOP: &[u8] = b"\x03\x40\x20\x00\x0d\x00\x0b";
    let body = [&b"\x01\x01\x7f"[..], &LOOP.repeat(1_000), b"\x0b"].concat();
    let code = [b"\x01", length(&body).as_slice(), &body].concat();
    let module = [
        &b"\0asm\x01\0\0\0"[..],
        b"\x01\x04\x01\x60\x00\x00",
        b"\x03\x02\x01\x00",
        b"\x0a",
        &length(&code),
        &code,
    ]
    .concat();
    [&b"\0asm\x0d\0\x01\0\x01"[..], &length(&module), &module].concat()
}

/// The number of bytes as WebAssembly writes it: LEB128.
fn length(bytes: &[u8]) -> Vec<u8> {
    let (mut rest, mut written) = (bytes.len(), Vec::new());
    while rest >= 0x80 {
        written.push((rest & 0x7f) as u8 | 0x80);
        rest >>= 7;
    }
    written.push(rest as u8);
    written
}

#[cfg(target_os = "linux")]
#[test]
fn the_compiler_limits_itself_before_it_reads_anything() {
    let env = TestEnv::new();
    let mut child =
        env.command(["compile-component"]).stdin(Stdio::piped()).spawn().expect("docmill starts");
    let limits = format!("/proc/{}/limits", child.id());
    let is_limited = |what: &str, most: &str| {
        let limits = fs::read_to_string(&limits).expect("the process waits for its input");
        let line = limits.lines().find(|line| line.starts_with(what)).expect("a known limit");
        line.trim_start_matches(what).split_whitespace().take(2).all(|value| value == most)
    };
    let all = || {
        is_limited("Max cpu time", "120")
            && is_limited("Max address space", "2147483648")
            && is_limited("Max core file size", "0")
    };
    // It has to start first, and the machine may be busy.
    let found = (0..1_000).any(|_| {
        std::thread::sleep(Duration::from_millis(10));
        all()
    });
    assert!(found, "{}", fs::read_to_string(&limits).unwrap_or_default());
    // Nothing was read so far, and what is read now is compiled.
    let mut input = child.stdin.take().expect("it is piped");
    input.write_all(&component()).expect("it is read");
    drop(input);
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success() && !output.stdout.is_empty(), "{output:?}");
}
