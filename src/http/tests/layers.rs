//! What gets through the layers below the counting, of which TLS will be one.

use bytes::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt, BufWriter, duplex};

use super::support::within;
use crate::{
    exchange::After,
    http::{
        socket::Ending,
        wire::{Counted, Given, Wire},
    },
};

const EARLIER: &[u8] = b"HTTP/1.1 204 No Content\r\n\r\n";
const HEAD: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n";
const BODY: &[u8] = b"some text";

/// What arrives of two answers that are written onto a layer which holds bytes back until it is flushed, as TLS
/// does, above a link that takes a few at a time.
async fn arrives(plan: impl FnOnce(&Wire, u64) -> Option<Given>) -> Vec<u8> {
    let (near, mut far) = duplex(5);
    let wire = Wire::default();
    let write = async {
        let mut stream = Counted::new(BufWriter::new(near), wire.clone());
        stream.write_all(EARLIER).await.expect("before the end");
        let given = plan(&wire, wire.begin());
        for part in [HEAD, BODY] {
            if stream.write_all(part).await.is_err() {
                return;
            }
        }
        drop(given);
        stream.flush().await.expect_err("the end");
    };
    let mut bytes = Vec::new();
    let ((), read) = within(async { tokio::join!(write, far.read_to_end(&mut bytes)) }).await;
    read.expect("reads");
    bytes
}

#[tokio::test]
async fn what_may_leave_is_not_held_back() {
    let whole = [EARLIER, HEAD, BODY].concat();
    let head = EARLIER.len() + HEAD.len();
    for (after, count) in [
        (After::Answer(0), EARLIER.len()),
        (After::Answer(3), EARLIER.len() + 3),
        (After::Answer(1000), whole.len()),
        (After::Body(0), head),
        (After::Body(4), head + 4),
        (After::Body(9), whole.len()),
        (After::Body(u64::MAX), whole.len()),
    ] {
        let cut = |wire: &Wire, start| Some(wire.cut(start, after, Bytes::new(), Ending::Reset));
        assert_eq!(arrives(cut).await, whole[..count], "{after:?}");
    }
}

#[tokio::test]
async fn last_words_get_through_behind_all_before() {
    let words = Bytes::from_static(b"neither HTTP nor anything");
    let cut =
        |wire: &Wire, start| Some(wire.cut(start, After::Answer(0), words.clone(), Ending::Linger));
    assert_eq!(arrives(cut).await, [EARLIER, &words].concat());
    // Between frames: what was handed over before the flush has left by then.
    let sever = |wire: &Wire, _| {
        wire.sever(words.clone(), Ending::Linger);
        None
    };
    assert_eq!(arrives(sever).await, [EARLIER, HEAD, BODY, &words].concat());
}
