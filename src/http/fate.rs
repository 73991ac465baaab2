//! Carries out the [`Fate`] of one answer: on HTTP/1.1 through the wire, on HTTP/2 through its stream.
//!
//! On HTTP/2 a cut spares the connection unless its extent says otherwise. What the client sees:
//!
//! - After 0 bytes of the answer: no head. Otherwise the head arrives whole, and n counts the body alone, from
//!   wherever n is counted: how long a head is on the wire depends on the ones before. n bytes arrive (all, if there
//!   are fewer), but not the end of the stream.
//! - Extent `Stream`: then the stream is reset (`INTERNAL_ERROR`), whichever way it is to end.
//! - Extent `Connection`: then TCP ends, with RST or FIN, between two frames and without `GOAWAY`. Of the other
//!   streams arrives what was framed before.
//! - Garbage takes the place of the next frame, then comes FIN.
//!
//! Inexact only for a client that reads nothing, or gives a window for less than n bytes: what it has no room for
//! is not waited for long once it has been given some. One that gives no window at all gets nothing, as always.

use std::{future::pending, io, sync::Arc, time::Duration};

use bytes::Bytes;
use tokio::{sync::Notify, time::timeout};

use super::{body::Payload, socket::Ending, wire::Wire};
use crate::exchange::{After, Cut, Ends, Extent, Fate};

/// The way of one answer to its client.
pub(super) struct Way<'a> {
    pub(super) wire: &'a Wire,
    /// Where the answer starts on the connection, in bytes; means nothing on HTTP/2.
    pub(super) start: u64,
    pub(super) is_http2: bool,
    /// How long to wait for a client that takes nothing.
    pub(super) patience: Duration,
}

impl Way<'_> {
    /// The body as it has to leave. Fails for an HTTP/2 stream that loses its head as well, and never
    /// returns if that goes for the connection.
    pub(super) async fn take(self, payload: Payload, fate: Fate) -> io::Result<Payload> {
        let Fate { drip, cut, garbage } = fate;
        let payload = match drip {
            Some(drip) => payload.dripping(drip),
            None => payload,
        };
        if self.is_http2 {
            self.on_stream(payload, cut, garbage).await
        } else {
            Ok(self.on_connection(payload, cut, garbage))
        }
    }

    fn on_connection(self, payload: Payload, cut: Option<Cut>, garbage: Option<Bytes>) -> Payload {
        let (after, words, ending) = match (garbage, cut) {
            (Some(words), _) => (After::Answer(0), words, Ending::Linger),
            (None, Some(cut)) => (cut.after, Bytes::new(), ending(cut.ends)),
            (None, None) => return payload,
        };
        payload.announced(self.wire.cut(self.start, after, words, ending))
    }

    async fn on_stream(
        self,
        payload: Payload,
        cut: Option<Cut>,
        garbage: Option<Bytes>,
    ) -> io::Result<Payload> {
        if let Some(words) = garbage {
            self.wire.sever(words, Ending::Linger);
            return pending().await;
        }
        let Some(Cut { after, ends, extent }) = cut else { return Ok(payload) };
        let severs = extent == Extent::Connection;
        let count = match after {
            After::Answer(0) if severs => {
                self.wire.sever(Bytes::new(), ending(ends));
                // The connection takes this exchange with it.
                return pending().await;
            }
            After::Answer(0) => return Err(io::ErrorKind::ConnectionAborted.into()),
            After::Answer(count) | After::Body(count) => count,
        };
        let framed = Arc::new(Notify::new());
        let (ear, wire, patience) = (Arc::clone(&framed), self.wire.clone(), self.patience);
        Ok(payload.broken(count, framed, async move {
            let _ = timeout(patience, ear.notified()).await;
            if severs {
                wire.sever(Bytes::new(), ending(ends));
                pending::<()>().await;
            }
        }))
    }
}

fn ending(ends: Ends) -> Ending {
    match ends {
        Ends::Reset => Ending::Reset,
        Ends::Close => Ending::Linger,
    }
}
