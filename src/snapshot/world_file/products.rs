//! Rows of products: what the store says of what is owned, and what it has besides.

use super::assets::PLATFORMS;
use super::draft::Draft;
use crate::model::{Platforms, ProductType};
use crate::sim::catalog::{PRODUCTS_MAX, genre, storefront};
use crate::sim::spec::ProductSpec;
use crate::text::fields::Fields;
use crate::text::source::{Problems, quoted};
use crate::text::tree::Node;

/// Names and the like are at most so long.
const TEXT_BYTES_MAX: usize = 4096;

const KEYS: [&str; 12] = [
    "adam_id",
    "product_type",
    "name",
    "artist",
    "bundle_id",
    "platforms",
    "genre",
    "version",
    "price",
    "custom_of",
    "storefronts",
    "description",
];

/// One `[[product]]`.
pub(super) fn product(draft: &mut Draft, node: &Node, problems: &mut Problems<'_>) {
    let Some(row) = Fields::open(node, "[[product]]", &KEYS, problems) else { return };
    if row.node("adam_id").is_none() {
        return row.missing("`adam_id`", problems);
    }
    let Some((adam_id, span)) = row.digits("adam_id", problems) else { return };
    if !draft.first_mention("product", 0, adam_id.clone(), span, problems) {
        return;
    }
    if draft.world.products.len() == PRODUCTS_MAX {
        return problems.add(span, format!("a world lists at most {PRODUCTS_MAX} products"));
    }
    let types = [("App", ProductType::App), ("Book", ProductType::Book)];
    let mut said = ProductSpec::new(&adam_id);
    said.product_type = row.word("product_type", &types, problems).map(|(of, _)| of);
    for (key, member) in [
        ("name", &mut said.name),
        ("artist", &mut said.artist),
        ("bundle_id", &mut said.bundle_id),
        ("version", &mut said.version),
        ("description", &mut said.description),
    ] {
        *member = row.id(key, TEXT_BYTES_MAX, problems).map(|(text, _)| text.to_owned());
    }
    let platforms = row.words("platforms", &PLATFORMS, problems);
    said.platforms =
        platforms.map(|all| all.into_iter().fold(Platforms::default(), Platforms::and));
    said.price = row.count("price", problems).map(|(price, _)| price);
    if let Some((id, span)) = row.digits("genre", problems) {
        if genre(&id).is_none() {
            problems.add(span, format!("there is no genre {}", quoted(&id)));
        }
        said.genre = Some(id);
    }
    if let Some((key, span)) = row.text("custom_of", problems) {
        let owner = draft.world.organizations.iter().find(|owner| owner.key == key);
        if owner.is_none() {
            problems.add(span, format!("there is no organization {}", quoted(key)));
        }
        let name = owner.map(|owner| owner.name.clone());
        // Answers go by names: an organization of the same name would see it, too.
        let alike = draft.world.organizations.iter().filter(|it| Some(&it.name) == name.as_ref());
        if alike.count() > 1 {
            let name = quoted(name.as_deref().unwrap_or_default());
            let text = format!(
                "several organizations are called {name}; give {} a name of its own",
                quoted(key)
            );
            problems.add(span, text);
        }
        said.custom_of = name;
    }
    if let Some(sold) = row.texts("storefronts", problems) {
        for (id, span) in &sold {
            if storefront(id).is_none() {
                problems.add(span, format!("there is no storefront {}", quoted(id)));
            }
        }
        said.storefronts = Some(sold.into_iter().map(|(id, _)| id.to_ascii_lowercase()).collect());
    }
    let all = &mut draft.world.products;
    match all.iter_mut().find(|known| known.adam_id == adam_id) {
        Some(known) => *known = known.clone().with(said),
        None => all.push(said),
    }
}
