//! What reads and periods cost, shown by the rows that they touch.

use super::calendar::Date;
use super::page::{SeatFilter, SubscriptionFilter};
use super::*;
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
