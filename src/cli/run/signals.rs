//! SIGINT and SIGTERM, for everybody who runs a client.

use std::io;

use tokio::sync::watch;

/// Who told us to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// SIGINT, or Ctrl-C.
    Interrupt,
    /// SIGTERM.
    Terminate,
}

impl Signal {
    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Interrupt => "SIGINT",
            Self::Terminate => "SIGTERM",
        }
    }
}

/// The signal that came, if one did.
pub type Told = watch::Receiver<Option<Signal>>;

/// Waits until a signal comes.
pub async fn told(told: &mut Told) -> Signal {
    let signal = told.wait_for(Option::is_some).await.map(|signal| *signal);
    match signal {
        Ok(Some(signal)) => signal,
        // Nobody listens any more.
        _ => std::future::pending().await,
    }
}

/// From this call on, SIGINT and SIGTERM are told instead of ending the process.
#[cfg(unix)]
pub fn listen() -> io::Result<Told> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let (tell, told) = watch::channel(None);
    tokio::spawn(async move {
        loop {
            let signal = tokio::select! {
                _ = terminate.recv() => Signal::Terminate,
                _ = interrupt.recv() => Signal::Interrupt,
            };
            tell.send_if_modified(|first| first.is_none() && first.replace(signal).is_none());
        }
    });
    Ok(told)
}

/// From this call on, Ctrl-C is told instead of ending the process.
#[cfg(not(unix))]
pub fn listen() -> io::Result<Told> {
    let (tell, told) = watch::channel(None);
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            let _ = tell.send(Some(Signal::Interrupt));
        }
        std::future::pending::<()>().await;
    });
    Ok(told)
}
