//! What is the same for every universe: the OpenAPI document, the worlds that have a name, the ledger.

use http::StatusCode;
use schemars::JsonSchema;
use serde::Serialize;

use super::ask::json;
use super::{Ask, Outcome, openapi as document};
use crate::exchange::Reply;
use crate::fidelity;
use crate::snapshot;

/// The worlds that have a name.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Worlds {
    /// Their names; `world` of `POST /universes` takes them.
    pub worlds: Vec<&'static str>,
}

/// `GET /openapi.json`
pub async fn openapi(ask: Ask<'_>) -> Outcome {
    ask.only(&[])?;
    json(StatusCode::OK, &*document::DOCUMENT)
}

/// `GET /worlds`
pub async fn worlds(ask: Ask<'_>) -> Outcome {
    ask.only(&[])?;
    json(StatusCode::OK, &Worlds { worlds: snapshot::names() })
}

/// `GET /ledger`
pub async fn ledger(ask: Ask<'_>) -> Outcome {
    ask.only(&[])?;
    Ok(Reply::json(StatusCode::OK, fidelity::to_json()))
}
