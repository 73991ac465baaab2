//! Entries of a journal, for the tests of this room.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use crate::exchange::{Fate, Request, Scheme};
use crate::journal::{Act, Answer, Entry, Exchange, Injected, Routed, What};
use crate::model::At;
use crate::sim::Real;

pub(crate) fn entry(seq: u64, what: What) -> Entry {
    Entry { seq, at: At(0), real: Real(0), what, injected: Vec::new() }
}

pub(crate) fn act(kind: &'static str, name: &str) -> What {
    What::Act(Act::new(kind, name.to_owned(), String::new()))
}

/// A call in the making.
pub(crate) struct Made {
    operation: &'static str,
    location: Option<String>,
    request: Request,
    answer: Option<Answer>,
    injected: Vec<Injected>,
}

/// A call that is answered with 200 and nothing else.
pub(crate) fn call(operation: &'static str, method: &str, target: &str) -> Made {
    let (path, query) =
        target.split_once('?').map_or((target, None), |(path, query)| (path, Some(query)));
    let request = Request {
        method: method.parse().unwrap(),
        path: path.to_owned(),
        query: query.map(str::to_owned),
        headers: HeaderMap::new(),
        body: Bytes::new(),
        peer: None,
        scheme: Scheme::Http,
        authority: Some("127.0.0.1:8080".to_owned()),
    };
    let answer = Answer {
        status: StatusCode::OK,
        headers: HeaderMap::new(),
        body: Bytes::new(),
        lints: Vec::new(),
        fate: Fate::default(),
    };
    Made { operation, location: None, request, answer: Some(answer), injected: Vec::new() }
}

impl Made {
    pub(crate) fn at(mut self, location: &str) -> Self {
        self.location = Some(location.to_owned());
        self
    }

    pub(crate) fn sent(mut self, name: &'static str, value: &str) -> Self {
        let value = HeaderValue::from_str(value).unwrap();
        self.request.headers.append(HeaderName::from_static(name), value);
        self
    }

    pub(crate) fn body(mut self, body: &str) -> Self {
        self.request.body = Bytes::copy_from_slice(body.as_bytes());
        self
    }

    pub(crate) fn answered(mut self, status: u16, body: &[u8]) -> Self {
        let answer = self.answer.as_mut().unwrap();
        answer.status = StatusCode::from_u16(status).unwrap();
        answer.body = Bytes::copy_from_slice(body);
        self
    }

    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Self {
        let value = HeaderValue::from_str(value).unwrap();
        self.answer.as_mut().unwrap().headers.append(HeaderName::from_static(name), value);
        self
    }

    pub(crate) fn lint(mut self, name: &'static str, about: &str) -> Self {
        self.answer.as_mut().unwrap().lints.push((name, about.to_owned()));
        self
    }

    pub(crate) fn fate(mut self, fate: Fate) -> Self {
        self.answer.as_mut().unwrap().fate = fate;
        self
    }

    pub(crate) fn by_rule(mut self, rule: &str) -> Self {
        self.injected.push(Injected { rule: rule.into(), act: "something".to_owned() });
        self
    }

    pub(crate) fn unanswered(mut self) -> Self {
        self.answer = None;
        self
    }

    /// As entry of this number.
    pub(crate) fn made(self, seq: u64) -> Entry {
        let exchange = Exchange {
            operation: self.operation,
            location: self.location.map(OnceLock::from).unwrap_or_default(),
            routed: Routed::Credential,
            request: self.request,
            answer: self.answer.map(OnceLock::from).unwrap_or_default(),
        };
        let made = entry(seq, What::Exchange(Arc::new(exchange)));
        Entry { injected: self.injected, ..made }
    }
}
