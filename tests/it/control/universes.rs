//! Universes come and go, and never show in each other.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::Fixture;
use crate::support::control::told;

#[tokio::test]
async fn a_universe_is_made_told_about_and_dropped() {
    let school = Fixture::school().await;
    let body = json!({"id": "mine", "world": "small-school", "seed": 7, "clock": "scaled:60",
        "start": "2030-01-01T00:00:00Z", "settings": {"v2.page_size": 5}, "ttl": "10m"});
    let made = school.control("POST", "/universes", body.clone()).await;
    assert_eq!(made.status, 201);
    let made = made.json();
    assert_eq!(made["url"], "http://quince.test/u/mine");
    assert_eq!(made["control_url"], "http://quince.test/_quince/v1/universes/mine");
    assert_eq!(made["seq"], 1);
    let applivery = &made["applivery"];
    assert_eq!(applivery["url"], "http://quince.test/u/mine/v1");
    assert_eq!(
        (&applivery["slug"], applivery["organization"].as_str().unwrap().len()),
        (&json!("lindenhof"), 24)
    );
    let tokens: Vec<&String> = applivery["tokens"].as_object().unwrap().keys().collect();
    assert_eq!(tokens, ["admin", "developer", "viewer"]);
    let stoken = made["stokens"]["berlin"].as_str().unwrap();
    let config = school.below("mine", stoken, "client/config", None).await.json();
    assert_eq!(config["locationName"], "Lindenhof-Schule Berlin");

    let told = school.done_by("GET", "/universes/mine", Value::Null).await;
    assert_eq!((&told["seed"], &told["world"]), (&json!(7), &json!("small-school")));
    assert_eq!((&told["profile"], &told["ttl"]), (&json!("observed"), &json!("10m")));
    assert_eq!(told["settings"], json!({"v2.page_size": "5"}));
    assert_eq!(told["stokens"]["berlin"], stoken);
    assert_eq!(&told["applivery"], applivery);
    assert_eq!(
        (&told["clock"]["mode"], &told["clock"]["factor"]),
        (&json!("scaled"), &json!(60.0))
    );
    assert_eq!(told["clock"]["start"], "2030-01-01T00:00:00.000Z");

    assert_eq!(school.problem("POST", "/universes", body).await, "409 universe-exists /id");
    let list = school.done_by("GET", "/universes", Value::Null).await;
    let ids: Vec<&Value> =
        list["universes"].as_array().unwrap().iter().map(|universe| &universe["id"]).collect();
    assert_eq!(ids, ["default", "mine"]);

    let gone = school.done_by("DELETE", "/universes/mine", Value::Null).await;
    assert_eq!(gone["id"], "mine");
    let missing = "404 no-such-universe -";
    assert_eq!(school.problem("GET", "/universes/mine", Value::Null).await, missing);
    assert_eq!(school.problem("DELETE", "/universes/mine", Value::Null).await, missing);
    let answer = school.below("mine", stoken, "users", None).await;
    assert_eq!(
        (answer.status.as_u16(), answer.text().as_str()),
        (404, "quince has no universe `mine`\n")
    );
    let default = school.problem("DELETE", "/universes/default", Value::Null).await;
    assert_eq!(default, "409 default-universe -");
}

#[tokio::test]
async fn what_is_left_out_is_as_in_the_default_universe() {
    let builder = quince::Quince::builder().world("small-school").seed(3);
    let builder =
        builder.profile("documented").setting("v2.page_size", "9").start_at("2028-01-01T00:00:00Z");
    let school = Fixture::of(builder, "berlin").await;
    let made = school.done_by("POST", "/universes", Value::Null).await;
    assert_eq!(made["id"], "u-1");
    let of = |id: &'static str| school.done_by("GET", id, Value::Null);
    let (default, made) = (of("/universes/default").await, of("/universes/u-1").await);
    for member in ["seed", "clock", "world", "profile", "settings"] {
        assert_eq!(default[member], made[member], "{member}");
    }
    assert_eq!(made["settings"], json!({"v2.page_size": "9"}));
    assert_eq!((&made["seed"], &made["profile"]), (&json!(3), &json!("documented")));
    assert_ne!(default["stokens"], made["stokens"]);
    // Another profile is taken as it is.
    let other = json!({"profile": "observed", "world": "empty"});
    let id = school.done_by("POST", "/universes", other).await["id"].clone();
    let other =
        school.done_by("GET", &format!("/universes/{}", id.as_str().unwrap()), Value::Null).await;
    assert_eq!((&other["settings"], &other["world"]), (&json!({}), &json!("empty")));
}

#[tokio::test]
async fn a_world_can_be_written_into_the_request() {
    let school = Fixture::school().await;
    let world = json!({
        "organization": [{"key": "org", "name": "Org"}],
        "location": [{"key": "here", "name": "Here"}],
        "asset": [{"adam_id": "408709785", "total": 3}],
    });
    let made = school.done_by("POST", "/universes", json!({"id": "own", "world": world})).await;
    let stoken = made["stokens"]["here"].as_str().unwrap();
    let assets = school.below("own", stoken, "assets", None).await.json();
    assert_eq!(assets["assets"][0]["totalCount"], 3);
    let told = school.done_by("GET", "/universes/own", Value::Null).await;
    assert_eq!(told["world"], Value::Null);

    for (change, pointer) in [
        (json!({"assets": []}), "/world/assets"),
        (
            json!({"asset": [{"adam_id": "1", "total": 1}, {"adam_id": "2", "totl": 1}]}),
            "/world/asset/1",
        ),
        (json!({"asset": 5}), "/world/asset"),
        (json!({"location": []}), "/world"),
    ] {
        let mut wrong = world.clone();
        for (name, value) in change.as_object().unwrap() {
            wrong[name] = value.clone();
        }
        let problem = school.problem("POST", "/universes", json!({"world": wrong})).await;
        assert!(problem.starts_with(&format!("400 invalid {pointer}")), "{problem} {change}");
    }
}

#[tokio::test]
async fn what_cannot_be_is_refused_with_its_place() {
    let school = Fixture::school().await;
    for (body, pointer) in [
        (json!({"id": "Not_An_Id"}), "/id"),
        (json!({"id": ""}), "/id"),
        (json!({"id": 5}), "/id"),
        (json!({"world": "smal-school"}), "/world"),
        (json!({"world": 5}), "/world"),
        (json!({"seed": -1}), "/seed"),
        (json!({"seed": "x"}), "/seed"),
        (json!({"clock": "sometimes"}), "/clock"),
        (json!({"clock": "scaled:0"}), "/clock"),
        (json!({"start": "2030-01-01"}), "/start"),
        (json!({"profile": "strict"}), "/profile"),
        (json!({"settings": {"v2.page_size": 0}}), "/settings/v2.page_size"),
        (json!({"settings": {"a/b~c": 0}}), "/settings/a~1b~0c"),
        (json!({"settings": []}), "/settings"),
        (json!({"ttl": "soon"}), "/ttl"),
        (json!({"ttl": "0"}), "/ttl"),
        (json!({"state": {}}), "/state/schema"),
        (json!({"state": {"schema": "quince.state/1"}, "seed": 1}), "/seed"),
        (json!({"rule": []}), "/rule"),
        (json!({"scenario": "x"}), "/scenario"),
        (json!([]), ""),
    ] {
        let told = school.problem("POST", "/universes", body.clone()).await;
        assert_eq!(told, format!("400 invalid {pointer}"), "{body}");
    }
    let fork = |body| school.problem("POST", "/universes/default/fork", body);
    assert_eq!(fork(json!({"id": "default"})).await, "409 universe-exists /id");
    assert_eq!(fork(json!({"ttl": "x"})).await, "400 invalid /ttl");
    assert_eq!(fork(json!({"seed": 1})).await, "400 invalid /seed");
    let reset = |body| school.problem("POST", "/universes/default/reset", body);
    assert_eq!(reset(json!({"scope": "half"})).await, "400 invalid /scope");
    assert_eq!(reset(json!({})).await, "400 invalid -".replace('-', ""));
    let list = school.done_by("GET", "/universes", Value::Null).await;
    assert_eq!(list["universes"].as_array().unwrap().len(), 1, "nothing was made");
}

#[tokio::test]
async fn a_fork_goes_its_own_way() {
    let school = Fixture::school().await;
    school.done("users/create", json!({"users": [{"clientUserId": "before"}]})).await;
    let pending = school.post("users/create", json!({"users": [{"clientUserId": "soon"}]})).await;
    assert!(pending.status.is_success());
    let version = school.version("users").await;
    let body = json!({"id": "fork", "ttl": "1h"});
    let fork = school.done_by("POST", "/universes/default/fork", body).await;
    assert_eq!(fork["origin"]["id"], "default");
    assert!(fork["origin"]["seq"].as_u64().unwrap() > 0);
    assert_eq!(fork["seq"], 1, "its journal is its own");
    let stoken = fork["stokens"]["berlin"].as_str().unwrap().to_owned();
    assert_ne!(stoken, school.stoken);
    let users = |fixture: &Value| -> BTreeSet<String> {
        let users = fixture["users"].as_array().unwrap().iter();
        users.map(|user| user["clientUserId"].as_str().unwrap().to_owned()).collect()
    };
    let in_fork = || school.below("fork", &stoken, "users", None);
    assert_eq!(users(&in_fork().await.json()), users(&school.get("users").await.json()));
    assert_eq!(in_fork().await.json()["versionId"], version.as_str(), "versions are of the world");

    // What was pending when it was forked happens in each by its own clock.
    school.done_by("POST", "/universes/fork/clock/advance", json!({"by": "1m"})).await;
    let (here, there) = (users(&school.get("users").await.json()), users(&in_fork().await.json()));
    assert!(there.contains("soon") && there.contains("before"));
    assert!(!here.contains("soon"));
    school.done("users/create", json!({"users": [{"clientUserId": "only-here"}]})).await;
    assert!(!users(&in_fork().await.json()).contains("only-here"));
    assert!(users(&school.get("users").await.json()).contains("soon"));
}

#[tokio::test]
async fn a_reset_goes_as_far_as_it_says() {
    let school = Fixture::school().await;
    let begin = school.version("users").await;
    let users = school.column("users", "clientUserId").await;
    school.done("users/create", json!({"users": [{"clientUserId": "new"}]})).await;
    let version = school.version("users").await;
    school.done_by("PATCH", "/universes/default/settings", json!({"v2.page_size": 7})).await;
    let reset = async |scope: &str| {
        let body = json!({ "scope": scope });
        school.done_by("POST", "/universes/default/reset", body).await["seq"].as_u64().unwrap()
    };
    let now = async || {
        school.done_by("GET", "/universes/default/clock", Value::Null).await["now"].clone()
    };
    let page_size = async || {
        school.done_by("GET", "/universes/default/settings", Value::Null).await["settings"]
            ["v2.page_size"]
            .clone()
    };
    let before = now().await;
    reset("rules").await;
    assert_eq!(school.version("users").await, version);

    reset("state").await;
    assert_eq!(
        school.column("users", "clientUserId").await,
        users.split(' ').take(7).collect::<Vec<_>>().join(" ")
    );
    for version in [&begin, &version] {
        let told = school.refusal(&format!("users?sinceVersionId={version}")).await;
        assert_eq!(told, (400, 9721), "versions of the life before are unknown");
    }
    assert_eq!((now().await, page_size().await), (before, json!("7")), "only the world");

    reset("clock").await;
    assert_eq!(now().await, "2026-01-15T09:00:00.000Z");
    let last = reset("journal").await;
    let told = school.done_by("GET", "/universes/default/lints", Value::Null).await;
    assert_eq!(told["since"], last);
    assert_eq!(page_size().await, "7");
    reset("all").await;
    assert_eq!(page_size().await, "500");
}

#[tokio::test]
async fn an_idle_universe_goes_after_its_time_to_live() {
    let school = Fixture::school().await;
    school.done_by("POST", "/universes", json!({"id": "brief", "ttl": "1ms"})).await;
    school.done_by("POST", "/universes", json!({"id": "long", "ttl": "1h"})).await;
    // Listing is no call of any of them.
    loop {
        let list = school.done_by("GET", "/universes", Value::Null).await;
        let ids: Vec<String> = list["universes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|universe| universe["id"].as_str().unwrap().to_owned())
            .collect();
        if ids == ["default", "long"] {
            break;
        }
        assert_eq!(ids, ["brief", "default", "long"]);
    }
    let told = school.problem("GET", "/universes/brief", Value::Null).await;
    assert_eq!(told, "404 no-such-universe -");
}

/// One story, told in one universe; everything that was heard, without what says where.
async fn transcript(school: &Fixture, id: &str) -> String {
    let body = json!({"id": id, "clock": "manual", "seed": 11, "settings": {"v2.page_size": 3}});
    let made = school.done_by("POST", "/universes", body).await;
    let stoken = made["stokens"]["berlin"].as_str().unwrap().to_owned();
    let mut heard = String::new();
    let steps: [(&str, Option<Value>); 7] = [
        ("service/config", None),
        ("client/config", None),
        ("users/create", Some(json!({"users": [{"clientUserId": "ada", "email": "a@b.example"}]}))),
        ("users", None),
        ("assets?pageIndex=1", None),
        ("assets/associate", Some(json!({"assets": [{"adamId": "1"}], "serialNumbers": ["C1"]}))),
        ("assignments", None),
    ];
    for (path, body) in steps {
        let answer = school.below(id, &stoken, path, body).await;
        heard += &answer.transcript();
        let advance = format!("/universes/{id}/clock/advance");
        heard += &school.done_by("POST", &advance, json!({"by": "1s"})).await.to_string();
    }
    let list = school.done_by("GET", &format!("/universes/{id}/events"), Value::Null).await;
    heard += &list.to_string();
    heard.replace(&stoken, "{stoken}").replace(&format!("http://quince.test/u/{id}"), "{base}")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_script_in_fifty_universes_at_once_is_fifty_times_the_same() {
    let school = std::sync::Arc::new(Fixture::school().await);
    let mut tasks = tokio::task::JoinSet::new();
    for n in 0..50 {
        let school = std::sync::Arc::clone(&school);
        tasks.spawn(async move { transcript(&school, &format!("p-{n:02}")).await });
    }
    let heard: BTreeSet<String> = tasks.join_all().await.into_iter().collect();
    assert_eq!(heard.len(), 1, "{heard:#?}");
    let heard = heard.first().unwrap();
    assert!(heard.contains("{base}/mdm/v2/") && heard.contains("\"FAILED\""), "{heard}");
}

#[tokio::test]
async fn the_library_makes_and_forks_universes_too() {
    let school = Fixture::school().await;
    let made = school.quince.create_universe(Some("made")).unwrap();
    made.set("v2.page_size", "2").unwrap();
    assert!(made.set("v2.page_size", "0").is_err());
    let fork = school.quince.fork("made", None).unwrap();
    assert_eq!((made.id(), fork.id()), ("made", "u-2"));
    assert_eq!(fork.url(), format!("{}/u/u-2", school.quince.url()));
    let page = school.below("u-2", &fork.stoken("berlin"), "users", None).await.json();
    assert_eq!(page["users"].as_array().unwrap().len(), 2);
    assert!(school.quince.create_universe(Some("made")).is_err());
    let (status, number) = told(&school.below("made", &fork.stoken("berlin"), "users", None).await);
    assert_eq!((status.as_u16(), number), (200, 9622));
}

#[tokio::test]
async fn a_universe_is_made_of_an_exported_state() {
    let school = Fixture::school().await;
    school.post("users/create", json!({"users": [{"clientUserId": "u-kept"}]})).await;
    school.advance("1h");
    let state = school.done_by("GET", "/universes/default/state", Value::Null).await;
    let made = school.done_by("POST", "/universes", json!({"id": "kept", "state": state})).await;
    let (one, other) = ("/universes/default/state", "/universes/kept/state");
    let canonical = |path: &str| format!("{path}?canonical=true");
    let one = school.done_by("GET", &canonical(one), Value::Null).await;
    assert_eq!(one, school.done_by("GET", &canonical(other), Value::Null).await);
    let users = Fixture::bare(http::Method::GET, "/u/kept/mdm/v2/users?clientUserId=u-kept")
        .header("authorization", format!("Bearer {}", made["stokens"]["berlin"].as_str().unwrap()));
    let users = school.send(users.body(http_body_util::Full::default()).unwrap()).await.json();
    assert_eq!(users["users"][0]["status"], "Registered");
}
