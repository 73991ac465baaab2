//! What repeats, as instants of a timeline that has room for so many steps.
//!
//! Whatever has an end gets its room, or is refused; what has none shares what is left over, in order of time.

use std::collections::{BTreeMap, BTreeSet};

use super::config::{Act, Config, Series};
use crate::model::{Span, UNLIMITED_TOTAL};
use crate::scenario::forms::VIRTUAL_MS_MAX;
use crate::scenario::load::ROWS_MAX;
use crate::sim::date;
use crate::text::source::Problems;

/// The licences of one product that a location can own.
const OWNED_MAX: u64 = UNLIMITED_TOTAL as u64 - 1;

/// When everything happens.
pub(super) struct Schedule {
    /// For each series, when: since the scenario began, in order.
    pub(super) instants: Vec<Vec<Span>>,
    /// What was cut off, for people.
    pub(super) cut: Option<String>,
}

impl Series<'_> {
    /// When it happens for the `n`-th time, from 0; nothing if that is too late for a scenario.
    fn instant(&self, n: u64) -> Option<Span> {
        let n = i64::try_from(n).ok()?;
        let later = self.interval.0.checked_mul(n)?;
        let at = self.first.0.checked_add(later)?;
        (at <= VIRTUAL_MS_MAX).then_some(Span(at))
    }
}

impl Schedule {
    /// The schedule of a configuration; notes what is too much.
    pub(super) fn of(config: &Config<'_>, problems: &mut Problems<'_>) -> Option<Self> {
        let mut taken: BTreeSet<Span> = BTreeSet::new();
        let mut instants: Vec<Vec<Span>> = Vec::new();
        for series in &config.series {
            instants.push(ended(series, &mut taken, problems)?);
        }
        let endless: Vec<usize> =
            (0..config.series.len()).filter(|n| config.series[*n].count.is_none()).collect();
        let last = go_on(config, &endless, taken, &mut instants);
        let cut = last.map(|last| {
            let names: Vec<&str> = endless.iter().map(|n| config.series[*n].name.as_str()).collect();
            format!(
                "There is no max_event_count in {}: a scenario has no loop and room for {ROWS_MAX} steps, so this goes \
                 on until {} after the start and ends there.",
                names.join(", "),
                date::span(last),
            )
        });
        fits_in(config, &instants, problems)?;
        Some(Self { instants, cut })
    }
}

/// The instants of a series that has an end; none of one that has not. Notes those for which there is no room.
fn ended(
    series: &Series<'_>,
    taken: &mut BTreeSet<Span>,
    problems: &mut Problems<'_>,
) -> Option<Vec<Span>> {
    let count = series.count.unwrap_or(0);
    // At one instant the verbs of a step are few.
    let most = if series.interval == Span(0) { 1 } else { ROWS_MAX as u64 };
    if count > most {
        let why = if most == 1 {
            "without an interval all are one: say more for each event".to_owned()
        } else {
            format!("a scenario has room for {ROWS_MAX} steps; lower it, or leave it out")
        };
        problems.add(series.count_place, format!("{count} events are too many: {why}"));
        return None;
    }
    let mut instants = Vec::new();
    for n in 0..count {
        let Some(instant) = series.instant(n) else {
            let (n, most) = (n + 1, date::span(Span(VIRTUAL_MS_MAX)));
            let text = format!("event {n} comes too late: a scenario lasts at most {most}");
            problems.add(series.count_place, text);
            return None;
        };
        instants.push(instant);
    }
    taken.extend(&instants);
    if taken.len() > ROWS_MAX {
        let text = format!(
            "the events are too many: with those before they happen at {} instants, and a scenario has room for \
             {ROWS_MAX} steps",
            taken.len()
        );
        problems.add(series.count_place, text);
        return None;
    }
    Some(instants)
}

/// Gives what has no end, and an interval, the room that is left, in order of time. Says up to when that lasts; nothing if there is nothing
/// without an end.
fn go_on(
    config: &Config<'_>,
    endless: &[usize],
    mut taken: BTreeSet<Span>,
    instants: &mut [Vec<Span>],
) -> Option<Span> {
    let next = |series: usize, instants: &[Vec<Span>]| {
        config.series[series].instant(instants[series].len() as u64)
    };
    let mut last = (!endless.is_empty()).then_some(Span(0))?;
    // The earliest, and of several at one instant the first declared.
    while let Some((at, series)) =
        endless.iter().filter_map(|series| Some((next(*series, instants)?, *series))).min()
    {
        if !taken.contains(&at) && taken.len() >= ROWS_MAX {
            break;
        }
        taken.insert(at);
        instants[series].push(at);
        last = at;
    }
    Some(last)
}

/// Notes more licences of a product than can be owned.
fn fits_in(config: &Config<'_>, instants: &[Vec<Span>], problems: &mut Problems<'_>) -> Option<()> {
    let mut owned: BTreeMap<&str, u64> = BTreeMap::new();
    for (series, instants) in config.series.iter().zip(instants) {
        let Act::Buy(product) = &series.act else { continue };
        let sum = owned.entry(product).or_default();
        *sum = sum.saturating_add(series.many.saturating_mul(instants.len() as u64));
        if *sum > OWNED_MAX {
            let text = format!(
                "{sum} licences of {product} in all are too many: a location can own {OWNED_MAX}; lower this, or \
                 `max_event_count`"
            );
            problems.add(series.many_place, text);
            return None;
        }
    }
    Some(())
}
