//! What happens to an answer on its way, as it is written: delays, drips, cuts and garbage.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::read::{number, real, virtual_span};
use crate::exchange::{Drip, Ends, Extent};
use crate::faults::{Break, ClockUsed, CutRule, Delay, GarbageRule, Spread, When};
use crate::scenario::Wrongs;

/// Bytes of a piece of a dripping body.
const DRIP_MAX: u64 = 65_536;

/// Random bytes in place of an answer.
const GARBAGE_MAX: u64 = 1 << 20;

/// Random bytes if nothing is said.
const GARBAGE: u64 = 64;

/// Time that passes: so long, in real time and before the answer; or a table that says more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "a duration such as \"2s\", or a table")]
pub enum DelayForm {
    /// So long.
    Fixed(String),
    /// Said in full.
    Table(DelayTable),
}

/// Time that passes: exactly one of `fixed`, `uniform` and `lognormal`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DelayTable {
    /// Always so long.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fixed: Option<String>,
    /// Anything between two durations.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uniform: Option<[String; 2]>,
    /// Mostly short, with a long tail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lognormal: Option<LognormalForm>,
    /// By which clock; `real` if not said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clock: Option<ClockWord>,
    /// Before what; `answer` if not said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<BeforeWord>,
}

/// Half of the delays are below `median`, one in a hundred is above `p99`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LognormalForm {
    /// The middle.
    pub median: String,
    /// Where the long tail begins.
    pub p99: String,
}

/// A clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ClockWord {
    /// The client's.
    Real,
    /// The universe's.
    Virtual,
}

/// Before what a delay passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum BeforeWord {
    /// Before the answer: the call was applied when it came in.
    Answer,
    /// Before the call is applied.
    Request,
}

/// A body that leaves in pieces.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DripForm {
    /// Bytes a piece: 1 to 65536.
    pub bytes: u64,
    /// Real time between one piece and the next.
    pub every: String,
}

/// How and where an answer breaks off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CutForm {
    /// How the connection ends.
    pub ends: EndsWord,
    /// Where; `before-answer` if not said, or `body` where `body_bytes` is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<BreakWord>,
    /// After so many bytes of the body; half of it if not said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body_bytes: Option<u64>,
    /// What ends with it on HTTP/2; `stream` if not said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<ScopeWord>,
}

/// How a connection ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum EndsWord {
    /// Reset (RST).
    Reset,
    /// Closed in order (FIN).
    Close,
}

/// Where an exchange breaks off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum BreakWord {
    /// Before the call is applied.
    BeforeRequest,
    /// After the call is applied, before anything is answered.
    BeforeAnswer,
    /// In the body, whose head has announced the whole.
    Body,
}

/// What a cut ends on HTTP/2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ScopeWord {
    /// The stream of that exchange.
    Stream,
    /// The connection with every stream on it.
    Connection,
}

/// Random bytes in place of an answer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GarbageForm {
    /// How many: 1 to 1048576; 64 if not said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// In place of the whole answer, which is then no HTTP at all; of the body alone if `false`. `true` if not said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub whole: Option<bool>,
}

impl DelayForm {
    /// What it says; `at` points to where it stands.
    pub fn delay(&self, at: &str, wrongs: &mut Wrongs) -> Option<Delay> {
        match self {
            Self::Fixed(text) => {
                let spread = Spread::Fixed(real(text, at, wrongs)?);
                Some(Delay { spread, clock: ClockUsed::Real, before: When::Answer })
            }
            Self::Table(table) => table.delay(at, wrongs),
        }
    }
}

impl DelayTable {
    fn delay(&self, at: &str, wrongs: &mut Wrongs) -> Option<Delay> {
        let clock = match self.clock {
            None | Some(ClockWord::Real) => ClockUsed::Real,
            Some(ClockWord::Virtual) => ClockUsed::Virtual,
        };
        let mut read = |text: &str, key: &str| {
            let at = format!("{at}/{key}");
            match clock {
                ClockUsed::Real => real(text, &at, wrongs),
                ClockUsed::Virtual => virtual_span(text, &at, wrongs)
                    .map(|span| std::time::Duration::from_millis(span.0.unsigned_abs())),
            }
        };
        let spread = match (&self.fixed, &self.uniform, &self.lognormal) {
            (Some(fixed), None, None) => Spread::Fixed(read(fixed, "fixed")?),
            (None, Some([low, high]), None) => {
                let (low, high) = (read(low, "uniform/0"), read(high, "uniform/1"));
                Spread::Uniform(low?, high?)
            }
            (None, None, Some(LognormalForm { median, p99 })) => {
                let median = read(median, "lognormal/median");
                let p99 = read(p99, "lognormal/p99");
                Spread::Lognormal { median: median?, p99: p99? }
            }
            _ => return wrongs.none(at, "say exactly one of `fixed`, `uniform` and `lognormal`"),
        };
        match spread {
            Spread::Uniform(low, high) if low > high => {
                return wrongs.none(format!("{at}/uniform"), "the shorter duration comes first");
            }
            Spread::Lognormal { median, p99 } if median.is_zero() || median > p99 => {
                let text = "`median` is above 0 and no longer than `p99`";
                return wrongs.none(format!("{at}/lognormal"), text);
            }
            _ => {}
        }
        let before = match self.before {
            None | Some(BeforeWord::Answer) => When::Answer,
            Some(BeforeWord::Request) => When::Request,
        };
        Some(Delay { spread, clock, before })
    }
}

impl DripForm {
    /// What it says; `at` points to where it stands.
    pub fn drip(&self, at: &str, wrongs: &mut Wrongs) -> Option<Drip> {
        let bytes = number(self.bytes, 1, DRIP_MAX, &format!("{at}/bytes"), wrongs);
        let every = real(&self.every, &format!("{at}/every"), wrongs);
        Some(Drip { bytes: usize::try_from(bytes?).ok()?, every: every? })
    }
}

impl CutForm {
    /// What it says; `at` points to where it stands.
    pub fn cut(&self, at: &str, wrongs: &mut Wrongs) -> Option<CutRule> {
        let place = match (self.at, self.body_bytes) {
            (None | Some(BreakWord::Body), Some(bytes)) => Break::InBody(Some(bytes)),
            (Some(BreakWord::Body), None) => Break::InBody(None),
            (None | Some(BreakWord::BeforeAnswer), None) => Break::BeforeAnswer,
            (Some(BreakWord::BeforeRequest), None) => Break::BeforeRequest,
            (Some(BreakWord::BeforeAnswer | BreakWord::BeforeRequest), Some(_)) => {
                let text = "no body leaves there; `body_bytes` goes with at = \"body\"";
                return wrongs.none(format!("{at}/body_bytes"), text);
            }
        };
        let ends = match self.ends {
            EndsWord::Reset => Ends::Reset,
            EndsWord::Close => Ends::Close,
        };
        let extent = match self.scope {
            None | Some(ScopeWord::Stream) => Extent::Stream,
            Some(ScopeWord::Connection) => Extent::Connection,
        };
        Some(CutRule { ends, at: place, extent })
    }
}

impl GarbageForm {
    /// What it says; `at` points to where it stands.
    pub fn garbage(&self, at: &str, wrongs: &mut Wrongs) -> Option<GarbageRule> {
        let bytes = self.bytes.unwrap_or(GARBAGE);
        let bytes = number(bytes, 1, GARBAGE_MAX, &format!("{at}/bytes"), wrongs)?;
        Some(GarbageRule { bytes: usize::try_from(bytes).ok()?, whole: self.whole.unwrap_or(true) })
    }
}
