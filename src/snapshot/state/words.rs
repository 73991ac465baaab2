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
    /// Why a task failed.
    Reason = model::Failure {
        UnknownUser = "unknown-user", NoLicence = "no-licence", NotRevocable = "not-revocable",
        NotDeviceAssignable = "not-device-assignable", UserExists = "user-exists",
        AccountUnusable = "account-unusable", AccountTaken = "account-taken",
    }
    /// A list that has versions.
    Set = sim::DataSet { Assets = "assets", Assignments = "assignments", Users = "users" }
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
}
