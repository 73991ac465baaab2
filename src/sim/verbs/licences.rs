//! Licences that come and go, and what becomes of whole assets.

use super::{
    AssetChoice, Outcome, Result, SiteId, VerbError, World, at_least_one, choose, name_of, some,
    spell,
};
use crate::model::{
    Asset, AssetId, AssetName, Behaviour, Location, Platforms, PricingParam, ProductType, Supply,
    UNLIMITED_TOTAL,
};

/// An asset, as the texts and the outcome name it.
fn named(location: &Location, id: AssetId) -> Option<(AssetName, String, &Asset)> {
    let asset = location.assets.get(id)?;
    let name = name_of(location, asset);
    let text = spell(&name.adam_id, name.pricing_param);
    Some((name, text, asset))
}

fn is_limited(asset: &Asset) -> bool {
    matches!(asset.supply, Supply::Limited(_))
}

fn gone() -> VerbError {
    VerbError::conflict("adam_id", "the asset is gone")
}

fn unlimited(name: &str) -> VerbError {
    let text = format!("{name} is unlimited: it has no licences to count; choose another asset");
    VerbError::conflict("adam_id", text)
}

/// Refuses a supply that the wire cannot say; one below is what unlimited content says.
fn fits_in(name: &str, total: u32, count: u32) -> Result<()> {
    if total.checked_add(count).is_some_and(|sum| sum < UNLIMITED_TOTAL) {
        return Ok(());
    }
    let most = UNLIMITED_TOTAL - 1 - total.min(UNLIMITED_TOTAL - 1);
    let text = format!("{count} more of {name} are too many; at most {most} fit");
    Err(VerbError::invalid("count", text))
}

/// Refuses to take away licences that somebody holds.
fn are_free(name: &str, asset: &Asset, count: u32) -> Result<()> {
    if !is_limited(asset) {
        return Err(unlimited(name));
    }
    let free = asset.available();
    if count <= free {
        return Ok(());
    }
    let remedy = if asset.revocable { "; take some back first" } else { ", for good" };
    let text = format!(
        "{name} has only {free} free of {}: {} are assigned{remedy}, so {count} cannot go",
        asset.total(),
        asset.assigned,
    );
    Err(VerbError::conflict("count", text))
}

impl World {
    pub(super) fn buy(
        &mut self,
        id: SiteId,
        choice: &AssetChoice,
        product_type: Option<ProductType>,
        count: u32,
    ) -> Result<Outcome> {
        at_least_one(count)?;
        let location = &self.picked(id)?.location;
        let quality = choice.pricing_param.unwrap_or(PricingParam::Standard);
        if let Some(adam_id) = &choice.adam_id
            && location.assets.find(adam_id, quality).is_none()
        {
            is_product_id(adam_id)?;
            let name = spell(adam_id, quality);
            fits_in(&name, 0, count)?;
            let kind = product_type.unwrap_or(ProductType::App);
            return Ok(self.buy_new(id, adam_id, quality, kind, count));
        }
        let asset = choose(location, choice, "with limited licences", |_, it| is_limited(it))?;
        let (name, text, found) = named(location, asset).ok_or_else(gone)?;
        if product_type.is_some_and(|kind| kind != found.product_type) {
            let text = format!("{text} is owned already and of another product type; leave it out");
            return Err(VerbError::conflict("product_type", text));
        }
        if !is_limited(found) {
            return Err(unlimited(&text));
        }
        let total = found.total();
        fits_in(&text, total, count)?;
        let first = self.change(id, |location, _| location.buy(asset, count));
        Ok(Outcome {
            text: format!(
                "{} of {text} bought; {} now",
                some(count.into(), "licence"),
                total + count
            ),
            assets: vec![name],
            count: Some(count),
            first_licence_id: first,
            ..Outcome::default()
        })
    }

    fn buy_new(
        &mut self,
        id: SiteId,
        adam_id: &str,
        pricing_param: PricingParam,
        kind: ProductType,
        count: u32,
    ) -> Outcome {
        let is_app = kind == ProductType::App;
        let template = Template {
            kind,
            title: format!("{} {adam_id}", if is_app { "App" } else { "Book" }),
            flags: (is_app, is_app),
            platforms: Platforms::IOS,
        };
        let first = self.own(id, adam_id, pricing_param, template, count);
        let (licences, text) = (some(count.into(), "licence"), spell(adam_id, pricing_param));
        Outcome {
            text: format!("{licences} of {text} bought, which is new here"),
            assets: vec![AssetName { adam_id: adam_id.to_owned(), pricing_param }],
            count: Some(count),
            first_licence_id: first,
            ..Outcome::default()
        }
    }

    /// Makes a location own an asset that it does not own.
    fn own(
        &mut self,
        id: SiteId,
        adam_id: &str,
        quality: PricingParam,
        template: Template,
        count: u32,
    ) -> Option<u64> {
        self.change(id, |location, _| {
            let product = location.assets.intern_product(adam_id);
            let base = location.next_licence_id().max(10_000_000_000);
            location.buy_new(Asset::new(
                product,
                quality,
                template.kind,
                template.title.into(),
                Supply::Limited(count),
                0,
                template.flags,
                template.platforms,
                base,
            ));
            base
        })
    }

    pub(super) fn refund(
        &mut self,
        id: SiteId,
        choice: &AssetChoice,
        count: u32,
    ) -> Result<Outcome> {
        at_least_one(count)?;
        let location = &self.picked(id)?.location;
        let fits = |_, it: &Asset| is_limited(it) && it.available() >= count;
        let asset = choose(location, choice, &format!("with {count} free"), fits)?;
        let (name, text, found) = named(location, asset).ok_or_else(gone)?;
        are_free(&text, found, count)?;
        let left = found.total() - count;
        self.change(id, |location, _| location.give_up(asset, count));
        Ok(Outcome {
            text: format!("{} of {text} refunded; {left} left", some(count.into(), "licence")),
            assets: vec![name],
            count: Some(count),
            ..Outcome::default()
        })
    }

    pub(super) fn transfer(
        &mut self,
        from: SiteId,
        choice: &AssetChoice,
        to: Option<&str>,
        count: u32,
    ) -> Result<Outcome> {
        at_least_one(count)?;
        let to = match to {
            None if self.sites.len() == 2 => SiteId(1 - from.0.min(1)),
            to => self.pick(to, "to")?,
        };
        let location = &self.picked(from)?.location;
        if to == from {
            let text = format!("{} is where the licences are; say another", location.profile.key);
            return Err(VerbError::invalid("to", text));
        }
        let fits = |_, it: &Asset| is_limited(it) && it.available() >= count;
        let asset = choose(location, choice, &format!("with {count} free"), fits)?;
        let (name, text, found) = named(location, asset).ok_or_else(gone)?;
        are_free(&text, found, count)?;
        let target = &self.picked(to)?.location;
        let there = target.assets.find(&name.adam_id, name.pricing_param);
        let owned = there.and_then(|there| target.assets.get(there));
        if owned.is_some_and(|owned| !is_limited(owned)) {
            let text = format!("{text} is unlimited in {}; choose another", target.profile.key);
            return Err(VerbError::conflict("to", text));
        }
        fits_in(&text, owned.map_or(0, Asset::total), count)?;
        let (origin, key) = (location.profile.key.clone(), target.profile.key.clone());
        let template = Template {
            kind: found.product_type,
            title: found.name.to_string(),
            flags: (found.revocable, found.device_assignable),
            platforms: found.platforms,
        };
        self.change(from, |location, _| location.give_up(asset, count));
        let first = match there {
            Some(there) => self.change(to, |location, _| location.buy(there, count)),
            None => self.own(to, &name.adam_id, name.pricing_param, template, count),
        };
        let licences = some(count.into(), "licence");
        Ok(Outcome {
            text: format!("{licences} of {text} transferred from {origin} to {key}"),
            locations: vec![key],
            assets: vec![name],
            count: Some(count),
            first_licence_id: first,
            ..Outcome::default()
        })
    }

    pub(super) fn make_irrevocable(&mut self, id: SiteId, choice: &AssetChoice) -> Result<Outcome> {
        let location = &self.picked(id)?.location;
        let asset = choose(location, choice, "that is revocable", |_, it| it.revocable)?;
        let (name, text, found) = named(location, asset).ok_or_else(gone)?;
        if !found.revocable {
            let text = format!("{text} is irrevocable already; nothing is to be done");
            return Err(VerbError::conflict("adam_id", text));
        }
        self.change(id, |location, _| location.make_irrevocable(asset));
        let text = format!("{text} is irrevocable now");
        Ok(Outcome { text, assets: vec![name], ..Outcome::default() })
    }

    pub(super) fn remove_asset(
        &mut self,
        id: SiteId,
        choice: &AssetChoice,
        force: bool,
        behaviour: &Behaviour,
    ) -> Result<Outcome> {
        let location = &self.picked(id)?.location;
        let wanted = if force { "at all" } else { "that nobody holds; use force" };
        let asset = choose(location, choice, wanted, |_, it| force || it.assigned == 0)?;
        let (name, text, found) = named(location, asset).ok_or_else(gone)?;
        if found.assigned > 0 && !force {
            let text = format!(
                "{text} is assigned {}: take it back first, or use force",
                some(found.assigned.into(), "time"),
            );
            return Err(VerbError::conflict("force", text));
        }
        let lost = self.change(id, |location, _| location.remove_asset(asset, behaviour));
        let lost = lost.unwrap_or(0);
        let with = if lost > 0 {
            format!(" with {}", some(lost as u64, "assignment"))
        } else {
            String::new()
        };
        let text = format!("{text} removed{with}");
        Ok(Outcome { text, assets: vec![name], count: Some(lost as u32), ..Outcome::default() })
    }
}

/// What a newly owned asset is like.
struct Template {
    kind: ProductType,
    title: String,
    /// Revocable, device assignable.
    flags: (bool, bool),
    platforms: Platforms,
}

fn is_product_id(adam_id: &str) -> Result<()> {
    let digits = adam_id.bytes().all(|byte| byte.is_ascii_digit());
    if digits && (1..=19).contains(&adam_id.len()) {
        return Ok(());
    }
    let text = format!("`{adam_id:.40}` is no product id: write 1 to 19 digits");
    Err(VerbError::invalid("adam_id", text))
}
