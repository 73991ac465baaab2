//! Tokens, limits, and where the service is.

use super::Difference;
use crate::sim::date;
use crate::sim::verbs::{limit_values, spell_moved, spell_privileges};
use crate::sim::world::Site;

pub(super) fn compare(from: &Site, to: &Site, found: &mut Vec<Difference>) {
    tokens(from, to, found);
    if from.limits != to.limits {
        for ((name, was), (_, is)) in
            limit_values(&from.limits).into_iter().zip(limit_values(&to.limits))
        {
            if was != is {
                let text = format!("limit {name} went from {was} to {is}");
                found.push(Difference::new("limit", text).change(was, is));
            }
        }
    }
    if from.moved != to.moved {
        let (was, is) = (spell_moved(from.moved), spell_moved(to.moved));
        found.push(Difference::new("service", is).change(was, is));
    }
}

fn tokens(from: &Site, to: &Site, found: &mut Vec<Difference>) {
    let mut tell = |serial: u32, difference: Difference| {
        found.push(Difference { token: Some(serial), ..difference });
    };
    for (serial, is) in to.tokens.iter() {
        let Some(was) = from.tokens.get(serial) else {
            let mut difference =
                Difference::new("token-added", format!("token {serial} downloaded"));
            difference.to = Some(date::wire(is.expires));
            tell(*serial, difference);
            continue;
        };
        if was.revoked != is.revoked {
            let verb = if is.revoked { "revoked" } else { "no longer revoked" };
            let difference = Difference::new("token-revoked", format!("token {serial} {verb}"));
            tell(*serial, difference.change(was.revoked, is.revoked));
        }
        if was.expires != is.expires {
            let (was, is) = (date::wire(was.expires), date::wire(is.expires));
            let text = format!("token {serial} ends {is}, before {was}");
            tell(*serial, Difference::new("token-expiry", text).change(was, is));
        }
        if was.privileges != is.privileges {
            let (was, is) = (spell_privileges(was.privileges), spell_privileges(is.privileges));
            let text = format!("the manager of token {serial} may {is}, before {was}");
            tell(*serial, Difference::new("token-privileges", text).change(was, is));
        }
    }
    for serial in from.tokens.keys().filter(|serial| !to.tokens.contains_key(serial)) {
        let text = format!("token {serial} is unknown now");
        tell(*serial, Difference::new("token-gone", text));
    }
    if from.latest_serial != to.latest_serial {
        let (was, is) = (from.latest_serial, to.latest_serial);
        let text = format!("the latest token is {is}, before {was}");
        tell(is, Difference::new("token-latest", text).change(was, is));
    }
}
