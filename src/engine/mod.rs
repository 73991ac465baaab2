//! The universes of a process: each a world under one lock, and the turn that an exchange takes in it.
//!
//! * [`Origin`]: what a universe begins with. [`waiting`]: waiting for its clock.
//! * [`Engine`]: the registry. [`Universe`]: one lock. [`Turn`]: one moment under it. [`Marks`]: states kept.
//! * [`runs`]: reads that take several calls, each of a state that stands still.
//! * [`cursors`]: places in lists that move on meanwhile.
//! * `timeline`: the steps of a scenario, done under the same lock.
//!
//! Invariants: the order of taking is registry before universe, never two universes at once; the operating
//! system is asked for the time in `real_time` and nowhere else. Not here: HTTP and JSON.

mod advance;
pub mod cursors;
pub mod deliver;
mod kept;
mod marks;
mod origin;
mod outbox;
mod people;
mod rate;
pub mod real_time;
mod registry;
mod rules;
pub mod runs;
mod state;
mod timeline;
mod turn;
mod universe;
pub mod waiting;

pub use advance::{Goal, Happened};
pub use marks::{Diff, Mark, Marks, NoMark};
pub use origin::{Named, Origin, Scope};
pub use real_time::RealTime;
pub use registry::{CreateError, DEFAULT, Engine, Found};
pub use timeline::BadScenario;
pub use turn::{Advance, AdvanceError, HAPPENED_MAX, Turn};
pub use universe::{Broken, Universe};
