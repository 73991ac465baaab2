//! The page behind an `inviteUrl` of our own: whoever opens it accepts the invitation.
//!
//! The real page asks the person to sign in. Here the account is the query's `appleAccount`, or else the user's
//! address. As with Apple's simulator (apple-legacy-v1.md §20), the code alone is a path that leads here, too.

use std::ops::RangeInclusive;

use http::{Method, StatusCode};

use super::call::Call;
use super::errors::V1Error;
use super::transport::Params;
use crate::exchange::{Reply, Request};
use crate::sim::settings::InviteUrl;
use crate::sim::verbs::{Deed, Verb};

/// Where the page is, below the store's folder.
pub const PATH: &str = "associateVPPUserWithITSAccount";

/// What the operation is called.
pub const NAME: &str = "v1.associateVPPUserWithITSAccount";

/// What a client puts in place of a code into the URL that Service Config tells.
const PLACE: &str = "%25inviteCode%25";

/// Digits of a code that is a path: those of Apple's simulator are the shortest.
const CODE_DIGITS: RangeInclusive<usize> = 16..=64;

/// An `inviteUrl`, where the settings want it to lead.
pub fn url(kind: InviteUrl, base: &str, country: &str, code: &str) -> String {
    let host = match kind {
        InviteUrl::Vppsim => return format!("{base}/{code}"),
        InviteUrl::Quince => base,
        InviteUrl::Apple | InviteUrl::AppleNoCc => "https://buy.itunes.apple.com",
    };
    let country = match kind {
        InviteUrl::AppleNoCc => String::new(),
        _ => format!("cc={}&", country.to_ascii_lowercase()),
    };
    format!("{host}/WebObjects/MZFinance.woa/wa/{PATH}?{country}inviteCode={code}&mt=8")
}

/// `invitationEmailUrl`: the URL for any invitation.
pub fn url_of_any(kind: InviteUrl, base: &str) -> String {
    match kind {
        InviteUrl::Vppsim => {
            format!("http://buy.itunes.apple.com/us/vpp-associate?inviteCode={PLACE}&mt=8")
        }
        _ => url(kind, base, "us", PLACE),
    }
}

/// The code that a path is.
pub fn code_of(path: &str) -> Option<&str> {
    let code = path.strip_prefix('/')?;
    let code = code.strip_suffix('/').unwrap_or(code);
    let is_hex = code.bytes().all(|byte| byte.is_ascii_hexdigit());
    (is_hex && CODE_DIGITS.contains(&code.len())).then_some(code)
}

/// Accepts the invitation whose code is given. HEAD only looks whether there is one.
pub fn open(call: &mut Call<'_, '_>, request: &Request, params: &Params) -> Result<Reply, V1Error> {
    let code = params.text("inviteCode").ok().flatten();
    let code = code.or_else(|| code_of(&request.path).map(str::to_owned));
    let account = params.text("appleAccount").ok().flatten();
    let accepts = request.method != Method::HEAD;
    let exchange = call.common.exchange;
    let outcome = call.common.open(|turn, _| {
        let code = code.as_deref().unwrap_or_default();
        let sites = turn.world().sites();
        let Some(site) = sites.iter().find(|site| site.location.users.invited(code).is_some())
        else {
            return Ok(Err("there is no open invitation with this code".to_owned()));
        };
        let location = site.location.profile.key.clone();
        let _ = exchange.location.set(location.clone());
        if !accepts {
            return Ok(Ok("the invitation is open".to_owned()));
        }
        let verb = Verb {
            location: Some(location),
            deed: Deed::AcceptInvitation {
                client_user_id: None,
                invite_code: Some(code.to_owned()),
                apple_account: account.clone(),
            },
        };
        let accepted = turn.act("accept-invitation", &verb);
        Ok::<_, V1Error>(accepted.map(|(_, done)| done.text).map_err(|error| error.to_string()))
    })?;
    let (status, text) = match outcome {
        Ok(text) => (StatusCode::OK, text),
        Err(text) => (StatusCode::NOT_FOUND, text),
    };
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    let page = format!("<!doctype html><title>quince</title><p>{text}</p>\n");
    Ok(Reply::new(status, "text/html; charset=utf-8", page))
}
