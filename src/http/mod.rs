//! The transport: listens, reads whole requests, asks the [`Door`], writes whole answers.
//!
//! hyper lives here and nowhere else. A connection passes through these files:
//!
//! ```text
//! server      what the rest of quince holds: bind, local_addr, stop
//! accept      takes connections while there is room, reaps them, ends them in order
//! connection  one connection: hyper between a stream and the gate; how it is closed
//! socket      the TCP stream below everything: lent upwards, taken back, closed or reset
//! wire        counts what leaves, and ends the connection where a Fate wants it
//! cut         where an HTTP/1.1 answer breaks off, found in its bytes
//! gate        one exchange: whole request in, the door's answer out
//! fate        carries out what shall happen to an answer, per version of HTTP
//! body        bodies in (bounded) and out (whole, slowly, or broken off on HTTP/2)
//! limits      every bound of this room
//! ```
//!
//! Invariants:
//!
//! - The door sees owned values only, and each of its calls has a whole body.
//! - A panic behind the door costs one exchange, never the connection or the server.
//! - Nothing grows with what a client sends: bodies, heads, streams, connections and waits have limits.
//! - Fates are carried out here, by the byte; they are decided elsewhere.
//!
//! Not here: routes, JSON, dates, universes, the journal, and what any request means. Answers that
//! this room gives by itself (400, 408, 413 in plain text, and hyper's bare 400 and 431 to heads
//! that don't parse) are not seen by the door.
//!
//! [`Door`]: crate::exchange::Door

mod accept;
mod body;
mod connection;
mod cut;
mod fate;
mod gate;
mod limits;
mod server;
mod socket;
#[cfg(test)]
mod tests;
mod wire;

pub use limits::Limits;
pub use server::Server;
