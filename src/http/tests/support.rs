//! A door that does what the path says, and a client that sees every byte.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use http::{HeaderValue, StatusCode, header};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::Notify,
    time::timeout,
};

use crate::{
    api::exchange::{After, Door, Ends, Fate, Reply, Request},
    http::{Limits, Server},
};

/// Far longer than anything here takes; a test that gets there has failed.
const FOREVER: Duration = Duration::from_mins(1);

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

/// `/cut?reset=N`, `/cut?close=N` or `/cut?`, with `&size=M` for the body.
fn cut(request: &Request) -> Reply {
    let mut reply = Reply::text(StatusCode::OK, "0123456789".repeat(10));
    let query = request.query.clone().unwrap_or_default();
    for (key, value) in form_urlencoded::parse(query.as_bytes()) {
        let number: u64 = value.parse().expect("a number");
        match &*key {
            "reset" => reply.fate = Fate::cut(After::Answer(number), Ends::Reset),
            "close" => reply.fate = Fate::cut(After::Answer(number), Ends::Close),
            _ => reply.body = vec![b'x'; usize::try_from(number).expect("a size")].into(),
        }
    }
    reply
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

    async fn take(&mut self, count: usize) -> String {
        while self.ahead.len() < count {
            self.more().await;
        }
        let rest = self.ahead.split_off(count);
        String::from_utf8(std::mem::replace(&mut self.ahead, rest)).expect("text")
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
