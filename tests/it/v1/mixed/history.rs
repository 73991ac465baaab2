//! What happens: calls of both versions, verbs and time. A step says all that it needs but for ids that quince makes up.

use std::fmt;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Map, Value, json};

/// The world: an app, one that is for users only, a book in both qualities, an unlimited app, and one of which nobody
/// holds the only licence; and another location, for transfers.
pub(super) const WORLD: &str = r#"
[[location]]
key = "other"

[[asset]]
location = "main"
adam_id  = "100"
total    = 3

[[asset]]
location          = "main"
adam_id           = "200"
total             = 1
device_assignable = false

[[asset]]
location     = "main"
adam_id      = "300"
product_type = "Book"
total        = 4

[[asset]]
location      = "main"
adam_id       = "300"
pricing_param = "PLUS"
product_type  = "Book"
total         = 2

[[asset]]
location  = "main"
adam_id   = "400"
unlimited = true

[[asset]]
location = "main"
adam_id  = "500"
total    = 1

[[asset]]
location = "other"
adam_id  = "600"
total    = 3

[[user]]
location         = "main"
client_user_id   = "ada"
managed_apple_id = "ada@org.example"
status           = "Associated"

[[user]]
location       = "main"
client_user_id = "ben"
email          = "ben@org.example"

[[user]]
location         = "main"
client_user_id   = "cleo"
managed_apple_id = "cleo@org.example"
status           = "Retired"

[[assignment]]
location       = "main"
adam_id        = "300"
client_user_id = "ada"

[[assignment]]
location       = "main"
adam_id        = "300"
client_user_id = "cleo"

[[assignment]]
location       = "main"
adam_id        = "200"
client_user_id = "ben"

[[assignment]]
location      = "main"
adam_id       = "100"
serial_number = "D0"

[[assignment]]
location      = "main"
adam_id       = "400"
serial_number = "D0"
"#;

const ASSETS: [(&str, &str); 7] = [
    ("100", "STDQ"),
    ("200", "STDQ"),
    ("300", "STDQ"),
    ("300", "PLUS"),
    ("400", "STDQ"),
    ("500", "STDQ"),
    ("600", "STDQ"),
];
const USERS: [&str; 5] = ["ada", "ben", "cleo", "dan", "eve"];
const DEVICES: [&str; 4] = ["D0", "D1", "D2", "D3"];
const ACCOUNTS: [&str; 4] =
    ["ada@org.example", "ben@org.example", "cleo@org.example", "m@org.example"];

/// Settings under which a history happens.
const SETTINGS: [(&str, &[&str]); 7] = [
    ("users.same_account", &["new", "old"]),
    ("assets.retired_count", &["refunded", "+retired_users"]),
    ("v1.two_arrays", &["both", "refuse", "first"]),
    ("v1.batch_size", &["300", "4"]),
    ("v2.page_size", &["500", "3"]),
    ("v2.event_steps", &["1", "3"]),
    ("v2.unknown_user", &["sync", "async"]),
];

/// Settings, and what happens under them.
#[derive(Debug, Clone)]
pub(super) struct Case {
    pub(super) settings: Vec<(&'static str, &'static str)>,
    pub(super) steps: Vec<Step>,
}

/// Something that happens. Shown as the call that it is.
#[derive(Clone)]
pub(super) enum Step {
    /// A call of v1.
    Older(&'static str, Value),
    /// A call of v1 about one of the licences that there are then, whose id goes into this member.
    OfLicence(&'static str, Value, &'static str, usize),
    /// A write of v2.
    Newer(&'static str, Value),
    /// A verb.
    Verb(&'static str, Value),
    /// One of the invitations that are open then is followed.
    Follow(usize),
    /// Milliseconds go by.
    Wait(u32),
}

impl fmt::Debug for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Older(service, members) => write!(f, "v1 {service} {members}"),
            Self::OfLicence(service, members, name, n) => {
                write!(f, "v1 {service} {members} with {name} of licence {n}")
            }
            Self::Newer(path, body) => write!(f, "v2 {path} {body}"),
            Self::Verb(name, arguments) => write!(f, "verb {name} {arguments}"),
            Self::Follow(n) => write!(f, "invitation {n} is followed"),
            Self::Wait(millis) => write!(f, "{millis} ms go by"),
        }
    }
}

/// Cases of up to so many steps.
pub(super) fn case(steps: usize) -> impl Strategy<Value = Case> {
    let settings: Vec<_> = SETTINGS
        .iter()
        .map(|(key, values)| select(*values).prop_map(move |value| (*key, value)))
        .collect();
    (settings, vec(step(), 1..=steps)).prop_map(|(settings, steps)| Case { settings, steps })
}

fn some<const N: usize>(
    names: [&'static str; N],
    count: std::ops::RangeInclusive<usize>,
) -> impl Strategy<Value = Vec<&'static str>> + Clone {
    subsequence(names.to_vec(), count)
}

fn step() -> impl Strategy<Value = Step> {
    let millis = select(vec![1_u32, 70, 200, 201, 1_000, 60_000]);
    prop_oneof![
        9 => older(),
        8 => newer(),
        8 => verb(),
        1 => (0_usize..4).prop_map(Step::Follow),
        4 => millis.prop_map(Step::Wait),
    ]
}

/// An account in the making.
#[derive(Debug, Clone, Copy)]
enum Account {
    None,
    /// The user's own, so that accounts come back.
    Own,
    Other(&'static str),
}

impl Account {
    fn of(self, user: &str) -> Option<Value> {
        match self {
            Self::None => None,
            Self::Own => Some(format!("{user}@org.example").into()),
            Self::Other(account) => Some(account.into()),
        }
    }
}

fn account() -> impl Strategy<Value = Account> + Clone {
    let other = select(ACCOUNTS.to_vec()).prop_map(Account::Other);
    prop_oneof![4 => Just(Account::None), 3 => Just(Account::Own), 1 => other]
}

/// The members that are there.
fn members<const N: usize>(members: [(&str, Option<Value>); N]) -> Value {
    let there = members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Value::Object(there.collect::<Map<_, _>>())
}

fn list(names: &[&str]) -> Option<Value> {
    (!names.is_empty()).then(|| json!(names))
}

fn older() -> impl Strategy<Value = Step> {
    let asset = || select(ASSETS.to_vec());
    let user = || select(USERS.to_vec());
    let email = || prop::option::weighted(0.3, select(vec!["", "new@mail.example"]));
    let person = move || {
        (user(), email(), account()).prop_map(|(user, email, account)| {
            members([
                ("clientUserIdStr", Some(user.into())),
                ("email", email.map(Value::from)),
                ("managedAppleIDStr", account.of(user)),
            ])
        })
    };
    let arrays =
        (some(USERS, 0..=3), some(DEVICES, 0..=3), some(USERS, 0..=2), some(DEVICES, 0..=2));
    let manage = (asset(), arrays).prop_map(|((adam_id, quality), arrays)| {
        let (users, devices, users_back, devices_back) = arrays;
        members([
            ("adamIdStr", Some(adam_id.into())),
            ("pricingParam", Some(quality.into())),
            ("associateClientUserIdStrs", list(&users)),
            ("associateSerialNumbers", list(&devices)),
            ("disassociateClientUserIdStrs", list(&users_back)),
            ("disassociateSerialNumbers", list(&devices_back)),
        ])
    });
    // One array of each direction, as clients mostly do.
    let simple = (asset(), any::<(bool, bool)>(), some(USERS, 1..=3), some(DEVICES, 1..=3))
        .prop_map(|((adam_id, quality), (gives, to_users), users, devices)| {
            let (users, devices) =
                (list(&users).filter(|_| to_users), list(&devices).filter(|_| !to_users));
            let only = |it: &Option<Value>, wanted: bool| it.clone().filter(|_| wanted);
            members([
                ("adamIdStr", Some(adam_id.into())),
                ("pricingParam", Some(quality.into())),
                ("associateClientUserIdStrs", only(&users, gives)),
                ("associateSerialNumbers", only(&devices, gives)),
                ("disassociateClientUserIdStrs", only(&users, !gives)),
                ("disassociateSerialNumbers", only(&devices, !gives)),
            ])
        });
    let numbered = (user(), 0_usize..20).prop_map(|(user, n)| {
        let user = json!({"clientUserIdStr": user});
        Step::OfLicence("associateVPPLicenseSrv", user, "licenseId", n)
    });
    let one = (user(), asset()).prop_map(|(user, (adam_id, quality))| {
        let wanted = json!({"clientUserIdStr": user, "adamId": adam_id, "pricingParam": quality});
        Step::Older("associateVPPLicenseSrv", wanted)
    });
    let by_number = (asset(), 0_usize..20).prop_map(|((adam_id, quality), n)| {
        let asset = json!({"adamIdStr": adam_id, "pricingParam": quality});
        Step::OfLicence("manageVPPLicensesByAdamIdSrv", asset, "disassociateLicenseIdStrs", n)
    });
    prop_oneof![
        4 => person().prop_map(|it| Step::Older("registerVPPUserSrv", it)),
        2 => person().prop_map(|it| Step::Older("editVPPUserSrv", it)),
        3 => user().prop_map(|it| Step::Older("retireVPPUserSrv", json!({"clientUserIdStr": it}))),
        2 => manage.prop_map(|it| Step::Older("manageVPPLicensesByAdamIdSrv", it)),
        4 => simple.prop_map(|it| Step::Older("manageVPPLicensesByAdamIdSrv", it)),
        2 => numbered,
        1 => one,
        1 => by_number,
        3 => (0_usize..20)
            .prop_map(|n| Step::OfLicence("disassociateVPPLicenseSrv", json!({}), "licenseId", n)),
    ]
}

fn newer() -> impl Strategy<Value = Step> {
    let assets = subsequence(ASSETS[..6].to_vec(), 1..=2);
    let targets = (assets, some(USERS, 0..=2), some(DEVICES, 0..=2)).prop_map(
        |(assets, users, devices)| {
            let asset = |(adam_id, quality): &(&str, &str)| {
                json!({"adamId": adam_id, "pricingParam": quality})
            };
            let assets: Vec<Value> = assets.iter().map(asset).collect();
            json!({"assets": assets, "clientUserIds": users, "serialNumbers": devices})
        },
    );
    let wish = (any::<bool>(), account());
    let users = (some(USERS, 1..=2), vec(wish, 2)).prop_map(|(users, wishes)| {
        let one = |(user, (mail, account)): (&&str, &(bool, Account))| {
            members([
                ("clientUserId", Some((*user).into())),
                ("email", mail.then(|| "v2@mail.example".into())),
                ("managedAppleId", account.of(user)),
            ])
        };
        json!({"users": users.iter().zip(&wishes).map(one).collect::<Vec<_>>()})
    });
    let named = some(USERS, 1..=2).prop_map(|users| {
        let users: Vec<Value> = users.iter().map(|it| json!({"clientUserId": it})).collect();
        json!({"users": users})
    });
    let holders = (some(USERS, 0..=1), some(DEVICES, 0..=1))
        .prop_map(|(users, devices)| json!({"clientUserIds": users, "serialNumbers": devices}));
    prop_oneof![
        4 => targets.clone().prop_map(|it| Step::Newer("assets/associate", it)),
        2 => targets.prop_map(|it| Step::Newer("assets/disassociate", it)),
        1 => holders.prop_map(|it| Step::Newer("assets/revoke", it)),
        3 => users.clone().prop_map(|it| Step::Newer("users/create", it)),
        2 => users.prop_map(|it| Step::Newer("users/update", it)),
        2 => named.prop_map(|it| Step::Newer("users/retire", it)),
    ]
}

fn verb() -> impl Strategy<Value = Step> {
    let asset = || {
        select(ASSETS.to_vec())
            .prop_map(|(adam_id, quality)| json!({"adam_id": adam_id, "pricing_param": quality}))
    };
    let counted = move || {
        (asset(), 1..4_u32).prop_map(|(mut arguments, count)| {
            arguments["count"] = count.into();
            arguments
        })
    };
    let accept = (select(USERS.to_vec()), account()).prop_map(|(user, account)| {
        members([("client_user_id", Some(user.into())), ("apple_account", account.of(user))])
    });
    let assign = (asset(), some(USERS, 0..=2), some(DEVICES, 0..=2)).prop_map(
        |(mut arguments, users, devices)| {
            if !users.is_empty() || !devices.is_empty() {
                arguments["client_user_ids"] = json!(users);
                arguments["serial_numbers"] = json!(devices);
            }
            arguments
        },
    );
    let user = select(USERS.to_vec()).prop_map(|user| json!({"client_user_id": user}));
    let remove = (asset(), any::<bool>()).prop_map(|(mut arguments, force)| {
        arguments["force"] = force.into();
        arguments
    });
    prop_oneof![
        4 => counted().prop_map(|it| Step::Verb("buy-licenses", it)),
        4 => counted().prop_map(|it| Step::Verb("refund-licenses", it)),
        3 => counted().prop_map(|it| Step::Verb("transfer-licenses", it)),
        5 => accept.prop_map(|it| Step::Verb("accept-invitation", it)),
        3 => assign.prop_map(|it| Step::Verb("other-admin-assigns", it)),
        2 => user.prop_map(|it| Step::Verb("other-admin-retires-user", it)),
        1 => asset().prop_map(|it| Step::Verb("make-asset-irrevocable", it)),
        1 => remove.prop_map(|it| Step::Verb("remove-asset", it)),
        1 => Just(Step::Verb("add-users", json!({"count": 1}))),
        1 => Just(Step::Verb("add-devices", json!({"count": 1}))),
    ]
}
