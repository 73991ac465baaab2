//! The closed sets of words that the domain uses. How a surface spells them is the surface's affair.

/// The quality in which an asset was bought; with the product's id it names an asset
/// (apple-v2.md §6.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PricingParam {
    /// Standard quality.
    Standard,
    /// High quality.
    Plus,
}

/// What a product is (apple-v2.md §6.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProductType {
    /// An app: assignable to users and mostly to devices, revocable.
    App,
    /// A book: for users only, and for good.
    Book,
}

/// A set of the device families that an asset runs on (apple-v2.md §6.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Platforms(u8);

impl Platforms {
    /// iPhone and iPad.
    pub const IOS: Self = Self(1);
    /// Mac.
    pub const MACOS: Self = Self(2);
    /// Apple TV.
    pub const TVOS: Self = Self(4);
    /// Apple Watch.
    pub const WATCHOS: Self = Self(8);
    /// Apple Vision Pro.
    pub const VISIONOS: Self = Self(16);
    /// Each single family, in the order in which they are listed.
    pub const EACH: [Self; 5] = [Self::IOS, Self::MACOS, Self::TVOS, Self::WATCHOS, Self::VISIONOS];

    /// Both sets together.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether every family of `other` is in this set.
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

/// How many licences a location owns of an asset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Supply {
    /// So many, assigned ones included.
    Limited(u32),
    /// Free content without fixed inventory (apple-v2.md §6.1, `unlimited`).
    Unlimited,
}

/// Where a user stands (apple-v2.md §8).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum UserStatus {
    /// Created; no Apple Account is linked yet.
    Registered,
    /// An Apple Account is linked.
    Associated,
    /// Retired by the organization.
    Retired,
    /// Was retired, and its Apple Account is now linked to a newer user with the same client user id.
    Deleted,
}

impl UserStatus {
    /// Whether the user can be assigned content: neither retired nor deleted.
    pub const fn is_active(self) -> bool {
        matches!(self, Self::Registered | Self::Associated)
    }
}

/// Which store a location belongs to (apple-v2.md §4.2 `defaultPlatform`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StorePlatform {
    /// Education: `volumestore`, Apple School Manager.
    Education,
    /// Business: `enterprisestore`, Apple Business.
    Business,
}

/// What a content token's manager may do (seed document 002, "Handle permissions").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Privileges {
    /// Assign content and manage users.
    pub manage: bool,
    /// Buy content.
    pub purchase: bool,
}

impl Privileges {
    /// View, manage and purchase.
    pub const ALL: Self = Self { manage: true, purchase: true };
    /// View only.
    pub const VIEW: Self = Self { manage: false, purchase: false };
}
