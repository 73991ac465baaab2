//! What is different between two states of a world, by identity: users by client user id, assets by product and
//! quality, licences by their number, events by theirs.
//!
//! Where the two states come from one another they share almost all of their blocks, and what is shared is not looked
//! at: the cost is that of the changes. Otherwise everything is compared, with the same result.
//!
//! Settings and clocks are no part of it.

mod licences;
mod location;
mod people;
mod service;
mod subscriptions;
mod users;

use std::collections::BTreeMap;

use super::world::{Site, World};
use crate::model::AssetName;

/// Names that one difference tells; its `count` tells of all.
const NAMES_MAX: usize = 100;

/// One thing that is different.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Difference {
    /// Of what kind, such as `user-retired` or `licenses-moved`.
    pub kind: &'static str,
    /// Key of the location; empty if it is about none.
    pub location: String,
    /// For people.
    pub text: String,
    /// The asset that it is about.
    pub asset: Option<AssetName>,
    /// The product of the subscription that it is about.
    pub subscription: Option<u64>,
    /// The user that it is about.
    pub client_user_id: Option<String>,
    /// Slug of the organization of MDM users that it is about; it has no location then.
    pub organization: Option<String>,
    /// Id of the MDM user that it is about.
    pub mdm_user: Option<String>,
    /// The event that it is about: its number and its id on the wire.
    pub event: Option<(u64, String)>,
    /// Serial of the content token that it is about.
    pub token: Option<u32>,
    /// How many licences or devices it is about.
    pub count: Option<u64>,
    /// What it was.
    pub from: Option<String>,
    /// What it is.
    pub to: Option<String>,
    /// Licences or seats that went from somebody or to somebody; at most 100.
    pub holders: Vec<Move>,
}

/// A licence on its way.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Move {
    /// Who held it.
    pub from: Option<HolderName>,
    /// Who holds it.
    pub to: Option<HolderName>,
}

/// Who holds something.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HolderName {
    /// Serial number or client user id.
    pub name: String,
    /// Which of the two.
    pub is_device: bool,
}

/// What is different, in a fixed order: locations in world order, and in each users, assets, licences, devices, subscriptions,
/// events, configuration, tokens, limits; then organizations of MDM users, and in each its users by id, and keys.
pub fn diff(from: &World, to: &World) -> Vec<Difference> {
    let mut found = Vec::new();
    let before: BTreeMap<&str, &Site> =
        from.sites().iter().map(|site| (site.location.profile.key.as_str(), site)).collect();
    for site in to.sites() {
        let key = &site.location.profile.key;
        let mut those = Vec::new();
        match before.get(key.as_str()) {
            Some(before) => of_site(before, site, &mut those),
            None => those.push(Difference::new("location-added", "the location was added")),
        }
        for mut difference in those {
            difference.location.clone_from(key);
            found.push(difference);
        }
    }
    for site in from.sites() {
        let key = &site.location.profile.key;
        if to.site_of(key).is_none() {
            let gone = Difference::new("location-removed", "the location is gone");
            found.push(Difference { location: key.clone(), ..gone });
        }
    }
    people::compare(from, to, &mut found);
    found
}

fn of_site(from: &Site, to: &Site, found: &mut Vec<Difference>) {
    if !std::sync::Arc::ptr_eq(&from.location, &to.location) {
        users::compare(&from.location, &to.location, found);
        location::assets(&from.location, &to.location, found);
        licences::compare(&from.location, &to.location, found);
        location::devices(&from.location, &to.location, found);
        subscriptions::compare(&from.location, &to.location, found);
        location::events(from, to, found);
        location::config(&from.location.config, &to.location.config, found);
    }
    service::compare(from, to, found);
}

/// Differences as people read them, a line each; locations are named where there are several.
pub fn to_text(differences: &[Difference], several_locations: bool) -> String {
    if differences.is_empty() {
        return "no difference\n".to_owned();
    }
    let mut text = String::new();
    for difference in differences {
        if several_locations && !difference.location.is_empty() {
            text += &difference.location;
            text += ": ";
        }
        text += &difference.text;
        text.push('\n');
    }
    text
}

impl Difference {
    fn new(kind: &'static str, text: impl Into<String>) -> Self {
        Self { kind, text: text.into(), ..Self::default() }
    }

    /// What it was and what it is.
    #[allow(clippy::needless_pass_by_value, reason = "words, numbers and switches: all small")]
    fn change(mut self, from: impl ToString, to: impl ToString) -> Self {
        self.from = Some(from.to_string());
        self.to = Some(to.to_string());
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{AssetName, At, Command, PricingParam, Targets};
    use crate::sim::spec::{AssignmentSpec, HolderSpec};
    use crate::sim::{Settings, SiteId, build, worlds};
    use crate::store::touched;

    #[test]
    fn costs_what_changed() {
        let mut spec = worlds::named("small-school", 1).unwrap();
        let school = &mut spec.locations[0];
        let first = school.devices.len() as u32;
        school.devices.extend((0..30_000).map(|n| format!("C02Q{n}")));
        let holders = (first..first + 30_000).map(HolderSpec::Device);
        // The second asset is unlimited and for devices.
        school.assignments.extend(holders.map(|holder| AssignmentSpec { asset: 1, holder }));
        let settings = Settings::observed();
        let mut world = build(&spec, 1, At(0), settings.token_lifetime);
        let before = world.clone();
        let name =
            AssetName { adam_id: "361309726".to_owned(), pricing_param: PricingParam::Standard };
        let targets = Targets {
            assets: vec![name],
            serial_numbers: vec!["C02Q15000".into(), "NEW".into()],
            ..Targets::default()
        };
        world.accept(SiteId(0), Command::Associate(targets), At(0), &settings).unwrap().unwrap();
        world.step_to(At(1_000), &settings, |_| ());
        let (rows, found) = touched::during(|| diff(&before, &world));
        assert_eq!(found.len(), 2, "{found:#?}");
        assert!(rows < 3_000, "{rows} rows touched for two of 30,000");
        let (rows, _) = touched::during(|| diff(&world, &world.clone()));
        assert!(rows < 10, "{rows} rows touched for nothing");
    }
}
