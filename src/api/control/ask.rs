//! What a handler of the control API gets: path parameters, query and body, each read with an error that says where.

use std::sync::Arc;

use http::StatusCode;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Bases, Control, Problem, Trust};
use crate::engine::{Engine, Universe};
use crate::exchange::{Reply, Request};
use crate::snapshot;
use crate::snapshot::state::StateFile;

/// How a handler ends.
pub type Outcome = Result<Reply, Problem>;

/// A request, as a handler sees it.
#[derive(Debug)]
pub struct Ask<'a> {
    control: &'a Control,
    /// The request as it came.
    pub request: &'a Request,
    /// How the caller reaches the imitated services, without a slash at its end.
    pub base_url: &'a str,
    /// How the caller reaches the control API, with its prefix.
    pub control_url: &'a str,
    parameters: Vec<(String, String)>,
    query: Vec<(String, String)>,
}

impl<'a> Ask<'a> {
    pub(super) fn new(
        control: &'a Control,
        request: &'a Request,
        parameters: Vec<(String, String)>,
        bases: &'a Bases,
    ) -> Self {
        let query = request.query.as_deref().unwrap_or_default();
        let query = form_urlencoded::parse(query.as_bytes()).into_owned().take(100).collect();
        let Bases { services, control: control_url } = bases;
        Self { control, request, base_url: services, control_url, parameters, query }
    }

    /// All universes.
    pub fn engine(&self) -> &'a Arc<Engine> {
        &self.control.engine
    }

    /// Where the default universe's state is kept, if anywhere.
    pub fn state_file(&self) -> Option<Arc<StateFile>> {
        self.control.options.state_file.clone()
    }

    /// What clients have to trust to speak TLS with quince.
    pub fn trust(&self) -> &'a Trust {
        &self.control.options.trust
    }

    /// A switch in the query: `true` or `false`, false if it is not there.
    pub fn switch(&self, name: &str) -> Result<bool, Problem> {
        match self.query(name) {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(other) => {
                let what = format!("query parameter `{name}` is true or false, not {other:.80?}");
                Err(Problem::invalid(what))
            }
        }
    }

    /// A path parameter; empty if the route has none of this name.
    pub fn parameter(&self, name: &str) -> &str {
        let found = self.parameters.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value)
    }

    /// The universe that the path names. Asking for it counts as a call of it.
    pub fn universe(&self) -> Result<Arc<Universe>, Problem> {
        let id = self.parameter("u");
        let universe = self.engine().universe(id).ok_or_else(|| {
            Problem::not_found("universe", format!("there is no universe `{id:.80}`"))
        })?;
        universe.touch();
        Ok(universe)
    }

    /// A query parameter, the first of this name.
    pub fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Refuses query parameters that the operation does not know.
    pub fn only(&self, known: &[&str]) -> Result<(), Problem> {
        let stranger = self.query.iter().find(|(name, _)| !known.contains(&name.as_str()));
        stranger.map_or(Ok(()), |(name, _)| {
            let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            Err(Problem::invalid(format!("unknown query parameter `{name:.80}`; known: {known}")))
        })
    }

    /// The body as JSON of this shape; an empty body is `{}`. What is wrong with it is told with a pointer.
    pub fn body<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        let body: &[u8] = if self.request.body.is_empty() { b"{}" } else { &self.request.body };
        if body.trim_ascii_start().first() != Some(&b'{') {
            return Err(Problem::invalid("the body must be a JSON object").at(""));
        }
        let mut reader = serde_json::Deserializer::from_slice(body);
        let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
            let pointer = snapshot::pointer(error.path());
            Problem::invalid(error.into_inner().to_string()).at(pointer)
        })?;
        reader.end().map_err(|error| Problem::invalid(error.to_string()).at(""))?;
        Ok(value)
    }
}

/// A JSON answer.
pub fn json<T: Serialize>(status: StatusCode, value: &T) -> Outcome {
    let body = serde_json::to_vec(value).map_err(|error| {
        Problem::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "quince failed",
            error.to_string(),
        )
    })?;
    Ok(Reply::json(status, body))
}
