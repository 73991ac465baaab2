//! `getAssignments` (apple-legacy-v1.md §12, v1.1): who holds what, in numbered pages of one request.

use std::sync::Arc;

use super::call::Call;
use super::errors::V1Error;
use super::transport::Params;
use super::users::COUNT_ONLY;
use super::wire;
use crate::api::call::{Granted, Need};
use crate::api::json::Json;
use crate::engine::Turn;
use crate::engine::runs::{List, Run};
use crate::model::{AssignmentFilter, Location, Page, PageRequest, Pair};

/// Assignments a page.
const PAGE: u64 = 300;

/// What a request asks for.
#[derive(Debug)]
enum Wanted {
    /// The first page of a list.
    List(List),
    /// Another page of an earlier request's list.
    Page { request_id: String, index: i64 },
}

fn wanted(params: &Params) -> Result<Wanted, V1Error> {
    params.readable()?;
    let (request_id, index) = (params.text("requestId")?, params.number("pageIndex")?);
    match (request_id, index) {
        (None, Some(_)) => return Err(V1Error::number(9602)),
        (Some(_), None) => return Err(V1Error::number(9649)),
        (Some(request_id), Some(index)) => return Ok(Wanted::Page { request_id, index }),
        (None, None) => {}
    }
    let client_user_id = params.text("clientUserIdStr")?;
    let serial_number = params.text("serialNumber")?;
    if client_user_id.is_some() && serial_number.is_some() {
        return Err(V1Error::number(9602));
    }
    let adam_id = params.text("adamIdStr")?;
    Ok(Wanted::List(List::Assignments { adam_id, client_user_id, serial_number }))
}

/// A request, and where in its list the page is.
struct Opened {
    run: Arc<Run>,
    number: u64,
    index: u64,
}

/// Answers `getAssignments`.
pub fn answer(call: &mut Call<'_, '_>, params: &Params) -> Result<Json, V1Error> {
    let (granted, opened) = call.turn(Need::Token, wanted(params), open)?;
    let Opened { run, number, index } = opened;
    let location = &run.location;
    let found = page(location, &run.list, PageRequest { index, size: run.size });
    let pages = found.total.div_ceil(run.size);
    let mut json = Json::with_capacity(512 + found.records.len() * 100);
    json.object(|json| {
        granted.envelope(json, 0);
        json.count("assignmentsInCurrentPage", found.records.len() as u32);
        json.count("currentPageIndex", index as u32);
        if index + 1 < pages {
            json.count("nextPageIndex", index as u32 + 1);
        }
        json.name("totalPages").unsigned(pages);
        json.name("totalAssignments").unsigned(found.total);
        json.text("requestId", &granted.site.ids.run(granted.epoch, number).to_string());
        json.name("assignments").array(|json| {
            for pair in &found.records {
                json.object(|json| write(json, location, *pair));
            }
        });
    });
    Ok(json)
}

fn open(turn: &mut Turn<'_>, granted: &Granted, wanted: Wanted) -> Result<Opened, V1Error> {
    match wanted {
        Wanted::List(list) => {
            let location = Arc::clone(&granted.site.location);
            let total = page(&location, &list, COUNT_ONLY).total;
            let more = total.div_ceil(PAGE).max(1) - 1;
            let (site, began) = (granted.session.site, turn.now());
            let run = || Run { site, location, began, list, size: PAGE, last: more };
            if more == 0 {
                // Nobody can come back to a list of one page: it has a number, but nothing is kept.
                let number = u64::MAX - turn.seq();
                return Ok(Opened { run: Arc::new(run()), number, index: 0 });
            }
            let run = Arc::new(run());
            let number = turn.begin_run(Arc::clone(&run));
            Ok(Opened { run, number, index: 0 })
        }
        Wanted::Page { request_id, index } => {
            let unknown = || V1Error::number(9604);
            let number = granted.site.ids.read_run(granted.epoch, &request_id);
            let number = number.ok_or_else(unknown)?;
            let run = turn.run(number).ok_or_else(unknown)?;
            let is_ours = matches!(run.list, List::Assignments { .. });
            if !is_ours || run.site != granted.session.site {
                return Err(unknown());
            }
            let index = u64::try_from(index).ok().filter(|index| (1..=run.last).contains(index));
            Ok(Opened { run, number, index: index.ok_or_else(|| V1Error::number(9650))? })
        }
    }
}

fn page(location: &Location, list: &List, page: PageRequest) -> Page<Pair> {
    let List::Assignments { adam_id, client_user_id, serial_number } = list else {
        return Page::default();
    };
    let filter = AssignmentFilter {
        adam_id: adam_id.as_deref(),
        client_user_id: client_user_id.as_deref(),
        serial_number: serial_number.as_deref(),
        ..AssignmentFilter::default()
    };
    location.assignments_page(&filter, page)
}

fn write(json: &mut Json, location: &Location, (asset, holder): Pair) {
    let Some(asset) = location.assets.get(asset) else { return };
    let (name, is_device) = location.holder_name(holder);
    json.text("adamIdStr", location.assets.adam_id(asset.product));
    json.text("pricingParam", wire::pricing_param(asset.pricing_param));
    json.text(if is_device { "serialNumber" } else { "clientUserIdStr" }, name);
}
