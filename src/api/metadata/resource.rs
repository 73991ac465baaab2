//! How products, sections and storefronts look in the catalog (apple-metadata.md §5 to §7). What belongs to one binary
//! stands under `platformAttributes`, as in every sample and not as in the table of properties (§6.1).

use super::artwork;
use crate::api::json::Json;
use crate::model::{At, Platforms, ProductType};
use crate::sim::catalog::{Genre, Product, Storefront, root};
use crate::sim::date;

/// What a call wants to see, and where.
#[derive(Debug, Clone)]
pub struct View<'v> {
    /// Base of URLs.
    pub base_url: &'v str,
    /// The storefront.
    pub storefront: &'static Storefront,
    /// The language, if one was asked for.
    pub language: Option<&'static str>,
    /// Platforms that were asked for.
    pub platforms: Platforms,
    /// Attributes that are told only to who asks.
    pub extend: Vec<&'v str>,
    /// `ENT` or `EDU`.
    pub market: &'static str,
}

/// A platform as the catalog knows it: the families of its devices, its binary's key, flavor and oldest system.
pub(super) struct Binary {
    pub(super) platform: Platforms,
    pub(super) families: &'static [&'static str],
    pub(super) key: &'static str,
    pub(super) flavor: &'static str,
    pub(super) oldest_system: &'static str,
}

/// In the order in which samples list families; the watch has no binary of its own here.
pub(super) static BINARIES: [Binary; 4] = [
    Binary {
        platform: Platforms::IOS,
        families: &["iphone", "ipad", "ipod"],
        key: "ios",
        flavor: "iosSoftware",
        oldest_system: "16.0",
    },
    Binary {
        platform: Platforms::MACOS,
        families: &["mac"],
        key: "osx",
        flavor: "macSoftware",
        oldest_system: "13.0",
    },
    Binary {
        platform: Platforms::TVOS,
        families: &["tvos"],
        key: "appletvos",
        flavor: "tvosSoftware",
        oldest_system: "16.0",
    },
    Binary {
        platform: Platforms::VISIONOS,
        families: &["realityDevice"],
        key: "xros",
        flavor: "xrosSoftware",
        oldest_system: "1.0",
    },
];

/// The binaries of a product, of all platforms.
pub(super) fn binaries(product: &Product) -> impl Iterator<Item = (u64, &'static Binary)> {
    let platforms = product.platforms;
    (0..).zip(&BINARIES).filter(move |(_, binary)| platforms.has(binary.platform))
}

/// `deviceFamilies`: every family, whatever was asked for (apple-metadata.md §6.1).
pub(super) fn families(product: &Product) -> Vec<&'static str> {
    let mut all: Vec<_> = binaries(product).flat_map(|(_, it)| it.families).copied().collect();
    if product.platforms.has(Platforms::WATCHOS) {
        all.push("watch");
    }
    all
}

/// The day so many days after 2020-01-01.
pub(super) const fn day(days: u16) -> At {
    At(1_577_836_800_000 + days as i64 * 86_400_000)
}

/// A day as `2026-06-02`.
pub(super) fn day_text(days: u16) -> String {
    date::wire(day(days)).chars().take(10).collect()
}

/// A number with two or fewer decimals, without needless zeros.
pub(super) fn decimal(json: &mut Json, name: &str, thousandths: u32) {
    let (whole, rest) = (thousandths / 1000, thousandths % 1000);
    let text = if rest == 0 { whole.to_string() } else { format!("{whole}.{rest:03}") };
    let text = if rest == 0 { &text } else { text.trim_end_matches('0') };
    json.name(name).rendered(text.as_bytes());
}

/// `userRating` without its end: more may follow.
pub(super) fn rating(json: &mut Json, product: &Product) {
    let (tenths, count) = product.rating;
    decimal(json, "value", u32::from(tenths) * 100);
    json.count("ratingCount", count);
}

/// A name as it stands in the store's addresses.
fn slug(name: &str) -> String {
    let mut slug = String::new();
    for letter in name.chars().take(80) {
        if letter.is_ascii_alphanumeric() {
            slug.push(letter.to_ascii_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() { "product".to_owned() } else { slug.to_owned() }
}

/// Where a product's page would be.
pub(super) fn page(product: &Product, storefront: &Storefront) -> String {
    let (host, kind) = match product.product_type {
        ProductType::App => ("apps.apple.com", "app"),
        ProductType::Book => ("books.apple.com", "book"),
    };
    let (front, slug, id) = (storefront.id, slug(&product.name), &product.adam_id);
    format!("https://{host}/{front}/{kind}/{slug}/id{id}")
}

/// Where its maker's page would be.
pub(super) fn maker_page(product: &Product, storefront: &Storefront) -> String {
    let (slug, id) = (slug(&product.artist), product.artist_id);
    format!("https://apps.apple.com/{}/developer/{slug}/id{id}", storefront.id)
}

/// Where a section's page would be.
pub(super) fn genre_page(genre: &Genre, storefront: &Storefront) -> String {
    format!("https://itunes.apple.com/{}/genre/id{}", storefront.id, genre.id)
}

/// `buyParams` of one quality (apple-metadata.md §6.2).
pub(super) fn buy_params(product: &Product, quality: &str, price: u32, market: &str) -> String {
    let (kind, id) = match product.product_type {
        ProductType::App => ("C", format!("&appExtVrsId={}", product.version_id)),
        ProductType::Book => ("PUB", String::new()),
    };
    let adam_id = &product.adam_id;
    format!(
        "productType={kind}&price={price}&salableAdamId={adam_id}&pricingParameters={quality}\
         &pg=default&marketType={market}{id}"
    )
}

/// Qualities that are sold, with their prices.
pub(super) fn qualities(product: &Product) -> impl Iterator<Item = (&'static str, u32)> {
    let plus = product.plus_price.map(|price| ("PLUS", price));
    [("STDQ", product.price)].into_iter().chain(plus)
}

/// What of a product's binary or text is sold.
pub(super) fn flavor(product: &Product, quality: &str) -> &'static str {
    match product.product_type {
        ProductType::App => binaries(product).next().map_or("iosSoftware", |(_, it)| it.flavor),
        ProductType::Book if quality == "PLUS" => "plusPublication",
        ProductType::Book => "publication",
    }
}

impl View<'_> {
    fn href(&self, path: &str) -> String {
        let language = self.language.map(|tag| format!("?l={tag}")).unwrap_or_default();
        format!("/v1/catalog/{}/{path}{language}", self.storefront.id)
    }

    fn extends(&self, name: &str) -> bool {
        self.extend.contains(&name)
    }

    /// Writes a product.
    pub fn product(&self, json: &mut Json, product: &Product) {
        let (kind, is_app) = match product.product_type {
            ProductType::App => ("apps", true),
            ProductType::Book => ("books", false),
        };
        let path = format!("{kind}/{}", product.adam_id);
        json.object(|json| {
            json.text("id", &product.adam_id);
            json.text("type", kind);
            json.text("href", &self.href(&path));
            json.name("attributes").object(|json| {
                if is_app { self.app(json, product) } else { self.book(json, product) }
            });
            json.name("relationships").object(|json| {
                json.name("genres").object(|json| {
                    json.text("href", &self.href(&format!("{path}/genres")));
                    json.name("data").array(|json| self.genre(json, product.genre));
                });
            });
        });
    }

    fn app(&self, json: &mut Json, product: &Product) {
        json.text("name", &product.name);
        json.text("artistName", &product.artist);
        json.text("url", &page(product, self.storefront));
        json.texts("deviceFamilies", families(product));
        json.text("genreDisplayName", product.genre.name);
        json.flag("hasEula", false);
        json.flag("isB2BCustomApp", product.custom_of.is_some());
        json.flag("isFirstPartyHideableApp", false);
        json.flag("isIOSBinaryMacOSCompatible", product.platforms.has(Platforms::IOS));
        json.flag("isVppDeviceBasedLicensingEnabled", product.device_assignable);
        json.flag("supportsDeviceSharing", false);
        json.flag("usesClassKit", false);
        json.name("userRating").object(|json| rating(json, product));
        json.name("contentRatingsBySystem").object(ages);
        self.offers(json, product);
        json.name("platformAttributes").object(|json| {
            let asked = binaries(product).filter(|(_, it)| self.platforms.has(it.platform));
            for (place, binary) in asked {
                json.name(binary.key).object(|json| self.binary(json, product, place, binary));
            }
        });
    }

    fn binary(&self, json: &mut Json, product: &Product, place: u64, binary: &Binary) {
        json.text("bundleId", &product.bundle_id);
        json.name("externalVersionId").unsigned(product.version_id + place);
        json.text("minimumOSVersion", binary.oldest_system);
        json.text("seller", &format!("{} Ltd.", product.artist));
        if binary.platform == Platforms::IOS {
            json.text("requiredCapabilities", "arm64 ");
        }
        artwork::member(json, self.base_url, product);
        if self.extends("description") {
            json.name("description").object(|json| json.text("standard", &product.description));
        }
        if self.extends("fileSizeByDevice") {
            json.name("fileSizeByDevice")
                .object(|json| json.name("universal").unsigned(product.size));
        }
        if self.extends("languageList") {
            json.texts("languageList", ["English"]);
        }
        if self.extends("latestVersionInfo") {
            json.name("latestVersionInfo").object(|json| version(json, product));
        }
        if self.extends("privacyPolicyUrl") {
            json.text("privacyPolicyUrl", "https://www.example.com/privacy");
        }
        if self.extends("requirementsByDeviceFamily") {
            json.name("requirementsByDeviceFamily").object(|json| {
                for family in binary.families {
                    let text = format!("Requires {} or later.", binary.oldest_system);
                    json.name(family).object(|json| json.text("requirementString", &text));
                }
            });
        }
        if self.extends("screenshotsByType") {
            json.name("screenshotsByType").object(|_| {});
        }
        if self.extends("supportURLForLanguage") {
            json.text("supportURLForLanguage", "https://www.example.com/support");
        }
        if self.extends("versionHistory") {
            json.name("versionHistory").array(|json| {
                json.object(|json| {
                    version(json, product);
                    json.name("externalVersionId").unsigned(product.version_id + place);
                });
            });
        }
        if self.extends("websiteUrl") {
            json.text("websiteUrl", "https://www.example.com/");
        }
    }

    fn book(&self, json: &mut Json, product: &Product) {
        json.text("artistName", &product.artist);
        artwork::member(json, self.base_url, product);
        json.texts("genreNames", [product.genre.name]);
        json.text("name", &product.name);
        self.offers(json, product);
        json.text("url", &page(product, self.storefront));
        json.name("userRating").object(|json| rating(json, product));
    }

    /// An offer a quality; for schools, another one for twenty copies (apple-metadata.md §6.2).
    fn offers(&self, json: &mut Json, product: &Product) {
        let quantities: &[Option<i32>] =
            if self.market == "EDU" { &[None, Some(20)] } else { &[None] };
        json.name("offers").array(|json| {
            for (quality, price) in qualities(product) {
                for quantity in quantities {
                    json.object(|json| {
                        json.text("type", if price == 0 { "get" } else { "buy" });
                        decimal(json, "price", price);
                        json.text("priceFormatted", &self.storefront.formatted(price));
                        json.text("currencyCode", self.storefront.currency);
                        json.text("buyParams", &buy_params(product, quality, price, self.market));
                        if let Some(quantity) = quantity {
                            json.count("quantity", *quantity);
                        }
                        json.name("assets").array(|json| {
                            json.object(|json| {
                                json.text("flavor", flavor(product, quality));
                                json.name("size").unsigned(product.size);
                            });
                        });
                    });
                }
            }
        });
    }

    /// Writes a section of the store.
    pub fn genre(&self, json: &mut Json, genre: &Genre) {
        let top = root(genre.of);
        json.object(|json| {
            json.text("id", genre.id);
            json.text("type", "genres");
            json.text("href", &self.href(&format!("genres/{}", genre.id)));
            json.name("attributes").object(|json| {
                json.text("name", genre.name);
                if top.id != genre.id {
                    json.text("parentId", top.id);
                    json.text("parentName", top.name);
                }
                json.text("url", &genre_page(genre, self.storefront));
            });
        });
    }
}

/// `appsApple`: for everybody.
pub(super) fn ages(json: &mut Json) {
    json.name("appsApple").object(|json| {
        json.text("name", "4+");
        json.count("value", 100);
        json.count("rank", 1);
    });
}

/// The version that is sold now.
fn version(json: &mut Json, product: &Product) {
    let (_, days) = product.released;
    json.text("versionDisplay", &product.version);
    json.text("releaseDate", &day_text(days));
    json.text("releaseNotes", "Improvements and corrections.");
    json.text("releaseTimestamp", &format!("{}T00:00:00Z", day_text(days)));
}

/// Writes a storefront.
pub fn storefront(json: &mut Json, front: &Storefront) {
    json.object(|json| {
        json.text("id", front.id);
        json.text("type", "storefronts");
        json.text("href", &format!("/v1/storefronts/{}", front.id));
        json.name("attributes").object(|json| {
            json.text("name", front.name);
            json.maybe("defaultLanguageTag", front.language(None));
            json.texts("supportedLanguageTags", front.languages.iter().copied());
        });
    });
}
