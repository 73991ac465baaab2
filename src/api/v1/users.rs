//! `getVPPUsersSrv` (apple-legacy-v1.md §8): users in batches.

use super::batches::{AskedBatch, Batch};
use super::call::Call;
use super::errors::V1Error;
use super::transport::Params;
use super::user;
use crate::api::call::{Granted, Need};
use crate::api::json::Json;
use crate::engine::Turn;
use crate::engine::runs::{List, WantedUsers};
use crate::model::{Location, Page, PageRequest, Seq, UserFilter, UserId};
use crate::sim::DataSet;

/// The list's word in tokens.
const LIST: &str = "USR";

/// What a request asks for.
#[derive(Debug)]
struct Wanted {
    batch: AskedBatch,
    include_retired: bool,
    retired_only: bool,
}

impl Wanted {
    fn read(params: &Params) -> Result<Self, V1Error> {
        params.readable()?;
        let include_retired = params.number("includeRetired")?.unwrap_or(0);
        if !(0..=1).contains(&include_retired) {
            return Err(V1Error::number(9602));
        }
        let retired_only = params.flag("includeRetiredOnly")?.unwrap_or(false);
        let batch = AskedBatch::read(params, LIST)?;
        Ok(Self { batch, include_retired: include_retired == 1, retired_only })
    }

    /// The list that a run is to read: by the token's filter where there is a since-token.
    fn list(&self, turn: &Turn<'_>, granted: &Granted) -> Result<List, V1Error> {
        let (include_retired, since) = if let Some(token) = self.batch.since() {
            let version = token.get("version").unwrap_or_default();
            let seq = known(granted, DataSet::Users, version)?;
            (token.number("includeRetired") == Some(1), Some(seq))
        } else {
            let then = self.batch.location_then(turn, granted);
            (self.include_retired, then.map(|then| then.users.seq()))
        };
        let wanted = match (self.retired_only, include_retired) {
            (true, _) => WantedUsers::Retired,
            (false, true) => WantedUsers::WithRetired,
            (false, false) => WantedUsers::Active,
        };
        Ok(List::Users { wanted, since })
    }
}

/// The state of a data set that a since-token names; 9633 if it is of a life of the world that is over, or further back
/// than changes are remembered.
pub(super) fn known(granted: &Granted, set: DataSet, version: &str) -> Result<Seq, V1Error> {
    let current = granted.site.seq(set);
    let oldest = current.saturating_sub(granted.settings.behaviour.changes_max);
    let seq = granted.site.ids.read_version(set, granted.epoch, version);
    seq.filter(|seq| (oldest..=current).contains(seq)).ok_or_else(|| V1Error::number(9633))
}

/// Answers `getVPPUsersSrv`.
pub fn answer(call: &mut Call<'_, '_>, params: &Params) -> Result<Json, V1Error> {
    let wanted = Wanted::read(params);
    let (mut granted, batch) = call.turn(Need::Token, wanted, |turn, granted, wanted| {
        let count = |location: &Location, list: &List| page(location, list, COUNT_ONLY).total;
        wanted.batch.open(turn, granted, |turn| wanted.list(turn, granted), count)
    })?;
    let found = page(&batch.run.location, &batch.run.list, batch.page());
    let mut json = Json::with_capacity(1024 + found.records.len() * 200);
    let mut outcome = Ok(());
    json.object(|json| {
        granted.envelope(json, 0);
        outcome = batch.write(json, &granted, LIST, found.records.len(), &since(&granted, &batch));
        granted.site.location.clone_from(&batch.run.location);
        json.name("users").array(|json| {
            for id in &found.records {
                user::write(json, &granted, call.base_url, *id, |_| {});
            }
        });
    });
    outcome.map(|()| json)
}

/// A page that is never there: what is wanted is how many records there are.
pub(super) const COUNT_ONLY: PageRequest = PageRequest { index: u64::MAX, size: 1 };

fn page(location: &Location, list: &List, page: PageRequest) -> Page<UserId> {
    let List::Users { wanted, since } = list else { return Page::default() };
    let filter = UserFilter {
        active_only: *wanted == WantedUsers::Active,
        retired_only: *wanted == WantedUsers::Retired,
        not_deleted: true,
        since: *since,
        ..UserFilter::default()
    };
    location.users_page(&filter, page)
}

/// What the since-token remembers.
fn since(granted: &Granted, batch: &Batch) -> [(&'static str, String); 2] {
    let seq = batch.run.location.users.seq();
    let version = granted.site.ids.version(DataSet::Users, granted.epoch, seq);
    let active = matches!(batch.run.list, List::Users { wanted: WantedUsers::Active, .. });
    [("includeRetired", u8::from(!active).to_string()), ("version", format!("\"{version}\""))]
}
