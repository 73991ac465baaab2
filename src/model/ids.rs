//! Small numbers for the things of one location. They are dense, never reused, and never shown.

use super::kinds::PricingParam;

/// An asset of a location.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AssetId(pub u32);

/// A product: one or two assets (qualities) share it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProductId(pub u32);

/// A client user's record; one client user id may have several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UserId(pub u32);

/// A device that holds or held something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeviceId(pub u32);

/// Who holds an assignment: a user or a device, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Holder(u32);

/// [`Holder`], taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HolderKind {
    /// A user.
    User(UserId),
    /// A device.
    Device(DeviceId),
}

impl Holder {
    const DEVICE: u32 = 1 << 31;

    /// What kind of holder this is.
    pub const fn kind(self) -> HolderKind {
        if self.0 & Self::DEVICE == 0 {
            HolderKind::User(UserId(self.0))
        } else {
            HolderKind::Device(DeviceId(self.0 & !Self::DEVICE))
        }
    }
}

impl From<UserId> for Holder {
    fn from(user: UserId) -> Self {
        Self(user.0)
    }
}

impl From<DeviceId> for Holder {
    fn from(device: DeviceId) -> Self {
        Self(device.0 | Self::DEVICE)
    }
}

/// How many times a data set has been written to: the state that a version names.
pub type Seq = u64;

/// An asset as a client names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct AssetName {
    /// Product id.
    pub adam_id: String,
    /// Quality.
    pub pricing_param: PricingParam,
}

/// Where the model gets what it must not make up itself. The same arguments give the same answer.
pub trait IdSource {
    /// The `n`-th invite code of the location.
    fn invite_code(&self, n: u64) -> String;
    /// The hash under which the location sees an Apple Account.
    fn account_hash(&self, account: &str) -> String;
}
