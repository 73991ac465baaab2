//! The journal as server-sent events.
//!
//! Nothing is queued for a reader: it has a place in the journal, and the next entries are rendered when there is room for
//! them. Who reads so slowly that the journal has dropped entries meanwhile is told of the gap.

use std::fmt::Write as _;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, header};

use super::super::routes::Parameter;
use super::view::{EntryView, Gap};
use super::watch::Watcher;
use super::{Selection, bad, is_in_flight, number, one_of};
use crate::api::control::{Ask, Outcome};
use crate::engine::Universe;
use crate::exchange::{Reply, Stream};
use crate::journal::Entry;
use crate::telling::Telling;

/// The query parameters: those that select entries.
pub const QUERY: &[Parameter] = super::QUERY.split_at(3).0;

/// How often a reader hears something, in real time.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// How long an exchange is waited for before it is told without its answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// Entries that are looked at under one lock.
const BATCH: usize = 64;

/// Bytes that are rendered before they are sent.
const PIECE: usize = 64 << 10;

/// A reader of the stream.
struct Reader {
    watcher: Watcher,
    telling: Telling,
    selection: Selection,
    /// The number up to which everything was told.
    place: u64,
}

/// What is next in the journal.
struct Next {
    gap: Option<(u64, u64)>,
    entries: Vec<Entry>,
}

/// `GET /universes/{u}/journal/stream`
pub async fn get(ask: Ask<'_>) -> Outcome {
    ask.only(&["since", "operation", "kind", "canonical"])?;
    let canonical = one_of(&ask, "canonical", &["false", "true"])? == Some("true");
    let since = number(&ask, "since", 0, u64::MAX)?;
    let selection = Selection::read(&ask)?;
    // A reader that comes again says what it has, and asks for the same address as before.
    let last = ask.request.headers.get("last-event-id").map(|value| {
        let text = value.to_str().unwrap_or_default();
        text.parse().map_err(|_| bad("Last-Event-ID", text, "a number"))
    });
    let universe = ask.universe()?;
    let telling = super::telling(&universe, canonical, ask.base_url);
    let now = universe.with_journal(crate::journal::Journal::last);
    let place = last.transpose()?.or(since).unwrap_or(now);
    let reader = Reader { watcher: Watcher::new(&universe), telling, selection, place };
    let hello = format!(": after {place}\n\n").into();
    let stream = Stream::new(async move { Some((hello, reader.stream())) });
    let mut reply = Reply::streamed("text/event-stream", stream);
    reply.headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(reply)
}

impl Reader {
    /// The stream from here on.
    fn stream(mut self) -> Stream {
        Stream::new(async move { Some((self.piece().await?, self.stream())) })
    }

    /// The next piece: entries, or a sign of life. `None` when the universe is gone.
    async fn piece(&mut self) -> Option<Bytes> {
        loop {
            let next = self.next().await;
            self.watcher.universe().ok()?;
            let Some(next) = next else { return Some(Bytes::from_static(b": still here\n\n")) };
            let piece = self.render(&next);
            // What is not wanted makes no piece.
            if !piece.is_empty() {
                return Some(piece);
            }
        }
    }

    /// Waits for what is next, and for the answer of the first entry of it.
    async fn next(&mut self) -> Option<Next> {
        let (place, selection) = (self.place, &self.selection);
        let is_held = |entry: &Entry| is_in_flight(entry) && selection.wants(entry);
        let (mut next, mut held) = (None, false);
        self.watcher
            .until(HEARTBEAT, |universe| {
                let found = Next::after(place, universe);
                held = found.gap.is_none() && found.entries.first().is_some_and(is_held);
                let is_there = found.gap.is_some() || !found.entries.is_empty();
                next = (is_there && !held).then_some(found);
                is_there
            })
            .await;
        if held {
            self.watcher
                .until(PATIENCE, |universe| {
                    let found = Next::after(place, universe);
                    held = found.gap.is_none() && found.entries.first().is_some_and(is_held);
                    next = Some(found);
                    !held
                })
                .await;
        }
        next
    }

    fn render(&mut self, next: &Next) -> Bytes {
        let mut text = String::new();
        if let Some((from, to)) = next.gap {
            put(&mut text, to, "gap", &Gap::from((from, to)));
            self.place = to;
        }
        for entry in &next.entries {
            let is_wanted = self.selection.wants(entry);
            // The first one was waited for; others get their turn.
            if text.len() > PIECE || (!text.is_empty() && is_wanted && is_in_flight(entry)) {
                break;
            }
            if is_wanted {
                let view = EntryView::of(entry, &self.telling);
                put(&mut text, entry.seq, view.kind, &view);
            }
            self.place = entry.seq;
        }
        text.into()
    }
}

impl Next {
    fn after(place: u64, universe: &Universe) -> Self {
        universe.with_journal(|journal| Self {
            gap: journal.gap(place),
            entries: journal.after(place).take(BATCH).cloned().collect(),
        })
    }
}

/// One event. JSON without blanks between values has no line ends.
fn put(text: &mut String, id: u64, event: &str, data: &impl serde::Serialize) {
    let data = serde_json::to_string(data).unwrap_or_default();
    // Writing to a string cannot fail.
    let _ = write!(text, "id: {id}\nevent: {event}\ndata: {data}\n\n");
}
