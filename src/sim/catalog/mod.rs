//! What the store knows of products: names, versions, prices, where they run and where they are sold.
//!
//! One product feeds the catalog and the older lookup alike. What a location owns is a product by that alone: its
//! name, type and platforms are the asset's, everything else follows from the world's seed and the product's id. A
//! world may list products besides ([`ProductSpec`]): to say more of what is owned, or what else the store has.
//!
//! Not here: who owns what (`model`), and how answers look (`api::metadata`).

mod genres;
mod storefronts;

pub use genres::{Genre, genre, genres, root};
pub use storefronts::{STOREFRONTS, Storefront, storefront};

use std::collections::BTreeMap;
use std::sync::Arc;

use super::entropy::hash64;
use super::spec::ProductSpec;
use super::world::{Site, World};
use super::worlds;
use crate::model::{Asset, Platforms, PricingParam, ProductType, Supply};

/// What a world lists of products beyond what its locations own.
#[derive(Debug, Clone, Default)]
pub struct Catalog {
    /// By product id; in the order of their numbers.
    listed: Arc<BTreeMap<u64, ProductSpec>>,
}

/// A product as the store shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    /// Product id: decimal digits.
    pub adam_id: String,
    /// App or book.
    pub product_type: ProductType,
    /// What it is called.
    pub name: String,
    /// Who made it.
    pub artist: String,
    /// The number of its maker.
    pub artist_id: u64,
    /// Bundle id; of a book none that shows.
    pub bundle_id: String,
    /// Where it runs.
    pub platforms: Platforms,
    /// What it is about.
    pub genre: &'static Genre,
    /// The version that is sold now, such as `3.2.1`.
    pub version: String,
    /// Number of that version (`externalVersionId`).
    pub version_id: u64,
    /// Price in thousandths of the storefront's currency.
    pub price: u32,
    /// Price of the higher quality, if that is sold.
    pub plus_price: Option<u32>,
    /// Name of the organization that it was made for; it is sold to nobody else.
    pub custom_of: Option<String>,
    /// Storefronts that sell it; all, if nothing is said.
    pub storefronts: Option<Vec<String>>,
    /// What it says about itself.
    pub description: String,
    /// Bytes to download.
    pub size: u64,
    /// Stars, in tenths, and who gave them.
    pub rating: (u8, u32),
    /// Days since 2020-01-01 when it was first sold, and when this version came.
    pub released: (u16, u16),
    /// Whether devices can hold it.
    pub device_assignable: bool,
}

/// A subscription as the store shows it: an in-app product (apple-metadata.md §7).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InApp {
    /// Product id.
    pub adam_id: u64,
    /// What it is called.
    pub name: String,
    /// The app that it is of, if that is known and in the store.
    pub app: Option<Product>,
    /// The number of the family of subscriptions that one of which is held at a time.
    pub family_id: u64,
    /// What the family is called.
    pub family: String,
}

/// Products that a world lists, at most.
pub const PRODUCTS_MAX: usize = 100_000;

impl Catalog {
    /// A catalog of these; of two with one id the later counts.
    pub fn new(listed: impl IntoIterator<Item = ProductSpec>) -> Self {
        let number = |spec: ProductSpec| spec.adam_id.parse().ok().map(|number| (number, spec));
        Self { listed: Arc::new(listed.into_iter().filter_map(number).collect()) }
    }

    /// What is listed, by ascending id.
    pub fn listed(&self) -> impl Iterator<Item = &ProductSpec> {
        self.listed.values()
    }
}

/// The store, as one universe has it at a moment: what is listed, and what its locations own.
#[derive(Debug, Clone)]
pub struct Store {
    seed: u64,
    catalog: Catalog,
    sites: Vec<Site>,
}

impl Store {
    /// The store of a world; shares everything with it.
    pub fn of(world: &World) -> Self {
        let (seed, catalog) = (world.seed(), world.catalog().clone());
        Self { seed, catalog, sites: world.sites().to_vec() }
    }

    /// The product with this id, if the store has one. Costs a look into each location.
    pub fn product(&self, adam_id: &str) -> Option<Product> {
        let number = number(adam_id)?;
        let listed = self.catalog.listed.get(&number);
        let owned = self.sites.iter().find_map(|site| Owned::of(site, adam_id));
        (listed.is_some() || owned.is_some()).then(|| self.made(adam_id, listed, owned))
    }

    /// The subscription to the product with this id, if a location has it. Costs a look into each location.
    pub fn in_app(&self, adam_id: &str) -> Option<InApp> {
        let number = number(adam_id)?;
        let has = |site: &Site| site.location.subscriptions.get(number).map(|it| it.parent_adam_id);
        let parent = self.sites.iter().find_map(has)?;
        let app = parent.and_then(|parent| self.product(&parent.to_string()));
        let listed = self.catalog.listed.get(&number).and_then(|said| said.name.clone());
        let family = app.as_ref().map_or("Subscription", |app| app.name.as_str()).to_owned();
        let name = listed.unwrap_or_else(|| format!("{family} Plan {}", number % 100));
        let family_id = hash64(self.seed, "", "product.family", family.as_bytes());
        Some(InApp {
            adam_id: number,
            name,
            app,
            family_id: 20_000_000 + family_id % 1_000_000,
            family,
        })
    }

    /// Every product, each once, by ascending id. Costs a look at each asset.
    pub fn products(&self) -> impl Iterator<Item = Product> {
        // The first location that has it counts, as for one product.
        let mut all: BTreeMap<u64, Option<&Site>> =
            self.catalog.listed.keys().map(|number| (*number, None)).collect();
        for site in &self.sites {
            let assets = &site.location.assets;
            for number in assets.iter().filter_map(|asset| number(assets.adam_id(asset.product))) {
                all.entry(number).or_default().get_or_insert(site);
            }
        }
        all.into_iter().map(|(number, site)| {
            let (id, listed) = (number.to_string(), self.catalog.listed.get(&number));
            let owned = site.and_then(|site| Owned::of(site, &id));
            self.made(&id, listed, owned)
        })
    }

    /// Everything that can be said of a product: as it is listed, as its owner has it, and the rest made up.
    fn made(
        &self,
        adam_id: &str,
        listed: Option<&ProductSpec>,
        owned: Option<Owned<'_>>,
    ) -> Product {
        let drawn =
            |purpose: &str, n: u64| hash64(self.seed, "", purpose, adam_id.as_bytes()) % n.max(1);
        let asset = owned.map(|owned| owned.first);
        let said = listed.cloned().unwrap_or_else(|| ProductSpec::new(adam_id));
        let product_type =
            said.product_type.or(asset.map(|asset| asset.product_type)).unwrap_or(ProductType::App);
        let is_book = product_type == ProductType::Book;
        let name = said.name.or_else(|| asset.map(|asset| asset.name.to_string()));
        let name = name.unwrap_or_else(|| format!("Product {adam_id}"));
        let artist = said
            .artist
            .unwrap_or_else(|| worlds::maker(drawn("product.artist", u64::MAX), is_book));
        let bundle_id = said.bundle_id.unwrap_or_else(|| bundle_id(&artist, &name, adam_id));
        let genres = genres(product_type);
        let genre =
            said.genre.as_deref().and_then(|id| genre(id).filter(|it| it.of == product_type));
        let genre = genre.unwrap_or(&genres[drawn("product.genre", genres.len() as u64) as usize]);
        let platforms = said.platforms.or(asset.map(|asset| asset.platforms));
        let is_free = asset.is_some_and(|asset| asset.supply == Supply::Unlimited);
        let price = said.price.unwrap_or_else(|| {
            if is_free { 0 } else { PRICES[drawn("product.price", PRICES.len() as u64) as usize] }
        });
        let has_plus = owned.is_some_and(|owned| owned.has_plus);
        let version = said.version.unwrap_or_else(|| {
            let part = |purpose: &str, n| drawn(purpose, n);
            format!(
                "{}.{}.{}",
                1 + part("product.major", 9),
                part("product.minor", 12),
                part("product.patch", 6)
            )
        });
        let first = drawn("product.released", 1_500) as u16;
        Product {
            description: said.description.unwrap_or_else(|| format!("{name} by {artist}.")),
            artist_id: 900_000_000
                + hash64(self.seed, "", "product.maker", artist.as_bytes()) % 90_000_000,
            version_id: 800_000_000
                + hash64(self.seed, adam_id, "product.version", version.as_bytes()) % 90_000_000,
            size: 4_000_000 + drawn("product.size", 400_000_000),
            rating: (
                20 + drawn("product.rating", 31) as u8,
                drawn("product.ratings", 5_000) as u32,
            ),
            released: (first, first + drawn("product.updated", 600) as u16),
            plus_price: has_plus.then(|| price.saturating_mul(2)),
            device_assignable: asset.map_or(!is_book, |asset| asset.device_assignable),
            adam_id: adam_id.to_owned(),
            platforms: platforms.unwrap_or(Platforms::IOS),
            custom_of: said.custom_of,
            storefronts: said.storefronts,
            product_type,
            name,
            artist,
            bundle_id,
            genre,
            version,
            price,
        }
    }
}

/// The number of a product id. Ids are compared as numbers are written: without leading zeros.
fn number(adam_id: &str) -> Option<u64> {
    adam_id.parse().ok().filter(|number: &u64| number.to_string() == adam_id)
}

/// What a location owns of a product.
#[derive(Debug, Clone, Copy)]
struct Owned<'s> {
    first: &'s Asset,
    has_plus: bool,
}

impl<'s> Owned<'s> {
    fn of(site: &'s Site, adam_id: &str) -> Option<Self> {
        let assets = &site.location.assets;
        let quality = |quality| {
            assets.find(adam_id, quality).and_then(|id| assets.get(id)).filter(|it| !it.removed)
        };
        let (standard, plus) = (quality(PricingParam::Standard), quality(PricingParam::Plus));
        standard.or(plus).map(|first| Self { first, has_plus: plus.is_some() })
    }
}

/// Usual prices, in thousandths.
const PRICES: [u32; 8] = [0, 0, 990, 1_990, 2_990, 4_990, 9_990, 19_990];

/// `com.<maker>.<name>`, as far as letters and digits go.
fn bundle_id(artist: &str, name: &str, adam_id: &str) -> String {
    let plain = |text: &str, most: usize| -> String {
        let letters = text.chars().filter(char::is_ascii_alphanumeric);
        letters.take(most).map(|letter| letter.to_ascii_lowercase()).collect()
    };
    let (maker, what) = (plain(artist, 30), plain(name, 40));
    match (maker.as_str(), what.as_str()) {
        ("", _) => format!("com.example.app{adam_id}"),
        (_, "") => format!("com.{maker}.app{adam_id}"),
        _ => format!("com.{maker}.{what}"),
    }
}

impl Product {
    /// Whether a storefront sells it.
    pub fn is_sold_in(&self, storefront: &Storefront) -> bool {
        self.storefronts.as_ref().is_none_or(|sold| sold.iter().any(|id| id == storefront.id))
    }

    /// Whether somebody of this organization, or of none, can see it.
    pub fn is_visible_to(&self, organization: Option<&str>) -> bool {
        self.custom_of.as_deref().is_none_or(|owner| organization == Some(owner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::At;
    use crate::model::Span;
    use crate::sim::build::build;

    fn demo() -> Store {
        let spec = worlds::named("demo", 1).unwrap();
        Store::of(&build(&spec, 1, At(0), Span::days(365)))
    }

    #[test]
    fn what_is_owned_is_a_product() {
        let store = demo();
        let all: Vec<Product> = store.products().collect();
        let radio = all.iter().find(|product| product.name == "Pilot Radio").unwrap();
        assert_eq!(store.product(&radio.adam_id).as_ref(), Some(radio));
        assert!(radio.bundle_id.ends_with(".pilotradio"));
        let atlas = all.iter().find(|product| product.name == "Atlas of Northern Ports").unwrap();
        assert_eq!((atlas.product_type, atlas.genre.of), (ProductType::Book, ProductType::Book));
        assert!(atlas.plus_price.is_some());
        let free = all.iter().find(|product| product.name == "Tide Tables Free").unwrap();
        assert_eq!(free.price, 0);
        assert!(all.windows(2).all(|two| {
            two[0].adam_id.parse::<u64>().unwrap() < two[1].adam_id.parse::<u64>().unwrap()
        }));
        for product in &all {
            assert_eq!(store.product(&product.adam_id).as_ref(), Some(product), "one or among all");
        }
        for odd in ["", "0", "01", "x", "-1", "99999999999999999999999"] {
            assert_eq!(store.product(odd), None, "{odd}");
        }
    }

    #[test]
    fn a_world_can_say_more_of_a_product_and_list_others() {
        let mut spec = worlds::named("demo", 1).unwrap();
        let owned = spec.locations[0].assets[6].adam_id.clone();
        spec.products = vec![
            ProductSpec {
                version: Some(" 9.0".to_owned()),
                price: Some(1_490),
                ..ProductSpec::new(&owned)
            },
            ProductSpec {
                name: Some("Elsewhere".to_owned()),
                custom_of: Some("Harbour Works".to_owned()),
                storefronts: Some(vec!["de".to_owned()]),
                ..ProductSpec::new("42")
            },
        ];
        let store = Store::of(&build(&spec, 1, At(0), Span::days(365)));
        let owned = store.product(&owned).unwrap();
        assert_eq!(
            (owned.name.as_str(), owned.version.as_str(), owned.price),
            ("Pilot Radio", " 9.0", 1_490)
        );
        let listed = store.product("42").unwrap();
        assert!(
            listed.is_sold_in(storefront("de").unwrap())
                && !listed.is_sold_in(storefront("us").unwrap())
        );
        assert!(listed.is_visible_to(Some("Harbour Works")));
        assert!(!listed.is_visible_to(Some("Alder College")) && !listed.is_visible_to(None));
    }
}
