//! What is refused at once, and what is looked at first (apple-subscriptions.md §11).

use quince::model::Limits;

use super::*;

fn request(adam_ids: &[u64], users: &[&str]) -> SeatRequest {
    let client_user_ids = users.iter().map(|user| Arc::from(*user)).collect();
    SeatRequest { adam_ids: adam_ids.to_vec(), client_user_ids, renewing: true, deferred: false }
}

fn associate(desk: &mut Desk, adam_ids: &[u64], users: &[&str]) -> Result<u64, Refusal> {
    desk.accept(Command::AssociateSeats(request(adam_ids, users)))
}

fn texts(users: &[&str]) -> Vec<Arc<str>> {
    users.iter().map(|user| Arc::from(*user)).collect()
}

#[test]
fn each_check_comes_before_the_next() {
    ledger!(
        "subscriptions.question.14-unowned-adam-id",
        "subscriptions.question.15-unknown-user",
        "subscriptions.question.18-not-active",
        "subscriptions.by-group",
    );
    let mut desk = Desk::new(4);
    desk.buy(PRO, 9, 0);
    desk.buy(TEAM, 9, 0);
    desk.by_group(PRO, 2).unwrap();
    desk.set_status(TEAM, SubscriptionStatus::Paused);
    let many: Vec<u64> = (1..=26).collect();
    // Each request has what it is refused for, and everything that is looked at later.
    let cases: [(&[u64], &[&str], Refusal); 6] = [
        (&[], &["nobody", "nobody"], Refusal::NoSeatsNamed),
        (&many, &["nobody", "nobody"], Refusal::TooManySeatsNamed),
        (&[1, TEAM], &["nobody", "nobody"], Refusal::DuplicateClientUserIds(texts(&["nobody"]))),
        (&[2, TEAM, 1], &["nobody"], Refusal::UnknownSubscriptions(vec![1, 2])),
        (&[PRO, TEAM], &["nobody", "u-001"], Refusal::SubscriptionNotActive),
        (
            &[PRO],
            &["u-001", "nobody", "no-one"],
            Refusal::NotAssociated(texts(&["nobody", "no-one"])),
        ),
    ];
    for (adam_ids, users, refusal) in cases {
        assert_eq!(associate(&mut desk, adam_ids, users), Err(refusal));
    }
    let by_group = Refusal::SeatByGroup(texts(&["u-001", "u-002"]));
    assert_eq!(associate(&mut desk, &[PRO], &["u-003", "u-001", "u-002"]), Err(by_group));
    assert_eq!(desk.location().events.next_number(), 0, "nothing was queued");
    assert!(associate(&mut desk, &[PRO], &["u-003"]).is_ok());
}

#[test]
fn limits_count_products_once() {
    ledger!("subscriptions.question.22-administrator-limits");
    let mut desk = Desk::new(3);
    desk.buy(PRO, 3, 0);
    let limits = Limits { subscriptions: 1, subscription_client_user_ids: 2, ..LIMITS };
    let add = |desk: &mut Desk, request: &AdministratorRequest| {
        desk.change(|location| location.add_administrators(request, &limits))
    };
    assert!(add(&mut desk, &administrators(&[PRO, PRO], &["u-001", "u-002"])).is_ok());
    let many = administrators(&[PRO], &["u-001", "u-002", "u-003"]);
    assert_eq!(add(&mut desk, &many), Err(Refusal::TooManySeatsNamed));
    let unknown = administrators(&[PRO], &["u-001", "nobody"]);
    assert_eq!(add(&mut desk, &unknown), Err(Refusal::NotAssociated(texts(&["nobody"]))));
    assert!(desk.change(|location| location.remove_administrators(&unknown, &limits)).is_ok());
    let twice = administrators(&[PRO], &["u-001", "u-001"]);
    let refusal = Refusal::DuplicateClientUserIds(texts(&["u-001"]));
    assert_eq!(add(&mut desk, &twice), Err(refusal));
}

#[test]
fn only_who_has_it_can_give_it_back() {
    let mut desk = Desk::new(3);
    desk.buy(PRO, 3, 0);
    desk.buy(TEAM, 3, 0);
    desk.give(PRO, &names(1..=2), true);
    desk.give(TEAM, &names(1..=1), true);
    let take = |desk: &mut Desk, adam_ids: &[u64], users: &[&str]| {
        desk.accept(Command::DisassociateSeats(request(adam_ids, users)))
    };
    let refusal = Refusal::SeatNotHeld(texts(&["u-002", "nobody"]));
    assert_eq!(take(&mut desk, &[PRO, TEAM], &["u-001", "u-002", "nobody"]), Err(refusal));
    // A pause is no reason to keep it.
    desk.set_status(PRO, SubscriptionStatus::Paused);
    assert!(take(&mut desk, &[PRO], &["u-001", "u-002"]).is_ok());
}

#[test]
fn a_registered_user_gets_nothing_before_it_is_associated() {
    let mut desk = Desk::new(0);
    desk.buy(PRO, 1, 0);
    let user = UserRequest {
        client_user_id: "new".into(),
        email: Some("new@o.example".to_owned()),
        managed_apple_id: None,
    };
    desk.act(Deed::AddUsers { users: vec![user], count: 1 }).unwrap();
    let refusal = Refusal::NotAssociated(texts(&["new"]));
    assert_eq!(associate(&mut desk, &[PRO], &["new"]), Err(refusal));
    desk.act(Deed::AcceptInvitation {
        client_user_id: Some("new".to_owned()),
        invite_code: None,
        apple_account: None,
    })
    .unwrap();
    assert!(associate(&mut desk, &[PRO], &["new"]).is_ok());
}

#[test]
fn support_ends_only_without_seats() {
    ledger!(
        "subscriptions.question.19-before-enable",
        "subscriptions.question.20-empty-and-disable"
    );
    let mut desk = Desk::new(1);
    let declare =
        |desk: &mut Desk, yes| desk.change(|location| location.declare_subscriptions(yes));
    assert_eq!(declare(&mut desk, true), Ok(()), "again");
    desk.buy(PRO, 0, 1);
    desk.change(|location| {
        location.add_administrators(&administrators(&[PRO], &["u-001"]), &LIMITS)
    })
    .unwrap();
    assert_eq!(declare(&mut desk, false), Err(Refusal::SubscriptionsExist));
    desk.pass("2027-01-31");
    assert_eq!(desk.counts(PRO), SeatCounts::default(), "listed without seats");
    assert_eq!(desk.record(PRO).status, SubscriptionStatus::Inactive);
    assert_eq!(declare(&mut desk, false), Ok(()));
    let of = &desk.location().subscriptions;
    assert_eq!((of.declared(), of.records().len(), of.administrators().len()), (Some(false), 0, 0));
    assert_eq!(
        associate(&mut desk, &[PRO], &["u-001"]),
        Err(Refusal::UnknownSubscriptions(vec![PRO]))
    );
    let buy = |force| SubscriptionDeed::BuySeats {
        adam_id: Some(PRO),
        parent_adam_id: None,
        count: 1,
        kind: LicenceKind::Renewing,
        period: None,
        period_end: None,
        force,
    };
    assert_eq!(desk.portal(buy(false)).unwrap_err().argument, "force");
    assert!(desk.portal(buy(true)).is_ok());
}
