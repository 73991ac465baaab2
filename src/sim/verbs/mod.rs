//! Verbs: what happens to a world past its MDM. Purchases, invitations, tokens, other administrators.
//!
//! A [`Verb`] is plain data. [`World::act`] looks first and changes afterwards: a [`VerbError`] left the world as it was.
//! A verb without targets takes the lowest ids, so that a scenario says as little as it needs to.
//!
//! Not here: how a verb is written (`scenario`), who may call it and what is noted of it (`engine`, `api`).

mod invitations;
mod licences;
mod limits;
mod people;
mod service;
mod subscriptions;
mod workspaces;

pub use limits::LIMIT_NAMES;
pub(super) use limits::values as limit_values;
pub(super) use people::listed;
pub(super) use service::{spell_moved, spell_privileges};
pub use subscriptions::SubscriptionDeed;
pub use workspaces::MdmDeed;

use super::settings::Settings;
use super::world::{Moved, Site, SiteId, World};
use crate::model::{
    Asset, AssetId, AssetName, At, Location, PricingParam, Privileges, ProductType, UserRequest,
};

/// Which asset; the lowest id that fits if no product is named.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AssetChoice {
    /// Product id.
    pub adam_id: Option<String>,
    /// Quality; standard if a product is named without.
    pub pricing_param: Option<PricingParam>,
}

/// Who; the lowest ids that fit if nobody is named.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HolderChoice {
    /// Client user ids.
    pub client_user_ids: Vec<String>,
    /// Serial numbers.
    pub serial_numbers: Vec<String>,
}

/// Something that happens to a world past its MDM. `location` may be left out where there is exactly one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verb {
    /// Key of the location.
    pub location: Option<String>,
    /// What happens to it.
    pub deed: Deed,
}

/// What happens to a location.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deed {
    /// More licences of an asset, or a new asset.
    BuyLicenses {
        /// Of what.
        asset: AssetChoice,
        /// What it is, if the location does not own it yet.
        product_type: Option<ProductType>,
        /// How many.
        count: u32,
        /// Serial of the token as whose manager it is done; an administrator does it otherwise.
        as_token: Option<u32>,
    },
    /// Free licences are given back to the store.
    RefundLicenses {
        /// Of what.
        asset: AssetChoice,
        /// How many.
        count: u32,
    },
    /// Free licences go to another location.
    TransferLicenses {
        /// Of what.
        asset: AssetChoice,
        /// Key of the location that gets them; the only other one if there are two.
        to: Option<String>,
        /// How many.
        count: u32,
    },
    /// A user accepts an invitation.
    AcceptInvitation {
        /// Whose; the lowest registered user's if neither this nor the code is given.
        client_user_id: Option<String>,
        /// The code of the invitation.
        invite_code: Option<String>,
        /// With which Apple Account; the user's address if absent.
        apple_account: Option<String>,
    },
    /// The lowest registered users accept their invitations.
    AcceptInvitations {
        /// So many, or all if there are fewer; nobody may be left.
        up_to: u32,
    },
    /// A content token's life ends now.
    ExpireToken {
        /// Which; the latest if absent.
        serial: Option<u32>,
    },
    /// A content token is revoked.
    RevokeToken {
        /// Which; the latest if absent.
        serial: Option<u32>,
    },
    /// A new content token is downloaded, which revokes those before.
    RenewToken,
    /// Another MDM claims the location.
    OtherMdmTakesOver {
        /// Its name.
        name: Option<String>,
        /// Its id.
        id: Option<String>,
        /// Its metadata.
        metadata: Option<String>,
    },
    /// Another administrator hands out licences.
    OtherAdminAssigns {
        /// Of what; the lowest asset with enough free licences if absent.
        asset: AssetChoice,
        /// To whom; the lowest devices, then users that do not hold it, if nobody is named.
        holders: HolderChoice,
        /// To how many, if nobody is named.
        count: u32,
    },
    /// Another administrator retires a user.
    OtherAdminRetiresUser {
        /// Whom; the lowest active one if absent.
        client_user_id: Option<String>,
    },
    /// Assignments of an asset can no longer be taken back.
    MakeAssetIrrevocable {
        /// Of what; the lowest revocable one if absent.
        asset: AssetChoice,
    },
    /// The location ceases to own an asset.
    RemoveAsset {
        /// Which; the lowest that fits if absent.
        asset: AssetChoice,
        /// Even if somebody holds it; the assignments go too.
        force: bool,
    },
    /// Devices become known.
    AddDevices {
        /// These.
        serial_numbers: Vec<String>,
        /// So many made-up ones, if none are named.
        count: u32,
    },
    /// Another administrator creates users.
    AddUsers {
        /// These.
        users: Vec<UserRequest>,
        /// So many made-up ones, if none are named.
        count: u32,
    },
    /// A manager's privileges change.
    RestrictToken {
        /// Whose; the latest token's if absent.
        serial: Option<u32>,
        /// What the manager may do from here on.
        privileges: Privileges,
    },
    /// How much a request may carry changes. Without `location` for every location.
    ChangeLimits {
        /// New values, by their names in Service Config.
        limits: Vec<(String, u32)>,
    },
    /// What the organization does about a subscription.
    Subscription(SubscriptionDeed),
    /// The service goes from here, or comes back.
    MoveService {
        /// How; `None` if it comes back.
        moved: Option<Moved>,
    },
    /// Something happens to an organization of MDM users, and to no location.
    Mdm {
        /// Its slug or id. May be left out where there is exactly one.
        organization: Option<String>,
        /// What happens to it.
        deed: MdmDeed,
    },
}

/// What a verb did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outcome {
    /// For people.
    pub text: String,
    /// Keys of the locations that changed, the verb's own first.
    pub locations: Vec<String>,
    /// Assets that changed.
    pub assets: Vec<AssetName>,
    /// Products of the subscriptions that changed.
    pub subscriptions: Vec<u64>,
    /// Users that changed, or got something.
    pub client_user_ids: Vec<String>,
    /// Ids of MDM users that changed.
    pub mdm_users: Vec<String>,
    /// Devices that became known, or got something.
    pub serial_numbers: Vec<String>,
    /// How many licences, users or devices it was about.
    pub count: Option<u32>,
    /// First id of the licences that came.
    pub first_licence_id: Option<u64>,
    /// The content token that changed: its location and serial.
    pub token: Option<(SiteId, u32)>,
}

/// Why a verb did nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct VerbError {
    /// Of what kind.
    pub kind: Unfit,
    /// The argument that is to blame, by its name in a scenario.
    pub argument: &'static str,
    /// For people: the value, and what to do.
    pub text: String,
}

/// Why a verb does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unfit {
    /// The argument cannot be.
    Invalid,
    /// It does not go with the present state.
    Conflict,
    /// The manager may not do it.
    Forbidden,
}

impl VerbError {
    fn invalid(argument: &'static str, text: impl Into<String>) -> Self {
        Self { kind: Unfit::Invalid, argument, text: text.into() }
    }

    fn conflict(argument: &'static str, text: impl Into<String>) -> Self {
        Self { kind: Unfit::Conflict, argument, text: text.into() }
    }

    fn forbidden(argument: &'static str, text: impl Into<String>) -> Self {
        Self { kind: Unfit::Forbidden, argument, text: text.into() }
    }
}

type Result<T> = std::result::Result<T, VerbError>;

impl World {
    /// Does what a verb says, as a whole or not at all.
    pub fn act(&mut self, verb: &Verb, now: At, settings: &Settings) -> Result<Outcome> {
        if let Deed::ChangeLimits { limits } = &verb.deed {
            return self.change_limits(verb.location.as_deref(), limits);
        }
        if let Deed::Mdm { organization, deed } = &verb.deed {
            return self.act_on_workspace(organization.as_deref(), deed);
        }
        let id = self.pick(verb.location.as_deref(), "location")?;
        self.outbox.now = now;
        let mut outcome = self.act_on(id, &verb.deed, now, settings)?;
        outcome.locations.insert(0, self.key(id));
        self.revision += 1;
        Ok(outcome)
    }

    fn act_on(&mut self, id: SiteId, deed: &Deed, now: At, settings: &Settings) -> Result<Outcome> {
        let behaviour = &settings.behaviour;
        match deed {
            Deed::BuyLicenses { asset, product_type, count, as_token } => {
                if let Some(serial) = as_token {
                    self.may_buy(id, *serial, now)?;
                }
                self.buy(id, asset, *product_type, *count)
            }
            Deed::RefundLicenses { asset, count } => self.refund(id, asset, *count),
            Deed::TransferLicenses { asset, to, count } => {
                self.transfer(id, asset, to.as_deref(), *count)
            }
            Deed::AcceptInvitation { client_user_id, invite_code, apple_account } => {
                let who = (client_user_id.as_deref(), invite_code.as_deref());
                self.accept_invitation(id, who, apple_account.as_deref(), behaviour)
            }
            Deed::AcceptInvitations { up_to } => self.accept_invitations(id, *up_to, behaviour),
            Deed::ExpireToken { serial } => self.expire_token(id, *serial, now),
            Deed::RevokeToken { serial } => self.revoke_token(id, *serial),
            Deed::RenewToken => self.renew_token(id, now.plus(settings.token_lifetime)),
            Deed::OtherMdmTakesOver { name, id: mdm, metadata } => {
                self.take_over(id, name.as_deref(), mdm.as_deref(), metadata.as_deref())
            }
            Deed::OtherAdminAssigns { asset, holders, count } => {
                self.assign(id, asset, holders, *count, behaviour)
            }
            Deed::OtherAdminRetiresUser { client_user_id } => {
                self.retire(id, client_user_id.as_deref(), behaviour)
            }
            Deed::MakeAssetIrrevocable { asset } => self.make_irrevocable(id, asset),
            Deed::RemoveAsset { asset, force } => self.remove_asset(id, asset, *force, behaviour),
            Deed::AddDevices { serial_numbers, count } => {
                self.add_devices(id, serial_numbers, *count)
            }
            Deed::AddUsers { users, count } => self.add_users(id, users, *count, behaviour),
            Deed::RestrictToken { serial, privileges } => {
                self.restrict_token(id, *serial, *privileges)
            }
            Deed::ChangeLimits { limits } => self.change_limits(Some(&self.key(id)), limits),
            Deed::MoveService { moved } => self.move_service(id, *moved),
            Deed::Subscription(deed) => self.act_on_subscription(id, deed, now),
            Deed::Mdm { organization, deed } => {
                self.act_on_workspace(organization.as_deref(), deed)
            }
        }
    }

    /// The location of this key, or the only one.
    fn pick(&self, key: Option<&str>, argument: &'static str) -> Result<SiteId> {
        let keys = || {
            let keys: Vec<&str> = self.by_key.keys().take(20).map(String::as_str).collect();
            keys.join(", ")
        };
        let Some(key) = key else {
            if self.sites.len() == 1 {
                return Ok(SiteId(0));
            }
            return Err(VerbError::invalid(
                argument,
                format!(
                    "this world has several locations or none: say which; there are: {}",
                    keys()
                ),
            ));
        };
        self.site_of(key).ok_or_else(|| {
            let text = format!("there is no location `{key:.80}`; there are: {}", keys());
            VerbError::invalid(argument, text)
        })
    }

    fn key(&self, id: SiteId) -> String {
        self.sites.get(id.0).map(|site| site.location.profile.key.clone()).unwrap_or_default()
    }

    /// A location that was picked; places come from this world and stay.
    fn picked(&self, id: SiteId) -> Result<&Site> {
        self.site(id).ok_or_else(|| VerbError::invalid("location", "the location is gone"))
    }
}

/// The asset that is chosen, or the lowest of which `fits` holds; `wanted` says what that is.
fn choose(
    location: &Location,
    choice: &AssetChoice,
    wanted: &str,
    fits: impl Fn(AssetId, &Asset) -> bool,
) -> Result<AssetId> {
    let Some(adam_id) = &choice.adam_id else {
        let quality = choice.pricing_param;
        let mut ids = (0..location.assets.len() as u32).map(AssetId);
        let found = ids.find(|id| {
            location.assets.get(*id).is_some_and(|asset| {
                !asset.removed
                    && quality.is_none_or(|quality| asset.pricing_param == quality)
                    && fits(*id, asset)
            })
        });
        return found.ok_or_else(|| {
            let key = &location.profile.key;
            VerbError::conflict("adam_id", format!("location {key} has no asset {wanted}"))
        });
    };
    let quality = choice.pricing_param.unwrap_or(PricingParam::Standard);
    location.assets.find(adam_id, quality).ok_or_else(|| {
        let other = match quality {
            PricingParam::Standard => PricingParam::Plus,
            PricingParam::Plus => PricingParam::Standard,
        };
        let key = &location.profile.key;
        let mut text = format!("location {key} does not own {}", spell(adam_id, quality));
        text += if location.assets.find(adam_id, other).is_some() {
            ", but it does in the other quality: say so with pricing_param"
        } else {
            ": buy it first with buy-licenses"
        };
        VerbError::conflict("adam_id", text)
    })
}

/// How people read an asset's name: the quality only if it is not the usual one.
pub(super) fn spell(adam_id: &str, quality: PricingParam) -> String {
    match quality {
        PricingParam::Standard => adam_id.to_owned(),
        PricingParam::Plus => format!("{adam_id} (PLUS)"),
    }
}

/// What clients call an asset.
pub(super) fn name_of(location: &Location, asset: &Asset) -> AssetName {
    let adam_id = location.assets.adam_id(asset.product).to_owned();
    AssetName { adam_id, pricing_param: asset.pricing_param }
}

/// Some of one thing: `1 licence`, `3 licences`.
pub(super) fn some(count: u64, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// Refuses a count of nothing.
fn at_least_one(count: u32) -> Result<()> {
    if count > 0 {
        return Ok(());
    }
    Err(VerbError::invalid("count", "count is 0: leave it out for 1, or say how many"))
}
