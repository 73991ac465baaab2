//! Ids as the database behind Applivery makes them: 12 bytes that begin with the second of their making.

use std::fmt;

use crate::model::At;

/// An id of 12 bytes; printed as 24 lower-case hex digits, read in any case (applivery.md §1, IDs).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId(pub [u8; 12]);

impl ObjectId {
    /// The id of something made at this time; the rest of it is drawn. Times outside of 1970 to 2106 are cut to that.
    pub fn new(made: At, drawn: [u8; 8]) -> Self {
        let second = made.0.div_euclid(1000).max(0);
        let second = u32::try_from(second).unwrap_or(u32::MAX);
        let mut bytes = [0; 12];
        bytes[..4].copy_from_slice(&second.to_be_bytes());
        bytes[4..].copy_from_slice(&drawn);
        Self(bytes)
    }

    /// Reads 24 hex digits.
    pub fn read(text: &str) -> Option<Self> {
        let digits = text.as_bytes();
        if digits.len() != 24 {
            return None;
        }
        let digit = |at: usize| char::from(*digits.get(at)?).to_digit(16);
        let mut bytes = [0; 12];
        for (at, byte) in bytes.iter_mut().enumerate() {
            *byte = (digit(2 * at)? << 4 | digit(2 * at + 1)?) as u8;
        }
        Some(Self(bytes))
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_begins_with_its_second() {
        let id = ObjectId::new(At(1_772_615_722_417), [1, 2, 3, 4, 5, 6, 7, 255]);
        assert_eq!(id.to_string(), "69a7f82a01020304050607ff");
        assert_eq!(ObjectId::read("69A7F82A01020304050607FF"), Some(id));
        assert_eq!(ObjectId::new(At(-5), [0; 8]).to_string(), "0".repeat(24));
        assert_eq!(ObjectId::new(At(i64::MAX), [0; 8]).to_string(), "ffffffff0000000000000000");
    }

    #[test]
    fn anything_else_is_none() {
        for text in
            ["", "69a7f82a01020304050607f", "69a7f82a01020304050607fg", "é9a7f82a01020304050607f"]
        {
            assert_eq!(ObjectId::read(text), None, "{text}");
        }
    }
}
