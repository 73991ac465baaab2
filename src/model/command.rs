//! What can be asked of a location.

use std::sync::Arc;

use super::ids::AssetName;
use super::subscription::SeatRequest;

/// An asynchronous request: accepted or refused at once, carried out later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Give every asset to every target.
    Associate(Targets),
    /// Take every asset back from every target.
    Disassociate(Targets),
    /// Take every revocable asset back from every target; `assets` is not looked at.
    Revoke(Targets),
    /// Give every subscription to every user; `deferred` is not looked at.
    AssociateSeats(SeatRequest),
    /// Take every subscription back from every user; `renewing` is not looked at.
    DisassociateSeats(SeatRequest),
    /// Make users.
    CreateUsers(Vec<UserRequest>),
    /// Change users.
    UpdateUsers(Vec<UserRequest>),
    /// Retire users.
    RetireUsers(Vec<UserRequest>),
}

/// Assets, and who they are about, as a client named them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Targets {
    /// Assets, in request order.
    pub assets: Vec<AssetName>,
    /// Client user ids, in request order.
    pub client_user_ids: Vec<Arc<str>>,
    /// Serial numbers, in request order.
    pub serial_numbers: Vec<Arc<str>>,
}

impl Targets {
    /// How many users and devices there are.
    pub const fn len(&self) -> usize {
        self.client_user_ids.len() + self.serial_numbers.len()
    }

    /// The `n`-th target: users come first, then devices.
    pub fn get(&self, n: usize) -> Option<Target<'_>> {
        match self.client_user_ids.get(n) {
            Some(id) => Some(Target::User(id)),
            None => self.serial_numbers.get(n - self.client_user_ids.len()).map(Target::Device),
        }
    }

    /// Whether there is nobody.
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Whom a task is about.
#[derive(Debug, Clone, Copy)]
pub enum Target<'a> {
    /// The user with this client user id.
    User(&'a Arc<str>),
    /// The device with this serial number.
    Device(&'a Arc<str>),
}

impl Target<'_> {
    /// The name that the client gave.
    pub fn name(self) -> Arc<str> {
        let (Self::User(name) | Self::Device(name)) = self;
        Arc::clone(name)
    }

    /// Whether it is a device.
    pub const fn is_device(self) -> bool {
        matches!(self, Self::Device(_))
    }
}

/// A user as a client wants it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserRequest {
    /// Whom it is about.
    pub client_user_id: Arc<str>,
    /// The e-mail address to set, if any.
    pub email: Option<String>,
    /// The Managed Apple Account to link, if any.
    pub managed_apple_id: Option<String>,
}

/// How much one request may carry (apple-v2.md §3.1). Also what Service Config announces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Assets in associate and disassociate.
    pub assets: usize,
    /// Client user ids in associate and disassociate.
    pub client_user_ids: usize,
    /// Serial numbers in associate and disassociate.
    pub serial_numbers: usize,
    /// Client user ids in revoke.
    pub revoke_client_user_ids: usize,
    /// Serial numbers in revoke.
    pub revoke_serial_numbers: usize,
    /// Users in create, update and retire.
    pub users: usize,
    /// Characters of the notification URL, and of its secret.
    pub notification_length: usize,
    /// Characters of `mdmInfo.id`.
    pub mdm_id_length: usize,
    /// Characters of `mdmInfo.name`.
    pub mdm_name_length: usize,
    /// Characters of `mdmInfo.metadata`.
    pub mdm_metadata_length: usize,
    /// Requests a second, all of one location.
    pub requests_per_second: u32,
    /// Subscriptions in one request.
    pub subscriptions: usize,
    /// Client user ids in one subscription request.
    pub subscription_client_user_ids: usize,
}

impl Limits {
    /// The values of the documented example.
    pub const DOCUMENTED: Self = Self {
        assets: 25,
        client_user_ids: 1000,
        serial_numbers: 1000,
        revoke_client_user_ids: 100,
        revoke_serial_numbers: 100,
        users: 100,
        notification_length: 512,
        mdm_id_length: 100,
        mdm_name_length: 100,
        mdm_metadata_length: 255,
        requests_per_second: 15,
        subscriptions: 25,
        subscription_client_user_ids: 1000,
    };
}
