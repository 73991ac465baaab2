//! What every call of v1 has in common: the order of checks, the turn, and the members that every answer carries.
//!
//! Order (apple-legacy-v1.md §1.8): the service's own state, then the token, privileges, and only then what is wrong with
//! the parameters. These are read before the turn, so that no lock waits for a parser.

use super::errors::V1Error;
use crate::api::call::{Call as Common, Granted, Need};
use crate::api::json::Json;
use crate::engine::Turn;
use crate::model::{Location, Span};
use crate::sim::ids::LocationIds;
use crate::sim::{date, ids};

/// What v1 shows as `clientContext` where a client of v2 writes (apple-legacy-v1.md §5).
const USED_BY_V2: &str = "token being used in v2";

/// One call in the making.
pub struct Call<'c, 'a> {
    /// What it has in common with calls of other surfaces.
    pub common: &'c mut Common<'a>,
    /// Base of URLs written into answers; it leads to the universe of the call.
    pub base_url: &'c str,
    /// Its body is no object, and may hold a token all the same.
    pub unreadable: bool,
}

impl Call<'_, '_> {
    /// Lets the call in or refuses it, then does `act` with what it wants, in the same turn.
    ///
    /// `wanted` was read before the turn; what is wrong with it is told only to who was let in.
    pub fn turn<P, R>(
        &mut self,
        need: Need,
        wanted: Result<P, V1Error>,
        act: impl FnOnce(&mut Turn<'_>, &Granted, P) -> Result<R, V1Error>,
    ) -> Result<(Granted, R), V1Error> {
        let (credential, strict) = (self.common.credential, self.common.strict);
        let (exchange, unreadable) = (self.common.exchange, self.unreadable);
        self.common.open(|turn, lints| {
            let missing = if unreadable { 9602 } else { 9601 };
            let credential = credential.ok_or_else(|| V1Error::number(missing))?;
            let session = turn.authenticate(credential).map_err(V1Error::token)?;
            let gone = || V1Error::Fault("the token's location is gone".to_owned());
            let site = turn.site(session.site).ok_or_else(gone)?;
            let _ = exchange.location.set(site.location.profile.key.clone());
            if let Some(moved) = site.moved {
                return Err(V1Error::moved(moved));
            }
            if need == Need::Manage && !session.privileges.manage {
                return Err(V1Error::number(9637));
            }
            if session.outer_differs {
                lints.note("token-outer-differs", "");
            }
            let wanted = wanted?;
            if strict && !lints.is_empty() {
                return Err(V1Error::number(9602));
            }
            let granted = Granted::of(turn, session, site);
            let result = act(turn, &granted, wanted)?;
            Ok((granted, result))
        })
    }

    /// A read: what the call was let in with is all that it needs.
    pub fn read<P>(&mut self, wanted: Result<P, V1Error>) -> Result<(Granted, P), V1Error> {
        self.turn(Need::Token, wanted, |_, _, wanted| Ok(wanted))
    }

    /// A write to the location that the token manages, done at once; afterwards the call sees what it did.
    pub fn write<P, R>(
        &mut self,
        wanted: Result<P, V1Error>,
        act: impl FnOnce(&mut Location, &LocationIds, &Granted, P) -> Result<R, V1Error>,
    ) -> Result<(Granted, R), V1Error> {
        let (mut granted, (site, result)) =
            self.turn(Need::Manage, wanted, |turn, granted, wanted| {
                let id = granted.session.site;
                let gone = || V1Error::Fault("the token's location is gone".to_owned());
                let result = turn.change(id, |location, ids| act(location, ids, granted, wanted));
                let result = result.ok_or_else(gone)??;
                Ok((turn.site(id).ok_or_else(gone)?, result))
            })?;
        granted.site = site;
        Ok((granted, result))
    }
}

impl Granted {
    /// `clientContext`, if there is one.
    pub fn client_context(&self) -> Option<&str> {
        if self.location().is_used_by_v2() {
            return Some(USED_BY_V2);
        }
        self.location().config.legacy.context.as_deref()
    }

    /// `organizationId`.
    pub fn organization_id(&self) -> u64 {
        ids::organization_id(self.seed, &self.location().profile.organization)
    }

    /// Writes the members that every answer to a token carries (apple-legacy-v1.md §1.5).
    pub fn envelope(&self, json: &mut Json, status: i32) {
        let profile = &self.location().profile;
        json.count("status", status);
        json.text("uId", &profile.uid);
        json.maybe("clientContext", self.client_context());
        json.count("expirationMillis", self.session.expires.0);
        json.name("location").object(|json| {
            json.name("locationId").unsigned(profile.location_id);
            json.text("locationName", &profile.name);
        });
        if self.session.expires.since(self.now) <= Span::days(15) {
            json.text("tokenExpDate", &date::wire(self.session.expires));
        }
    }
}
