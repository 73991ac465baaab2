//! What subscribers are told of changes, from the change to the body of the notification; nothing is delivered here.
//!
//! * [`bodies`]: one of each type. [`verbs`]: what each verb tells. [`bounds`]: how much, and to whom.
//! * [`client`]: a client that knows nothing but notifications. [`replay`]: it ends up where the service is.
//!   [`wire`]: over HTTP, too. [`coverage`]: the histories that it hears of say something.

mod bodies;
mod bounds;
mod client;
mod coverage;
mod replay;
mod verbs;
mod wire;

use std::collections::BTreeMap;
use std::sync::Arc;

use quince::api::v2::notifications::{Chunk, ELEMENTS_MAX, Envelope, body, chunks};
use quince::model::{
    AssetName, At, ClientConfig, Command, Delay, NotificationType, Platforms, PricingParam,
    ProductType, Receiver, Span, StorePlatform, Supply, Targets, UserRequest, UserStatus,
};
use quince::sim::spec::{
    AssetSpec, AssignmentSpec, HolderSpec, LocationSpec, OrganizationSpec, UserSpec, WorldSpec,
};
use quince::sim::verbs::{Deed, Verb};
use quince::sim::{Settings, SiteId, Told, World, build};

/// An app with 10 licences.
const APP: &str = "100";
/// Another one, with 3; of these one is assigned.
const RARE: &str = "200";
/// A book with 5.
const BOOK: &str = "300";
/// An app without end.
const FREE: &str = "400";

const START: At = At(1_768_467_600_000);

/// Everything that can be subscribed to.
const ALL: [NotificationType; 7] = [
    NotificationType::AssetCount,
    NotificationType::AssetManagement,
    NotificationType::UserManagement,
    NotificationType::UserAssociated,
    NotificationType::SubscriptionManagement,
    NotificationType::SubscriptionCount,
    NotificationType::UnlimitedAsset,
];

/// A world that moves, and what was told of it.
#[derive(Debug, Clone)]
struct Stage {
    world: World,
    settings: Settings,
    now: At,
    /// Notifications so far, of each location.
    sent: BTreeMap<SiteId, u64>,
}

fn asset(adam_id: &str, supply: Supply, product_type: ProductType) -> AssetSpec {
    let is_app = product_type == ProductType::App;
    AssetSpec {
        adam_id: adam_id.to_owned(),
        pricing_param: PricingParam::Standard,
        name: format!("Product {adam_id}"),
        product_type,
        supply,
        retired: 0,
        revocable: is_app,
        device_assignable: is_app,
        platforms: Platforms::IOS,
        licence_base: None,
    }
}

fn user(name: &str, status: UserStatus) -> UserSpec {
    let is_linked = status == UserStatus::Associated;
    UserSpec {
        client_user_id: name.to_owned(),
        email: Some(format!("{name}@pear.example")),
        status,
        managed_apple_id: is_linked.then(|| format!("{name}@pear.example")),
        user_id: None,
        invite_code: None,
        id_hash: None,
    }
}

/// Two locations of one organization. In the first one, ada is associated, ben registered and cleo retired; ada holds
/// the rare app and the book.
fn spec() -> WorldSpec {
    let organization = OrganizationSpec {
        key: "pear".to_owned(),
        name: "Pear".to_owned(),
        domains: vec!["pear.example".to_owned()],
    };
    let assets = vec![
        asset(APP, Supply::Limited(10), ProductType::App),
        asset(RARE, Supply::Limited(3), ProductType::App),
        asset(BOOK, Supply::Limited(5), ProductType::Book),
        asset(FREE, Supply::Unlimited, ProductType::App),
    ];
    let holds = |asset| AssignmentSpec { asset, holder: HolderSpec::User(0) };
    let north = LocationSpec {
        platform: StorePlatform::Education,
        assets,
        users: vec![
            user("ada", UserStatus::Associated),
            user("ben", UserStatus::Registered),
            user("cleo", UserStatus::Retired),
        ],
        devices: vec!["D1".to_owned(), "D2".to_owned()],
        assignments: vec![holds(1), holds(2)],
        ..LocationSpec::new("north", 0)
    };
    let south = LocationSpec {
        assets: vec![asset(APP, Supply::Limited(1), ProductType::App)],
        ..LocationSpec::new("south", 0)
    };
    WorldSpec {
        organizations: vec![organization],
        locations: vec![north, south],
        ..WorldSpec::default()
    }
}

const NORTH: SiteId = SiteId(0);
const SOUTH: SiteId = SiteId(1);

impl Stage {
    /// The world, with nobody who wants to know anything.
    fn unheard() -> Self {
        let mut settings = Settings::observed();
        settings.behaviour.event_delay = Delay::After(Span(200));
        let world = build(&spec(), 7, START, settings.token_lifetime);
        Self { world, settings, now: START, sent: BTreeMap::new() }
    }

    /// The world, with a receiver of these types for each location.
    fn heard(types: &[NotificationType]) -> Self {
        let mut stage = Self::unheard();
        for site in [NORTH, SOUTH] {
            stage.subscribe(site, types);
        }
        stage
    }

    fn subscribe(&mut self, site: SiteId, types: &[NotificationType]) {
        let receiver = Receiver { url: "https://mdm.example/notify".into(), secret: "s3".into() };
        let config = ClientConfig {
            mdm_info: None,
            receiver: Some(receiver),
            types: types.to_vec(),
            ..ClientConfig::default()
        };
        self.world.change(site, |location, _| location.config = Arc::new(config)).unwrap();
    }

    /// Accepts a command of the first location and lets it end. What was told, as bodies.
    fn done(&mut self, command: Command) -> Vec<String> {
        let accepted = self.world.accept(NORTH, command, self.now, &self.settings);
        accepted.unwrap().unwrap();
        self.wait();
        self.bodies()
    }

    /// Lets every event end.
    fn wait(&mut self) {
        self.now = self.now.plus(Span::seconds(60));
        self.world.step_to(self.now, &self.settings, |_| ());
    }

    /// What a verb in the first location told, as bodies.
    fn act(&mut self, deed: Deed) -> Vec<String> {
        let verb = Verb { location: Some("north".to_owned()), deed };
        self.world.act(&verb, self.now, &self.settings).unwrap();
        self.bodies()
    }

    /// What was told since the last look, as the bodies that receivers get.
    fn bodies(&mut self) -> Vec<String> {
        self.sent().into_iter().map(|(_, body)| body).collect()
    }

    /// The same, with the location of each.
    fn sent(&mut self) -> Vec<(SiteId, String)> {
        let told = self.world.take_notices();
        told.iter().flat_map(|told| self.spell(told)).collect()
    }

    fn spell(&mut self, told: &Told) -> Vec<(SiteId, String)> {
        let site = self.world.site(told.site).unwrap().clone();
        let event = told.notice.event().map(|number| site.ids.event(number).to_string());
        let spell = |chunk: Chunk<'_>| {
            let n = self.sent.entry(told.site).or_default();
            let id = site.ids.notification(self.world.epoch(), *n);
            *n += 1;
            let uid = &site.location.profile.uid;
            let envelope = Envelope { id, uid, event_id: event.as_deref() };
            let body = body(&chunk, envelope, &self.settings);
            (told.site, String::from_utf8(body.to_vec()).unwrap())
        };
        chunks(&told.notice, ELEMENTS_MAX).map(spell).collect()
    }
}

fn named(adam_id: &str) -> AssetName {
    AssetName { adam_id: adam_id.to_owned(), pricing_param: PricingParam::Standard }
}

/// Assets, client user ids and serial numbers.
fn targets(assets: &[&str], users: &[&str], devices: &[&str]) -> Targets {
    let texts = |list: &[&str]| list.iter().map(|text| Arc::from(*text)).collect();
    Targets {
        assets: assets.iter().map(|adam_id| named(adam_id)).collect(),
        client_user_ids: texts(users),
        serial_numbers: texts(devices),
    }
}

/// A user as a client wants it: client user id, e-mail address, Managed Apple Account.
fn wish(name: &str, email: Option<&str>, account: Option<&str>) -> UserRequest {
    UserRequest {
        client_user_id: name.into(),
        email: email.map(str::to_owned),
        managed_apple_id: account.map(str::to_owned),
    }
}
