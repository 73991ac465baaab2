//! What steps expect of subscriptions.

use quince::scenario;
use quince::text::Format;

use super::making::*;

const SCENARIO: &str = r#"
schema = "quince.scenario/1"
name   = "a month of a subscription"
[clock]
mode  = "manual"
start = 2026-01-15T09:00:00Z
[[world.organization]]
key = "lindenhof"
[[world.location]]
key = "berlin"
[[world.user]]
client_user_id = "anna"
status         = "Associated"
[[world.user]]
client_user_id = "ben"
status         = "Associated"
[[world.subscription]]
adam_id    = 17
period_end = "2025-12-31"
renewing   = 3
expiring   = 1
[[world.seat]]
adam_id        = 17
client_user_id = "anna"
[[world.seat]]
adam_id        = 17
client_user_id = "ben"
renewing       = false
licence        = "renewing"

[[step]]
name   = "as it begins"
expect = [
    { subscription = 17, status = "ACTIVE", period_end = "2026-01-31" },
    { subscription = 17, assigned = 2, available = 2, total = 4 },
    { subscription = 17, assigned_renewing = 1, assigned_expiring = 1, available_renewing = 1, available_expiring = 1 },
    { subscription = 17, total_renewing = 3, total_expiring = 1, location = "berlin" },
    { seat = 17, client_user_id = "anna", renewing = true },
    { seat = 17, client_user_id = "ben" },
    { seat = 17, client_user_id = "carl", held = false },
]

[[step]]
name    = "a month later"
advance = "31d"
verb    = { name = "pause-subscription" }
expect  = [
    { subscription = 17, status = "PAUSED", period_end = "2026-02-28", assigned = 1, available = 2, total_expiring = 0 },
    { seat = 17, client_user_id = "ben", held = false },
]

[[step]]
name   = "wrong"
expect = [
    { subscription = 17, status = "ACTIVE", period_end = "2026-01-31", assigned = 2, total = 3 },
    { subscription = 17, assigned = 1, assigned_expiring = 1, available = 2 },
    { seat = 17, client_user_id = "anna", renewing = false },
    { seat = 17, client_user_id = "anna", held = false },
    { seat = 17, client_user_id = "ben" },
]
"#;

#[tokio::test]
async fn subscriptions_are_told_as_they_are() {
    let month = scenario::read("month.toml", SCENARIO, Format::Toml, None).unwrap();
    let school = running(month).await;
    let told = report(&school);
    assert_eq!(
        outline(&told),
        "as it begins done +++++++; a month later done ++; wrong done -----"
    );
    let wrong = [
        "status is PAUSED, period_end is 2026-02-28, assigned is 1",
        "assigned is 1 renewing and 0 expiring",
        "renewing is true",
        "user anna has subscription 17",
        "user ben does not have subscription 17",
    ];
    for (n, text) in wrong.into_iter().enumerate() {
        assert_eq!(got(&told, 2, n), text);
    }
}
