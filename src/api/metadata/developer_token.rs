//! The developer token: who may ask the catalog (apple-metadata.md §2.1). It is signed with a key that nobody here has, so
//! its signature is not looked at; everything else that is documented is.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::header;
use serde::Deserialize;

use crate::api::lint::Lints;
use crate::exchange::Request;
use crate::model::At;

/// Seconds that a token may live from now: six months.
const LIFE_MAX: i64 = 15_777_000;

/// Longer ones are nobody's.
const BYTES_MAX: usize = 16 * 1024;

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: String,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    exp: f64,
    #[serde(default)]
    iat: Option<f64>,
    #[serde(default)]
    origin: Option<Vec<String>>,
}

/// The bearer token of a request, whatever it is.
pub fn bearer(request: &Request) -> Option<&str> {
    let value = request.headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.trim().split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("Bearer") && !token.is_empty()).then_some(token)
}

/// Whether a request has a token that the catalog takes at this moment, which is one of real time: whoever signs a
/// token asks a real clock.
pub fn is_good(request: &Request, now: At, lints: &mut Lints) -> bool {
    let Some(token) = bearer(request).filter(|token| token.len() <= BYTES_MAX) else {
        return false;
    };
    let mut parts = token.split('.');
    let (head, claims, signature) = (parts.next(), parts.next(), parts.next());
    let is_signed = signature.is_some_and(|text| !text.is_empty()) && parts.next().is_none();
    let (Some(head), Some(claims)) = (read::<Header>(head), read::<Claims>(claims)) else {
        return false;
    };
    let now = now.0 / 1000;
    #[allow(
        clippy::cast_possible_truncation,
        reason = "dates beyond an int64 are in the far future"
    )]
    let expires = claims.exp as i64;
    let is_in_time = expires > now && expires <= now + LIFE_MAX;
    if !is_signed
        || head.alg != "ES256"
        || head.kid.is_empty()
        || claims.iss.is_empty()
        || !is_in_time
    {
        return false;
    }
    if let Some(allowed) = &claims.origin {
        let origin = request.headers.get(header::ORIGIN).and_then(|value| value.to_str().ok());
        if !origin.is_some_and(|origin| allowed.iter().any(|one| one == origin)) {
            return false;
        }
    }
    for (name, text) in [("kid", &head.kid), ("iss", &claims.iss)] {
        if text.len() != 10 {
            lints.note("developer-token", &format!("{name} has {} characters, not 10", text.len()));
        }
    }
    if claims.iat.is_none() {
        lints.note("developer-token", "iat is missing");
    }
    true
}

fn read<T: for<'de> Deserialize<'de>>(part: Option<&str>) -> Option<T> {
    // Some libraries pad, though the format does not.
    let bytes = URL_SAFE_NO_PAD.decode(part?.trim_end_matches('=')).ok()?;
    serde_json::from_slice(&bytes).ok()
}
