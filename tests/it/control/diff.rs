//! Differences in words and as data.

use http::{Method, header};
use http_body_util::Full;
use quince::ClockMode;
use quince::scenario::verbs::VerbCall;
use serde_json::json;

use crate::support::Fixture;

const TWO: &str = r#"
[[asset]]
location = "main"
adam_id = "100"
total = 3
[[user]]
location = "main"
client_user_id = "u-17"
status = "Associated"
managed_apple_id = "u17@org.example"
[[assignment]]
location = "main"
adam_id = "100"
serial_number = "C02A"
[[assignment]]
location = "main"
adam_id = "100"
client_user_id = "u-17"
"#;

#[tokio::test]
async fn a_diff_tells_what_happened_by_identity() {
    let school = Fixture::written(TWO, &[]).await;
    let universe = school.quince.universe("default");
    universe.mark("start").unwrap();
    let of = |serial: &str| json!({"assets": [{"adamId": "100"}], "serialNumbers": [serial]});
    let taken = school.post("assets/disassociate", of("C02A")).await.json();
    school.advance("1h");
    let given = school.post("assets/associate", of("C02B")).await.json();
    school.advance("1h");
    let pending = school.post("users/retire", json!({"users": [{"clientUserId": "u-17"}]})).await;
    let id = |answer: &serde_json::Value| answer["eventId"].as_str().unwrap().to_owned();
    let (taken, given, pending) = (id(&taken), id(&given), id(&pending.json()));
    assert_eq!(
        school.since("start"),
        format!(
            "1 licence of 100 moved from C02A to C02B\n\
             event e-0 ({taken}) accepted and completed: 1 of 1 task\n\
             event e-1 ({given}) accepted and completed: 1 of 1 task\n\
             event e-2 ({pending}) accepted: retire, 0 of 1 task done\n"
        )
    );
    universe.mark("middle").unwrap();
    school.advance("1h");
    let failing = json!({"assets": [{"adamId": "999"}], "serialNumbers": ["C02A", "C02B"]});
    let failed = id(&school.post("assets/associate", failing).await.json());
    school.advance("1h");
    assert_eq!(
        school.since("middle"),
        format!(
            "user u-17 retired\n\
             1 licence of 100 taken back from u-17\n\
             event e-2 ({pending}) completed: 1 of 1 task\n\
             event e-3 ({failed}) accepted and failed: 0 of 2 tasks\n"
        )
    );
    // Backwards it is as true.
    let back = universe.diff("middle", "start").unwrap();
    assert!(back.starts_with("1 licence of 100 moved from C02B to C02A\n"), "{back}");
}

#[tokio::test]
async fn a_diff_tells_what_verbs_did() {
    let school = Fixture::written(TWO, &[]).await;
    let universe = school.quince.universe("default");
    universe.mark("start").unwrap();
    let act = |call: VerbCall| universe.act(&call).unwrap();
    act(VerbCall::new("buy-licenses").with("adam_id", "100").with("count", 10));
    act(VerbCall::new("refund-licenses").with("adam_id", "100").with("count", 3));
    act(VerbCall::new("buy-licenses").with("adam_id", "200").with("count", 2));
    act(VerbCall::new("make-asset-irrevocable").with("adam_id", "100"));
    act(VerbCall::new("add-users"));
    act(VerbCall::new("add-devices").with("serial_numbers", json!(["C9"])));
    act(VerbCall::new("other-admin-assigns").with("adam_id", "100").with("count", 2));
    act(VerbCall::new("other-mdm-takes-over").with("mdm_id", "x"));
    act(VerbCall::new("restrict-token").with("privileges", json!(["view", "purchase"])));
    act(VerbCall::new("renew-token"));
    act(VerbCall::new("change-limits").with("maxAssets", 5));
    act(VerbCall::new("move-service").with("error", 9634));
    assert_eq!(
        school.since("start"),
        "user user-2 created\n\
         100: 10 licences bought, 3 licences refunded or transferred away, total 3 to 10\n\
         100 is no longer revocable\n\
         200 added with 2 licences\n\
         2 licences of 100 assigned to C9 and user-2\n\
         claimed by Other MDM (id x, other-mdm.example), before by nobody\n\
         the manager of token 1 may view and purchase, before view, manage and purchase\n\
         token 2 downloaded\n\
         the latest token is 2, before 1\n\
         limit maxAssets went from 25 to 5\n\
         the service is removed (9634)\n"
    );
    universe.mark("next").unwrap();
    act(VerbCall::new("remove-asset").with("adam_id", "100").with("force", true));
    act(VerbCall::new("add-devices"));
    let told = school.since("next");
    assert!(told.starts_with("100 removed\n4 licences of 100 taken back from C02A, "), "{told}");
    assert!(told.contains("\n1 device added: "), "{told}");
}

#[tokio::test]
async fn users_are_told_record_by_record() {
    let school = Fixture::written(TWO, &[]).await;
    let universe = school.quince.universe("default");
    let act = |name: &str| universe.act(&VerbCall::new(name)).unwrap();
    universe.mark("a").unwrap();
    let change = json!({"users": [{"clientUserId": "u-17", "email": "new@org.example"}]});
    school.done("users/update", change).await;
    let told = school.since("a");
    assert!(told.starts_with("user u-17: e-mail none became new@org.example\n"), "{told}");
    act("other-admin-retires-user");
    universe.mark("b").unwrap();
    let again = json!({"users": [{"clientUserId": "u-17", "managedAppleId": "u17@org.example"}]});
    school.done("users/create", again).await;
    let told = school.since("b");
    let expected = "user u-17 deleted: its account belongs to a newer record\n\
                    user u-17 re-created, associated\n";
    assert!(told.starts_with(expected), "{told}");
    let fresh = json!({"users": [{"clientUserId": "never-associated"}]});
    school.done("users/create", fresh.clone()).await;
    school.done("users/retire", fresh.clone()).await;
    universe.mark("c").unwrap();
    school.done("users/create", fresh).await;
    let told = school.since("c");
    assert!(told.starts_with("user never-associated re-created: the retired record"), "{told}");
    universe.mark("d").unwrap();
    universe
        .act(&VerbCall::new("accept-invitation").with("client_user_id", "never-associated"))
        .unwrap();
    assert_eq!(school.since("d"), "user never-associated associated\n");
}

#[tokio::test]
async fn a_diff_is_text_or_json_and_names_locations_where_there_are_several() {
    let school = Fixture::written(&format!("[[location]]\nkey = \"other\"\n{TWO}"), &[]).await;
    school.quince.universe("default").mark("start").unwrap();
    let arguments = json!({"location": "main", "adam_id": "100", "serial_numbers": ["C02B"]});
    school.act("other-admin-assigns", arguments).await;
    let path = "/_quince/v1/universes/default/diff?from=start";
    for (accept, is_text) in
        [("text/plain", true), ("application/json", false), ("*/*", false), ("text/*, */*", true)]
    {
        let request = Fixture::bare(Method::GET, path).header(header::ACCEPT, accept);
        let answer = school.send(request.body(Full::default()).unwrap()).await;
        assert_eq!(answer.text().starts_with("main: 1 licence of 100 assigned to C02B"), is_text);
    }
    let answer = school.lever(Method::GET, "diff?from=start", &json!(null)).await.json();
    assert_eq!(
        answer["differences"],
        json!([{
            "kind": "licenses-assigned",
            "location": "main",
            "text": "1 licence of 100 assigned to C02B",
            "asset": {"adamId": "100", "pricingParam": "STDQ"},
            "count": 1,
            "holders": [{"to": {"serialNumber": "C02B"}}],
        }])
    );
}

#[tokio::test]
async fn a_fork_is_compared_with_a_state_before_it() {
    let school = Fixture::school().await;
    school.quince.universe("default").mark("before").unwrap();
    let origin = school.quince.engine().universe("default").unwrap();
    school.quince.engine().fork(&origin, Some("twin"), None).unwrap();
    let twin = school.quince.universe("twin");
    twin.act(&VerbCall::new("buy-licenses").with("count", 2)).unwrap();
    assert_eq!(
        twin.diff("before", "now").unwrap(),
        "361309726: 2 licences bought, total 40 to 42\n"
    );
    assert_eq!(school.since("before"), "no difference\n");
}

#[tokio::test]
async fn states_that_share_nothing_are_compared_as_well() {
    let build = async || {
        quince::Quince::builder()
            .world("small-school")
            .clock(ClockMode::Manual)
            .start()
            .await
            .unwrap()
    };
    let (one, two) = (build().await, build().await);
    let act = |call: VerbCall| two.universe("default").act(&call).unwrap();
    let world =
        |quince: &quince::Quince| quince.engine().universe("default").unwrap().look(Clone::clone);
    assert_eq!(quince::sim::diff::diff(&world(&one), &world(&two)), []);
    act(VerbCall::new("other-admin-assigns").with("adam_id", "361309726"));
    act(VerbCall::new("other-admin-retires-user"));
    let kinds: Vec<&str> = quince::sim::diff::diff(&world(&one), &world(&two))
        .iter()
        .map(|difference| difference.kind)
        .collect();
    assert_eq!(kinds[0], "user-retired");
    assert!(kinds.contains(&"licenses-assigned"), "{kinds:?}");
}
