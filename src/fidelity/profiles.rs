//! The settings, explained: `fixtures/profiles.toml`.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

/// One row of the table.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct SettingRow {
    /// Its key.
    pub key: String,
    /// Another key that is taken for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alias: Option<String>,
    /// What it takes, in short.
    #[serde(rename = "type")]
    pub takes: String,
    /// Its value in the profile `observed`.
    pub observed: String,
    /// Its value in the profile `documented`.
    pub documented: String,
    /// The ledger entry that tells why it exists.
    pub ledger: String,
    /// What it decides, in one sentence.
    pub says: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    setting: Vec<SettingRow>,
}

#[expect(clippy::expect_used, reason = "embedded; the test below reads it")]
static TABLE: LazyLock<Table> = LazyLock::new(|| {
    toml::from_str(include_str!("../../fixtures/profiles.toml"))
        .expect("the_table_and_the_settings_agree reads fixtures/profiles.toml")
});

/// Every setting, in the order of the table.
pub fn settings() -> &'static [SettingRow] {
    &TABLE.setting
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::settings::Settings;

    #[test]
    fn the_table_and_the_settings_agree() {
        let table: Vec<_> = settings()
            .iter()
            .map(|row| (row.key.as_str(), row.alias.as_deref(), row.takes.clone()))
            .collect();
        let typed: Vec<_> = Settings::KEYS
            .iter()
            .map(|key| (key.name, key.alias, key.allowed.to_string()))
            .collect();
        assert_eq!(table, typed);
    }

    #[test]
    fn both_profiles_are_what_the_table_says() {
        type Column = fn(&SettingRow) -> &str;
        let columns: [(&str, Column); 2] =
            [("observed", |row| &row.observed), ("documented", |row| &row.documented)];
        for (profile, column) in columns {
            let typed = Settings::profile(profile).unwrap();
            let mut read = typed.clone();
            for row in settings() {
                read.set(&row.key, column(row)).unwrap();
                assert_eq!(typed.get(&row.key).as_deref(), Some(column(row)), "{}", row.key);
            }
            assert_eq!(read, typed, "{profile}");
        }
    }
}
