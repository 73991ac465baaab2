//! Asking for the journal, and a quince whose universes come and go.

use std::sync::Arc;

use bytes::Bytes;
use http::{Method, Request, header};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use quince::ClockMode;
use quince::api::{Api, ApiOptions};
use quince::engine::{Engine, Origin};
use quince::http::{Limits, Server};
use quince::model::At;
use quince::sim::Settings;
use serde_json::Value;
use tokio::net::TcpStream;

use crate::support::{Answer, Fixture};

const JOURNAL: &str = "/_quince/v1/universes/default/journal";

/// `GET` of the journal.
pub(crate) async fn ask(fixture: &Fixture, query: &str) -> Answer {
    let path = format!("{JOURNAL}{query}");
    fixture.send(Fixture::bare(Method::GET, &path).body(Full::default()).unwrap()).await
}

/// A reading of the journal, which must succeed.
pub(crate) async fn read(fixture: &Fixture, query: &str) -> Value {
    let answer = ask(fixture, query).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

/// The member `name` of each entry of a reading, blank separated.
pub(crate) async fn told(fixture: &Fixture, query: &str, name: &str) -> String {
    crate::support::lists::column(&read(fixture, query).await["entries"], name)
}

/// `POST` of an expectation.
pub(crate) async fn expect(fixture: &Fixture, body: &Value) -> Answer {
    let path = format!("{JOURNAL}/expect");
    let body = Full::from(body.to_string());
    fixture.send(Fixture::bare(Method::POST, &path).body(body).unwrap()).await
}

/// A connection that is kept.
pub(crate) async fn connect(url: &str) -> SendRequest<Full<Bytes>> {
    let stream = TcpStream::connect(url.replace("http://", "")).await.unwrap();
    let (sender, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    sender
}

/// The stream of a universe's journal, as it comes.
pub(crate) async fn stream(url: &str, universe: &str, query: &str) -> http::Response<Incoming> {
    let path = format!("/_quince/v1/universes/{universe}/journal/stream{query}");
    let request = Request::get(path).header(header::HOST, "quince.test");
    connect(url).await.send_request(request.body(Full::default()).unwrap()).await.unwrap()
}

/// A quince whose engine is in the hands of the test.
pub(crate) struct Bench {
    pub(crate) engine: Arc<Engine>,
    pub(crate) api: Arc<Api>,
    pub(crate) server: Server,
}

impl Bench {
    pub(crate) async fn start(settings: &[(&str, &str)]) -> Self {
        let engine = Arc::new(Engine::new(origin(settings), false));
        let api = Arc::new(Api::new(Arc::clone(&engine), ApiOptions::default()));
        let listen = ([127, 0, 0, 1], 0).into();
        let server = Server::bind(listen, Arc::clone(&api), Limits::default()).await.unwrap();
        Self { engine, api, server }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.server.local_addr())
    }
}

/// An empty world under a manual clock.
pub(crate) fn origin(settings: &[(&str, &str)]) -> Origin {
    let mut values = Settings::observed();
    for (key, value) in settings {
        values.set(key, value).unwrap();
    }
    let spec = Arc::new(quince::snapshot::load("empty", 1).unwrap());
    Origin { seed: 1, spec, settings: values, clock: ClockMode::Manual, start: At(0) }
}
