//! The behaviour settings of a universe, typed.
//!
//! This file gives each setting its field; `keys` gives each field its key; `profiles` says which values
//! go together. `fixtures/profiles.toml` shows the same to people, with a reason for each.
//!
//! Invariants: a key has one canonical spelling of its value, and reading that spelling back changes
//! nothing; a value that is not allowed leaves the settings as they were.
//!
//! Not here: where settings come from (command line, files, control API), and why each exists
//! (`fidelity`).

mod duration;
mod error;
mod keys;
mod profiles;
mod values;

pub use crate::nearest::nearest;
pub use error::SettingError;
pub use keys::Key;
pub use values::Allowed;

use crate::model::{Behaviour, Span};

/// All settings of one universe.
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own, named by its key")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// What the service does.
    pub behaviour: Behaviour,
    /// `v2.unknown_token_status`: how an unknown token is told.
    pub unknown_token: UnknownToken,
    /// `token.expiration_date`: when answers carry `tokenExpirationDate`.
    pub expiration_date: ExpirationDate,
    /// `token.lifetime`: from the universe's start to the end of its tokens.
    pub token_lifetime: Span,
    /// `clock.auto_horizon`: how far an `auto` clock jumps by itself.
    pub auto_horizon: Span,
    /// `v2.removals_in_delta`: whether a delta of assignments tells removed pairs.
    pub removals_in_delta: RemovalsInDelta,
    /// `v2.numeric_adam_id`: what becomes of a numeric `adamId` in a request.
    pub numeric_adam_id: NumericAdamId,
    /// `v2.page_size`: records a page; at least 1.
    pub page_size: u32,
    /// `v2.rate_limit`: whether `maxRequestPerSecond` is enforced, in real time.
    pub rate_limit: bool,
    /// `v2.announce_rate_limit`: whether Service Config lists `maxRequestPerSecond`.
    pub announce_rate_limit: bool,
    /// `v2.service_config`: how much Service Config lists.
    pub service_config: ServiceConfig,
    /// `v2.service_config_auth`: whether Service Config demands a token.
    pub service_config_auth: bool,
    /// `v2.explicit_page_zero`: whether `pageIndex=0` may be written out.
    pub explicit_page_zero: bool,
    /// `v2.page_at_total`: what page `totalPages` is.
    pub page_at_total: PageAtTotal,
    /// `v2.include_retired`: whether the legacy parameter `includeRetired` filters users.
    pub include_retired: bool,
    /// `v2.unknown_user_text`: the wording of 9609.
    pub unknown_user_text: UnknownUserText,
    /// `v2.unlimited_lists`: what `assets` holds when `unlimited=true`.
    pub unlimited_lists: UnlimitedLists,
    /// `subscriptions.page_size`: records a page of subscriptions, their assignments or administrators; at least 1.
    pub subscriptions_page_size: u32,
    /// `subscriptions.cursor_lifetime`: how long a cursor is good.
    pub cursor_lifetime: Span,
    /// `subscriptions.trailing_page`: whether the last page that has records still has a cursor, to an empty one.
    pub trailing_page: bool,
    /// `subscriptions.urls`: whether Service Config lists URLs of subscriptions.
    pub subscription_urls: bool,
    /// `v1.batch_size`: records a batch of the older API; at least 1.
    pub batch_size: u32,
    /// `v1.batch_lifetime`: how long the tokens of a run through batches are good.
    pub batch_lifetime: Span,
    /// `v1.max_runs`: runs through batches that are kept; the oldest goes first.
    pub runs_max: u32,
    /// `assets.retired_count`: what `retiredCount` counts.
    pub retired_count: RetiredCount,
    /// `notifications.http`: where a notification URL may be plain `http://`.
    pub notifications_http: NotificationsHttp,
    /// `notifications.deliver`: whether notifications are sent at all.
    pub notifications_deliver: bool,
    /// `notifications.attempts`: attempts to deliver a notification; at least 1.
    pub notification_attempts: u32,
    /// `notifications.retry_after`: from the first attempt to the second; to each later one three times as long as before.
    pub notification_retry_after: Span,
    /// `notifications.timeout`: how long an attempt may take, in real time.
    pub notification_timeout: Span,
    /// `v1.error_texts`: the wording of v1's errors.
    pub v1_error_texts: ErrorTexts,
    /// `v1.invite_url`: where invitations are answered.
    pub v1_invite_url: InviteUrl,
    /// `v1.notifies`: whether writes of v1 are told to subscribers of v2.
    pub v1_notifies: bool,
    /// `v1.two_arrays`: what two arrays of one direction in one call of v1 mean.
    pub v1_two_arrays: TwoArrays,
    /// `catalog.developer_token`: how closely a developer token is looked at.
    pub developer_token: DeveloperToken,
    /// `applivery.page_ends`: what `prevPage` and `nextPage` are where there is no such page.
    pub applivery_page_ends: PageEnds,
    /// `applivery.page_limit`: users a page where the request does not say; at least 1.
    pub applivery_page_limit: u32,
    /// `applivery.unknown_key`: how an unknown API key is told.
    pub applivery_unknown_key: AppliveryUnknownKey,
    /// `applivery.validation_error`: the error code of a request that is not valid.
    pub applivery_validation_error: u32,
    /// `applivery.creates_vpp_user`: whether an MDM user with a Managed Apple Account has an Apple user.
    pub creates_vpp_user: bool,
    /// `applivery.rate_limit`: whether 10,000 requests an hour are enforced, in real time.
    pub applivery_rate_limit: bool,
    /// `http.retry_after_clock`: which clock a `Retry-After` that is a date follows.
    pub retry_after_clock: RetryAfterClock,
    /// `http.rule_header`: whether answers name the rules that touched them.
    pub rule_header: bool,
    /// `marks.automatic`: whether the state after each write is kept for diffs.
    pub automatic_marks: bool,
    /// `journal.redact`: whether the journal is told without credentials.
    pub journal_redact: bool,
    /// `journal.max_entries`: how many entries the journal keeps.
    pub journal_entries: u64,
    /// `journal.max_bytes`: how many bytes, roughly, the journal keeps.
    pub journal_bytes: u64,
}

/// How an unknown token is told (apple-v2.md §13.2, §17 conflict 14).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnknownToken {
    /// HTTP 200 with 9622.
    Status200,
    /// HTTP 401 with 9601.
    Status401,
}

/// When answers carry `tokenExpirationDate` (apple-v2.md §17 conflict 1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExpirationDate {
    /// Always.
    Always,
    /// When expiry minus now is at most 15 days.
    Within15Days,
}

/// Whether a delta of assignments tells removed pairs (apple-v2.md §18 question 11).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RemovalsInDelta {
    /// Only a full read shows them.
    Hidden,
    /// The delta is the symmetric difference, without a flag.
    Listed,
}

/// What becomes of a numeric `adamId` in a request (apple-v2.md §18 question 44).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumericAdamId {
    /// Taken as its decimal text.
    Coerce,
    /// 9602.
    Reject,
}

/// How much Service Config lists (apple-v2.md §17 conflict 9).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServiceConfig {
    /// Also the 98xx errors and the `SUBSCRIPTION_*` types.
    Extended,
    /// The 38 errors and 4 types of the documented example.
    Apple,
}

/// What the page with index `totalPages` is (apple-v2.md §17 conflict 6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageAtTotal {
    /// Out of range: 9650.
    Refuse,
    /// An empty page, for readers who page until `currentPageIndex` equals `totalPages`.
    Empty,
}

/// The wording of 9609 (apple-v2.md §17 conflict 12).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnknownUserText {
    /// `Unable to find the registered user.`
    Live,
    /// `Unable to find registered user.`
    Short,
    /// `Registered user not found`
    NotFound,
}

/// What `assets` holds when `unlimited=true` (apple-v2.md §18 question 16).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnlimitedLists {
    /// Limited assets only; unlimited ones are in `unlimitedAssets`.
    Split,
    /// All assets; unlimited ones are in `unlimitedAssets` too.
    Both,
}

/// What `retiredCount` counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetiredCount {
    /// Refunded and transferred licences.
    Refunded,
    /// Those and the irrevocable licences of retired users.
    WithRetiredUsers,
}

/// Where a notification URL may be plain `http://`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotificationsHttp {
    /// To loopback, and to hosts named with `--allow-receiver`.
    Loopback,
    /// Nowhere: 9712.
    Never,
}

/// The wording of v1's errors (apple-legacy-v1.md §2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorTexts {
    /// As a capture of 2020 has them.
    Of2020,
    /// As a capture of 2025 has them.
    Of2025,
}

/// Where invitations are answered (apple-legacy-v1.md §3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InviteUrl {
    /// Here: whoever opens it accepts the invitation.
    Quince,
    /// Here, too, and as short as Apple's simulator has it: the code is the path (apple-legacy-v1.md §20).
    Vppsim,
    /// At Apple's, with the country.
    Apple,
    /// At Apple's, in the older form without a country.
    AppleNoCc,
}

/// What two arrays of one direction in one call mean (apple-legacy-v1.md §14 rule 2, §23 #14).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TwoArrays {
    /// The call is refused: 9602.
    Refuse,
    /// All of them are meant, one after the other.
    Both,
    /// The first is meant, in the order in which they are documented; the others are nothing.
    First,
}

/// How closely a developer token is looked at (apple-metadata.md §2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeveloperToken {
    /// Its parts, its algorithm and how long it lives.
    Checked,
    /// Any bearer token will do.
    Any,
}

/// What `prevPage` and `nextPage` are at the ends of a list (applivery.md §4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageEnds {
    /// `null`.
    Null,
    /// 0.
    Integer,
}

/// How an unknown API key is told; the status is 401 (applivery.md §2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AppliveryUnknownKey {
    /// 4004, `Invalid Token`.
    InvalidToken,
    /// 4001, `Unauthorized`.
    Unauthorized,
}

/// Which clock a `Retry-After` that is a date follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetryAfterClock {
    /// The universe's, as `Date` does.
    Virtual,
    /// The client's.
    Real,
}
