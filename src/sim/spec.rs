//! A world as plain data: what a world file says and what the generators make.
//!
//! Lists refer to each other by index, so that a million assignments are a million small values.
//! Not here: reading files (`snapshot`), making up names (`sim::worlds`), and the living universe
//! that is built from it (`sim::build`).

use crate::model::{
    At, Date, LicenceKind, Period, Platforms, PricingParam, Privileges, ProductType, StorePlatform,
    SubscriptionStatus, Supply, UserStatus,
};

/// A whole world.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct WorldSpec {
    /// The owners of locations.
    pub organizations: Vec<OrganizationSpec>,
    /// The locations, in the order that "first location" means.
    pub locations: Vec<LocationSpec>,
}

/// An organization: owns locations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrganizationSpec {
    /// Its handle, `[a-z0-9-]+`.
    pub key: String,
    /// The name that goes into content tokens (`orgName`).
    pub name: String,
    /// Domains of its Managed Apple Accounts, lower case (setting `users.managed_accounts`).
    pub domains: Vec<String>,
}

/// A location: what one content token manages.
#[derive(Debug, Clone, PartialEq)]
pub struct LocationSpec {
    /// Its handle, `[a-z0-9-]+`, unique in the world.
    pub key: String,
    /// `locationName`.
    pub name: String,
    /// Index into [`WorldSpec::organizations`].
    pub organization: usize,
    /// ISO 3166 alpha-2, upper case.
    pub country: String,
    /// Education or business.
    pub platform: StorePlatform,
    /// The `uId`; drawn from the seed if absent.
    pub uid: Option<String>,
    /// The number by which older answers name it; made up from the seed if absent.
    pub location_id: Option<u64>,
    /// Registered tokens. Without any, the token of serial 1 is valid.
    pub tokens: Vec<TokenSpec>,
    /// Who claims the location, if anybody.
    pub mdm_info: Option<MdmInfoSpec>,
    /// A literal id for the version that the world starts with, per data set.
    pub versions: VersionsSpec,
    /// What the location owns.
    pub assets: Vec<AssetSpec>,
    /// Serial numbers of devices; those that hold something come with it.
    pub devices: Vec<String>,
    /// Client users, in order of creation.
    pub users: Vec<UserSpec>,
    /// Who holds what, in order of creation.
    pub assignments: Vec<AssignmentSpec>,
    /// Whether subscriptions are supported, if anybody ever said so.
    pub subscriptions_declared: Option<bool>,
    /// What the location has subscribed to; each product once.
    pub subscriptions: Vec<SubscriptionSpec>,
    /// Who has a subscription; each pair once.
    pub seats: Vec<SeatSpec>,
    /// Who administers a subscription; each pair once.
    pub administrators: Vec<AdministratorSpec>,
}

impl LocationSpec {
    /// A location that owns nothing yet: a business in the US, named as its key.
    pub fn new(key: &str, organization: usize) -> Self {
        Self {
            key: key.to_owned(),
            name: key.to_owned(),
            organization,
            country: "US".to_owned(),
            platform: StorePlatform::Business,
            uid: None,
            location_id: None,
            tokens: Vec::new(),
            mdm_info: None,
            versions: VersionsSpec::default(),
            assets: Vec::new(),
            devices: Vec::new(),
            users: Vec::new(),
            assignments: Vec::new(),
            subscriptions_declared: None,
            subscriptions: Vec::new(),
            seats: Vec::new(),
            administrators: Vec::new(),
        }
    }
}

/// A content token that the world registers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenSpec {
    /// Number of the download; a higher one revokes the lower ones.
    pub serial: u32,
    /// End of life; the universe's start plus `token.lifetime` if absent.
    pub expires: Option<At>,
    /// Revoked before its time.
    pub revoked: bool,
    /// What its manager may do.
    pub privileges: Privileges,
    /// The token text to accept literally; otherwise quince's own form.
    pub literal: Option<String>,
}

/// `mdmInfo` as it stands at the start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MdmInfoSpec {
    /// Unique identifier.
    pub id: String,
    /// Name of the MDM.
    pub name: String,
    /// Free text.
    pub metadata: String,
}

/// Literal version ids (UUID text) for the world's first versions.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct VersionsSpec {
    /// Of the asset list.
    pub assets: Option<String>,
    /// Of the assignment list.
    pub assignments: Option<String>,
    /// Of the user list.
    pub users: Option<String>,
}

/// An asset that a location owns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssetSpec {
    /// Product id: decimal digits.
    pub adam_id: String,
    /// Quality.
    pub pricing_param: PricingParam,
    /// What it is called in the store (for humans; the asset list has no names).
    pub name: String,
    /// App or book.
    pub product_type: ProductType,
    /// Licences owned.
    pub supply: Supply,
    /// Licences refunded or transferred away.
    pub retired: u32,
    /// Whether an assignment can be taken back.
    pub revocable: bool,
    /// Whether devices can hold it.
    pub device_assignable: bool,
    /// Where it runs.
    pub platforms: Platforms,
    /// First licence id; drawn if absent.
    pub licence_base: Option<u64>,
}

/// A client user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserSpec {
    /// Chosen by the MDM.
    pub client_user_id: String,
    /// E-mail address, if one was given.
    pub email: Option<String>,
    /// Where the user stands.
    pub status: UserStatus,
    /// Managed Apple Account linked to the user.
    pub managed_apple_id: Option<String>,
    /// Legacy numeric id; counted up if absent.
    pub user_id: Option<u64>,
    /// Literal invite code; drawn if absent and the status has one.
    pub invite_code: Option<String>,
    /// Literal account hash; drawn if absent and the user is associated. A retired user without
    /// one was never associated.
    pub id_hash: Option<String>,
}

/// One asset given to one user or one device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AssignmentSpec {
    /// Index into [`LocationSpec::assets`].
    pub asset: u32,
    /// Who holds it.
    pub holder: HolderSpec,
}

/// Who holds an assignment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HolderSpec {
    /// Index into [`LocationSpec::users`].
    User(u32),
    /// Index into [`LocationSpec::devices`].
    Device(u32),
}

/// A subscription that a location bought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SubscriptionSpec {
    /// The product.
    pub adam_id: u64,
    /// The app that it belongs to.
    pub parent_adam_id: Option<u64>,
    /// Whether it can be used; without licences nothing but [`SubscriptionStatus::Inactive`].
    pub status: SubscriptionStatus,
    /// How long a billing period is.
    pub period: Period,
    /// The last day of the present period; one period from the universe's start if absent. One that is over by then
    /// moves on by whole periods.
    pub period_end: Option<Date>,
    /// Licences that renew.
    pub renewing: u32,
    /// Licences that are gone at the end of the period.
    pub expiring: u32,
}

/// A subscription given to a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeatSpec {
    /// Index into [`LocationSpec::subscriptions`].
    pub subscription: u32,
    /// Index into [`LocationSpec::users`].
    pub user: u32,
    /// Whether it goes on after the period.
    pub renewing: bool,
    /// The kind of the licence under it.
    pub licence: LicenceKind,
    /// A group in the portal gave it.
    pub by_group: bool,
}

/// A user who administers a subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AdministratorSpec {
    /// Index into [`LocationSpec::subscriptions`].
    pub subscription: u32,
    /// Index into [`LocationSpec::users`].
    pub user: u32,
}
