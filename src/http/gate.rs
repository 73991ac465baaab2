//! One exchange: reads the whole request, asks the door, gives back its answer.
//!
//! The gate adds `content-length` to the door's answers and nothing else, not even a date. What it
//! answers by itself is plain text that names quince and the limit, and closes the connection.

use std::{
    any::Any,
    future::poll_fn,
    io,
    net::SocketAddr,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    sync::Arc,
    task::Poll,
};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, StatusCode, Version, header, request::Parts};
use hyper::body::{Body, Incoming};
use tokio::sync::watch;

use super::{
    Limits,
    accept::stopped,
    body::{self, Payload, Unread},
    fate::Way,
    wire::Wire,
};
use crate::exchange::{Door, Reply, Request, Scheme};

/// What hyper sends before it reads the body of a client that asks for it.
const CONTINUE: &str = "HTTP/1.1 100 Continue\r\n\r\n";

/// The way from one connection to the door.
pub(super) struct Gate<D> {
    pub(super) door: Arc<D>,
    pub(super) limits: Limits,
    pub(super) peer: SocketAddr,
    pub(super) scheme: Scheme,
    pub(super) wire: Wire,
    /// Says when the server stops.
    pub(super) stop: watch::Receiver<bool>,
}

/// What the answer needs to know of its request.
struct Asked {
    /// Where the answer starts on the connection, in bytes; means nothing on HTTP/2.
    start: u64,
    is_head: bool,
    is_http2: bool,
    /// The longest accepted body, in bytes.
    body_max: usize,
}

impl<D: Door> Gate<D> {
    /// Answers one request. Fails only for an HTTP/2 answer whose fate is to lose its head as well.
    pub(super) fn exchange(
        self: Arc<Self>,
        request: hyper::Request<Incoming>,
    ) -> impl Future<Output = io::Result<hyper::Response<Payload>>> + Send {
        // Not inside the future: now the connection has sent exactly what came before this answer.
        let before = self.wire.begin();
        async move {
            let (head, body) = request.into_parts();
            let start = before + if continues(&head, &body) { CONTINUE.len() as u64 } else { 0 };
            let is_head = head.method == Method::HEAD;
            let body_max = self.limits.body_bytes_of(head.uri.path());
            let is_http2 = head.version == Version::HTTP_2;
            let asked = Asked { start, is_head, is_http2, body_max };
            let reply = match body::read(body, body_max, self.limits.body_timeout).await {
                Ok(body) => self.ask(self.owned(head, body)).await,
                Err(why) => self.refusal(&why, &asked),
            };
            self.send(reply, &asked).await
        }
    }

    fn owned(&self, head: Parts, body: Bytes) -> Request {
        // `OPTIONS *` and `CONNECT host:port` have no path in our sense; they get one nobody serves.
        let path = match head.uri.path() {
            path if path.starts_with('/') => path.to_owned(),
            other => format!("/{other}"),
        };
        let host = || head.headers.get(header::HOST)?.to_str().ok();
        let authority = head.uri.authority().map(http::uri::Authority::as_str).or_else(host);
        Request {
            path,
            query: head.uri.query().map(str::to_owned),
            authority: authority.map(str::to_owned),
            method: head.method,
            headers: detached(&head.headers),
            body,
            peer: Some(self.peer),
            scheme: self.scheme,
        }
    }

    /// Calls the door. Its panics end here.
    async fn ask(&self, request: Request) -> Reply {
        let what = format!("{} {}", request.method, request.path);
        // The block is polled under the catch from its first instruction on: a door may panic
        // before it has a future to return.
        let mut answer = pin!(async { self.door.answer(request).await });
        let caught =
            poll_fn(|cx| match catch_unwind(AssertUnwindSafe(|| answer.as_mut().poll(cx))) {
                Ok(Poll::Pending) => Poll::Pending,
                Ok(Poll::Ready(reply)) => Poll::Ready(Ok(reply)),
                Err(panic) => Poll::Ready(Err(panic)),
            });
        caught.await.unwrap_or_else(|panic| {
            let panic = text(&*panic);
            tracing::error!(request = %what, panic, "panic while answering");
            Reply::fault(&format!("a panic while answering {what}: {panic}"))
        })
    }

    /// The answer to a request whose body did not come whole.
    fn refusal(&self, why: &Unread, asked: &Asked) -> Reply {
        let (status, what) = match why {
            Unread::TooLong => (
                StatusCode::PAYLOAD_TOO_LARGE,
                format!("takes bodies of up to {} bytes", asked.body_max),
            ),
            Unread::TooSlow => (
                StatusCode::REQUEST_TIMEOUT,
                format!("waits {:?} for a body to arrive", self.limits.body_timeout),
            ),
            Unread::Broken(error) => {
                (StatusCode::BAD_REQUEST, format!("cannot read the body: {error}"))
            }
        };
        let mut reply =
            Reply::text(status, format!("quince {} {what}\n", env!("CARGO_PKG_VERSION")));
        if !asked.is_http2 {
            // What is left of the body stands where the next request would begin.
            self.wire.leave_unread();
            reply.headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        reply
    }

    /// Hands the answer to hyper as its fate wants it.
    async fn send(&self, reply: Reply, asked: &Asked) -> io::Result<hyper::Response<Payload>> {
        let Reply { status, mut headers, body, stream, fate } = reply;
        let has_length = !status.is_informational()
            && status != StatusCode::NO_CONTENT
            && status != StatusCode::NOT_MODIFIED;
        if has_length && stream.is_none() {
            headers.insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
        }
        let mut payload = Payload::whole(if asked.is_head { Bytes::new() } else { body });
        let stream = stream.filter(|_| !asked.is_head);
        if stream.is_some() || fate.drip.is_some() {
            // Either may go on for ever; a stop ends it in order.
            let mut stop = self.stop.clone();
            payload = payload.until(async move { stopped(&mut stop).await });
        }
        if let Some(stream) = stream {
            payload = payload.then(stream);
        }
        let way = Way {
            wire: &self.wire,
            start: asked.start,
            is_http2: asked.is_http2,
            patience: self.limits.linger,
        };
        let mut response = hyper::Response::new(way.take(payload, fate).await?);
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        Ok(response)
    }
}

/// Headers with memory of their own: as hyper gives them, they hold on to the whole buffer that they were read
/// into, and whoever keeps requests would keep those.
fn detached(headers: &HeaderMap) -> HeaderMap {
    let mut own = HeaderMap::with_capacity(headers.len());
    for (name, value) in headers {
        // What was a value before is one again.
        if let Ok(value) = HeaderValue::from_bytes(value.as_bytes()) {
            own.append(name.clone(), value);
        }
    }
    own
}

/// Whether hyper sends `100 Continue` when the body is read: its own rule, repeated.
fn continues(head: &Parts, body: &Incoming) -> bool {
    head.version == Version::HTTP_11
        && !body.is_end_stream()
        && head
            .headers
            .get_all(header::EXPECT)
            .iter()
            .next_back()
            .is_some_and(|expected| expected.as_bytes().eq_ignore_ascii_case(b"100-continue"))
}

fn text(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no text")
}
