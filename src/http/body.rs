//! Bodies: requests in, bounded in size and time; answers out, whole, piece by piece or, on HTTP/2, broken off.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use tokio::time::timeout;

use crate::exchange::Stream;

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
    data: Option<Bytes>,
    /// For a body that fails after its data: what it waits for before it does.
    breaks: Option<Ear>,
    /// For a body that goes on after its data: what follows, and what ends it early.
    follows: Option<(Stream, Ear)>,
}

impl Payload {
    /// A body that arrives.
    pub(super) fn whole(data: Bytes) -> Self {
        Self { data: Some(data).filter(|data| !data.is_empty()), breaks: None, follows: None }
    }

    /// A body that fails after `data`: on HTTP/2 the stream is reset without having ended. A reset
    /// overtakes what is still queued, so it waits until `sent` says that the data have left.
    pub(super) fn broken(data: Bytes, sent: impl Future<Output = ()> + Send + 'static) -> Self {
        Self { breaks: Some(Box::pin(sent)), ..Self::whole(data) }
    }

    /// Goes on with `stream` after the data, to its end or until `stop`.
    pub(super) fn then(
        self,
        stream: Stream,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> Self {
        Self { follows: Some((stream, Box::pin(stop))), ..self }
    }
}

impl Body for Payload {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        if let Some(data) = self.data.take() {
            return Poll::Ready(Some(Ok(Frame::data(data))));
        }
        if let Some((stream, stop)) = &mut self.follows {
            let piece = match stop.as_mut().poll(cx) {
                Poll::Ready(()) => None,
                Poll::Pending => ready!(stream.poll_next(cx)),
            };
            if let Some(piece) = piece {
                return Poll::Ready(Some(Ok(Frame::data(piece))));
            }
            self.follows = None;
        }
        let Some(sent) = &mut self.breaks else { return Poll::Ready(None) };
        ready!(sent.as_mut().poll(cx));
        Poll::Ready(Some(Err(io::ErrorKind::ConnectionAborted.into())))
    }

    fn is_end_stream(&self) -> bool {
        self.data.is_none() && self.breaks.is_none() && self.follows.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        let left = self.data.as_ref().map_or(0, Bytes::len) as u64;
        let is_whole = self.breaks.is_none() && self.follows.is_none();
        if is_whole { SizeHint::with_exact(left) } else { SizeHint::default() }
    }
}
