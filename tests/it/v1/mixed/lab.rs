//! A quince in which a history happens, without a socket.

use std::collections::{BTreeMap, BTreeSet};

use http::{HeaderMap, HeaderValue, Method, header};
use quince::api::exchange::{Reply, Request, Scheme};
use quince::{ActError, ClockMode, Quince, UniverseHandle};
use serde_json::{Value, json};

use super::history::{Case, Step, WORLD};
use super::views::{self, Holding};
use crate::properties::Outcome;
use crate::support::lists::world;
use crate::v1::schema;

/// A running quince, and what was seen of it.
pub(super) struct Lab {
    quince: Quince,
    universe: UniverseHandle,
    stoken: String,
    /// The number of the first user; the others have the numbers after it.
    pub(super) first_user: u64,
    /// How often it was looked at.
    pub(super) looks: usize,
    /// What happened in it that both versions must tell.
    pub(super) seen: BTreeSet<String>,
    /// Of what each licence is that was ever listed.
    pub(super) asset_of: BTreeMap<u64, String>,
    /// Who held which licence when it was last looked at; emptied where a step may have passed one on.
    pub(super) held: BTreeMap<Holding, u64>,
}

impl Lab {
    /// Starts a quince with the world and the settings of a case.
    pub(super) fn start(case: &Case) -> Self {
        let mut builder =
            Quince::builder().world_spec(world(WORLD)).clock(ClockMode::Manual).seed(6);
        for (key, value) in &case.settings {
            builder = builder.setting(key, value);
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let quince = runtime.block_on(builder.start()).unwrap();
        let universe = quince.universe("default");
        let stoken = universe.stoken("main");
        let (seen, asset_of, held) = (BTreeSet::new(), BTreeMap::new(), BTreeMap::new());
        let mut lab =
            Self { quince, universe, stoken, first_user: 0, looks: 0, seen, asset_of, held };
        let users = lab.run("getVPPUsersSrv", "users", &json!({"includeRetired": 1}));
        lab.first_user = users[0]["userId"].as_u64().unwrap();
        lab
    }

    fn send(&self, method: Method, path: &str, query: Option<String>, body: &Value) -> Reply {
        let mut headers = HeaderMap::new();
        let bearer = HeaderValue::from_str(&format!("Bearer {}", self.stoken)).unwrap();
        headers.insert(header::AUTHORIZATION, bearer);
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let body = if method == Method::GET { Vec::new() } else { body.to_string().into() };
        self.quince.api().respond(Request {
            method,
            path: path.to_owned(),
            query,
            headers,
            body: body.into(),
            peer: None,
            scheme: Scheme::Http,
            authority: Some("quince.test".to_owned()),
        })
    }

    /// Calls a service of v1; its answer fits the schema.
    pub(super) fn older(&self, service: &str, members: &Value) -> Value {
        let mut members = members.clone();
        members["sToken"] = self.stoken.as_str().into();
        let reply = self.send(Method::POST, &format!("/mdm/{service}"), None, &members);
        let answer = serde_json::from_slice(&reply.body).unwrap();
        schema::check(service, &answer);
        answer
    }

    /// Reads a list of v1 to its end, batch after batch.
    pub(super) fn run(&self, service: &str, list: &str, asked: &Value) -> Vec<Value> {
        let (mut records, mut asked) = (Vec::new(), asked.clone());
        loop {
            let mut answer = self.older(service, &asked);
            records.append(answer[list].as_array_mut().unwrap_or_else(|| panic!("no {list}")));
            if answer["batchToken"].is_null() {
                return records;
            }
            asked["batchToken"] = answer["batchToken"].take();
        }
    }

    /// Reads a list of v2 to its end, page after page.
    pub(super) fn pages(&self, list: &str) -> Vec<Value> {
        let mut records = Vec::new();
        for index in 0.. {
            let query = (index > 0).then(|| format!("pageIndex={index}"));
            let reply = self.send(Method::GET, &format!("/mdm/v2/{list}"), query, &Value::Null);
            let mut page: Value = serde_json::from_slice(&reply.body).unwrap();
            records.append(page[list].as_array_mut().unwrap_or_else(|| panic!("no {list}")));
            if page["nextPageIndex"].is_null() {
                break;
            }
        }
        records
    }

    /// Lets a step happen; it may be refused.
    pub(super) fn step(&mut self, step: &Step) {
        match step {
            Step::Older(service, members) => self.call(service, members),
            Step::OfLicence(service, members, name, n) => {
                let licences = self.run("getVPPLicensesSrv", "licenses", &json!({}));
                if let Some(licence) = licences.get(n % licences.len().max(1)) {
                    let mut members = members.clone();
                    members[*name] = licence["licenseId"].clone();
                    self.call(service, &members);
                }
            }
            Step::Newer(path, body) => {
                let reply = self.send(Method::POST, &format!("/mdm/v2/{path}"), None, body);
                let answer: Value = serde_json::from_slice(&reply.body).unwrap();
                let number = answer["errorNumber"].as_u64().unwrap_or_default();
                self.saw(format!("v2 {path}: {number}"));
            }
            Step::Verb(name, arguments) => {
                let mut call = arguments.clone();
                call["name"] = (*name).into();
                let place = if *name == "transfer-licenses" { "from" } else { "location" };
                call[place] = "main".into();
                let done = self.universe.act(&serde_json::from_value(call).unwrap());
                let did = match done {
                    Ok(_) => "done",
                    Err(ActError::Unfit(_)) => "refused",
                    Err(wrong) => panic!("{step:?}: {wrong}"),
                };
                self.saw(format!("verb {name}: {did}"));
                if *name == "remove-asset" {
                    self.held.clear();
                }
            }
            Step::Follow(n) => self.follow(*n),
            Step::Wait(millis) => {
                self.universe.clock().advance(&format!("{millis}ms")).unwrap();
                self.held.clear();
            }
        }
    }

    fn call(&mut self, service: &str, members: &Value) {
        let answer = self.older(service, members);
        let number = match answer["errorNumber"].as_u64() {
            Some(number) => number.to_string(),
            None => answer["status"].to_string(),
        };
        self.saw(format!("v1 {service}: {number}"));
        if service.starts_with("manage") {
            self.held.clear();
        }
    }

    fn follow(&mut self, n: usize) {
        let users = self.run("getVPPUsersSrv", "users", &json!({}));
        let open: Vec<&str> = users.iter().filter_map(|user| user["inviteUrl"].as_str()).collect();
        if let Some(url) = open.get(n % open.len().max(1)) {
            let url: http::Uri = url.parse().unwrap();
            let query = url.query().map(str::to_owned);
            let reply = self.send(Method::GET, url.path(), query, &Value::Null);
            self.saw(format!("an invitation is followed: {}", reply.status.as_u16()));
        }
    }

    /// Notes what happened.
    pub(super) fn saw(&mut self, what: impl Into<String>) {
        self.seen.insert(what.into());
    }

    /// Both versions must tell the same now.
    pub(super) fn agree(&mut self, when: &str) -> Outcome {
        views::agree(self, when)
    }
}
