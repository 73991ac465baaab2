//! Organizations of MDM users beneath their API: the Apple users that belong to these, keys, verbs, states, worlds.

use std::sync::Arc;

use quince::model::{
    AccountChange, At, ClientConfig, MdmChange, MdmDraft, MdmRefusal, MdmUser, Notice,
    NotificationType, Receiver, UserStatus,
};
use quince::scenario::verbs::VerbCall;
use quince::sim::{
    Access, ClockMode, KeyCredential, KeyRefusal, Saved, Settings, SiteId, WorkspaceId, World,
    build, worlds,
};
use quince::snapshot::state::{self, Form};
use quince::{Builder, Quince};
use serde_json::{Value, json};

use crate::support::Fixture;

const NOW: At = At(1_768_467_600_000);
const FIRST: WorkspaceId = WorkspaceId(0);

fn world(name: &str) -> World {
    let spec = worlds::named(name, 1).unwrap();
    build(&spec, 1, NOW, Settings::observed().token_lifetime)
}

/// A world whose first location has somebody who wants to hear of users.
fn listened_to(name: &str) -> World {
    let mut world = world(name);
    let receiver = Receiver { url: "https://mdm.example/notify".into(), secret: "s3".into() };
    let types = vec![NotificationType::UserManagement];
    let config = ClientConfig { receiver: Some(receiver), types, ..ClientConfig::default() };
    world.change(SiteId(0), |location, _| location.config = Arc::new(config)).unwrap();
    world
}

fn managed(email: &str, account: &str) -> MdmDraft {
    MdmDraft { managed_apple_id: Some(account.into()), ..MdmDraft::new(email) }
}

fn account(change: AccountChange) -> MdmChange {
    MdmChange { managed_apple_id: change, ..MdmChange::default() }
}

/// The latest Apple user that belongs to an MDM user: its status, address and account.
fn apple_user(world: &World, user: &MdmUser) -> Option<(UserStatus, String, String)> {
    let users = &world.sites()[0].location.users;
    let record = users.get(users.records_of(&user.id.to_string()).next()?)?;
    let account = users.account(record).unwrap_or_default().to_owned();
    Some((record.status, record.email.as_deref().unwrap_or_default().to_owned(), account))
}

fn told(world: &mut World) -> Vec<String> {
    let told = world.take_notices();
    assert!(told.iter().all(|told| told.notice.event().is_none()));
    let kinds = told.iter().map(|told| match &told.notice {
        Notice::Users(managed) => format!("{:?}", managed.kind),
        other => format!("{other:?}"),
    });
    kinds.collect()
}

#[test]
fn an_mdm_user_with_a_managed_apple_account_has_an_apple_user() {
    ledger!("setting.applivery.creates_vpp_user");
    let settings = Settings::observed();
    let mut world = listened_to("small-school");
    let plain = MdmDraft::new("plain@lindenhof-schule.example");
    let plain = world.create_mdm_user(FIRST, plain, NOW, &settings).unwrap();
    assert_eq!(apple_user(&world, &plain), None);
    let ada = managed("Ada@Lindenhof-Schule.example", "ada@apple.example");
    let ada = world.create_mdm_user(FIRST, ada, NOW, &settings).unwrap();
    let associated = |account: &str| {
        let email = "ada@lindenhof-schule.example".to_owned();
        Some((UserStatus::Associated, email, account.to_owned()))
    };
    assert_eq!(apple_user(&world, &ada), associated("ada@apple.example"));
    assert_eq!(told(&mut world), ["Create"]);

    // A change of something else is none of Apple's business.
    let name = MdmChange { name: Some("Ada".into()), ..MdmChange::default() };
    world.update_mdm_user(FIRST, ada.id, name, NOW, &settings).unwrap();
    assert_eq!(told(&mut world), Vec::<String>::new());
    let other = account(AccountChange::Set("ada.l@apple.example".into()));
    world.update_mdm_user(FIRST, ada.id, other, NOW, &settings).unwrap();
    assert_eq!(apple_user(&world, &ada), associated("ada.l@apple.example"));
    world.update_mdm_user(FIRST, ada.id, account(AccountChange::Clear), NOW, &settings).unwrap();
    assert_eq!(apple_user(&world, &ada).unwrap().0, UserStatus::Retired);
    assert_eq!(told(&mut world), ["Retire", "Create", "Retire"]);

    let later = account(AccountChange::Set("ada@apple.example".into()));
    world.update_mdm_user(FIRST, ada.id, later, NOW, &settings).unwrap();
    assert_eq!(apple_user(&world, &ada), associated("ada@apple.example"));
    world.remove_mdm_user(FIRST, ada.id, NOW, &settings).unwrap();
    assert_eq!(apple_user(&world, &ada).unwrap().0, UserStatus::Retired);
    assert_eq!(told(&mut world), ["Create", "Retire"]);

    let mut off = settings;
    off.set("applivery.creates_vpp_user", "off").unwrap();
    let ben = managed("ben@lindenhof-schule.example", "ben@apple.example");
    let ben = world.create_mdm_user(FIRST, ben, NOW, &off).unwrap();
    assert_eq!(apple_user(&world, &ben), None);
    assert_eq!(world.remove_mdm_user(FIRST, ben.id, NOW, &off).unwrap().id, ben.id);
}

#[test]
fn where_apple_would_refuse_the_account_only_the_mdm_user_changes() {
    let mut settings = Settings::observed();
    settings.set("users.managed_accounts", "listed").unwrap();
    let mut world = world("small-school");
    let ada = managed("ada@lindenhof-schule.example", "ada@elsewhere.example");
    let ada = world.create_mdm_user(FIRST, ada, NOW, &settings).unwrap();
    assert_eq!(ada.managed_apple_id.as_deref(), Some("ada@elsewhere.example"));
    assert_eq!(apple_user(&world, &ada), None);
}

#[test]
fn a_refusal_changes_neither() {
    let settings = Settings::observed();
    let mut world = world("small-school");
    let there = world.workspaces()[0].organization.users.iter().next().unwrap().clone();
    let twin = managed(&there.email.to_uppercase(), "twin@apple.example");
    let (count, revision) = (world.workspaces()[0].made(), world.sites()[0].location.users.seq());
    let refused = world.create_mdm_user(FIRST, twin, NOW, &settings);
    assert_eq!(refused, Err(MdmRefusal::AlreadyExists));
    assert_eq!(world.workspaces()[0].made(), count);
    assert_eq!(world.sites()[0].location.users.seq(), revision);
    let nowhere =
        world.create_mdm_user(WorkspaceId(7), MdmDraft::new("a@b.example"), NOW, &settings);
    assert_eq!(nowhere, Err(MdmRefusal::Unknown));
}

#[test]
fn the_demo_has_people_who_cannot_be_deleted_and_people_whom_apple_knows() {
    let settings = Settings::observed();
    let mut world = world("demo");
    let people: Vec<Arc<MdmUser>> =
        world.workspaces()[0].organization.users.iter().cloned().collect();
    assert_eq!(people.len(), 10);
    let known = people.iter().filter(|user| user.managed_apple_id.is_some());
    assert!(known.clone().count() > 2);
    for user in known {
        let (status, _, account) = apple_user(&world, user).unwrap();
        assert_eq!(status, UserStatus::Associated);
        assert_eq!(Some(account.as_str()), user.managed_apple_id.as_deref());
    }
    let mut refusals = Vec::new();
    for user in &people {
        refusals.extend(world.remove_mdm_user(FIRST, user.id, NOW, &settings).err());
    }
    for why in [MdmRefusal::HasDevices, MdmRefusal::HasTokens] {
        assert!(refusals.iter().filter(|refusal| **refusal == why).count() > 1, "{refusals:?}");
    }
    assert!(refusals.len() < people.len(), "somebody can be deleted");
}

#[test]
fn keys_are_of_a_universe_an_organization_and_a_role() {
    let mut world = world("small-school");
    let key = |world: &World, access: &Access| world.api_key("u-1", FIRST, access).unwrap();
    let judged = |world: &World, key: &str| {
        let credential = KeyCredential::read(key);
        world.authenticate_key("u-1", &credential, NOW).map(|session| session.access)
    };
    let viewer = key(&world, &Access::Viewer);
    assert_eq!(judged(&world, &viewer), Ok(Access::Viewer));
    let credential = KeyCredential::read(&viewer);
    assert_eq!(
        (credential.universe(), credential.organization()),
        (Some("u-1"), Some("lindenhof"))
    );
    assert_eq!(world.authenticate_key("u-2", &credential, NOW), Err(KeyRefusal::Unknown));
    let one = Access::Permissions(vec!["mdm.global.mdmUser.list".to_owned()]);
    assert_eq!(judged(&world, &key(&world, &one)), Ok(one));
    for other in ["", "sesame", &viewer[1..], &format!("{viewer}A")] {
        assert_eq!(judged(&world, other), Err(KeyRefusal::Unknown), "{other}");
    }
    let login = |at: i64| world.login_token("u-1", FIRST, &Access::Admin, At(NOW.0 + at)).unwrap();
    assert_eq!(judged(&world, &login(1)), Ok(Access::Admin));
    assert_eq!(judged(&world, &login(0)), Err(KeyRefusal::Expired));

    let revoke = |world: &mut World, arguments: Value| {
        let verb = quince::scenario::verbs::verb("revoke-key", arguments).unwrap();
        world.act(&verb, NOW, &Settings::observed()).map(|outcome| outcome.text)
    };
    let admin = key(&world, &Access::Admin);
    assert_eq!(
        revoke(&mut world, json!({"role": "viewer"})).unwrap(),
        "the key viewer of organization lindenhof is revoked: serial 1"
    );
    assert_eq!(judged(&world, &viewer), Err(KeyRefusal::Revoked));
    assert_eq!(judged(&world, &admin), Ok(Access::Admin), "no other key is");
    let next = key(&world, &Access::Viewer);
    assert_eq!(judged(&world, &next), Ok(Access::Viewer));
    revoke(&mut world, json!({"key": next})).unwrap();
    assert_eq!(judged(&world, &next), Err(KeyRefusal::Revoked));
    for (arguments, argument) in [
        (json!({}), "role"),
        (json!({"role": "owner"}), "role"),
        (json!({"key": "sesame"}), "key"),
        (json!({"role": "admin", "organization": "nowhere"}), "organization"),
    ] {
        assert_eq!(
            revoke(&mut world, arguments.clone()).unwrap_err().argument,
            argument,
            "{arguments}"
        );
    }
}

fn saved(world: World) -> Saved {
    let settings = Settings::observed();
    Saved { world, settings, clock: ClockMode::Manual, start: NOW, now: NOW, journal_last: 0 }
}

#[test]
fn a_state_goes_on_with_people_ids_and_keys() {
    let settings = Settings::observed();
    for name in ["demo", "edge-cases"] {
        let mut one = world(name);
        let mut act = |name: &str, arguments: Value| {
            let verb = quince::scenario::verbs::verb(name, arguments).unwrap();
            one.act(&verb, NOW, &settings).unwrap();
        };
        act("revoke-key", json!({"role": "admin"}));
        act("enroll-device", json!({"platform": "aosp", "count": 3}));
        let new = managed("new@edge.example", "new@apple.example");
        let new = one.create_mdm_user(FIRST, new, At(NOW.0 + 5), &settings).unwrap();
        let bytes = state::write(&saved(one.clone()), Form::default());
        let again = state::read(&bytes).unwrap();
        assert_eq!(state::write(&again, Form::default()), bytes, "{name}");
        let mut two = again.world;
        let all = |world: &World| {
            let users = &world.workspaces()[0].organization.users;
            users.iter().map(|user| MdmUser::clone(user)).collect::<Vec<_>>()
        };
        assert_eq!(all(&one), all(&two), "{name}");
        assert_eq!(apple_user(&two, &new), apple_user(&one, &new));
        let next = |world: &mut World| {
            world.create_mdm_user(FIRST, MdmDraft::new("next@x.example"), NOW, &settings).unwrap()
        };
        assert_eq!(next(&mut one), next(&mut two), "{name}: the same id");
        let key = |world: &World| world.api_key("u", FIRST, &Access::Admin);
        assert_eq!(key(&one), key(&two));
        assert!(quince::sim::diff::diff(&one, &two).is_empty());
    }
}

#[test]
fn a_state_of_before_there_were_mdm_users_gets_an_organization() {
    let bytes = state::write(&saved(world("small-school")), Form::default());
    let mut document: Value = serde_json::from_slice(&bytes).unwrap();
    let gone = document.as_object_mut().unwrap().remove("mdm_organizations").unwrap();
    assert_eq!(gone[0]["users"].as_array().unwrap().len(), 40);
    let old = state::read(document.to_string().as_bytes()).unwrap().world;
    let organization = &old.workspaces()[0].organization;
    assert_eq!((organization.slug.as_str(), organization.users.len()), ("berlin", 0));
    assert_eq!(organization.vpp_location.as_deref(), Some("berlin"));
}

#[test]
fn a_state_that_cannot_be_is_refused_with_its_place() {
    let bytes = state::write(&saved(world("small-school")), Form::default());
    let good: Value = serde_json::from_slice(&bytes).unwrap();
    for (pointer, value, wrong) in [
        ("/slug", json!("x"), "/slug"),
        ("/vpp_location", json!("bonn"), "/vpp_location"),
        ("/made", json!(1), "/made"),
        ("/keys", json!([["owner", 2]]), "/keys/0"),
        ("/language", json!("xx"), "/language"),
        ("/users/1/id", json!("zz"), "/users/1/id"),
        ("/users/1/email", good["mdm_organizations"][0]["users"][0]["email"].clone(), "/users/1"),
        ("/users/1/metadata", json!("[]"), "/users/1/metadata"),
        ("/users/1/counts", json!([["apple.phones", 1]]), "/users/1/counts/0/0"),
    ] {
        let mut bad = good.clone();
        let organization = &mut bad["mdm_organizations"][0];
        organization["keys"] = json!([]);
        organization["users"][1]["metadata"] = json!("{}");
        organization["users"][1]["counts"] = json!([]);
        *organization.pointer_mut(pointer).unwrap() = value;
        let error = state::read(bad.to_string().as_bytes()).unwrap_err();
        assert_eq!(error.pointer(), format!("/mdm_organizations/0{wrong}"), "{}", error.what());
    }
}

const WRITTEN: &str = r#"
[[mdm_organization]]
slug = "pear"
name = "Pear"
language = "de"
[[mdm_user]]
email = "Ada@pear.example"
name = "Ada"
tags = ["b", "a"]
managed_apple_id = "ada@apple.pear.example"
metadata = { shelf = 3, team = "red" }
inferred_segment_ids = [0, 4]
counts.apple.devices = 2
counts.android.enrollmentTokens.PENDING = 1
[[mdm_user]]
organization = "pear"
email = "ben@pear.example"
language = "fr"
[generate]
mdm_users = 25
"#;

#[tokio::test]
async fn a_world_file_has_organizations_and_people() {
    let school = Fixture::written(WRITTEN, &[]).await;
    let universe = school.quince.universe("default");
    let applivery = universe.applivery().unwrap();
    assert_eq!((applivery.slug(), applivery.organization().len()), ("pear", 24));
    assert!(applivery.url().ends_with("/v1") && !applivery.url().contains("/u/"));
    assert_eq!(applivery.key(), applivery.key_of("admin"));
    let engine = school.quince.engine().default_universe();
    let organization = engine.look(|world| Arc::clone(&world.workspaces()[0].organization));
    assert_eq!(organization.vpp_location.as_deref(), Some("main"));
    assert_eq!(organization.users.len(), 27);
    let ada = organization.users.by_email("ada@PEAR.example").unwrap();
    assert_eq!(
        (&*ada.email, ada.language.as_str()),
        ("Ada@pear.example", "de"),
        "as it is written"
    );
    assert_eq!(&*ada.metadata, r#"{"shelf":3,"team":"red"}"#);
    assert_eq!((ada.counts.devices(), ada.counts.pending_tokens()), (2, 1));
    assert_eq!(ada.inferred_segment_ids, [0, 4]);
    let ben = organization.users.by_email("ben@pear.example").unwrap();
    assert_eq!((ben.language.as_str(), &*ben.name, &*ben.metadata), ("fr", "", "{}"));
    let apple = school.get(&format!("users?clientUserId={}", ada.id)).await.json();
    assert_eq!(apple["users"][0]["status"], "Associated", "{apple}");
}

#[test]
fn what_is_wrong_in_a_world_file_is_told_where_it_is() {
    let read = |rows: &str| {
        let head = "[[organization]]\nkey = \"o\"\n[[location]]\nkey = \"main\"\n";
        let format = quince::snapshot::world_file::Format::Toml;
        let error =
            quince::snapshot::world_file::read("w.toml", &format!("{head}{rows}"), format, 1);
        error.unwrap_err().to_string()
    };
    for (rows, wanted) in [
        ("[[mdm_user]]\nname = \"x\"\n", "[[mdm_user]] needs `email`"),
        ("[[mdm_user]]\nemail = \"a@b\"\nlanguage = \"ge\"\n", "unknown word"),
        ("[[mdm_user]]\nemail = \"a@b\"\nmetadata = 3\n", "`metadata` must be a table"),
        (
            "[[mdm_user]]\nemail = \"a@b\"\ncounts.apple.phones = 3\n",
            "there is no count `apple.phones`",
        ),
        ("[[mdm_user]]\nemail = \"a@b\"\ncounts.apple = 3\n", "`counts.apple` must be a table"),
        ("[[mdm_user]]\nemail = \"a@b\"\ncounts.apple.devices = -3\n", "an integer from 0"),
        ("[[mdm_user]]\nemail = \"a@b\"\norganization = \"x\"\n", "there is no organization `x`"),
        ("[[mdm_user]]\nemail = \"a@b\"\n[[mdm_user]]\nemail = \"A@B\"\n", "duplicate mdm_user"),
        ("[[mdm_organization]]\nslug = \"ab\"\n", "at least three characters"),
        ("[[mdm_organization]]\nslug = \"abc\"\nvpp_location = \"maim\"\n", "did you mean `main`?"),
    ] {
        let error = read(rows);
        assert!(error.contains(wanted), "{rows}\n{error}");
    }
}

fn school() -> Builder {
    Quince::builder().world("small-school").clock(ClockMode::Manual)
}

#[tokio::test]
async fn devices_and_tokens_come_and_go_by_verbs() {
    let school = Fixture::of(school(), "berlin").await;
    let universe = school.quince.universe("default");
    universe.mark("start").unwrap();
    let act = |name: &str, arguments: Value| {
        let mut call = VerbCall::new(name);
        call.arguments = arguments.as_object().unwrap().clone();
        universe.act(&call).map(|outcome| outcome.text)
    };
    let engine = school.quince.engine().default_universe();
    let user = |nth: usize| {
        engine
            .look(|world| world.workspaces()[0].organization.users.iter().nth(nth).unwrap().clone())
    };
    let (last, email) = (39, user(39).email.to_string());
    assert_eq!(
        act("issue-enrollment-token", json!({"user": email, "platform": "android", "count": 2}))
            .unwrap(),
        format!("2 android enrollment tokens issued to MDM user {email}")
    );
    assert_eq!(user(last).counts.pending_tokens(), 2);
    let id = user(last).id.to_string();
    assert_eq!(
        act(
            "enroll-device",
            json!({"user": id, "platform": "android", "mode": "PROFILE_OWNER", "count": 3})
        )
        .unwrap(),
        format!("3 android devices enrolled for MDM user {email}, 2 pending tokens used")
    );
    let counts = user(last).counts;
    assert_eq!(
        (counts.pending_tokens(), counts.get("android.enrollmentTokens.DONE")),
        (0, Some(2))
    );
    assert_eq!(counts.get("android.devices.PROFILE_OWNER"), Some(3));
    assert_eq!(user(last).updated_at, user(last).created_at, "the user itself was not changed");
    assert_eq!(
        act("unenroll-device", json!({"user": email, "count": 3})).unwrap(),
        format!("3 devices of MDM user {email} went: android.devices.PROFILE_OWNER")
    );
    assert_eq!(user(last).counts.devices(), 0);
    let diff = universe.diff("start", "now").unwrap();
    assert_eq!(diff, format!("MDM user {email}: android.enrollmentTokens.DONE 0 became 2\n"));

    let answer = school.done_by("POST", "/universes/default/verbs/enroll-device", json!({})).await;
    assert_eq!(
        answer["mdmUserIds"],
        json!([user(0).id.to_string()]),
        "the first one if nobody is named"
    );
    for (verb, arguments, wanted) in [
        ("enroll-device", json!({"count": 0}), "400 invalid /count"),
        (
            "enroll-device",
            json!({"platform": "apple", "mode": "DEVICE_OWNER"}),
            "400 invalid /mode",
        ),
        ("enroll-device", json!({"user": "nobody@x.example"}), "409 verb-does-not-fit /user"),
        ("unenroll-device", json!({"count": 77}), "409 verb-does-not-fit /user"),
        ("unenroll-device", json!({"user": email}), "409 verb-does-not-fit /count"),
        ("enroll-device", json!({"organization": "bonn"}), "400 invalid /organization"),
        ("enroll-device", json!({"platform": "beos"}), "400 invalid /platform"),
    ] {
        let path = format!("/universes/default/verbs/{verb}");
        assert_eq!(school.problem("POST", &path, arguments).await, wanted);
    }
}

#[tokio::test]
async fn forks_go_their_own_way_and_a_reset_goes_back_but_for_keys() {
    let school = Fixture::of(school(), "berlin").await;
    let universe = school.quince.universe("default");
    let before = universe.applivery().unwrap();
    let users = |id: &str| {
        let universe = school.quince.engine().universe(id).unwrap();
        universe.look(|world| world.workspaces()[0].organization.users.clone())
    };
    let fork = school.done_by("POST", "/universes/default/fork", json!({"id": "fork"})).await;
    assert_eq!(fork["applivery"]["organization"], before.organization());
    assert_ne!(fork["applivery"]["tokens"]["admin"], before.key(), "keys name their universe");
    let draft = MdmDraft::new("fork@x.example");
    let engine = school.quince.engine();
    let made = engine.universe("fork").unwrap().turn(|turn| turn.create_mdm_user(FIRST, draft));
    made.unwrap().unwrap();
    assert_eq!((users("default").len(), users("fork").len()), (40, 41));

    universe.act(&VerbCall::new("revoke-key").with("role", "admin")).unwrap();
    universe.act(&VerbCall::new("enroll-device").with("count", 5)).unwrap();
    school.done_by("POST", "/universes/default/reset", json!({"scope": "state"})).await;
    assert_eq!(users("default").iter().next().unwrap().counts.devices(), 1);
    let after = universe.applivery().unwrap();
    assert_ne!(after.key(), before.key(), "a revoked key stays revoked");
    assert_eq!(after.key_of("viewer"), before.key_of("viewer"));
}
