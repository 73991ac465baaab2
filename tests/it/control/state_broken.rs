//! States that cannot be: each is refused with a pointer, and the universe is as it was.

use quince::snapshot::state::{self, Form};
use serde_json::{Value, json};

use super::state::{export, put, story};
use crate::support::Fixture;

/// Where a change is made, what is put there, where it is told, and some words of what is told.
type Break = (&'static str, Value, &'static str, &'static str);

fn breaks() -> Vec<Break> {
    vec![
        ("/schema", json!("quince.state/0"), "/schema", "not known"),
        ("/schema", json!(1), "/schema", "not known"),
        ("/seed", json!(-1), "/seed", "invalid value"),
        ("/epoch", json!(70_000), "/epoch", "invalid value"),
        ("/extra", json!(1), "/extra", "unknown field"),
        ("/clock/mode", json!("scaled:0"), "/clock/mode", "none of"),
        ("/clock/now", json!("2026-01-15"), "/clock/now", "a time such as"),
        ("/clock/now", json!("1999-01-15T09:00:00Z"), "/clock/now", "before the start"),
        ("/settings/v2.page_size", json!("0"), "/settings/v2.page_size", "does not take"),
        ("/settings/v2.pagesize", json!("1"), "/settings/v2.pagesize", "did you mean v2.page_size"),
        ("/settings/v2.page_size", json!(5), "/settings/v2.page_size", "invalid type"),
        ("/journal_last", json!(u64::MAX), "/journal_last", "too large"),
        ("/locations", json!({}), "/locations", "invalid type"),
        ("/locations/0/key", json!("Berlin"), "/locations/0/key", "no key"),
        ("/locations/0/platform", json!("school"), "/locations/0/platform", "unknown variant"),
        ("/locations/0/limits/assets", json!(-5), "/locations/0/limits/assets", "invalid"),
        ("/locations/0/latest_serial", json!(0), "/locations/0/latest_serial", "lower than"),
        ("/locations/0/tokens/0/expires", json!("soon"), "/locations/0/tokens/0/expires", "time"),
        (
            "/locations/0/tokens/0/privileges",
            json!(["manage"]),
            "/locations/0/tokens/0/privileges",
            "lack view",
        ),
        ("/locations/0/invitations", json!(u64::MAX), "/locations/0/invitations", "too large"),
        (
            "/locations/0/next_user_number",
            json!(u64::MAX),
            "/locations/0/next_user_number",
            "too large",
        ),
        ("/locations/0/devices/1", json!("12E45678"), "/locations/0/devices/1", "there twice"),
        ("/locations/0/assets/seq", json!(u64::MAX), "/locations/0/assets/seq", "too large"),
        (
            "/locations/0/assets/list/0/total",
            json!(0),
            "/locations/0/assets/list/0/total",
            "licences are assigned",
        ),
        (
            "/locations/0/assets/list/0/total",
            json!(3_000_000_000_u32),
            "/locations/0/assets/list/0/total",
            "above",
        ),
        (
            "/locations/0/assets/list/0/assigned",
            json!(0),
            "/locations/0/assets/list/0/assigned",
            "assignments stand",
        ),
        (
            "/locations/0/assets/list/1/adam_id",
            json!("361309726"),
            "/locations/0/assets/list/1",
            "there twice",
        ),
        (
            "/locations/0/assets/list/0/licences",
            json!([[1, 0]]),
            "/locations/0/assets/list/0/licences",
            "ids",
        ),
        (
            "/locations/0/assets/list/0/licences",
            json!([[u64::MAX, 40]]),
            "/locations/0/assets/list/0/licences/0",
            "largest",
        ),
        (
            "/locations/0/assets/list/0/free",
            json!([1]),
            "/locations/0/assets/list/0/free/0",
            "held by row",
        ),
        (
            "/locations/0/assets/list/0/free",
            json!([0, 7]),
            "/locations/0/assets/list/0/free/1",
            "never assigned",
        ),
        (
            "/locations/0/assets/list/0/free",
            json!([0, 0]),
            "/locations/0/assets/list/0/free/1",
            "there twice",
        ),
        (
            "/locations/0/assets/list/0/free",
            json!([]),
            "/locations/0/assignments/rows/LAST/2",
            "neither held nor free",
        ),
        ("/locations/0/users/seq", json!(0), "/locations/0/users/list/LAST/changed", "later than"),
        (
            "/locations/0/users/list/0/changed",
            json!(1),
            "/locations/0/users/list/LAST/changed",
            "another user",
        ),
        (
            "/locations/0/users/list/0/status",
            json!("Gone"),
            "/locations/0/users/list/0/status",
            "unknown variant",
        ),
        (
            "/locations/0/users/list/0/account",
            json!(null),
            "/locations/0/users/list/0/account",
            "missing",
        ),
        (
            "/locations/0/users/list/0/number",
            json!(u64::MAX),
            "/locations/0/users/list/0/number",
            "too large",
        ),
        (
            "/locations/0/assignments/seq",
            json!(1),
            "/locations/0/assignments/seq",
            "changes are listed",
        ),
        (
            "/locations/0/assignments/seq",
            json!(1_u64 << 40),
            "/locations/0/assignments/seq",
            "too large",
        ),
        (
            "/locations/0/assignments/rows/0",
            json!([999, 0, 0]),
            "/locations/0/assignments/rows/0",
            "no asset 999",
        ),
        (
            "/locations/0/assignments/rows/0",
            json!([0, 999, 0]),
            "/locations/0/assignments/rows/0",
            "no user 999",
        ),
        (
            "/locations/0/assignments/rows/0",
            json!([0, -999, 0]),
            "/locations/0/assignments/rows/0",
            "no device 998",
        ),
        (
            "/locations/0/assignments/rows/0",
            json!([0, 1_u64 << 40, 0]),
            "/locations/0/assignments/rows/0",
            "no holder",
        ),
        (
            "/locations/0/assignments/rows/0",
            json!([0, 0]),
            "/locations/0/assignments/rows/0",
            "[asset, holder, licence]",
        ),
        (
            "/locations/0/assignments/rows/0",
            json!([0, 0, 0, 0, 0]),
            "/locations/0/assignments/rows/0",
            "trailing",
        ),
        (
            "/locations/0/assignments/changes/0",
            json!([0, 999, 0]),
            "/locations/0/assignments/changes/0",
            "no user 999",
        ),
        ("/locations/0/events/next", json!(0), "/locations/0/events/list/0/number", "not between"),
        (
            "/locations/0/events/list/1/number",
            json!(0),
            "/locations/0/events/list/1/number",
            "not between",
        ),
        (
            "/locations/0/events/list/0/steps",
            json!(0),
            "/locations/0/events/list/0/steps",
            "not between",
        ),
        (
            "/locations/0/events/list/0/steps_done",
            json!(2),
            "/locations/0/events/list/0/steps_done",
            "does not go",
        ),
        (
            "/locations/0/events/list/0/completed",
            json!(99),
            "/locations/0/events/list/0/completed",
            "more than",
        ),
        (
            "/locations/0/events/list/0/held",
            json!(true),
            "/locations/0/events/list/0/held",
            "finished",
        ),
        (
            "/locations/0/events/list/3/work",
            json!(null),
            "/locations/0/events/list/3/work",
            "missing",
        ),
        (
            "/locations/0/events/list/3/requested",
            json!(4_000_000_000_u32),
            "/locations/0/events/list/3/requested",
            "1 tasks",
        ),
        (
            "/locations/0/events/list/3/kind",
            json!("CREATE"),
            "/locations/0/events/list/3/work",
            "another kind",
        ),
        (
            "/locations/0/events/list/3/delay_ms",
            json!(-1),
            "/locations/0/events/list/3/delay_ms",
            "negative",
        ),
        (
            "/locations/0/events/list/3/delay_ms",
            json!(null),
            "/locations/0/events/list/3/held",
            "never ends",
        ),
        (
            "/locations/0/events/list/3/work",
            json!({"pairs": [[0, 999]]}),
            "/locations/0/events/list/3/work/pairs/0",
            "no user",
        ),
    ]
}

#[tokio::test]
async fn what_cannot_be_is_told_with_its_place_and_changes_nothing() {
    let fixture = Fixture::school().await;
    story(&fixture).await;
    let good: Value = export(&fixture, "").await.json();
    let before = export(&fixture, "").await.text();
    let last = |list: &str| good.pointer(list).unwrap().as_array().unwrap().len() - 1;
    let (rows, users) = (last("/locations/0/assignments/rows"), last("/locations/0/users/list"));
    let mut wrong = Vec::new();
    for (place, value, told, words) in breaks() {
        let mut state = good.clone();
        let (parent, member) = place.rsplit_once('/').unwrap();
        match state.pointer_mut(parent).unwrap() {
            Value::Array(items) => items[member.parse::<usize>().unwrap()] = value.clone(),
            parent => parent[member] = value.clone(),
        }
        let answer = put(&fixture, state.to_string()).await;
        let problem = answer.json();
        let told = told
            .replace("rows/LAST", &format!("rows/{rows}"))
            .replace("list/LAST", &format!("list/{users}"));
        let detail = problem["detail"].as_str().unwrap_or_default();
        if answer.status != 400 || problem["pointer"] != told || !detail.contains(words) {
            wrong.push(format!("{place} = {value}: {problem}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let twice = before.replacen("\"seed\"", "\"seed\":1,\"seed\"", 1);
    assert!(put(&fixture, twice).await.text().contains("duplicate field"));
    let twice = before.replacen("\"v2.page_size\"", "\"v2.page_size\":\"9\",\"v2.page_size\"", 1);
    assert!(put(&fixture, twice).await.text().contains("there twice"));
    let mut two = good.clone();
    let berlin = two["locations"][0].clone();
    two["locations"].as_array_mut().unwrap().push(berlin);
    assert_eq!(put(&fixture, two.to_string()).await.json()["pointer"], "/locations/1/key");
    assert_eq!(export(&fixture, "").await.text(), before);
}

#[tokio::test]
async fn a_state_that_ends_early_is_refused_wherever_it_ends() {
    let fixture = Fixture::school().await;
    story(&fixture).await;
    let text = export(&fixture, "").await.text();
    for end in (0..text.trim_end().len()).step_by(97) {
        let error = state::read(&text.as_bytes()[..end]).map(|_| ()).unwrap_err().to_string();
        // After a minus sign the end is not even a number.
        let told = error.contains("EOF") || error.contains("invalid number");
        assert!(told, "{end}: {error}");
    }
    assert!(state::read(format!("{text}x").as_bytes()).is_err());
}

/// Any number in a state may be any other: it is refused, or what was read can be written and read again.
#[tokio::test]
async fn no_number_does_harm() {
    let fixture = Fixture::school().await;
    story(&fixture).await;
    let mut state = export(&fixture, "").await.json();
    // Of forty people two say it all.
    state["mdm_organizations"][0]["users"].as_array_mut().unwrap().truncate(2);
    let text = state.to_string();
    let digits = |at: usize| text.as_bytes()[at].is_ascii_digit();
    let starts: Vec<usize> = (1..text.len()).filter(|at| digits(*at) && !digits(*at - 1)).collect();
    for start in starts {
        let end = (start..text.len()).find(|at| !digits(*at)).unwrap();
        for other in ["0", "1", "2147483648", "4294967295", "4294967296", "18446744073709551615"] {
            let changed = format!("{}{other}{}", &text[..start], &text[end..]);
            let Ok(saved) = state::read(changed.as_bytes()) else { continue };
            let written = state::write(&saved, Form::default());
            let again = state::read(&written);
            let again = again.unwrap_or_else(|error| panic!("{other} at {start}: {error}"));
            assert!(state::write(&again, Form::default()) == written, "{other} at {start}");
        }
    }
}
