//! Scenarios: a world, rules, a timeline and a gate as data. One typed model with three spellings: TOML files, JSON over
//! the control API, and values made in Rust.
//!
//! * [`forms`]: how things are written, and the schema of it. [`verbs`]: the verbs, likewise.
//! * [`Scenario`]: what a file says, read and checked. [`Step`]s and what they [`Expect`] make its timeline.
//!
//! * [`load()`], [`read()`]: a file or a text in, a scenario out. [`presets`]: rules that ship with quince.
//!
//! * [`vppsim`]: a configuration of Apple's own simulator in, a form of a scenario out.
//!
//! Invariants: everything that can be found wrong without a client is found before anything runs, all of it at once.
//! Not here: who carries it out (`engine`), who judges (`judge`).

mod arguments;
mod check;
pub mod forms;
mod load;
pub mod operations;
pub mod presets;
mod script;
mod seat_arguments;
mod structure;
pub mod verbs;
pub mod vppsim;
mod wrong;

pub use load::{ScenarioError, TEXT_BYTES_MAX, load, read};
pub use script::{
    Act, Advance, Cause, Expect, Moment, Scenario, Step, Wanted, WantedCount, Window,
};
pub use structure::DOCUMENT;
pub use wrong::{Wrong, Wrongs};
