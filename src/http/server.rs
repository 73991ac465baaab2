//! The handle of a listening server.

use std::{io, net::SocketAddr, sync::Arc};

use tokio::{net::TcpListener, sync::watch, task::JoinHandle};

use super::{Limits, Tls, accept};
use crate::exchange::Door;

/// A listening server. Dropping it closes its port and all its connections at once; [`Server::stop`]
/// lets exchanges in flight end first.
#[derive(Debug)]
pub struct Server {
    local_addr: SocketAddr,
    /// Tells the accept loop and every connection that the server is to stop.
    stop: watch::Sender<bool>,
    /// The accept loop. It owns the listener and the tasks of the connections: when it ends or is
    /// aborted, so do they.
    accepting: JoinHandle<()>,
}

impl Server {
    /// Listens and serves in the background, on the current tokio runtime. Port 0 takes any free
    /// port; [`Server::local_addr`] tells which.
    ///
    /// # Errors
    ///
    /// Whatever keeps the system from listening there.
    pub async fn bind<D: Door>(
        listen: SocketAddr,
        door: Arc<D>,
        limits: Limits,
    ) -> io::Result<Self> {
        Self::open(listen, None, door, limits).await
    }

    /// [`Server::bind`], with TLS.
    ///
    /// # Errors
    ///
    /// Whatever keeps the system from listening there.
    pub async fn bind_tls<D: Door>(
        listen: SocketAddr,
        tls: Tls,
        door: Arc<D>,
        limits: Limits,
    ) -> io::Result<Self> {
        Self::open(listen, Some(tls), door, limits).await
    }

    async fn open<D: Door>(
        listen: SocketAddr,
        tls: Option<Tls>,
        door: Arc<D>,
        limits: Limits,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind(listen).await?;
        let local_addr = listener.local_addr()?;
        let (stop, stopping) = watch::channel(false);
        let accepting = tokio::spawn(accept::run(listener, tls, door, limits, stopping));
        Ok(Self { local_addr, stop, accepting })
    }

    /// Where it listens.
    pub fn local_addr(&self) -> SocketAddr {
        self.local_addr
    }

    /// Closes the port and idle connections, waits up to [`Limits::grace`] for exchanges in flight,
    /// then drops what is left.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        if let Err(error) = (&mut self.accepting).await {
            tracing::error!(%error, "the accept loop broke");
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}
