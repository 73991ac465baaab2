//! A running quince on a free port, and a client that speaks to it over a real socket.

use std::fmt::Write as _;

use bytes::Bytes;
use http::{Method, Request, StatusCode, header};
use http_body_util::{BodyExt, Full};
use hyper_util::rt::TokioIo;
use quince::{Builder, ClockMode, Quince};
use serde_json::Value;
use tokio::net::TcpStream;

/// A quince under a manual clock, and the token of one of its locations.
pub(crate) struct Fixture {
    pub(crate) quince: Quince,
    pub(crate) stoken: String,
}

/// An answer.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: http::HeaderMap,
    pub(crate) body: Bytes,
}

impl Fixture {
    /// The world `small-school`, location `berlin`.
    pub(crate) async fn school() -> Self {
        Self::of(Quince::builder().world("small-school"), "berlin").await
    }

    /// What `builder` says, under a manual clock, with the token of `location`.
    pub(crate) async fn of(builder: Builder, location: &str) -> Self {
        let quince = builder.clock(ClockMode::Manual).start().await.unwrap();
        let stoken = quince.universe("default").stoken(location);
        Self { quince, stoken }
    }

    /// `GET /mdm/v2/{path}` with the token.
    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path).body(Full::default()).unwrap()).await
    }

    /// `POST /mdm/v2/{path}` with the token and a JSON body.
    pub(crate) async fn post(&self, path: &str, body: impl ToString) -> Answer {
        let request = self
            .request(Method::POST, path)
            .header(header::CONTENT_TYPE, "application/json")
            .body(Full::from(body.to_string()))
            .unwrap();
        self.send(request).await
    }

    /// A request to `/mdm/v2/{path}` with the token, to be completed.
    pub(crate) fn request(&self, method: Method, path: &str) -> http::request::Builder {
        Self::bare(method, &format!("/mdm/v2/{path}"))
            .header(header::AUTHORIZATION, format!("Bearer {}", self.stoken))
    }

    /// A request without anything, to be completed.
    pub(crate) fn bare(method: Method, path: &str) -> http::request::Builder {
        Request::builder().method(method).uri(path).header(header::HOST, "quince.test")
    }

    /// Sends a request over a connection of its own.
    pub(crate) async fn send(&self, request: Request<Full<Bytes>>) -> Answer {
        self.send_to(&self.quince.url().replace("http://", ""), request).await
    }

    /// [`Fixture::send`], to this address.
    pub(crate) async fn send_to(&self, address: &str, request: Request<Full<Bytes>>) -> Answer {
        let stream = TcpStream::connect(address).await.unwrap();
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
        let connection = tokio::spawn(connection);
        let response = sender.send_request(request).await.unwrap();
        let (head, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        drop(sender);
        let _ = connection.await.unwrap();
        Answer { status: head.status, headers: head.headers, body }
    }

    /// Moves time on.
    pub(crate) fn advance(&self, by: &str) {
        self.quince.universe("default").clock().advance(by).unwrap();
    }

    /// Posts what queues an event, lets it end, and returns its status.
    pub(crate) async fn done(&self, path: &str, body: impl ToString) -> Value {
        let accepted = self.post(path, body).await.json();
        let id = accepted["eventId"]
            .as_str()
            .unwrap_or_else(|| panic!("refused: {accepted}"))
            .to_owned();
        self.advance("1h");
        self.get(&format!("status?eventId={id}")).await.json()
    }
}

impl Answer {
    /// The body as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.text()))
    }

    /// The body as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Names of the lints that the answer tells, comma separated; empty if none.
    pub(crate) fn lints(&self) -> &str {
        self.headers.get("quince-lint").map_or("", |value| value.to_str().unwrap())
    }

    /// Status, headers and body as they came, for a snapshot.
    pub(crate) fn transcript(&self) -> String {
        let mut text = format!("{}\n", self.status);
        for (name, value) in &self.headers {
            let _ = writeln!(text, "{name}: {}", value.to_str().unwrap());
        }
        text + "\n" + &self.text()
    }
}
