//! Every operation of v2 by every kind of manager.

use quince::model::{At, Privileges};
use quince::sim::token::{TokenClaims, mint};
use serde_json::{Value, json};

use crate::support::Fixture;

fn stoken(serial: u32, privileges: Privileges) -> String {
    let claims = TokenClaims {
        universe: "default".to_owned(),
        location: "berlin".to_owned(),
        serial,
        expires: At(1_932_887_700_000),
        privileges,
    };
    mint(1, &claims, "Lindenhof-Schule")
}

const READS: [&str; 9] = [
    "service/config",
    "client/config",
    "assets",
    "assignments",
    "users",
    "users?activeOnly=true",
    "subscriptions",
    "subscriptions/assignments",
    "subscriptions/admins?includeUserState=true",
];

/// A subscription of which one user has a seat.
const PLAN: u64 = 6_740_000_017;

/// The writes, each with a body that a manager's request would succeed with.
async fn writes(school: &Fixture) -> Vec<(&'static str, Value)> {
    let users = school.all("users?activeOnly=true").await;
    let user = users[0]["clientUserId"].clone();
    let pair = json!({"assets": [{"adamId": "361309726"}], "serialNumbers": ["12E45678"]});
    vec![
        ("client/config", json!({"mdmInfo": {"id": "1", "name": "n", "metadata": "m"}})),
        ("assets/associate", pair.clone()),
        ("assets/disassociate", pair),
        ("assets/revoke", json!({"serialNumbers": ["12E45678"]})),
        ("users/create", json!({"users": [{"clientUserId": "brand-new"}]})),
        ("users/update", json!({"users": [{"clientUserId": user, "email": "a@b.example"}]})),
        ("users/retire", json!({"users": [{"clientUserId": user}]})),
        ("subscriptions/enable", Value::Null),
        ("subscriptions/admins/add", json!({"adamIds": [PLAN], "clientUserIds": ["lead"]})),
        ("subscriptions/admins/remove", json!({"adamIds": [PLAN], "clientUserIds": ["lead"]})),
        ("subscriptions/associate", json!({"adamIds": [PLAN], "clientUserIds": ["lead"]})),
        ("subscriptions/disassociate", json!({"adamIds": [PLAN], "clientUserIds": ["lead"]})),
    ]
}

/// Everything that a client can see of the state.
async fn seen(school: &Fixture) -> Vec<String> {
    let mut seen = Vec::new();
    for path in &READS[1..] {
        let answer = school.get(path).await;
        assert_eq!(answer.status, 200, "{path}");
        seen.push(answer.text());
    }
    seen
}

#[tokio::test]
async fn without_manage_nothing_is_written_and_everything_can_be_read() {
    for (manage, purchase) in [(false, false), (true, false), (false, true), (true, true)] {
        let privileges = Privileges { manage, purchase };
        let mut school = Fixture::school().await;
        let body = json!({"users": [{"clientUserId": "earlier"}]});
        let event = school.post("users/create", body).await.json()["eventId"].clone();
        school.advance("1h");
        let lead = json!({"users": [{"clientUserId": "lead", "managedAppleId": "lead@lindenhof-schule.example"}]});
        assert_eq!(school.post("users/create", lead).await.status, 200);
        school.advance("1h");
        school.act("buy-seats", json!({"adam_id": PLAN, "count": 2, "force": true})).await;
        school.stoken = stoken(2, privileges);
        for path in READS {
            assert_eq!(school.get(path).await.status, 200, "{privileges:?} {path}");
        }
        let status = school.get(&format!("status?eventId={}", event.as_str().unwrap())).await;
        assert_eq!(status.json()["eventStatus"], "COMPLETE", "{privileges:?}");
        for (path, body) in writes(&school).await {
            let before = seen(&school).await;
            let answer = school.post(path, body).await;
            school.advance("1h");
            if manage {
                assert_eq!(answer.status, 200, "{privileges:?} {path}: {}", answer.text());
                assert!(
                    path.ends_with("disassociate")
                        || path.ends_with("revoke")
                        || path.ends_with("enable")
                        || seen(&school).await != before
                );
            } else {
                assert_eq!(answer.status, 403, "{privileges:?} {path}");
                assert_eq!(answer.json()["errorNumber"], 9637, "{privileges:?} {path}");
                assert_eq!(seen(&school).await, before, "{privileges:?} {path}");
            }
        }
    }
}

#[tokio::test]
async fn restrict_token_takes_and_gives_at_run_time() {
    let school = Fixture::school().await;
    let create = async |name: &str| {
        school.post("users/create", json!({"users": [{"clientUserId": name}]})).await.status
    };
    assert_eq!(create("a").await, 200);
    let done = school.act("restrict-token", json!({"privileges": ["view"]})).await;
    assert_eq!(done["text"], "the manager of token 1 may only view");
    assert_eq!(create("b").await, 403);
    assert_eq!(school.get("users").await.status, 200);
    // What was accepted before is done all the same.
    school.advance("1h");
    assert_eq!(school.column("users?clientUserId=a", "status").await, "Registered");
    school.act("restrict-token", json!({"serial": 1, "privileges": ["manage"]})).await;
    assert_eq!(create("b").await, 200);
}

#[tokio::test]
async fn purchase_is_needed_to_buy_as_a_manager() {
    ledger!("verb.purchase-privilege");
    let school = Fixture::school().await;
    let buy = json!({"adam_id": "361309726", "as_token": 1});
    for (privileges, may) in [
        (json!(["view"]), false),
        (json!(["view", "manage"]), false),
        (json!(["view", "purchase"]), true),
        (json!(["view", "manage", "purchase"]), true),
    ] {
        school.act("restrict-token", json!({"privileges": privileges})).await;
        let before = school.asset("361309726").await["totalCount"].as_u64().unwrap();
        if may {
            school.act("buy-licenses", buy.clone()).await;
        } else {
            let (status, pointer, text) = school.unfit("buy-licenses", buy.clone()).await;
            assert_eq!((status, pointer.as_str()), (409, "/as_token"));
            assert!(text.contains("does not carry `purchase`"), "{text}");
        }
        let after = school.asset("361309726").await["totalCount"].as_u64().unwrap();
        assert_eq!(after, before + u64::from(may), "{privileges}");
        // An administrator needs none.
        school.act("buy-licenses", json!({"adam_id": "361309726"})).await;
    }
    for end in ["expire-token", "revoke-token"] {
        school.act(end, json!({})).await;
        let (_, _, text) = school.unfit("buy-licenses", buy.clone()).await;
        assert!(text.ends_with("renew-token makes another"), "{text}");
    }
}
