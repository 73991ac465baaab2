//! Pages as a library for this service's database makes them, its `docs` called `items` (applivery.md §4).

use super::problems::Problems;
use super::query::{INTEGER_MAX, Query};
use crate::api::json::Json;
use crate::sim::Settings;
use crate::sim::settings::PageEnds;

/// The most that a page can hold (applivery.md §9 question 3).
const LIMIT_MAX: u64 = 10_000;

/// The page that a client asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    /// Counted from 1; the first if absent.
    page: Option<u64>,
    limit: Option<u64>,
}

impl Wanted {
    /// Takes `page` and `limit` from the query.
    pub fn read(query: &mut Query, problems: &mut Problems) -> Self {
        let page = query.integer("page", 1, INTEGER_MAX, problems);
        Self { page, limit: query.integer("limit", 1, LIMIT_MAX, problems) }
    }

    /// Takes `pageIndex`, counted from 0, too; `page` wins.
    #[must_use]
    pub fn or_index(self, query: &mut Query, problems: &mut Problems) -> Self {
        let index = query.integer("pageIndex", 0, INTEGER_MAX - 1, problems);
        Self { page: self.page.or(index.map(|index| index + 1)), ..self }
    }

    fn page(self) -> u64 {
        self.page.unwrap_or(1)
    }

    /// The page, counted from 0. Far beyond what any list has they are all alike.
    pub fn index(self) -> u64 {
        (self.page() - 1).min(u64::from(u32::MAX))
    }

    /// How many a page holds.
    pub fn limit(self, settings: &Settings) -> u64 {
        self.limit.unwrap_or_else(|| u64::from(settings.applivery_page_limit))
    }

    /// How many come before the page.
    pub fn skip(self, settings: &Settings) -> usize {
        let skip = self.index().saturating_mul(self.limit(settings));
        usize::try_from(skip).unwrap_or(usize::MAX)
    }

    /// Writes the members that follow a page's `items`, of `total` items on all pages. Past the end there are no items, and
    /// a page before.
    pub fn write(self, total: usize, settings: &Settings, json: &mut Json) {
        let (total, limit) = (total as u64, self.limit(settings));
        let pages = total.div_ceil(limit).max(1);
        let before = self.page().checked_sub(1).filter(|before| *before > 0);
        let after = (self.page() < pages).then(|| self.page() + 1);
        json.name("totalDocs").unsigned(total);
        json.name("limit").unsigned(limit);
        json.flag("hasPrevPage", before.is_some());
        json.flag("hasNextPage", after.is_some());
        json.name("page").unsigned(self.page());
        json.name("totalPages").unsigned(pages);
        for (name, page) in [("prevPage", before), ("nextPage", after)] {
            match page {
                Some(page) => json.name(name).unsigned(page),
                None if settings.applivery_page_ends == PageEnds::Null => json.null(name),
                None => json.count(name, 0),
            }
        }
    }
}
