//! How answers leave: envelopes (applivery.md §1.1), headers (§2.3), and the user object (§3.1). Compact, members in the
//! order of the reference.

use http::{HeaderValue, StatusCode, header};

use crate::api::json::Json;
use crate::exchange::Reply;
use crate::model::{At, MdmCounts, MdmUser};
use crate::sim::date;

/// A success: 200, also where something was made.
pub fn success(fill: impl FnOnce(&mut Json)) -> Reply {
    success_of(512, fill)
}

/// A success of about that many bytes; `fill` writes the value of `data`.
pub fn success_of(bytes: usize, fill: impl FnOnce(&mut Json)) -> Reply {
    let mut json = Json::with_capacity(bytes);
    json.object(|json| {
        json.flag("status", true);
        fill(json.name("data"));
    });
    sent(StatusCode::OK, json)
}

/// A failure; `fill` writes more members of `error`.
pub fn failure(
    status: StatusCode,
    code: impl Into<i64>,
    message: &str,
    fill: impl FnOnce(&mut Json),
) -> Reply {
    let mut json = Json::default();
    json.object(|json| {
        json.flag("status", false);
        json.name("error").object(|json| {
            json.count("code", code);
            json.text("message", message);
            fill(json);
        });
    });
    sent(status, json)
}

fn sent(status: StatusCode, json: Json) -> Reply {
    open(Reply::new(status, "application/json; charset=utf-8", json.finish()))
}

/// Lets pages of any origin read an answer.
pub fn open(mut reply: Reply) -> Reply {
    let any = HeaderValue::from_static("*");
    reply.headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, any);
    reply
}

/// Writes a date as answers carry it.
pub fn write_date(json: &mut Json, name: &str, at: At) {
    json.text(name, &date::precise(at));
}

/// Writes a user.
pub fn write_user(json: &mut Json, user: &MdmUser) {
    json.object(|json| {
        json.text("id", &user.id.to_string());
        json.text("email", &user.email);
        json.text("name", &user.name);
        json.texts("tags", user.tags.iter().map(AsRef::as_ref));
        write_counts(json, &user.counts);
        json.text("language", user.language.as_str());
        json.maybe("managedAppleId", user.managed_apple_id.as_deref());
        json.name("metadata").rendered(user.metadata.as_bytes());
        json.name("inferredSegmentIds").array(|json| {
            user.inferred_segment_ids.iter().for_each(|id| json.number(*id));
        });
        write_date(json, "createdAt", user.created_at);
        write_date(json, "updatedAt", user.updated_at);
    });
}

/// Writes the count objects: every key, also where there is none of it.
fn write_counts(json: &mut Json, counts: &MdmCounts) {
    let mut counts = counts.iter().map(|(_, count)| count);
    let mut members = |json: &mut Json, names: &[&str]| {
        for name in names {
            json.count(name, counts.next().unwrap_or(0));
        }
    };
    let android = ["MANAGEMENT_MODE_UNSPECIFIED", "DEVICE_OWNER", "PROFILE_OWNER"];
    let android_tokens = ["DONE", "PENDING", "EXPIRED", "DELETED"];
    let aosp = ["MANAGEMENT_MODE_UNSPECIFIED", "DEVICE_OWNER"];
    let aosp_tokens = ["DONE", "PENDING", "PROCESSING", "EXPIRED", "DELETED"];
    json.name("android").object(|json| {
        json.name("devices").object(|json| members(json, &android));
        json.name("enrollmentTokens").object(|json| members(json, &android_tokens));
    });
    json.name("aosp").object(|json| {
        json.name("devices").object(|json| members(json, &aosp));
        json.name("enrollmentTokens").object(|json| members(json, &aosp_tokens));
    });
    json.name("apple").object(|json| members(json, &["devices", "enrollmentTokens"]));
    json.name("windows").object(|json| members(json, &["devices", "enrollmentTokens"]));
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn every_count_stands_in_its_place() {
        let mut counts = MdmCounts::default();
        for (number, path) in MdmCounts::paths().iter().enumerate() {
            *counts.get_mut(path).unwrap() = number as u32;
        }
        let mut json = Json::default();
        json.object(|json| write_counts(json, &counts));
        let written: Value = serde_json::from_slice(&json.finish()).unwrap();
        for (number, path) in MdmCounts::paths().iter().enumerate() {
            let pointer = format!("/{}", path.replace('.', "/"));
            assert_eq!(written.pointer(&pointer), Some(&Value::from(number)), "{path}");
        }
    }
}
