//! One exchange as plain values: what came in, what goes out. No surface sees a socket, and the
//! transport sees no surface.

use std::fmt;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};

/// An owned request: head and whole body, read before anything decides about it.
#[derive(Debug, Clone)]
pub struct Request {
    /// The method as sent.
    pub method: Method,
    /// The path, still percent-encoded, with its leading slash.
    pub path: String,
    /// The query without its question mark, still encoded.
    pub query: Option<String>,
    /// All headers.
    pub headers: HeaderMap,
    /// The whole body; empty if there was none.
    pub body: Bytes,
    /// Who called, if the transport knows.
    pub peer: Option<SocketAddr>,
    /// How the call came in; answers that contain URLs use it.
    pub scheme: Scheme,
    /// What the caller takes this server to be called: `Host` header or HTTP/2 authority.
    pub authority: Option<String>,
}

/// The transport of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// Plain HTTP.
    Http,
    /// HTTP over TLS.
    Https,
}

impl Scheme {
    /// As it stands in a URL.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }
}

/// An answer, with what shall happen to it on the wire.
#[derive(Debug)]
pub struct Reply {
    /// HTTP status.
    pub status: StatusCode,
    /// Headers; the transport adds `content-length` and nothing else.
    pub headers: HeaderMap,
    /// The whole body.
    pub body: Bytes,
    /// What follows the body, made while it is sent; then no length is announced.
    pub stream: Option<Stream>,
    /// How the bytes leave.
    pub fate: Fate,
}

/// A body that is made while it is sent. The next piece is asked for when there is room for it, so that
/// whoever reads slowly makes nothing pile up.
pub struct Stream(Pin<Box<dyn Future<Output = Next> + Send>>);

/// A piece and what follows it; nothing at the end.
type Next = Option<(Bytes, Stream)>;

impl Stream {
    /// A stream of what `next` gives: a piece, and the stream of what follows; or nothing, at the end.
    pub fn new(next: impl Future<Output = Option<(Bytes, Self)>> + Send + 'static) -> Self {
        Self(Box::pin(next))
    }

    /// The next piece; not to be asked again after the end.
    pub fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<Bytes>> {
        Poll::Ready(ready!(self.0.as_mut().poll(context)).map(|(piece, rest)| {
            *self = rest;
            piece
        }))
    }
}

impl fmt::Debug for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Stream")
    }
}

/// What happens to an answer on its way out. Planned as a value, carried out by the transport. Garbage comes in place
/// of everything else; a cut may fall in a body that drips.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Fate {
    /// Its body leaves in pieces, slowly.
    pub drip: Option<Drip>,
    /// It breaks off.
    pub cut: Option<Cut>,
    /// These bytes leave in its place, whatever they mean, and the connection is closed (FIN) with all that is on it.
    pub garbage: Option<Bytes>,
}

/// A body that leaves in pieces: the first at once. A server that stops lets the rest leave at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Drip {
    /// Bytes a piece; 0 counts as 1.
    pub bytes: usize,
    /// Real time between one piece and the next.
    pub every: Duration,
}

/// Where an answer breaks off, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cut {
    /// After how much of it.
    pub after: After,
    /// What the client sees then.
    pub ends: Ends,
    /// What ends with it on HTTP/2; on HTTP/1.1 it is always the connection.
    pub extent: Extent,
}

/// How much of an answer leaves; all of it, if it is shorter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum After {
    /// So many bytes, head included. On HTTP/2, 0 is nothing of it, and any other number is counted from the body.
    Answer(u64),
    /// The whole head, which announces the whole body, and so many bytes of the body. Of a [`Stream`], on HTTP/1.1,
    /// so many bytes as it stands on the wire.
    Body(u64),
}

/// How a connection ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ends {
    /// Reset (RST).
    Reset,
    /// Closed in order (FIN).
    Close,
}

/// What a cut ends on HTTP/2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Extent {
    /// The stream of that exchange: it is reset, whatever [`Ends`] says.
    #[default]
    Stream,
    /// The connection with every stream on it.
    Connection,
}

impl Fate {
    /// Whether the answer arrives whole, and at once.
    pub const fn is_plain(&self) -> bool {
        self.drip.is_none() && self.cut.is_none() && self.garbage.is_none()
    }

    /// It breaks off there and the connection ends so.
    pub fn cut(after: After, ends: Ends) -> Self {
        let cut = Cut { after, ends, extent: Extent::default() };
        Self { cut: Some(cut), ..Self::default() }
    }
}

/// For people: what happens, part by part.
impl fmt::Display for Fate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        if let Some(garbage) = &self.garbage {
            parts.push(format!("{} other bytes in its place, then closed", garbage.len()));
        }
        if let Some(Drip { bytes, every }) = self.drip {
            parts.push(format!("in pieces of {bytes} bytes every {every:?}"));
        }
        if let Some(Cut { after, ends, extent }) = self.cut {
            let ends = match ends {
                Ends::Reset => "reset",
                Ends::Close => "closed",
            };
            let after = match after {
                After::Answer(0) => "before the first byte".to_owned(),
                After::Answer(bytes) => format!("after {bytes} bytes"),
                After::Body(bytes) => format!("after the head and {bytes} bytes of the body"),
            };
            let extent = match extent {
                Extent::Stream => "",
                Extent::Connection => ", with its whole connection",
            };
            parts.push(format!("{ends} {after}{extent}"));
        }
        f.write_str(&parts.join("; "))
    }
}

/// The name of the header that marks quince's own failures; no vendor sends it.
pub const FAULT_HEADER: HeaderName = HeaderName::from_static("quince-fault");

impl Reply {
    /// A reply with a body of the given media type.
    pub fn new(status: StatusCode, content_type: &'static str, body: impl Into<Bytes>) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        Self { status, headers, body: body.into(), stream: None, fate: Fate::default() }
    }

    /// A JSON reply.
    pub fn json(status: StatusCode, body: impl Into<Bytes>) -> Self {
        Self::new(status, "application/json", body)
    }

    /// A plain-text reply: quince speaking for itself, not for a vendor.
    pub fn text(status: StatusCode, body: impl Into<Bytes>) -> Self {
        Self::new(status, "text/plain; charset=utf-8", body)
    }

    /// A reply without a body.
    pub fn empty(status: StatusCode) -> Self {
        let (headers, body) = (HeaderMap::new(), Bytes::new());
        Self { status, headers, body, stream: None, fate: Fate::default() }
    }

    /// A reply whose body is made while it is sent.
    pub fn streamed(content_type: &'static str, stream: Stream) -> Self {
        let reply = Self::new(StatusCode::OK, content_type, Bytes::new());
        Self { stream: Some(stream), ..reply }
    }

    /// quince's own failure: plain text, status 500, header `Quince-Fault: internal`, so that nobody
    /// takes it for the vendor's.
    pub fn fault(what: &str) -> Self {
        let mut reply = Self::text(
            StatusCode::INTERNAL_SERVER_ERROR,
            format!("quince {} failed: {what}\n", env!("CARGO_PKG_VERSION")),
        );
        reply.headers.insert(FAULT_HEADER, HeaderValue::from_static("internal"));
        reply
    }
}

/// What the transport asks for an answer.
pub trait Door: Send + Sync + 'static {
    /// Answers one request. May wait, but never under a lock.
    fn answer(&self, request: Request) -> impl Future<Output = Reply> + Send;
}
