//! Deliveries: who carries a universe's notifications, and when.
//!
//! A turn hands out what is to be attempted now, somebody carries it without any lock, and another turn takes what
//! came of it. Two do so: the driver of a universe, a task that is there from the first receiver on and sees to it that
//! things happen though nobody calls; and whoever advances the clock, who goes from instant to instant and waits at each for
//! its attempts.
//!
//! Where time is moved under the lock (steps of a scenario, `PUT clock`, the library's own `advance`), nobody can wait
//! for attempts: what was queued on the way is attempted right afterwards, and what has to be tried again at an instant that
//! has passed by then, at once.
//!
//! Invariants: no exchange and no lock waits for a delivery; a universe is kept alive by no delivery. Not here: sockets
//! and how a notification is spelled (a [`Carrier`]).
//!
//! * `queue`: what a turn does. [`told()`]: what is told of it.

mod queue;
mod told;

use std::fmt;
use std::ops::Range;
use std::pin::Pin;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};
use std::time::Duration;

use bytes::Bytes;
use tokio::runtime::Handle;
use tokio::sync::watch::Receiver as Ear;
use tokio::task::JoinSet;
use tokio::time::timeout;
use uuid::Uuid;

pub use self::told::{Notifications, Waiting};
use super::timeline::Pace;
use super::universe::Universe;
use crate::faults::Touch;
use crate::journal::Outcome;
use crate::model::{At, Receiver};
use crate::sim::{ClockMode, Settings, Told};

/// An `auto` clock goes on so long after an answer, in real time, so that the answer is there before what follows it.
const AFTER_ANSWER: Duration = Duration::from_millis(10);

/// Nobody looks more often.
const TICK: Duration = Duration::from_millis(1);

/// No answer waits longer for notifications that a rule wants delivered before it.
const TOLD_FIRST_MAX: Duration = Duration::from_secs(30);

/// Who gets notifications to their receivers.
pub trait Carrier: fmt::Debug + Send + Sync {
    /// The body of a letter. Takes no longer than writing it.
    fn spell(&self, letter: &Letter) -> Bytes;

    /// Attempts one delivery. Ends within the letter's time.
    fn carry(&self, letter: Arc<Letter>) -> Carrying;
}

/// An attempt under way.
pub type Carrying = Pin<Box<dyn Future<Output = Carried> + Send>>;

/// What came of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Carried {
    /// The body that was sent.
    pub body: Bytes,
    /// The status that was answered; or why there was no answer.
    pub answered: Result<u16, String>,
}

/// One attempt to be made: all that it needs.
#[derive(Debug)]
pub struct Letter {
    /// Its place in the queue; none for a test.
    ticket: Option<u64>,
    /// `notificationId`.
    pub id: Uuid,
    /// `notificationType`.
    pub kind: String,
    /// Key of the location.
    pub location: String,
    /// `uId` of the location.
    pub uid: String,
    /// `eventId`.
    pub event_id: Option<String>,
    /// What it tells; nothing is a test.
    pub part: Option<Part>,
    /// Where it goes, and the secret that it carries.
    pub receiver: Receiver,
    /// The settings in force.
    pub settings: Arc<Settings>,
    number: u64,
    attempt: u32,
    /// From when on the next attempt is counted.
    since: At,
    touch: Arc<Touch>,
    lost: bool,
}

/// Some elements of a notice.
#[derive(Debug, Clone)]
pub struct Part {
    /// The notice, with where and when.
    pub told: Arc<Told>,
    /// Which of its elements.
    pub elements: Range<usize>,
}

impl Letter {
    /// How long the attempt may take, in real time; at least a millisecond.
    pub fn time(&self) -> Duration {
        let millis = u64::try_from(self.settings.notification_timeout.0).unwrap_or(0);
        Duration::from_millis(millis.max(1))
    }
}

/// How a universe gets its notifications out.
#[derive(Debug)]
pub(super) struct Post {
    carrier: Arc<dyn Carrier>,
    runtime: Handle,
    universe: Weak<Universe>,
}

impl Universe {
    /// Gives its notifications to `carrier` from here on. Until then nothing is told to anybody.
    pub fn carry_with(self: &Arc<Self>, carrier: Arc<dyn Carrier>, runtime: Handle) {
        let spelling = Arc::clone(&carrier);
        let post = Post { carrier, runtime, universe: Arc::downgrade(self) };
        if self.post.set(post).is_ok() {
            let mut state = self.state.lock();
            state.carrier = Some(spelling);
            let delivers = state.has_receiver && state.delivers();
            drop(state);
            if delivers {
                self.see_to_deliveries();
            }
        }
    }

    /// Sees to it that notifications leave, from here on to the end of the universe.
    pub(super) fn see_to_deliveries(&self) {
        let Some(post) = self.post.get() else { return };
        if !self.is_carried.swap(true, Ordering::Relaxed) {
            let (universe, carrier) = (Weak::clone(&post.universe), Arc::clone(&post.carrier));
            post.runtime.spawn(drive(universe, carrier, self.journal_grows()));
        }
    }

    fn take_letters(&self) -> Vec<Arc<Letter>> {
        #[expect(
            clippy::redundant_closure_for_method_calls,
            reason = "its lifetime is not general enough"
        )]
        let letters = self.take(Pace::Still, |turn| turn.letters());
        letters.unwrap_or_default()
    }

    /// What is to be attempted now, for the driver; nothing while somebody advances the clock.
    fn letters(&self) -> Vec<Arc<Letter>> {
        {
            let state = self.state.lock();
            if state.outbox.is_empty() || state.is_advancing {
                return Vec::new();
            }
        }
        self.take_letters()
    }

    /// Takes what came of attempts, in this order.
    fn delivered(&self, carried: Vec<(Arc<Letter>, Carried)>) {
        let _ = self.take(Pace::Still, |turn| {
            for (letter, carried) in carried {
                turn.landed(&letter, carried);
            }
            turn.count_told();
        });
    }

    /// Brings about what is due though nobody calls. Says how long it is, in real time, until something is due again.
    fn go_on(&self) -> Option<Duration> {
        let real = self.real_time.now();
        let (mode, first, horizon, wait) = {
            let mut state = self.state.lock();
            if state.is_advancing || state.broken {
                return None;
            }
            let mode = state.clock.mode();
            if mode == ClockMode::Auto && state.unanswered > 0 {
                return None;
            }
            let quiet = u128::from(real.0.saturating_sub(state.answered.0));
            let wait = AFTER_ANSWER.as_micros().saturating_sub(quiet);
            let horizon = state.clock.now(real).plus(state.settings.auto_horizon);
            let retry = state.outbox.next_due().filter(|_| !state.outbox.is_flying());
            // Billing periods go on for ever: only a call makes an `auto` clock jump to the end of one.
            let of_world = match mode {
                ClockMode::Auto => state.next_but_periods(),
                _ => state.next_due(),
            };
            let first = of_world.into_iter().chain(retry).min()?;
            (mode, first, horizon, u64::try_from(wait).unwrap_or(0))
        };
        match mode {
            ClockMode::Manual => None,
            ClockMode::Auto if first > horizon => None,
            ClockMode::Auto if wait > 0 => Some(Duration::from_micros(wait)),
            ClockMode::Auto => {
                let _ = self.take(Pace::Still, |turn| turn.jump(first));
                Some(TICK)
            }
            ClockMode::Wall | ClockMode::Scaled(_) => {
                let left = |at| self.state.lock().clock.real_until(at, self.real_time.now());
                match left(first) {
                    Some(left) if left.0 > 0 => Some(Duration::from_micros(left.0 + 1)),
                    _ => {
                        let _ = self.take(Pace::Passing, |_| ());
                        Some(TICK)
                    }
                }
            }
        }
    }

    /// Attempts everything that is due now, again and again until nothing is, and waits for it.
    pub(super) async fn deliver_due(&self) {
        let Some(post) = self.post.get() else { return };
        let mut grown = self.journal_grows();
        loop {
            grown.borrow_and_update();
            let letters = self.take_letters();
            if letters.is_empty() {
                if !self.state.lock().outbox.is_flying() {
                    return;
                }
                // The driver's attempts, from before: not for ever, should its task be gone.
                let _ = timeout(Duration::from_secs(1), grown.changed()).await;
                continue;
            }
            let under_way: Vec<_> = letters
                .into_iter()
                .map(|letter| {
                    let carrying = post.carrier.carry(Arc::clone(&letter));
                    (letter, tokio::spawn(carrying))
                })
                .collect();
            let mut carried = Vec::new();
            for (letter, attempt) in under_way {
                carried.push((letter, attempt.await.unwrap_or_else(|_| Carried::broken())));
            }
            self.delivered(carried);
        }
    }
}

/// Delivers the notification that tries out a receiver, once, and says whether it was delivered.
pub async fn try_out(universe: &Weak<Universe>, letter: Letter) -> bool {
    let post = |it: Arc<Universe>| it.post.get().map(|post| Arc::clone(&post.carrier));
    let Some(somebody) = universe.upgrade().and_then(post) else { return false };
    let letter = Arc::new(letter);
    let carried = if letter.lost {
        Carried { body: Bytes::new(), answered: Err("not sent".to_owned()) }
    } else {
        somebody.carry(Arc::clone(&letter)).await
    };
    let Some(universe) = universe.upgrade() else { return false };
    let outcome = universe.take(Pace::Still, |turn| turn.landed(&letter, carried));
    outcome == Ok(Outcome::Delivered)
}

/// Waits until first attempts of all that is queued now were made; not for ever.
pub async fn told(universe: &Weak<Universe>) {
    let Some((ticket, mut grown)) =
        universe.upgrade().map(|it| (it.state.lock().outbox.next_ticket(), it.journal_grows()))
    else {
        return;
    };
    let awaits =
        || universe.upgrade().is_some_and(|it| it.state.lock().outbox.awaits_before(ticket));
    let waiting = async { while awaits() && grown.changed().await.is_ok() {} };
    let _ = timeout(TOLD_FIRST_MAX, waiting).await;
}

impl Carried {
    fn broken() -> Self {
        Self { body: Bytes::new(), answered: Err("the attempt broke off".to_owned()) }
    }
}

/// Carries what a universe has to deliver and brings about what is due in it, until it is dropped.
async fn drive(universe: Weak<Universe>, carrier: Arc<dyn Carrier>, mut grown: Ear<u64>) {
    let mut flights = JoinSet::new();
    loop {
        // First the ear, then the look: what comes in between is heard.
        grown.borrow_and_update();
        let Some(it) = universe.upgrade() else { return };
        let next = it.go_on();
        let letters = it.letters();
        drop(it);
        for letter in letters {
            let (universe, carrying) = (Weak::clone(&universe), carrier.carry(Arc::clone(&letter)));
            flights.spawn(async move {
                // In a set of its own, so that it ends with this one, and a panic is heard.
                let mut alone = JoinSet::new();
                alone.spawn(carrying);
                let landed = alone.join_next().await.and_then(Result::ok);
                if let Some(universe) = universe.upgrade() {
                    universe.delivered(vec![(letter, landed.unwrap_or_else(Carried::broken))]);
                }
            });
        }
        let pause = async {
            match next {
                Some(next) => super::real_time::pass(next.max(TICK)).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            heard = grown.changed() => if heard.is_err() { return },
            Some(_) = flights.join_next() => {}
            () = pause => {}
        }
    }
}
