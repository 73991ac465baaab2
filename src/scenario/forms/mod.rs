//! Forms: how things are written, in TOML and in JSON alike. Each reads into the plain value that it stands for, and
//! notes everything that is wrong with it, by place.
//!
//! One definition makes the reader (serde) and the published schema (schemars). An unknown key is always an error.

mod answer;
mod expect;
mod gate;
mod matching;
mod notification;
mod read;
mod rule;
mod scenario;
mod seat;
mod step;
mod then;
mod wire;

pub use super::arguments::PricingParam;
pub use answer::{AnswerForm, PatchForm, PatchWord, RetryAfterForm};
pub use expect::{ExpectItem, StateWord, StatusWord};
pub use gate::{BudgetForm, GateForm, PolicyWord};
pub use matching::{Between, Count, ExpectForm, MatchForm, WhereForm};
pub use notification::NotificationForm;
pub(super) use read::{LIST_MAX, VIRTUAL_MS_MAX, name, settings};
pub use rule::{OnForm, RuleForm};
pub use scenario::{ClockForm, ModeWord, SCHEMA, ScenarioForm, WorldForm};
pub use step::{
    AdvanceForm, AdvanceTable, AfterForm, DiffForm, EndForm, EndWord, StepForm, UntilWord,
    VerbsForm, WaitForm,
};
pub use then::{EventForm, FailForm, OutcomeWord, ThenForm};
pub use wire::{
    BeforeWord, BreakWord, ClockWord, CutForm, DelayForm, DelayTable, DripForm, EndsWord,
    GarbageForm, LognormalForm, ScopeWord,
};
