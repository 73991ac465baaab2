//! Every bound of the transport in one place.

use std::time::Duration;

/// What a client may use of the server. Durations are real time: clients live in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Connections served at a time; the next ones wait in the system's queue. At least 1.
    pub connections: usize,
    /// The longest accepted request body, in bytes; a longer one is answered with 413.
    pub body_bytes: usize,
    /// The same for quince's own control API, which takes whole states.
    pub control_body_bytes: usize,
    /// How long a request body may take after its head; then 408.
    pub body_timeout: Duration,
    /// How long a request head may take. On HTTP/1.1 this includes the wait for its first byte, so
    /// that idle connections are closed after it as well; on HTTP/2 it bounds the wait for the
    /// first request of a connection.
    pub head_timeout: Duration,
    /// How long a client may take from its connecting to the end of the TLS handshake.
    pub handshake_timeout: Duration,
    /// How long exchanges in flight may go on after a stop was asked for.
    pub grace: Duration,
    /// How long a connection that we end early is kept open for the client to see the answer.
    pub linger: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 4096,
            body_bytes: 4 << 20,
            control_body_bytes: 512 << 20,
            body_timeout: Duration::from_secs(30),
            head_timeout: Duration::from_mins(1),
            handshake_timeout: Duration::from_secs(10),
            grace: Duration::from_secs(5),
            linger: Duration::from_secs(2),
        }
    }
}

impl Limits {
    /// The longest accepted body of a request to this path.
    pub fn body_bytes_of(&self, path: &str) -> usize {
        if path.starts_with("/_quince/") { self.control_body_bytes } else { self.body_bytes }
    }
}
