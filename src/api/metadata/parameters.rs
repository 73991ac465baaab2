//! Which parameters each operation takes (apple-metadata.md §4, §12); any other is a lint.

use super::catalog::Shelf;
use super::query::Query;
use super::{Target, Wanted};
use crate::api::lint::Lints;

/// What every call of the catalog takes.
const EVERYWHERE: &[&str] = &["platform", "l"];

/// What says how products are shown.
const SHOWN: &[&str] = &[
    "additionalPlatforms",
    "extend",
    "extend[apps]",
    "extend[books]",
    "extend[in-apps]",
    "include",
    "include[apps]",
    "include[books]",
    "include[in-apps]",
    "relate",
    "relate[apps]",
    "relate[books]",
    "relate[in-apps]",
];

const APPS: &[&str] = &["ids", "ids[apps]"];
const BOOKS: &[&str] = &["ids", "ids[books]"];
const PURCHASES: &[&str] = &["ids[apps]", "ids[books]", "ids[in-apps]"];
const SEARCH: &[&str] =
    &["term", "types", "filter[genre]", "filter[targetPlatform]", "filter[targetPlatforms]"];
const LOOKUP: &[&str] = &["version", "id", "p", "caller", "platform", "cc", "l"];

/// Notes the parameters of a call that its operation does not have, each once.
pub fn note_unknown(target: &Target, query: &Query, lints: &mut Lints) {
    let Some(known) = known(target) else { return };
    let mut noted: Vec<&str> = Vec::new();
    for name in query.names() {
        if !known.iter().any(|names| names.contains(&name)) && !noted.contains(&name) {
            lints.note("unknown-parameter", name);
            noted.push(name);
        }
    }
}

/// The parameters that an operation takes, in groups; nothing if it is not known what they are.
fn known(target: &Target) -> Option<Vec<&'static [&'static str]>> {
    let mut known = match target {
        Target::Lookup => return Some(vec![LOOKUP]),
        Target::Unknown => return None,
        Target::Test | Target::Artwork(_) => return Some(Vec::new()),
        Target::Storefronts(None) => vec![&["ids", "limit", "offset", "extend", "include"][..]],
        Target::Storefronts(Some(_)) => vec![&["extend", "include"][..]],
        Target::Catalog { what, .. } => match what {
            Wanted::Products(Shelf::OwnedApps | Shelf::Apps) => vec![SHOWN, APPS],
            Wanted::Products(Shelf::OwnedBooks | Shelf::Books) => vec![SHOWN, BOOKS],
            Wanted::Products(Shelf::Purchases) => vec![SHOWN, PURCHASES],
            Wanted::Product(..) => vec![SHOWN],
            Wanted::Related(..) => vec![SHOWN, &["limit"]],
            Wanted::Genres(None) => vec![&["ids"][..]],
            Wanted::Genres(Some(_)) => Vec::new(),
            Wanted::Search => vec![SHOWN, SEARCH],
        },
    };
    known.push(EVERYWHERE);
    Some(known)
}
