//! Clients that sync with a location, each with one flaw that its name tells.

use std::collections::BTreeSet;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method, Request, header};
use http_body_util::{BodyExt, Full};
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::net::TcpStream;

use crate::support::Fixture;

/// What a client ran into.
pub(crate) type Flaw = String;

/// How a client came along.
pub(crate) type Lucky = Result<(), Flaw>;

/// The connection ended before the answer did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Lost;

/// An answer.
#[derive(Debug)]
pub(crate) struct Got {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Got {
    pub(crate) fn error(&self) -> Option<u64> {
        self.body["errorNumber"].as_u64()
    }

    fn list(&self, name: &str) -> Result<Vec<Value>, Flaw> {
        let list = self.body[name].as_array().cloned();
        list.ok_or_else(|| format!("{} without {name}: {}", self.status, self.body))
    }
}

/// One call on a connection of its own, with this token: `POST` if there is a body.
pub(crate) async fn ask_as(
    school: &Fixture,
    stoken: &str,
    path: &str,
    body: Value,
) -> Result<Got, Lost> {
    let method = if body.is_null() { Method::GET } else { Method::POST };
    let bytes = if body.is_null() { Bytes::new() } else { body.to_string().into() };
    let request = Request::builder()
        .method(method)
        .uri(format!("/mdm/v2/{path}"))
        .header(header::HOST, "quince.test")
        .header(header::AUTHORIZATION, format!("Bearer {stoken}"))
        .header(header::CONTENT_TYPE, "application/json")
        .body(Full::<Bytes>::from(bytes))
        .unwrap();
    let stream = TcpStream::connect(school.quince.url().replace("http://", "")).await.unwrap();
    let shake = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await;
    let (mut sender, connection) = shake.map_err(|_| Lost)?;
    let connection = tokio::spawn(connection);
    let answer = sender.send_request(request).await.map_err(|_| Lost)?;
    let (head, body) = answer.into_parts();
    let body = body.collect().await.map_err(|_| Lost)?.to_bytes();
    drop(sender);
    let _ = connection.await.unwrap();
    let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
    Ok(Got { status: head.status.as_u16(), headers: head.headers, body })
}

/// [`ask_as`], with the token that the client began with.
pub(crate) async fn ask(school: &Fixture, path: &str, body: Value) -> Result<Got, Lost> {
    ask_as(school, &school.stoken, path, body).await
}

/// A call of a client that does not expect connections to be lost.
async fn call(school: &Fixture, path: &str, body: Value) -> Result<Got, Flaw> {
    ask(school, path, body).await.map_err(|Lost| format!("{path}: the connection is lost"))
}

async fn get(school: &Fixture, path: &str) -> Result<Got, Flaw> {
    call(school, path, Value::Null).await
}

/// What one member says in each record.
fn names(records: &[Value], member: &str) -> BTreeSet<String> {
    records.iter().filter_map(|record| record[member].as_str()).map(str::to_owned).collect()
}

/// Polls an event until it is no longer pending.
async fn ended(school: &Fixture, accepted: &Got) -> Result<Value, Flaw> {
    let id = accepted.body["eventId"].as_str();
    let id = id.ok_or_else(|| format!("no event: {}", accepted.body))?;
    for _ in 0..20 {
        school.advance("1s");
        let status = get(school, &format!("status?eventId={id}")).await?.body;
        if status["eventStatus"] != "PENDING" {
            return Ok(status);
        }
    }
    Err("it never ends".to_owned())
}

/// What the list at this path holds, to hold a client's view against it: read all at once from a copy that no rule
/// disturbs.
async fn truth(school: &Fixture, path: &str) -> Vec<Value> {
    let copy = school.quince.fork("default", None).unwrap();
    let at = format!("/universes/{}", copy.id());
    school.done_by("POST", &format!("{at}/reset"), json!({"scope": "rules"})).await;
    copy.set("v2.page_size", "1000").unwrap();
    let list = school.below(copy.id(), &copy.stoken("berlin"), path, None).await.json();
    school.done_by("DELETE", &at, Value::Null).await;
    list[path.split('?').next().unwrap()].as_array().unwrap().clone()
}

/// The product of which small schools have enough, for these devices.
fn gift(serial_numbers: &[&str]) -> Value {
    json!({"assets": [{"adamId": "361309726"}], "serialNumbers": serial_numbers})
}

async fn holders(school: &Fixture) -> BTreeSet<String> {
    names(&truth(school, "assignments?adamId=361309726").await, "serialNumber")
}

pub(crate) async fn counts_rows_instead_of_following_next_page_index(school: &Fixture) -> Lucky {
    const FULL: usize = 500;
    let (mut rows, mut page) = (Vec::new(), 0);
    loop {
        let got = get(school, &format!("assignments?pageIndex={page}")).await?;
        let list = got.list("assignments")?;
        let count = list.len();
        rows.extend(list);
        if count < FULL {
            break;
        }
        page += 1;
    }
    let all = truth(school, "assignments").await.len();
    if rows.len() == all { Ok(()) } else { Err(format!("read {} of {all} rows", rows.len())) }
}

pub(crate) async fn reads_as_many_pages_as_the_first_one_promised(school: &Fixture) -> Lucky {
    let first = get(school, "assignments").await?;
    let mut rows = first.list("assignments")?;
    for page in 1..first.body["totalPages"].as_u64().unwrap() {
        rows.extend(
            get(school, &format!("assignments?pageIndex={page}")).await?.list("assignments")?,
        );
    }
    let all = truth(school, "assignments").await.len();
    if rows.len() == all { Ok(()) } else { Err(format!("read {} of {all} rows", rows.len())) }
}

pub(crate) async fn pages_on_though_the_version_changed(school: &Fixture) -> Lucky {
    let (mut seen, mut next) = (BTreeSet::new(), Some(0));
    while let Some(page) = next {
        let got = get(school, &format!("users?activeOnly=true&pageIndex={page}")).await?;
        seen.extend(names(&got.list("users")?, "clientUserId"));
        next = got.body["nextPageIndex"].as_u64();
    }
    let active = names(&truth(school, "users?activeOnly=true").await, "clientUserId");
    let missed = active.difference(&seen).count();
    if missed == 0 { Ok(()) } else { Err(format!("never saw {missed} active users")) }
}

pub(crate) async fn trusts_the_200_of_an_asynchronous_call(school: &Fixture) -> Lucky {
    for serial in ["ONE", "TWO", "THREE", "FOUR"] {
        call(school, "assets/associate", gift(&[serial])).await?;
        school.advance("1m");
        if !holders(school).await.contains(serial) {
            return Err(format!("{serial} asks for a license that is not there yet"));
        }
    }
    Ok(())
}

pub(crate) async fn takes_an_event_that_ended_for_one_that_succeeded(school: &Fixture) -> Lucky {
    for serials in [["A1", "A2"], ["B1", "B2"], ["C1", "C2"]] {
        let accepted = call(school, "assets/associate", gift(&serials)).await?;
        ended(school, &accepted).await?;
        let holders = holders(school).await;
        if let Some(without) = serials.into_iter().find(|serial| !holders.contains(*serial)) {
            return Err(format!("{without} was told to install, and has no license"));
        }
    }
    Ok(())
}

pub(crate) async fn takes_users_for_created_once_their_event_ended(school: &Fixture) -> Lucky {
    for n in 0..6 {
        let name = format!("new-{n}");
        let users = json!({"users": [{"clientUserId": name, "email": "a@b.example"}]});
        let accepted = call(school, "users/create", users).await?;
        ended(school, &accepted).await?;
        if truth(school, &format!("users?clientUserId={name}")).await.is_empty() {
            return Err(format!("{name} was invited, and does not exist"));
        }
    }
    Ok(())
}

pub(crate) async fn looks_at_the_status_only(school: &Fixture) -> Lucky {
    for _ in 0..100 {
        let got = get(school, "assets").await?;
        if got.status == 200 {
            got.list("assets")?;
        }
    }
    Ok(())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[allow(dead_code, reason = "it is read, and that is all")]
struct AssetsAsOfToday {
    assets: Vec<Value>,
    current_page_index: u32,
    next_page_index: Option<u32>,
    size: u32,
    total_pages: u32,
    version_id: String,
    token_expiration_date: String,
    u_id: String,
    mdm_info: Option<Value>,
}

pub(crate) async fn refuses_unknown_members(school: &Fixture) -> Lucky {
    let got = get(school, "assets").await?;
    let read = serde_json::from_value::<AssetsAsOfToday>(got.body);
    read.map(|_| ()).map_err(|error| error.to_string().chars().take(35).collect())
}

pub(crate) async fn retries_at_once(school: &Fixture) -> Lucky {
    for n in 1..=60 {
        let mut tries = 0;
        while get(school, "assets").await?.error() == Some(9646) {
            tries += 1;
            if tries == 3 {
                return Err(format!("refused three times in a row, first for request {n}"));
            }
        }
    }
    Ok(())
}

/// What `Retry-After` says in each answer of a busy service; nothing where it is not there.
async fn told_to_wait(school: &Fixture) -> Result<Vec<Option<String>>, Flaw> {
    let mut told = Vec::new();
    for _ in 0..150 {
        let got = get(school, "assets").await?;
        if got.status >= 500 {
            let wait = got.headers.get(header::RETRY_AFTER);
            told.push(wait.map(|value| value.to_str().unwrap().to_owned()));
        }
    }
    Ok(told)
}

pub(crate) async fn parses_retry_after_as_an_integer_only(school: &Fixture) -> Lucky {
    let told = told_to_wait(school).await?;
    match told.into_iter().flatten().find(|text| text.parse::<u32>().is_err()) {
        None => Ok(()),
        Some(text) => Err(format!("{text} is no number")),
    }
}

pub(crate) async fn counts_on_retry_after(school: &Fixture) -> Lucky {
    match told_to_wait(school).await?.iter().position(Option::is_none) {
        None => Ok(()),
        Some(n) => Err(format!("busy answer {} does not say how long to wait", n + 1)),
    }
}

pub(crate) async fn knows_no_number_of_seconds(school: &Fixture) -> Lucky {
    let told = told_to_wait(school).await?;
    match told.into_iter().flatten().find(|text| !text.ends_with("GMT")) {
        None => Ok(()),
        Some(text) => Err(format!("{text} is no date")),
    }
}

pub(crate) async fn resends_after_a_lost_answer(school: &Fixture) -> Lucky {
    for n in 0..12 {
        let users = json!({"users": [{"clientUserId": format!("new-{n}")}]});
        let accepted = loop {
            if let Ok(accepted) = ask(school, "users/create", users.clone()).await {
                break accepted;
            }
        };
        let status = ended(school, &accepted).await?;
        if let Some(failure) = status["failures"].get(0) {
            return Err(format!("new-{n}: {}", failure["errorMessage"].as_str().unwrap()));
        }
    }
    Ok(())
}

pub(crate) async fn builds_the_limits_in(school: &Fixture) -> Lucky {
    for batch in 0..6 {
        let serials: Vec<String> = (0..6).map(|n| format!("S{batch}{n}")).collect();
        let serials: Vec<&str> = serials.iter().map(String::as_str).collect();
        let accepted = call(school, "assets/associate", gift(&serials)).await?;
        if let Some(error) = accepted.error() {
            return Err(format!("batch {batch} of 6 serial numbers: {error}"));
        }
    }
    Ok(())
}

pub(crate) async fn ignores_mdm_info(school: &Fixture) -> Lucky {
    let own = json!({"id": "own", "name": "Own MDM", "metadata": "own.example"});
    call(school, "client/config", json!({ "mdmInfo": own })).await?;
    let mut astray = 0;
    for n in 0..45 {
        let got = call(school, "assets/associate", gift(&[&format!("S{n}")])).await?;
        // It would have had to look here.
        astray += usize::from(got.body["mdmInfo"]["id"] != "own");
    }
    let owner = school.get("client/config").await.json()["mdmInfo"]["name"].clone();
    if astray == 0 { Ok(()) } else { Err(format!("wrote {astray} times in a location of {owner}")) }
}

pub(crate) async fn keeps_its_token_for_ever(school: &Fixture) -> Lucky {
    for n in 1..=60 {
        let got = get(school, "assets").await?;
        if got.status == 401 {
            return Err(format!("request {n}: {}", got.error().unwrap()));
        }
    }
    Ok(())
}

pub(crate) async fn gives_up_after_250_ms(school: &Fixture) -> Lucky {
    const PATIENCE: Duration = Duration::from_millis(250);
    for n in 1..=4 {
        let answer = tokio::time::timeout(PATIENCE, get(school, "assets")).await;
        answer.map_err(|_| format!("request {n} took longer than {PATIENCE:?}"))??;
    }
    Ok(())
}

pub(crate) async fn takes_the_first_piece_of_a_body_for_all_of_it(school: &Fixture) -> Lucky {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    for n in 1..=30 {
        let address = school.quince.url().replace("http://", "");
        let mut stream = TcpStream::connect(address).await.unwrap();
        let stoken = &school.stoken;
        let request = format!(
            "GET /mdm/v2/assets HTTP/1.1\r\nhost: quince.test\r\nauthorization: Bearer {stoken}\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut bytes = vec![0; 1 << 16];
        let count = stream.read(&mut bytes).await.unwrap();
        let text = String::from_utf8_lossy(&bytes[..count]).into_owned();
        let body = text.split_once("\r\n\r\n").map_or("", |(_, body)| body);
        if serde_json::from_str::<Value>(body).is_err() {
            return Err(format!("the body of answer {n} ends too early"));
        }
    }
    Ok(())
}
