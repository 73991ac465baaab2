//! API keys of Applivery's service accounts: made and read by pure functions, kept nowhere (decisions on credentials).
//!
//! A key is base64url, without padding, of `a1.<universe>.<organization>.<access>.<serial>.<expires>.<mac>`: a universe
//! can be found from the key alone. Access is a role, or permission names joined by commas. The real service's keys are
//! opaque text; so is this to whoever sends it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::entropy;
use crate::model::At;

/// The form of a key; also tells it from a content token.
const FORM: &str = "a1";

/// Longer texts are no keys.
const KEY_BYTES_MAX: usize = 16 * 1024;

/// What the owner of a key may do (applivery.md §2).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Access {
    /// Everything.
    Admin,
    /// Reads everything, and writes what is of app distribution.
    Developer,
    /// Reads everything.
    Viewer,
    /// What these permissions say, such as `mdm.global.mdmUser.list`.
    Permissions(Vec<String>),
}

impl Access {
    /// The roles by their words.
    pub const ROLES: [(&'static str, Self); 3] =
        [("admin", Self::Admin), ("developer", Self::Developer), ("viewer", Self::Viewer)];

    /// Whether it includes a permission.
    pub fn allows(&self, permission: &str) -> bool {
        let action = permission.rsplit('.').next();
        let reads = matches!(action, Some("list" | "get"));
        match self {
            Self::Admin => true,
            Self::Developer => reads || permission.starts_with("mad."),
            Self::Viewer => reads,
            Self::Permissions(names) => names.iter().any(|name| name == permission),
        }
    }

    /// As it stands in a key: a role's word, or permissions joined by commas.
    pub fn spell(&self) -> String {
        match self {
            Self::Permissions(names) => names.join(","),
            role => {
                let found = Self::ROLES.iter().find(|(_, other)| other == role);
                found.map_or_else(String::new, |(word, _)| (*word).to_owned())
            }
        }
    }

    /// Reads a role's word, or permissions joined by commas, each of letters, digits and at least one dot.
    pub fn read(text: &str) -> Option<Self> {
        if let Some((_, role)) = Self::ROLES.into_iter().find(|(word, _)| *word == text) {
            return Some(role);
        }
        let is_name = |name: &str| {
            name.contains('.')
                && name
                    .split('.')
                    .all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric()))
        };
        let names = text.split(',').map(str::to_owned).collect::<Vec<_>>();
        names.iter().all(|name| is_name(name)).then_some(Self::Permissions(names))
    }
}

/// What a key says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyClaims {
    /// Id of the universe.
    pub universe: String,
    /// Slug of the organization.
    pub organization: String,
    /// What its owner may do.
    pub access: Access,
    /// Counts the keys of this access, from 1: a revoked one is followed by the next.
    pub serial: u32,
    /// Keys of service accounts do not end; the token of a login does.
    pub expires: Option<At>,
}

/// The key that a client sends.
pub fn mint(seed: u64, claims: &KeyClaims) -> String {
    URL_SAFE_NO_PAD.encode(format!("{}.{:016x}", signed_part(claims), mac(seed, claims)))
}

/// A key as a client presents it, read as far as that needs no world.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyCredential {
    claims: Option<(KeyClaims, u64)>,
}

impl KeyCredential {
    /// Reads a bearer key. Whether it is accepted, a world says.
    pub fn read(bearer: &str) -> Self {
        Self { claims: read(bearer) }
    }

    /// The universe that the key says it is of.
    pub fn universe(&self) -> Option<&str> {
        self.claims.as_ref().map(|(claims, _)| claims.universe.as_str())
    }

    /// The slug of the organization that the key says it is of.
    pub fn organization(&self) -> Option<&str> {
        self.claims.as_ref().map(|(claims, _)| claims.organization.as_str())
    }

    /// Whether it has the form of a key of quince's making.
    pub const fn is_well_formed(&self) -> bool {
        self.claims.is_some()
    }

    /// What it says, if a universe of this id and seed made it.
    pub(super) fn believed(&self, seed: u64, universe: &str) -> Option<&KeyClaims> {
        self.genuine(seed).filter(|claims| claims.universe == universe)
    }

    /// What it says, if a universe of this seed made it.
    pub(super) fn genuine(&self, seed: u64) -> Option<&KeyClaims> {
        let (claims, claimed) = self.claims.as_ref()?;
        (mac(seed, claims) == *claimed).then_some(claims)
    }
}

fn read(key: &str) -> Option<(KeyClaims, u64)> {
    if key.len() > KEY_BYTES_MAX {
        return None;
    }
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(key.trim_ascii()).ok()?).ok()?;
    let (signed, mac) = text.rsplit_once('.')?;
    let (head, expires) = signed.rsplit_once('.')?;
    let (head, serial) = head.rsplit_once('.')?;
    // Names of permissions have dots, universes and organizations have none.
    let mut parts = head.splitn(4, '.');
    let mut part = || parts.next();
    if part()? != FORM {
        return None;
    }
    let claims = KeyClaims {
        universe: part()?.to_owned(),
        organization: part()?.to_owned(),
        access: Access::read(part()?)?,
        serial: serial.parse().ok()?,
        expires: match expires {
            "never" => None,
            at => Some(At(at.parse().ok()?)),
        },
    };
    // Other spellings of the same claims are not ours.
    let is_ours = signed_part(&claims) == signed
        && mac.len() == 16
        && mac.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    if !is_ours {
        return None;
    }
    Some((claims, u64::from_str_radix(mac, 16).ok()?))
}

fn mac(seed: u64, claims: &KeyClaims) -> u64 {
    entropy::hash64(seed, &claims.organization, "applivery-key", signed_part(claims).as_bytes())
}

fn signed_part(claims: &KeyClaims) -> String {
    let KeyClaims { universe, organization, access, serial, expires } = claims;
    let expires = expires.map_or_else(|| "never".to_owned(), |at| at.0.to_string());
    format!("{FORM}.{universe}.{organization}.{}.{serial}.{expires}", access.spell())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn claims(access: Access) -> KeyClaims {
        KeyClaims {
            universe: "u-1".into(),
            organization: "school".into(),
            access,
            serial: 1,
            expires: None,
        }
    }

    #[test]
    fn the_form_is_pinned() {
        let key = mint(7, &claims(Access::Admin));
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(&key).unwrap()).unwrap();
        assert_eq!(text.rsplit_once('.').unwrap().0, "a1.u-1.school.admin.1.never");
        assert!(key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'), "{key}");
    }

    #[test]
    fn a_minted_key_is_read_again() {
        let list = Access::Permissions(vec!["mdm.global.mdmUser.list".into(), "a.b".into()]);
        for access in [Access::Admin, Access::Developer, Access::Viewer, list] {
            let claims = KeyClaims { expires: Some(At(-5)), ..claims(access) };
            let key = KeyCredential::read(&mint(7, &claims));
            assert_eq!(key.believed(7, "u-1"), Some(&claims));
            assert_eq!(key.believed(8, "u-1"), None, "the seed counts");
            assert_eq!(key.believed(7, "u-2"), None, "the universe counts");
        }
    }

    #[test]
    fn roles_are_those_of_the_sheet() {
        let may = |access: &Access| {
            [
                "mdm.global.mdmUser.list",
                "mdm.global.mdmUser.create",
                "mad.store.publishedApplication.update",
            ]
            .map(|permission| access.allows(permission))
        };
        assert_eq!(may(&Access::Admin), [true, true, true]);
        assert_eq!(may(&Access::Developer), [true, false, true]);
        assert_eq!(may(&Access::Viewer), [true, false, false]);
        let one = Access::read("mdm.global.mdmUser.create").unwrap();
        assert_eq!(may(&one), [false, true, false]);
        assert_eq!(Access::read("owner"), None);
        assert_eq!(Access::read("mdm..x"), None);
    }

    proptest! {
        #[test]
        fn nothing_panics(text: String) {
            KeyCredential::read(&text);
            KeyCredential::read(&URL_SAFE_NO_PAD.encode(&text));
            KeyCredential::read(&URL_SAFE_NO_PAD.encode(format!("a1.{text}.1.never.0123456789abcdef")));
        }
    }
}
