//! What every call of v2 has in common: the order of checks, the turn, and the members that every answer carries.
//!
//! Order (apple-v2.md §18 question 3): path and method, content type, token, rate, privileges, then the body and
//! the query. These are read before the turn, so that no lock waits for a parser, but what is wrong with them
//! is told only after the token was found good.

use http::header;

use super::errors::ApiError;
use crate::api::call::{Call, Granted, Halted, Need};
use crate::api::json::Json;
use crate::api::lint::Lints;
use crate::engine::Turn;
use crate::exchange::Request;
use crate::model::{MdmInfo, Span};
use crate::sim::settings::ExpirationDate;
use crate::sim::{Credential, date};

impl Halted for ApiError {
    fn withheld() -> Self {
        Self::Withheld
    }

    fn fault(what: String) -> Self {
        Self::Fault(what)
    }
}

impl Call<'_> {
    /// Lets the call in or refuses it, then does `act` in the same turn.
    ///
    /// `malformed` is what is wrong with body or query, found before the turn.
    pub fn turn<R>(
        &mut self,
        need: Need,
        malformed: Option<ApiError>,
        act: impl FnOnce(&mut Turn<'_>, &Granted) -> Result<R, ApiError>,
    ) -> Result<(Granted, R), ApiError> {
        let (credential, strict, exchange) = (self.credential, self.strict, self.exchange);
        let counts = self.opened.is_none();
        self.open(|turn, lints| {
            let granted = admit(turn, credential, need, counts, lints)?;
            let _ = exchange.location.set(granted.site.location.profile.key.clone());
            if let Some(error) = malformed {
                return Err(error);
            }
            refuse_lints(lints, strict)?;
            let result = act(turn, &granted)?;
            Ok((granted, result))
        })
    }

    /// A read: what the call was let in with is all that it needs.
    pub fn read(&mut self, malformed: Option<ApiError>) -> Result<Granted, ApiError> {
        self.turn(Need::Token, malformed, |_, _| Ok(())).map(|(granted, ())| granted)
    }
}

/// Refuses a call about which something was noticed, where lints are errors.
pub fn refuse_lints(lints: &Lints, strict: bool) -> Result<(), ApiError> {
    if strict && !lints.is_empty() { Err(ApiError::invalid_argument()) } else { Ok(()) }
}

/// Lets a call in whose token is good, whose rate is within its limit if it counts, and whose manager may do this.
pub fn admit(
    turn: &mut Turn<'_>,
    credential: Option<&Credential>,
    need: Need,
    counts: bool,
    lints: &mut Lints,
) -> Result<Granted, ApiError> {
    let credential = credential.ok_or_else(|| ApiError::number(9722))?;
    let settings = turn.settings();
    let session =
        turn.authenticate(credential).map_err(|refusal| ApiError::token(refusal, &settings))?;
    let gone = || ApiError::Fault("the token's location is gone".to_owned());
    let site = turn.site(session.site).ok_or_else(gone)?;
    if let Some(moved) = site.moved {
        return Err(ApiError::moved(moved));
    }
    if counts && settings.rate_limit && !turn.within_rate(session.site, &site.limits) {
        return Err(ApiError::number(9646));
    }
    if need == Need::Manage && !session.privileges.manage {
        return Err(ApiError::number(9637));
    }
    if session.outer_differs {
        lints.note("token-outer-differs", "");
    }
    Ok(Granted::of(turn, session, site))
}

/// The bearer token of a request; 9722 where the header is absent or has another form.
pub fn bearer(request: &Request) -> Option<Credential> {
    let value = request.headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.trim().split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("Bearer") && !token.is_empty()).then(|| Credential::read(token))
}

/// Whether the body says that it is JSON.
pub fn is_json(request: &Request) -> bool {
    let value = request.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media_type = value.and_then(|value| value.split(';').next()).map(str::trim);
    media_type.is_some_and(|media_type| media_type.eq_ignore_ascii_case("application/json"))
}

impl Granted {
    /// `tokenExpirationDate`, if this answer carries it (apple-v2.md §17 conflict 1).
    pub fn expiration_date(&self) -> Option<String> {
        let near = self.session.expires.since(self.now) <= Span::days(15);
        let shown = near || self.settings.expiration_date == ExpirationDate::Always;
        shown.then(|| date::wire(self.session.expires))
    }

    /// The `uId`.
    pub fn uid(&self) -> &str {
        &self.site.location.profile.uid
    }

    /// Who claims the location: on all answers once somebody does (apple-v2.md §1.1).
    pub fn mdm_info(&self) -> Option<&MdmInfo> {
        self.site.location.config.mdm_info.as_ref()
    }
}

/// Writes the member `mdmInfo`, if somebody claims the location.
pub fn write_mdm_info(json: &mut Json, info: Option<&MdmInfo>) {
    if let Some(info) = info {
        json.name("mdmInfo").object(|json| {
            json.text("id", &info.id);
            json.text("name", &info.name);
            json.text("metadata", &info.metadata);
        });
    }
}

/// [`write_mdm_info`], where nobody's claim is an explicit `null` (apple-subscriptions.md §4).
pub fn write_mdm_info_or_null(json: &mut Json, info: Option<&MdmInfo>) {
    match info {
        Some(_) => write_mdm_info(json, info),
        None => json.null("mdmInfo"),
    }
}
