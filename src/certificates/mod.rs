//! Certificates: what a listener shows to clients, and the authority that they have to trust for it.
//!
//! ```text
//! identity   a certificate with its key: what TLS needs of this room
//! authority  quince's own CA: made, read back, and what it issues
//! folder     the CA in a folder, from start to start
//! names      whom a certificate speaks for; the real services' hosts stand there and nowhere else
//! error      what is wrong with which file, and what to do
//! ```
//!
//! Invariants:
//!
//! - A CA is checked before it issues anything: it is one, it is valid now, its key is its own.
//! - A CA that was just made goes the way of one that was read. A folder never holds a certificate without its key,
//!   nor half of a file, whoever else makes one there at the same time.
//! - Dates are real: clients look at them with their own clocks. The present comes in as an argument.
//! - Keys are the one thing in quince that no seed decides.
//!
//! Not here: sockets and handshakes (`http::tls`), and which listener shows what (`instance`).

mod authority;
mod error;
mod folder;
mod identity;
mod names;

pub use authority::Authority;
pub use error::CertificateError;
pub use identity::Identity;
pub use names::{Name, SERVICES};
