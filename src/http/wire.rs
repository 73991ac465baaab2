//! Counts what leaves a connection and cuts an answer where its [`Fate`] says.
//!
//! The gate knows the fate of an answer, the stream below hyper knows the bytes; a [`Wire`] is what
//! they share. What is exact:
//!
//! - **HTTP/1.1**: the client gets exactly n bytes, counted from the first of that answer's status
//!   line; earlier answers of the connection and a `100 Continue` arrive whole and don't count. An
//!   answer shorter than n is cut at its end. Then the connection ends, with FIN or RST; a request
//!   pipelined behind is never answered. RST lets bytes through that are on the way, but no network
//!   that loses packets repeats them: exact on the loopback interface.
//! - **HTTP/2**: streams share the connection, so nothing is cut here; the [`gate`](super::gate) has
//!   the stream reset instead, after about n bytes.

use std::{
    io::{self, IoSlice},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use parking_lot::Mutex;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    sync::Notify,
};

use super::socket::Ending;
use crate::exchange::{After, Cut, Ends, Fate};

/// What a connection's stream and its exchanges know of each other. Clones share one state.
#[derive(Clone, Default)]
pub(super) struct Wire(Arc<Inner>);

#[derive(Default)]
struct Inner {
    /// Held for a few instructions, never while something is polled.
    track: Mutex<Track>,
    /// Told once, when the first request has a whole head.
    begun: Notify,
    /// Told whenever something was written.
    written: Notify,
}

#[derive(Default)]
struct Track {
    /// Bytes written on this connection so far.
    sent: u64,
    /// Set with the answer that will be the last one of the connection.
    cut: Option<Planned>,
    /// How the connection ends if nothing is cut.
    ending: Ending,
}

/// Positions are counted in bytes from the start of the connection.
struct Planned {
    /// Where the answer starts.
    start: u64,
    /// Where it ends for the client.
    end: u64,
    /// What the client sees then.
    ending: Ending,
}

impl Wire {
    /// A request begins; returns how many bytes the connection had sent before its answer. On
    /// HTTP/1.1 hyper reads a head only when the answer before has been written whole.
    pub(super) fn begin(&self) -> u64 {
        self.0.begun.notify_one();
        self.0.track.lock().sent
    }

    /// Waits for the first request. For one waiter.
    pub(super) async fn first_request(&self) {
        self.0.begun.notified().await;
    }

    /// Waits until the connection has sent `count` bytes more than now.
    pub(super) fn sends(&self, count: u64) -> impl Future<Output = ()> + Send + 'static {
        let wire = self.clone();
        let goal = wire.0.track.lock().sent.saturating_add(count);
        async move {
            loop {
                // First the ear, then the look: a write in between is heard.
                let written = wire.0.written.notified();
                if wire.0.track.lock().sent >= goal {
                    return;
                }
                written.await;
            }
        }
    }

    /// Fixes the fate of the HTTP/1.1 answer that starts at byte `start` of the connection. To be
    /// called before its first byte is written.
    pub(super) fn plan(&self, start: u64, fate: &Fate) {
        let Some(Cut { after: After::Answer(count), ends, .. }) = fate.cut else { return };
        let ending = match ends {
            Ends::Reset => Ending::Reset,
            Ends::Close => Ending::Linger,
        };
        let end = start.saturating_add(count);
        self.0.track.lock().cut = Some(Planned { start, end, ending });
    }

    /// The connection will be closed although the client may still be sending.
    pub(super) fn leave_unread(&self) {
        self.0.track.lock().ending = Ending::Linger;
    }

    /// How the connection is to be closed.
    pub(super) fn ending(&self) -> Ending {
        let track = self.0.track.lock();
        track.cut.as_ref().map_or(track.ending, |cut| cut.ending)
    }

    /// How many bytes may still be written; `None`: any number.
    fn room(&self) -> Option<usize> {
        let track = self.0.track.lock();
        let room = track.cut.as_ref()?.end.saturating_sub(track.sent);
        Some(usize::try_from(room).unwrap_or(usize::MAX))
    }

    fn sent(&self, count: usize) {
        self.0.track.lock().sent += count as u64;
        self.0.written.notify_waiters();
    }

    /// Whether an answer with a cut has left: hyper flushes when it has nothing more to write, and
    /// an answer may be shorter than its fate.
    fn is_over(&self) -> bool {
        let track = self.0.track.lock();
        track.cut.as_ref().is_some_and(|cut| track.sent > cut.start || cut.start == cut.end)
    }
}

/// A stream that counts what is written and refuses to go on at the cut.
pub(super) struct Counted<S> {
    inner: S,
    wire: Wire,
}

impl<S: AsyncWrite + Unpin> Counted<S> {
    pub(super) fn new(inner: S, wire: Wire) -> Self {
        Self { inner, wire }
    }

    /// Lets out what the layers below still hold, then fails, which makes hyper drop the stream.
    fn poll_cut<T>(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<T>> {
        ready!(Pin::new(&mut self.inner).poll_flush(cx))?;
        Poll::Ready(Err(io::Error::new(io::ErrorKind::ConnectionAborted, "cut as planned")))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Counted<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_read(cx, buf)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Counted<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let allowed = match self.wire.room() {
            None => buf,
            Some(0) => return self.poll_cut(cx),
            Some(room) => &buf[..room.min(buf.len())],
        };
        let count = ready!(Pin::new(&mut self.inner).poll_write(cx, allowed))?;
        self.wire.sent(count);
        Poll::Ready(Ok(count))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if self.wire.room().is_some() {
            // Rare enough to go slice by slice.
            let first = bufs.iter().find(|buf| !buf.is_empty());
            return self.poll_write(cx, first.map_or(&[], |buf| &**buf));
        }
        let count = ready!(Pin::new(&mut self.inner).poll_write_vectored(cx, bufs))?;
        self.wire.sent(count);
        Poll::Ready(Ok(count))
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.wire.is_over() {
            return self.poll_cut(cx);
        }
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}
