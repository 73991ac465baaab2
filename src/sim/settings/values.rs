//! How the values of settings are read and spelled.

use std::fmt;

use super::{
    AppliveryUnknownKey, DeveloperToken, ErrorTexts, ExpirationDate, InviteUrl, NotificationsHttp,
    NumericAdamId, PageAtTotal, PageEnds, RemovalsInDelta, RetiredCount, RetryAfterClock,
    ServiceConfig, TwoArrays, UnknownToken, UnknownUserText, UnlimitedLists, duration,
};
use crate::model::{Delay, ManagedAccounts, SameAccount, Span, UnknownUser};

/// What a setting takes. Displayed as the short type that `fixtures/profiles.toml` shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Allowed {
    /// One of these words.
    Words(&'static [&'static str]),
    /// A whole number from the first to the second.
    Integer(u64, u64),
    /// A duration.
    Duration,
    /// A duration, or the word `never`.
    DurationOrNever,
}

impl Allowed {
    /// What is allowed, for the end of an error message.
    pub fn help(self) -> String {
        match self {
            Self::Duration | Self::DurationOrNever => {
                format!("{self} (such as 200ms, 90s, 5m, 2h, 1d or 0; at most 36500d)")
            }
            Self::Words(_) | Self::Integer(..) => self.to_string(),
        }
    }
}

impl fmt::Display for Allowed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Words(words) => f.write_str(&words.join("|")),
            Self::Integer(low, high) => write!(f, "integer {low}..={high}"),
            Self::Duration => f.write_str("duration"),
            Self::DurationOrNever => f.write_str("duration|never"),
        }
    }
}

/// The type of a field of the settings.
pub(super) trait Value: Copy {
    /// The words of a type that has one for each of its values.
    const WORDS: &'static [&'static str] = &[];
    /// The value that `text` spells, if it is allowed.
    fn read(text: &str, allowed: Allowed) -> Option<Self>;
    /// The canonical spelling.
    fn spell(self, allowed: Allowed) -> String;
}

/// The words of a type that has one for each of its values.
pub(super) const fn words<T: Value>() -> Allowed {
    Allowed::Words(T::WORDS)
}

/// Reads `text` into `field`; false, and `field` as it was, if `text` is not allowed.
pub(super) fn put<T: Value>(field: &mut T, text: &str, allowed: Allowed) -> bool {
    T::read(text, allowed).map(|value| *field = value).is_some()
}

/// Gives each value of an enum its word.
macro_rules! choices {
    ($($type:ident { $($variant:ident = $word:literal),+ })+) => {$(
        impl Value for $type {
            const WORDS: &'static [&'static str] = &[$($word),+];

            fn read(text: &str, _: Allowed) -> Option<Self> {
                match text {
                    $($word => Some(Self::$variant),)+
                    _ => None,
                }
            }

            fn spell(self, _: Allowed) -> String {
                match self {
                    $(Self::$variant => $word.to_owned(),)+
                }
            }
        }
    )+};
}

choices! {
    UnknownToken { Status200 = "200", Status401 = "401" }
    ExpirationDate { Always = "always", Within15Days = "15d" }
    RemovalsInDelta { Hidden = "hidden", Listed = "listed" }
    NumericAdamId { Coerce = "coerce", Reject = "reject" }
    ServiceConfig { Extended = "extended", Apple = "apple" }
    PageAtTotal { Refuse = "refuse", Empty = "empty" }
    UnknownUserText { Live = "live", Short = "short", NotFound = "not-found" }
    UnlimitedLists { Split = "split", Both = "both" }
    RetiredCount { Refunded = "refunded", WithRetiredUsers = "+retired_users" }
    DeveloperToken { Checked = "checked", Any = "any" }
    ErrorTexts { Of2025 = "2025", Of2020 = "2020" }
    InviteUrl { Quince = "quince", Vppsim = "vppsim", Apple = "apple", AppleNoCc = "apple-no-cc" }
    TwoArrays { Refuse = "refuse", Both = "both", First = "first" }
    PageEnds { Null = "null", Integer = "integer" }
    AppliveryUnknownKey { InvalidToken = "4004", Unauthorized = "4001" }
    RetryAfterClock { Virtual = "virtual", Real = "real" }
    NotificationsHttp { Loopback = "loopback", Never = "never" }
    UnknownUser { Sync = "sync", Async = "async" }
    SameAccount { New = "new", Old = "old" }
    ManagedAccounts { Any = "any", Listed = "listed" }
}

/// A switch: the key gives the words, the one for false first.
impl Value for bool {
    fn read(text: &str, allowed: Allowed) -> Option<Self> {
        let Allowed::Words([no, yes]) = allowed else { return None };
        (text == *no || text == *yes).then_some(text == *yes)
    }

    fn spell(self, allowed: Allowed) -> String {
        let Allowed::Words([no, yes]) = allowed else { return self.to_string() };
        (*if self { yes } else { no }).to_owned()
    }
}

impl Value for u64 {
    fn read(text: &str, allowed: Allowed) -> Option<Self> {
        let Allowed::Integer(low, high) = allowed else { return None };
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse().ok().filter(|number| digits && (low..=high).contains(number))
    }

    fn spell(self, _: Allowed) -> String {
        self.to_string()
    }
}

impl Value for u32 {
    fn read(text: &str, allowed: Allowed) -> Option<Self> {
        u64::read(text, allowed)?.try_into().ok()
    }

    fn spell(self, _: Allowed) -> String {
        self.to_string()
    }
}

impl Value for Span {
    fn read(text: &str, _: Allowed) -> Option<Self> {
        duration::parse(text)
    }

    fn spell(self, _: Allowed) -> String {
        duration::print(self)
    }
}

impl Value for Delay {
    fn read(text: &str, _: Allowed) -> Option<Self> {
        if text == "never" { Some(Self::Never) } else { duration::parse(text).map(Self::After) }
    }

    fn spell(self, _: Allowed) -> String {
        match self {
            Self::Never => "never".to_owned(),
            Self::After(span) => duration::print(span),
        }
    }
}
