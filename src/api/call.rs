//! A call of an imitated service in the making: what every surface needs of it, and its turn.
//!
//! Not here: tokens and privileges, and what an answer carries. Those differ from surface to surface.

use std::sync::Arc;

use super::lint::Lints;
use crate::engine::deliver::Letter;
use crate::engine::{Turn, Universe};
use crate::faults::{Asked, Plan};
use crate::journal::Exchange;
use crate::model::{At, Location};
use crate::sim::{Credential, Session, Settings, Site};

/// One call in the making.
pub struct Call<'a> {
    /// The universe that serves it.
    pub universe: &'a Arc<Universe>,
    /// Its journal entry.
    pub exchange: &'a Arc<Exchange>,
    /// The token, if there is one of the right form.
    pub credential: Option<&'a Credential>,
    /// What was noticed.
    pub lints: &'a mut Lints,
    /// Lints are errors.
    pub strict: bool,
    /// What rules want of the call, if they want something; kept from one turn to the next.
    pub plan: Option<Plan>,
    /// When the call took its turn, once it has.
    pub opened: Option<Opened>,
    /// The call waits first, as its plan has it: the universe's time when it came.
    pub postponed: Option<At>,
    /// Its answer can wait for something to be delivered.
    pub may_wait: bool,
    /// A notification that is to be delivered before the call goes on, in another turn.
    pub trial: Option<Letter>,
    /// Whether that was delivered, once it was tried.
    pub tried: Option<bool>,
}

/// A journal entry that waits for its answer.
#[derive(Debug, Clone)]
pub struct Opened {
    /// Its number.
    pub seq: u64,
    /// The universe's time.
    pub now: At,
    /// The settings in force.
    pub settings: Arc<Settings>,
}

/// What a call may need of its request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// A good token.
    Token,
    /// A good token whose manager may manage.
    Manage,
}

/// A call that was let in: the location as it stood at that moment, and what the answer needs.
#[derive(Debug)]
pub struct Granted {
    /// The token's session.
    pub session: Session,
    /// The location.
    pub site: Site,
    /// The settings in force.
    pub settings: Arc<Settings>,
    /// The universe's time.
    pub now: At,
    /// The life of the world, for version ids.
    pub epoch: u16,
    /// The seed of the world.
    pub seed: u64,
}

impl Granted {
    /// What a turn grants a session at a site.
    pub fn of(turn: &Turn<'_>, session: Session, site: Site) -> Self {
        let (settings, now, epoch) = (turn.settings(), turn.now(), turn.epoch());
        let seed = turn.world().seed();
        Self { session, site, settings, now, epoch, seed }
    }

    /// The location.
    pub fn location(&self) -> &Location {
        &self.site.location
    }
}

/// How a surface says that a call ended without an answer of the service.
pub trait Halted {
    /// Rules say what is answered, or that the call waits first.
    fn withheld() -> Self;
    /// quince itself failed.
    fn fault(what: String) -> Self;
}

impl Call<'_> {
    /// Takes the call's turn: counts it with the rules, opens its journal entry, then does `act`.
    ///
    /// Where rules want the call to wait first, this turn only counts it, and `postponed` says so; where they want
    /// something else answered and nothing applied, `act` is not done. Both are [`Halted::withheld`]. A second turn of
    /// the same call just does `act`.
    pub fn open<R, E: Halted>(
        &mut self,
        act: impl FnOnce(&mut Turn<'_>, &mut Lints) -> Result<R, E>,
    ) -> Result<R, E> {
        let Self { universe, exchange, credential, lints, plan, opened, postponed, .. } = self;
        if let Some(opened) = opened {
            // It goes on: it was counted, and its entry is there.
            let outcome = universe.turn(|turn| {
                opened.now = turn.now();
                act(turn, lints)
            });
            return outcome.unwrap_or_else(|broken| Err(E::fault(broken.to_string())));
        }
        let outcome = universe.turn(|turn| {
            if plan.is_none() {
                *plan = turn.plan(&asked(exchange, universe), *credential);
                if plan.as_ref().is_some_and(|plan| !plan.wait.is_empty()) {
                    *postponed = Some(turn.now());
                    return Err(E::withheld());
                }
            }
            let mut injected = Vec::new();
            if let Some(plan) = plan {
                turn.perform(plan);
                injected.clone_from(&plan.injected);
            }
            let seq = turn.open(Arc::clone(exchange), injected);
            let settings = turn.settings();
            *opened = Some(Opened { seq, now: turn.now(), settings });
            if plan.as_ref().is_some_and(|plan| !plan.applies()) {
                if let Some(key) = credential.and_then(|it| turn.location_named(it)) {
                    let _ = exchange.location.set(key.to_owned());
                }
                return Err(E::withheld());
            }
            act(turn, lints)
        });
        outcome.unwrap_or_else(|broken| Err(E::fault(broken.to_string())))
    }
}

/// A call, as rules see it. The location, the universe finds.
fn asked<'a>(exchange: &'a Exchange, universe: &'a Universe) -> Asked<'a> {
    let Exchange { operation, request, .. } = exchange;
    let is_list =
        operation.rsplit('.').next() == Some("list") || *operation == "subscriptions.assignments";
    let query = request.query.as_deref().unwrap_or_default();
    // Applivery counts pages from 1, others from 0.
    let (member, first) = match operation.split('.').next() {
        Some("applivery") => ("page", 1),
        _ => ("pageIndex", 0),
    };
    let page = || {
        let pairs = form_urlencoded::parse(query.as_bytes());
        let find = |wanted| pairs.clone().find(|(name, _)| name == wanted);
        match find(member) {
            Some((_, text)) => text.parse::<u64>().ok()?.checked_sub(first),
            // A cursor does not say which page it leads to.
            None if find("cursor").is_some() => None,
            None => Some(0),
        }
    };
    let page = if is_list { page() } else { None };
    Asked { operation, universe: universe.id(), location: None, page, request }
}
