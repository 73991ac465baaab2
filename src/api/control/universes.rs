//! Universes: listed, told about.

use http::StatusCode;
use schemars::JsonSchema;
use serde::Serialize;

use super::ask::json;
use super::{Ask, Outcome};
use crate::engine::Universe;
use crate::journal::Journal;

/// A universe.
#[derive(Debug, Serialize, JsonSchema)]
pub struct UniverseView {
    /// Its id.
    pub id: String,
    /// Number of its latest journal entry.
    pub seq: u64,
    /// Below it every surface is served for this universe alone.
    pub url: String,
}

impl UniverseView {
    fn of(universe: &Universe, base_url: &str) -> Self {
        let seq = universe.with_journal(Journal::last);
        let id = universe.id().to_owned();
        Self { url: format!("{base_url}/u/{id}"), seq, id }
    }
}

/// `GET /universes`
pub async fn list(ask: Ask<'_>) -> Outcome {
    ask.only(&[])?;
    let universes = ask.engine().universes();
    let views: Vec<UniverseView> =
        universes.iter().map(|universe| UniverseView::of(universe, ask.base_url)).collect();
    json(StatusCode::OK, &serde_json::json!({ "universes": views }))
}

/// `GET /universes/{u}`
pub async fn get(ask: Ask<'_>) -> Outcome {
    ask.only(&[])?;
    json(StatusCode::OK, &UniverseView::of(&*ask.universe()?, ask.base_url))
}
