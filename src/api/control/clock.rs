//! The clock of a universe.

use http::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ask::json;
use super::values::{clock_mode, instant, span};
use super::{Ask, Outcome, Problem};
use crate::engine::{Advance, AdvanceError, Goal, Turn};
use crate::sim::{ClockMode, date};

/// What a clock shows, and who moves it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ClockView {
    /// `wall`, `manual`, `scaled` or `auto`.
    pub mode: &'static str,
    /// How fast time passes by itself: 1 for `wall`; null if it does not pass by itself.
    pub factor: Option<f64>,
    /// What it showed at first.
    pub start: String,
    /// What it shows.
    pub now: String,
    /// When the next thing falls due; null if nothing does by itself.
    pub next_due: Option<String>,
}

impl ClockView {
    /// The clock of a turn.
    pub fn of(turn: &Turn<'_>) -> Self {
        let mode = turn.clock_mode();
        Self {
            mode: mode.as_str(),
            factor: mode.factor(),
            start: date::precise(turn.clock_start()),
            now: date::precise(turn.now()),
            next_due: turn.next_due().map(date::precise),
        }
    }
}

/// Who shall move time, and what the clock shall show.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetClock {
    /// `wall`, `manual`, `auto`, `scaled:FACTOR`, or `scaled` with a factor.
    #[schemars(regex(pattern = "^(wall|manual|auto|scaled|scaled:[1-9][0-9]{0,5})$"))]
    mode: String,
    /// How many times as fast as real time; only with the mode `scaled`.
    factor: Option<f64>,
    /// Moves the clock on to here. It does not go back.
    now: Option<String>,
}

/// What `PUT clock` answers.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ClockSet {
    /// The journal entry that says so.
    pub seq: u64,
    /// The clock as it is now.
    #[serde(flatten)]
    pub clock: ClockView,
}

/// Where time shall go: exactly one of these.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("minProperties" = 1))]
pub struct AdvanceBody {
    /// So far, such as `90s`.
    by: Option<String>,
    /// To this instant, such as `2026-02-01T00:00:00Z`.
    to: Option<String>,
    /// `idle`: until nothing is left that falls due by itself; `event:<id>`: until that event has ended.
    until: Option<String>,
}

/// What an advance did.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Advanced {
    /// What the clock shows.
    pub now: String,
    /// The journal entry that it ended at.
    pub seq: u64,
    /// What happened on the way, in order: steps of events and attempts to deliver notifications; at most 10,000.
    pub happened: Vec<Happened>,
    /// How many more things happened.
    pub omitted: usize,
}

/// Something that happened because its time had come.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Happened {
    /// Its journal entry.
    pub seq: u64,
    /// When.
    pub at: String,
    /// What kind of entry it is: `event-step`, or `notification` for an attempt to deliver one.
    pub kind: &'static str,
    /// The location's key.
    pub location: String,
    /// The id on the wire of the event that it is about; a notification of a change from outside has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    /// The first rule that had to do with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// For people.
    pub text: String,
}

impl From<Advance> for Advanced {
    fn from(advance: Advance) -> Self {
        let happened = advance.happened.into_iter().map(|one| Happened {
            seq: one.seq,
            at: date::precise(one.at),
            kind: one.kind,
            location: one.location,
            event: one.event,
            rule: one.rule.map(|rule| rule.to_string()),
            text: one.text,
        });
        Self {
            now: date::precise(advance.now),
            seq: advance.seq,
            happened: happened.collect(),
            omitted: advance.omitted,
        }
    }
}

/// `GET /universes/{u}/clock`
pub async fn get(ask: Ask<'_>) -> Outcome {
    ask.only(&[])?;
    json(StatusCode::OK, &ask.universe()?.turn(|turn| ClockView::of(turn))?)
}

/// `PUT /universes/{u}/clock`
pub async fn put(ask: Ask<'_>) -> Outcome {
    ask.only(&[])?;
    let universe = ask.universe()?;
    let body: SetClock = ask.body()?;
    let mode = match (body.mode.as_str(), body.factor) {
        ("scaled", Some(factor)) => clock_mode(&format!("scaled:{factor}"), "/factor")?,
        ("scaled", None) => return Err(Problem::invalid("`scaled` needs a factor").at("/factor")),
        (mode, None) => clock_mode(mode, "/mode")?,
        (_, Some(_)) => {
            return Err(Problem::invalid("a factor goes with the mode `scaled`").at("/factor"));
        }
    };
    let now = body.now.as_deref().map(|now| instant(now, "/now")).transpose()?;
    let set = universe.turn(|turn| {
        if let Some(now) = now {
            turn.advance_to(now).map_err(|error| refused(&error, "/now"))?;
        }
        turn.set_clock_mode(mode);
        let text = match mode {
            ClockMode::Scaled(factor) => format!("scaled:{factor}"),
            other => other.as_str().to_owned(),
        };
        let seq = turn.note("clock", "mode", text);
        Ok::<_, Problem>(ClockSet { seq, clock: ClockView::of(turn) })
    });
    json(StatusCode::OK, &set??)
}

/// Where an advance goes, as it is written.
enum Wanted {
    Goal(Goal),
    Event(String),
}

impl AdvanceBody {
    fn wanted(self) -> Result<Wanted, Problem> {
        match (self.by, self.to, self.until) {
            (Some(by), None, None) => Ok(Wanted::Goal(Goal::By(span(&by, "/by")?))),
            (None, Some(to), None) => Ok(Wanted::Goal(Goal::To(instant(&to, "/to")?))),
            (None, None, Some(until)) if until == "idle" => Ok(Wanted::Goal(Goal::Idle)),
            (None, None, Some(until)) => match until.strip_prefix("event:") {
                Some(id) => Ok(Wanted::Event(id.to_owned())),
                None => Err(Problem::invalid("write `idle`, or `event:` and its id").at("/until")),
            },
            _ => Err(Problem::invalid("give exactly one of `by`, `to` and `until`").at("")),
        }
    }
}

/// `POST /universes/{u}/clock/advance`
pub async fn advance(ask: Ask<'_>) -> Outcome {
    ask.only(&[])?;
    let universe = ask.universe()?;
    let goal = match ask.body::<AdvanceBody>()?.wanted()? {
        Wanted::Goal(goal) => goal,
        Wanted::Event(id) => universe.turn(|turn| end_of(turn, &id))??,
    };
    let advance = universe.advance(goal).await.map_err(|error| refused(&error, "/to"))?;
    json(StatusCode::OK, &Advanced::from(advance))
}

fn end_of(turn: &Turn<'_>, id: &str) -> Result<Goal, Problem> {
    let (site, number) = turn.world().find_event(id).ok_or_else(|| {
        Problem::not_found("event", format!("there is no event `{id:.80}`")).at("/until")
    })?;
    let held = turn.world().site(site).is_some_and(|site| site.location.events.is_held(number));
    if held {
        let detail = format!("event {id} is held: no time ends it; POST .../events/{id} does");
        return Err(Problem::conflict("event-held", detail).at("/until"));
    }
    Ok(Goal::Event(site, number))
}

fn refused(error: &AdvanceError, pointer: &str) -> Problem {
    match error {
        AdvanceError::Broken(broken) => (*broken).into(),
        AdvanceError::Back { .. } => {
            Problem::conflict("time-goes-back", error.to_string()).at(pointer)
        }
        AdvanceError::Busy => Problem::conflict("advancing", error.to_string()),
        AdvanceError::Duration(_) => Problem::invalid(error.to_string()).at(pointer),
    }
}
