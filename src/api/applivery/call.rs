//! What every call of Applivery has in common: the order of checks, and the turn (applivery.md §8).
//!
//! Order: the route, the key, the rate, the organization, the permission, then query and body, and last what they name and whether
//! it can be done. Query and body are read before the turn, so that no lock waits for a parser, but what is wrong with
//! them is told only to who was let in.

use std::sync::Arc;

use http::header;

use super::errors::AppliveryError;
use super::problems::Problems;
use super::route::Route;
use crate::api::call::Call as Common;
use crate::api::lint::Lints;
use crate::engine::Turn;
use crate::exchange::Request;
use crate::model::{At, MdmOrganization};
use crate::sim::{KeyCredential, KeySession, Settings};

/// One call in the making.
pub struct Call<'c, 'a> {
    /// What it has in common with calls of other surfaces.
    pub common: &'c mut Common<'a>,
    /// Its key, if one came.
    pub key: Option<&'c KeyCredential>,
    /// What it is about.
    pub route: &'c Route,
}

/// A call that was let in: the organization as it stood at that moment, and what the answer needs.
#[derive(Debug)]
pub struct Granted {
    /// The key's session.
    pub session: KeySession,
    /// The organization.
    pub organization: Arc<MdmOrganization>,
    /// The settings in force.
    pub settings: Arc<Settings>,
    /// The universe's time.
    pub now: At,
}

impl Call<'_, '_> {
    /// Lets the call in or refuses it, then does `act` with what it wants, in the same turn.
    pub fn turn<P, R>(
        &mut self,
        wanted: Result<P, Problems>,
        act: impl FnOnce(&mut Turn<'_>, &Granted, P) -> Result<R, AppliveryError>,
    ) -> Result<(Granted, R), AppliveryError> {
        let (key, route, strict) = (self.key, self.route, self.common.strict);
        let counts = self.common.opened.is_none();
        self.common.open(|turn, lints| {
            let granted = admit(turn, key, route, counts)?;
            let wanted = wanted?;
            refuse_lints(lints, strict)?;
            let result = act(turn, &granted, wanted)?;
            Ok((granted, result))
        })
    }

    /// A read: what the call was let in with is all that it needs.
    pub fn read<P>(&mut self, wanted: Result<P, Problems>) -> Result<(Granted, P), AppliveryError> {
        self.turn(wanted, |_, _, wanted| Ok(wanted))
    }
}

/// Lets a call in whose key is good, of this organization, and allowed to do this.
fn admit(
    turn: &mut Turn<'_>,
    key: Option<&KeyCredential>,
    route: &Route,
    counts: bool,
) -> Result<Granted, AppliveryError> {
    let settings = turn.settings();
    let key = key.ok_or(AppliveryError::Code(4002))?;
    let session =
        turn.authenticate_key(key).map_err(|refusal| AppliveryError::key(refusal, &settings))?;
    if counts && settings.applivery_rate_limit {
        turn.within_hourly_rate(session.workspace).map_err(AppliveryError::TooMany)?;
    }
    let named = turn.find_workspace(&route.organization).ok_or(AppliveryError::Code(3001))?;
    if named != session.workspace || !session.access.allows(route.operation.permission()) {
        return Err(AppliveryError::Code(4001));
    }
    let gone = || AppliveryError::Fault("the key's organization is gone".to_owned());
    let organization = turn.workspace(named).ok_or_else(gone)?.organization;
    Ok(Granted { session, organization, settings, now: turn.now() })
}

/// Refuses a call about which something was noticed, where lints are errors.
fn refuse_lints(lints: &Lints, strict: bool) -> Result<(), Problems> {
    let mut problems = Problems::default();
    for (name, about) in lints.noticed().iter().filter(|_| strict) {
        problems.add(about, *name);
    }
    problems.or(())
}

/// The key of a request: the scheme `Bearer`, in whatever case, and something behind it.
pub fn key(request: &Request) -> Option<KeyCredential> {
    let value = request.headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, key) = value.trim().split_once(' ')?;
    let key = key.trim();
    (scheme.eq_ignore_ascii_case("Bearer") && !key.is_empty()).then(|| KeyCredential::read(key))
}
