//! Single cases that are worth telling: what a client meets that trusts in deltas, and what becomes of users.

use serde_json::{Value, json};

use super::history::Case;
use super::lab::Lab;
use super::reference::{Asset, Held, Holder, Rules, State, Status, User};
use super::service::{Command, Targets, Wish};

/// An app and a book, ten of each, and nobody.
fn lab(rules: Rules) -> Lab {
    start(
        rules,
        State { assets: vec![asset("700", false), asset("701", true)], ..State::default() },
    )
}

fn start(rules: Rules, state: State) -> Lab {
    Lab::start(&Case { rules, places: vec![state], steps: Vec::new() }, 1)
}

fn asset(id: &str, is_book: bool) -> Asset {
    Asset {
        name: (id.to_owned(), false),
        is_book,
        supply: Some(10),
        retired: 2,
        revocable: !is_book,
        for_devices: !is_book,
    }
}

fn user(id: &str, status: Status, account: Option<&str>) -> User {
    let account = account.map(str::to_owned);
    User { id: id.to_owned(), email: None, status, account, invitation: None, written: 0 }
}

/// The observed settings, but for an event that is over at once.
fn rules() -> Rules {
    Rules {
        delay: 0,
        steps: 1,
        page_size: 500,
        unknown_users_later: false,
        removals_listed: false,
        old_record_stays: false,
        retired_users_count: false,
    }
}

fn app_to_devices(serials: &[&str]) -> Targets {
    let serials = serials.iter().map(|serial| (*serial).to_owned()).collect();
    Targets { assets: vec![("700".to_owned(), false)], users: Vec::new(), serials }
}

/// A user with an account or without.
fn wish(account: Option<&str>) -> Vec<Wish> {
    vec![Wish { id: "anna".to_owned(), email: None, account: account.map(str::to_owned) }]
}

fn retire() -> Command {
    Command::Retire(wish(None))
}

fn both_to_anna() -> Command {
    let assets = vec![("700".to_owned(), false), ("701".to_owned(), false)];
    Command::Associate(Targets { assets, users: vec!["anna".to_owned()], serials: Vec::new() })
}

impl Lab {
    /// What must be accepted and must succeed.
    fn does(&mut self, command: Command) {
        self.command(0, command).unwrap();
        let id = self.places[0].events.last().unwrap().clone();
        let status = self.get(0, "status", &format!("eventId={id}")).unwrap();
        assert_eq!(status["eventStatus"], "COMPLETE", "{status}");
    }

    fn records(&mut self, list: &str, query: &str) -> Vec<Value> {
        self.list(0, list, query).unwrap().records
    }

    fn version(&mut self, list: &str) -> String {
        self.list(0, list, "").unwrap().version
    }

    /// Status of each user in order.
    fn statuses(&mut self) -> Vec<String> {
        let users = self.records("users", "");
        users.iter().map(|user| user["status"].as_str().unwrap().to_owned()).collect()
    }

    /// A member of each asset.
    fn counts(&mut self, member: &str) -> Vec<i64> {
        let assets = self.records("assets", "");
        assets.iter().map(|asset| asset[member].as_i64().unwrap()).collect()
    }

    /// What a client holds true that reads everything once, and from then on only deltas, toggling each
    /// pair that they tell; and what is true.
    fn after_a_disassociation(&mut self) -> [Vec<String>; 2] {
        let serials = |records: Vec<Value>| {
            records.iter().map(|record| record["serialNumber"].to_string()).collect::<Vec<_>>()
        };
        self.does(Command::Associate(app_to_devices(&["A", "B"])));
        let mut believed = serials(self.records("assignments", ""));
        let since = self.version("assignments");
        self.does(Command::Disassociate(app_to_devices(&["A"])));
        self.does(Command::Associate(app_to_devices(&["C"])));
        for told in serials(self.records("assignments", &format!("sinceVersionId={since}"))) {
            match believed.iter().position(|serial| *serial == told) {
                Some(known) => drop(believed.remove(known)),
                None => believed.push(told),
            }
        }
        let mut truth = serials(self.records("assignments", ""));
        believed.sort();
        truth.sort();
        [believed, truth]
    }
}

#[test]
fn a_client_that_reads_only_deltas_drifts_unless_removals_are_listed() {
    ledger!("v2.question.11-removals-in-delta");
    let [believed, truth] = lab(rules()).after_a_disassociation();
    assert_eq!(believed, ["\"A\"", "\"B\"", "\"C\""]);
    assert_eq!(truth, ["\"B\"", "\"C\""]);
    let listed = Rules { removals_listed: true, ..rules() };
    let [believed, truth] = lab(listed).after_a_disassociation();
    assert_eq!(believed, truth);
}

#[test]
fn a_version_from_nowhere_gets_9721() {
    ledger!("v2.question.12-unknown-version");
    let mut lab = lab(rules());
    let of_users = lab.version("users");
    for (list, version) in [
        ("users", ""),
        ("users", "yesterday"),
        ("users", "00000000-0000-4000-8000-000000000000"),
        ("assignments", of_users.as_str()),
    ] {
        let query = format!("sinceVersionId={version}");
        let reply = lab.send(0, http::Method::GET, list, &query, String::new());
        let answer: Value = serde_json::from_slice(&reply.body).unwrap();
        assert_eq!((reply.status.as_u16(), &answer["errorNumber"]), (400, &json!(9721)), "{query}");
    }
    let nothing = lab.records("users", &format!("sinceVersionId={of_users}"));
    assert_eq!(nothing, [] as [Value; 0]);
}

#[test]
fn a_user_who_never_had_an_account_is_revived_and_one_who_had_is_made_anew() {
    ledger!("v2.question.34-recreated-user");
    let mut lab = lab(rules());
    lab.does(Command::Create(wish(None)));
    let first = lab.records("users", "");
    lab.does(retire());
    assert_eq!(lab.statuses(), ["Retired"]);
    lab.does(Command::Create(wish(None)));
    let again = lab.records("users", "");
    assert_eq!(lab.statuses(), ["Registered"]);
    assert_ne!(again[0]["inviteCode"], first[0]["inviteCode"]);
    lab.does(Command::Update(wish(Some("anna@school.example"))));
    lab.does(retire());
    lab.does(Command::Create(wish(None)));
    assert_eq!(lab.statuses(), ["Retired", "Registered"]);
    assert!(lab.records("users", "")[0]["idHash"].is_string());
}

#[test]
fn one_of_two_records_gives_way_when_an_account_comes_back() {
    ledger!("setting.users.same_account");
    let account = Some("anna@school.example");
    for (old_record_stays, statuses, after) in [
        (false, ["Deleted", "Associated"], ["Deleted", "Retired"]),
        (true, ["Associated", "Retired"], ["Retired", "Retired"]),
    ] {
        let mut lab = lab(Rules { old_record_stays, ..rules() });
        lab.does(Command::Create(wish(account)));
        lab.does(retire());
        lab.does(Command::Create(wish(None)));
        assert_eq!(lab.statuses(), ["Retired", "Registered"]);
        let since = lab.version("users");
        lab.does(Command::Update(wish(account)));
        assert_eq!(lab.statuses(), statuses);
        let told = lab.records("users", &format!("sinceVersionId={since}"));
        assert_eq!(told.len(), 2, "both records were written");
        assert_eq!(lab.records("users", "activeOnly=true").len(), 1);
        let linked = lab.records("users", "managedAppleId=anna@school.example");
        assert_eq!(linked.len(), 1, "an account has one active user");
        lab.does(retire());
        assert_eq!(lab.statuses(), after);
    }
}

#[test]
fn what_a_retired_user_cannot_give_back_stays() {
    ledger!(
        "v2.question.32-retired-users-assignments",
        "v2.question.29-irrevocable-assets",
        "setting.assets.retired_count",
    );
    for (retired_users_count, retired) in [(false, [2, 2]), (true, [2, 3])] {
        let mut lab = lab(Rules { retired_users_count, ..rules() });
        lab.does(Command::Create(wish(Some("anna@school.example"))));
        lab.does(both_to_anna());
        assert_eq!(lab.counts("assignedCount"), [1, 1]);
        assert_eq!(lab.counts("retiredCount"), [2, 2]);
        // A revocation passes over the book.
        let anna = Targets { users: vec!["anna".to_owned()], ..Targets::default() };
        lab.does(Command::Revoke(anna));
        assert_eq!(lab.counts("assignedCount"), [0, 1]);
        lab.does(both_to_anna());
        lab.does(retire());
        let stays = json!({"adamId": "701", "clientUserId": "anna", "pricingParam": "STDQ"});
        assert_eq!(lab.records("assignments", ""), [stays]);
        assert_eq!(lab.records("assignments", "clientUserId=anna").len(), 1);
        assert_eq!(lab.records("assignments", "excludeInactiveUsers=true"), [] as [Value; 0]);
        let with_state = lab.records("assignments", "includeUserState=true");
        assert_eq!(with_state[0]["userStatus"], "Retired");
        assert_eq!(lab.counts("assignedCount"), [0, 1]);
        assert_eq!(lab.counts("availableCount"), [10, 9]);
        assert_eq!(lab.counts("totalCount"), [10, 10]);
        assert_eq!(lab.counts("retiredCount"), retired);
        // The new record holds a book of its own beside that of the old one.
        lab.does(Command::Create(wish(None)));
        lab.does(both_to_anna());
        assert_eq!(lab.records("assignments", "clientUserId=anna").len(), 3);
        assert_eq!(lab.records("assignments", "excludeInactiveUsers=true").len(), 2);
    }
}

#[test]
fn an_event_takes_effect_in_parts() {
    ledger!("setting.v2.event_steps");
    let mut lab = lab(Rules { delay: 10_000, steps: 4, ..rules() });
    lab.command(0, Command::Associate(app_to_devices(&["A", "B", "C", "D", "E", "F"]))).unwrap();
    let query = format!("eventId={}", lab.places[0].events[0]);
    let mut told = Vec::new();
    for wait in [2_499, 1, 2_500, 2_500, 2_500] {
        lab.wait(wait);
        let status = lab.get(0, "status", &query).unwrap();
        let held = lab.records("assignments", "").len();
        assert_eq!(status["numCompleted"], json!(held));
        told.push((held, status["eventStatus"] == "COMPLETE"));
    }
    assert_eq!(told, [(0, false), (1, false), (3, false), (4, false), (6, true)]);
}

#[test]
fn a_world_may_list_retired_records_after_the_active_one() {
    let account = Some("anna@school.example");
    let users = vec![
        user("anna", Status::Associated, account),
        user("anna", Status::Retired, None),
        user("bert", Status::Retired, account),
    ];
    let mut lab =
        start(rules(), State { users, assets: vec![asset("700", false)], ..State::default() });
    let taken = Wish { id: "bert".to_owned(), email: None, account: account.map(str::to_owned) };
    lab.command(0, Command::Create(vec![taken])).unwrap();
    let query = format!("eventId={}", lab.places[0].events[0]);
    let status = lab.get(0, "status", &query).unwrap();
    assert_eq!(status["failures"][0]["errorNumber"], 9641, "anna has the account");
    lab.does(retire());
    assert_eq!(lab.statuses(), ["Retired", "Retired", "Retired"]);
}

#[test]
fn a_filter_leaves_the_order_as_it_is() {
    let plus = Asset { name: ("700".to_owned(), true), ..asset("700", false) };
    let book = Held { asset: 2, holder: Holder::User(1), made: 0 };
    let state = State {
        assets: vec![plus, asset("700", false), asset("701", true)],
        users: vec![user("anna", Status::Registered, None), user("anna", Status::Retired, None)],
        held: vec![book],
        ..State::default()
    };
    let mut lab = start(rules(), state);
    lab.does(both_to_anna());
    assert_eq!(lab.records("assets", "adamId=700")[0]["pricingParam"], "PLUS");
    let all = lab.records("assignments", "");
    assert_eq!(lab.records("assignments", "clientUserId=anna"), all);
    assert_eq!(all[0]["adamId"], "701");
}

#[test]
fn both_qualities_of_a_product_are_two_assets() {
    ledger!("v2.question.26-both-qualities");
    let plus = Asset { name: ("700".to_owned(), true), ..asset("700", false) };
    let mut lab =
        start(rules(), State { assets: vec![asset("700", false), plus], ..State::default() });
    let assets = vec![("700".to_owned(), true), ("700".to_owned(), false)];
    lab.does(Command::Associate(Targets { assets, ..app_to_devices(&["A"]) }));
    assert_eq!(lab.counts("assignedCount"), [1, 1]);
}

#[test]
fn case_matters_in_ids_and_serial_numbers() {
    ledger!("v2.question.31-case");
    let users =
        vec![user("anna", Status::Registered, None), user("ANNA", Status::Registered, None)];
    let assets = vec![asset("700", false), asset("701", true)];
    let mut lab = start(rules(), State { assets, users, ..State::default() });
    lab.does(both_to_anna());
    lab.does(Command::Associate(app_to_devices(&["a", "A"])));
    for (query, count) in
        [("clientUserId=anna", 2), ("clientUserId=ANNA", 0), ("serialNumber=a", 1), ("", 4)]
    {
        assert_eq!(lab.records("assignments", query).len(), count, "{query}");
    }
    lab.does(retire());
    assert_eq!(lab.statuses(), ["Retired", "Registered"]);
}
