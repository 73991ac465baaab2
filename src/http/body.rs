//! Bodies: requests in, bounded in size and time; answers out, whole, piece by piece, slowly or,
//! on HTTP/2, broken off.

use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use tokio::{
    sync::Notify,
    time::{Sleep, sleep, timeout},
};

use super::wire::Given;
use crate::exchange::{Drip, Stream};

/// Why a request has no whole body.
#[derive(Debug)]
pub(super) enum Unread {
    /// Longer than allowed.
    TooLong,
    /// Not here in time.
    TooSlow,
    /// The client ended it early or framed it wrongly.
    Broken(hyper::Error),
}

/// Reads a body to its end. One that announces too much is refused before a byte of it is read, so
/// that a client which waits for `100 Continue` never sends it.
pub(super) async fn read(body: Incoming, max: usize, limit: Duration) -> Result<Bytes, Unread> {
    if body.size_hint().lower() > max as u64 {
        return Err(Unread::TooLong);
    }
    timeout(limit, collect(body, max)).await.unwrap_or(Err(Unread::TooSlow))
}

/// Copies into one buffer: chunks kept as they came would hold on to far more than their bytes.
async fn collect(mut body: Incoming, max: usize) -> Result<Bytes, Unread> {
    let mut whole = BytesMut::new();
    while let Some(frame) = body.frame().await {
        // Frames that are not data are trailers, which mean nothing to any surface.
        let Ok(data) = frame.map_err(Unread::Broken)?.into_data() else { continue };
        if data.len() > max - whole.len() {
            return Err(Unread::TooLong);
        }
        whole.extend_from_slice(&data);
    }
    Ok(whole.freeze())
}

/// Hears of something.
type Ear = Pin<Box<dyn Future<Output = ()> + Send>>;

/// The body of an answer.
pub(super) struct Payload {
    /// What leaves next.
    data: Bytes,
    /// What is made while it is sent, after the data.
    follows: Option<Stream>,
    /// How slowly it leaves.
    pace: Option<Pace>,
    stop: Stop,
    /// Where it breaks off.
    breaks: Option<Break>,
    /// Dropped with the payload, when hyper has all of it.
    _given: Option<Given>,
}

/// What ends a body that is still made, and hurries one that is sent slowly.
enum Stop {
    /// Nothing does.
    Never,
    /// This, when it ends.
    Awaited(Ear),
    /// It has come.
    Heard,
}

/// How slowly a body leaves.
struct Pace {
    drip: Drip,
    /// What the next piece waits for.
    pause: Option<Pin<Box<Sleep>>>,
}

/// Where a body of HTTP/2 breaks off.
struct Break {
    /// How many bytes may still leave.
    room: u64,
    /// To be told when what was given to hyper is framed; a reset overtakes what is not.
    framed: Arc<Notify>,
    /// Whether something was given to hyper that tells.
    is_marked: bool,
    /// Then waits for this, and fails.
    ends: Ear,
}

/// Data that tell when they are dropped. HTTP/2 does so when the last of them are in a frame that leaves before
/// whatever is framed later, or when the stream is gone.
struct Marked {
    data: Bytes,
    framed: Arc<Notify>,
}

impl AsRef<[u8]> for Marked {
    fn as_ref(&self) -> &[u8] {
        &self.data
    }
}

impl Drop for Marked {
    fn drop(&mut self) {
        self.framed.notify_one();
    }
}

impl Payload {
    /// A body that arrives.
    pub(super) fn whole(data: Bytes) -> Self {
        Self { data, follows: None, pace: None, stop: Stop::Never, breaks: None, _given: None }
    }

    /// Goes on with `stream` after the data.
    pub(super) fn then(self, stream: Stream) -> Self {
        Self { follows: Some(stream), ..self }
    }

    /// Leaves in pieces, slowly.
    pub(super) fn dripping(self, drip: Drip) -> Self {
        Self { pace: Some(Pace { drip, pause: None }), ..self }
    }

    /// `stop` ends what is still made, and lets leave at once what is sent slowly.
    pub(super) fn until(self, stop: impl Future<Output = ()> + Send + 'static) -> Self {
        Self { stop: Stop::Awaited(Box::pin(stop)), ..self }
    }

    /// Fails after so many bytes, or at its end if there are fewer: on HTTP/2 the stream is reset without having
    /// ended. Tells `framed` when nothing is left that a reset would overtake, and fails when `ends` does.
    pub(super) fn broken(
        self,
        room: u64,
        framed: Arc<Notify>,
        ends: impl Future<Output = ()> + Send + 'static,
    ) -> Self {
        let breaks = Break { room, framed, is_marked: false, ends: Box::pin(ends) };
        Self { breaks: Some(breaks), ..self }
    }

    /// Drops `given` when hyper has all of it.
    pub(super) fn announced(self, given: Given) -> Self {
        Self { _given: Some(given), ..self }
    }

    fn is_stopped(&mut self, cx: &mut Context<'_>) -> bool {
        if let Stop::Awaited(ear) = &mut self.stop
            && ear.as_mut().poll(cx).is_ready()
        {
            self.stop = Stop::Heard;
        }
        matches!(self.stop, Stop::Heard)
    }

    /// Waits until there are data that may leave; `false`: there will be none.
    fn poll_data(&mut self, cx: &mut Context<'_>) -> Poll<bool> {
        if self.breaks.as_ref().is_some_and(|breaks| breaks.room == 0) {
            return Poll::Ready(false);
        }
        let is_stopped = self.is_stopped(cx);
        while self.data.is_empty() {
            let Some(stream) = &mut self.follows else { return Poll::Ready(false) };
            let piece = if is_stopped { None } else { ready!(stream.poll_next(cx)) };
            match piece {
                Some(piece) => self.data = piece,
                None => self.follows = None,
            }
        }
        if let Some(pace) = &mut self.pace {
            if is_stopped {
                self.pace = None;
            } else if let Some(pause) = &mut pace.pause {
                ready!(pause.as_mut().poll(cx));
                pace.pause = None;
            }
        }
        Poll::Ready(true)
    }

    /// Takes the next piece from the data.
    fn piece(&mut self) -> Bytes {
        let mut count = self.data.len();
        if let Some(Pace { drip, pause }) = &mut self.pace {
            count = count.min(drip.bytes.max(1));
            *pause = pause_of(drip.every);
        }
        let Some(breaks) = &mut self.breaks else { return self.data.split_to(count) };
        count = usize::try_from(breaks.room).map_or(count, |room| count.min(room));
        breaks.room -= count as u64;
        let data = self.data.split_to(count);
        let is_last = breaks.room == 0 || self.data.is_empty() && self.follows.is_none();
        if is_last { breaks.mark(data) } else { data }
    }
}

/// What passes between two pieces.
fn pause_of(every: Duration) -> Option<Pin<Box<Sleep>>> {
    #[allow(clippy::disallowed_methods, reason = "bytes leave in real time: clients live in it")]
    (!every.is_zero()).then(|| Box::pin(sleep(every)))
}

impl Break {
    fn mark(&mut self, data: Bytes) -> Bytes {
        self.is_marked = true;
        Bytes::from_owner(Marked { data, framed: Arc::clone(&self.framed) })
    }
}

impl Body for Payload {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        if ready!(self.poll_data(cx)) {
            return Poll::Ready(Some(Ok(Frame::data(self.piece()))));
        }
        let Some(breaks) = &mut self.breaks else { return Poll::Ready(None) };
        if !breaks.is_marked {
            // Not a byte of the body, so an empty frame has to tell that the head has left.
            return Poll::Ready(Some(Ok(Frame::data(breaks.mark(Bytes::new())))));
        }
        ready!(breaks.ends.as_mut().poll(cx));
        Poll::Ready(Some(Err(io::ErrorKind::ConnectionAborted.into())))
    }

    fn is_end_stream(&self) -> bool {
        self.data.is_empty() && self.breaks.is_none() && self.follows.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        let is_whole = self.breaks.is_none() && self.follows.is_none();
        if is_whole { SizeHint::with_exact(self.data.len() as u64) } else { SizeHint::default() }
    }
}
