//! The arguments of verbs that are about MDM users and their organizations.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Arguments, one};
use crate::model::MdmPlatform;
use crate::sim::verbs::{Deed, MdmDeed};

/// What a device runs.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(in crate::scenario) enum Platform {
    /// Apple's systems.
    Apple,
    /// Android with Google's services.
    Android,
    /// Android without them.
    Aosp,
    /// Windows.
    Windows,
}

impl From<Platform> for MdmPlatform {
    fn from(platform: Platform) -> Self {
        match platform {
            Platform::Apple => Self::Apple,
            Platform::Android => Self::Android,
            Platform::Aosp => Self::Aosp,
            Platform::Windows => Self::Windows,
        }
    }
}

const fn apple() -> Platform {
    Platform::Apple
}

/// Declares the arguments of a verb. `organization` is one of all.
macro_rules! arguments {
    ($($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* }
        => |$it:ident| $deed:expr;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields)]
        pub(in crate::scenario) struct $name {
            /// Slug or id of the organization; may be left out where there is exactly one.
            #[serde(default)]
            organization: Option<String>,
            $($(#[$field_doc])* $field: $type,)*
        }

        impl Arguments for $name {
            fn deed(self) -> Result<(Option<String>, Deed), (&'static str, String)> {
                let $it = self;
                let organization = $it.organization.clone();
                Ok((None, Deed::Mdm { organization, deed: $deed }))
            }
        }
    )+};
}

arguments! {
    /// `enroll-device`
    EnrollDevice {
        /// Whose: an e-mail address or an id; the user that came first if absent.
        #[serde(default)]
        user: Option<String>,
        /// What the device runs; apple if absent.
        #[serde(default = "apple")]
        platform: Platform,
        /// Management mode, of android and aosp only; `DEVICE_OWNER` if absent.
        #[serde(default)]
        mode: Option<String>,
        /// How many.
        #[serde(default = "one")]
        count: u32,
    } => |it| MdmDeed::EnrollDevice {
        user: it.user,
        platform: it.platform.into(),
        mode: it.mode,
        count: it.count,
    };
    /// `unenroll-device`
    UnenrollDevice {
        /// Whose: an e-mail address or an id; the first user with such devices if absent.
        #[serde(default)]
        user: Option<String>,
        /// What the device runs; anything if absent.
        #[serde(default)]
        platform: Option<Platform>,
        /// Management mode, of android and aosp only; any if absent.
        #[serde(default)]
        mode: Option<String>,
        /// How many.
        #[serde(default = "one")]
        count: u32,
    } => |it| MdmDeed::UnenrollDevice {
        user: it.user,
        platform: it.platform.map(Into::into),
        mode: it.mode,
        count: it.count,
    };
    /// `issue-enrollment-token`
    IssueToken {
        /// To whom: an e-mail address or an id; the user that came first if absent.
        #[serde(default)]
        user: Option<String>,
        /// For what; apple if absent.
        #[serde(default = "apple")]
        platform: Platform,
        /// How many.
        #[serde(default = "one")]
        count: u32,
    } => |it| MdmDeed::IssueEnrollmentToken {
        user: it.user,
        platform: it.platform.into(),
        count: it.count,
    };
    /// `revoke-key`
    RevokeKey {
        /// The role whose key it is: admin, developer or viewer; or its permissions, joined by commas.
        #[serde(default)]
        role: Option<String>,
        /// The key itself.
        #[serde(default)]
        key: Option<String>,
    } => |it| MdmDeed::RevokeKey { role: it.role, key: it.key };
}
