//! What subscribers of v2 are told of writes that v1 makes: by the model, and over HTTP.

use std::sync::Arc;
use std::time::Duration;

use quince::model::{
    At, ClientConfig, Notice, NotificationType, PricingParam, Receiver, UserRequest, Whom,
};
use quince::sim::{Settings, World, build};
use quince::snapshot;

use serde_json::{Value, json};
use tokio::time::timeout;

use super::{LIBRARY, Library};
use crate::notifications::receiver;
use crate::notifications::subscribe;

const NOW: At = At(1_768_467_600_000);

fn world() -> World {
    let loaded = snapshot::open(LIBRARY, 1).unwrap();
    let snapshot::Loaded::World(spec) = loaded else { panic!("a world file") };
    let mut world = build(&spec, 1, NOW, Settings::observed().token_lifetime);
    let receiver = Receiver { url: "https://mdm.example/notify".into(), secret: "s3".into() };
    let types = vec![NotificationType::AssetManagement, NotificationType::UserManagement];
    let config = ClientConfig { receiver: Some(receiver), types, ..ClientConfig::default() };
    let north = world.site_of("north").unwrap();
    world.change(north, |location, _| location.config = Arc::new(config)).unwrap();
    world
}

/// Everything that a client of v1 can write; what was told of it.
fn written(tells: bool) -> Vec<String> {
    let mut world = world();
    let behaviour = Settings::observed().behaviour;
    let north = world.site_of("north").unwrap();
    let done = world.change_at(north, NOW, |location, ids| {
        let request =
            UserRequest { client_user_id: "new".into(), email: None, managed_apple_id: None };
        let user = location.register(&request, tells, &behaviour, ids).unwrap();
        location.edit(user, Some("n@example.edu"), None, tells, &behaviour, ids).unwrap();
        let asset = location.assets.find("900000001", PricingParam::Standard).unwrap();
        let to = [
            (Whom::Record(user), None),
            (Whom::Device("S1".into()), None),
            (Whom::User("nobody".into()), None),
        ];
        assert!(location.give(asset, &to, tells, &behaviour)[2].is_err());
        let from = [Whom::Device("MOCKSN000001".into()), Whom::User("cu-0042".into())];
        location.take_back(asset, &from, tells, &behaviour);
        location.retire_now(user, tells, &behaviour);
        // Registering somebody who is there is no write.
        let there = UserRequest { client_user_id: "cu-0041".into(), ..request };
        location.register(&there, tells, &behaviour, ids).unwrap();
    });
    done.unwrap();
    let told = world.take_notices();
    assert!(told.iter().all(|told| told.at == NOW && told.notice.event().is_none()));
    let name = |told: &quince::sim::Told| match &told.notice {
        Notice::Assets(managed) => {
            let whom: Vec<&str> = managed.elements.iter().map(|it| &*it.holder).collect();
            format!("{:?} {}", managed.kind, whom.join(", "))
        }
        Notice::Users(managed) => {
            let whom: Vec<&str> = managed.elements.iter().map(|it| &*it.client_user_id).collect();
            format!("{:?} {}", managed.kind, whom.join(", "))
        }
        other => format!("{other:?}"),
    };
    told.iter().map(name).collect()
}

#[test]
fn a_write_of_v1_is_told_without_an_event_to_users_and_devices_alike() {
    ledger!("setting.v1.notifies");
    assert_eq!(
        written(true),
        [
            "Create new",
            "Update new",
            "Associate new, S1",
            "Disassociate MOCKSN000001, cu-0042",
            "Retire new",
        ]
    );
    assert_eq!(written(false), Vec::<String>::new());
}

/// What a v2 subscriber gets while a client of v1 does what it can.
async fn delivered(tells: &str) -> Vec<Value> {
    let (library, subscriber) =
        (Library::with(&[("v1.notifies", tells)]).await, receiver::Receiver::good().await);
    subscribe(&library.fixture, &subscriber.url()).await;
    library.call("registerVPPUserSrv", json!({"clientUserIdStr": "new"})).await;
    let edit = json!({"clientUserIdStr": "new", "email": "n@example.edu"});
    library.call("editVPPUserSrv", edit).await;
    for (direction, whom) in [
        ("associateClientUserIdStrs", "new"),
        ("associateSerialNumbers", "S1"),
        ("disassociateSerialNumbers", "S1"),
    ] {
        let managed = library.manage("900000001", json!({direction: [whom]})).await;
        assert_eq!(managed["status"], 0, "{managed}");
    }
    library.call("retireVPPUserSrv", json!({"clientUserIdStr": "new"})).await;
    // What happens past the MDM is told whatever the setting says, and comes last.
    let buy = json!({"adam_id": "900000001", "count": 1});
    library.fixture.done_by("POST", "/universes/default/verbs/buy-licenses", buy).await;
    let comes = async {
        while subscriber.told().last().is_none_or(|it| it["notificationType"] != "ASSET_COUNT") {
            tokio::task::yield_now().await;
        }
    };
    timeout(Duration::from_secs(20), comes).await.expect("the purchase is told");
    subscriber.told()
}

#[tokio::test]
async fn a_subscriber_of_v2_hears_what_a_client_of_v1_did() {
    let told = delivered("on").await;
    assert!(told.iter().all(|it| !it.to_string().contains("eventId")), "{told:#?}");
    let told: Vec<String> = told
        .iter()
        .map(|it| format!("{} {}", it["notificationType"].as_str().unwrap(), it["notification"]))
        .collect();
    insta::assert_snapshot!(told.join("\n"), @r#"
    USER_MANAGEMENT {"result":"SUCCESS","type":"CREATE","users":[{"clientUserId":"new","inviteCode":"52043d263552436d50dcf6a41168a4e8","status":"Registered"}]}
    USER_MANAGEMENT {"result":"SUCCESS","type":"UPDATE","users":[{"clientUserId":"new","email":"n@example.edu","inviteCode":"52043d263552436d50dcf6a41168a4e8","status":"Registered"}]}
    ASSET_MANAGEMENT {"assignments":[{"adamId":"900000001","clientUserId":"new","pricingParam":"STDQ"}],"result":"SUCCESS","type":"ASSOCIATE"}
    ASSET_MANAGEMENT {"assignments":[{"adamId":"900000001","pricingParam":"STDQ","serialNumber":"S1"}],"result":"SUCCESS","type":"ASSOCIATE"}
    ASSET_MANAGEMENT {"assignments":[{"adamId":"900000001","pricingParam":"STDQ","serialNumber":"S1"}],"result":"SUCCESS","type":"DISASSOCIATE"}
    USER_MANAGEMENT {"result":"SUCCESS","type":"RETIRE","users":[{"clientUserId":"new","email":"n@example.edu","inviteCode":"52043d263552436d50dcf6a41168a4e8","status":"Retired"}]}
    ASSET_COUNT {"adamId":"900000001","countDelta":1,"pricingParam":"STDQ"}
    "#);
    let alone = delivered("off").await;
    assert_eq!(alone.len(), 1, "only the purchase: {alone:#?}");
}
