//! The domain: what a location owns, who its people are, who holds what, and what was asked for.
//!
//! Invariants, each an absence: no HTTP, no JSON, no clock, no randomness, no async, no serde. Time comes in as
//! [`At`], ids that must be made up come from an [`IdSource`] that is handed in. A command is a [`Command`], a
//! no is a [`Refusal`]; what a surface makes of either is not known here.
//!
//! Start at [`Location`].

pub mod asset;
pub mod assignment;
pub mod behaviour;
pub mod by_hand;
mod checks;
pub mod command;
pub mod config;
#[cfg(test)]
mod cost_tests;
pub mod direct;
pub mod event;
mod foretold;
pub mod ids;
pub mod kinds;
pub mod licence;
pub mod location;
pub mod mdm;
pub mod notice;
mod outside;
pub mod parts;
pub mod query;
pub mod refusal;
pub mod subscription;
pub mod time;
pub mod user;
mod work;

pub use asset::{Asset, UNLIMITED_TOTAL};
pub use behaviour::{Behaviour, Delay, ManagedAccounts, SameAccount, UnknownUser};
pub use by_hand::{Failing, Stranger};
pub use checks::is_email;
pub use command::{Command, Limits, Targets, UserRequest};
pub use config::{ClientConfig, ConfigChange, LegacyConfig, MdmInfo, NotificationType, Receiver};
pub use direct::{Hitch, Whom};
pub use event::{Event, EventKind, EventStatus, Foretold};
pub use ids::{AssetId, AssetName, DeviceId, Holder, HolderKind, IdSource, Seq, UserId};
pub use kinds::{
    Platforms, PricingParam, Privileges, ProductType, StorePlatform, Supply, UserStatus,
};
pub use licence::{HeldBy, Licence, LicenceFilter, LicencesSince};
pub use location::{HasHappened, Location, LocationProfile};
pub use mdm::{
    AccountChange, Language, MdmChange, MdmCounts, MdmDraft, MdmOrganization, MdmPage, MdmPlatform,
    MdmQuery, MdmRefusal, MdmSort, MdmUser, MdmUsers, ObjectId,
};
pub use notice::Notice;
pub use parts::{Flaw, LocationParts};
pub use query::{AssetFilter, AssignmentFilter, Page, PageRequest, Pair, UserFilter};
pub use refusal::{Failure, Refusal};
pub use subscription::{
    AdministratorRequest, Date, LicenceKind, Period, SeatFilter, SeatRequest, Split,
    SubscriptionFilter, SubscriptionStatus, Subscriptions,
};
pub use time::{At, Span};
pub use user::User;
