//! `GET /organizations/{organizationId}`: clients resolve a slug with it (applivery.md §1.2, §6.4).

use super::call::Call;
use super::errors::AppliveryError;
use super::query::Query;
use super::wire;
use crate::exchange::{Reply, Request};

/// Answers with the organization.
pub fn get(call: &mut Call<'_, '_>, request: &Request) -> Result<Reply, AppliveryError> {
    Query::read(request.query.as_deref()).finish(call.common.lints);
    let (granted, ()) = call.read(Ok(()))?;
    let organization = granted.organization;
    Ok(wire::success(|json| {
        json.object(|json| {
            json.text("id", &organization.id.to_string());
            json.text("name", &organization.name);
            json.text("slug", &organization.slug);
        });
    }))
}
