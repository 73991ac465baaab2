//! Lists in batches (apple-legacy-v1.md §17), as users and licences have them.
//!
//! The answer that starts a run says how many more batches there are; where all fits, there are none. Every batch
//! but the last has a `batchToken`, the last one a `sinceModifiedToken` for what comes after the state that the
//! run read. A batch is found by its index in the list, so that any of them can be asked for, in any order and at once.

use std::sync::Arc;

use super::batch_token::{BatchToken, Next};
use super::errors::V1Error;
use super::transport::Params;
use crate::api::call::Granted;
use crate::api::json::Json;
use crate::engine::Turn;
use crate::engine::runs::{List, Run};
use crate::model::{At, Location, PageRequest};
use crate::sim::date;

/// What a request says of batches.
#[derive(Debug)]
pub(super) struct AskedBatch {
    /// `batchToken`, or else `sinceModifiedToken`.
    token: Option<BatchToken>,
    is_since: bool,
    index: Option<i64>,
    modified_since: Option<At>,
}

impl AskedBatch {
    /// Reads the tokens of a list's run, `overrideIndex` and `ifModifiedSince`. Of two tokens `batchToken` counts.
    pub(super) fn read(params: &Params, list: &str) -> Result<Self, V1Error> {
        let batch = params.text("batchToken")?;
        let is_since = batch.is_none();
        let token = batch.or(params.text("sinceModifiedToken")?);
        let token = token.map(|text| BatchToken::read(&text)).transpose()?;
        if let Some(token) = &token {
            token.is(if is_since { "sinceModified" } else { "batch" }, list)?;
        }
        let index = params.number("overrideIndex")?;
        if index.is_some() && is_since {
            return Err(V1Error::number(9602));
        }
        let modified_since = params.text("ifModifiedSince")?;
        let modified_since = modified_since.map(|text| {
            let millis = text.parse().ok().map(At);
            millis.or_else(|| date::parse(&text)).ok_or_else(|| V1Error::number(9614))
        });
        Ok(Self { token, is_since, index, modified_since: modified_since.transpose()? })
    }

    /// The since-token, if that is what came.
    pub(super) fn since(&self) -> Option<&BatchToken> {
        self.token.as_ref().filter(|_| self.is_since)
    }

    /// The location at the instant since which the list is wanted, as far as it was marked then or before.
    pub(super) fn location_then(
        &self,
        turn: &Turn<'_>,
        granted: &Granted,
    ) -> Option<Arc<Location>> {
        let at = self.modified_since?;
        let then =
            if at >= turn.now() { turn.world() } else { &turn.marks().at_instant(at)?.world };
        Some(Arc::clone(&then.site(granted.session.site)?.location))
    }

    /// Opens the batch that is asked for, in the call's turn: continues a run, or begins one with the list that `list`
    /// makes. `count` says how many records that list has; `list` gets the since-token after its proof.
    pub(super) fn open(
        &self,
        turn: &mut Turn<'_>,
        granted: &Granted,
        list: impl FnOnce(&Turn<'_>) -> Result<List, V1Error>,
        count: impl FnOnce(&Location, &List) -> u64,
    ) -> Result<Batch, V1Error> {
        if let Some(token) = &self.token {
            token.check(&granted.site.ids)?;
            if !self.is_since {
                return self.go_on(turn, granted, token);
            }
        }
        let list = list(turn)?;
        let location = Arc::clone(&granted.site.location);
        let total = count(&location, &list);
        let size = u64::from(granted.settings.batch_size).max(1);
        let run = Run {
            site: granted.session.site,
            location,
            began: turn.now(),
            list,
            size,
            last: total.div_ceil(size).max(1) - 1,
        };
        let run = Arc::new(run);
        let number = if run.last > 0 { Some(turn.begin_run(Arc::clone(&run))) } else { None };
        Ok(Batch { run, number, index: 0, total: Some(total) })
    }

    fn go_on(
        &self,
        turn: &Turn<'_>,
        granted: &Granted,
        token: &BatchToken,
    ) -> Result<Batch, V1Error> {
        let number = token.run().and_then(|id| granted.site.ids.read_run(granted.epoch, id));
        let gone = || V1Error::number(9633);
        let number = number.ok_or_else(gone)?;
        let run = turn.run(number).filter(|run| run.site == granted.session.site);
        let run = run.ok_or_else(gone)?;
        let index = self.index.map_or(token.number("index"), |index| u64::try_from(index).ok());
        let index = index.filter(|index| (1..=run.last).contains(index));
        let index = index.ok_or_else(|| V1Error::number(9602))?;
        Ok(Batch { run, number: Some(number), index, total: None })
    }
}

/// One batch of a list.
#[derive(Debug)]
pub(super) struct Batch {
    /// What it is a part of.
    pub(super) run: Arc<Run>,
    /// The number of its run, if that has more parts.
    number: Option<u64>,
    index: u64,
    /// How many records there are, on the answer that starts a run.
    total: Option<u64>,
}

impl Batch {
    /// Where its records are in the list.
    pub(super) fn page(&self) -> PageRequest {
        PageRequest { index: self.index, size: self.run.size }
    }

    /// When its run began, if that has several parts.
    pub(super) fn began(&self) -> Option<At> {
        (self.run.last > 0).then_some(self.run.began)
    }

    /// Writes the members around `found` records; `since` are those of the since-token, besides what every one has.
    pub(super) fn write(
        &self,
        json: &mut Json,
        granted: &Granted,
        name: &str,
        found: usize,
        since: &[(&str, String)],
    ) -> Result<(), V1Error> {
        json.count("batchCount", found as u32);
        let Run { last, began, .. } = *self.run;
        json.text("totalBatchCount", &last.to_string());
        if let Some(total) = self.total {
            json.name("totalCount").unsigned(total);
        }
        let ids = &granted.site.ids;
        let (member, token) = if let Some(number) = self.number.filter(|_| self.index < last) {
            let (run, index) = (ids.run(granted.epoch, number), self.index + 1);
            let next = Next { list: name, run, index, last, found, began };
            ("batchToken", BatchToken::of_batch(ids, &next))
        } else {
            let uid = &granted.location().profile.uid;
            ("sinceModifiedToken", BatchToken::of_since(ids, (uid, name), began, since))
        };
        json.text(member, &token.ok_or_else(|| V1Error::number(9606))?);
        Ok(())
    }
}
