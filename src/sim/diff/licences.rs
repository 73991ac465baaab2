//! Who holds what: licences assigned, taken back, and moved from one holder to another.

use std::collections::BTreeMap;

use super::{Difference, HolderName, Move, NAMES_MAX};
use crate::model::{AssetName, Location};
use crate::sim::verbs::{listed, name_of, some, spell};

/// By asset and holder: the ids of the licences held, of which a re-created user can have several.
type Pairs = BTreeMap<(AssetName, HolderName), Vec<u64>>;

fn pairs(location: &Location, other: &Location) -> Pairs {
    let rows = location.assignments.rows();
    let mut pairs = Pairs::new();
    for at in rows.unshared(other.assignments.rows()).into_iter().flatten() {
        let (Some(_), Some(row)) = (rows.class(at), rows.get(at)) else { continue };
        let Some(asset) = location.assets.get(row.asset) else { continue };
        let (name, is_device) = location.holder_name(row.holder);
        let holder = HolderName { name: name.to_owned(), is_device };
        let licence = asset.licence_id(row.licence).unwrap_or_default();
        pairs.entry((name_of(location, asset), holder)).or_default().push(licence);
    }
    for licences in pairs.values_mut() {
        licences.sort_unstable();
    }
    pairs
}

/// What happened to one asset's licences, by licence id.
#[derive(Default)]
struct Changes {
    left: BTreeMap<u64, Vec<HolderName>>,
    came: BTreeMap<u64, Vec<HolderName>>,
}

pub(super) fn compare(from: &Location, to: &Location, found: &mut Vec<Difference>) {
    let (before, mut after) = (pairs(from, to), pairs(to, from));
    let mut changes: BTreeMap<AssetName, Changes> = BTreeMap::new();
    for ((asset, holder), held) in before {
        let key = (asset, holder);
        let holds = after.remove(&key).unwrap_or_default();
        let (mut was, mut is) = (held, holds);
        cancel(&mut was, &mut is);
        let (asset, holder) = key;
        let of = changes.entry(asset).or_default();
        for licence in was {
            of.left.entry(licence).or_default().push(holder.clone());
        }
        for licence in is {
            of.came.entry(licence).or_default().push(holder.clone());
        }
    }
    for ((asset, holder), licences) in after {
        let of = changes.entry(asset).or_default();
        for licence in licences {
            of.came.entry(licence).or_default().push(holder.clone());
        }
    }
    for (asset, changes) in changes {
        tell(&asset, changes, found);
    }
}

/// Takes away what both have: the same licences first, then one for one.
fn cancel(was: &mut Vec<u64>, is: &mut Vec<u64>) {
    let common: Vec<u64> = was.iter().copied().filter(|id| is.contains(id)).collect();
    was.retain(|id| !common.contains(id));
    is.retain(|id| !common.contains(id));
    let rest = was.len().min(is.len());
    was.drain(..rest);
    is.drain(..rest);
}

fn tell(asset: &AssetName, changes: Changes, found: &mut Vec<Difference>) {
    let Changes { mut left, came } = changes;
    let (mut moved, mut assigned) = (Vec::new(), Vec::new());
    for (licence, holders) in came {
        for to in holders {
            let from = left.get_mut(&licence).and_then(Vec::pop);
            let list = if from.is_some() { &mut moved } else { &mut assigned };
            list.push(Move { from, to: Some(to) });
        }
    }
    let taken = left.into_values().flatten().map(|from| Move { from: Some(from), to: None });
    let name = spell(&asset.adam_id, asset.pricing_param);
    for (kind, mut moves) in [
        ("licenses-moved", moved),
        ("licenses-assigned", assigned),
        ("licenses-taken-back", taken.collect()),
    ] {
        if moves.is_empty() {
            continue;
        }
        moves.sort_unstable();
        let licences = format!("{} of {name}", some(moves.len() as u64, "licence"));
        let names = |of: fn(&Move) -> Option<&HolderName>| -> Vec<&str> {
            moves.iter().filter_map(of).map(|holder| holder.name.as_str()).collect()
        };
        let (from, to) = (names(|it| it.from.as_ref()), names(|it| it.to.as_ref()));
        let what = match (kind, from.as_slice(), to.as_slice()) {
            ("licenses-moved", [from], [to]) => format!("moved from {from} to {to}"),
            ("licenses-moved", ..) => {
                let ways = from.iter().zip(&to).map(|(from, to)| format!("{from} to {to}"));
                format!("moved: {}", listed(&ways.collect::<Vec<_>>()))
            }
            ("licenses-assigned", ..) => format!("assigned to {}", listed(&to)),
            _ => format!("taken back from {}", listed(&from)),
        };
        let text = format!("{licences} {what}");
        let count = Some(moves.len() as u64);
        moves.truncate(NAMES_MAX);
        let asset = Some(asset.clone());
        found.push(Difference { asset, count, holders: moves, ..Difference::new(kind, text) });
    }
}
