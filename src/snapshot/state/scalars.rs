//! Values of a state file that have a form of their own.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, MapAccess, SeqAccess, Visitor};
use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::model::{At, DeviceId, Holder, HolderKind, UserId};
use crate::sim::date;

/// An instant: `2026-01-15T09:00:00.25Z`; milliseconds since 1970 where a year has no four digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Instant(pub(super) At);

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match date::exact(self.0) {
            Some(text) => serializer.serialize_str(&text),
            None => serializer.serialize_i64(self.0.0),
        }
    }
}

impl<'de> Deserialize<'de> for Instant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;
        impl Visitor<'_> for Read {
            type Value = Instant;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a time such as 2026-01-15T09:00:00Z")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Instant, E> {
                let at = date::parse(text);
                at.map(Instant).ok_or_else(|| E::invalid_value(de::Unexpected::Str(text), &self))
            }
            fn visit_i64<E: de::Error>(self, ms: i64) -> Result<Instant, E> {
                Ok(Instant(At(ms)))
            }
            fn visit_u64<E: de::Error>(self, ms: u64) -> Result<Instant, E> {
                let ms = i64::try_from(ms);
                ms.map(|ms| Instant(At(ms))).map_err(|_| E::custom("the time is too late"))
            }
        }
        deserializer.deserialize_any(Read)
    }
}

impl JsonSchema for Instant {
    fn schema_name() -> Cow<'static, str> {
        "Instant".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "RFC 3339 in UTC, to the millisecond; milliseconds since 1970 where a year has no four digits.",
            "anyOf": [{"type": "string", "format": "date-time"}, {"type": "integer"}]
        })
    }
}

/// A holder as a number: users from 0 up, devices from -1 down.
fn number(holder: Holder) -> i64 {
    match holder.kind() {
        HolderKind::User(user) => i64::from(user.0),
        HolderKind::Device(device) => !i64::from(device.0),
    }
}

fn holder<E: de::Error>(number: i64) -> Result<Holder, E> {
    // One bit tells users from devices.
    let index = |number: i64| u32::try_from(number).ok().filter(|index| index >> 31 == 0);
    let user = index(number).map(|user| UserId(user).into());
    let device = || index(!number).map(|device| DeviceId(device).into());
    user.or_else(device).ok_or_else(|| {
        E::custom(format!("{number} is no holder: users count from 0 up, devices from -1 down"))
    })
}

/// Asset and holder.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pair(pub(super) u32, pub(super) Holder);

impl Serialize for Pair {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (self.0, number(self.1)).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Pair {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (asset, number) = <(u32, i64)>::deserialize(deserializer)?;
        Ok(Self(asset, holder(number)?))
    }
}

impl JsonSchema for Pair {
    fn schema_name() -> Cow<'static, str> {
        "Pair".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "Index of an asset; a holder: index of a user, or -1 minus the index of a device.",
            "type": "array",
            "prefixItems": [{"type": "integer", "minimum": 0}, {"type": "integer"}],
            "minItems": 2, "maxItems": 2
        })
    }
}

/// A pair that was added or removed: asset, holder, licence.
#[derive(Debug, Clone, Copy)]
pub(super) struct Turned(pub(super) u32, pub(super) Holder, pub(super) u32);

impl Serialize for Turned {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (self.0, number(self.1), self.2).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Turned {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (asset, number, licence) = <(u32, i64, u32)>::deserialize(deserializer)?;
        Ok(Self(asset, holder(number)?, licence))
    }
}

impl JsonSchema for Turned {
    fn schema_name() -> Cow<'static, str> {
        "Turned".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "Index of an asset; a holder: index of a user, or -1 minus the index of a device; which licence of the asset, from 0.",
            "type": "array",
            "prefixItems": [
                {"type": "integer", "minimum": 0}, {"type": "integer"},
                {"type": "integer", "minimum": 0}
            ],
            "minItems": 3, "maxItems": 3
        })
    }
}

/// An assignment: asset, holder, licence, and the write that created it unless the world began with it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row {
    pub(super) asset: u32,
    pub(super) holder: Holder,
    pub(super) licence: u32,
    pub(super) created: u64,
}

impl Serialize for Row {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut row = serializer.serialize_seq(Some(if self.created == 0 { 3 } else { 4 }))?;
        row.serialize_element(&self.asset)?;
        row.serialize_element(&number(self.holder))?;
        row.serialize_element(&self.licence)?;
        if self.created > 0 {
            row.serialize_element(&self.created)?;
        }
        row.end()
    }
}

impl<'de> Deserialize<'de> for Row {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;
        impl<'de> Visitor<'de> for Read {
            type Value = Row;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("[asset, holder, licence] or [asset, holder, licence, created]")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut row: A) -> Result<Row, A::Error> {
                let missing = |length| de::Error::invalid_length(length, &self);
                let asset = row.next_element()?.ok_or_else(|| missing(0))?;
                let number = row.next_element()?.ok_or_else(|| missing(1))?;
                let licence = row.next_element()?.ok_or_else(|| missing(2))?;
                let created = row.next_element()?.unwrap_or(0);
                Ok(Row { asset, holder: holder(number)?, licence, created })
            }
        }
        deserializer.deserialize_seq(Read)
    }
}

impl JsonSchema for Row {
    fn schema_name() -> Cow<'static, str> {
        "Row".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "Index of an asset; a holder: index of a user, or -1 minus the index of a device; which licence of the asset, from 0; the write that created it, left out for what the world began with.",
            "type": "array",
            "prefixItems": [
                {"type": "integer", "minimum": 0}, {"type": "integer"},
                {"type": "integer", "minimum": 0}, {"type": "integer", "minimum": 0}
            ],
            "minItems": 3, "maxItems": 4
        })
    }
}

/// Settings by key, in the order of the settings themselves. No key twice.
#[derive(Debug, Clone, Default)]
pub(super) struct SettingsMap(pub(super) Vec<(String, String)>);

impl Serialize for SettingsMap {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (key, value) in &self.0 {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for SettingsMap {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;
        impl<'de> Visitor<'de> for Read {
            type Value = SettingsMap;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of settings")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<SettingsMap, A::Error> {
                let mut settings: Vec<(String, String)> = Vec::new();
                while let Some((key, value)) = map.next_entry::<String, String>()? {
                    if settings.len() > 1_000 || settings.iter().any(|(known, _)| *known == key) {
                        return Err(de::Error::custom(format!("setting {key:.80} is there twice")));
                    }
                    settings.push((key, value));
                }
                Ok(SettingsMap(settings))
            }
        }
        deserializer.deserialize_map(Read)
    }
}

impl JsonSchema for SettingsMap {
    fn schema_name() -> Cow<'static, str> {
        "Settings".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "Every setting with its value, spelt as after `--set KEY=`.",
            "type": "object",
            "additionalProperties": {"type": "string"}
        })
    }
}
