//! Who is who in the world `small-school` with seed 1, location `berlin`.

use serde_json::{Value, json};

/// An app with 40 licences, all of them free; can be given to anybody and taken back.
pub(super) const TEXTS: &str = "361309726";
/// Another app; 97 of 100 licences are free.
pub(super) const MAPS: &str = "419437500";
/// An app that only people can have.
pub(super) const POST: &str = "4488263536";
/// A book: only for people, and for good; 10 of 12 licences are free.
pub(super) const BOOK: &str = "4229444263";
/// An associated user who holds nothing.
pub(super) const RUTH: &str = "89f57c25-9107-484c-9b47-2185d4cdb2e1";
/// An associated user who holds nothing.
pub(super) const HERBERT: &str = "f7e70806-372a-4912-8a80-bcef0c459930";
/// An associated user who holds two books and one app.
pub(crate) const ALEXANDER: &str = "36a244ba-c067-44a0-a6b4-6161002b4a5f";
/// The Managed Apple Account of an associated user.
pub(super) const TAKEN_ACCOUNT: &str = "alexander.krause@lindenhof-schule.example";

/// Assets of a request, all STDQ.
pub(super) fn assets(adam_ids: &[&str]) -> Value {
    adam_ids.iter().map(|id| json!({ "adamId": id })).collect()
}

/// Serial numbers `{prefix}{n}`.
pub(super) fn serials(prefix: &str, numbers: std::ops::Range<usize>) -> Vec<String> {
    numbers.map(|n| format!("{prefix}{n}")).collect()
}
