//! What a plugin prints: the end of it is kept, for its log.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi::p2::{OutputStream, Pollable, StreamResult};

/// The end of what a plugin printed, on its standard output and its standard error, as it came.
#[derive(Clone, Default)]
pub(super) struct Printed(Arc<Mutex<Vec<u8>>>);

/// How much of it is kept, in bytes. A traceback fits in.
const KEPT: usize = 8 << 10;
/// How much a plugin may print in one write, in bytes.
const LONGEST_WRITE: usize = 64 << 10;

impl Printed {
    /// What was kept. Where the beginning is gone, what is left of its line is left out.
    pub(super) fn text(&self) -> String {
        let printed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let text = String::from_utf8_lossy(&printed);
        match text.split_once('\n') {
            Some((_, whole)) if printed.len() == KEPT => whole.to_owned(),
            _ => text.into_owned(),
        }
    }

    fn append(&self, bytes: &[u8]) {
        let mut printed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        printed.extend_from_slice(&bytes[bytes.len().saturating_sub(KEPT)..]);
        let surplus = printed.len().saturating_sub(KEPT);
        printed.drain(..surplus);
    }
}

impl IsTerminal for Printed {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for Printed {
    fn async_stream(&self) -> Box<dyn tokio::io::AsyncWrite + Send + Sync> {
        // Only preview 3 asks for this, and it is not linked.
        Box::new(tokio::io::sink())
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }
}

impl OutputStream for Printed {
    fn write(&mut self, bytes: bytes::Bytes) -> StreamResult<()> {
        self.append(&bytes);
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(LONGEST_WRITE)
    }
}

impl Pollable for Printed {
    fn ready<'life, 'future>(&'life mut self) -> Pin<Box<dyn Future<Output = ()> + Send + 'future>>
    where
        'life: 'future,
        Self: 'future,
    {
        Box::pin(std::future::ready(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_end_of_a_long_print_is_kept() {
        let printed = Printed::default();
        printed.append(&[b'a'; 100_000]);
        printed.append(b"the end");
        assert_eq!(printed.0.lock().unwrap().len(), KEPT);
        assert!(printed.text().ends_with("athe end"));
        printed.append(b"\nanother\n");
        assert_eq!(printed.text(), "another\n");
    }

    #[test]
    fn what_is_no_text_is_replaced() {
        let printed = Printed::default();
        printed.append(b"a\xff\xfeb");
        assert_eq!(printed.text(), "a\u{fffd}\u{fffd}b");
    }
}
