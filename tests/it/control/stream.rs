//! The journal as server-sent events.

use std::future::poll_fn;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method, Request, header};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};
use quince::Quince;
use quince::api::exchange::{self, Door, Scheme};
use quince::engine::Universe;
use serde_json::Value;
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

use super::asking::{Bench, origin, stream};
use crate::support::Fixture;

/// Reads from a stream until `text` is in what came.
async fn until(body: &mut Incoming, text: &str) -> String {
    let mut read = String::new();
    while !read.contains(text) {
        let frame = timeout(Duration::from_mins(1), body.frame()).await.expect("nothing comes");
        let data = frame.expect("the stream ended").unwrap().into_data().unwrap();
        read += str::from_utf8(&data).unwrap();
    }
    read
}

/// Lines of this field.
fn field(text: &str, name: &str) -> Vec<String> {
    text.lines().filter_map(|line| line.strip_prefix(name)).map(str::to_owned).collect()
}

/// Something that is noted.
fn note(universe: &Universe, name: &str) {
    universe.turn(|turn| turn.note("verb", name, String::new())).unwrap();
}

#[tokio::test]
async fn entries_come_as_they_happen_until_the_universe_is_dropped() {
    let bench = Bench::start(&[]).await;
    let universe = bench.engine.create(Some("pupil"), origin(&[]), None).unwrap();
    note(&universe, "before");
    let answer = stream(&bench.url(), "pupil", "").await;
    assert_eq!(answer.headers()[header::CONTENT_TYPE], "text/event-stream");
    assert!(answer.headers().get(header::CONTENT_LENGTH).is_none());
    let mut body = answer.into_body();
    assert_eq!(until(&mut body, "\n\n").await, ": after 1\n\n");
    let mut text = String::new();
    for name in ["one", "two\nlines", "three"] {
        note(&universe, name);
        text += &until(&mut body, "\n\n").await;
    }
    assert_eq!(field(&text, "id: "), ["2", "3", "4"]);
    assert_eq!(field(&text, "event: "), ["verb"; 3]);
    let data = field(&text, "data: ");
    let entry: Value = serde_json::from_str(&data[1]).unwrap();
    assert_eq!((&entry["name"], &entry["seq"]), (&"two\nlines".into(), &3.into()));
    assert!(bench.engine.remove("pupil"));
    drop(universe);
    assert!(body.frame().await.is_none(), "the stream ends in order");
}

#[tokio::test]
async fn a_reader_begins_where_it_says() {
    let bench = Bench::start(&[]).await;
    let universe = bench.engine.default_universe();
    (1..=5).for_each(|n| note(universe, &format!("act-{n}")));
    let mut body = stream(&bench.url(), "default", "?since=3").await.into_body();
    assert_eq!(field(&until(&mut body, "act-5").await, "id: "), ["4", "5"]);
    let mut body = stream(&bench.url(), "default", "?since=0").await.into_body();
    assert_eq!(field(&until(&mut body, "act-5").await, "id: ").len(), 5);

    let again = Request::get("/_quince/v1/universes/default/journal/stream?since=0")
        .header(header::HOST, "quince.test")
        .header("last-event-id", "4");
    let mut client = super::asking::connect(&bench.url()).await;
    let answer = client.send_request(again.body(Full::default()).unwrap()).await.unwrap();
    let text = until(&mut answer.into_body(), "act-5").await;
    assert_eq!(field(&text, "id: "), ["5"], "who comes again goes on");
}

#[tokio::test]
async fn exchanges_come_with_their_answers_and_filters_choose() {
    let school = Fixture::school().await;
    let mut all = stream(&school.quince.url(), "default", "").await.into_body();
    let mut some =
        stream(&school.quince.url(), "default", "?operation=v2.users.*").await.into_body();
    let mut steps = stream(&school.quince.url(), "default", "?kind=clock&canonical=true").await;
    school.get("assets").await;
    school.get("users").await;
    school.advance("1s");
    let text = until(&mut all, "event: clock").await;
    assert_eq!(field(&text, "event: "), ["exchange", "exchange", "clock"]);
    let entry: Value = serde_json::from_str(&field(&text, "data: ")[0]).unwrap();
    assert_eq!(entry["answer"]["status"], 200);
    assert!(!text.contains(&school.stoken));
    assert_eq!(field(&until(&mut some, "event: ").await, "id: "), ["2"]);
    let text = until(steps.body_mut(), "\"advance\"").await;
    assert_eq!(field(&text, "id: "), ["3"]);
    assert!(!text.contains("real_ms"));
}

#[tokio::test]
async fn http_2_streams_too() {
    let school = Fixture::school().await;
    let url = school.quince.url();
    let tcp = TcpStream::connect(url.replace("http://", "")).await.unwrap();
    let shake = http2::handshake(TokioExecutor::new(), TokioIo::new(tcp));
    let (mut client, connection) = shake.await.unwrap();
    tokio::spawn(connection);
    let path = format!("{url}/_quince/v1/universes/default/journal/stream");
    let request = Request::get(path).body(Full::<Bytes>::default()).unwrap();
    let mut body = client.send_request(request).await.unwrap().into_body();
    until(&mut body, ": after 0").await;
    school.get("users").await;
    assert_eq!(field(&until(&mut body, "v2.users.list").await, "id: "), ["1"]);
    let (rest, ()) = tokio::join!(body.collect(), school.quince.stop());
    assert!(rest.is_ok(), "a stop ends the stream in order");
}

#[tokio::test]
async fn a_stop_does_not_wait_for_readers() {
    let school = Fixture::school().await;
    let mut body = stream(&school.quince.url(), "default", "").await.into_body();
    until(&mut body, ": after 0").await;
    // Far less than the grace that exchanges in flight have.
    let stopped = timeout(Duration::from_secs(3), school.quince.stop());
    let (rest, stopped) = tokio::join!(body.collect(), stopped);
    assert!(rest.unwrap().to_bytes().is_empty());
    stopped.expect("the stop hangs");
}

#[tokio::test]
async fn a_head_of_the_stream_ends() {
    let school = Fixture::school().await;
    let path = "/_quince/v1/universes/default/journal/stream";
    let answer =
        school.send(Fixture::bare(Method::HEAD, path).body(Full::default()).unwrap()).await;
    assert_eq!((answer.status.as_u16(), answer.body.len()), (200, 0));
}

#[tokio::test]
async fn who_reads_slowly_is_told_of_the_gap_and_holds_nothing() {
    const CALLS: u64 = 300;
    let bench = Bench::start(&[("journal.max_entries", "5")]).await;
    // Little room between the two, so that the stream soon has to wait.
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    let tcp = socket.connect(bench.server.local_addr()).await.unwrap();
    let shake = hyper::client::conn::http1::Builder::new();
    let (mut client, connection) =
        shake.handshake::<_, Full<Bytes>>(TokioIo::new(tcp)).await.unwrap();
    tokio::spawn(connection);
    let path = "/_quince/v1/universes/default/journal/stream";
    let request = Fixture::bare(Method::GET, path).body(Full::default()).unwrap();
    let mut body = client.send_request(request).await.unwrap().into_body();
    until(&mut body, ": after 0").await;
    for _ in 0..CALLS {
        let request = call("/mdm/v2/nowhere", Bytes::from(vec![b'x'; 100_000]));
        bench.api.respond(request);
        // The server may write what it can.
        tokio::task::yield_now().await;
    }
    let text = until(&mut body, &format!("id: {CALLS}\n")).await;
    let gap = text.lines().position(|line| line == "event: gap").expect("no gap");
    let gap: Value = serde_json::from_str(&text.lines().nth(gap + 1).unwrap()[6..]).unwrap();
    assert_eq!(gap["kind"], "gap");
    let ids: Vec<u64> = field(&text, "id: ").iter().map(|id| id.parse().unwrap()).collect();
    assert!(ids.is_sorted(), "{ids:?}");
    assert!(ids.contains(&gap["to"].as_u64().unwrap()));
    assert!(ids.len() < CALLS as usize, "nothing was dropped");
}

fn call(path: &str, body: Bytes) -> exchange::Request {
    exchange::Request {
        method: Method::POST,
        path: path.to_owned(),
        query: None,
        headers: HeaderMap::new(),
        body,
        peer: None,
        scheme: Scheme::Http,
        authority: None,
    }
}

#[tokio::test(start_paused = true)]
async fn a_silent_stream_gives_a_sign_of_life_every_15_seconds() {
    let quince = Quince::builder().world("empty").clock(quince::ClockMode::Manual).start();
    let api = Arc::clone(quince.await.unwrap().api());
    let request = exchange::Request {
        method: Method::GET,
        ..call("/_quince/v1/universes/default/journal/stream", Bytes::new())
    };
    let mut stream = api.answer(request).await.stream.unwrap();
    let begin = tokio::time::Instant::now();
    let mut pieces = Vec::new();
    for _ in 0..3 {
        let piece = poll_fn(|context| stream.poll_next(context)).await.unwrap();
        pieces.push((begin.elapsed().as_secs(), String::from_utf8(piece.to_vec()).unwrap()));
    }
    let alive = ": still here\n\n".to_owned();
    assert_eq!(pieces, [(0, ": after 0\n\n".into()), (15, alive.clone()), (30, alive)]);
}
