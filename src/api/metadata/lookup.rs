//! The older `lookup` (apple-metadata.md §12, §13): whatever it does not find is not there, and never an error.

use http::StatusCode;

use super::artwork;
use super::call::{Call, Need};
use super::errors::MetadataError;
use super::query::Query;
use super::resource::{
    BINARIES, ages, binaries, buy_params, day, day_text, decimal, families, flavor, genre_page,
    maker_page, page, qualities, rating,
};
use crate::api::json::Json;
use crate::exchange::Reply;
use crate::model::{Platforms, ProductType};
use crate::sim::catalog::{Product, Storefront, storefront};
use crate::sim::date;

/// Ids that one call may name; the rest is not looked at.
const IDS_MAX: usize = 1000;

/// The shape of answers (apple-metadata.md §13).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Version {
    /// Ready pictures, and ids that are numbers.
    One,
    /// A template for pictures, and ids that are texts.
    Two,
}

/// How one item is shown.
struct Shown<'s> {
    base_url: &'s str,
    front: &'static Storefront,
    version: Version,
    market: &'static str,
    /// The Mac's binary is meant where there are several.
    for_mac: bool,
}

/// Answers a lookup.
pub fn answer(call: &mut Call<'_, '_>, query: &Query) -> Result<Reply, MetadataError> {
    let base_url = call.base_url;
    let granted = call.enter(Need::Nobody)?;
    let country = match (query.text("cc"), &granted.buyer) {
        (Some(asked), _) => asked,
        (None, Some(buyer)) => &buyer.country,
        (None, None) => "us",
    };
    let found = storefront(country);
    let front = found.or_else(|| storefront("us")).ok_or(MetadataError::NotFound)?;
    let version = if query.text("version") == Some("2") { Version::Two } else { Version::One };
    let for_mac = matches!(query.text("platform"), Some("macappstore" | "osx" | "mac"));
    let shown = Shown { base_url, front, version, market: granted.market(), for_mac };
    let ids = query.list("id").unwrap_or_default();
    // A storefront that there is not sells nothing.
    let ids = ids.into_iter().take(if found.is_some() { IDS_MAX } else { 0 });
    let mut json = Json::with_capacity(4096);
    json.object(|json| {
        json.name("results").object(|json| {
            for product in ids.filter_map(|id| granted.store.product(id)) {
                if product.is_sold_in(front) && product.is_visible_to(granted.organization()) {
                    json.name(&product.adam_id).object(|json| shown.item(json, &product));
                }
            }
        });
        json.count("version", if version == Version::Two { 2 } else { 1 });
        json.flag("isAuthenticated", false);
        json.name("meta").object(|json| {
            json.name("storefront").object(|json| {
                json.text("id", &front.number.to_string());
                json.text("cc", &front.id.to_ascii_uppercase());
            });
            let asked = query.text("l").filter(|tag| is_tag(tag));
            let tag = asked.or(front.language(None)).unwrap_or_default().to_ascii_lowercase();
            json.name("language").object(|json| json.text("tag", &tag));
        });
    });
    Ok(Reply::json(StatusCode::OK, json.finish()))
}

/// Whether a text can be the name of a language.
fn is_tag(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 35
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

impl Shown<'_> {
    fn number(&self, json: &mut Json, name: &str, digits: &str) {
        match self.version {
            Version::Two => json.text(name, digits),
            Version::One => json.name(name).rendered(digits.as_bytes()),
        }
    }

    fn item(&self, json: &mut Json, product: &Product) {
        let is_app = product.product_type == ProductType::App;
        let is_ios = product.platforms.has(Platforms::IOS);
        let is_mac = is_app && product.platforms.has(Platforms::MACOS) && (self.for_mac || !is_ios);
        let kind = match (is_app, is_mac) {
            (false, _) => "ebook",
            (true, true) => "desktopApp",
            (true, false) => "iosSoftware",
        };
        self.number(json, "id", &product.adam_id);
        json.text("kind", kind);
        for name in ["name", "nameRaw", "nameSortValue"] {
            json.text(name, &product.name);
        }
        if is_app {
            json.text("bundleId", &product.bundle_id);
        }
        json.text("artistName", &product.artist);
        self.number(json, "artistId", &product.artist_id.to_string());
        json.text("artistUrl", &maker_page(product, self.front));
        let page = page(product, self.front);
        json.text("url", &page);
        json.text("shortUrl", &page);
        if is_app {
            json.texts("deviceFamilies", families(product));
        }
        json.texts("genreNames", [product.genre.name]);
        json.name("genres").array(|json| {
            json.object(|json| {
                json.text("genreId", product.genre.id);
                json.text("name", product.genre.name);
                json.text("url", &genre_page(product.genre, self.front));
                json.text("mediaType", if is_app { "8" } else { "11" });
            });
        });
        match self.version {
            Version::Two => artwork::template(json, self.base_url, product),
            Version::One => artwork::pictures(json, self.base_url, product),
        }
        json.name("contentRatingsBySystem").object(ages);
        json.name("description").object(|json| json.text("standard", &product.description));
        json.text("whatsNew", "Improvements and corrections.");
        json.text(
            "copyright",
            &format!("{} {}", &day_text(product.released.1)[..4], product.artist),
        );
        json.name("editorialArtwork").object(|_| {});
        json.flag("isB2BCustomApp", product.custom_of.is_some());
        json.flag("isVppDeviceBasedLicensingEnabled", product.device_assignable);
        let mut oldest = "";
        if is_app {
            let wanted = if is_mac { Platforms::MACOS } else { Platforms::IOS };
            let own = BINARIES.iter().find(|binary| binary.platform == wanted);
            let own = own.filter(|_| product.platforms.has(wanted));
            let own = own.or_else(|| binaries(product).map(|(_, binary)| binary).next());
            oldest = own.map_or("16.0", |binary| binary.oldest_system);
            json.text("minimumOSVersion", oldest);
            json.text("requiredCapabilities", "arm64 ");
        }
        json.text("releaseDate", &day_text(product.released.0));
        json.text("latestVersionReleaseDate", &long_day(product.released.1));
        json.name("userRating").object(|json| {
            rating(json, product);
            decimal(json, "valueCurrentVersion", u32::from(product.rating.0) * 100);
            json.count("ratingCountCurrentVersion", product.rating.1 / 25);
        });
        if is_app {
            Self::software(json, product, oldest, is_mac);
        }
        self.offers(json, product);
    }

    fn software(json: &mut Json, product: &Product, oldest: &str, is_mac: bool) {
        let system = if is_mac { "macOS" } else { "iOS" };
        json.name("softwareInfo").object(|json| {
            json.text("seller", &format!("{} Ltd.", product.artist));
            json.text("languagesDisplayString", "English");
            json.text("requirementsString", &format!("Requires {system} {oldest} or later."));
            json.text("supportUrl", "https://www.example.com/support");
            json.null("websiteUrl");
            json.null("eulaUrl");
            json.text("privacyPolicyUrl", "https://www.example.com/privacy");
            json.null("privacyPolicyTextUrl");
        });
    }

    fn offers(&self, json: &mut Json, product: &Product) {
        json.name("offers").array(|json| {
            for (quality, price) in qualities(product) {
                let formatted = self.front.formatted(price);
                let (kind, action) = if price == 0 { ("get", "Get") } else { ("buy", &*formatted) };
                json.object(|json| {
                    json.text("type", kind);
                    decimal(json, "price", price);
                    json.text("priceFormatted", &formatted);
                    json.name("actionText").object(|json| {
                        json.text("short", action);
                        json.text("medium", action);
                        json.text("long", if price == 0 { "Get App" } else { action });
                        json.text("downloaded", "Installed");
                        json.text("downloading", "Installing");
                    });
                    json.text("buyParams", &buy_params(product, quality, price, self.market));
                    json.name("version").object(|json| {
                        json.text("display", product.version.trim());
                        json.name("externalId").unsigned(product.version_id);
                    });
                    json.name("assets").array(|json| {
                        json.object(|json| {
                            json.text("flavor", flavor(product, quality));
                            json.name("size").unsigned(product.size);
                        });
                    });
                });
            }
        });
    }
}

/// A day as `Jun 2, 2026`.
fn long_day(days: u16) -> String {
    // `Tue, 02 Jun 2026 00:00:00 GMT`
    let text = date::http(day(days));
    let mut words = text.split(' ').skip(1);
    let (number, month, year) = (words.next(), words.next(), words.next());
    let number = number.unwrap_or_default().trim_start_matches('0');
    format!("{} {number}, {}", month.unwrap_or_default(), year.unwrap_or_default())
}
