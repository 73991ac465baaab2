//! What leaves a connection: counts it, and ends the connection where a [`Fate`] wants it.
//!
//! The gate knows the fate of an answer, the stream below hyper knows the bytes; a [`Wire`] is what
//! they share. What is exact:
//!
//! - **HTTP/1.1**: the client gets exactly n bytes, counted from the first of that answer's status
//!   line or of its body; earlier answers of the connection and a `100 Continue` arrive whole and don't
//!   count. An answer shorter than n is cut at its end. Then the connection ends, with FIN or RST; a
//!   request pipelined behind is never answered. RST lets bytes through that are on the way, but no
//!   network that loses packets repeats them: exact on the loopback interface.
//! - **HTTP/2**: streams share the connection, so bytes are not counted here. A connection that is to
//!   end does so between two frames, when everything that was framed before has left.
//!
//! What is counted is what hyper writes: with TLS below, what the client reads there.
//!
//! [`Fate`]: crate::exchange::Fate

use std::{
    io::{self, IoSlice},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use bytes::{Buf, Bytes};
use parking_lot::Mutex;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    sync::Notify,
};

use super::{cut::Place, socket::Ending};
use crate::exchange::After;

/// What a connection's stream and its exchanges know of each other. Clones share one state.
#[derive(Clone, Default)]
pub(super) struct Wire(Arc<Inner>);

#[derive(Default)]
struct Inner {
    /// Held for a few instructions, never while something is polled.
    track: Mutex<Track>,
    /// Told once, when the first request has a whole head.
    begun: Notify,
    /// Told when the connection is to end between two frames.
    severed: Notify,
}

#[derive(Default)]
struct Track {
    /// Bytes written on this connection so far.
    sent: u64,
    /// Set as soon as something is to end the connection.
    last: Option<Last>,
    /// How the connection ends if nothing ends it early.
    ending: Ending,
}

/// How a connection ends early.
struct Last {
    point: Point,
    /// What leaves there, whatever hyper wants to write.
    words: Bytes,
    /// What the client sees then.
    ending: Ending,
}

enum Point {
    /// In an HTTP/1.1 answer. `whole` says that hyper has been given all of it.
    Answer { place: Place, whole: bool },
    /// Between two frames of HTTP/2, as soon as what was framed has left.
    Frames,
}

/// Held by the body of an HTTP/1.1 answer that ends the connection: dropping it says that hyper has
/// been given all of that answer, which may be shorter than its fate.
pub(super) struct Given(Wire);

impl Drop for Given {
    fn drop(&mut self) {
        if let Some(Last { point: Point::Answer { whole, .. }, .. }) =
            &mut self.0.0.track.lock().last
        {
            *whole = true;
        }
    }
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

    /// Ends the connection in the HTTP/1.1 answer that starts at byte `start` of it, with these words
    /// in place of what does not leave. To be called before the answer's first byte is written.
    pub(super) fn cut(&self, start: u64, after: After, words: Bytes, ending: Ending) -> Given {
        let point = Point::Answer { place: Place::new(start, after), whole: false };
        self.0.track.lock().last = Some(Last { point, words, ending });
        Given(self.clone())
    }

    /// Ends an HTTP/2 connection with these words behind what has been framed. The first to ask
    /// decides how.
    pub(super) fn sever(&self, words: Bytes, ending: Ending) {
        self.0.track.lock().last.get_or_insert(Last { point: Point::Frames, words, ending });
        self.0.severed.notify_one();
    }

    /// Waits until the connection is severed. For one waiter: the task that drives it, which has to
    /// wake up for that.
    pub(super) async fn severed(&self) {
        self.0.severed.notified().await;
    }

    /// The connection will be closed although the client may still be sending.
    pub(super) fn leave_unread(&self) {
        self.0.track.lock().ending = Ending::Linger;
    }

    /// How the connection is to be closed.
    pub(super) fn ending(&self) -> Ending {
        let track = self.0.track.lock();
        track.last.as_ref().map_or(track.ending, |last| last.ending)
    }

    /// Whether a cut is looked for in what is written.
    fn is_watched(&self) -> bool {
        matches!(&self.0.track.lock().last, Some(Last { point: Point::Answer { .. }, .. }))
    }

    /// How many of these bytes may be written; `None`: the connection is over.
    fn room(&self, bytes: &[u8]) -> Option<usize> {
        let track = self.0.track.lock();
        match &track.last {
            Some(Last { point: Point::Answer { place, .. }, .. }) => {
                (!place.is_reached(track.sent)).then(|| place.room(track.sent, bytes))
            }
            _ => Some(bytes.len()),
        }
    }

    /// These bytes were written.
    fn sent(&self, bytes: &[u8]) {
        let mut track = self.0.track.lock();
        let before = track.sent;
        if let Some(Last { point: Point::Answer { place, .. }, .. }) = &mut track.last {
            place.pass(before, bytes);
        }
        track.sent += bytes.len() as u64;
    }

    /// So many bytes were written that no cut is looked for in.
    fn skipped(&self, count: usize) {
        self.0.track.lock().sent += count as u64;
    }

    /// Whether the connection is over once all that hyper wants to write has been written, which is
    /// when it flushes.
    fn is_over(&self) -> bool {
        let track = self.0.track.lock();
        match &track.last {
            Some(Last { point: Point::Answer { place, whole }, .. }) => {
                place.is_reached(track.sent) || *whole && place.has_begun(track.sent)
            }
            Some(Last { point: Point::Frames, .. }) => true,
            None => false,
        }
    }

    /// What is still to be said at the end.
    fn words(&self) -> Bytes {
        self.0.track.lock().last.as_ref().map(|last| last.words.clone()).unwrap_or_default()
    }

    /// So much of that was said.
    fn spoke(&self, count: usize) {
        if let Some(last) = &mut self.0.track.lock().last {
            last.words.advance(count.min(last.words.len()));
        }
    }
}

/// A stream that counts what is written and refuses to go on at the end.
pub(super) struct Counted<S> {
    inner: S,
    wire: Wire,
}

impl<S: AsyncWrite + Unpin> Counted<S> {
    pub(super) fn new(inner: S, wire: Wire) -> Self {
        Self { inner, wire }
    }

    /// Says the last words and lets out what the layers below still hold, then fails, which makes
    /// hyper drop the stream.
    fn poll_end<T>(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<T>> {
        loop {
            let words = self.wire.words();
            if words.is_empty() {
                break;
            }
            let count = ready!(Pin::new(&mut self.inner).poll_write(cx, &words))?;
            if count == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.wire.spoke(count);
        }
        ready!(Pin::new(&mut self.inner).poll_flush(cx))?;
        Poll::Ready(Err(io::Error::new(io::ErrorKind::ConnectionAborted, "ended as planned")))
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
        let Some(room) = self.wire.room(buf) else { return self.poll_end(cx) };
        let count = ready!(Pin::new(&mut self.inner).poll_write(cx, &buf[..room]))?;
        self.wire.sent(&buf[..count]);
        Poll::Ready(Ok(count))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if self.wire.is_watched() {
            // Rare enough to go slice by slice.
            let first = bufs.iter().find(|buf| !buf.is_empty());
            return self.poll_write(cx, first.map_or(&[], |buf| &**buf));
        }
        let count = ready!(Pin::new(&mut self.inner).poll_write_vectored(cx, bufs))?;
        self.wire.skipped(count);
        Poll::Ready(Ok(count))
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.wire.is_over() {
            return self.poll_end(cx);
        }
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}
