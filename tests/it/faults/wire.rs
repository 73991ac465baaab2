//! A client that sees every byte, and how the connection ends.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::support::Fixture;

/// Far longer than anything here takes; a test that gets there has failed.
const FOREVER: Duration = Duration::from_secs(30);

/// How a connection ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// In order: a read finds nothing more.
    Fin,
    /// By a reset: a read fails.
    Reset,
}

impl End {
    /// As a rule spells it.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Fin => "close",
            Self::Reset => "reset",
        }
    }
}

/// One connection, and what came in on it that nobody took yet.
pub(crate) struct Wire {
    stream: TcpStream,
    ahead: Vec<u8>,
}

/// What a test may wait for.
pub(crate) async fn within<T>(what: impl Future<Output = T>) -> T {
    timeout(FOREVER, what).await.expect("this never ended")
}

/// The bytes of a `GET` of `/mdm/v2/{path}`.
pub(crate) fn get(stoken: &str, path: &str) -> Vec<u8> {
    request("GET", stoken, path, "")
}

/// The bytes of a `POST` of JSON to `/mdm/v2/{path}`.
pub(crate) fn post(stoken: &str, path: &str, body: &str) -> Vec<u8> {
    request("POST", stoken, path, body)
}

fn request(method: &str, stoken: &str, path: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "{method} /mdm/v2/{path} HTTP/1.1\r\nhost: quince.test\r\nauthorization: Bearer {stoken}\r\n\
         content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

impl Wire {
    pub(crate) async fn connect(school: &Fixture) -> Self {
        let address = school.quince.url().replace("http://", "");
        let stream = within(TcpStream::connect(address)).await.unwrap();
        Self { stream, ahead: Vec::new() }
    }

    pub(crate) async fn send(&mut self, bytes: &[u8]) {
        within(self.stream.write_all(bytes)).await.unwrap();
    }

    /// Head, with the blank line at its end, and as much body as the head announces.
    pub(crate) async fn answer(&mut self) -> (String, Vec<u8>) {
        let head = self.head().await;
        let body = self.take(announced(&head)).await;
        (head, body)
    }

    pub(crate) async fn head(&mut self) -> String {
        loop {
            if let Some(at) = self.ahead.windows(4).position(|four| four == b"\r\n\r\n") {
                return String::from_utf8(self.take(at + 4).await).unwrap();
            }
            self.more().await;
        }
    }

    /// Exactly so many bytes.
    pub(crate) async fn take(&mut self, count: usize) -> Vec<u8> {
        while self.ahead.len() < count {
            self.more().await;
        }
        let rest = self.ahead.split_off(count);
        std::mem::replace(&mut self.ahead, rest)
    }

    async fn more(&mut self) {
        let count = within(self.stream.read_buf(&mut self.ahead)).await.unwrap();
        assert!(count > 0, "closed after {:?}", String::from_utf8_lossy(&self.ahead));
    }

    /// Whether nothing has come, as far as one can tell without waiting.
    pub(crate) async fn is_silent(&mut self) -> bool {
        for _ in 0..50 {
            tokio::task::yield_now().await;
        }
        let more = self.stream.try_read_buf(&mut self.ahead);
        more.is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock) && self.ahead.is_empty()
    }

    /// Everything up to the end of the connection, and how that came.
    pub(crate) async fn rest(mut self) -> (Vec<u8>, End) {
        loop {
            match within(self.stream.read_buf(&mut self.ahead)).await {
                Ok(0) => return (self.ahead, End::Fin),
                Ok(_) => {}
                Err(error) => {
                    assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
                    return (self.ahead, End::Reset);
                }
            }
        }
    }
}

/// The length of the body that a head announces.
pub(crate) fn announced(head: &str) -> usize {
    let mut lines = head.lines();
    let length = lines.find_map(|line| line.strip_prefix("content-length: "));
    length.unwrap_or_else(|| panic!("no length: {head}")).parse().unwrap()
}
