//! What a client prints while others run beside it: kept, and passed on whole when it ended.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// Bytes that are kept of one stream: the latest.
const KEPT: usize = 8 << 20;

/// How long a stream is waited for whose client has ended: somebody else may hold it.
const PATIENCE: Duration = Duration::from_secs(1);

/// The latest bytes of a stream.
#[derive(Debug, Default)]
struct Tail {
    bytes: Vec<u8>,
    dropped: usize,
}

impl Tail {
    fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
        if self.bytes.len() > 2 * KEPT {
            self.trim();
        }
    }

    fn trim(&mut self) {
        let surplus = self.bytes.len().saturating_sub(KEPT);
        self.bytes.drain(..surplus);
        self.dropped += surplus;
    }

    fn take(&mut self) -> Vec<u8> {
        self.trim();
        let bytes = std::mem::take(&mut self.bytes);
        if self.dropped == 0 {
            return bytes;
        }
        let mut all =
            format!("(quince: {} bytes before this are left out)\n", self.dropped).into_bytes();
        all.extend(bytes);
        all
    }
}

/// A stream that is read until its end.
#[derive(Debug)]
pub struct Capture {
    tail: Arc<Mutex<Tail>>,
    reading: JoinHandle<()>,
}

impl Capture {
    /// Begins to read.
    pub fn new(mut stream: impl AsyncRead + Send + Unpin + 'static) -> Self {
        let tail = Arc::new(Mutex::new(Tail::default()));
        let kept = Arc::clone(&tail);
        let reading = tokio::spawn(async move {
            let mut buffer = vec![0; 64 << 10];
            while let Ok(length @ 1..) = stream.read(&mut buffer).await {
                kept.lock().push(&buffer[..length]);
            }
        });
        Self { tail, reading }
    }

    /// Whether nothing came yet.
    #[cfg(test)]
    pub fn is_empty(&self) -> bool {
        self.tail.lock().bytes.is_empty()
    }

    /// What came, once the stream has ended or its time is up.
    pub async fn take(mut self) -> Vec<u8> {
        let _ = timeout(PATIENCE, &mut self.reading).await;
        self.reading.abort();
        self.tail.lock().take()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_stream_is_kept_whole_unless_it_is_endless() {
        let short: &[u8] = b"a\nb\n";
        assert_eq!(Capture::new(short).take().await, b"a\nb\n");
        let mut tail = Tail::default();
        for _ in 0..400 {
            tail.push(&vec![b'x'; 64 << 10]);
            assert!(tail.bytes.len() <= 2 * KEPT);
        }
        let told = tail.take();
        assert!(told.starts_with(b"(quince: 17825792 bytes before this are left out)\nxxx"));
        assert!(told.len() < KEPT + 100);
    }
}
