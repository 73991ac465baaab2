//! `GET /mdm/users` (applivery.md §3.2, §5).

use super::call::Call;
use super::errors::AppliveryError;
use super::pages::Wanted;
use super::patterns;
use super::problems::Problems;
use super::query::Query;
use super::wire;
use crate::api::lint::Lints;
use crate::exchange::{Reply, Request};
use crate::model::MdmQuery;

/// How long a text to look for may be, in UTF-16 units.
const FILTER_MAX: usize = 128;

/// What the query asks for.
struct Parameters {
    wanted: Wanted,
    sort: String,
    search: Option<String>,
    email: Option<String>,
    name: Option<String>,
    tags: Vec<String>,
}

fn parameters(request: &Request, lints: &mut Lints) -> Result<Parameters, Problems> {
    let mut query = Query::read(request.query.as_deref());
    let mut problems = Problems::default();
    let wanted = Wanted::read(&mut query, &mut problems);
    let sort = query.text("sort", usize::MAX, &mut problems).unwrap_or_default();
    if patterns::sort(&sort).is_none() {
        let pattern = r"/^[\w.]*((:asc)|(:desc))?$/";
        problems.add("sort", format!("Invalid string: must match pattern {pattern}"));
    }
    let mut text = |name: &str| query.text(name, FILTER_MAX, &mut problems);
    let (search, email, name) = (text("search"), text("email"), text("name"));
    let tags = query.texts("tags", &mut problems).unwrap_or_default();
    query.finish(lints);
    problems.or(Parameters { wanted, sort, search, email, name, tags })
}

/// Answers `GET /mdm/users`.
pub fn answer(call: &mut Call<'_, '_>, request: &Request) -> Result<Reply, AppliveryError> {
    let parameters = parameters(request, call.common.lints);
    let (granted, asked) = call.read(parameters)?;
    let settings = &granted.settings;
    let page = granted.organization.users.page(&MdmQuery {
        search: asked.search.as_deref(),
        email: asked.email.as_deref(),
        name: asked.name.as_deref(),
        tags: &asked.tags,
        sort: patterns::sort(&asked.sort).filter(|sort| !sort.field.is_empty()),
        skip: asked.wanted.skip(settings),
        limit: asked.wanted.limit(settings) as usize,
    });
    Ok(wire::success_of(512 + page.users.len() * 1024, |json| {
        json.object(|json| {
            json.name("items").array(|json| {
                page.users.iter().for_each(|user| wire::write_user(json, user));
            });
            asked.wanted.write(page.total, settings, json);
        });
    }))
}
