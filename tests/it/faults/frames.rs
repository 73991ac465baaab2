//! HTTP/2 by hand: every frame, and how the connection ends.

use super::wire::{End, Wire};
use crate::support::Fixture;

pub(crate) const DATA: u8 = 0;
pub(crate) const HEADERS: u8 = 1;
pub(crate) const RST_STREAM: u8 = 3;

/// Flags of frames.
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;

/// What opens a connection: the preface, and settings without any.
const OPENING: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00";

/// A connection of HTTP/2, its streams numbered 1, 3, 5 and so on.
pub(crate) struct Frames {
    wire: Wire,
    authority: String,
    stoken: String,
    next: u8,
}

#[derive(Debug)]
pub(crate) struct Frame {
    pub(crate) kind: u8,
    pub(crate) flags: u8,
    pub(crate) stream: u8,
    pub(crate) payload: Vec<u8>,
}

/// What came on one stream, in order: kinds of frames, without empty data, and all data.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) kinds: Vec<u8>,
    pub(crate) data: Vec<u8>,
}

/// What came on one stream.
pub(crate) fn seen(stream: u8, frames: &[Frame]) -> Seen {
    let of = |frame: &&Frame| {
        frame.stream == stream && (frame.kind != DATA || !frame.payload.is_empty())
    };
    let frames: Vec<&Frame> = frames.iter().filter(of).collect();
    let mut kinds: Vec<u8> = frames.iter().map(|frame| frame.kind).collect();
    kinds.dedup();
    let data = frames.iter().filter(|frame| frame.kind == DATA);
    Seen { kinds, data: data.flat_map(|frame| frame.payload.clone()).collect() }
}

/// Takes the first frame off these bytes; nothing if they are no whole frame.
fn frame(bytes: &mut &[u8]) -> Option<Frame> {
    let (head, rest) = bytes.split_at_checked(9)?;
    let length = usize::from(head[0]) << 16 | usize::from(head[1]) << 8 | usize::from(head[2]);
    let (payload, rest) = rest.split_at_checked(length)?;
    *bytes = rest;
    Some(Frame { kind: head[3], flags: head[4], stream: head[8], payload: payload.to_vec() })
}

fn framed(kind: u8, flags: u8, stream: u8, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags, 0, 0, 0, stream], payload].concat()
}

/// A text, its length first.
fn text(value: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    // What does not fit into seven bits follows, seven bits at a time.
    if let Some(mut more) = value.len().checked_sub(127) {
        bytes.push(127);
        while more >= 128 {
            bytes.push(u8::try_from(more % 128).unwrap() | 128);
            more /= 128;
        }
        bytes.push(u8::try_from(more).unwrap());
    } else {
        bytes.push(u8::try_from(value.len()).unwrap());
    }
    bytes.extend_from_slice(value.as_bytes());
    bytes
}

/// A header that nobody remembers.
fn header(name: &str, value: &str) -> Vec<u8> {
    [vec![0], text(name), text(value)].concat()
}

impl Frames {
    pub(crate) async fn connect(school: &Fixture) -> Self {
        let mut wire = Wire::connect(school).await;
        wire.send(OPENING).await;
        let authority = school.quince.url().replace("http://", "");
        Self { wire, authority, stoken: school.stoken.clone(), next: 1 }
    }

    /// A call of `/mdm/v2/{path}` on a stream of its own: `POST` if there is a body. Returns the stream.
    pub(crate) async fn call(&mut self, path: &str, body: &str) -> u8 {
        let stream = self.next;
        self.next += 2;
        let method = if body.is_empty() { "GET" } else { "POST" };
        let block = [
            header(":method", method),
            header(":scheme", "http"),
            header(":path", &format!("/mdm/v2/{path}")),
            header(":authority", &self.authority),
            header("authorization", &format!("Bearer {}", self.stoken)),
            header("content-type", "application/json"),
        ];
        let ends = if body.is_empty() { END_STREAM } else { 0 };
        let mut bytes = framed(HEADERS, END_HEADERS | ends, stream, &block.concat());
        if !body.is_empty() {
            bytes.extend(framed(DATA, END_STREAM, stream, body.as_bytes()));
        }
        self.wire.send(&bytes).await;
        stream
    }

    /// What comes on a stream up to its end, in order or by reset.
    pub(crate) async fn answer(&mut self, stream: u8) -> Seen {
        let mut frames = Vec::new();
        loop {
            let mut bytes = self.wire.take(9).await;
            let length =
                usize::from(bytes[0]) << 16 | usize::from(bytes[1]) << 8 | usize::from(bytes[2]);
            bytes.extend(self.wire.take(length).await);
            let frame = frame(&mut &*bytes).unwrap();
            let ends = frame.kind == RST_STREAM
                || (frame.kind <= HEADERS && frame.flags & END_STREAM != 0);
            let is_last = frame.stream == stream && ends;
            frames.push(frame);
            if is_last {
                return seen(stream, &frames);
            }
        }
    }

    /// Everything up to the end of the connection: whole frames, what is no frame behind them, and the end.
    pub(crate) async fn rest(self) -> (Vec<Frame>, Vec<u8>, End) {
        let (bytes, end) = self.wire.rest().await;
        let (mut rest, mut frames) = (&*bytes, Vec::new());
        while let Some(frame) = frame(&mut rest) {
            frames.push(frame);
        }
        (frames, rest.to_vec(), end)
    }
}
