use proptest::prelude::*;

use super::*;
use crate::model::{
    At, Date, LicenceKind, Period, PricingParam, Privileges, SubscriptionStatus, Supply, UserStatus,
};
use crate::sim::spec::{AdministratorSpec, AssignmentSpec, HolderSpec, SeatSpec, SubscriptionSpec};

/// One organization and one location, lines 1 to 4.
const HEAD: &str = "[[organization]]\nkey = \"org\"\n[[location]]\nkey = \"main\"\n";

fn toml(rows: &str) -> Result<WorldSpec, WorldError> {
    read("w.toml", &format!("{HEAD}{rows}"), Format::Toml, 1)
}

fn good(rows: &str) -> WorldSpec {
    toml(rows).unwrap_or_else(|error| panic!("{error}"))
}

/// First lines of all problems.
fn wrong(rows: &str) -> Vec<String> {
    let Err(WorldError::Invalid { problems, .. }) = toml(rows) else { panic!("accepted: {rows}") };
    let line = |problem: &super::super::Problem| {
        format!("{}:{}: {}", problem.line, problem.column, problem.message)
    };
    problems.iter().map(line).collect()
}

const ASSET: &str = "[[asset]]\nadam_id = \"7\"\ntotal = 1\n";

#[test]
fn rows_have_defaults() {
    let world = good(&format!("{ASSET}[[token]]\n[[user]]\nclient_user_id = \"u\"\n"));
    let main = &world.locations[0];
    assert_eq!((main.name.as_str(), main.country.as_str()), ("main", "US"));
    assert_eq!(world.organizations[0].name, "org");
    assert_eq!(main.tokens[0].serial, 1);
    assert_eq!(main.tokens[0].privileges, Privileges::ALL);
    assert_eq!(main.assets[0].pricing_param, PricingParam::Standard);
    assert_eq!(main.assets[0].supply, Supply::Limited(1));
    assert!(main.assets[0].revocable && main.assets[0].device_assignable);
    assert_eq!(main.users[0].status, UserStatus::Registered);
}

#[test]
fn every_key_is_read() {
    let world = good(
        r#"
        [[location]]
        key = "two"
        name = "Zwei"
        organization = "org"
        country = "de"
        platform = "education"
        uid = 100978
        versions = { users = "009061cb-87d1-4ea8-ae4c-7849dc49224e" }
        mdm_info = { id = "i", name = "n", metadata = "" }
        [[token]]
        location = "two"
        serial = 3
        expires = 2031-04-02T09:15:00Z
        revoked = true
        privileges = ["view", "manage"]
        literal = "a b"
        [[asset]]
        location = "two"
        adam_id = 361309726
        pricing_param = "PLUS"
        name = "Lesebuch"
        product_type = "Book"
        unlimited = true
        retired = 4
        platforms = ["iOS", "visionOS"]
        licence_base = 5000
        [[user]]
        location = "two"
        client_user_id = "u"
        email = "u@two.example"
        status = "Associated"
        managed_apple_id = "u@org.example"
        user_id = 9
        invite_code = "abc"
        id_hash = "="
        [[device]]
        location = "two"
        serial_number = "s1"
        [[assignment]]
        location = "two"
        adam_id = "361309726"
        pricing_param = "PLUS"
        client_user_id = "u"
        [[subscription]]
        location = "two"
        adam_id = 6740000017
        parent_adam_id = "1501000001"
        status = "PAUSED"
        period = "3 months"
        period_end = "2027-02-28"
        renewing = 2
        expiring = 1
        [[seat]]
        location = "two"
        adam_id = 6740000017
        client_user_id = "u"
        renewing = false
        licence = "renewing"
        by_group = true
        [[administrator]]
        location = "two"
        adam_id = "6740000017"
        client_user_id = "u"
        "#,
    );
    let two = &world.locations[1];
    assert_eq!((two.country.as_str(), two.uid.as_deref()), ("DE", Some("100978")));
    assert!(two.versions.users.is_some() && two.mdm_info.is_some());
    let token = &two.tokens[0];
    assert_eq!((token.serial, token.expires), (3, Some(At(1_932_887_700_000))));
    assert!(token.revoked && token.privileges.manage && !token.privileges.purchase);
    let asset = &two.assets[0];
    assert_eq!((asset.supply, asset.licence_base), (Supply::Unlimited, Some(5000)));
    assert!(!asset.revocable && !asset.device_assignable, "books are neither");
    assert_eq!(two.users[0].user_id, Some(9));
    assert_eq!(two.devices, ["s1"]);
    assert_eq!(two.assignments, [AssignmentSpec { asset: 0, holder: HolderSpec::User(0) }]);
    let subscription = SubscriptionSpec {
        adam_id: 6_740_000_017,
        parent_adam_id: Some(1_501_000_001),
        status: SubscriptionStatus::Paused,
        period: Period::parse("3 months").unwrap(),
        period_end: Date::new(2027, 2, 28),
        renewing: 2,
        expiring: 1,
    };
    let licence = LicenceKind::Renewing;
    let seat = SeatSpec { subscription: 0, user: 0, renewing: false, licence, by_group: true };
    assert_eq!((&two.subscriptions[..], &two.seats[..]), (&[subscription][..], &[seat][..]));
    assert_eq!(two.administrators, [AdministratorSpec { subscription: 0, user: 0 }]);
    assert_eq!(two.subscriptions_declared, Some(true), "nobody buys before it is said");
}

#[test]
fn json_says_the_same() {
    let json = r#"{
        "organization": [{"key": "org"}],
        "location": [{"key": "main", "uid": null}],
        "asset": [{"adam_id": "7", "total": 1}],
        "assignment": [{"adam_id": "7", "serial_number": "s\u0031"}]
    }"#;
    let from_json = read("w.json", json, Format::Json, 1).unwrap();
    let rows = format!("{ASSET}[[assignment]]\nadam_id = \"7\"\nserial_number = \"s1\"\n");
    assert_eq!(from_json, good(&rows));
    assert_eq!(from_json.locations[0].devices, ["s1"], "a device comes with what it holds");
}

#[test]
fn a_problem_is_shown_where_it_is() {
    let error = toml("[[asset]]\nadam_ids = \"7\"\nadam_id = \"7\"\ntotal = 1\n").unwrap_err();
    let expected = "w.toml:6:1: unknown key `adam_ids` in [[asset]]; did you mean `adam_id`?\n  |\n\
                    6 | adam_ids = \"7\"\n  | ^^^^^^^^";
    assert_eq!(error.to_string(), expected);

    let json = "{\"organization\": [{\"key\": \"org\"}], \"location\": [{\"key\": \"main\"}],\n\
                \"asset\": [{\"adam_id\": \"x\\\"y\", \"total\": 1, \"tot\\\"al\" : 2}]}";
    let error = read("w.json", json, Format::Json, 1).unwrap_err().to_string();
    assert!(error.starts_with("w.json:2:23: `adam_id` must be"), "{error}");
    assert!(error.contains("w.json:2:43: unknown key `tot\"al`"), "{error}");
}

#[test]
fn syntax_errors_have_places() {
    let error = toml("[[asset]\nadam_id = = 1\n").unwrap_err().to_string();
    assert!(error.contains("w.toml:5:"), "{error}");
    let error = read("w.json", "{\n \"world\": ,\n}", Format::Json, 1).unwrap_err().to_string();
    assert!(error.starts_with("w.json:2:11: expected value\n"), "{error}");
    for text in ["", "[]", "1", "{\"a\":1,\"a\":2}"] {
        assert!(read("w.json", text, Format::Json, 1).is_err(), "{text}");
    }
}

#[test]
fn all_problems_come_at_once() {
    let rows = "[[asset]]\nadam_id = \"007\"\ntotal = -1\n[[user]]\nclient_user_id = \"\"\nstatus = \"registered\"\nemail = \"x\"\n";
    let found = wrong(rows);
    assert_eq!(found.len(), 5, "{found:#?}");
    assert!(found[0].starts_with("6:11: `adam_id` must be 1 to 19 decimal digits"), "{found:?}");
    assert!(found[3].contains("unknown word `registered`; did you mean `Registered`?"));
}

#[test]
fn values_that_cannot_be_are_told() {
    for (rows, expected) in [
        ("[asset]\nadam_id = \"7\"", "`asset` must be a list of tables"),
        ("[[assett]]", "unknown key `assett` in a world file; did you mean `asset`?"),
        ("[[location]]\nkey = \"Main\"", "`key` must be 1 to 64 lower-case letters"),
        ("[[location]]\nkey = \"main\"", "duplicate location `main`; first given in line 4"),
        ("[[location]]\nkey = \"b\"\norganization = \"orh\"", "did you mean `org`?"),
        ("[[location]]\nkey = \"b\"\ncountry = \"Germany\"", "two letters"),
        ("[[location]]\nkey = \"b\"\n[[device]]\nserial_number = \"s\"", "several: main, b"),
        ("[[location]]\nname = \"b\"", "[[location]] needs `key`"),
        ("[[device]]\nlocation = \"mian\"\nserial_number = \"s\"", "did you mean `main`?"),
        ("[[token]]\nexpires = 2031-04-02T09:15:00", "`expires` must be a date-time with an"),
        ("[[token]]\nexpires = \"tomorrow\"", "not `tomorrow`"),
        ("[[token]]\nprivileges = [\"admin\"]", "unknown word `admin`; known: view, manage"),
        ("[[token]]\n[[token]]", "duplicate token `1`; first given in line 5"),
        ("[[asset]]\nadam_id = \"7\"", "[[asset]] needs `total` or `unlimited = true`"),
        ("[[asset]]\nadam_id = \"7\"\ntotal = 1\nunlimited = true", "not both"),
        ("[[asset]]\nadam_id = \"7\"\ntotal = 2147483648", "integer from 0 to 2147483647"),
        (
            "[[asset]]\nadam_id = \"7\"\ntotal = 1\nproduct_type = \"Book\"\nrevocable = true",
            "a book can't be revocable",
        ),
        ("[[user]]\nclient_user_id = \"u\"\nemail = \"a@b\"", "must be an e-mail address"),
        ("[generate]\ndevices = 1000001", "an integer from 0 to 1000000"),
        ("[generate]\nassignments = 1", "1 assignments do not fit"),
    ] {
        let found = wrong(rows);
        assert!(found.iter().any(|line| line.contains(expected)), "{rows}\n{found:#?}");
    }
    let error = read("w.toml", "world = \"demmo\"", Format::Toml, 1).unwrap_err().to_string();
    assert!(error.contains("there is no world `demmo`; did you mean `demo`?"), "{error}");
    let error = read("w.toml", "", Format::Toml, 1).unwrap_err().to_string();
    assert!(error.contains("at least one [[location]]"), "{error}");
}

#[test]
fn assignments_that_cannot_be_are_told() {
    let book = "[[asset]]\nadam_id = \"8\"\ntotal = 5\nproduct_type = \"Book\"\n";
    let gone = "[[user]]\nclient_user_id = \"gone\"\nstatus = \"Retired\"\n";
    for (rows, expected) in [
        ("adam_id = \"9\"\nserial_number = \"s\"", "there is no such asset: `9`"),
        ("adam_id = \"7\"\npricing_param = \"PLUS\"\nserial_number = \"s\"", "= \"STDQ\""),
        (
            "adam_id = \"7\"\nclient_user_id = \"gon\"",
            "there is no user `gon`; did you mean `gone`?",
        ),
        ("adam_id = \"7\"\nclient_user_id = \"gone\"", "user `gone` is gone and can't hold"),
        ("adam_id = \"8\"\nserial_number = \"s\"", "not device assignable, but device `s`"),
        ("adam_id = \"7\"", "needs `client_user_id` or `serial_number`"),
        (
            "adam_id = \"7\"\nserial_number = \"a\"\n[[assignment]]\nadam_id = \"7\"\nserial_number = \"b\"",
            "19:11: more of asset `7` is assigned than its total of 1",
        ),
        (
            "adam_id = \"7\"\nserial_number = \"a\"\n[[assignment]]\nadam_id = \"7\"\nserial_number = \"a\"",
            "19:11: duplicate assignment of `7`; first given in line 16",
        ),
    ] {
        let found = wrong(&format!("{ASSET}{book}{gone}[[assignment]]\n{rows}\n"));
        assert!(found.iter().any(|line| line.contains(expected)), "{rows}\n{found:#?}");
    }
    // What can't be taken back stays with who is gone.
    good(&format!("{book}{gone}[[assignment]]\nadam_id = \"8\"\nclient_user_id = \"gone\"\n"));
}

/// A subscription with two licences of each kind, and three associated users; lines 5 to 17.
const SEATS: &str = "[[subscription]]\nadam_id = 17\nrenewing = 2\nexpiring = 2\n\
                     [[user]]\nclient_user_id = \"anna\"\nstatus = \"Associated\"\n\
                     [[user]]\nclient_user_id = \"ben\"\nstatus = \"Associated\"\n\
                     [[user]]\nclient_user_id = \"carl\"\nstatus = \"Associated\"\n";

fn seat(user: &str, rest: &str) -> String {
    format!("[[seat]]\nadam_id = 17\nclient_user_id = \"{user}\"\n{rest}\n")
}

#[test]
fn seats_stand_where_the_service_would_put_them() {
    let of = |rows: &[String]| {
        let world = good(&format!("{SEATS}{}", rows.concat()));
        let seats = world.locations[0].seats.iter();
        seats.map(|seat| (seat.renewing, seat.licence)).collect::<Vec<_>>()
    };
    let (renewing, expiring) = (LicenceKind::Renewing, LicenceKind::Expiring);
    let temporary = "renewing = false";
    let rows = ["anna", "ben", "carl"].map(|user| seat(user, temporary));
    assert_eq!(of(&rows), [(false, expiring), (false, expiring), (false, renewing)]);
    // What is said comes first, wherever it stands.
    let rows = [
        seat("anna", temporary),
        seat("ben", "licence = \"expiring\""),
        seat("carl", "licence = \"expiring\""),
    ];
    assert_eq!(of(&rows), [(false, renewing), (true, expiring), (true, expiring)]);
    let empty = good("[[subscription]]\nadam_id = 17\n");
    let it = empty.locations[0].subscriptions[0];
    assert_eq!((it.status, it.period), (SubscriptionStatus::Inactive, Period::MONTH));
    assert_eq!(good("").locations[0].subscriptions_declared, None);
}

#[test]
fn subscriptions_that_cannot_be_are_told() {
    let three = ["anna", "ben", "carl"].map(|user| seat(user, "")).concat();
    let other = "[[user]]\nclient_user_id = \"dora\"\n";
    let administrator = "[[administrator]]\nadam_id = 17\nclient_user_id = \"dora\"\n";
    let twice = seat("anna", "") + &seat("anna", "");
    for (rows, expected) in [
        (
            three.as_str(),
            "28:18: more seats of subscription 17 stand on renewing licences than its 2; one that renews \
             stands on a licence that expires only with `licence = \"expiring\"`",
        ),
        (twice.as_str(), "24:18: duplicate seat `17 anna`; first given in line 20"),
        (&seat("ana", ""), "20:18: there is no user `ana`; did you mean `anna`?"),
        (
            &(other.to_owned() + &seat("dora", "")),
            "user `dora` has subscription 17 and is Registered",
        ),
        (
            &(other.to_owned() + administrator),
            "`dora` administers subscription 17 and is Registered",
        ),
        (
            "[[seat]]\nadam_id = 18\nclient_user_id = \"anna\"",
            "no subscription 18; did you mean 17?",
        ),
        ("[[seat]]\nadam_id = 0\nclient_user_id = \"anna\"", "`adam_id` is no product: 0"),
        ("[[seat]]\nadam_id = 17", "[[seat]] needs `client_user_id`"),
        ("[[subscription]]\nadam_id = 17", "duplicate subscription `17`; first given in line 6"),
        ("[[subscription]]\nadam_id = 18\nstatus = \"ACTIVE\"", "without licences is INACTIVE"),
        ("[[subscription]]\nadam_id = 18\nstatus = \"PAUSE\"", "did you mean `PAUSED`?"),
        ("[[subscription]]\nadam_id = 18\nperiod = \"day\"", "week, month, year, or 3 months, not"),
        ("[[subscription]]\nadam_id = 18\nperiod_end = \"2027-02-29\"", "a day such as 2027-02-28"),
        (
            "[[subscription]]\nadam_id = 18\nrenewing = 2147483647\nexpiring = 1",
            "at most 2147483647 licences",
        ),
        (
            "[[location]]\nkey = \"b\"\norganization = \"org\"\nsubscriptions = false\n\
             [[subscription]]\nlocation = \"b\"\nadam_id = 5",
            "line 21 says that the location does not support subscriptions",
        ),
    ] {
        let found = wrong(&format!("{SEATS}{rows}\n"));
        assert!(found.iter().any(|line| line.contains(expected)), "{rows}\n{found:#?}");
    }
    let text = "world = \"demo\"\n[[location]]\nkey = \"hamburg\"\nsubscriptions = false\n";
    let error = read("w.toml", text, Format::Toml, 1).unwrap_err().to_string();
    assert!(error.contains("4:17: the location has subscriptions"), "{error}");
}

#[test]
fn a_file_changes_subscriptions_of_its_world() {
    let text = "world = \"demo\"\n\
                [[subscription]]\nlocation = \"hamburg\"\nadam_id = 6740000017\nrenewing = 30\n\
                [[subscription]]\nlocation = \"leeds\"\nadam_id = 5\nexpiring = 1\n";
    let base = super::super::named("demo", 1).unwrap();
    let world = read("w.toml", text, Format::Toml, 1).unwrap();
    let (before, after) = (&base.locations[0], &world.locations[0]);
    let changed = SubscriptionSpec { renewing: 30, ..before.subscriptions[0] };
    assert_eq!((after.subscriptions[0], &after.seats), (changed, &before.seats));
    assert_eq!(after.subscriptions[1..], before.subscriptions[1..]);
    assert_eq!(world.locations[1].subscriptions_declared, Some(true));
    // Nobody is taken a licence from under the feet.
    let text = text.replace("renewing = 30", "renewing = 3");
    let error = read("w.toml", &text, Format::Toml, 1).unwrap_err().to_string();
    assert!(error.contains("w.toml:4:11: more seats of subscription 6740000017"), "{error}");
}

#[test]
fn a_user_may_come_back() {
    let record =
        |status: &str| format!("[[user]]\nclient_user_id = \"u\"\nstatus = \"{status}\"\n");
    let world = good(&format!("{}{}", record("Retired"), record("Registered")));
    assert_eq!(world.locations[0].users.len(), 2);
    let found = wrong(&format!("{}{}", record("Associated"), record("Registered")));
    assert_eq!(found, ["9:18: user `u` has another active record"]);
}

#[test]
fn entries_change_what_has_their_key() {
    let text = "world = \"small-school\"\n[[location]]\nkey = \"berlin\"\nname = \"Neu\"\n\
                [[asset]]\nadam_id = \"361309726\"\ntotal = 3\n[[device]]\nserial_number = \"new\"\n";
    let base = super::super::named("small-school", 1).unwrap();
    let world = read("w.toml", text, Format::Toml, 1).unwrap();
    let (before, after) = (&base.locations[0], &world.locations[0]);
    assert_eq!(after.name, "Neu");
    assert_eq!(after.country, before.country);
    assert_eq!(after.assets[0].supply, Supply::Limited(3));
    assert_eq!(after.assets[0].name, before.assets[0].name);
    assert_eq!(after.assets[1..], before.assets[1..]);
    assert_eq!(after.devices.len(), before.devices.len() + 1);

    // To say what is there already changes nothing.
    let held = before.assignments[0];
    let asset = &before.assets[held.asset as usize].adam_id;
    let text = format!(
        "world = \"small-school\"\n[[assignment]]\nadam_id = \"{asset}\"\nserial_number = \"12E45678\"\n"
    );
    assert_eq!(read("w.toml", &text, Format::Toml, 1).unwrap(), base);
}

#[test]
fn what_is_generated_joins_the_first_location() {
    let rows =
        format!("{ASSET}[generate]\ndevices = 10\nusers = 5\nassets = 3\nassignments = 30\n");
    let main = &good(&rows).locations[0];
    assert_eq!((main.devices.len(), main.users.len(), main.assets.len()), (10, 5, 4));
    assert_eq!(main.assignments.len(), 30);
    assert!(main.assignments.iter().all(|held| held.asset > 0));
    assert_eq!(good(&rows), good(&rows));
}

#[test]
fn many_problems_are_counted() {
    let Err(WorldError::Invalid { problems, omitted }) = toml(&"[[device]]\n".repeat(60)) else {
        panic!("accepted")
    };
    assert_eq!((problems.len(), omitted), (50, 10));
    let tokens: Vec<_> = (0..1001).map(|n| format!("[[token]]\nserial = {n}\n")).collect();
    assert_eq!(wrong(&tokens.concat()), ["2006:10: a location has at most 1000 tokens"]);
}

proptest! {
    #[test]
    fn nothing_panics(text: String, cut in 0_usize..4000) {
        let sample = include_str!("../../../fixtures/worlds/seed-examples.toml");
        let cut = sample.floor_char_boundary(cut);
        for text in [text.as_str(), &format!("{}{text}", &sample[..cut])] {
            for format in [Format::Toml, Format::Json] {
                let _ = read("w", text, format, 1).map_err(|error| error.to_string());
            }
        }
    }

    #[test]
    fn no_value_panics(key in "[a-z_]{1,9}", json in "[\\[\\]{}\":,0-9a-z\\\\ \n]{0,60}") {
        for text in [json.clone(), format!("{{\"{key}\":{json}}}"), format!("{{\"asset\":[{{\"{key}\":{json}}}]}}")] {
            let _ = read("w", &text, Format::Json, 1).map_err(|error| error.to_string());
        }
    }
}
