//! Where a cut falls in bytes that come in any pieces.

use proptest::prelude::*;

use crate::{exchange::After, http::cut::Place};

/// What leaves of `answer`, written in pieces of such lengths, behind so many bytes of other answers.
fn leaves(before: usize, answer: &[u8], after: After, lengths: &[usize]) -> Vec<u8> {
    // What stands before looks like the end of a head.
    let all = [&b"\r\n\r\n".repeat(before)[..before], answer].concat();
    let mut place = Place::new(before as u64, after);
    let (mut sent, mut lengths) = (0, lengths.iter().cycle());
    while sent < all.len() && !place.is_reached(sent as u64) {
        let piece = &all[sent..(sent + lengths.next().expect("endless")).min(all.len())];
        // A socket may take less than it may have.
        let room = place.room(sent as u64, piece);
        assert!(room > 0, "neither at the end nor before it");
        let taken = room.min(lengths.next().expect("endless") + 1);
        place.pass(sent as u64, &piece[..taken]);
        sent += taken;
    }
    all[before.min(sent)..sent].to_vec()
}

proptest! {
    #[test]
    fn a_cut_falls_where_it_should_whatever_the_pieces(
        before in 0..9_usize,
        header in "[a\r]{0,6}",
        body in "[a\r\n]{0,20}",
        count in 0..40_usize,
        lengths in prop::collection::vec(1..12_usize, 1..8),
    ) {
        let head = format!("HTTP/1.1 200 OK\r\n{header}:\r\n\r\n");
        let answer = format!("{head}{body}").into_bytes();
        let end = count.min(answer.len());
        let left = leaves(before, &answer, After::Answer(count as u64), &lengths);
        prop_assert_eq!(left, &answer[..end]);
        let end = (head.len() + count).min(answer.len());
        let left = leaves(before, &answer, After::Body(count as u64), &lengths);
        prop_assert_eq!(left, &answer[..end]);
    }
}
