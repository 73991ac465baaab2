//! What lies below the surface: connections, protocol versions, and quince's own failures.

use std::sync::Arc;

use bytes::Bytes;
use http::{Request, StatusCode, Version, header};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use quince::api::exchange::{self, Door, Reply};
use quince::http::{Limits, Server};
use tokio::net::TcpStream;

use crate::support::Fixture;

fn request(school: &Fixture, extra: &[(&str, &str)]) -> Request<Full<Bytes>> {
    let mut request = Request::get(format!("{}/mdm/v2/assets", school.quince.url()))
        .header(header::HOST, "quince.test")
        .header(header::AUTHORIZATION, format!("Bearer {}", school.stoken));
    for (name, value) in extra {
        request = request.header(*name, *value);
    }
    request.body(Full::default()).unwrap()
}

async fn connect(school: &Fixture) -> TokioIo<TcpStream> {
    let address = school.quince.url().replace("http://", "");
    TokioIo::new(TcpStream::connect(address).await.unwrap())
}

#[tokio::test]
async fn a_connection_is_kept_and_answers_are_plain() {
    ledger!("v2.question.45-transport-extras");
    let school = Fixture::school().await;
    let (mut client, connection) = http1::handshake(connect(&school).await).await.unwrap();
    tokio::spawn(connection);
    for _ in 0..3 {
        let extra = [("accept-encoding", "gzip, br"), ("origin", "https://mdm.example")];
        let answer = client.send_request(request(&school, &extra)).await.unwrap();
        assert_eq!(answer.status(), 200);
        let names: Vec<&str> = answer.headers().keys().map(http::HeaderName::as_str).collect();
        assert_eq!(names, ["content-type", "date", "content-length"], "nothing else");
        assert!(answer.into_body().collect().await.unwrap().to_bytes().starts_with(b"{\"assets\""));
    }
}

#[tokio::test]
async fn http_2_is_spoken_with_those_who_do() {
    ledger!("v2.question.45-transport-extras");
    let school = Fixture::school().await;
    let shake = http2::handshake(TokioExecutor::new(), connect(&school).await);
    let (mut client, connection) = shake.await.unwrap();
    tokio::spawn(connection);
    let mut request = request(&school, &[]);
    request.headers_mut().remove(header::HOST);
    let answer = client.send_request(request).await.unwrap();
    assert_eq!((answer.version(), answer.status()), (Version::HTTP_2, StatusCode::OK));
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    assert_eq!(body, school.get("assets").await.body);
}

#[tokio::test]
async fn an_offer_to_upgrade_is_passed_over() {
    ledger!("v2.question.45-transport-extras");
    let school = Fixture::school().await;
    let offer = [
        ("connection", "Upgrade, HTTP2-Settings"),
        ("upgrade", "h2c"),
        ("http2-settings", "AAMAAABkAAQAoAAAAAIAAAAA"),
    ];
    let answer = school.send(request(&school, &offer)).await;
    assert_eq!((answer.status.as_u16(), answer.text()), (200, school.get("assets").await.text()));
}

/// A surface that always fails.
struct Failing;

impl Door for Failing {
    async fn answer(&self, request: exchange::Request) -> Reply {
        panic!("no answer to {}", request.path)
    }
}

#[tokio::test]
async fn a_failure_of_quince_does_not_look_like_one_of_the_service() {
    ledger!("quince.fault-header", "v2.question.40-retry-after");
    let any = ([127, 0, 0, 1], 0).into();
    let server = Server::bind(any, Arc::new(Failing), Limits::default()).await.unwrap();
    let stream = TcpStream::connect(server.local_addr()).await.unwrap();
    let (mut client, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    for _ in 0..2 {
        let request = Request::get("/mdm/v2/assets").body(Full::<Bytes>::default()).unwrap();
        let answer = client.send_request(request).await.unwrap();
        assert_eq!(answer.status(), 500);
        assert_eq!(answer.headers()["quince-fault"], "internal");
        assert_eq!(answer.headers()[header::CONTENT_TYPE], "text/plain; charset=utf-8");
        assert_eq!(answer.headers().get(header::RETRY_AFTER), None);
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        assert!(body.starts_with(b"quince "), "{body:?}");
    }
    // The service's own errors don't have that header.
    let school = Fixture::school().await;
    for path in ["status", "nothing", "users?pageIndex=9"] {
        assert_eq!(school.get(path).await.headers.get("quince-fault"), None, "{path}");
    }
}
