//! Whom a certificate speaks for.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::CertificateError;

/// The hosts of the real services that quince stands in for. A client that has them built in reaches quince with DNS
/// and trust alone.
pub const SERVICES: [&str; 6] = [
    // Apps and books, v2 and v1.
    "vpp.itunes.apple.com",
    // Content metadata, as the service configuration names it.
    "uclient-api.itunes.apple.com",
    // Content metadata of businesses and of schools.
    "api.ent.apple.com",
    "api.edu.apple.com",
    // Invitations of users.
    "buy.itunes.apple.com",
    // The neighbouring MDM.
    "api.applivery.io",
];

/// A host or an address that a certificate can speak for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name(String);

impl Name {
    /// Takes a host name, in ASCII and perhaps with `*` for its first label, or an IP address, perhaps in brackets.
    /// Case does not matter.
    ///
    /// # Errors
    ///
    /// If it is neither.
    pub fn new(text: &str) -> Result<Self, CertificateError> {
        let text = text.trim();
        let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        if let Ok(address) = bare.unwrap_or(text).parse::<IpAddr>() {
            return Ok(address.into());
        }
        let host = text.strip_prefix("*.").unwrap_or(text);
        let fits = |label: &str| {
            (1..=63).contains(&label.len())
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
        };
        if text.len() > 253 || !host.split('.').all(fits) {
            return Err(CertificateError::Name(text.chars().take(80).collect()));
        }
        Ok(Self(text.to_ascii_lowercase()))
    }

    /// Everything that a certificate for a listener at `listens` speaks for: this machine, the real services, the
    /// address if it is a certain one, and `more`.
    pub(super) fn all(listens: IpAddr, more: &[Self]) -> Vec<String> {
        let mut names = vec!["localhost".to_owned()];
        let own = [Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into(), listens];
        let own = own.into_iter().filter(|address: &IpAddr| !address.is_unspecified());
        let services = SERVICES.into_iter().map(str::to_owned);
        let more = more.iter().map(ToString::to_string);
        for name in own.map(|address| address.to_string()).chain(services).chain(more) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }
}

impl From<IpAddr> for Name {
    fn from(address: IpAddr) -> Self {
        Self(address.to_string())
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_host_or_an_address() {
        for (text, name) in [
            ("MDM.test", "mdm.test"),
            ("*.mdm.test", "*.mdm.test"),
            ("quince", "quince"),
            ("xn--gre-xma.test", "xn--gre-xma.test"),
            (" 10.0.0.7 ", "10.0.0.7"),
            ("[0:0::7]", "::7"),
        ] {
            assert_eq!(Name::new(text).unwrap().to_string(), name);
        }
        let long = "a".repeat(64);
        for text in [
            "",
            "*",
            "*.",
            "a..b",
            "a.*.b",
            "https://a.test",
            "a.test:80",
            "größe.test",
            "a b",
            "-a",
            &long,
        ] {
            assert!(Name::new(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_certificate_speaks_for_each_name_once() {
        let more = ["vpp.itunes.apple.com", "mdm.test"].map(|name| Name::new(name).unwrap());
        let names = Name::all([10, 0, 0, 7].into(), &more);
        assert_eq!(names[..4], ["localhost", "127.0.0.1", "::1", "10.0.0.7"]);
        assert_eq!(names[4..10], SERVICES);
        assert_eq!(names[10..], ["mdm.test"]);
        assert_eq!(Name::all(Ipv4Addr::UNSPECIFIED.into(), &[]).len(), 3 + SERVICES.len());
    }
}
