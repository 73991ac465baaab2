//! Versions, and what changed since one.

use quince::Quince;
use serde_json::{Value, json};

use crate::support::Fixture;
use crate::support::lists::{column, world};

const ROWS: &str = r#"
[[asset]]
adam_id = "101"
total   = 100
[[asset]]
adam_id       = "101"
pricing_param = "PLUS"
total         = 100
[[user]]
client_user_id = "u1"
[[user]]
client_user_id = "u2"
[[assignment]]
adam_id       = "101"
serial_number = "D1"
[[assignment]]
adam_id        = "101"
client_user_id = "u1"
"#;

const LISTS: [&str; 3] = ["assets", "assignments", "users"];

async fn start(settings: &[(&str, &str)]) -> Fixture {
    Fixture::written(ROWS, settings).await
}

/// Gives product 101 to devices, or takes it back.
async fn move_it(fixture: &Fixture, how: &str, serials: &[&str]) {
    let body = json!({"assets": [{"adamId": "101"}], "serialNumbers": serials});
    assert_eq!(fixture.done(&format!("assets/{how}"), body).await["eventStatus"], "COMPLETE");
}

async fn versions(fixture: &Fixture) -> [String; 3] {
    [
        fixture.version("assets").await,
        fixture.version("assignments").await,
        fixture.version("users").await,
    ]
}

/// The delta since a version, by this member.
async fn since(fixture: &Fixture, path: &str, version: &str, name: &str) -> String {
    let glue = if path.contains('?') { '&' } else { '?' };
    fixture.column(&format!("{path}{glue}sinceVersionId={version}"), name).await
}

#[tokio::test]
async fn each_data_set_has_a_version_of_its_own_that_reading_does_not_move() {
    ledger!("v2.question.13-reads-and-versions");
    let fixture = start(&[("v2.page_size", "1")]).await;
    let before = versions(&fixture).await;
    let [assets, assignments, users] = &before;
    assert!(assets != assignments && assignments != users && users != assets);
    for version in &before {
        assert!(version.len() == 36 && *version == version.to_lowercase(), "{version}");
    }
    for (list, version) in LISTS.into_iter().zip(&before) {
        for page in fixture.pages(list).await {
            assert_eq!(page["versionId"], *version, "{list}");
        }
    }
    // Filters narrow what is told, not what the version is of.
    assert_eq!(fixture.version("assignments?serialNumber=D1").await, *assignments);
    assert_eq!(fixture.version("users?clientUserId=nobody").await, *users);
    fixture.advance("30d");
    assert_eq!(versions(&fixture).await, before);
}

#[tokio::test]
async fn a_write_moves_the_versions_of_what_it_changes() {
    ledger!("v2.question.13-reads-and-versions");
    let fixture = start(&[]).await;
    let moved = async |path: &str, body: Value| {
        let before = versions(&fixture).await;
        // Only the effect moves them, not that it was asked for.
        let accepted = fixture.post(path, &body).await.json();
        assert!(accepted["eventId"].is_string(), "{accepted}");
        assert_eq!(versions(&fixture).await, before, "{path}");
        fixture.advance("200ms");
        let after = versions(&fixture).await;
        [0, 1, 2].map(|n| before[n] != after[n])
    };
    let give = json!({"assets": [{"adamId": "101"}], "serialNumbers": ["D2"]});
    assert_eq!(moved("assets/associate", give.clone()).await, [true, true, false]);
    // Who has it already gets nothing.
    assert_eq!(moved("assets/associate", give.clone()).await, [false; 3]);
    assert_eq!(moved("assets/disassociate", give.clone()).await, [true, true, false]);
    assert_eq!(moved("assets/disassociate", give).await, [false; 3]);
    let (u2, u3) =
        (json!({"users": [{"clientUserId": "u2"}]}), json!({"users": [{"clientUserId": "u3"}]}));
    assert_eq!(moved("users/create", u3.clone()).await, [false, false, true]);
    assert_eq!(moved("users/retire", u2).await, [false, false, true]);
    // This one holds something.
    let u1 = json!({"users": [{"clientUserId": "u1"}]});
    assert_eq!(moved("users/retire", u1).await, [true, true, true]);
    // A creation that fails writes nothing.
    assert_eq!(moved("users/create", u3).await, [false; 3]);
}

#[tokio::test]
async fn a_delta_of_assignments_has_what_was_made_since() {
    let fixture = start(&[]).await;
    let first = fixture.version("assignments").await;
    move_it(&fixture, "associate", &["D2", "D3"]).await;
    let second = fixture.version("assignments").await;
    move_it(&fixture, "associate", &["D4"]).await;
    let plus =
        json!({"assets": [{"adamId": "101", "pricingParam": "PLUS"}], "clientUserIds": ["u1"]});
    fixture.done("assets/associate", plus).await;

    assert_eq!(since(&fixture, "assignments", &first, "serialNumber").await, "D2 D3 D4 -");
    assert_eq!(since(&fixture, "assignments", &second, "serialNumber").await, "D4 -");
    // Together with the filters.
    for (filter, expected) in [
        ("adamId=101", "D2 D3 D4 -"),
        ("adamId=999", ""),
        ("serialNumber=D3", "D3"),
        ("serialNumber=D1", ""),
        ("clientUserId=u1", "-"),
        ("pricingParam=PLUS", "-"),
        ("pricingParam=STDQ", "D2 D3 D4"),
        ("excludeInactiveUsers=true", "D2 D3 D4 -"),
    ] {
        let path = format!("assignments?{filter}");
        assert_eq!(since(&fixture, &path, &first, "serialNumber").await, expected, "{filter}");
    }
}

#[tokio::test]
async fn a_delta_without_changes_is_empty_and_has_the_same_version() {
    ledger!("v2.question.14-empty-list");
    let fixture = start(&[]).await;
    move_it(&fixture, "associate", &["D2"]).await;
    for list in ["assignments", "users"] {
        let version = fixture.version(list).await;
        let delta = fixture.get(&format!("{list}?sinceVersionId={version}")).await.json();
        assert_eq!((&delta[list], &delta["versionId"]), (&json!([]), &json!(version)));
        assert_eq!((&delta["size"], &delta["totalPages"]), (&json!(0), &json!(1)));
    }
}

#[tokio::test]
async fn a_delta_comes_in_pages_too() {
    let fixture = start(&[("v2.page_size", "2")]).await;
    let version = fixture.version("assignments").await;
    move_it(&fixture, "associate", &["D2", "D3", "D4", "D5", "D6"]).await;
    let pages = fixture.pages(&format!("assignments?sinceVersionId={version}")).await;
    let each: Vec<String> =
        pages.iter().map(|page| column(&page["assignments"], "serialNumber")).collect();
    assert_eq!(each, ["D2 D3", "D4 D5", "D6"]);
}

#[tokio::test]
async fn a_delta_of_users_has_each_at_its_latest_state() {
    let fixture = start(&[]).await;
    let version = fixture.version("users").await;
    let user = |id: &str| json!({"users": [{"clientUserId": id}]});
    fixture.done("users/create", user("u3")).await;
    fixture.done("users/retire", user("u1")).await;
    fixture.done("users/retire", user("u3")).await;
    let delta = fixture.get(&format!("users?sinceVersionId={version}")).await.json();
    assert_eq!(column(&delta["users"], "clientUserId"), "u1 u3", "in order of the latest write");
    assert_eq!(column(&delta["users"], "status"), "Retired Retired");
    for (filter, expected) in [
        ("activeOnly=true", ""),
        ("retiredOnly=true", "u1 u3"),
        ("clientUserId=u3", "u3"),
        ("clientUserId=u2", ""),
    ] {
        let path = format!("users?{filter}");
        assert_eq!(since(&fixture, &path, &version, "clientUserId").await, expected, "{filter}");
    }
}

#[tokio::test]
async fn removed_pairs_are_hidden_or_listed() {
    ledger!("v2.question.11-removals-in-delta");
    for (value, taken, moved, again) in [("hidden", "", "D2", "D1"), ("listed", "D1", "D1 D2", "")]
    {
        // The setting has a second name.
        for key in ["v2.removals_in_delta", "v2.delta_removals"] {
            let fixture = start(&[(key, value)]).await;
            let version = fixture.version("assignments").await;
            let delta = async || since(&fixture, "assignments", &version, "serialNumber").await;
            move_it(&fixture, "disassociate", &["D1"]).await;
            assert_eq!(delta().await, taken, "{value}: taken from D1");
            assert_ne!(fixture.version("assignments").await, version, "even if nothing is told");
            move_it(&fixture, "associate", &["D2"]).await;
            assert_eq!(delta().await, moved, "{value}: and given to D2");
            // Given and taken back: neither then nor now.
            move_it(&fixture, "disassociate", &["D2"]).await;
            assert_eq!(delta().await, taken, "{value}: taken from D2 too");
            move_it(&fixture, "associate", &["D1"]).await;
            assert_eq!(delta().await, again, "{value}: all as it was");
        }
    }
}

#[tokio::test]
async fn a_listed_removal_looks_like_any_other_record() {
    ledger!("v2.question.11-removals-in-delta");
    let fixture = start(&[("v2.removals_in_delta", "listed")]).await;
    let version = fixture.version("assignments").await;
    move_it(&fixture, "disassociate", &["D1"]).await;
    let delta = fixture.get(&format!("assignments?sinceVersionId={version}")).await.json();
    let record = json!({"adamId": "101", "serialNumber": "D1", "pricingParam": "STDQ"});
    assert_eq!(delta["assignments"], json!([record]));
}

#[tokio::test]
async fn assets_have_a_version_and_no_delta() {
    ledger!("v2.lint.since-version-on-assets");
    let fixture = start(&[]).await;
    let version = fixture.version("assets").await;
    for since in [version.as_str(), "nonsense"] {
        let answer = fixture.get(&format!("assets?sinceVersionId={since}")).await;
        assert_eq!(answer.lints(), "sinceVersionId-on-assets");
        assert_eq!(answer.text(), fixture.get("assets").await.text());
    }
}

#[tokio::test]
async fn a_version_that_was_never_given_out_is_refused() {
    ledger!("v2.question.12-unknown-version");
    let fixture = start(&[]).await;
    let other_seed = Fixture::of(Quince::builder().world_spec(world(ROWS)).seed(2), "main").await;
    // A twin of this one that has seen more.
    let ahead = start(&[]).await;
    move_it(&ahead, "associate", &["D2"]).await;
    let school = Fixture::school().await;
    for list in ["assignments", "users"] {
        let foreign = if list == "users" { "assignments" } else { "users" };
        for version in [
            String::new(),
            "nonsense".to_owned(),
            "009061cb-87d1-4ea8-ae4c-7849dc49224e".to_owned(),
            "00000000-0000-0000-0000-000000000000".to_owned(),
            fixture.version("assets").await,
            fixture.version(foreign).await,
            other_seed.version(list).await,
            school.version(list).await,
        ] {
            let path = format!("{list}?sinceVersionId={version}");
            assert_eq!(fixture.refusal(&path).await, (400, 9721), "{path}");
        }
    }
    let later = ahead.version("assignments").await;
    let path = format!("assignments?sinceVersionId={later}");
    assert_eq!(fixture.refusal(&path).await, (400, 9721), "a state that is still to come");
    assert_eq!(fixture.get("assignments").await.status, 200);
}

#[tokio::test]
async fn a_version_is_kept_until_so_many_changes_came_after_it() {
    ledger!("bounds.changes", "v2.question.12-unknown-version");
    let fixture = start(&[("v2.max_changes", "3")]).await;
    let (first, users) = (fixture.version("assignments").await, fixture.version("users").await);
    move_it(&fixture, "associate", &["D2"]).await;
    let second = fixture.version("assignments").await;
    move_it(&fixture, "associate", &["D3", "D4"]).await;
    assert_eq!(since(&fixture, "assignments", &first, "serialNumber").await, "D2 D3 D4");
    move_it(&fixture, "associate", &["D5"]).await;
    let path = format!("assignments?sinceVersionId={first}");
    assert_eq!(fixture.refusal(&path).await, (400, 9721), "four changes ago");
    assert_eq!(since(&fixture, "assignments", &second, "serialNumber").await, "D3 D4 D5");
    // Each data set counts for itself.
    assert_eq!(since(&fixture, "users", &users, "clientUserId").await, "");
    for id in ["a", "b", "c", "d"] {
        fixture.done("users/create", json!({"users": [{"clientUserId": id}]})).await;
    }
    assert_eq!(fixture.refusal(&format!("users?sinceVersionId={users}")).await, (400, 9721));
}

#[tokio::test]
async fn removals_are_forgotten_no_earlier_than_their_versions() {
    ledger!("bounds.changes");
    let settings = [("v2.max_changes", "2"), ("v2.removals_in_delta", "listed")];
    let fixture = start(&settings).await;
    move_it(&fixture, "associate", &["D2", "D3"]).await;
    let version = fixture.version("assignments").await;
    move_it(&fixture, "disassociate", &["D1", "D3"]).await;
    assert_eq!(since(&fixture, "assignments", &version, "serialNumber").await, "D1 D3");
}
