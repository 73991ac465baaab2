//! Products by words (apple-metadata.md §4, §15 questions 18 and 19): one mixed list, by name.

use http::StatusCode;

use super::call::Granted;
use super::errors::{JSON, MetadataError};
use super::query::{Query, platform, required};
use super::resource::View;
use crate::api::json::Json;
use crate::exchange::Reply;
use crate::model::{Platforms, ProductType};
use crate::sim::catalog::genres;

/// Products that one answer holds.
const FOUND_MAX: usize = 25;

/// Answers with what has the term in its name or its maker's.
pub(super) fn answer(
    query: &Query,
    granted: &Granted,
    view: &View<'_>,
) -> Result<Reply, MetadataError> {
    let term = query.text("term").ok_or(MetadataError::Missing("term"))?.trim().to_lowercase();
    if term.is_empty() {
        return Err(MetadataError::value("term"));
    }
    let mut types = Vec::new();
    for name in required(query, "types")? {
        types.push(match name {
            "apps" => ProductType::App,
            "books" => ProductType::Book,
            _ => return Err(MetadataError::value("types")),
        });
    }
    let mut on = Vec::new();
    let filters = ["filter[targetPlatform]", "filter[targetPlatforms]"];
    for name in filters.iter().filter_map(|name| query.list(name)).flatten() {
        on.push(platform(name).ok_or(MetadataError::value("filter[targetPlatform]"))?);
    }
    let about = query.list("filter[genre]").unwrap_or_default();
    if !about.iter().all(|id| is_genre(id)) {
        return Err(MetadataError::value("filter[genre]"));
    }
    let mut found: Vec<_> = (granted.store.products())
        .filter(|product| {
            types.contains(&product.product_type)
                && (on.is_empty() || on.iter().any(|one| shares(product.platforms, *one)))
                && (about.is_empty() || about.contains(&product.genre.id))
                && product.is_sold_in(view.storefront)
                && product.is_visible_to(None)
                && [&product.name, &product.artist]
                    .iter()
                    .any(|text| text.to_lowercase().contains(&term))
        })
        .collect();
    found.sort_by_cached_key(|product| (product.name.to_lowercase(), product.adam_id.clone()));
    let mut json = Json::with_capacity(2048);
    json.object(|json| {
        json.name("results").object(|json| {
            json.name("contents").array(|json| {
                found.iter().take(FOUND_MAX).for_each(|product| view.product(json, product));
            });
        });
    });
    Ok(Reply::new(StatusCode::OK, JSON, json.finish()))
}

fn shares(one: Platforms, other: Platforms) -> bool {
    Platforms::EACH.into_iter().any(|each| one.has(each) && other.has(each))
}

/// The sections of apps or books that a filter may name.
fn is_genre(id: &str) -> bool {
    [ProductType::App, ProductType::Book]
        .into_iter()
        .any(|of| genres(of).iter().any(|it| it.id == id))
}
