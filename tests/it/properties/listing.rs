//! Reading lists: page by page, as a client would, with everything that a page says about itself looked at.

use http::Method;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::lab::{Lab, Outcome};
use super::reference::State;
use super::service::Refused;

/// A list, read to its end.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Listing {
    pub(super) records: Vec<Value>,
    pub(super) pages: usize,
    pub(super) version: String,
}

/// The three lists.
pub(super) const LISTS: [&str; 3] = ["assets", "assignments", "users"];

impl Lab {
    /// Reads all pages of a list; a page has to be what it says it is.
    pub(super) fn list(&mut self, at: usize, list: &str, query: &str) -> Outcome<Listing> {
        let (mut records, mut pages, mut version) = (Vec::new(), 1, String::new());
        let capacity = self.places[at].service.rules.page_size;
        let mut index = 0;
        while index < pages {
            let and = if query.is_empty() { "" } else { "&" };
            // The first page is asked for with and without its index.
            let first_or_later = if index == 0 && query.len().is_multiple_of(2) {
                query.to_owned()
            } else {
                format!("{query}{and}pageIndex={index}")
            };
            let page = self.get(at, list, &first_or_later)?;
            let own = page[list].as_array().cloned().unwrap_or_default();
            let total = usize::try_from(page["totalPages"].as_u64().unwrap_or(0)).unwrap();
            prop_assert!(total >= 1, "an empty list has one page: {}", page);
            if index > 0 {
                prop_assert_eq!(total, pages, "nothing is written between the pages");
                prop_assert_eq!(&page["versionId"], &json!(version));
            }
            pages = total;
            page["versionId"].as_str().unwrap_or_default().clone_into(&mut version);
            let next = if index + 1 < pages { json!(index + 1) } else { Value::Null };
            prop_assert_eq!(&page["currentPageIndex"], &json!(index));
            prop_assert_eq!(&page["nextPageIndex"], &next, "{}", page);
            prop_assert_eq!(&page["size"], &json!(own.len()));
            let is_last = index + 1 == pages;
            prop_assert!(is_last || own.len() == capacity, "page {} of {}", index, pages);
            prop_assert!(own.len() <= capacity);
            prop_assert!(!own.is_empty() || pages == 1, "the last page is empty");
            records.extend(own);
            index += 1;
        }
        Ok(Listing { records, pages, version })
    }

    /// A page that is not there is refused.
    pub(super) fn no_page(&mut self, at: usize, list: &str, query: &str, index: i64) -> Outcome {
        let query = format!("{query}&pageIndex={index}");
        let reply = self.send(at, Method::GET, list, &query, String::new());
        Self::refusal(&reply, &Refused { number: 9650, info: Value::Null })
    }

    /// The three lists must be those of the reference, and each version id must stand for one state.
    pub(super) fn same_lists(&mut self, at: usize) -> Outcome {
        let rules = self.places[at].service.rules.clone();
        let state = self.state(at).clone();
        let assets = self.list(at, "assets", "")?;
        let places = 0..state.assets.len();
        let expected: Vec<Value> = places.map(|place| state.asset_record(place, &rules)).collect();
        self.same_list(at, &expected, &assets.records)?;
        let assignments = self.list(at, "assignments", "includeUserState=true")?;
        let expected: Vec<Value> =
            state.held.iter().map(|held| state.assignment_record(held, true)).collect();
        self.same_list(at, &expected, &assignments.records)?;
        let users = self.list(at, "users", "")?;
        let expected: Vec<Value> = state.users.iter().map(super::reference::User::record).collect();
        self.same_list(at, &expected, &users.records)?;
        self.same_versions(at, &state, [&assets, &assignments, &users].map(|list| &*list.version))
    }

    fn same_versions(&mut self, at: usize, state: &State, versions: [&str; 3]) -> Outcome {
        let writes = [state.writes.assets, state.writes.assignments, state.writes.users];
        for ((list, version), writes) in LISTS.into_iter().zip(versions).zip(writes) {
            self.agree(at, &format!("version of {list} after {writes} writes"), version)?;
        }
        Ok(())
    }

    /// Everything that can be read of everything, byte by byte.
    pub(super) fn everything(&mut self) -> Vec<String> {
        let kept = self.transcript.replace(Vec::new());
        for at in 0..self.places.len() {
            for list in LISTS {
                let pages = self.list(at, list, "").map_or(0, |list| list.pages);
                assert!(pages > 0, "{list} cannot be read");
            }
            for id in self.places[at].events.clone() {
                self.send(at, Method::GET, "status", &format!("eventId={id}"), String::new());
            }
            self.send(at, Method::GET, "client/config", "", String::new());
        }
        std::mem::replace(&mut self.transcript, kept).unwrap_or_default()
    }
}
