//! A call of an imitated service on its way: its turn, what rules make of it, and the waiting that they want.
//!
//! The waiting happens outside of turns and locks, and keeps no universe alive. A call that waits before it is applied
//! is applied whether its client still listens or not.

use std::sync::{Arc, Weak};

use tokio::sync::Semaphore;

use super::call::{Call, Opened};
use super::changed::{self, Errors};
use super::lint::Lints;
use super::{ApiOptions, applivery, log, metadata, set_date, v1, v2};
use crate::engine::deliver::{Letter, told, try_out};
use crate::engine::{Found, Universe, waiting};
use crate::exchange::{Reply, Request};
use crate::faults::{Plan, Wait};
use crate::journal::{Answer, Exchange};
use crate::model::At;
use crate::sim::Credential;

/// A call on its way.
pub(super) struct Served {
    pub(super) universe: Weak<Universe>,
    pub(super) exchange: Arc<Exchange>,
    pub(super) credential: Option<Credential>,
    pub(super) surface: Surface,
    pub(super) lints: Lints,
    pub(super) base_url: String,
    pub(super) options: Arc<ApiOptions>,
    /// What rules want of it, once they were asked.
    pub(super) plan: Option<Plan>,
    /// Its journal entry, once it has taken a turn.
    opened: Option<Opened>,
    /// Whether what it wanted delivered was, once it was tried.
    tried: Option<bool>,
}

/// The surface of a call, and what it read of the request before any turn.
#[derive(Clone)]
pub(super) enum Surface {
    V1(Arc<v1::Asked>),
    V2(Result<v2::Operation, v2::errors::ApiError>),
    Metadata(Arc<metadata::Asked>),
    Applivery(Arc<applivery::Asked>),
}

impl Surface {
    fn errors(&self) -> &'static Errors {
        match self {
            Self::V1(_) => &v1::ERRORS,
            Self::V2(_) => &v2::ERRORS,
            Self::Metadata(asked) => asked.target.errors(),
            Self::Applivery(_) => &applivery::ERRORS,
        }
    }
}

/// How far a call came with one turn.
#[allow(clippy::large_enum_variant, reason = "most steps are answers, which are not worth a box")]
enum Step {
    /// It is answered; the answer leaves after this.
    Answered(Reply, Delayed),
    /// It is applied after this.
    Postponed(Box<Served>, Delayed),
    /// It goes on once it was tried to deliver this.
    Trying(Box<Served>, Box<Letter>),
}

/// What passes, from an instant of the universe's time on.
struct Delayed {
    waits: Vec<Wait>,
    now: At,
    /// What was told is to be delivered before that.
    told_first: bool,
}

impl Delayed {
    const fn none(now: At) -> Self {
        Self { waits: Vec::new(), now, told_first: false }
    }
}

impl Served {
    /// A call of the operation with this name.
    pub(super) fn new(
        found: &Found,
        request: Request,
        (surface, operation): (Surface, &'static str),
        credential: Option<Credential>,
        lints: Lints,
        base_url: String,
        options: &Arc<ApiOptions>,
    ) -> Self {
        Self {
            universe: Arc::downgrade(&found.universe),
            exchange: Arc::new(Exchange::new(operation, found.routed, request)),
            credential,
            surface,
            lints,
            base_url,
            options: Arc::clone(options),
            plan: None,
            opened: None,
            tried: None,
        }
    }

    /// A call of v2, whose path is `path` below the surface's.
    pub(super) fn v2(path: &str, request: &Request) -> (Surface, &'static str) {
        match v2::route(path, &request.method) {
            Ok((operation, name)) => (Surface::V2(Ok(operation)), name),
            Err(error) => (Surface::V2(Err(error)), v2::unknown(path)),
        }
    }

    /// Answers without waiting, whatever rules say, and without trying out any receiver.
    pub(super) fn at_once(self) -> Reply {
        self.step(false).at_once()
    }

    /// Answers, and waits as rules say. At most as many calls as `room` has places wait to be applied; others go
    /// at once.
    pub(super) async fn in_time(self, room: &Arc<Semaphore>) -> Reply {
        let universe = Weak::clone(&self.universe);
        let (reply, late) = match self.step(true) {
            Step::Answered(reply, late) => (reply, late),
            step => match Arc::clone(room).try_acquire_owned() {
                Err(_) => return step.at_once(),
                Ok(place) => {
                    let waiting = tokio::spawn(async move {
                        let answered = step.wait().await;
                        drop(place);
                        answered
                    });
                    match waiting.await {
                        Ok(answered) => answered,
                        Err(error) => match error.try_into_panic() {
                            Ok(panic) => std::panic::resume_unwind(panic),
                            Err(_) => return Reply::fault("it stops"),
                        },
                    }
                }
            },
        };
        if late.told_first {
            told(&universe).await;
        }
        if !late.waits.is_empty() {
            waiting::pass(&universe, late.now, &late.waits).await;
        }
        reply
    }

    /// Takes the call's turn.
    fn step(mut self, may_wait: bool) -> Step {
        let Some(universe) = self.universe.upgrade() else {
            let reply = Reply::text(http::StatusCode::NOT_FOUND, "the universe was dropped\n");
            return Step::Answered(reply, Delayed::none(At(0)));
        };
        let begun = self.lints.clone();
        let mut call = Call {
            universe: &universe,
            exchange: &self.exchange,
            credential: self.credential.as_ref(),
            lints: &mut self.lints,
            strict: self.options.strict,
            plan: self.plan.take(),
            opened: self.opened.take(),
            postponed: None,
            may_wait,
            trial: None,
            tried: self.tried,
        };
        let own = match &self.surface {
            Surface::V1(asked) => v1::answer(&self.base_url, &mut call, asked),
            Surface::Metadata(asked) => metadata::answer(&self.base_url, &mut call, asked),
            Surface::Applivery(asked) => applivery::answer(&mut call, asked),
            Surface::V2(route) => {
                let place = v2::Place {
                    base_url: &self.base_url,
                    receivers: &self.options.receivers,
                    takes_any_certificate: self.options.receiver_insecure,
                };
                let own = v2::answer(place, &mut call, route.clone());
                if call.opened.is_none() && call.postponed.is_none() {
                    // Who was refused before taking a turn takes it now: every call is in the journal.
                    let _ = call.open(|_, _| Ok::<(), v2::errors::ApiError>(()));
                }
                own
            }
        };
        let (plan, opened) = (call.plan, call.opened);
        if let Some(letter) = call.trial {
            let call = Self { lints: begun, plan, opened, ..self };
            return Step::Trying(Box::new(call), Box::new(letter));
        }
        if let Some(now) = call.postponed {
            let waits = plan.as_ref().map(|plan| plan.wait.clone()).unwrap_or_default();
            return Step::Postponed(
                Box::new(Self { lints: begun, plan, ..self }),
                Delayed { waits, ..Delayed::none(now) },
            );
        }
        let mut reply = own;
        // A broken universe has no time any more; its answers do without a date.
        let now = opened.as_ref().map(|opened| opened.now);
        if let Some(now) = now {
            set_date(&mut reply, now);
        }
        let mut waits = Vec::new();
        if let Some(opened) = opened {
            if let Some(plan) = &plan {
                let errors = self.surface.errors();
                reply = changed::carried_out(reply, plan, opened.now, &opened.settings, errors);
                waits.clone_from(&plan.late);
            }
            self.lints.tell(&mut reply.headers);
            let (status, headers, body) = (reply.status, reply.headers.clone(), reply.body.clone());
            let (lints, fate) = (self.lints.noticed().to_vec(), reply.fate.clone());
            universe.complete(
                opened.seq,
                &self.exchange,
                Answer { status, headers, body, lints, fate },
            );
        }
        let Exchange { request, operation, .. } = &*self.exchange;
        log(request, &reply, operation, universe.id(), &self.lints);
        let told_first = plan.as_ref().is_some_and(|plan| plan.told_first);
        Step::Answered(reply, Delayed { waits, now: now.unwrap_or(At(0)), told_first })
    }
}

impl Step {
    /// The answer, without waiting for anything.
    fn at_once(mut self) -> Reply {
        loop {
            self = match self {
                Self::Answered(reply, _) => return reply,
                Self::Postponed(call, _) | Self::Trying(call, _) => call.step(false),
            }
        }
    }

    /// The answer, and what passes before it leaves.
    async fn wait(mut self) -> (Reply, Delayed) {
        loop {
            self = match self {
                Self::Answered(reply, late) => return (reply, late),
                Self::Postponed(call, before) => {
                    waiting::pass(&call.universe, before.now, &before.waits).await;
                    call.step(true)
                }
                Self::Trying(call, letter) => {
                    let tried = Some(try_out(&call.universe, *letter).await);
                    Served { tried, ..*call }.step(true)
                }
            }
        }
    }
}
