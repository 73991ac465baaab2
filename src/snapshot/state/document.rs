//! The shape of a state file, version 1. Lists refer to each other by index.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::people::Organization;
use super::scalars::{Instant, Pair, Row, SettingsMap, Turned};
use super::subscriptions::{SeatRequest, Subscriptions};
use super::words::{
    Kind, Moved, Notification, Platform, Privilege, Product, Quality, Reason, Set, Status, Store,
};

/// A universe at a moment: everything that decides what it does from then on.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Document {
    /// `quince.state/1`.
    pub(super) schema: String,
    /// The seed of everything that is made up.
    pub(super) seed: u64,
    /// Which life of the world this is: a reset begins a new one.
    pub(super) epoch: u16,
    pub(super) clock: Clock,
    pub(super) settings: SettingsMap,
    /// Number of the latest journal entry; not in the canonical form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) journal_last: Option<u64>,
    /// The locations, in world order.
    pub(super) locations: Vec<Location>,
    /// Organizations of MDM users, in world order; one made of the first location if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) mdm_organizations: Option<Vec<Organization>>,
    /// What the store says of products, beyond what follows from what is owned; by ascending id.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) products: Vec<StoreProduct>,
}

/// What the store says of a product; what is absent follows from its owners, or is made up.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct StoreProduct {
    pub(super) adam_id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) product_type: Option<Product>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) artist: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) bundle_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) platforms: Option<Vec<Platform>>,
    /// Number of the store's section.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) genre: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) version: Option<String>,
    /// Thousandths.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) price: Option<u32>,
    /// Name of the organization that it was made for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) custom_of: Option<String>,
    /// Storefronts that sell it; all if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) storefronts: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) description: Option<String>,
}

/// Who moves time, and what the clock showed at first and shows.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Clock {
    /// `wall`, `manual`, `auto` or `scaled:FACTOR`.
    pub(super) mode: String,
    pub(super) start: Instant,
    pub(super) now: Instant,
}

/// Everything that one content token manages.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Location {
    /// Its handle, `[a-z0-9-]+`, unique.
    pub(super) key: String,
    pub(super) name: String,
    pub(super) uid: String,
    /// The number by which older answers name it; that of the `uid` if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) legacy_id: Option<u64>,
    /// ISO 3166 alpha-2.
    pub(super) country: String,
    pub(super) platform: Store,
    /// Name of the organization that owns it.
    pub(super) organization: String,
    /// Domains of the organization's Managed Apple Accounts.
    pub(super) domains: Vec<String>,
    pub(super) limits: Limits,
    pub(super) client_config: ClientConfig,
    /// Content tokens, by ascending serial.
    pub(super) tokens: Vec<Token>,
    /// The highest serial that was seen; lower ones are revoked.
    pub(super) latest_serial: u32,
    /// Notifications that were numbered so far.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(super) notified: u64,
    /// The service has gone from here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) moved: Option<Moved>,
    /// Versions that have a literal id.
    pub(super) pinned_versions: Vec<PinnedVersion>,
    /// Invitations so far.
    pub(super) invitations: u64,
    /// The legacy number of the next user.
    pub(super) next_user_number: u64,
    pub(super) assets: Assets,
    /// Serial numbers, each once.
    pub(super) devices: Vec<String>,
    pub(super) users: Users,
    pub(super) assignments: Assignments,
    /// What the location has of subscriptions; left out if it never heard of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) subscriptions: Option<Subscriptions>,
    pub(super) events: Events,
}

/// How much one request may carry.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Limits {
    pub(super) assets: u32,
    pub(super) client_user_ids: u32,
    pub(super) serial_numbers: u32,
    pub(super) revoke_client_user_ids: u32,
    pub(super) revoke_serial_numbers: u32,
    pub(super) users: u32,
    pub(super) notification_length: u32,
    pub(super) mdm_id_length: u32,
    pub(super) mdm_name_length: u32,
    pub(super) mdm_metadata_length: u32,
    pub(super) requests_per_second: u32,
    pub(super) subscriptions: u32,
    pub(super) subscription_client_user_ids: u32,
}

/// Who claims a location, and who is notified of what.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ClientConfig {
    pub(super) mdm_info: Option<MdmInfo>,
    pub(super) receiver: Option<Receiver>,
    pub(super) notification_types: Vec<Notification>,
    /// What clients of the older API keep there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) legacy: Option<LegacyConfig>,
}

/// What clients of the older API keep with a location.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LegacyConfig {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) context: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) apn_token: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) notification_token: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) notification_url: Option<String>,
}

/// Which MDM claims a location.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct MdmInfo {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) metadata: String,
}

/// A receiver of notifications.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Receiver {
    pub(super) url: String,
    /// Left out where credentials are redacted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) secret: Option<String>,
}

/// A content token.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Token {
    /// Number of the download.
    pub(super) serial: u32,
    pub(super) expires: Instant,
    #[serde(default, skip_serializing_if = "is_false")]
    pub(super) revoked: bool,
    pub(super) privileges: Vec<Privilege>,
    /// The text that names it, if it is not quince's own form. Left out where credentials are redacted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) literal: Option<String>,
}

/// A version with a literal id.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PinnedVersion {
    pub(super) of: Set,
    /// Writes to the list at that version.
    pub(super) seq: u64,
    #[schemars(with = "String")]
    pub(super) id: Uuid,
}

/// What a location owns.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Assets {
    /// Writes to the list so far.
    pub(super) seq: u64,
    /// In order; product and quality name each once.
    pub(super) list: Vec<Asset>,
}

/// An asset.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Asset {
    pub(super) adam_id: String,
    pub(super) pricing_param: Quality,
    pub(super) product_type: Product,
    pub(super) name: String,
    /// Licences owned; left out for unlimited content.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) total: Option<u32>,
    /// How many assignments stand.
    pub(super) assigned: u32,
    /// Licences refunded or transferred away.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(super) retired: u32,
    /// Irrevocable licences of retired users.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(super) held_by_retired: u32,
    pub(super) revocable: bool,
    pub(super) device_assignable: bool,
    pub(super) platforms: Vec<Platform>,
    /// First id and length of each range of licences.
    pub(super) licences: Vec<(u64, u32)>,
    /// Free licences that somebody held before, in the order in which they are given again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) free: Vec<u32>,
    /// Licences that somebody held before and that were refunded or transferred since.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) given_up: Vec<u32>,
    /// No longer owned: it only keeps its place.
    #[serde(default, skip_serializing_if = "is_false")]
    pub(super) removed: bool,
}

/// The people of a location.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Users {
    /// Writes to the list so far.
    pub(super) seq: u64,
    /// In order of creation.
    pub(super) list: Vec<User>,
}

/// A client user.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct User {
    pub(super) client_user_id: String,
    /// Legacy id.
    pub(super) number: u64,
    pub(super) status: Status,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) email: Option<String>,
    /// The code of the latest invitation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) invite_code: Option<String>,
    /// The Apple Account that the user is or was linked to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) account: Option<String>,
    /// The hash under which the location sees the account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) account_hash: Option<String>,
    /// Whether the account is linked to this user: to the latest of several.
    #[serde(default, skip_serializing_if = "is_false")]
    pub(super) linked: bool,
    /// The latest write to this user; left out for what the world began with.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(super) changed: u64,
}

/// Who holds what.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Assignments {
    /// Writes to the list so far.
    pub(super) seq: u64,
    /// In order of creation.
    pub(super) rows: Vec<Row>,
    /// The pairs of the latest writes, as far back as they are remembered; the last is write `seq`.
    pub(super) changes: Vec<Turned>,
}

/// What was asked for.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Events {
    /// Number of the next event.
    pub(super) next: u64,
    /// When the last event left the queue.
    pub(super) free_since: Instant,
    /// By ascending number; what is not here is forgotten.
    pub(super) list: Vec<Event>,
}

/// An accepted asynchronous request.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Event {
    pub(super) number: u64,
    pub(super) kind: Kind,
    pub(super) accepted: Instant,
    /// From its start to its end in milliseconds; left out if it never ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) delay_ms: Option<i64>,
    /// Parts in which it is applied.
    pub(super) steps: u32,
    pub(super) steps_done: u32,
    /// Tasks.
    pub(super) requested: u32,
    /// Tasks that succeeded so far.
    pub(super) completed: u32,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) failures: Vec<Failure>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) finished: Option<Instant>,
    /// It left the queue and waits for ever.
    #[serde(default, skip_serializing_if = "is_false")]
    pub(super) held: bool,
    /// What is still to be done; left out once it is finished.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) work: Option<Work>,
    /// Tasks that are to fail when their turn comes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) failing: Vec<Failing>,
    /// Subscribers are told of it before it counts.
    #[serde(default, skip_serializing_if = "is_false")]
    pub(super) foretold: bool,
}

/// Tasks that are to fail, by what they are about; what is empty does not narrow them down.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Failing {
    pub(super) why: Reason,
    /// The number of an injected failure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) error: Option<u16>,
    pub(super) chosen: Targets,
}

/// The tasks that failed for one reason, by what is to blame.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Failure {
    pub(super) why: Reason,
    /// The number of an injected failure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) error: Option<u16>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) assets: Vec<(String, Quality)>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) client_user_ids: Vec<String>,
}

/// What is still to be done for an event.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub(super) enum Work {
    /// Every asset times every target.
    Targets(Targets),
    /// What a revocation found when it began.
    Pairs(Vec<Pair>),
    /// Every subscription times every user.
    Seats(SeatRequest),
    /// One task a user.
    Users(Vec<Wish>),
}

/// Assets, and who they are about.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Targets {
    pub(super) assets: Vec<(String, Quality)>,
    pub(super) client_user_ids: Vec<String>,
    pub(super) serial_numbers: Vec<String>,
}

/// A user as a client wants it.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Wish {
    pub(super) client_user_id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) email: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) managed_apple_id: Option<String>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "the form that serde asks for")]
pub(super) fn is_false(flag: &bool) -> bool {
    !flag
}

pub(super) fn is_zero<T: Default + PartialEq>(number: &T) -> bool {
    *number == T::default()
}
