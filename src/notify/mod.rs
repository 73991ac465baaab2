//! Getting a notification to its receiver: one POST to somebody else's server, and nothing that this could do to us.
//!
//! * [`Courier`]: posts, over HTTP or TLS. [`Trust`]: which receivers' certificates it takes. [`address`]: where it never
//!   goes.
//!
//! Invariants: an attempt ends within its time; of an answer, the status counts and at most [`ANSWER_MAX`] bytes of the
//! body are read; redirects are not followed; the addresses that were looked at are those that it connects to. Not here:
//! what is posted, when and how often (`engine::deliver`), and who is told what came of it.

pub mod address;
mod courier;
mod trust;

pub use courier::{ANSWER_MAX, Courier};
pub use trust::{Trust, TrustError};
