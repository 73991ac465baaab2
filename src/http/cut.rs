//! Where an HTTP/1.1 answer breaks off, found in its bytes while they pass.
//!
//! hyper writes an answer in whatever pieces suit it, and knows of no cut. So the end of the head, which a cut in
//! the body is counted from, is looked for here; it may be split over writes anywhere.

use crate::exchange::After;

/// What ends a head.
const BLANK_LINE: &[u8] = b"\r\n\r\n";

/// Where one answer breaks off. Positions are counted in bytes from the start of the connection.
pub(super) struct Place {
    /// Where the answer starts.
    start: u64,
    after: After,
    /// How much of the blank line the bytes so far end with.
    matched: usize,
    /// Where the body starts, once the head has passed.
    body: Option<u64>,
}

impl Place {
    /// In the answer that starts at `start`.
    pub(super) fn new(start: u64, after: After) -> Self {
        Self { start, after, matched: 0, body: None }
    }

    /// Whether anything of the answer is among the first `sent` bytes of the connection.
    pub(super) fn has_begun(&self, sent: u64) -> bool {
        sent > self.start
    }

    /// Whether the first `sent` bytes of the connection are all that may leave.
    pub(super) fn is_reached(&self, sent: u64) -> bool {
        self.end().is_some_and(|end| sent >= end)
    }

    /// How many of these bytes, which come after `sent` others, may leave now: up to the cut, or up to the end of
    /// a head that the cut is counted from.
    pub(super) fn room(&self, sent: u64, bytes: &[u8]) -> usize {
        match self.end() {
            Some(end) => short(end.saturating_sub(sent)).min(bytes.len()),
            None => self.look(sent, bytes).1.unwrap_or(bytes.len()),
        }
    }

    /// Takes note of bytes that leave after `sent` others.
    pub(super) fn pass(&mut self, sent: u64, bytes: &[u8]) {
        if self.body.is_none() {
            let (matched, end) = self.look(sent, bytes);
            self.matched = matched;
            self.body = end.map(|end| sent + end as u64);
        }
    }

    /// Where the cut is; nothing while that hangs on a head that has not passed.
    fn end(&self) -> Option<u64> {
        match self.after {
            After::Answer(count) => Some(self.start.saturating_add(count)),
            After::Body(count) => Some(self.body?.saturating_add(count)),
        }
    }

    /// Looks for the end of the head: how much of the blank line is there after these bytes, and the index
    /// behind it if it is whole.
    fn look(&self, sent: u64, bytes: &[u8]) -> (usize, Option<usize>) {
        let mut matched = self.matched;
        // What stands before the answer is not looked at.
        let before = short(self.start.saturating_sub(sent));
        for (index, byte) in bytes.iter().enumerate().skip(before) {
            matched = match BLANK_LINE.get(matched) {
                Some(next) if next == byte => matched + 1,
                _ => usize::from(*byte == b'\r'),
            };
            if matched == BLANK_LINE.len() {
                return (matched, Some(index + 1));
            }
        }
        (matched, None)
    }
}

/// A count that is compared with the length of something in memory.
fn short(count: u64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}
