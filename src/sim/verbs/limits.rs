//! Limits by the names that Service Config gives them.

use super::{Outcome, Result, SiteId, VerbError, World};
use crate::model::Limits;
use crate::nearest::nearest;

/// A limit's name and its place.
type Named = (&'static str, fn(&mut Limits) -> Place<'_>);

/// Where a limit is kept.
enum Place<'a> {
    Count(&'a mut usize),
    Rate(&'a mut u32),
}

impl Place<'_> {
    fn get(&self) -> u32 {
        match self {
            Self::Count(count) => u32::try_from(**count).unwrap_or(u32::MAX),
            Self::Rate(rate) => **rate,
        }
    }

    fn set(self, value: u32) {
        match self {
            Self::Count(count) => *count = value as usize,
            Self::Rate(rate) => *rate = value,
        }
    }
}

const LIMITS: [Named; 13] = [
    ("maxAssets", |it| Place::Count(&mut it.assets)),
    ("maxClientUserIds", |it| Place::Count(&mut it.client_user_ids)),
    ("maxSerialNumbers", |it| Place::Count(&mut it.serial_numbers)),
    ("maxRevokeClientUserIds", |it| Place::Count(&mut it.revoke_client_user_ids)),
    ("maxRevokeSerialNumbers", |it| Place::Count(&mut it.revoke_serial_numbers)),
    ("maxUsers", |it| Place::Count(&mut it.users)),
    ("maxNotificationLength", |it| Place::Count(&mut it.notification_length)),
    ("maxMdmNameLength", |it| Place::Count(&mut it.mdm_name_length)),
    ("maxMdmMetadataLength", |it| Place::Count(&mut it.mdm_metadata_length)),
    ("maxMdmIdLength", |it| Place::Count(&mut it.mdm_id_length)),
    ("maxRequestPerSecond", |it| Place::Rate(&mut it.requests_per_second)),
    ("maxSubscriptions", |it| Place::Count(&mut it.subscriptions)),
    ("maxSubscriptionClientUserIds", |it| Place::Count(&mut it.subscription_client_user_ids)),
];

/// The names of all limits, in the order of Service Config.
pub const LIMIT_NAMES: [&str; 13] = {
    let mut names = [""; 13];
    let mut n = 0;
    while n < names.len() {
        names[n] = LIMITS[n].0;
        n += 1;
    }
    names
};

/// Every limit with its value.
pub(in crate::sim) fn values(limits: &Limits) -> Vec<(&'static str, u32)> {
    let mut limits = *limits;
    LIMITS.iter().map(|(name, place)| (*name, place(&mut limits).get())).collect()
}

impl World {
    pub(super) fn change_limits(
        &mut self,
        location: Option<&str>,
        changes: &[(String, u32)],
    ) -> Result<Outcome> {
        let ids: Vec<SiteId> = match location {
            Some(_) => vec![self.pick(location, "location")?],
            None => (0..self.sites.len()).map(SiteId).collect(),
        };
        if changes.is_empty() {
            let text = format!("name at least one limit of {}", LIMIT_NAMES.join(", "));
            return Err(VerbError::invalid("", text));
        }
        let mut places = Vec::new();
        for (name, value) in changes {
            let Some((known, place)) = LIMITS.iter().find(|(known, _)| known == name) else {
                let near = nearest(name, LIMIT_NAMES).unwrap_or("maxAssets");
                let text = format!("there is no limit `{name:.60}`; did you mean {near}?");
                return Err(VerbError::invalid("", text));
            };
            if *value == 0 || *value > i32::MAX as u32 {
                let text = format!("{name} cannot be {value}: use 1 to {}", i32::MAX);
                return Err(VerbError::invalid(known, text));
            }
            places.push((place, *value));
        }
        for id in &ids {
            let Some(site) = self.sites.get_mut(id.0) else { continue };
            for (place, value) in &places {
                place(&mut site.limits).set(*value);
            }
        }
        self.revision += 1;
        let told: Vec<String> =
            changes.iter().map(|(name, value)| format!("{name} is {value}")).collect();
        let locations = ids.iter().map(|id| self.key(*id)).collect();
        Ok(Outcome { text: told.join(", "), locations, ..Outcome::default() })
    }
}
