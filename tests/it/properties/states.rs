//! What is exported and read back goes on exactly as what it was taken from.

use proptest::prelude::*;
use quince::snapshot::state::{self, Form};

use super::history::{Case, case};
use super::lab::{Lab, Outcome};
use super::{USUAL, hold};

fn goes_on_alike(case: &Case, cut: usize) -> Outcome {
    let mut one = Lab::start(case, 7);
    let (before, after) = case.steps.split_at(cut % (case.steps.len() + 1));
    for (at, step) in before {
        one.step(*at, step)?;
    }
    let bytes = one.export("");
    let again = state::write(&state::read(&bytes).unwrap(), Form::default());
    prop_assert_eq!(String::from_utf8_lossy(&bytes), String::from_utf8_lossy(&again));

    let mut other = one.twin();
    prop_assert!(one.export("canonical=true") == other.export("canonical=true"), "put and got");
    for lab in [&mut one, &mut other] {
        lab.transcript = Some(Vec::new());
        for (at, step) in after {
            lab.step(*at, step)?;
        }
    }
    prop_assert_eq!(&one.transcript, &other.transcript);
    prop_assert_eq!(one.everything(), other.everything());
    prop_assert!(one.export("canonical=true") == other.export("canonical=true"), "at the end");
    Ok(())
}

#[test]
fn a_universe_that_is_read_back_goes_on_as_if_nothing_had_been() {
    let cases = (case(USUAL), any::<usize>());
    hold(60, "proptest-regressions/states.txt", &cases, |(case, cut)| goes_on_alike(&case, cut));
}
