//! A client of HTTP/2 by hand, which sees every frame and how TCP ends.

use std::io;

use super::support::Raw;
use crate::http::Server;

pub(super) const DATA: u8 = 0;
pub(super) const HEADERS: u8 = 1;
pub(super) const RST_STREAM: u8 = 3;
const END_STREAM: u8 = 1;

/// What opens a connection: the preface, the head of a setting whose value is the window of each stream, and
/// a window of 16 MiB for all of them.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const STREAM_WINDOW: &[u8] = b"\x00\x00\x06\x04\x00\x00\x00\x00\x00\x00\x04";
const WINDOW: &[u8] = b"\x00\x00\x04\x08\x00\x00\x00\x00\x00\x01\x00\x00\x00";

pub(super) struct Frames {
    raw: Raw,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Frame {
    pub(super) kind: u8,
    pub(super) flags: u8,
    pub(super) stream: u8,
    pub(super) payload: Vec<u8>,
}

impl Frame {
    pub(super) fn ends_stream(&self) -> bool {
        self.kind <= HEADERS && self.flags & END_STREAM != 0
    }
}

/// Bytes of data on a stream.
pub(super) fn data_on(stream: u8, frames: &[Frame]) -> usize {
    let is_data = |frame: &&Frame| frame.kind == DATA && frame.stream == stream;
    frames.iter().filter(is_data).map(|frame| frame.payload.len()).sum()
}

/// The kinds of frames on a stream, data without bytes left out.
pub(super) fn kinds_on(stream: u8, frames: &[Frame]) -> Vec<u8> {
    let counts = |frame: &&Frame| {
        frame.stream == stream && (frame.kind != DATA || !frame.payload.is_empty())
    };
    let mut kinds: Vec<_> = frames.iter().filter(counts).map(|frame| frame.kind).collect();
    kinds.dedup();
    kinds
}

/// The length of a frame by its head.
fn length(head: &[u8]) -> usize {
    head[..3].iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte))
}

/// The first frame of these bytes, and what follows it; nothing if they are no frame that this server sends.
fn frame(bytes: &[u8]) -> Option<(Frame, &[u8])> {
    let (head, rest) = bytes.split_at_checked(9)?;
    let (payload, rest) = rest.split_at_checked(length(head))?;
    let (kind, flags, stream, payload) = (head[3], head[4], head[8], payload.to_vec());
    Some((Frame { kind, flags, stream, payload }, rest))
}

impl Frames {
    /// A client that takes 16 MiB at a time.
    pub(super) async fn connect(server: &Server) -> Self {
        Self::with_window(server, 1 << 24).await
    }

    /// A client that takes so many bytes on each stream.
    pub(super) async fn with_window(server: &Server, window: u32) -> Self {
        let mut raw = Raw::connect(server).await;
        raw.send([PREFACE, STREAM_WINDOW, &window.to_be_bytes(), WINDOW].concat()).await;
        Self { raw }
    }

    /// A request on a new stream: odd, and higher than those before.
    pub(super) async fn get(&mut self, stream: u8, target: &str) {
        // Method GET, scheme http, and the path as it is.
        let mut block = vec![0x82, 0x86, 0x04, u8::try_from(target.len()).expect("short")];
        assert!(block[3] < 127, "a length of one byte");
        block.extend_from_slice(target.as_bytes());
        let length = u8::try_from(block.len()).expect("short");
        let mut frame = vec![0, 0, length, HEADERS, 0x04 | END_STREAM, 0, 0, 0, stream];
        frame.append(&mut block);
        self.raw.send(frame).await;
    }

    pub(super) async fn next(&mut self) -> Frame {
        let mut bytes = self.raw.bytes(9).await;
        let payload = self.raw.bytes(length(&bytes)).await;
        bytes.extend(payload);
        frame(&bytes).expect("a frame").0
    }

    /// Everything up to the end of a stream, in order or by reset.
    pub(super) async fn until_end_of(&mut self, stream: u8) -> Vec<Frame> {
        let mut frames = Vec::new();
        loop {
            let frame = self.next().await;
            let ends = frame.ends_stream() || frame.kind == RST_STREAM;
            let is_last = ends && frame.stream == stream;
            frames.push(frame);
            if is_last {
                return frames;
            }
        }
    }

    /// Whole frames up to the end of the connection, and how it ended: `None` is FIN.
    pub(super) async fn rest(self) -> (Vec<Frame>, Option<io::ErrorKind>) {
        let (bytes, end) = self.raw.rest().await;
        let (mut frames, mut rest) = (Vec::new(), &*bytes);
        while !rest.is_empty() {
            let (next, behind) = frame(rest).expect("ends between two frames");
            frames.push(next);
            rest = behind;
        }
        (frames, end)
    }

    /// What the connection ends with that is no frame.
    pub(super) async fn rest_unframed(self) -> (Vec<u8>, Option<io::ErrorKind>) {
        let (bytes, end) = self.raw.rest().await;
        let mut rest = &*bytes;
        while let Some((_, behind)) = frame(rest) {
            rest = behind;
        }
        (rest.to_vec(), end)
    }
}
