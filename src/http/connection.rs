//! One connection: hyper between a byte stream and the gate, and how the connection is closed.
//!
//! HTTP/1.1 and HTTP/2 with prior knowledge share the port: the first bytes tell. `Upgrade: h2c` is
//! not offered, so such a header is ignored and the request answered over HTTP/1.1.

use std::{error::Error, net::SocketAddr, pin::pin, sync::Arc, time::Duration};

use hyper::service::service_fn;
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    sync::watch,
    time::timeout,
};

use super::{
    Limits,
    accept::stopped,
    gate::Gate,
    socket::{self, Ending, Socket},
    wire::{Counted, Wire},
};
use crate::exchange::{Door, Scheme};

/// Header lines of one request; more are answered with 431.
const MAX_HEADERS: usize = 100;
/// hyper's buffer per connection, in bytes, and so the longest head of HTTP/1.1 (then 431).
const BUFFER_BYTES: usize = 64 << 10;
/// The longest header list of HTTP/2, in bytes as RFC 9113 counts them.
const HEADER_LIST_BYTES: u32 = 64 << 10;
/// Exchanges in flight on one HTTP/2 connection.
const MAX_STREAMS: u32 = 256;

/// What all connections of a server have in common.
pub(super) struct Shared<D> {
    door: Arc<D>,
    limits: Limits,
    protocol: auto::Builder<TokioExecutor>,
}

impl<D> Shared<D> {
    pub(super) fn new(door: Arc<D>, limits: Limits) -> Self {
        let mut protocol = auto::Builder::new(TokioExecutor::new());
        protocol
            .http1()
            .timer(TokioTimer::new())
            .header_read_timeout(limits.head_timeout)
            .max_headers(MAX_HEADERS)
            .max_buf_size(BUFFER_BYTES)
            .auto_date_header(false);
        // hyper's protections against floods of resets stay as they are: on.
        protocol
            .http2()
            .timer(TokioTimer::new())
            .max_concurrent_streams(MAX_STREAMS)
            .max_header_list_size(HEADER_LIST_BYTES)
            .auto_date_header(false);
        Self { door, limits, protocol }
    }
}

/// Serves one connection from its accepting to its end.
pub(super) async fn run<D: Door>(
    stream: TcpStream,
    peer: SocketAddr,
    shared: Arc<Shared<D>>,
    mut stop: watch::Receiver<bool>,
) {
    // Answers are written whole; waiting for more to send would only delay them.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, %peer, "TCP_NODELAY");
    }
    let wire = Wire::default();
    let (socket, mut home) = Socket::lend(stream);
    let gate = Gate {
        door: Arc::clone(&shared.door),
        limits: shared.limits,
        peer,
        scheme: Scheme::Http,
        wire: wire.clone(),
        stop: stop.clone(),
    };
    // TLS will go between the two: an answer's bytes are counted (and replaced) above it, resets
    // happen below it.
    let stream = Counted::new(socket, wire.clone());
    let served = serve(stream, gate, &shared.protocol, &mut stop).await;

    let ending = match (wire.ending(), served) {
        (Ending::Plain, Err(error)) => {
            tracing::debug!(%error, %peer, "connection ended early");
            Ending::Linger
        }
        (ending, _) => ending,
    };
    // hyper is gone and has dropped the socket, so the stream is back.
    let Ok(stream) = home.try_recv() else { return };
    let close = socket::close(stream, ending, shared.limits.linger);
    if ending == Ending::Reset {
        // Given up half way, it would be FIN.
        return close.await;
    }
    tokio::select! {
        biased;
        () = close => {}
        () = stopped(&mut stop) => {}
    }
}

/// Speaks HTTP on any stream until the client or a stop ends it. The stream is dropped at the end.
async fn serve<S, D>(
    stream: S,
    gate: Gate<D>,
    protocol: &auto::Builder<TokioExecutor>,
    stop: &mut watch::Receiver<bool>,
) -> Result<(), Box<dyn Error + Send + Sync>>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    D: Door,
{
    let wire = gate.wire.clone();
    let Limits { head_timeout, linger, .. } = gate.limits;
    let gate = Arc::new(gate);
    let service = service_fn(move |request| Arc::clone(&gate).exchange(request));
    let mut connection = pin!(protocol.serve_connection(TokioIo::new(stream), service));
    tokio::select! {
        served = connection.as_mut() => return served,
        () = stopped(stop) => {}
        () = silence(&wire, head_timeout) => return Err("no request came in time".into()),
        () = wire.severed() => return last(connection, linger).await,
    }
    connection.as_mut().graceful_shutdown();
    tokio::select! {
        served = connection.as_mut() => served,
        () = wire.severed() => last(connection, linger).await,
    }
}

/// Lets a severed connection come to its end: hyper finds the stream ended when it flushes. Only a
/// client that takes nothing keeps it from that, and is not waited for.
async fn last<E>(
    connection: impl Future<Output = Result<(), E>>,
    patience: Duration,
) -> Result<(), E> {
    timeout(patience, connection).await.unwrap_or(Ok(()))
}

/// Ends if no request begins in time, and never if one does. hyper's own limit on heads starts only
/// when it knows the version, which a silent client never tells.
async fn silence(wire: &Wire, limit: Duration) {
    if timeout(limit, wire.first_request()).await.is_ok() {
        std::future::pending::<()>().await;
    }
}
