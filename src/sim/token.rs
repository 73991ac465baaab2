//! The content token (sToken): made and read by pure functions, kept nowhere.
//!
//! What a client sends is base64 of a JSON object with `token`, `expDate` and `orgName`
//! (apple-v2.md §2). Its inner `token` is base64 of
//! `q1.<universe>.<location>.<serial>.<expires>.<rights>.<mac>`: a universe can be found, and a
//! location be known again after a restart, from the token alone. The outer two members are for
//! people and clients; nothing is decided by them.
//!
//! Not here: which tokens a world registers, revokes or lets expire (the model), and headers.

use base64::Engine;
use base64::alphabet::STANDARD as ALPHABET;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};
use serde_json::Value;

use super::{date, entropy};
use crate::model::{At, Privileges};

/// Longer credentials are not looked at: many times what any real token takes.
const TOKEN_BYTES_MAX: usize = 16 * 1024;

/// Version of the inner form.
const FORM: &str = "q1";

/// What the inner token says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenClaims {
    /// The universe's id, `[a-z0-9-]+`.
    pub universe: String,
    /// The location's key, `[a-z0-9-]+`.
    pub location: String,
    /// Number of the download; a higher one revokes the lower ones.
    pub serial: u32,
    /// End of life.
    pub expires: At,
    /// What its manager may do.
    pub privileges: Privileges,
}

/// The JSON object that the outer base64 holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outer {
    /// The inner token, verbatim.
    pub token: String,
    /// `expDate`, verbatim, if it is there and a string.
    pub exp_date: Option<String>,
    /// `orgName`, verbatim, if it is there and a string.
    pub org_name: Option<String>,
}

/// The token that a client sends, as its download would hold it.
pub fn mint(seed: u64, claims: &TokenClaims, org_name: &str) -> String {
    let json = format!(
        r#"{{"token":"{}","expDate":"{}","orgName":{}}}"#,
        inner(seed, claims),
        date::wire(claims.expires),
        Value::from(org_name)
    );
    STANDARD.encode(json)
}

/// The inner token.
pub fn inner(seed: u64, claims: &TokenClaims) -> String {
    STANDARD.encode(format!("{}.{:016x}", signed_part(claims), mac(seed, claims)))
}

/// Opens what a client sent; none unless it is base64 of a JSON object with a string `token`.
///
/// Clients decode and encode tokens again, wrap lines, drop padding, escape slashes or use the URL
/// alphabet: all of that is the same token.
pub fn unwrap_outer(bearer: &str) -> Option<Outer> {
    let bytes = decode(bearer)?;
    let json = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&bytes);
    let Value::Object(mut members) = serde_json::from_slice(json).ok()? else { return None };
    let mut text = |name: &str| match members.remove(name) {
        Some(Value::String(text)) => Some(text),
        _ => None,
    };
    Some(Outer { token: text("token")?, exp_date: text("expDate"), org_name: text("orgName") })
}

/// Reads an inner token of our own form, with the mac that it claims; see [`is_genuine`].
pub fn read(inner: &str) -> Option<(TokenClaims, u64)> {
    let text = String::from_utf8(decode(inner)?).ok()?;
    let (signed, mac) = text.rsplit_once('.')?;
    let mut parts = signed.split('.');
    let mut part = || parts.next();
    if part()? != FORM {
        return None;
    }
    let claims = TokenClaims {
        universe: part()?.to_owned(),
        location: part()?.to_owned(),
        serial: part()?.parse().ok()?,
        expires: At(part()?.parse().ok()?),
        privileges: privileges(part()?)?,
    };
    let is_key = |key: &str| {
        let ok = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        !key.is_empty() && key.bytes().all(ok)
    };
    // Other spellings of the same claims (leading zeros, more parts) are not ours.
    let is_ours = is_key(&claims.universe)
        && is_key(&claims.location)
        && signed_part(&claims) == signed
        && mac.len() == 16
        && mac.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    if !is_ours {
        return None;
    }
    Some((claims, u64::from_str_radix(mac, 16).ok()?))
}

/// Whether a universe with this seed made the token.
pub fn is_genuine(seed: u64, claims: &TokenClaims, mac_claimed: u64) -> bool {
    mac(seed, claims) == mac_claimed
}

fn mac(seed: u64, claims: &TokenClaims) -> u64 {
    entropy::hash64(seed, &claims.location, "stoken", signed_part(claims).as_bytes())
}

fn signed_part(claims: &TokenClaims) -> String {
    let TokenClaims { universe, location, serial, expires, privileges } = claims;
    let rights = rights(*privileges);
    format!("{FORM}.{universe}.{location}.{serial}.{}.{rights}", expires.0)
}

/// Rights as letters: view is always there.
fn rights(privileges: Privileges) -> &'static str {
    match (privileges.manage, privileges.purchase) {
        (true, true) => "vmp",
        (true, false) => "vm",
        (false, true) => "vp",
        (false, false) => "v",
    }
}

fn privileges(rights: &str) -> Option<Privileges> {
    let (manage, purchase) = match rights {
        "vmp" => (true, true),
        "vm" => (true, false),
        "vp" => (false, true),
        "v" => (false, false),
        _ => return None,
    };
    Some(Privileges { manage, purchase })
}

/// Base64 in any of its usual spellings.
fn decode(text: &str) -> Option<Vec<u8>> {
    const LENIENT: GeneralPurpose = GeneralPurpose::new(
        &ALPHABET,
        GeneralPurposeConfig::new()
            .with_decode_allow_trailing_bits(true)
            .with_decode_padding_mode(DecodePaddingMode::Indifferent),
    );
    if text.len() > TOKEN_BYTES_MAX {
        return None;
    }
    // A backslash is what JSON puts before a slash.
    let clean = text.bytes().filter(|b| !b.is_ascii_whitespace() && *b != b'\\').map(|b| match b {
        b'-' => b'+',
        b'_' => b'/',
        other => other,
    });
    let clean = clean.collect::<Vec<_>>();
    let padding = clean.iter().rev().take_while(|b| **b == b'=').count();
    LENIENT.decode(&clean[..clean.len() - padding]).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn claims() -> TokenClaims {
        TokenClaims {
            universe: "u-1".into(),
            location: "berlin".into(),
            serial: 1,
            expires: At(1_932_887_700_000),
            privileges: Privileges::ALL,
        }
    }

    #[test]
    fn the_outer_form_has_three_members_in_order() {
        let json = STANDARD.decode(mint(7, &claims(), "ORG \"1\"")).unwrap();
        let json = String::from_utf8(json).unwrap();
        let inner = inner(7, &claims());
        assert_eq!(
            json,
            format!(
                r#"{{"token":"{inner}","expDate":"2031-04-02T09:15:00+0000","orgName":"ORG \"1\""}}"#
            )
        );
    }

    #[test]
    fn the_inner_form_is_pinned() {
        let text = String::from_utf8(STANDARD.decode(inner(7, &claims())).unwrap()).unwrap();
        assert_eq!(text, "q1.u-1.berlin.1.1932887700000.vmp.be4b65112e20bf8b");
    }

    #[test]
    fn a_minted_token_is_read_again() {
        let outer = unwrap_outer(&mint(7, &claims(), "Org")).unwrap();
        assert_eq!(outer.org_name.as_deref(), Some("Org"));
        assert_eq!(outer.exp_date.as_deref(), Some("2031-04-02T09:15:00+0000"));
        let (read, mac) = read(&outer.token).unwrap();
        assert_eq!(read, claims());
        assert!(is_genuine(7, &read, mac));
        assert!(!is_genuine(8, &read, mac), "the seed counts");
        assert!(!is_genuine(7, &TokenClaims { serial: 2, ..read }, mac), "the claims count");
    }

    #[test]
    fn a_token_encoded_again_is_the_same() {
        let inner = inner(7, &claims());
        let slashed = inner.replace('/', "\\/");
        let pretty =
            format!("\u{feff}{{\n    \"orgName\": \"x\",\n    \"token\" : \"{slashed}\"\n}}\n");
        let mut wrapped = STANDARD.encode(&pretty);
        wrapped.insert_str(20, "\r\n ");
        for text in [wrapped.clone(), wrapped.replace('=', ""), wrapped.replace('/', "\\/")] {
            let outer = unwrap_outer(&text).unwrap();
            assert_eq!(outer.token, inner);
            assert_eq!(outer.exp_date, None);
        }
    }

    #[test]
    fn the_documented_sample_opens() {
        let sample = "ewogICAgInRva2VuIjogIlZGZHdRbVZWTVZSUldGSktVbGRTTlZkc1pHcGpNR3hIVTI1Q2FrMXRhR\
            zlhUjJ3eldqRkdkVk50ZUd0VFJrWjZVMVZhVDJGSFRuUlNiVGxOVVRCS1ExcEdhRTlOUjBaWVRrUXdQUT09Iiw\
            KICAgICJleHBEYXRlIjogIjIwMzAtMTEtMDhUMjI6MzM6MjIrMDAwMCIsCiAgICAib3JnTmFtZSI6ICJPUkcxM\
            jM0NSIKfQ==";
        let outer = unwrap_outer(sample).unwrap();
        assert_eq!(outer.org_name.as_deref(), Some("ORG12345"));
        assert_eq!(outer.exp_date.as_deref(), Some("2030-11-08T22:33:22+0000"));
        assert_eq!(read(&outer.token), None);
    }

    #[test]
    fn anything_else_is_none() {
        for json in ["", "[]", "null", "{}", r#"{"token":1}"#, r#"{"token":"x""#] {
            assert_eq!(unwrap_outer(&STANDARD.encode(json)), None, "{json}");
        }
        assert_eq!(unwrap_outer("no base64 at all!"), None);
        assert_eq!(unwrap_outer(&"A".repeat(1 << 24)), None);
        assert_eq!(unwrap_outer(&STANDARD.encode("[".repeat(8000))), None);
    }

    #[test]
    fn other_spellings_of_the_inner_form_are_not_ours() {
        let mac = "0123456789abcdef";
        for text in [
            "q2.u.l.1.2.vmp",
            "q1.u.l.01.2.vmp",
            "q1.u.l.+1.2.vmp",
            "q1.u.l.1.2.pmv",
            "q1.u.l.1.2.",
            "q1.U.l.1.2.v",
            "q1..l.1.2.v",
            "q1.u.l.1.2.v.x",
            "q1.u.l.1.2",
            "q1.u.l.4294967296.2.v",
        ] {
            assert_eq!(read(&STANDARD.encode(format!("{text}.{mac}"))), None, "{text}");
        }
        assert!(read(&STANDARD.encode(format!("q1.u.l.1.-2.v.{mac}"))).is_some());
        assert_eq!(read(&STANDARD.encode("q1.u.l.1.2.v.0123456789ABCDEF")), None);
    }

    proptest! {
        #[test]
        fn claims_come_back(
            seed: u64, universe in "[a-z0-9-]{1,9}", location in "[a-z0-9-]{1,9}", serial: u32,
            expires: i64, manage: bool, purchase: bool, org: String,
        ) {
            let privileges = Privileges { manage, purchase };
            let claims =
                TokenClaims { universe, location, serial, expires: At(expires), privileges };
            let outer = unwrap_outer(&mint(seed, &claims, &org));
            let outer = outer.ok_or_else(|| TestCaseError::fail("not opened"))?;
            prop_assert_eq!(outer.org_name, Some(org));
            let (again, mac) = read(&outer.token).ok_or_else(|| TestCaseError::fail("not read"))?;
            prop_assert!(is_genuine(seed, &again, mac));
            prop_assert_eq!(again, claims);
        }

        #[test]
        fn nothing_panics(text: String) {
            unwrap_outer(&text);
            read(&text);
            read(&STANDARD.encode(&text));
            unwrap_outer(&STANDARD.encode(&text));
        }
    }
}
