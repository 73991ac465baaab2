//! The two bundles of settings. They are code, so that no start has to read a table; the table in
//! `fixtures/profiles.toml` is held against them by a test.

use super::{
    AppliveryUnknownKey, DeveloperToken, ErrorTexts, ExpirationDate, InviteUrl, NotificationsHttp,
    NumericAdamId, PageAtTotal, PageEnds, RemovalsInDelta, RetiredCount, RetryAfterClock,
    ServiceConfig, SettingError, Settings, TwoArrays, UnknownToken, UnknownUserText,
    UnlimitedLists,
};
use crate::model::{Behaviour, Delay, ManagedAccounts, SameAccount, Span, UnknownUser};

impl Settings {
    /// The names that [`Settings::profile`] knows; the first is the default.
    pub const PROFILES: &'static [&'static str] = &["observed", "documented"];

    /// The profile of this name.
    pub fn profile(name: &str) -> Result<Self, SettingError> {
        match name {
            "observed" => Ok(Self::observed()),
            "documented" => Ok(Self::documented()),
            _ => Err(SettingError::UnknownProfile { name: name.to_owned() }),
        }
    }

    /// What clients met when they talked to the real service.
    pub fn observed() -> Self {
        Self {
            behaviour: Behaviour {
                event_delay: Delay::After(Span(200)),
                event_steps: 1,
                unknown_user: UnknownUser::Sync,
                same_account: SameAccount::New,
                managed_accounts: ManagedAccounts::Any,
                events_max: 100_000,
                changes_max: 10_000_000,
            },
            unknown_token: UnknownToken::Status200,
            expiration_date: ExpirationDate::Always,
            token_lifetime: Span::days(3_650),
            auto_horizon: Span::seconds(600),
            removals_in_delta: RemovalsInDelta::Hidden,
            numeric_adam_id: NumericAdamId::Coerce,
            page_size: 500,
            rate_limit: false,
            announce_rate_limit: true,
            service_config: ServiceConfig::Extended,
            service_config_auth: false,
            explicit_page_zero: true,
            page_at_total: PageAtTotal::Refuse,
            include_retired: true,
            unknown_user_text: UnknownUserText::Live,
            unlimited_lists: UnlimitedLists::Split,
            subscriptions_page_size: 500,
            cursor_lifetime: Span::days(1),
            trailing_page: false,
            subscription_urls: false,
            batch_size: 300,
            batch_lifetime: Span::seconds(3_600),
            runs_max: 256,
            retired_count: RetiredCount::Refunded,
            notifications_http: NotificationsHttp::Loopback,
            notifications_deliver: true,
            notification_attempts: 3,
            notification_retry_after: Span::seconds(60),
            notification_timeout: Span::seconds(10),
            v1_error_texts: ErrorTexts::Of2025,
            v1_invite_url: InviteUrl::Quince,
            v1_notifies: true,
            v1_two_arrays: TwoArrays::Refuse,
            developer_token: DeveloperToken::Checked,
            applivery_page_ends: PageEnds::Null,
            applivery_page_limit: 10,
            applivery_unknown_key: AppliveryUnknownKey::InvalidToken,
            applivery_validation_error: 3000,
            creates_vpp_user: true,
            applivery_rate_limit: false,
            retry_after_clock: RetryAfterClock::Virtual,
            rule_header: false,
            automatic_marks: true,
            journal_redact: true,
            journal_entries: 20_000,
            journal_bytes: 64 << 20,
        }
    }

    /// What the documentation says, where it differs from what clients met.
    pub fn documented() -> Self {
        Self {
            unknown_token: UnknownToken::Status401,
            expiration_date: ExpirationDate::Within15Days,
            numeric_adam_id: NumericAdamId::Reject,
            service_config: ServiceConfig::Apple,
            notifications_http: NotificationsHttp::Never,
            v1_invite_url: InviteUrl::AppleNoCc,
            applivery_page_ends: PageEnds::Integer,
            applivery_unknown_key: AppliveryUnknownKey::Unauthorized,
            ..Self::observed()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn profiles_go_by_name() {
        assert_eq!(Settings::profile("observed"), Ok(Settings::observed()));
        assert_eq!(Settings::profile("documented"), Ok(Settings::documented()));
        assert_eq!(
            Settings::profile("Observed").unwrap_err().to_string(),
            "there is no profile \"Observed\"; allowed: observed|documented"
        );
    }
}
