//! The catalog: products that an organization has, products that anybody can see, sections and storefronts
//! (apple-metadata.md §3, §4, §8).

use http::StatusCode;

use super::Wanted;
use super::call::{Call, Granted, Need};
use super::errors::{JSON, MetadataError};
use super::query::{Query, platform, required};
use super::resource::{self, View};
use super::search;
use crate::api::json::Json;
use crate::exchange::Reply;
use crate::model::{Platforms, ProductType};
use crate::sim::catalog::{self, Product, STOREFRONTS, Storefront, genre};

/// What public lists take at most (apple-metadata.md §4).
const APPS_MAX: usize = 100;
const BOOKS_MAX: usize = 150;

/// Sections that a relationship lists at most.
const RELATED_MAX: usize = 10;

/// Apps or books.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `apps`.
    Apps,
    /// `books`.
    Books,
}

impl Kind {
    /// What the products of this kind are.
    pub const fn product_type(self) -> ProductType {
        match self {
            Self::Apps => ProductType::App,
            Self::Books => ProductType::Book,
        }
    }
}

/// Which list of products is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shelf {
    /// `stoken-authenticated-apps`.
    OwnedApps,
    /// `stoken-authenticated-books`.
    OwnedBooks,
    /// `stoken-authenticated-purchases`.
    Purchases,
    /// `apps`.
    Apps,
    /// `books`.
    Books,
}

impl Shelf {
    const fn needs_buyer(self) -> bool {
        matches!(self, Self::OwnedApps | Self::OwnedBooks | Self::Purchases)
    }

    /// The lists of ids that it takes, and of what they are.
    const fn lists(self) -> &'static [(&'static str, Kind)] {
        match self {
            Self::OwnedApps | Self::Apps => &[("ids", Kind::Apps), ("ids[apps]", Kind::Apps)],
            Self::OwnedBooks | Self::Books => &[("ids", Kind::Books), ("ids[books]", Kind::Books)],
            Self::Purchases => &[("ids[apps]", Kind::Apps), ("ids[books]", Kind::Books)],
        }
    }
}

/// Answers what is asked of a storefront.
pub fn answer(
    call: &mut Call<'_, '_>,
    storefront: &str,
    wanted: &Wanted,
    query: &Query,
) -> Result<Reply, MetadataError> {
    let base_url = call.base_url;
    let granted = call.enter(Need::Developer)?;
    if let Wanted::Products(shelf) = wanted
        && shelf.needs_buyer()
    {
        let ids = shelf.lists().iter().filter_map(|(name, _)| query.list(name)).flatten();
        let asks_for_seats = query.list("ids[in-apps]").is_some_and(|ids| !ids.is_empty());
        let asks = ids.count() > 0 || (*shelf == Shelf::Purchases && asks_for_seats);
        if granted.buyer.is_none() || !asks {
            return Err(MetadataError::Forbidden);
        }
    }
    let front = catalog::storefront(storefront).ok_or(MetadataError::Storefront)?;
    let view = view(base_url, front, wanted, query, &granted)?;
    match wanted {
        Wanted::Products(shelf) => products(*shelf, query, &granted, &view),
        Wanted::Product(kind, id) => {
            let product = product(*kind, id, &granted, &view).ok_or(MetadataError::NotFound)?;
            Ok(data(|json| view.product(json, &product)))
        }
        Wanted::Related(kind, id, what) => {
            let product = product(*kind, id, &granted, &view).ok_or(MetadataError::NotFound)?;
            if what != "genres" {
                return Err(MetadataError::NotFound);
            }
            if query.number("limit")?.is_some_and(|limit| limit == 0 || limit > RELATED_MAX) {
                return Err(MetadataError::value("limit"));
            }
            Ok(data(|json| view.genre(json, product.genre)))
        }
        Wanted::Genres(Some(id)) => {
            let genre = genre(id).ok_or(MetadataError::NotFound)?;
            Ok(data(|json| view.genre(json, genre)))
        }
        Wanted::Genres(None) => {
            let ids = required(query, "ids")?;
            Ok(data(|json| {
                ids.into_iter().filter_map(genre).for_each(|genre| view.genre(json, genre));
            }))
        }
        Wanted::Search => search::answer(query, &granted, &view),
    }
}

/// Answers for one storefront, those that are named, or all.
pub fn storefronts(
    call: &mut Call<'_, '_>,
    id: Option<&str>,
    query: &Query,
) -> Result<Reply, MetadataError> {
    call.enter(Need::Developer)?;
    let name = query.text("platform").ok_or(MetadataError::Missing("platform"))?;
    platform(name).ok_or(MetadataError::value("platform"))?;
    if let Some(id) = id {
        let front = catalog::storefront(id).ok_or(MetadataError::NotFound)?;
        if query.text("l").is_some_and(|tag| front.language(Some(tag)).is_none()) {
            return Err(MetadataError::value("l"));
        }
        return Ok(data(|json| resource::storefront(json, front)));
    }
    if let Some(ids) = query.list("ids") {
        let known = ids.into_iter().filter_map(catalog::storefront);
        return Ok(data(|json| known.for_each(|front| resource::storefront(json, front))));
    }
    let (limit, offset) = (query.number("limit")?, query.number("offset")?);
    let page = STOREFRONTS.iter().skip(offset.unwrap_or(0)).take(limit.unwrap_or(usize::MAX));
    Ok(data(|json| page.for_each(|front| resource::storefront(json, front))))
}

/// Does nothing, for whoever has a good developer token.
pub fn test(call: &mut Call<'_, '_>, _: &Query) -> Result<Reply, MetadataError> {
    call.enter(Need::Developer)?;
    Ok(Reply::new(StatusCode::OK, JSON, "{}"))
}

/// Products by their ids: those that there are, in the order in which they were asked for.
fn products(
    shelf: Shelf,
    query: &Query,
    granted: &Granted,
    view: &View<'_>,
) -> Result<Reply, MetadataError> {
    let mut asked: Vec<(Kind, &str)> = Vec::new();
    for (name, kind) in shelf.lists() {
        asked.extend(query.list(name).into_iter().flatten().map(|id| (*kind, id)));
    }
    if !shelf.needs_buyer() {
        if asked.is_empty() {
            required(query, "ids")?;
        }
        let most = if shelf == Shelf::Apps { APPS_MAX } else { BOOKS_MAX };
        if asked.len() > most {
            return Err(MetadataError::value("ids"));
        }
    }
    let buyer = if shelf.needs_buyer() { granted.organization() } else { None };
    let in_apps = if shelf == Shelf::Purchases { query.list("ids[in-apps]") } else { None };
    Ok(data(|json| {
        for (kind, id) in asked {
            let found = granted.store.product(id).filter(|product| {
                product.product_type == kind.product_type()
                    && product.is_sold_in(view.storefront)
                    && product.is_visible_to(buyer)
            });
            if let Some(product) = found {
                view.product(json, &product);
            }
        }
        for found in in_apps.into_iter().flatten().filter_map(|id| granted.store.in_app(id)) {
            // Who cannot see the app sees nothing that is sold in it.
            let is_shown = found
                .app
                .as_ref()
                .is_none_or(|app| app.is_sold_in(view.storefront) && app.is_visible_to(buyer));
            if is_shown {
                view.in_app(json, &found);
            }
        }
    }))
}

/// A product that anybody can see.
fn product(kind: Kind, id: &str, granted: &Granted, view: &View<'_>) -> Option<Product> {
    granted.store.product(id).filter(|product| {
        product.product_type == kind.product_type()
            && product.is_sold_in(view.storefront)
            && product.is_visible_to(None)
    })
}

/// What the call wants to see: platforms, languages, attributes (apple-metadata.md §4, §15 questions 2, 3, 13 to 16).
fn view<'v>(
    base_url: &'v str,
    storefront: &'static Storefront,
    wanted: &Wanted,
    query: &'v Query,
    granted: &Granted,
) -> Result<View<'v>, MetadataError> {
    let language = match query.text("l") {
        None => None,
        asked => Some(storefront.language(asked).ok_or(MetadataError::value("l"))?),
    };
    let mut platforms = match query.text("platform") {
        Some(name) => platform(name).ok_or(MetadataError::value("platform"))?,
        None if *wanted == Wanted::Products(Shelf::Purchases) => Platforms::IOS,
        None if matches!(wanted, Wanted::Genres(_)) => Platforms::default(),
        None => return Err(MetadataError::Missing("platform")),
    };
    for name in query.list("additionalPlatforms").into_iter().flatten() {
        let more = platform(name).ok_or(MetadataError::value("additionalPlatforms"))?;
        platforms = platforms.and(more);
    }
    let lists = ["extend", "extend[apps]", "extend[books]"];
    let extend = lists.iter().filter_map(|name| query.list(name)).flatten().collect();
    let market = granted.market();
    Ok(View { base_url, storefront, language, platforms, extend, market })
}

/// `{"data": [...]}`.
fn data(fill: impl FnOnce(&mut Json)) -> Reply {
    let mut json = Json::with_capacity(2048);
    json.object(|json| json.name("data").array(fill));
    Reply::new(StatusCode::OK, JSON, json.finish())
}
