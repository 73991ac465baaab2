//! A world as plain data: what a world file says and what the generators make.
//!
//! Lists refer to each other by index, so that a million assignments are a million small values.
//! Not here: reading files (`snapshot`), making up names (`sim::worlds`), and the living universe
//! that is built from it (`sim::build`).

use crate::model::{
    At, Date, Language, LicenceKind, MdmCounts, Period, Platforms, PricingParam, Privileges,
    ProductType, StorePlatform, SubscriptionStatus, Supply, UserStatus,
};

/// A whole world.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct WorldSpec {
    /// The owners of locations.
    pub organizations: Vec<OrganizationSpec>,
    /// The locations, in the order that "first location" means.
    pub locations: Vec<LocationSpec>,
    /// Products of the store, beyond what follows from what is owned.
    pub products: Vec<ProductSpec>,
    /// Organizations of MDM users. Without any, there is one made of the first organization; see
    /// [`WorldSpec::mdm_organizations`].
    pub mdm: Vec<MdmOrganizationSpec>,
}

impl WorldSpec {
    /// The organizations of MDM users: those that are given, or one made of the first organization, with the first
    /// location and without people.
    pub fn mdm_organizations(&self) -> Vec<MdmOrganizationSpec> {
        if !self.mdm.is_empty() {
            return self.mdm.clone();
        }
        self.organizations
            .first()
            .map(|owner| self.mdm_organization_of(owner))
            .into_iter()
            .collect()
    }

    /// An organization of MDM users made of one that owns locations.
    pub fn mdm_organization_of(&self, owner: &OrganizationSpec) -> MdmOrganizationSpec {
        let vpp_location = self.locations.first().map(|location| location.key.clone());
        MdmOrganizationSpec { vpp_location, ..MdmOrganizationSpec::new(&owner.key, &owner.name) }
    }
}

/// An organization of MDM users.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MdmOrganizationSpec {
    /// Its handle in paths: at least three of `[a-z0-9-]`.
    pub slug: String,
    /// What people call it.
    pub name: String,
    /// Key of the location whose content token it has.
    pub vpp_location: Option<String>,
    /// Of users that do not say theirs.
    pub language: Language,
    /// Its people, in order of arrival.
    pub users: Vec<MdmUserSpec>,
    /// So many ordinary people more, after them.
    pub more: MdmGrowth,
}

/// People who are made up when somebody first looks: none of them has a Managed Apple Account.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MdmGrowth {
    /// How many.
    pub count: u32,
    /// Of their addresses.
    pub domain: String,
}

impl MdmOrganizationSpec {
    /// An organization without people and location. A handle that is too short for a path gets a beginning.
    pub fn new(key: &str, name: &str) -> Self {
        let slug = if key.len() < 3 { format!("org-{key}") } else { key.to_owned() };
        let name = name.to_owned();
        Self {
            slug,
            name,
            vpp_location: None,
            language: Language::En,
            users: Vec::new(),
            more: MdmGrowth::default(),
        }
    }
}

/// An MDM user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MdmUserSpec {
    /// Address, kept as it is.
    pub email: String,
    /// Display name.
    pub name: String,
    /// Labels.
    pub tags: Vec<String>,
    /// The organization's if absent.
    pub language: Option<Language>,
    /// Managed Apple Account.
    pub managed_apple_id: Option<String>,
    /// A JSON object as compact text.
    pub metadata: String,
    /// Segments that the user falls into.
    pub inferred_segment_ids: Vec<i64>,
    /// Devices and enrollment tokens.
    pub counts: MdmCounts,
}

impl MdmUserSpec {
    /// Somebody of whom only address and name are known.
    pub fn new(email: &str, name: &str) -> Self {
        Self {
            email: email.to_owned(),
            name: name.to_owned(),
            tags: Vec::new(),
            language: None,
            managed_apple_id: None,
            metadata: "{}".to_owned(),
            inferred_segment_ids: Vec::new(),
            counts: MdmCounts::default(),
        }
    }
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

/// A product of the store: what is said of it; the rest follows from its owners, or is made up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductSpec {
    /// Product id: decimal digits.
    pub adam_id: String,
    /// App or book.
    pub product_type: Option<ProductType>,
    /// What it is called.
    pub name: Option<String>,
    /// Who made it.
    pub artist: Option<String>,
    /// Bundle id.
    pub bundle_id: Option<String>,
    /// Where it runs.
    pub platforms: Option<Platforms>,
    /// Number of the store's section.
    pub genre: Option<String>,
    /// The version that is sold now.
    pub version: Option<String>,
    /// Price in thousandths.
    pub price: Option<u32>,
    /// Name of the organization that it was made for.
    pub custom_of: Option<String>,
    /// Ids of the storefronts that sell it, lower case; all if absent.
    pub storefronts: Option<Vec<String>>,
    /// What it says about itself.
    pub description: Option<String>,
}

impl ProductSpec {
    /// A product of which nothing is said.
    pub fn new(adam_id: &str) -> Self {
        Self {
            adam_id: adam_id.to_owned(),
            product_type: None,
            name: None,
            artist: None,
            bundle_id: None,
            platforms: None,
            genre: None,
            version: None,
            price: None,
            custom_of: None,
            storefronts: None,
            description: None,
        }
    }

    /// This, changed by what another one says of the same product.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        Self {
            adam_id: self.adam_id,
            product_type: other.product_type.or(self.product_type),
            name: other.name.or(self.name),
            artist: other.artist.or(self.artist),
            bundle_id: other.bundle_id.or(self.bundle_id),
            platforms: other.platforms.or(self.platforms),
            genre: other.genre.or(self.genre),
            version: other.version.or(self.version),
            price: other.price.or(self.price),
            custom_of: other.custom_of.or(self.custom_of),
            storefronts: other.storefronts.or(self.storefronts),
            description: other.description.or(self.description),
        }
    }
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
