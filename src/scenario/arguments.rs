//! The arguments of each verb, as they are written. The names are those of a scenario file: `name` is the verb's own,
//! so what another MDM is called is `mdm_name`.

pub(super) mod mdm;

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use crate::model;
use crate::sim::verbs::{AssetChoice, Deed, HolderChoice};
use crate::sim::{self};

/// A quality.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum PricingParam {
    /// Standard.
    #[serde(rename = "STDQ")]
    Standard,
    /// High.
    #[serde(rename = "PLUS")]
    Plus,
}

impl From<PricingParam> for model::PricingParam {
    fn from(quality: PricingParam) -> Self {
        match quality {
            PricingParam::Standard => Self::Standard,
            PricingParam::Plus => Self::Plus,
        }
    }
}

/// What a product is.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
pub(super) enum ProductType {
    /// An app.
    App,
    /// A book.
    Book,
}

impl From<ProductType> for model::ProductType {
    fn from(kind: ProductType) -> Self {
        match kind {
            ProductType::App => Self::App,
            ProductType::Book => Self::Book,
        }
    }
}

/// What a manager may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Privilege {
    /// Read everything; always there.
    View,
    /// Assign content and manage users.
    Manage,
    /// Buy content.
    Purchase,
}

const fn one() -> u32 {
    1
}

/// A member that must be there, though it may be `null`.
fn required<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u16>, D::Error> {
    Option::deserialize(from)
}

/// Arguments that become a location and a deed, or do not: then with the argument to blame and why.
pub(super) trait Arguments {
    fn deed(self) -> Result<(Option<String>, Deed), (&'static str, String)>;
}

/// Declares the arguments of a verb. `location` is one of all.
macro_rules! arguments {
    ($($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* }
        => |$it:ident| $deed:expr;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields)]
        pub(super) struct $name {
            /// Key of the location; may be left out where there is exactly one.
            #[serde(default)]
            location: Option<String>,
            $($(#[$field_doc])* $field: $type,)*
        }

        impl Arguments for $name {
            fn deed(self) -> Result<(Option<String>, Deed), (&'static str, String)> {
                let $it = self;
                let location = $it.location.clone();
                Ok((location, $deed))
            }
        }
    )+};
}

pub(super) use arguments;

fn asset(adam_id: Option<String>, pricing_param: Option<PricingParam>) -> AssetChoice {
    AssetChoice { adam_id, pricing_param: pricing_param.map(Into::into) }
}

arguments! {
    /// `buy-licenses`
    Buy {
        /// Product id; one that the location does not own yet becomes a new asset. The lowest asset if absent.
        #[serde(default)]
        adam_id: Option<String>,
        /// Quality; STDQ if absent.
        #[serde(default)]
        pricing_param: Option<PricingParam>,
        /// What a new asset is; an app if absent.
        #[serde(default)]
        product_type: Option<ProductType>,
        /// How many licences.
        #[serde(default = "one")]
        count: u32,
        /// Buys as the manager of the token of this serial, who needs `purchase`. Without, an administrator buys.
        #[serde(default)]
        as_token: Option<u32>,
    } => |it| Deed::BuyLicenses {
        asset: asset(it.adam_id, it.pricing_param),
        product_type: it.product_type.map(Into::into),
        count: it.count,
        as_token: it.as_token,
    };
    /// `refund-licenses`
    Refund {
        /// Product id; the lowest asset with enough free licences if absent.
        #[serde(default)]
        adam_id: Option<String>,
        /// Quality; STDQ if absent.
        #[serde(default)]
        pricing_param: Option<PricingParam>,
        /// How many licences.
        #[serde(default = "one")]
        count: u32,
    } => |it| Deed::RefundLicenses { asset: asset(it.adam_id, it.pricing_param), count: it.count };
    /// `accept-invitation`
    Accept {
        /// The user; the lowest registered one if neither this nor the code is given.
        #[serde(default)]
        client_user_id: Option<String>,
        /// The code of the invitation.
        #[serde(default)]
        invite_code: Option<String>,
        /// The Apple Account; the user's address if absent.
        #[serde(default)]
        apple_account: Option<String>,
        /// So many of the lowest registered users, with their addresses, or all if there are fewer; stands alone. That
        /// nobody is left is no mistake.
        #[serde(default)]
        up_to: Option<u32>,
    } => |it| match it.up_to {
        None => Deed::AcceptInvitation {
            client_user_id: it.client_user_id,
            invite_code: it.invite_code,
            apple_account: it.apple_account,
        },
        Some(up_to) => {
            let named = [it.client_user_id, it.invite_code, it.apple_account];
            if named.iter().any(Option::is_some) {
                let text = "up_to takes the lowest registered users: name nobody besides";
                return Err(("up_to", text.to_owned()));
            }
            Deed::AcceptInvitations { up_to }
        }
    };
    /// `expire-token`
    Expire {
        /// Serial of the token; the latest if absent.
        #[serde(default)]
        serial: Option<u32>,
    } => |it| Deed::ExpireToken { serial: it.serial };
    /// `revoke-token`
    Revoke {
        /// Serial of the token; the latest if absent.
        #[serde(default)]
        serial: Option<u32>,
    } => |it| Deed::RevokeToken { serial: it.serial };
    /// `renew-token`
    Renew {} => |it| Deed::RenewToken;
    /// `other-mdm-takes-over`
    TakeOver {
        /// What the other MDM is called (`mdmInfo.name`).
        #[serde(default)]
        mdm_name: Option<String>,
        /// Its id (`mdmInfo.id`).
        #[serde(default)]
        mdm_id: Option<String>,
        /// Its metadata (`mdmInfo.metadata`).
        #[serde(default)]
        mdm_metadata: Option<String>,
    } => |it| Deed::OtherMdmTakesOver {
        name: it.mdm_name,
        id: it.mdm_id,
        metadata: it.mdm_metadata,
    };
    /// `other-admin-assigns`
    Assign {
        /// Product id; the lowest asset with enough free licences if absent.
        #[serde(default)]
        adam_id: Option<String>,
        /// Quality; STDQ if absent.
        #[serde(default)]
        pricing_param: Option<PricingParam>,
        /// Users that get it.
        #[serde(default)]
        client_user_ids: Vec<String>,
        /// Devices that get it.
        #[serde(default)]
        serial_numbers: Vec<String>,
        /// To how many it goes if nobody is named: the lowest devices, then users, that do not hold it.
        #[serde(default = "one")]
        count: u32,
    } => |it| Deed::OtherAdminAssigns {
        asset: asset(it.adam_id, it.pricing_param),
        holders: HolderChoice {
            client_user_ids: it.client_user_ids,
            serial_numbers: it.serial_numbers,
        },
        count: it.count,
    };
    /// `other-admin-retires-user`
    Retire {
        /// The user; the lowest active one if absent.
        #[serde(default)]
        client_user_id: Option<String>,
    } => |it| Deed::OtherAdminRetiresUser { client_user_id: it.client_user_id };
    /// `make-asset-irrevocable`
    Irrevocable {
        /// Product id; the lowest revocable asset if absent.
        #[serde(default)]
        adam_id: Option<String>,
        /// Quality; STDQ if absent.
        #[serde(default)]
        pricing_param: Option<PricingParam>,
    } => |it| Deed::MakeAssetIrrevocable { asset: asset(it.adam_id, it.pricing_param) };
    /// `remove-asset`
    Remove {
        /// Product id; the lowest asset that can go if absent.
        #[serde(default)]
        adam_id: Option<String>,
        /// Quality; STDQ if absent.
        #[serde(default)]
        pricing_param: Option<PricingParam>,
        /// Even if somebody holds it: the assignments go too.
        #[serde(default)]
        force: bool,
    } => |it| Deed::RemoveAsset { asset: asset(it.adam_id, it.pricing_param), force: it.force };
    /// `add-devices`
    AddDevices {
        /// Serial numbers.
        #[serde(default)]
        serial_numbers: Vec<String>,
        /// How many are made up if none are named.
        #[serde(default = "one")]
        count: u32,
    } => |it| Deed::AddDevices { serial_numbers: it.serial_numbers, count: it.count };
    /// `add-users`
    AddUsers {
        /// The users.
        #[serde(default)]
        users: Vec<NewUser>,
        /// How many are made up if none are named.
        #[serde(default = "one")]
        count: u32,
    } => |it| Deed::AddUsers {
        users: it.users.into_iter().map(Into::into).collect(),
        count: it.count,
    };
    /// `restrict-token`
    Restrict {
        /// Serial of the token; the latest if absent.
        #[serde(default)]
        serial: Option<u32>,
        /// What its manager may do from here on; `view` is always there.
        privileges: Vec<Privilege>,
    } => |it| Deed::RestrictToken {
        serial: it.serial,
        privileges: model::Privileges {
            manage: it.privileges.contains(&Privilege::Manage),
            purchase: it.privileges.contains(&Privilege::Purchase),
        },
    };
    /// `move-service`
    MoveService {
        /// What calls hear: 9617, 9634, 9729, or `null` when the service is back.
        #[serde(deserialize_with = "required")]
        error: Option<u16>,
    } => |it| Deed::MoveService {
        moved: match it.error {
            None => None,
            Some(9617) => Some(sim::Moved::Url),
            Some(9634) => Some(sim::Moved::Removed),
            Some(9729) => Some(sim::Moved::Server),
            Some(other) => {
                let text = format!("{other} is no way to move: use 9617, 9634, 9729 or null");
                return Err(("error", text));
            }
        },
    };
}

/// A user that another administrator creates.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewUser {
    /// Its client user id.
    client_user_id: String,
    /// Its e-mail address.
    #[serde(default)]
    email: Option<String>,
    /// The Managed Apple Account to link.
    #[serde(default)]
    managed_apple_id: Option<String>,
}

impl From<NewUser> for model::UserRequest {
    fn from(user: NewUser) -> Self {
        Self {
            client_user_id: Arc::from(user.client_user_id),
            email: user.email,
            managed_apple_id: user.managed_apple_id,
        }
    }
}

/// `transfer-licenses`
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Transfer {
    /// Key of the location that gives; may be left out where there is exactly one, or two and `to` is given.
    #[serde(default)]
    from: Option<String>,
    /// Key of the location that gets; may be left out where there are two.
    #[serde(default)]
    to: Option<String>,
    /// Product id; the lowest asset with enough free licences if absent.
    #[serde(default)]
    adam_id: Option<String>,
    /// Quality; STDQ if absent.
    #[serde(default)]
    pricing_param: Option<PricingParam>,
    /// How many licences.
    #[serde(default = "one")]
    count: u32,
}

impl Arguments for Transfer {
    fn deed(self) -> Result<(Option<String>, Deed), (&'static str, String)> {
        let asset = asset(self.adam_id, self.pricing_param);
        Ok((self.from, Deed::TransferLicenses { asset, to: self.to, count: self.count }))
    }
}

/// `change-limits`: any limit by its name in Service Config.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[allow(missing_docs, reason = "named as Service Config names them")]
pub(super) struct ChangeLimits {
    /// Key of the location; every location if absent.
    #[serde(default)]
    location: Option<String>,
    max_assets: Option<u32>,
    max_client_user_ids: Option<u32>,
    max_serial_numbers: Option<u32>,
    max_revoke_client_user_ids: Option<u32>,
    max_revoke_serial_numbers: Option<u32>,
    max_users: Option<u32>,
    max_notification_length: Option<u32>,
    max_mdm_name_length: Option<u32>,
    max_mdm_metadata_length: Option<u32>,
    max_mdm_id_length: Option<u32>,
    max_request_per_second: Option<u32>,
    max_subscriptions: Option<u32>,
    max_subscription_client_user_ids: Option<u32>,
}

impl Arguments for ChangeLimits {
    fn deed(self) -> Result<(Option<String>, Deed), (&'static str, String)> {
        // In the order of `LIMIT_NAMES`.
        let values = [
            self.max_assets,
            self.max_client_user_ids,
            self.max_serial_numbers,
            self.max_revoke_client_user_ids,
            self.max_revoke_serial_numbers,
            self.max_users,
            self.max_notification_length,
            self.max_mdm_name_length,
            self.max_mdm_metadata_length,
            self.max_mdm_id_length,
            self.max_request_per_second,
            self.max_subscriptions,
            self.max_subscription_client_user_ids,
        ];
        let named = sim::verbs::LIMIT_NAMES.iter().zip(values);
        let limits = named.filter_map(|(name, value)| Some(((*name).to_owned(), value?))).collect();
        Ok((self.location, Deed::ChangeLimits { limits }))
    }
}
