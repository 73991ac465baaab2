//! Forms: how things are written, in TOML and in JSON alike. Each reads into the plain value that it stands for, and
//! notes everything that is wrong with it, by place.
//!
//! One definition makes the reader (serde) and the published schema (schemars). An unknown key is always an error.

mod matching;

pub use matching::{Between, Count, ExpectForm, MatchForm, WhereForm};
