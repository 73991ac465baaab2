//! The key of each setting: its name, what it takes, and the field behind it.

use super::values::{Value, put, words};
use super::{
    Allowed, AppliveryUnknownKey, DeveloperToken, ErrorTexts, ExpirationDate, InviteUrl,
    NotificationsHttp, NumericAdamId, PageAtTotal, PageEnds, RemovalsInDelta, RetiredCount,
    RetryAfterClock, ServiceConfig, SettingError, Settings, TwoArrays, UnknownToken,
    UnknownUserText, UnlimitedLists, nearest,
};
use crate::model::{ManagedAccounts, SameAccount, UnknownUser};

/// One setting that can be named.
#[derive(Debug)]
pub struct Key {
    /// How users name it.
    pub name: &'static str,
    /// Another name that is taken for it, and never written.
    pub alias: Option<&'static str>,
    /// What it takes.
    pub allowed: Allowed,
    get: fn(&Settings) -> String,
    put: fn(&mut Settings, &str) -> bool,
}

/// Keys are equal if their names are.
impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Key {}

macro_rules! key {
    ($name:literal, $allowed:expr, $($field:ident).+) => {
        Key {
            name: $name,
            alias: None,
            allowed: $allowed,
            get: |settings| settings.$($field).+.spell($allowed),
            put: |settings, text| put(&mut settings.$($field).+, text, $allowed),
        }
    };
}

/// The words of a switch, the one for off first.
const SWITCH: Allowed = Allowed::Words(&["off", "on"]);

static KEYS: [Key; 53] = [
    key!("token.expiration_date", words::<ExpirationDate>(), expiration_date),
    key!("token.lifetime", Allowed::Duration, token_lifetime),
    key!("clock.auto_horizon", Allowed::Duration, auto_horizon),
    key!("v2.unknown_token_status", words::<UnknownToken>(), unknown_token),
    key!("v2.unknown_user", words::<UnknownUser>(), behaviour.unknown_user),
    key!("v2.unknown_user_text", words::<UnknownUserText>(), unknown_user_text),
    key!("v2.numeric_adam_id", words::<NumericAdamId>(), numeric_adam_id),
    key!("v2.service_config", words::<ServiceConfig>(), service_config),
    key!("v2.service_config_auth", Allowed::Words(&["none", "required"]), service_config_auth),
    key!("v2.rate_limit", SWITCH, rate_limit),
    key!("v2.announce_rate_limit", SWITCH, announce_rate_limit),
    key!("v2.page_size", Allowed::Integer(1, 100_000), page_size),
    key!("v2.explicit_page_zero", Allowed::Words(&["reject", "accept"]), explicit_page_zero),
    key!("v2.page_at_total", words::<PageAtTotal>(), page_at_total),
    key!("v2.include_retired", Allowed::Words(&["ignore", "honour"]), include_retired),
    Key {
        alias: Some("v2.delta_removals"),
        ..key!("v2.removals_in_delta", words::<RemovalsInDelta>(), removals_in_delta)
    },
    key!("v2.unlimited_lists", words::<UnlimitedLists>(), unlimited_lists),
    key!("v2.event_delay", Allowed::DurationOrNever, behaviour.event_delay),
    key!("v2.event_steps", Allowed::Integer(1, 1_000), behaviour.event_steps),
    key!("assets.retired_count", words::<RetiredCount>(), retired_count),
    key!("users.same_account", words::<SameAccount>(), behaviour.same_account),
    key!("users.managed_accounts", words::<ManagedAccounts>(), behaviour.managed_accounts),
    key!("subscriptions.page_size", Allowed::Integer(1, 100_000), subscriptions_page_size),
    key!("subscriptions.cursor_lifetime", Allowed::Duration, cursor_lifetime),
    key!("subscriptions.trailing_page", SWITCH, trailing_page),
    key!("subscriptions.urls", SWITCH, subscription_urls),
    key!("v1.error_texts", words::<ErrorTexts>(), v1_error_texts),
    key!("v1.invite_url", words::<InviteUrl>(), v1_invite_url),
    key!("v1.notifies", SWITCH, v1_notifies),
    key!("v1.two_arrays", words::<TwoArrays>(), v1_two_arrays),
    key!("v1.batch_size", Allowed::Integer(1, 100_000), batch_size),
    key!("v1.batch_lifetime", Allowed::Duration, batch_lifetime),
    key!("v1.max_runs", Allowed::Integer(1, 100_000), runs_max),
    key!("applivery.page_ends", words::<PageEnds>(), applivery_page_ends),
    key!("applivery.page_limit", Allowed::Integer(1, 10_000), applivery_page_limit),
    key!("applivery.unknown_key", words::<AppliveryUnknownKey>(), applivery_unknown_key),
    key!("applivery.validation_error", Allowed::Integer(1, 99_999), applivery_validation_error),
    key!("applivery.creates_vpp_user", SWITCH, creates_vpp_user),
    key!("applivery.rate_limit", SWITCH, applivery_rate_limit),
    key!("notifications.http", words::<NotificationsHttp>(), notifications_http),
    key!("notifications.deliver", SWITCH, notifications_deliver),
    key!("notifications.attempts", Allowed::Integer(1, 10), notification_attempts),
    key!("notifications.retry_after", Allowed::Duration, notification_retry_after),
    key!("notifications.timeout", Allowed::Duration, notification_timeout),
    key!("catalog.developer_token", words::<DeveloperToken>(), developer_token),
    key!("http.retry_after_clock", words::<RetryAfterClock>(), retry_after_clock),
    key!("http.rule_header", SWITCH, rule_header),
    key!("marks.automatic", SWITCH, automatic_marks),
    key!("v2.max_events", Allowed::Integer(1, 10_000_000), behaviour.events_max),
    key!("v2.max_changes", Allowed::Integer(1, 100_000_000), behaviour.changes_max),
    key!("journal.redact", SWITCH, journal_redact),
    key!("journal.max_entries", Allowed::Integer(1, 10_000_000), journal_entries),
    key!("journal.max_bytes", Allowed::Integer(1, 1 << 40), journal_bytes),
];

impl Settings {
    /// Every setting, in the order in which people see them.
    pub const KEYS: &'static [Key] = &KEYS;

    /// Gives the setting named `key` the value that `value` spells.
    pub fn set(&mut self, key: &str, value: &str) -> Result<(), SettingError> {
        let Some(found) = find(key) else {
            let nearest = nearest(key, Self::KEYS.iter().map(|key| key.name)).and_then(find);
            return Err(SettingError::UnknownKey {
                key: key.to_owned(),
                value: value.to_owned(),
                nearest,
            });
        };
        if (found.put)(self, value) {
            return Ok(());
        }
        Err(SettingError::NotAllowed {
            key: found.name,
            value: value.to_owned(),
            allowed: found.allowed,
        })
    }

    /// The value of the setting named `key`, in its canonical spelling.
    pub fn get(&self, key: &str) -> Option<String> {
        find(key).map(|key| (key.get)(self))
    }

    /// Every key with its value.
    pub fn values(&self) -> impl Iterator<Item = (&'static str, String)> + '_ {
        Self::KEYS.iter().map(|key| (key.name, (key.get)(self)))
    }
}

/// The setting with this name or alias.
fn find(name: &str) -> Option<&'static Key> {
    Settings::KEYS.iter().find(|key| key.name == name || key.alias == Some(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What `set` says about a bad pair.
    fn refusal(key: &str, value: &str) -> String {
        let mut settings = Settings::observed();
        let refusal = settings.set(key, value).unwrap_err();
        assert_eq!(settings, Settings::observed(), "a refused value changes nothing");
        refusal.to_string()
    }

    #[test]
    fn names_are_unique() {
        let mut names: Vec<_> =
            Settings::KEYS.iter().flat_map(|key| [Some(key.name), key.alias]).flatten().collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }

    #[test]
    fn each_key_takes_its_values_and_changes_only_its_field() {
        for key in Settings::KEYS {
            let samples: Vec<String> = match key.allowed {
                Allowed::Words(words) => words.iter().map(ToString::to_string).collect(),
                Allowed::Integer(low, high) => vec![low.to_string(), high.to_string()],
                Allowed::Duration => vec!["0".into(), "7m".into()],
                Allowed::DurationOrNever => vec!["0".into(), "7m".into(), "never".into()],
            };
            let mut seen = Vec::new();
            for sample in &samples {
                let mut settings = Settings::observed();
                settings.set(key.name, sample).unwrap();
                assert_eq!(settings.get(key.name).as_ref(), Some(sample), "{}", key.name);
                let changed = settings
                    .values()
                    .zip(Settings::observed().values())
                    .filter(|(now, before)| now != before)
                    .all(|((name, _), _)| name == key.name);
                assert!(changed, "{} changes another setting", key.name);
                assert!(!seen.contains(&settings), "{}: {sample} changes nothing", key.name);
                seen.push(settings);
            }
            assert!(!(key.put)(&mut Settings::observed(), ""), "{}", key.name);
            assert!(!(key.put)(&mut Settings::observed(), "no-such-value"), "{}", key.name);
        }
    }

    #[test]
    fn an_alias_sets_and_reads_the_same_field() {
        let mut settings = Settings::observed();
        settings.set("v2.delta_removals", "listed").unwrap();
        assert_eq!(settings.get("v2.removals_in_delta").as_deref(), Some("listed"));
        assert_eq!(settings.get("v2.delta_removals").as_deref(), Some("listed"));
    }

    #[test]
    fn spellings_become_canonical() {
        let mut settings = Settings::observed();
        settings.set("v2.event_delay", "120s").unwrap();
        settings.set("v2.page_size", "0050").unwrap();
        assert_eq!(settings.get("v2.event_delay").as_deref(), Some("2m"));
        assert_eq!(settings.get("v2.page_size").as_deref(), Some("50"));
    }

    #[test]
    fn refusals_name_key_value_what_is_allowed_and_the_nearest_key() {
        assert_eq!(
            refusal("v2.page_size", "0"),
            r#"setting v2.page_size does not take "0"; allowed: integer 1..=100000"#
        );
        assert_eq!(
            refusal("v2.event_delay", "soon"),
            "setting v2.event_delay does not take \"soon\"; allowed: duration|never \
             (such as 200ms, 90s, 5m, 2h, 1d or 0; at most 36500d)"
        );
        assert_eq!(
            refusal("v2.pagesize", "50"),
            "there is no setting v2.pagesize (for the value \"50\"); did you mean v2.page_size, \
             which takes integer 1..=100000?"
        );
        assert_eq!(
            refusal("x", "y"),
            "there is no setting x (for the value \"y\"); the fidelity ledger names every setting"
        );
    }

    #[test]
    fn numbers_are_strict() {
        for value in ["100001", "-1", "+5", " 5", "5 ", "5.0", "0x5", "99999999999999999999"] {
            assert!(refusal("v2.page_size", value).contains("1..=100000"), "{value}");
        }
    }
}
