//! What reads and periods cost, shown by the rows that they touch.

use super::calendar::Date;
use super::page::{SeatFilter, SubscriptionFilter};
use super::*;
use crate::model::command::Limits;
use crate::model::kinds::StorePlatform;
use crate::model::location::{Location, LocationProfile};
use crate::store::touched;

const PRODUCTS: u64 = 40;
const USERS: u32 = 2_000;

fn many() -> Subscriptions {
    let mut all = Subscriptions::default();
    let period_end = Date::parse("2027-01-31").unwrap();
    let (period, kind) = (Period::MONTH, LicenceKind::Renewing);
    for adam_id in 1..=PRODUCTS {
        let parent_adam_id = Some(adam_id % 10);
        let bought = Purchase { parent_adam_id, count: USERS + 1, kind, period, period_end };
        assert!(all.buy(adam_id, &bought));
        for user in 0..USERS {
            let name: Arc<str> = format!("u-{user:05}").into();
            assert_eq!(all.give(adam_id, &name, true, false), Ok(true));
            if user % 100 == 0 {
                all.add_administrator(adam_id, &name);
            }
        }
    }
    all.begin();
    all
}

#[test]
fn a_page_costs_what_is_on_it() {
    let all = many();
    let from: SeatKey = (30, "u-01000".into());
    let (rows, page) = touched::during(|| all.seats_page(&SeatFilter::default(), Some(&from), 100));
    assert_eq!((page.rows.len(), page.more, &*page.rows[0].client_user_id), (100, true, "u-01001"));
    assert!(rows <= 101, "{rows}");
    let filter = SeatFilter {
        parent_adam_ids: vec![3],
        client_user_ids: vec!["u-00007".into(), "u-01999".into()],
        ..SeatFilter::default()
    };
    let (rows, page) = touched::during(|| all.seats_page(&filter, None, 100));
    assert_eq!((page.rows.len(), page.more), (8, false));
    assert!(rows <= PRODUCTS as usize + 8 + 1, "{rows}");
    let (rows, page) =
        touched::during(|| all.subscriptions_page(&SubscriptionFilter::default(), Some(5), 10));
    assert_eq!((page.rows.len(), page.rows[0].adam_id), (10, 6));
    assert!(rows <= 11, "{rows}");
    let (rows, page) = touched::during(|| all.administrators_page(&[7, 9], None, 30));
    assert_eq!((page.rows.len(), page.rows[29].adam_id), (30, 9));
    assert!(rows <= 40, "{rows}");
}

#[test]
fn however_many_users_are_named_a_page_costs_no_more_than_there_are_assignments() {
    let mut all = many();
    let filter = |adam_ids: &[u64], users: std::ops::Range<u32>| SeatFilter {
        adam_ids: adam_ids.to_vec(),
        client_user_ids: users.rev().map(|user| format!("u-{user:05}").into()).collect(),
        ..SeatFilter::default()
    };
    let strangers = filter(&[], USERS..4 * USERS);
    let (rows, page) = touched::during(|| all.seats_page(&strangers, None, 100));
    assert_eq!((page.rows.len(), page.more), (0, false));
    assert!(rows <= PRODUCTS as usize * (USERS as usize + 2), "{rows}");
    // Of a subscription that few have, those few are looked at.
    for user in 2..USERS {
        all.take(7, &format!("u-{user:05}").into());
    }
    let (rows, page) = touched::during(|| all.seats_page(&filter(&[7], 0..4 * USERS), None, 100));
    assert_eq!(
        page.rows.iter().map(|row| &*row.client_user_id).collect::<Vec<_>>(),
        ["u-00000", "u-00001"]
    );
    assert!(rows < 10, "{rows}");
    // Walked or looked up, the pages are the same: in order, each record once.
    for (users, most) in [(0..3, 2), (0..4 * USERS, 300)] {
        let filter = filter(&[3, 7, 5], users);
        let whole = all.seats_page(&filter, None, usize::MAX).rows;
        let (mut read, mut after) = (Vec::new(), None);
        loop {
            let page = all.seats_page(&filter, after.as_ref(), most);
            read.extend(page.rows);
            after = read.last().map(|row: &SeatRow| (row.adam_id, Arc::clone(&row.client_user_id)));
            if !page.more {
                break;
            }
        }
        assert_eq!(read, whole);
        assert!(read.is_sorted_by_key(|row| (row.adam_id, Arc::clone(&row.client_user_id))));
    }
}

#[test]
fn a_product_that_is_named_again_costs_nothing_more() {
    let profile = LocationProfile {
        key: "berlin".to_owned(),
        name: String::new(),
        uid: String::new(),
        location_id: 1,
        country: String::new(),
        platform: StorePlatform::Business,
        organization: String::new(),
        domains: Vec::new(),
    };
    let mut location = Location::new(profile, 1);
    location.subscriptions = many();
    let strangers: Vec<Arc<str>> = (0..100).map(|n| format!("nobody-{n}").into()).collect();
    let request =
        AdministratorRequest { adam_ids: vec![1; 10_000], client_user_ids: strangers.clone() };
    let (rows, done) =
        touched::during(|| location.remove_administrators(&request, &Limits::DOCUMENTED));
    assert_eq!(done, Ok(()));
    assert!(rows < 1_000, "{rows}");
    let request = SeatRequest {
        adam_ids: request.adam_ids,
        client_user_ids: (0..100).map(|user| format!("u-{user:05}").into()).collect(),
        ..SeatRequest::default()
    };
    let (rows, done) =
        touched::during(|| checks::disassociate_fits(&location, &request, &Limits::DOCUMENTED));
    assert_eq!(done, Ok(()));
    assert!(rows < 1_000, "{rows}");
}

#[test]
fn a_period_in_which_nothing_ends_costs_nothing() {
    let mut all = many();
    let (rows, ended) = touched::during(|| all.end_period(1).unwrap());
    assert_eq!((ended.ended, ended.gone), (0, 0));
    assert!(rows < 20, "{rows}");
    let (mine, shared) = (all.clone(), all.clone());
    all.take(2, &"u-00000".into());
    assert_eq!(all.seats().unshared(shared.seats()).count(), 511, "one block is copied");
    drop(mine);
}
