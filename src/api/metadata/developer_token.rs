//! The developer token: who may ask the catalog (apple-metadata.md §2.1). It is signed with a key that nobody here has, so
//! its signature is not looked at; everything else that is documented is.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::header;
use serde::Deserialize;

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

/// What a request has for a developer token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Developer {
    /// None.
    Absent,
    /// One that the catalog does not take.
    Bad,
    /// One that it takes.
    Good {
        /// What is not as documented, and does no harm.
        odd: Vec<String>,
    },
}

/// The bearer token of a request, whatever it is.
fn bearer(request: &Request) -> Option<&str> {
    let value = request.headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.trim().split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("Bearer") && !token.is_empty()).then_some(token)
}

/// Reads the token of a request as it is at this moment, which is one of real time: whoever signs a token asks a real
/// clock.
pub fn read(request: &Request, now: At) -> Developer {
    let Some(token) = bearer(request) else { return Developer::Absent };
    let claimed = Some(token).filter(|token| token.len() <= BYTES_MAX).and_then(claimed);
    match claimed.filter(|(head, claims)| is_good(head, claims, request, now)) {
        Some((head, claims)) => Developer::Good { odd: odd(&head, &claims) },
        None => Developer::Bad,
    }
}

/// What a token says, if it has the form of one that is signed.
fn claimed(token: &str) -> Option<(Header, Claims)> {
    let mut parts = token.split('.');
    let (head, claims, signature) = (parts.next()?, parts.next()?, parts.next()?);
    let is_signed = !signature.is_empty() && parts.next().is_none();
    is_signed.then_some((decoded(head)?, decoded(claims)?))
}

fn is_good(head: &Header, claims: &Claims, request: &Request, now: At) -> bool {
    let now = now.0 / 1000;
    #[allow(
        clippy::cast_possible_truncation,
        reason = "dates beyond an int64 are in the far future"
    )]
    let expires = claims.exp as i64;
    let origin = request.headers.get(header::ORIGIN).and_then(|value| value.to_str().ok());
    let is_of = |allowed: &Vec<String>| allowed.iter().any(|one| origin == Some(one));
    head.alg == "ES256"
        && !head.kid.is_empty()
        && !claims.iss.is_empty()
        && (now + 1..=now + LIFE_MAX).contains(&expires)
        && claims.origin.as_ref().is_none_or(is_of)
}

fn odd(head: &Header, claims: &Claims) -> Vec<String> {
    let mut odd = Vec::new();
    for (name, text) in [("kid", &head.kid), ("iss", &claims.iss)] {
        if text.len() != 10 {
            odd.push(format!("{name} has {} characters, not 10", text.len()));
        }
    }
    if claims.iat.is_none() {
        odd.push("iat is missing".to_owned());
    }
    odd
}

fn decoded<T: for<'de> Deserialize<'de>>(part: &str) -> Option<T> {
    // Some libraries pad, though the format does not.
    let bytes = URL_SAFE_NO_PAD.decode(part.trim_end_matches('=')).ok()?;
    serde_json::from_slice(&bytes).ok()
}
