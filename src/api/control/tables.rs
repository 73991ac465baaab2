//! What is the same for every universe: the OpenAPI document, the worlds that have a name, the ledger, the CA.

use http::StatusCode;
use schemars::JsonSchema;
use serde::Serialize;

use super::ask::json;
use super::{Ask, Outcome, Problem, Trust, openapi as document};
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

/// `GET /ca.pem`
pub async fn authority(ask: Ask<'_>) -> Outcome {
    ask.only(&[])?;
    let why = match ask.trust() {
        Trust::Own(pem) => return Ok(Reply::new(StatusCode::OK, PEM, pem.as_bytes().to_vec())),
        Trust::NoTls => "quince does not speak TLS; start it with --tls-listen",
        Trust::Given => {
            "quince shows the certificate of --tls-cert; clients have to trust what that one rests on"
        }
    };
    Err(Problem::not_found("authority", why))
}

/// The media type of a certificate as text.
pub(super) const PEM: &str = "application/x-pem-file";
