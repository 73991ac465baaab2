//! Rows of assets.

use super::draft::Draft;
use crate::model::{Platforms, PricingParam, ProductType, Supply};
use crate::sim::spec::AssetSpec;
use crate::text::fields::Fields;
use crate::text::source::Problems;
use crate::text::tree::Node;

/// Qualities by their names.
pub(super) const QUALITIES: [(&str, PricingParam); 2] =
    [("STDQ", PricingParam::Standard), ("PLUS", PricingParam::Plus)];

/// Platforms by their names.
pub(super) const PLATFORMS: [(&str, Platforms); 5] = [
    ("iOS", Platforms::IOS),
    ("macOS", Platforms::MACOS),
    ("tvOS", Platforms::TVOS),
    ("watchOS", Platforms::WATCHOS),
    ("visionOS", Platforms::VISIONOS),
];

const KEYS: [&str; 12] = [
    "location",
    "adam_id",
    "pricing_param",
    "name",
    "product_type",
    "total",
    "unlimited",
    "retired",
    "revocable",
    "device_assignable",
    "platforms",
    "licence_base",
];

/// One `[[asset]]`.
pub(super) fn asset(draft: &mut Draft, node: &Node, problems: &mut Problems<'_>) {
    let Some(row) = Fields::open(node, "[[asset]]", &KEYS, problems) else { return };
    let location = draft.location(&row, problems);
    if row.node("adam_id").is_none() {
        row.missing("`adam_id`", problems);
    }
    let adam_id = row.digits("adam_id", problems);
    let quality = row.word("pricing_param", &QUALITIES, problems);
    let supply = supply(&row, problems);
    let (Some(location), Some((adam_id, span))) = (location, adam_id) else { return };
    let quality = quality.map_or(PricingParam::Standard, |(quality, _)| quality);
    let word = if quality == PricingParam::Plus { "PLUS" } else { "STDQ" };
    if !draft.first_mention("asset", location, format!("{adam_id} {word}"), span, problems) {
        return;
    }

    let assets = &mut draft.world.locations[location].assets;
    let desk = &mut draft.desks[location];
    let added = assets.len() as u32;
    let at = *desk.assets.entry((adam_id.clone(), quality)).or_insert(added);
    desk.asset_spans.insert(at, span.clone());
    if at == added {
        assets.push(plain(adam_id, quality));
        if row.node("total").is_none() && row.node("unlimited").is_none() {
            row.missing("`total` or `unlimited = true`", problems);
        }
    }
    let asset = &mut assets[at as usize];
    asset.supply = supply.unwrap_or(asset.supply);
    change(asset, &row, problems);
}

/// Sets the members that are given.
fn change(asset: &mut AssetSpec, row: &Fields<'_>, problems: &mut Problems<'_>) {
    let types = [("App", ProductType::App), ("Book", ProductType::Book)];
    if let Some((product_type, _)) = row.word("product_type", &types, problems)
        && product_type != asset.product_type
    {
        let is_app = product_type == ProductType::App;
        asset.product_type = product_type;
        (asset.revocable, asset.device_assignable) = (is_app, is_app);
    }
    if let Some((name, _)) = row.id("name", 4096, problems) {
        name.clone_into(&mut asset.name);
    }
    if let Some((retired, _)) = row.count("retired", problems) {
        asset.retired = retired;
    }
    let is_book = asset.product_type == ProductType::Book;
    for (key, flag) in
        [("revocable", &mut asset.revocable), ("device_assignable", &mut asset.device_assignable)]
    {
        if let Some((value, span)) = row.flag(key, problems) {
            *flag = value;
            if is_book && value {
                problems.add(span, format!("a book can't be {}", key.replace('_', " ")));
            }
        }
    }
    if let Some(platforms) = row.words("platforms", &PLATFORMS, problems) {
        asset.platforms = platforms.into_iter().fold(Platforms::default(), Platforms::and);
    }
    if let Some((base, _)) = row.number("licence_base", i64::MAX as u64, problems) {
        asset.licence_base = Some(base);
    }
}

fn supply(row: &Fields<'_>, problems: &mut Problems<'_>) -> Option<Supply> {
    let total = row.count("total", problems);
    match (total, row.flag("unlimited", problems)) {
        (Some(_), Some((true, span))) => {
            problems.add(span, "an asset has either `total` or `unlimited = true`, not both");
            None
        }
        (None, Some((true, _))) => Some(Supply::Unlimited),
        (None, Some((false, span))) => {
            problems.add(span, "an asset that is not unlimited needs `total`");
            None
        }
        (total, _) => total.map(|(total, _)| Supply::Limited(total)),
    }
}

/// An app as most are.
fn plain(adam_id: String, pricing_param: PricingParam) -> AssetSpec {
    AssetSpec {
        name: format!("Asset {adam_id}"),
        adam_id,
        pricing_param,
        product_type: ProductType::App,
        // Stays only where the row was told to be wrong; then it is not also said to be exhausted.
        supply: Supply::Unlimited,
        retired: 0,
        revocable: true,
        device_assignable: true,
        platforms: Platforms::IOS,
        licence_base: None,
    }
}
