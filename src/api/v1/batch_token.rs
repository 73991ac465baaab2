//! The tokens of large record sets (apple-legacy-v1.md §17). Like the real ones they are base64 of gzip of an
//! old-style property list with the real one's keys, so that who looks into one finds what it would find there.
//!
//! A batch token leads to a run that the universe keeps; a since-token says by itself which state it stands for, and
//! which filters go with it. Both end in a proof of the location that gave them out, so that one of another
//! location is told from a text that is no token at all.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::errors::V1Error;
use super::gzip;
use crate::model::At;
use crate::sim::ids::LocationIds;

/// Characters of a token, at most: the real ones have several thousand at times.
const LENGTH_MAX: usize = 16 * 1024;

/// What every batch token's look-up key begins with, after the word for its list.
const KEY: &str = ".batch.token.1.";

/// A token as a client presents it, read as far as that needs no location.
#[derive(Debug, Clone)]
pub(super) struct BatchToken {
    members: BTreeMap<String, String>,
    /// The text that the proof is of.
    signed: String,
    proof: u64,
}

/// The part of a run that comes next.
#[derive(Debug, Clone, Copy)]
pub(super) struct Next<'a> {
    /// `LIC` or `USR`.
    pub(super) list: &'a str,
    /// The id of the run.
    pub(super) run: uuid::Uuid,
    /// Index of the part.
    pub(super) index: u64,
    /// Index of the last part.
    pub(super) last: u64,
    /// Records in the part before.
    pub(super) found: usize,
    /// When the run began.
    pub(super) began: At,
}

impl BatchToken {
    /// Reads a token; 9602 for what is none.
    pub(super) fn read(text: &str) -> Result<Self, V1Error> {
        Self::parse(text).ok_or_else(|| V1Error::number(9602))
    }

    fn parse(text: &str) -> Option<Self> {
        // Where a form lost its pluses.
        let text = text.trim().replace(' ', "+");
        let packed = STANDARD.decode(Some(text).filter(|text| text.len() <= LENGTH_MAX)?).ok()?;
        let list = String::from_utf8(gzip::unpack(&packed)?.to_vec()).ok()?;
        let (signed, proof) = list.rsplit_once("  proof = \"")?;
        let proof = u64::from_str_radix(proof.strip_suffix("\"; }")?, 16).ok()?;
        let mut members = BTreeMap::new();
        for member in signed.strip_prefix("{ ")?.split("; ") {
            let (name, value) = member.trim().trim_end_matches(';').split_once(" = ")?;
            members.insert(name.to_owned(), value.trim_matches('"').to_owned());
        }
        Some(Self { members, signed: signed.to_owned(), proof })
    }

    /// 9629 if another location gave it out.
    pub(super) fn check(&self, ids: &LocationIds) -> Result<(), V1Error> {
        if ids.proof_of(&self.signed) == self.proof { Ok(()) } else { Err(V1Error::number(9629)) }
    }

    /// A member; numbers and words as they are written.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.members.get(name).map(String::as_str)
    }

    /// A member that is a number.
    pub(super) fn number(&self, name: &str) -> Option<u64> {
        self.get(name)?.parse().ok()
    }

    /// Whether it is a token of this type and list; 9602 if not.
    pub(super) fn is(&self, kind: &str, list: &str) -> Result<(), V1Error> {
        let of = match kind {
            "batch" => self.get("lookupKey").and_then(|key| key.split_once(KEY)).map(|it| it.0),
            _ => self.get("list"),
        };
        let fits = self.get("type") == Some(kind) && of == Some(list);
        if fits { Ok(()) } else { Err(V1Error::number(9602)) }
    }

    /// The id of the run that a batch token leads to.
    pub(super) fn run(&self) -> Option<&str> {
        Some(self.get("lookupKey")?.split_once(KEY)?.1)
    }

    /// The batch token that leads on through a run.
    pub(super) fn of_batch(ids: &LocationIds, next: &Next<'_>) -> Option<String> {
        let mut text = String::new();
        let Next { list, run, index, last, found, began } = next;
        let _ = write!(
            text,
            "{{ totalBatchesFoundCount = {found};  index = {index};  \
             lookupKey = \"{list}{KEY}{run}\";  totalBatchCount = {last};  type = \"batch\";  \
             ifModifiedSinceMillisOrig = {};",
            began.0
        );
        sealed(ids, text)
    }

    /// The since-token of a state: the location's `uId`, when it was, which list, and more members.
    pub(super) fn of_since(
        ids: &LocationIds,
        (uid, list): (&str, &str),
        at: At,
        more: &[(&str, String)],
    ) -> Option<String> {
        let mut text = String::new();
        let _ = write!(
            text,
            "{{ 0 = ( {uid} );  totalBatchesFoundCount = 1;  ifModifiedSinceMillis = {};  \
             totalBatchCount = 0;  type = \"sinceModified\";  list = {list};",
            at.0
        );
        for (name, value) in more {
            let _ = write!(text, "  {name} = {value};");
        }
        sealed(ids, text)
    }
}

/// The token with this text in it; none if it is too long.
fn sealed(ids: &LocationIds, mut text: String) -> Option<String> {
    let proof = ids.proof_of(&text);
    let _ = write!(text, "  proof = \"{proof:016x}\"; }}");
    Some(STANDARD.encode(gzip::pack(text.as_bytes())?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_back_by_the_location_that_gave_it() {
        let (berlin, paris) = (LocationIds::new(1, "berlin"), LocationIds::new(1, "paris"));
        let more = [("includeRetired", "1".to_owned())];
        let text = BatchToken::of_since(&berlin, ("100978", "USR"), At(5), &more).unwrap();
        assert!(text.starts_with("H4sIAAAAAAAAA"), "{text}");
        let token = BatchToken::read(&text).unwrap();
        assert_eq!(token.number("includeRetired"), Some(1));
        assert_eq!(token.number("ifModifiedSinceMillis"), Some(5));
        assert!(token.is("sinceModified", "USR").is_ok());
        assert!(token.is("sinceModified", "LIC").is_err());
        assert!(token.is("batch", "USR").is_err());
        assert!(token.check(&berlin).is_ok());
        assert_eq!(token.check(&paris), Err(V1Error::number(9629)));

        let run = berlin.run(0, 3);
        let (list, began) = ("LIC", At(7));
        let next = Next { list, run, index: 1, last: 2, found: 300, began };
        let token = BatchToken::read(&BatchToken::of_batch(&berlin, &next).unwrap()).unwrap();
        assert_eq!(token.run().and_then(|id| berlin.read_run(0, id)), Some(3));
        assert!(token.is("batch", "LIC").is_ok());
        assert_eq!((token.number("index"), token.number("totalBatchCount")), (Some(1), Some(2)));
    }

    #[test]
    fn what_is_no_token_is_told() {
        let apple = "H4sIAAAAAAAAAKtWMFCwVdBQMDQwMDEwV9C0VlAoyS9JzHFKLEnOSC12yy/NS3EGEiVAVYZA\
                     ycw03/yUzLTM1JTgzLzkVN/MnJzMYpCcqamJiaGlkbGBiakZiiEw3QYg0cqCVCBTqRisF2qQ\
                     EsjYvOSc0pTUoNSSzKLUFIhdtQAHYCyLnAAAAA==";
        for text in ["", "H4sI", "nonsense", apple, &"A".repeat(100_000)] {
            assert_eq!(BatchToken::read(text).unwrap_err(), V1Error::number(9602), "{text:.20}");
        }
    }
}
