//! Takes connections while there is room for them, and ends them in order.

use std::{io, sync::Arc, time::Duration};

use tokio::{
    net::TcpListener,
    sync::watch,
    task::{JoinError, JoinSet},
    time::timeout,
};

use super::{
    Limits, Tls,
    connection::{self, Shared},
};
use crate::exchange::Door;

/// How long to leave the listener alone after the system could not accept (no descriptors, no
/// memory): long enough not to spin, short enough to go unnoticed.
const PAUSE: Duration = Duration::from_millis(100);

/// Runs until `stop` says so or its sender is gone. Owns listener and connections.
pub(super) async fn run<D: Door>(
    listener: TcpListener,
    tls: Option<Tls>,
    door: Arc<D>,
    limits: Limits,
    mut stop: watch::Receiver<bool>,
) {
    let shared = Arc::new(Shared::new(tls, door, limits));
    let room = limits.connections.max(1);
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            () = stopped(&mut stop) => break,
            Some(ended) = connections.join_next() => note(ended),
            accepted = listener.accept(), if connections.len() < room => match accepted {
                Ok((stream, peer)) => {
                    connections.spawn(connection::run(
                        stream,
                        peer,
                        Arc::clone(&shared),
                        stop.clone(),
                    ));
                }
                Err(error) if is_of_one_connection(&error) => {}
                Err(error) => {
                    tracing::warn!(%error, "cannot accept connections, trying again");
                    // A wait that a stop ends early; its outcome is looked at by the loop.
                    let _ = timeout(PAUSE, stopped(&mut stop)).await;
                }
            },
        }
    }
    // First the port, so that nobody new comes in while the others end.
    drop(listener);
    let ends = async {
        while let Some(ended) = connections.join_next().await {
            note(ended);
        }
    };
    let in_time = timeout(limits.grace, ends).await.is_ok();
    if !in_time {
        tracing::warn!(connections = connections.len(), "dropping connections that did not end");
        connections.shutdown().await;
    }
}

/// Waits until a stop is asked for; a server that is gone counts as one.
pub(super) async fn stopped(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}

/// Errors that came with one connection of the queue and say nothing about the next.
fn is_of_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionRefused
            | io::ErrorKind::Interrupted
    )
}

fn note(ended: Result<(), JoinError>) {
    if let Err(error) = ended {
        tracing::error!(%error, "the task of a connection broke");
    }
}
