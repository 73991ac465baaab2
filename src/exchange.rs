//! One exchange as plain values: what came in, what goes out. No surface sees a socket, and the
//! transport sees no surface.

use std::net::SocketAddr;

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
#[derive(Debug, Clone)]
pub struct Reply {
    /// HTTP status.
    pub status: StatusCode,
    /// Headers; the transport adds `content-length` and nothing else.
    pub headers: HeaderMap,
    /// The whole body.
    pub body: Bytes,
    /// How the bytes leave.
    pub fate: Fate,
}

/// What happens to an answer on its way out. Planned as a value, carried out by the transport.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Fate {
    /// The answer arrives whole.
    #[default]
    Deliver,
    /// The connection is reset (RST) after so many bytes of the answer, head included.
    ResetAfter(u64),
    /// The connection is closed (FIN) after so many bytes of the answer, head included.
    CloseAfter(u64),
}

/// The name of the header that marks quince's own failures; no vendor sends it.
pub const FAULT_HEADER: HeaderName = HeaderName::from_static("quince-fault");

impl Reply {
    /// A reply with a body of the given media type.
    pub fn new(status: StatusCode, content_type: &'static str, body: impl Into<Bytes>) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        Self { status, headers, body: body.into(), fate: Fate::Deliver }
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
        Self { status, headers: HeaderMap::new(), body: Bytes::new(), fate: Fate::Deliver }
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
