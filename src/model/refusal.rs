//! Every way to say no, in the domain's words. Numbers, statuses and sentences are the surfaces' affair;
//! each surface matches these exhaustively, so that a new one does not compile until each has its answer.

use std::sync::Arc;

use super::ids::AssetName;

/// Why a request was refused at once; nothing was queued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// No asset was named.
    NoAssets,
    /// Neither a user nor a device was named.
    NoTargets,
    /// No user was given.
    NoUsers,
    /// More assets than one request may carry.
    TooManyAssets,
    /// More client user ids than one request may carry.
    TooManyClientUserIds,
    /// More serial numbers than one request may carry.
    TooManySerialNumbers,
    /// More users than one request may carry.
    TooManyUsers,
    /// These assets were named more than once.
    DuplicateAssets(Vec<AssetName>),
    /// These client user ids were named more than once.
    DuplicateClientUserIds(Vec<Arc<str>>),
    /// These serial numbers were named more than once.
    DuplicateSerialNumbers(Vec<Arc<str>>),
    /// These users were given more than once.
    DuplicateUsers(Vec<Arc<str>>),
    /// These assets cannot be taken back.
    NotRevocable(Vec<AssetName>),
    /// Devices cannot hold these assets.
    NotDeviceAssignable(Vec<AssetName>),
    /// These are not e-mail addresses; told by the users that were to have them.
    InvalidEmail(Vec<Arc<str>>),
    /// No active user has these client user ids.
    UnknownUsers(Vec<Arc<str>>),
    /// A request about subscriptions names no product or no user.
    NoSeatsNamed,
    /// More subscriptions, or more users of them, than one request may carry.
    TooManySeatsNamed,
    /// The location has no subscription to these products.
    UnknownSubscriptions(Vec<u64>),
    /// A subscription is paused or not active any more.
    SubscriptionNotActive,
    /// No active user with an Apple Account has these client user ids.
    NotAssociated(Vec<Arc<str>>),
    /// These users have a subscription through a group.
    SeatByGroup(Vec<Arc<str>>),
    /// These users do not have a subscription that is to be taken back.
    SeatNotHeld(Vec<Arc<str>>),
    /// Licences of subscriptions exist, so that their support cannot end.
    SubscriptionsExist,
    /// The location has no room for another row (four thousand million were made).
    Exhausted,
}

/// Why one task of an event failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Failure {
    /// No active user has this client user id.
    UnknownUser,
    /// No licence is left, or none was ever owned.
    NoLicence,
    /// The asset cannot be taken back (any more).
    NotRevocable,
    /// Devices cannot hold the asset (any more).
    NotDeviceAssignable,
    /// An active user with this client user id exists.
    UserExists,
    /// The Managed Apple Account cannot be linked to this user.
    AccountUnusable,
    /// The Managed Apple Account is linked to another user.
    AccountTaken,
    /// Somebody from outside wanted it to fail, and chose the surface's number for it.
    Injected(u16),
}
