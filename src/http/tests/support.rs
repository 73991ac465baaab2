//! A door that does what the path says, and a client that sees every byte.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{HeaderValue, StatusCode, header};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::Notify,
    time::timeout,
};

use crate::{
    api::exchange::{After, Door, Drip, Ends, Extent, Fate, Reply, Request, Stream},
    http::{Limits, Server},
};

/// Far longer than anything here takes; a test that gets there has failed.
const FOREVER: Duration = Duration::from_mins(1);

pub(super) const HOUR: Duration = Duration::from_hours(1);

pub(super) const DIGITS: &str = "0123456789";

/// Limits that do not end a connection while hours pass.
pub(super) const PATIENT: Limits = Limits {
    connections: 1,
    body_bytes: 1 << 20,
    control_body_bytes: 1 << 20,
    body_timeout: Duration::from_hours(1000),
    head_timeout: Duration::from_hours(1000),
    grace: Duration::from_mins(1),
    linger: Duration::from_mins(1),
};

/// An hour passes, for whoever waits for it. Then time is real again, so that waiting for a socket
/// makes no more of it pass.
pub(super) async fn hour() {
    tokio::time::pause();
    tokio::time::advance(HOUR).await;
    tokio::time::resume();
}

/// What a test may wait for.
pub(super) async fn within<T>(what: impl Future<Output = T>) -> T {
    timeout(FOREVER, what).await.expect("this never ended")
}

#[derive(Default)]
pub(super) struct Paths {
    /// Told when a request for `/hold` is inside.
    pub(super) entered: Notify,
    /// Lets one request for `/hold` go on.
    pub(super) released: Notify,
}

impl Door for Paths {
    async fn answer(&self, request: Request) -> Reply {
        match request.path.as_str() {
            "/panic" => panic!("as asked: {}", request.path),
            "/hold" => {
                self.entered.notify_one();
                self.released.notified().await;
                Reply::text(StatusCode::OK, "held")
            }
            "/about" => Reply::text(StatusCode::OK, about(&request)),
            "/nothing" => Reply::empty(StatusCode::NO_CONTENT),
            "/dated" => {
                let mut reply = Reply::text(StatusCode::OK, "dated");
                reply.headers.insert(
                    header::DATE,
                    HeaderValue::from_static("Thu, 15 Jan 2026 09:00:00 GMT"),
                );
                reply
            }
            "/cut" => cut(&request),
            _ => Reply::text(StatusCode::OK, request.body),
        }
    }
}

fn about(request: &Request) -> String {
    let Request { method, path, query, headers, body, peer, scheme, authority } = request;
    format!(
        "{method} {path} {query:?} x={:?} body={} peer={} {} {authority:?}",
        headers.get("x"),
        body.len(),
        peer.is_some(),
        scheme.as_str()
    )
}

/// `/cut?` with any of these, a body of 100 digits if nothing else is said:
/// `reset=N` or `close=N` after N bytes of the answer, with `of=body` of the body; `extent=connection`;
/// `drip=N`, a piece an hour; `garbage=TEXT`; `size=N` for another body, `made=N` for so many streamed pieces.
fn cut(request: &Request) -> Reply {
    let mut reply = Reply::text(StatusCode::OK, DIGITS.repeat(10));
    let query = request.query.clone().unwrap_or_default();
    let pairs: Vec<_> = form_urlencoded::parse(query.as_bytes()).collect();
    let has = |pair: (&str, &str)| pairs.iter().any(|(key, value)| (&**key, &**value) == pair);
    for (key, value) in &pairs {
        let number = || value.parse().expect("a number");
        let after = || if has(("of", "body")) { After::Body } else { After::Answer };
        match &**key {
            "reset" => reply.fate.cut = Fate::cut(after()(number()), Ends::Reset).cut,
            "close" => reply.fate.cut = Fate::cut(after()(number()), Ends::Close).cut,
            "drip" => reply.fate.drip = Some(Drip { bytes: size(number()), every: HOUR }),
            "garbage" => reply.fate.garbage = Some(value.as_bytes().to_vec().into()),
            "size" => reply.body = vec![b'x'; size(number())].into(),
            "made" => {
                (reply.body, reply.stream) = (Bytes::new(), Some(digits(number())));
            }
            _ => {}
        }
    }
    if let Some(cut) = reply.fate.cut.as_mut().filter(|_| has(("extent", "connection"))) {
        cut.extent = Extent::Connection;
    }
    reply
}

fn size(number: u64) -> usize {
    usize::try_from(number).expect("a size")
}

/// Ten digits, so many times.
fn digits(times: u64) -> Stream {
    Stream::new(async move {
        let rest = times.checked_sub(1)?;
        Some((Bytes::from_static(DIGITS.as_bytes()), digits(rest)))
    })
}

pub(super) async fn serve(limits: Limits) -> (Server, Arc<Paths>) {
    let door = Arc::new(Paths::default());
    let listen = SocketAddr::from(([127, 0, 0, 1], 0));
    (Server::bind(listen, Arc::clone(&door), limits).await.expect("a free port"), door)
}

/// One connection and what came in on it beyond the answers read so far.
pub(super) struct Raw {
    pub(super) stream: TcpStream,
    ahead: Vec<u8>,
}

/// Head and body of one answer.
pub(super) struct Answer {
    pub(super) head: String,
    pub(super) body: String,
}

impl Answer {
    pub(super) fn status(&self) -> &str {
        self.head.split(' ').nth(1).expect("a status line")
    }
}

impl Raw {
    pub(super) async fn connect(server: &Server) -> Self {
        let stream = within(TcpStream::connect(server.local_addr())).await.expect("connects");
        Self { stream, ahead: Vec::new() }
    }

    pub(super) async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        within(self.stream.write_all(bytes.as_ref())).await.expect("takes bytes");
    }

    /// A request without a body, its answer unread.
    pub(super) async fn get(&mut self, target: &str) {
        self.send(format!("GET {target} HTTP/1.1\r\nhost: example\r\n\r\n")).await;
    }

    /// Reads the head of an answer, and its body as `content-length` has it.
    pub(super) async fn answer(&mut self) -> Answer {
        let head = self.head().await;
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "))
            .map_or(0, |length| length.parse().expect("a length"));
        let body = self.take(length).await;
        Answer { head, body }
    }

    /// Reads a head only, as after `HEAD`.
    pub(super) async fn head(&mut self) -> String {
        loop {
            if let Some(at) = self.ahead.windows(4).position(|four| four == b"\r\n\r\n") {
                return self.take(at + 4).await;
            }
            self.more().await;
        }
    }

    /// Exactly so many bytes, and nothing behind them as far as one can tell without waiting.
    pub(super) async fn only(&mut self, count: usize) -> String {
        let bytes = self.take(count).await;
        for _ in 0..50 {
            tokio::task::yield_now().await;
        }
        let more = self.stream.try_read_buf(&mut self.ahead);
        assert_eq!(more.map_err(|error| error.kind()), Err(io::ErrorKind::WouldBlock));
        assert_eq!(self.ahead, b"");
        bytes
    }

    /// Exactly so many bytes, which are text.
    pub(super) async fn take(&mut self, count: usize) -> String {
        String::from_utf8(self.bytes(count).await).expect("text")
    }

    /// Exactly so many bytes.
    pub(super) async fn bytes(&mut self, count: usize) -> Vec<u8> {
        while self.ahead.len() < count {
            self.more().await;
        }
        let rest = self.ahead.split_off(count);
        std::mem::replace(&mut self.ahead, rest)
    }

    async fn more(&mut self) {
        let count = within(self.stream.read_buf(&mut self.ahead)).await.expect("more bytes");
        assert!(count > 0, "closed after {:?}", String::from_utf8_lossy(&self.ahead));
    }

    /// Everything up to the end of the connection, and how it ended: `None` is FIN.
    pub(super) async fn rest(mut self) -> (Vec<u8>, Option<io::ErrorKind>) {
        loop {
            match within(self.stream.read_buf(&mut self.ahead)).await {
                Ok(0) => return (self.ahead, None),
                Ok(_) => {}
                Err(error) => return (self.ahead, Some(error.kind())),
            }
        }
    }

    /// Everything up to the end, which must be FIN.
    pub(super) async fn rest_to_fin(self) -> String {
        let (bytes, error) = self.rest().await;
        assert_eq!(error, None, "after {:?}", String::from_utf8_lossy(&bytes));
        String::from_utf8(bytes).expect("text")
    }
}
