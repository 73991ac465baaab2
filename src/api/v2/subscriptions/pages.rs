//! Pages that a cursor leads through, as the three lists of subscriptions have them (apple-subscriptions.md §7).
//!
//! A cursor is base64 of the text of a UUID; the UUID is an id of the location that gave it out and leads to a place
//! that the universe keeps. It fits a request of the same list with the same token, and with the same filters or none.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use uuid::Uuid;

use crate::api::call::Granted;
use crate::api::json::Json;
use crate::api::v2::errors::ApiError;
use crate::engine::Turn;
use crate::engine::cursors::{Cursor, CursorList};
use crate::model::subscription::SeatKey;
use crate::sim::DataSet;

/// What a request says of where to go on: the filters that it sends, and the cursor.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    /// The list, with the filters that are sent.
    pub(super) list: CursorList,
    /// `cursor`.
    pub(super) cursor: Option<String>,
}

/// Where a page begins, and of what list.
#[derive(Debug, Clone)]
pub(super) struct Start {
    /// The list, with the filters of the first request.
    pub(super) list: Arc<CursorList>,
    /// The last record of the page before; none on the first page.
    pub(super) after: Option<SeatKey>,
}

impl Asked {
    /// Where the page that is asked for begins; 9812 if the cursor leads nowhere or elsewhere.
    pub(super) fn start(self, turn: &Turn<'_>, granted: &Granted) -> Result<Start, ApiError> {
        let Some(text) = self.cursor else {
            return Ok(Start { list: Arc::new(self.list), after: None });
        };
        let cursor = read(&text)
            .and_then(|id| granted.site.ids.read_cursor(granted.epoch, id))
            .and_then(|number| turn.cursor(number))
            .filter(|cursor| {
                (cursor.site, cursor.serial) == (granted.session.site, granted.session.serial)
                    && goes_with(&self.list, &cursor.list)
            });
        let cursor = cursor.ok_or_else(|| ApiError::number(9812))?;
        Ok(Start { list: Arc::clone(&cursor.list), after: Some(cursor.after.clone()) })
    }
}

/// Whether the filters that are sent with a cursor are those of its list, as far as they are sent
/// (apple-subscriptions.md §17 question 2).
fn goes_with(sent: &CursorList, list: &CursorList) -> bool {
    fn same<T: PartialEq>(sent: &[T], first: &[T]) -> bool {
        sent.is_empty() || sent == first
    }
    match (sent, list) {
        (CursorList::Subscriptions(sent), CursorList::Subscriptions(first)) => {
            same(&sent.parent_adam_ids, &first.parent_adam_ids)
                && same(&sent.adam_ids, &first.adam_ids)
        }
        (CursorList::Seats(sent), CursorList::Seats(first)) => {
            same(&sent.parent_adam_ids, &first.parent_adam_ids)
                && same(&sent.adam_ids, &first.adam_ids)
                && same(&sent.client_user_ids, &first.client_user_ids)
        }
        (
            CursorList::Administrators { adam_ids, user_state },
            CursorList::Administrators { adam_ids: ids, user_state: first },
        ) => {
            same(adam_ids, ids)
                && (user_state.is_none() || user_state.as_ref() == Some(&first.unwrap_or_default()))
        }
        _ => false,
    }
}

/// The id inside a cursor; none if the text is not just as one is written.
fn read(text: &str) -> Option<Uuid> {
    let id = String::from_utf8(STANDARD.decode(text).ok()?).ok()?;
    Uuid::try_parse(&id).ok().filter(|uuid| uuid.to_string() == id)
}

impl Start {
    /// The cursor that leads on from a page with this last record; none where none is told.
    pub(super) fn next(
        &self,
        turn: &mut Turn<'_>,
        granted: &Granted,
        last: Option<SeatKey>,
        more: bool,
    ) -> Option<String> {
        // Where every page that is not empty leads on, the last one leads to an empty one.
        let after = last.filter(|_| more || granted.settings.trailing_page)?;
        let cursor = Cursor {
            site: granted.session.site,
            serial: granted.session.serial,
            list: Arc::clone(&self.list),
            after,
            given: turn.now(),
        };
        let number = turn.give_cursor(cursor);
        Some(STANDARD.encode(granted.site.ids.cursor(granted.epoch, number).to_string()))
    }
}

/// Writes the members around the records, in the order of the documented sample.
pub(super) fn write(json: &mut Json, granted: &Granted, set: DataSet, next: Option<&str>) {
    json.maybe("nextCursor", next);
    json.text("uId", granted.uid());
    write_version(json, granted, set);
}

/// Writes `tokenExpirationDate` and `versionId`.
pub(super) fn write_version(json: &mut Json, granted: &Granted, set: DataSet) {
    json.maybe("tokenExpirationDate", granted.expiration_date().as_deref());
    let version = granted.site.ids.version(set, granted.epoch, granted.site.seq(set));
    json.text("versionId", version.as_hyphenated().encode_lower(&mut [0; 36]));
}
