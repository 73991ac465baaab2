//! Property, over the wire: whoever is told everything knows what the lists show. The histories and the client are those of
//! [`replay`](super::replay); calls, verbs, notifications and lists are HTTP.

use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use quince::model::{Command, Targets, UserRequest};
use quince::sim::verbs::{AssetChoice, Deed};
use quince::{ClockMode, Quince};
use serde_json::{Value, json};

use super::client::{Client, Revocable, Shown, listed_revocable};
use super::replay::{Step, steps};
use super::{NORTH, spec};
use crate::notifications::receiver::Receiver;
use crate::support::Fixture;

/// A location, the client that is told of it, and how many notifications that one has heard.
struct Place {
    token: String,
    receiver: Receiver,
    client: Client,
    revocable: Revocable,
    heard: usize,
}

struct Wire {
    fixture: Fixture,
    places: Vec<Place>,
    /// Ids of the events of the first location.
    events: Vec<String>,
}

fn targets_body(targets: &Targets, with_assets: bool) -> Value {
    let texts =
        |list: &[std::sync::Arc<str>]| list.iter().map(ToString::to_string).collect::<Vec<_>>();
    let mut body = json!({
        "clientUserIds": texts(&targets.client_user_ids),
        "serialNumbers": texts(&targets.serial_numbers),
    });
    if with_assets {
        let assets = targets.assets.iter().map(|asset| json!({"adamId": asset.adam_id}));
        body["assets"] = assets.collect();
    }
    body
}

fn users_body(users: &[UserRequest]) -> Value {
    let user = |user: &UserRequest| {
        let mut body = json!({"clientUserId": &*user.client_user_id});
        if let Some(email) = &user.email {
            body["email"] = json!(email);
        }
        if let Some(account) = &user.managed_apple_id {
            body["managedAppleId"] = json!(account);
        }
        body
    };
    json!({"users": users.iter().map(user).collect::<Vec<_>>()})
}

/// Path and body of a call.
fn call(command: &Command) -> (&'static str, Value) {
    match command {
        Command::Associate(targets) => ("assets/associate", targets_body(targets, true)),
        Command::Disassociate(targets) => ("assets/disassociate", targets_body(targets, true)),
        Command::Revoke(targets) => ("assets/revoke", targets_body(targets, false)),
        Command::CreateUsers(users) => ("users/create", users_body(users)),
        Command::UpdateUsers(users) => ("users/update", users_body(users)),
        Command::RetireUsers(users) => ("users/retire", users_body(users)),
        Command::AssociateSeats(seats) | Command::DisassociateSeats(seats) => {
            unreachable!("these histories have no subscriptions: {seats:?}")
        }
    }
}

/// Name and arguments of a verb in the first location.
fn verb(deed: &Deed) -> (&'static str, Value) {
    let id = |asset: &AssetChoice| json!(asset.adam_id);
    let (name, mut arguments) = match deed {
        Deed::BuyLicenses { asset, count, .. } => {
            ("buy-licenses", json!({"adam_id": id(asset), "count": count}))
        }
        Deed::RefundLicenses { asset, count } => {
            ("refund-licenses", json!({"adam_id": id(asset), "count": count}))
        }
        Deed::TransferLicenses { asset, count, .. } => {
            ("transfer-licenses", json!({"adam_id": id(asset), "count": count}))
        }
        Deed::AcceptInvitation { client_user_id, apple_account, .. } => (
            "accept-invitation",
            json!({"client_user_id": client_user_id, "apple_account": apple_account}),
        ),
        Deed::OtherAdminAssigns { asset, holders, count } => (
            "other-admin-assigns",
            json!({
                "adam_id": id(asset), "count": count,
                "client_user_ids": holders.client_user_ids, "serial_numbers": holders.serial_numbers,
            }),
        ),
        Deed::OtherAdminRetiresUser { client_user_id } => {
            ("other-admin-retires-user", json!({"client_user_id": client_user_id}))
        }
        Deed::MakeAssetIrrevocable { asset } => {
            ("make-asset-irrevocable", json!({"adam_id": id(asset)}))
        }
        Deed::RemoveAsset { asset, force } => {
            ("remove-asset", json!({"adam_id": id(asset), "force": force}))
        }
        Deed::AddUsers { count, .. } => ("add-users", json!({"count": count})),
        other => panic!("{other:?} is not in the histories"),
    };
    let place = if name == "transfer-licenses" { "from" } else { "location" };
    arguments[place] = json!("north");
    let given = |value: &Value| !value.is_null() && *value != json!([]);
    arguments.as_object_mut().unwrap().retain(|_, value| given(value));
    (name, arguments)
}

impl Wire {
    async fn start(parts: u32, is_later: bool) -> Self {
        let unknown = if is_later { "async" } else { "sync" };
        let builder = Quince::builder().world_spec(spec()).clock(ClockMode::Manual).seed(7);
        let builder = builder
            .setting("v2.event_steps", &parts.to_string())
            .setting("v2.unknown_user", unknown);
        let fixture = Fixture::of(builder, "north").await;
        let mut wire = Self { fixture, places: Vec::new(), events: Vec::new() };
        for key in ["north", "south"] {
            let token = wire.fixture.quince.universe("default").stoken(key);
            let receiver = Receiver::good().await;
            let subscription = crate::notifications::subscription(&receiver.url());
            let set = wire.v2(&token, "client/config", Some(subscription)).await;
            assert!(set["errorNumber"].is_null(), "{set}");
            let [assets, users, assignments] = wire.lists(&token).await;
            let client = Client::listed(&assets, &users, &assignments);
            let revocable = listed_revocable(&assets);
            wire.places.push(Place { token, receiver, client, revocable, heard: 0 });
        }
        wire
    }

    async fn v2(&self, token: &str, path: &str, body: Option<Value>) -> Value {
        self.fixture.v2_at("", Some(token), path, body).await.json()
    }

    async fn lists(&self, token: &str) -> [Value; 3] {
        [
            self.v2(token, "assets", None).await,
            self.v2(token, "users", None).await,
            self.v2(token, "assignments", None).await,
        ]
    }

    /// Does what the world may not allow; it is well said all the same.
    async fn may_refuse(&self, path: &str, body: Value) {
        let answer = self.fixture.control("POST", path, body.clone()).await;
        assert_ne!(answer.status.as_u16(), 400, "{path} {body}: {}", answer.text());
    }

    /// Does a step, which may be refused, and lets everything be told that is to be told of it.
    async fn go(&mut self, step: &Step) {
        let mut pass = 1;
        match step {
            Step::Verb(deed) => {
                let (name, arguments) = verb(deed);
                let path = format!("/universes/default/verbs/{name}");
                self.may_refuse(&path, arguments).await;
            }
            Step::Write(site, command) => {
                let (path, body) = call(command);
                let accepted = self.v2(&self.places[site.0].token, path, Some(body)).await;
                if *site == NORTH {
                    self.events.extend(accepted["eventId"].as_str().map(str::to_owned));
                }
            }
            Step::Wait(span) => pass = *span,
            Step::Finish(number, chosen) => {
                let Some(id) = self.events.get(*number as usize) else { return };
                let path = format!("/universes/default/events/{id}");
                let act = if chosen.is_some() { "fail" } else { "complete" };
                self.may_refuse(&path, json!({"do": act})).await;
            }
        }
        let clock = self.fixture.quince.universe("default").clock();
        clock.advance_delivering(&format!("{pass}ms")).await.unwrap();
    }

    /// Lets each client hear what it was told since; what it believes then, and what the lists show.
    async fn compare(&mut self) -> Vec<(Shown, Shown)> {
        let mut pairs = Vec::new();
        for place in 0..self.places.len() {
            let [assets, users, assignments] = self.lists(&self.places[place].token).await;
            let Place { receiver, client, revocable, heard, .. } = &mut self.places[place];
            let told = receiver.told();
            for body in &told[*heard..] {
                client.hear(&body.to_string(), revocable);
            }
            (*heard, *revocable) = (told.len(), listed_revocable(&assets));
            let listed = Client::listed(&assets, &users, &assignments);
            pairs.push((client.shown(), listed.shown()));
        }
        pairs
    }
}

async fn hears_everything(steps: &[Step], parts: u32, is_later: bool) -> Result<(), TestCaseError> {
    let mut wire = Wire::start(parts, is_later).await;
    for step in steps.iter().chain(&[Step::Wait(100_000)]) {
        wire.go(step).await;
        for (known, listed) in wire.compare().await {
            prop_assert_eq!(known, listed, "after {:?}", step);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, max_shrink_iters: 200, ..ProptestConfig::default() })]
    #[test]
    fn whoever_is_told_everything_knows_what_the_lists_show(
        steps in steps(),
        parts in 1..5u32,
        is_later in any::<bool>(),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(hears_everything(&steps, parts, is_later))?;
    }
}
