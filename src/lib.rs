//! quince: looks like an apple and isn't one.
//!
//! A high-fidelity test double of the web services that a device management (MDM) vendor talks to when it
//! hands out apps and books. In a test:
//!
//! ```
//! # #[tokio::main] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use quince::{ClockMode, Quince};
//!
//! let quince = Quince::builder().world("small-school").clock(ClockMode::Manual).start().await?;
//! let universe = quince.universe("default");
//! // Point the client at `{url}/mdm/v2` with this token ...
//! let (_url, _stoken) = (quince.url(), universe.stoken("berlin"));
//! // ... and move time by hand: no test sleeps.
//! let happened = universe.clock().advance("90s")?;
//! assert!(happened.happened.is_empty(), "nobody asked for anything yet");
//! quince.stop().await;
//! # Ok(()) }
//! ```
//!
//! The rooms, from the inside out: [`store`] (containers), [`model`] (the domain, pure), [`sim`] (the model in
//! time), [`engine`] (universes under a lock, the turn), [`telling`] (how an exchange is told), [`judge`]
//! (whether a journal shows what was expected), [`api`] (the surfaces), [`http`] (the transport),
//! [`cli`] (the binary); [`certificates`] has what TLS shows, [`snapshot`] reads world files, [`fidelity`] says
//! what is known and what is guessed.
//! `ARCHITECTURE.md` shows the way of a request through them.

pub mod api;
pub mod certificates;
pub mod cli;
pub mod engine;
pub mod exchange;
pub mod faults;
pub mod fidelity;
pub mod http;
mod instance;
pub mod journal;
pub mod judge;
pub mod model;
pub mod nearest;
pub mod notify;
pub mod predicate;
pub mod scenario;
pub mod sim;
pub mod snapshot;
pub mod store;
pub mod telling;
pub mod text;

pub use instance::{
    ActError, Applivery, BeginError, Builder, ClockHandle, FinishError, Quince, RuleError,
    SaveError, SettingsError, StartError, UniverseHandle, Unmet, VIRTUAL_START,
};
pub use sim::ClockMode;

/// Compiles and runs the Rust of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
