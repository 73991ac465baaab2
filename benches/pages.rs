//! Requests per second of pages, deltas and the older API's batches, at a thousand and at a million assignments, and
//! against a bare hyper server that sends the same bytes from memory; and of page 1 of Applivery's MDM users sorted by
//! name, at a hundred and at a hundred thousand. Ratios of one run are what counts:
//!
//! ```sh
//! cargo bench --bench pages            # everything
//! cargo bench --bench pages -- v1      # what has this word in its name
//! ```
//!
//! At the end, 100,000 licences are read batch after batch by one client of the older API, as a sync does it.
//!
//! Servers and load share the machine. Every server runs on a runtime of the same shape; the load is four
//! threads with a connection each, which write and read by turns where `writes` is said.

#![allow(missing_docs, reason = "a program")]
#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a benchmark measures and tells"
)]
#![allow(clippy::unwrap_used, clippy::cast_precision_loss, reason = "a failed benchmark may stop")]

mod support;

use std::convert::Infallible;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use quince::Quince;
use quince::sim::spec::{MdmOrganizationSpec, MdmUserSpec, WorldSpec};
use support::{ASSETS, world};

const THREADS: u64 = 4;
const MEASURED: Duration = Duration::from_secs(3);
const ROUNDS: usize = 3;

/// A keep-alive connection that reads as little as it can: the status line, and as many bytes as said.
struct Client {
    stream: BufReader<TcpStream>,
    body: Vec<u8>,
    token: String,
}

impl Client {
    fn new(address: SocketAddr, token: &str) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_nodelay(true).unwrap();
        Self {
            stream: BufReader::with_capacity(1 << 17, stream),
            body: Vec::new(),
            token: token.to_owned(),
        }
    }

    fn get(&mut self, path: &str) -> &[u8] {
        self.send(&format!("GET /mdm/v2/{path} HTTP/1.1\r\nhost: q\r\n"), "")
    }

    fn post(&mut self, path: &str, body: &str) -> &[u8] {
        self.post_to(&format!("v2/{path}"), body)
    }

    /// Asks v1 for licences: `members` of a JSON object, besides the token.
    fn licences(&mut self, members: &str) -> &[u8] {
        let body = format!(r#"{{"sToken":"{}"{members}}}"#, self.token);
        self.post_to("getVPPLicensesSrv", &body)
    }

    fn post_to(&mut self, path: &str, body: &str) -> &[u8] {
        let head = format!(
            "POST /mdm/{path} HTTP/1.1\r\nhost: q\r\ncontent-type: application/json\r\ncontent-length: {}\r\n",
            body.len()
        );
        self.send(&head, body)
    }

    fn send(&mut self, head: &str, body: &str) -> &[u8] {
        let request = format!("{head}authorization: Bearer {}\r\n\r\n{body}", self.token);
        self.stream.get_mut().write_all(request.as_bytes()).unwrap();
        let (mut line, mut length) = (String::new(), 0);
        loop {
            line.clear();
            self.stream.read_line(&mut line).unwrap();
            if let Some(value) = line.strip_prefix("content-length: ") {
                length = value.trim().parse().unwrap();
            }
            if line == "\r\n" {
                break;
            }
        }
        self.body.resize(length, 0);
        self.stream.read_exact(&mut self.body).unwrap();
        &self.body
    }
}

/// Reads per second of four clients, each of which does `read` with a random number over and over.
fn rate(address: SocketAddr, token: &str, read: &Work) -> f64 {
    let until = Instant::now() + MEASURED;
    let reads: u64 = std::thread::scope(|scope| {
        let one = |thread: u64| {
            scope.spawn(move || {
                let (mut client, mut random, mut count) =
                    (Client::new(address, token), 0x9e37_79b9_7f4a_7c15_u64 ^ thread, 0);
                while Instant::now() < until {
                    random ^= random << 13;
                    random ^= random >> 7;
                    random ^= random << 17;
                    read(&mut client, random, thread);
                    count += 1;
                }
                count
            })
        };
        let threads: Vec<_> = (0..THREADS).map(one).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    reads as f64 / MEASURED.as_secs_f64()
}

/// A write that leaves the numbers as they are in the end: an app given and taken back by turns.
fn write(client: &mut Client, random: u64, thread: u64) {
    let verb = if random & 1 == 0 { "associate" } else { "disassociate" };
    let body = format!(
        r#"{{"assets":[{{"adamId":"{}"}}],"serialNumbers":["C02W{thread}"]}}"#,
        900_000_000 + random % u64::from(ASSETS)
    );
    client.post(&format!("assets/{verb}"), &body);
}

/// The bare server: hyper with two prebuilt bodies, one for GET and one for POST.
async fn bare(get: Bytes, post: Bytes) -> SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            stream.set_nodelay(true).unwrap();
            let (get, post) = (get.clone(), post.clone());
            let service = service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
                let body =
                    if request.method() == http::Method::GET { get.clone() } else { post.clone() };
                async move {
                    let _ = request.into_body().collect().await;
                    let response = http::Response::builder()
                        .header("content-type", "application/json")
                        .body(Full::new(body))
                        .unwrap();
                    Ok::<_, Infallible>(response)
                }
            });
            let mut builder = hyper::server::conn::http1::Builder::new();
            builder.timer(TokioTimer::new());
            tokio::spawn(builder.serve_connection(TokioIo::new(stream), service));
        }
    });
    address
}

/// What a client does over and over: with a random number, as thread number so-and-so.
type Work = Box<dyn Fn(&mut Client, u64, u64) + Sync>;

/// What is measured: its name, the bare server that sends the same bytes, and the work on a candidate.
type Task = (&'static str, SocketAddr, Box<dyn Fn(&Candidate) -> Work>);

fn read_page(pages: u64) -> Work {
    Box::new(move |client, random, _| {
        client.get(&format!("assignments?pageIndex={}", random % pages));
    })
}

fn read_delta(since: &str) -> Work {
    let since = since.to_owned();
    Box::new(move |client, _, _| {
        client.get(&since);
    })
}

fn write_and_read(pages: u64) -> Work {
    Box::new(move |client, random, thread| {
        write(client, random >> 8, thread);
        client.get(&format!("assignments?pageIndex={}", random % pages));
    })
}

/// Reads any batch but the first and the last, which may be shorter, of a run that was begun before.
fn read_batch(of: &Candidate) -> Work {
    let (token, last) = (of.batch_token.clone(), of.last_batch);
    Box::new(move |client, random, _| {
        let index = 1 + random % (last - 1);
        client.licences(&format!(r#","batchToken":"{token}","overrideIndex":{index}"#));
    })
}

struct Candidate {
    name: &'static str,
    address: SocketAddr,
    token: String,
    pages: u64,
    since: String,
    /// Of a run through all licences over v1, and the index of its last batch.
    batch_token: String,
    last_batch: u64,
}

/// A member of a JSON object that is a string without anything escaped.
fn member(json: &[u8], name: &str) -> Option<String> {
    let text = std::str::from_utf8(json).unwrap();
    let (_, rest) = text.split_once(&format!("\"{name}\":\""))?;
    // v1 escapes solidi, and base64 has some.
    Some(rest.split('"').next()?.replace("\\/", "/"))
}

/// Starts a quince with that many devices, and changes ten assignments after noting the version.
async fn candidate(name: &'static str, devices: u32) -> (Quince, Candidate) {
    let quince = Quince::builder()
        .world_spec(world(devices))
        .setting("v2.event_delay", "0")
        .setting("marks.automatic", "off")
        .start()
        .await
        .unwrap();
    let (address, token) = (
        quince.url().replace("http://", "").parse().unwrap(),
        quince.universe("default").stoken("main"),
    );
    let mut client = Client::new(address, &token);
    let page = String::from_utf8(client.get("assignments").to_vec()).unwrap();
    let version = page.split("\"versionId\":\"").nth(1).unwrap()[..36].to_owned();
    for n in 0..10 {
        let body = format!(
            r#"{{"assets":[{{"adamId":"{}"}}],"serialNumbers":["C02TEN"]}}"#,
            900_000_000 + n
        );
        client.post("assets/associate", &body);
    }
    let since = format!("assignments?sinceVersionId={version}");
    let delta = String::from_utf8(client.get(&since).to_vec()).unwrap();
    assert!(delta.contains("\"size\":10"), "{delta}");
    let pages = u64::from(devices * ASSETS / 500);
    let first = client.licences("").to_vec();
    let batch_token = member(&first, "batchToken").unwrap();
    let last_batch = member(&first, "totalBatchCount").unwrap().parse().unwrap();
    (quince, Candidate { name, address, token, pages, since, batch_token, last_batch })
}

/// Reads every licence over v1, one batch after the other, and says how fast that went.
fn sync(of: &Candidate) {
    let mut client = Client::new(of.address, &of.token);
    let (began, mut requests, mut licences) = (Instant::now(), 0_u32, 0);
    let mut next = String::new();
    loop {
        let batch = client.licences(&next);
        requests += 1;
        let text = std::str::from_utf8(batch).unwrap();
        let count = text.split_once("\"batchCount\":").unwrap().1;
        licences += count.split_once(',').unwrap().0.parse::<u32>().unwrap();
        let Some(token) = member(batch, "batchToken") else { break };
        next = format!(r#","batchToken":"{token}""#);
    }
    let seconds = began.elapsed().as_secs_f64();
    println!(
        "v1: {licences} licences in {requests} batches by one client: {seconds:.2} s, {:.0} requests/s",
        f64::from(requests) / seconds
    );
}

/// A quince with MDM users: itself, its address, a key, and the path of the list.
type People = (Quince, SocketAddr, String, String);

/// Starts a quince whose organization has that many MDM users, in no order of their names.
async fn people(count: u32) -> People {
    let mut organization = MdmOrganizationSpec::new("acme", "Acme Works");
    organization.users = (0..count)
        .map(|n| {
            let name = n.wrapping_mul(0x9e37_79b1);
            MdmUserSpec::new(&format!("u{n}@acme.example"), &format!("Name {name:010}"))
        })
        .collect();
    let spec = WorldSpec { mdm: vec![organization], ..world(1) };
    let quince = Quince::builder().world_spec(spec).start().await.unwrap();
    let acme = quince.universe("default").applivery().unwrap();
    let list = format!("/v1/organizations/{}/mdm/users?sort=name", acme.organization());
    let address = quince.url().replace("http://", "").parse().unwrap();
    let key = acme.key().to_owned();
    (quince, address, key, list)
}

/// Page 1 of MDM users sorted by name, of few and of many.
fn measure_people(few: &People, many: &People) {
    println!("{:<28} {:>9} {:>9} | large/small", "MDM users by name", "100", "100,000");
    for limit in [10, 100] {
        let read = |(_, address, key, list): &People| {
            let head = format!("GET {list}&limit={limit} HTTP/1.1\r\nhost: q\r\n");
            let work: Work = Box::new(move |client, _, _| {
                client.send(&head, "");
            });
            rate(*address, key, &work)
        };
        let rounds = (0..ROUNDS).map(|_| (read(few), read(many)));
        let (small, large) = rounds.unzip::<f64, f64, Vec<_>, Vec<_>>();
        let (small, large) = (median(small), median(large));
        println!(
            "{:<28} {small:>9.0} {large:>9.0} | {:>11.2}",
            format!("page 1 of {limit}"),
            large / small
        );
    }
}

fn median(mut rates: Vec<f64>) -> f64 {
    rates.sort_by(f64::total_cmp);
    rates[rates.len() / 2]
}

fn main() {
    let runtime = || {
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
    };
    let (quinces, bares) = (runtime(), runtime());
    let (_small, small) = quinces.block_on(candidate("1,000", 50));
    let (_large, large) = quinces.block_on(candidate("1,000,000", 50_000));
    let mut client = Client::new(large.address, &large.token);
    let page = Bytes::copy_from_slice(client.get("assignments?pageIndex=7"));
    let batch = format!(r#","batchToken":"{}""#, large.batch_token);
    let batch = Bytes::copy_from_slice(client.licences(&batch));
    let delta = Bytes::copy_from_slice(client.get(&large.since));
    let accepted = Bytes::copy_from_slice(client.post(
        "assets/associate",
        r#"{"assets":[{"adamId":"900000000"}],"serialNumbers":["C02TEN"]}"#,
    ));
    println!(
        "page: {} bytes, delta: {} bytes, batch: {} bytes",
        page.len(),
        delta.len(),
        batch.len()
    );
    let bare_page = bares.block_on(bare(page, accepted.clone()));
    let bare_delta = bares.block_on(bare(delta, accepted));
    let bare_batch = bares.block_on(bare(batch.clone(), batch));

    // The delta comes before the writes, which would make it longer.
    let tasks: [Task; 4] = [
        ("v1 batch of 300 licences", bare_batch, Box::new(read_batch)),
        ("page of 500", bare_page, Box::new(|of| read_page(of.pages))),
        ("delta of 10", bare_delta, Box::new(|of| read_delta(&of.since))),
        ("page of 500, writes between", bare_page, Box::new(|of| write_and_read(of.pages))),
    ];
    let mut table: Vec<(&str, [Vec<f64>; 3])> = Vec::new();
    // cargo adds a flag of its own.
    let word = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    let is_wanted = |task: &str| word.as_ref().is_none_or(|word| task.contains(word));
    for (task, bare, work) in tasks.iter().filter(|(task, ..)| is_wanted(task)) {
        let mut columns: [Vec<f64>; 3] = Default::default();
        for _ in 0..ROUNDS {
            columns[0].push(rate(small.address, &small.token, &work(&small)));
            columns[1].push(rate(large.address, &large.token, &work(&large)));
            columns[2].push(rate(*bare, &large.token, &work(&large)));
        }
        table.push((task, columns));
    }
    println!("reads/s, median of {ROUNDS} rounds of {} s", MEASURED.as_secs());
    println!(
        "{:<28} {:>9} {:>9} {:>9} | large/small small/bare large/bare",
        "", small.name, large.name, "bare"
    );
    for (task, columns) in table {
        let [small, large, bare] = columns.map(median);
        println!(
            "{task:<28} {small:>9.0} {large:>9.0} {bare:>9.0} | {:>11.2} {:>10.2} {:>10.2}",
            large / small,
            small / bare,
            large / bare
        );
    }
    if is_wanted("v1 sync") {
        let (_hundred, hundred) = quinces.block_on(candidate("100,000", 4_900));
        sync(&hundred);
    }
    if is_wanted("applivery") {
        let (few, many) = (quinces.block_on(people(100)), quinces.block_on(people(100_000)));
        measure_people(&few, &many);
    }
}
