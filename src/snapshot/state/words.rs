//! The closed sets of words of a state file.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model;
use crate::model::event::EventKind;
use crate::sim;

macro_rules! words {
    ($($(#[$says:meta])* $name:ident = $model:path { $($variant:ident = $word:literal),+ $(,)? })+) => {$(
        $(#[$says])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
        pub(super) enum $name {
            $(#[serde(rename = $word)] $variant,)+
        }

        impl From<$model> for $name {
            fn from(value: $model) -> Self {
                use $model as Model;
                match value { $(Model::$variant => Self::$variant,)+ }
            }
        }

        impl From<$name> for $model {
            fn from(value: $name) -> Self {
                match value { $($name::$variant => Self::$variant,)+ }
            }
        }
    )+};
}

words! {
    /// The quality in which an asset was bought.
    Quality = model::PricingParam { Standard = "STDQ", Plus = "PLUS" }
    /// What a product is.
    Product = model::ProductType { App = "App", Book = "Book" }
    /// Where a user stands.
    Status = model::UserStatus {
        Registered = "Registered", Associated = "Associated", Retired = "Retired", Deleted = "Deleted",
    }
    /// Which store a location belongs to.
    Store = model::StorePlatform { Education = "education", Business = "business" }
    /// What can be subscribed to.
    Notification = model::NotificationType {
        AssetCount = "ASSET_COUNT", AssetManagement = "ASSET_MANAGEMENT", UserManagement = "USER_MANAGEMENT",
        UserAssociated = "USER_ASSOCIATED", SubscriptionManagement = "SUBSCRIPTION_MANAGEMENT",
        SubscriptionCount = "SUBSCRIPTION_COUNT", UnlimitedAsset = "UNLIMITED_ASSET",
    }
    /// What an event does.
    Kind = EventKind {
        Associate = "ASSOCIATE", Disassociate = "DISASSOCIATE", Revoke = "REVOKE",
        Create = "CREATE", Update = "UPDATE", Retire = "RETIRE",
    }
    /// Whether a subscription can be used.
    SubscriptionStatus = model::SubscriptionStatus {
        Active = "ACTIVE", Inactive = "INACTIVE", Paused = "PAUSED",
    }
    /// What becomes of a licence of a subscription at the end of the period.
    LicenceKind = model::LicenceKind { Renewing = "renewing", Expiring = "expiring" }
    /// How a service is gone.
    Moved = sim::world::Moved { Url = "url", Removed = "removed", Server = "server" }
    /// A list that has versions.
    Set = sim::DataSet {
        Assets = "assets", Assignments = "assignments", Users = "users",
        Subscriptions = "subscriptions", Seats = "subscription_assignments",
        Administrators = "subscription_administrators",
    }
}

/// Why a task failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Reason {
    UnknownUser,
    NoLicence,
    NotRevocable,
    NotDeviceAssignable,
    UserExists,
    AccountUnusable,
    AccountTaken,
    /// Whoever ended the event chose the number in `error`.
    Injected,
}

impl Reason {
    /// The reason in words, and the number of an injected one.
    pub(super) const fn of(why: model::Failure) -> (Self, Option<u16>) {
        use model::Failure;
        match why {
            Failure::UnknownUser => (Self::UnknownUser, None),
            Failure::NoLicence => (Self::NoLicence, None),
            Failure::NotRevocable => (Self::NotRevocable, None),
            Failure::NotDeviceAssignable => (Self::NotDeviceAssignable, None),
            Failure::UserExists => (Self::UserExists, None),
            Failure::AccountUnusable => (Self::AccountUnusable, None),
            Failure::AccountTaken => (Self::AccountTaken, None),
            Failure::Injected(number) => (Self::Injected, Some(number)),
        }
    }

    /// The reason; an injected one without a number is an internal error of the service (9603).
    pub(super) const fn with(self, error: Option<u16>) -> model::Failure {
        use model::Failure;
        match self {
            Self::UnknownUser => Failure::UnknownUser,
            Self::NoLicence => Failure::NoLicence,
            Self::NotRevocable => Failure::NotRevocable,
            Self::NotDeviceAssignable => Failure::NotDeviceAssignable,
            Self::UserExists => Failure::UserExists,
            Self::AccountUnusable => Failure::AccountUnusable,
            Self::AccountTaken => Failure::AccountTaken,
            Self::Injected => Failure::Injected(match error {
                Some(number) => number,
                None => 9603,
            }),
        }
    }
}

/// What a content token's manager may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Privilege {
    View,
    Manage,
    Purchase,
}

/// A family of devices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(super) enum Platform {
    #[serde(rename = "iOS")]
    Ios,
    #[serde(rename = "macOS")]
    Macos,
    #[serde(rename = "tvOS")]
    Tvos,
    #[serde(rename = "watchOS")]
    Watchos,
    #[serde(rename = "visionOS")]
    Visionos,
}

impl Platform {
    /// Each family with its set, in the order in which they are listed.
    pub(super) const EACH: [(Self, model::Platforms); 5] = [
        (Self::Ios, model::Platforms::IOS),
        (Self::Macos, model::Platforms::MACOS),
        (Self::Tvos, model::Platforms::TVOS),
        (Self::Watchos, model::Platforms::WATCHOS),
        (Self::Visionos, model::Platforms::VISIONOS),
    ];

    /// The families of a set.
    pub(super) fn list(set: model::Platforms) -> Vec<Self> {
        let has = |(_, family): &&(Self, model::Platforms)| set.has(*family);
        Self::EACH.iter().filter(has).map(|(family, _)| *family).collect()
    }

    /// The set of some families.
    pub(super) fn set(list: &[Self]) -> model::Platforms {
        let families = Self::EACH.iter().filter(|(family, _)| list.contains(family));
        families.fold(model::Platforms::default(), |all, (_, one)| all.and(*one))
    }
}
