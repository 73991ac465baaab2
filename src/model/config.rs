//! Client configuration: who claims the location and where notifications go (apple-v2.md §4).

use std::sync::Arc;

/// Which MDM claims a location.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MdmInfo {
    /// Unique identifier, chosen by the MDM.
    pub id: String,
    /// Name of the MDM.
    pub name: String,
    /// Free text.
    pub metadata: String,
}

/// What a client can subscribe to (apple-v2.md §4.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NotificationType {
    /// Licences came or went by purchase, transfer or refund.
    AssetCount,
    /// Assets were given or taken back.
    AssetManagement,
    /// Users were made, changed or retired.
    UserManagement,
    /// A user accepted an invitation.
    UserAssociated,
    /// Seats were given or taken back.
    SubscriptionManagement,
    /// Seats came or went.
    SubscriptionCount,
    /// Undocumented; can be subscribed to.
    UnlimitedAsset,
}

impl NotificationType {
    /// `notificationType` on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AssetCount => "ASSET_COUNT",
            Self::AssetManagement => "ASSET_MANAGEMENT",
            Self::UserManagement => "USER_MANAGEMENT",
            Self::UserAssociated => "USER_ASSOCIATED",
            Self::SubscriptionManagement => "SUBSCRIPTION_MANAGEMENT",
            Self::SubscriptionCount => "SUBSCRIPTION_COUNT",
            Self::UnlimitedAsset => "UNLIMITED_ASSET",
        }
    }
}

/// Where and of what a client wants to be notified.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ClientConfig {
    /// Who claims the location. The last writer wins (apple-v2.md §4.1).
    pub mdm_info: Option<MdmInfo>,
    /// Where notifications go, and the secret that they carry.
    pub receiver: Option<Receiver>,
    /// What the client wants to be told, in the order it named.
    pub types: Vec<NotificationType>,
    /// What clients of the older API keep there.
    pub legacy: LegacyConfig,
}

/// What clients of the older API keep with a location; nothing is done with it (apple-legacy-v1.md §5).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LegacyConfig {
    /// Whose the location is, in words of the client's own.
    pub context: Option<Arc<str>>,
    /// A push token.
    pub apn_token: Option<Arc<str>>,
    /// A secret for notifications.
    pub notification_token: Option<Arc<str>>,
    /// Where notifications were to go.
    pub notification_url: Option<Arc<str>>,
}

/// A receiver of notifications.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receiver {
    /// The URL.
    pub url: Arc<str>,
    /// The shared secret.
    pub secret: Arc<str>,
}

/// A change of the client configuration; what is absent stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ConfigChange {
    /// A new claim.
    pub mdm_info: Option<MdmInfo>,
    /// A new receiver.
    pub receiver: Option<Receiver>,
    /// The complete new set of types; an empty one ends the subscription.
    pub types: Option<Vec<NotificationType>>,
}

impl ClientConfig {
    /// Whether somebody is to be told changes of this kind.
    pub fn wants(&self, kind: NotificationType) -> bool {
        self.receiver.is_some() && self.types.contains(&kind)
    }

    /// This configuration with a change applied.
    #[must_use]
    pub fn changed(&self, change: ConfigChange) -> Self {
        Self {
            mdm_info: change.mdm_info.or_else(|| self.mdm_info.clone()),
            receiver: change.receiver.or_else(|| self.receiver.clone()),
            types: change.types.unwrap_or_else(|| self.types.clone()),
            legacy: self.legacy.clone(),
        }
    }
}
