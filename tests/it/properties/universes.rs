//! Many universes in one process, many clients at once: none disturbs another. Afterwards each universe's journal is
//! played to the plain model, one entry after the other, and both must have come to the same.
//!
//! `QUINCE_SOAK=1` makes it 500 universes and 30 seconds.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use http::{HeaderMap, HeaderValue, Method, header};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use quince::api::{Api, ApiOptions};
use quince::engine::{Engine, Origin, Universe};
use quince::exchange::{Request, Scheme};
use quince::journal::{Entry, What};
use quince::model::Span;
use quince::sim::{Settings, SiteId};
use quince::{ClockMode, VIRTUAL_START};
use serde_json::Value;

use super::history::{Case, case};
use super::lab::wire;
use super::reference::{State, User};
use super::service::{Command, Service, Targets, Wish};
use super::worlds::world;

/// What a client may send: path and body.
type Call = (&'static str, String);

/// A universe under load.
struct Subject {
    universe: Arc<Universe>,
    token: HeaderValue,
    case: Case,
    calls: Vec<Call>,
}

fn origin(case: &Case, seed: u64) -> Origin {
    let mut settings = Settings::observed();
    for (key, value) in case.rules.settings() {
        settings.set(key, &value).unwrap();
    }
    let spec = Arc::new(world(&case.places[..1]));
    Origin { seed, spec, settings, clock: ClockMode::Manual, start: VIRTUAL_START }
}

/// What the steps of a case come to before anything has happened.
fn calls(case: &Case) -> Vec<Call> {
    let commands = case.steps.iter().filter_map(|(_, step)| step.command(&case.places[0]));
    commands.map(|command| wire(&command)).map(|(path, body)| (path, body.to_string())).collect()
}

fn subjects(engine: &Engine, count: usize) -> Vec<Subject> {
    let (strategy, mut runner) = (case(60), TestRunner::deterministic());
    let mut cases: Vec<Case> = Vec::new();
    while cases.len() < 16 {
        let case = strategy.new_tree(&mut runner).unwrap().current();
        if calls(&case).len() >= 10 {
            cases.push(case);
        }
    }
    let subject = |n: usize| {
        let case = cases[n % cases.len()].clone();
        let universe = engine.create(None, origin(&case, n as u64), None).unwrap();
        let token = universe.turn(|turn| turn.stoken(SiteId(0))).unwrap().unwrap();
        let token = HeaderValue::from_str(&format!("Bearer {token}")).unwrap();
        Subject { universe, token, calls: calls(&case), case }
    };
    (0..count).map(subject).collect()
}

fn request(subject: &Subject, method: Method, path: &str, body: &str) -> Request {
    let mut headers = HeaderMap::new();
    headers.insert(header::AUTHORIZATION, subject.token.clone());
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Request {
        method,
        path: format!("/mdm/v2/{path}"),
        query: None,
        headers,
        body: body.to_owned().into(),
        peer: None,
        scheme: Scheme::Http,
        authority: None,
    }
}

/// One thing that a client does: mostly a write, now and then a read or a move of the clock.
fn act(api: &Api, subject: &Subject, draw: u64) {
    let pick = (draw >> 8) as usize;
    match draw % 16 {
        0 => {
            let span = Span([1, 67, 200, 10_000][pick % 4]);
            let _ = subject.universe.turn(|turn| turn.advance_by(span)).unwrap();
        }
        1 | 2 => {
            let list = ["assets", "assignments", "users"][pick % 3];
            assert_eq!(api.respond(request(subject, Method::GET, list, "")).status, 200);
        }
        _ => {
            let (path, body) = &subject.calls[pick % subject.calls.len()];
            api.respond(request(subject, Method::POST, path, body));
        }
    }
}

/// Clients on every processor, until as many acts were done or as much time is over as asked for.
fn load(api: &Api, subjects: &[Subject], acts: u64, time: Duration) {
    let done = AtomicU64::new(0);
    #[allow(clippy::disallowed_methods, reason = "the load of a soak lasts for real time")]
    let until = Instant::now() + time;
    std::thread::scope(|scope| {
        for thread in 1..=8_u64 {
            let done = &done;
            scope.spawn(move || {
                let mut draw = thread.wrapping_mul(0x9e37_79b9_7f4a_7c15);
                #[allow(clippy::disallowed_methods, reason = "see above")]
                while done.fetch_add(1, Ordering::Relaxed) < acts && Instant::now() < until {
                    draw ^= draw << 13;
                    draw ^= draw >> 7;
                    draw ^= draw << 17;
                    act(api, &subjects[(draw >> 32) as usize % subjects.len()], draw);
                }
            });
        }
    });
}

fn texts(value: &Value) -> Vec<String> {
    let list = value.as_array().into_iter().flatten();
    list.filter_map(|text| text.as_str().map(str::to_owned)).collect()
}

/// The request of a journal entry, as the plain model takes it.
fn command(path: &str, body: &[u8]) -> Option<Command> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let assets = body["assets"].as_array().into_iter().flatten();
    let targets = Targets {
        assets: assets
            .map(|asset| {
                (asset["adamId"].as_str().unwrap().to_owned(), asset["pricingParam"] == "PLUS")
            })
            .collect(),
        users: texts(&body["clientUserIds"]),
        serials: texts(&body["serialNumbers"]),
    };
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let wish = |user: &Value| Wish {
        id: text(&user["clientUserId"]).unwrap(),
        email: text(&user["email"]),
        account: text(&user["managedAppleId"]),
    };
    let wishes = body["users"].as_array().into_iter().flatten().map(wish).collect();
    Some(match path.strip_prefix("/mdm/v2/")? {
        "assets/associate" => Command::Associate(targets),
        "assets/disassociate" => Command::Disassociate(targets),
        "assets/revoke" => Command::Revoke(targets),
        "users/create" => Command::Create(wishes),
        "users/update" => Command::Update(wishes),
        "users/retire" => Command::Retire(wishes),
        _ => return None,
    })
}

/// Plays a journal to the plain model, whose every answer must be the one that was given.
fn replay(subject: &Subject, entries: &[Entry]) -> State {
    let mut service = Service::new(subject.case.rules.clone(), subject.case.places[0].clone());
    for (place, entry) in entries.iter().enumerate() {
        assert_eq!(entry.seq, place as u64 + 1, "the journal has no gap");
        service.settle(entry.at.since(VIRTUAL_START).0);
        let What::Exchange(exchange) = &entry.what else { continue };
        let answer = exchange.answer.get().expect("every exchange has its answer");
        let Some(command) = command(&exchange.request.path, &exchange.request.body) else {
            continue;
        };
        let answer: Value = serde_json::from_slice(&answer.body).unwrap();
        let refused = service.accept(command, entry.at.since(VIRTUAL_START).0).err();
        let number = refused.map(|refused| Value::from(refused.number));
        assert_eq!(
            answer["errorNumber"],
            number.unwrap_or_default(),
            "entry {}: {answer}",
            entry.seq
        );
    }
    // Reading it settles what an event without delay still has to do.
    service.settle(entries.last().map_or(0, |entry| entry.at.since(VIRTUAL_START).0));
    service.state
}

/// Every record of a list, but for what quince makes up.
fn records(api: &Api, subject: &Subject, list: &str) -> Vec<String> {
    let mut records = Vec::new();
    for index in 0.. {
        let mut page = request(subject, Method::GET, list, "");
        page.query = Some(format!("pageIndex={index}&includeUserState=true"));
        let page: Value = serde_json::from_slice(&api.respond(page).body).unwrap();
        records.extend(page[list].as_array().unwrap().iter().map(without_made_up));
        if page["nextPageIndex"].is_null() {
            break;
        }
    }
    records
}

fn without_made_up(record: &Value) -> String {
    let mut record = record.clone();
    for member in ["inviteCode", "idHash"] {
        if let Some(made_up) = record.get_mut(member) {
            *made_up = "made up".into();
        }
    }
    record.to_string()
}

#[test]
fn five_hundred_universes_at_once_each_come_to_what_their_journal_says() {
    #[allow(clippy::disallowed_methods, reason = "a soak is asked for by the environment")]
    let soak = std::env::var("QUINCE_SOAK").is_ok();
    let (count, acts, time) = if soak { (500, u64::MAX, 30) } else { (500, 20_000, 60) };
    let mut settings = Settings::observed();
    settings.set("v2.page_size", "100").unwrap();
    let first = Origin {
        seed: 1,
        spec: Arc::default(),
        settings,
        clock: ClockMode::Manual,
        start: VIRTUAL_START,
    };
    let engine = Arc::new(Engine::new(first, false));
    let subjects = subjects(&engine, count);
    let api = Api::new(Arc::clone(&engine), ApiOptions::default());
    load(&api, &subjects, acts, Duration::from_secs(time));

    let mut checked = 0;
    for subject in &subjects {
        let entries: Vec<Entry> =
            subject.universe.with_journal(|journal| journal.after(0).cloned().collect());
        if entries.len() as u64 != subject.universe.with_journal(quince::journal::Journal::last) {
            // A soak may outgrow a journal; what is no longer in it cannot be played.
            continue;
        }
        let state = replay(subject, &entries);
        let texts = |records: Vec<Value>| records.iter().map(without_made_up).collect::<Vec<_>>();
        let rules = &subject.case.rules;
        let assets =
            (0..state.assets.len()).map(|place| state.asset_record(place, rules)).collect();
        let held = state.held.iter().map(|held| state.assignment_record(held, true)).collect();
        let users = state.users.iter().map(User::record).collect();
        for (list, expected) in [("assets", assets), ("assignments", held), ("users", users)] {
            let got = records(&api, subject, list);
            assert_eq!(got, texts(expected), "{list} of universe {}", subject.universe.id());
        }
        checked += 1;
    }
    assert!(checked * 10 >= count * 9, "only {checked} journals were whole");
}
