//! Numbered pages and versions, as the three lists of v2 have them (apple-v2.md §5).

use super::call::{refuse_lints, write_mdm_info};
use super::errors::ApiError;
use super::query::Query;
use crate::api::call::{Call, Granted};
use crate::api::json::Json;
use crate::model::{Page, PageRequest, Seq};
use crate::sim::settings::PageAtTotal;
use crate::sim::{DataSet, Settings};

/// The page that a client asks for, as it wrote it.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    index: Option<i32>,
}

impl Wanted {
    /// Takes `pageIndex` from the query. What is no int32 is 9602.
    pub fn read(query: &mut Query) -> Result<Self, ApiError> {
        Ok(Self { index: query.int32("pageIndex")? })
    }

    /// The page to look for; a negative index is 9650.
    pub fn request(self, settings: &Settings) -> Result<PageRequest, ApiError> {
        let index = u64::try_from(self.index.unwrap_or(0)).map_err(|_| ApiError::number(9650))?;
        if self.index == Some(0) && !settings.explicit_page_zero {
            return Err(ApiError::number(9650));
        }
        Ok(PageRequest { index, size: u64::from(settings.page_size) })
    }
}

/// Refuses a page past the end. Who asks for the page `totalPages` has followed the advice to page until
/// `currentPageIndex` equals it (apple-v2.md §17 conflict 6), and gets a lint.
pub fn check_range<T>(
    page: &Page<T>,
    wanted: PageRequest,
    settings: &Settings,
    call: &mut Call<'_>,
) -> Result<(), ApiError> {
    if wanted.index < page.total_pages {
        return Ok(());
    }
    if wanted.index == page.total_pages {
        call.lints.note("paged-until-totalPages", &wanted.index.to_string());
        if settings.page_at_total == PageAtTotal::Empty {
            return refuse_lints(call.lints, call.strict);
        }
    }
    Err(ApiError::number(9650))
}

/// Reads `sinceVersionId`: the state that it names, or 9721 for a text that names none, or one further
/// back than changes are remembered.
pub fn since(granted: &Granted, set: DataSet, id: Option<&str>) -> Result<Option<Seq>, ApiError> {
    let Some(id) = id else { return Ok(None) };
    let seq = granted.site.ids.read_version(set, granted.epoch, id);
    let current = granted.site.seq(set);
    let oldest = current.saturating_sub(granted.settings.behaviour.changes_max);
    let seq = seq.filter(|seq| (oldest..=current).contains(seq));
    seq.map(Some).ok_or_else(|| ApiError::number(9721))
}

/// Writes the members of a page that stand around its records, in the order of the documented examples:
/// that of Get Assignments has `size` first (seed document 000), the others have it later.
pub fn write_page<T>(
    granted: &Granted,
    set: DataSet,
    wanted: PageRequest,
    page: &Page<T>,
    json: &mut Json,
) {
    let size = page.records.len() as u32;
    let size_first = set == DataSet::Assignments;
    if size_first {
        json.count("size", size);
    }
    json.count("currentPageIndex", wanted.index as u32);
    if wanted.index + 1 < page.total_pages {
        json.count("nextPageIndex", wanted.index as u32 + 1);
    }
    write_mdm_info(json, granted.mdm_info());
    if !size_first {
        json.count("size", size);
    }
    json.maybe("tokenExpirationDate", granted.expiration_date().as_deref());
    json.count("totalPages", page.total_pages as u32);
    json.text("uId", granted.uid());
    let version = granted.site.ids.version(set, granted.epoch, granted.site.seq(set));
    json.text("versionId", version.as_hyphenated().encode_lower(&mut [0; 36]));
}
