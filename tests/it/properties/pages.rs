//! Pages partition the rows of a list, whatever is asked for; a version stands still until something is written.

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::Value;

use super::filters::{self, Draws};
use super::history::{Case, case};
use super::lab::{Lab, Outcome};
use super::listing::Listing;
use super::{USUAL, hold};

/// Reads a list under a filter: it must have these records, in pages that are all there are.
fn read(lab: &mut Lab, at: usize, list: &str, query: &str, expected: &[Value]) -> Outcome {
    let Listing { records, pages, version } = lab.list(at, list, query)?;
    lab.same_list(at, expected, &records)?;
    let capacity = lab.places[at].service.rules.page_size;
    prop_assert_eq!(pages, expected.len().div_ceil(capacity).max(1));
    lab.no_page(at, list, query, i64::try_from(pages).unwrap())?;
    lab.no_page(at, list, query, -1)?;
    let again = lab.list(at, list, query)?;
    prop_assert_eq!(&again.version, &version, "reading makes no version");
    let unfiltered = lab.list(at, list, "")?.version;
    prop_assert_eq!(unfiltered, version, "a version is that of the whole list");
    Ok(())
}

fn read_filtered(lab: &mut Lab, at: usize, draws: &mut Draws) -> Outcome {
    let rules = lab.places[at].service.rules.clone();
    let state = lab.state(at).clone();
    let (query, rows) = filters::assets(draws, &state);
    let expected: Vec<Value> =
        rows.iter().map(|place| state.asset_record(*place, &rules)).collect();
    read(lab, at, "assets", &query, &expected)?;
    let (query, rows, with_state) = filters::assignments(draws, &state, state.held.clone());
    let expected: Vec<Value> =
        rows.iter().map(|held| state.assignment_record(held, with_state)).collect();
    read(lab, at, "assignments", &query, &expected)?;
    let (query, rows) = filters::users(draws, &state, (0..state.users.len()).collect());
    let expected: Vec<Value> = rows.iter().map(|place| state.users[*place].record()).collect();
    read(lab, at, "users", &query, &expected)
}

fn holds(case: &Case, numbers: Vec<u8>) -> Outcome {
    let mut draws = Draws { numbers, at: 0 };
    let mut lab = Lab::start(case, 1);
    for (at, step) in &case.steps {
        lab.step(*at, step)?;
        // Both places: what is written in one must not be seen in the other.
        for place in 0..lab.places.len() {
            lab.same_lists(place)?;
        }
        read_filtered(&mut lab, *at, &mut draws)?;
    }
    Ok(())
}

#[test]
fn pages_partition_the_rows_and_versions_stand_still() {
    ledger!(
        "v2.question.13-reads-and-versions",
        "v2.question.14-empty-list",
        "v2.question.31-case",
        "v2.both-targets-filter-and",
    );
    let strategy = (case(USUAL), vec(any::<u8>(), 60));
    hold(60, "proptest-regressions/pages.txt", &strategy, |(case, numbers)| holds(&case, numbers));
}
