//! quince and the reference side by side: every request goes to both, and their answers must agree.

use std::collections::{BTreeMap, BTreeSet};

use http::{HeaderMap, HeaderValue, Method, header};
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use quince::api::exchange::{Door as _, Reply, Request, Scheme};
use quince::{ClockMode, Quince};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use super::history::{Case, Step};
use super::nonsense;
use super::reference::State;
use super::service::{Command, Refused, Service, Targets, Wish};
use super::worlds::{key, world};

/// What a property says of a case.
pub(crate) type Outcome<T = ()> = Result<T, TestCaseError>;

/// What a step came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Did {
    Queued,
    Refused,
    Else,
}

/// The version ids of the three lists at a moment, and what stood then.
#[derive(Debug, Clone)]
pub(super) struct Remembered {
    pub(super) assignments: String,
    pub(super) users: String,
    pub(super) state: State,
    /// The list of users as quince told it.
    pub(super) listed_users: Vec<Value>,
}

/// A location in both.
#[derive(Debug, Clone)]
pub(super) struct Place {
    token: String,
    pub(super) service: Service,
    /// `eventId`s, by the number of the event in the reference.
    pub(super) events: Vec<String>,
    pub(super) remembered: Vec<Remembered>,
    /// What quince made up for each thing that the reference only names, and the other way round.
    named: BTreeMap<String, String>,
    names: BTreeMap<String, String>,
}

/// A running quince, and the reference for each of its locations.
#[derive(Debug)]
pub(super) struct Lab {
    quince: Quince,
    pub(super) places: Vec<Place>,
    /// Milliseconds since the start.
    now: i64,
    /// Every answer so far, if it is kept.
    pub(super) transcript: Option<Vec<String>>,
    /// Numbers of the errors that requests were refused with.
    pub(super) refused: BTreeSet<u16>,
    runtime: Runtime,
}

impl Place {
    /// Every id, code and hash that was seen, all made up by quince.
    pub(super) fn made_up(&self) -> impl Iterator<Item = &str> {
        self.names.keys().map(String::as_str)
    }
}

impl Lab {
    /// Starts a quince with the world and the settings of a case.
    pub(super) fn start(case: &Case, seed: u64) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let mut builder =
            Quince::builder().world_spec(world(&case.places)).clock(ClockMode::Manual).seed(seed);
        for (key, value) in case.rules.settings() {
            builder = builder.setting(key, &value);
        }
        let quince = runtime.block_on(builder.start()).unwrap();
        let universe = quince.universe("default");
        let places = case.places.iter().enumerate().map(|(place, state)| Place {
            token: universe.stoken(&key(place)),
            service: Service::new(case.rules.clone(), state.clone()),
            events: Vec::new(),
            remembered: Vec::new(),
            named: BTreeMap::new(),
            names: BTreeMap::new(),
        });
        let places = places.collect();
        Self { quince, places, now: 0, transcript: None, refused: BTreeSet::new(), runtime }
    }

    /// Asks the control API about the default universe.
    pub(super) fn control(&self, method: Method, path: &str, query: &str, body: &[u8]) -> Reply {
        let request = Request {
            method,
            path: format!("/_quince/v1/universes/default/{path}"),
            query: (!query.is_empty()).then(|| query.to_owned()),
            headers: HeaderMap::new(),
            body: body.to_vec().into(),
            peer: None,
            scheme: Scheme::Http,
            authority: Some("quince.test".to_owned()),
        };
        self.runtime.block_on(self.quince.api().answer(request))
    }

    /// The state of the default universe.
    pub(super) fn export(&self, query: &str) -> Vec<u8> {
        let reply = self.control(Method::GET, "state", query, b"");
        assert_eq!(reply.status, 200);
        reply.body.to_vec()
    }

    /// Another quince, of another world and seed, that takes this one's state.
    pub(super) fn twin(&self) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let quince = Quince::builder().world("empty").seed(99).clock(ClockMode::Wall);
        let quince = runtime.block_on(quince.start()).unwrap();
        let (places, refused) = (self.places.clone(), self.refused.clone());
        let twin = Self { quince, places, now: self.now, transcript: None, refused, runtime };
        let reply = twin.control(Method::PUT, "state", "", &self.export(""));
        assert_eq!(reply.status, 200, "{}", String::from_utf8_lossy(&reply.body));
        twin
    }

    /// What the reference says of a location now.
    pub(super) fn state(&mut self, at: usize) -> &State {
        let place = &mut self.places[at];
        place.service.settle(self.now);
        &place.service.state
    }

    /// Sends a request as it is.
    pub(super) fn send(
        &mut self,
        at: usize,
        method: Method,
        path: &str,
        query: &str,
        body: String,
    ) -> Reply {
        let media_type = "application/json";
        self.send_as(at, method, path, query, body, media_type)
    }

    /// Sends a request with a body of some media type.
    pub(super) fn send_as(
        &mut self,
        at: usize,
        method: Method,
        path: &str,
        query: &str,
        body: String,
        media_type: &str,
    ) -> Reply {
        let mut headers = HeaderMap::new();
        let bearer = format!("Bearer {}", self.places[at].token);
        headers.insert(header::AUTHORIZATION, HeaderValue::from_str(&bearer).unwrap());
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_str(media_type).unwrap());
        let request = Request {
            method,
            path: format!("/mdm/v2/{path}"),
            query: (!query.is_empty()).then(|| query.to_owned()),
            headers,
            body: body.into(),
            peer: None,
            scheme: Scheme::Http,
            authority: Some("quince.test".to_owned()),
        };
        let reply = self.quince.api().respond(request);
        if let Some(transcript) = &mut self.transcript {
            let (status, headers) = (reply.status, &reply.headers);
            let body = String::from_utf8_lossy(&reply.body);
            transcript.push(format!("{path}?{query}\n{status}\n{headers:?}\n{body}"));
        }
        self.state(at);
        reply
    }

    /// Gets what must be there.
    pub(super) fn get(&mut self, at: usize, path: &str, query: &str) -> Outcome<Value> {
        let reply = self.send(at, Method::GET, path, query, String::new());
        self.success(at, &reply, path)
    }

    /// An answer that must not be an error, with what all of these carry.
    fn success(&mut self, at: usize, reply: &Reply, path: &str) -> Outcome<Value> {
        let answer: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
        prop_assert_eq!(reply.status.as_u16(), 200, "{}: {}", path, answer);
        prop_assert!(answer["errorNumber"].is_null(), "{}: {}", path, answer);
        let uid = answer["uId"].as_str().unwrap_or_default().to_owned();
        self.agree(at, "uId", &uid)?;
        let claimed = self.places[at].service.claimed.clone().unwrap_or_default();
        prop_assert_eq!(&answer["mdmInfo"], &claimed, "mdmInfo at {}", path);
        Ok(answer)
    }

    /// A refusal with the number and the blame that the reference expects.
    pub(super) fn refusal(reply: &Reply, refused: &Refused) -> Outcome {
        let answer: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
        prop_assert_eq!(&answer["errorNumber"], &json!(refused.number), "{}", answer);
        let status = if refused.number == 9727 { 415 } else { 400 };
        prop_assert_eq!(reply.status.as_u16(), status);
        prop_assert_eq!(sorted(&answer["errorInfo"]), sorted(&refused.info), "{}", answer);
        Ok(())
    }

    /// What quince made up stands for one thing of the reference, always the same.
    pub(super) fn agree(&mut self, at: usize, name: &str, made_up: &str) -> Outcome {
        prop_assert!(!made_up.is_empty(), "{} is missing", name);
        let place = &mut self.places[at];
        let before = place.named.entry(name.to_owned()).or_insert_with(|| made_up.to_owned());
        prop_assert_eq!(&*before, made_up, "{} changed", name);
        let other = place.names.entry(made_up.to_owned()).or_insert_with(|| name.to_owned());
        prop_assert_eq!(&*other, name, "{} stands for two things", made_up);
        Ok(())
    }

    /// A record must be what the reference says, but for what quince makes up.
    pub(super) fn same_record(&mut self, at: usize, expected: &Value, got: &Value) -> Outcome {
        let mut got = got.clone();
        for member in ["inviteCode", "idHash"] {
            if let (Some(label), Some(text)) = (expected[member].as_str(), got[member].as_str()) {
                let text = text.to_owned();
                self.agree(at, label, &text)?;
                got[member] = json!(label);
            }
        }
        prop_assert_eq!(&got, expected);
        Ok(())
    }

    /// A list must be what the reference says, in order.
    pub(super) fn same_list(&mut self, at: usize, expected: &[Value], got: &[Value]) -> Outcome {
        let texts = |list: &[Value]| list.iter().map(Value::to_string).collect::<Vec<_>>();
        prop_assert_eq!(expected.len(), got.len(), "{:#?}\n{:#?}", texts(expected), texts(got));
        for (expected, got) in expected.iter().zip(got) {
            self.same_record(at, expected, got)?;
        }
        Ok(())
    }

    /// Does a step in both; they must agree whether it is refused.
    pub(super) fn step(&mut self, at: usize, step: &Step) -> Outcome<Did> {
        let state = self.state(at);
        if let Some(command) = step.command(state) {
            return self.command(at, command);
        }
        match step {
            Step::Nonsense(which) => {
                nonsense::send(self, at, *which)?;
                return Ok(Did::Refused);
            }
            Step::Claim(number) => self.claim(at, *number)?,
            Step::Wait(span) => self.wait(*span),
            Step::Remember => self.remember(at)?,
            // Nothing to take back, nothing to give again.
            _ => {}
        }
        Ok(Did::Else)
    }

    /// Moves time on by so many milliseconds.
    pub(super) fn wait(&mut self, span: u32) {
        self.quince.universe("default").clock().advance(&format!("{span}ms")).unwrap();
        self.now += i64::from(span);
        for place in &mut self.places {
            place.service.settle(self.now);
        }
    }

    /// Asks both for an event.
    pub(super) fn command(&mut self, at: usize, command: Command) -> Outcome<Did> {
        let (path, body) = wire(&command);
        let reply = self.send(at, Method::POST, path, "", body.to_string());
        let now = self.now;
        match self.places[at].service.accept(command, now) {
            Err(refused) => {
                Self::refusal(&reply, &refused)?;
                self.refused.insert(refused.number);
                Ok(Did::Refused)
            }
            Ok(event) => {
                let id = self.success(at, &reply, path)?["eventId"].clone();
                let id = id.as_str().unwrap_or_default().to_owned();
                self.agree(at, &format!("event {event}"), &id)?;
                self.places[at].events.push(id);
                Ok(Did::Queued)
            }
        }
    }

    fn claim(&mut self, at: usize, number: u8) -> Outcome {
        let info = json!({"id": format!("mdm-{number}"), "name": "MDM", "metadata": "of mine"});
        let body = json!({"mdmInfo": info}).to_string();
        let reply = self.send(at, Method::POST, "client/config", "", body);
        self.places[at].service.claimed = Some(info);
        self.success(at, &reply, "client/config")?;
        Ok(())
    }

    /// Keeps the versions of now.
    pub(super) fn remember(&mut self, at: usize) -> Outcome {
        let assignments = self.list(at, "assignments", "")?.version;
        let users = self.list(at, "users", "")?;
        let state = self.state(at).clone();
        let (listed_users, users) = (users.records, users.version);
        self.places[at].remembered.push(Remembered { assignments, users, state, listed_users });
        Ok(())
    }
}

/// Path and body of a request.
pub(super) fn wire(command: &Command) -> (&'static str, Value) {
    match command {
        Command::Associate(targets) => ("assets/associate", targets_body(targets)),
        Command::Disassociate(targets) => ("assets/disassociate", targets_body(targets)),
        Command::Revoke(targets) => ("assets/revoke", targets_body(targets)),
        Command::Create(wishes) => ("users/create", wishes_body(wishes)),
        Command::Update(wishes) => ("users/update", wishes_body(wishes)),
        Command::Retire(wishes) => ("users/retire", wishes_body(wishes)),
    }
}

/// STDQ is left out: it is what absence means.
fn targets_body(targets: &Targets) -> Value {
    let asset = |(id, plus): &(String, bool)| {
        if *plus { json!({"adamId": id, "pricingParam": "PLUS"}) } else { json!({"adamId": id}) }
    };
    let assets: Vec<Value> = targets.assets.iter().map(asset).collect();
    json!({"assets": assets, "clientUserIds": targets.users, "serialNumbers": targets.serials})
}

fn wishes_body(wishes: &[Wish]) -> Value {
    let user = |wish: &Wish| {
        let mut user = json!({"clientUserId": wish.id});
        if let Some(email) = &wish.email {
            user["email"] = json!(email);
        }
        if let Some(account) = &wish.account {
            user["managedAppleId"] = json!(account);
        }
        user
    };
    json!({"users": wishes.iter().map(user).collect::<Vec<_>>()})
}

/// With every list inside in one order: that of the values in a refusal says nothing.
fn sorted(info: &Value) -> Value {
    let mut info = info.clone();
    for list in info.as_object_mut().into_iter().flat_map(|info| info.values_mut()) {
        if let Value::Array(values) = list {
            values.sort_by_key(Value::to_string);
        }
    }
    info
}
