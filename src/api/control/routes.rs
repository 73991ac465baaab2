//! Every operation of the control API in one table.

use std::pin::Pin;

use http::{Method, StatusCode};
use schemars::{JsonSchema, Schema, SchemaGenerator};

use super::{
    Ask, Outcome, Problem, clock, events, journal, lints, marks, notifications, presets, rules,
    scenario, settings, state, tables, universes, verbs,
};
use crate::judge::report::Report;
use crate::scenario::forms::ScenarioForm;

use crate::scenario::forms::RuleForm;

/// A handler under way.
pub type Handling<'a> = Pin<Box<dyn Future<Output = Outcome> + Send + 'a>>;

/// Makes the schema of a type.
pub type SchemaOf = fn(&mut SchemaGenerator) -> Schema;

/// One operation.
pub struct Route {
    /// Its method.
    pub method: Method,
    /// Its path below the prefix, parameters in braces.
    pub path: &'static str,
    /// Its name: `control.universes.list`.
    pub operation: &'static str,
    /// One sentence for the OpenAPI document.
    pub says: &'static str,
    /// What it does.
    pub handler: for<'a> fn(Ask<'a>) -> Handling<'a>,
    /// Its query parameters.
    pub query: &'static [Parameter],
    /// The body that it takes.
    pub body: Option<SchemaOf>,
    /// Whether the body can be left out.
    pub body_optional: bool,
    /// Status and body of its answer; any JSON if there is no schema.
    pub answer: (u16, Option<SchemaOf>),
    /// The media type of its answer.
    pub media_type: &'static str,
    /// Statuses of its problems, besides those that every operation has.
    pub problems: &'static [u16],
}

/// A query parameter.
#[derive(Debug, Clone, Copy)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// What it takes.
    pub takes: Takes,
    /// One sentence.
    pub says: &'static str,
}

/// What a query parameter takes.
#[derive(Debug, Clone, Copy)]
pub enum Takes {
    /// Any text.
    Text,
    /// A whole number in these bounds.
    Integer(u64, u64),
    /// One of these words.
    Words(&'static [&'static str]),
}

impl Route {
    /// With query parameters.
    const fn asks(mut self, query: &'static [Parameter]) -> Self {
        self.query = query;
        self
    }

    /// With a body.
    const fn takes(mut self, body: SchemaOf) -> Self {
        self.body = Some(body);
        self
    }

    /// With a body that can be left out.
    const fn may_take(mut self, body: SchemaOf) -> Self {
        self.body_optional = true;
        self.takes(body)
    }

    /// With this status and answer.
    const fn gives(mut self, status: u16, answer: SchemaOf) -> Self {
        self.answer = (status, Some(answer));
        self
    }

    /// With server-sent events for an answer.
    const fn streams(mut self) -> Self {
        self.media_type = "text/event-stream";
        self
    }

    /// With a text of this media type for an answer.
    const fn gives_text(mut self, media_type: &'static str) -> Self {
        self.media_type = media_type;
        self.gives(200, any_text)
    }

    /// With problems of these statuses.
    const fn refuses(mut self, problems: &'static [u16]) -> Self {
        self.problems = problems;
        self
    }
}

/// The schema of a type.
fn of<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}

/// The schema of any JSON object.
fn any_object(_: &mut SchemaGenerator) -> Schema {
    schemars::json_schema!({"type": "object"})
}

/// The schema of any text.
fn any_text(_: &mut SchemaGenerator) -> Schema {
    schemars::json_schema!({"type": "string"})
}

/// Makes a route of an async function.
macro_rules! route {
    ($method:ident, $path:literal, $operation:literal, $handler:path, $says:literal) => {
        Route {
            method: Method::$method,
            path: $path,
            operation: concat!("control.", $operation),
            says: $says,
            handler: |ask| Box::pin($handler(ask)),
            query: &[],
            body: None,
            body_optional: false,
            answer: (200, None),
            media_type: "application/json",
            problems: &[],
        }
    };
}

/// Every operation.
pub static ROUTES: &[Route] = &[
    route!(GET, "/verbs", "verbs.list", verbs::list, "Lists the verbs with their schemas."),
    route!(
        POST,
        "/universes/{u}/verbs/{verb}",
        "verbs.act",
        verbs::act,
        "Does what a verb says: something that happens past the MDM."
    )
    .may_take(any_object)
    .gives(200, of::<verbs::VerbDone>)
    .refuses(&[409]),
    route!(GET, "/universes/{u}/marks", "marks.list", marks::list, "Lists the named marks."),
    route!(POST, "/universes/{u}/marks/{name}", "marks.put", marks::put, "Names this state."),
    route!(
        GET,
        "/universes/{u}/diff",
        "diff.get",
        marks::diff,
        "Tells what is different between two states."
    )
    .asks(marks::QUERY)
    .gives(200, of::<marks::DiffView>),
    route!(
        GET,
        "/universes/{u}/state",
        "state.get",
        state::get,
        "Exports everything that decides what the universe does from now on, as quince.state/1."
    )
    .asks(state::QUERY),
    route!(
        PUT,
        "/universes/{u}/state",
        "state.put",
        state::put,
        "Puts an exported state in place of the universe's world, clock and settings."
    )
    .takes(any_object)
    .gives(200, of::<state::Replaced>),
    route!(
        POST,
        "/universes/{u}/state/save",
        "state.save",
        state::save,
        "Saves the state of the default universe to the file of --state."
    )
    .gives(200, of::<state::SavedTo>)
    .refuses(&[409]),
    route!(
        GET,
        "/universes/{u}/journal",
        "journal.get",
        journal::get,
        "Tells what happened, as JSON or HAR; can wait for it."
    )
    .asks(journal::QUERY),
    route!(
        GET,
        "/universes/{u}/journal/stream",
        "journal.stream",
        journal::stream::get,
        "Tells what happens, as server-sent events."
    )
    .asks(journal::stream::QUERY)
    .streams(),
    route!(
        POST,
        "/universes/{u}/journal/expect",
        "journal.expect",
        journal::expect::post,
        "Judges whether what was expected happened; can wait for it."
    )
    .takes(of::<journal::expect::Expectation>)
    .gives(200, of::<journal::expect::Met>)
    .refuses(&[409]),
    route!(
        POST,
        "/universes/{u}/scenario",
        "scenario.apply",
        scenario::apply,
        "Puts a scenario in force, in JSON or as application/toml: its world, clock and settings, and begins it."
    )
    .takes(of::<ScenarioForm>)
    .gives(200, of::<scenario::Begun>),
    route!(
        GET,
        "/universes/{u}/report",
        "report.get",
        scenario::report,
        "Tells what became of the universe's scenario so far."
    )
    .gives(200, of::<Report>),
    route!(
        POST,
        "/universes/{u}/report/finish",
        "report.finish",
        scenario::finish,
        "Says that the client has ended, which judges everything that is open; tells what became of the scenario."
    )
    .gives(200, of::<Report>),
    route!(GET, "/openapi.json", "openapi", tables::openapi, "Tells what this API can do."),
    route!(GET, "/worlds", "worlds", tables::worlds, "Lists the worlds that have a name.")
        .gives(200, of::<tables::Worlds>),
    route!(GET, "/ledger", "ledger", tables::ledger, "Tells what is known and what is guessed."),
    route!(
        GET,
        "/ca.pem",
        "authority",
        tables::authority,
        "Gives the certificate of the CA that clients have to trust for TLS."
    )
    .gives_text(tables::PEM)
    .refuses(&[404]),
    route!(GET, "/universes", "universes.list", universes::list, "Lists the universes.")
        .gives(200, of::<universes::List>),
    route!(POST, "/universes", "universes.create", universes::create, "Makes a universe.")
        .may_take(of::<universes::Create>)
        .gives(201, of::<universes::Created>)
        .refuses(&[409]),
    route!(GET, "/universes/{u}", "universes.get", universes::get, "Tells about one universe.")
        .gives(200, of::<universes::UniverseView>),
    route!(DELETE, "/universes/{u}", "universes.drop", universes::remove, "Drops a universe.")
        .gives(200, of::<universes::Dropped>)
        .refuses(&[409]),
    route!(
        POST,
        "/universes/{u}/fork",
        "universes.fork",
        universes::fork,
        "Makes a copy of a universe, with tokens of its own."
    )
    .may_take(of::<universes::Fork>)
    .gives(201, of::<universes::Created>)
    .refuses(&[409]),
    route!(
        POST,
        "/universes/{u}/reset",
        "universes.reset",
        universes::reset,
        "Takes a universe back to its beginning, in part or in whole."
    )
    .takes(of::<universes::Reset>)
    .gives(200, of::<universes::Done>),
    route!(GET, "/universes/{u}/clock", "clock.get", clock::get, "Reads the clock.")
        .gives(200, of::<clock::ClockView>),
    route!(PUT, "/universes/{u}/clock", "clock.put", clock::put, "Sets who moves time.")
        .takes(of::<clock::SetClock>)
        .gives(200, of::<clock::ClockSet>)
        .refuses(&[409]),
    route!(
        POST,
        "/universes/{u}/clock/advance",
        "clock.advance",
        clock::advance,
        "Moves time on, through everything that falls due."
    )
    .takes(of::<clock::AdvanceBody>)
    .gives(200, of::<clock::Advanced>)
    .refuses(&[409]),
    route!(GET, "/universes/{u}/settings", "settings.get", settings::get, "Reads the settings.")
        .gives(200, of::<settings::SettingsView>),
    route!(
        PATCH,
        "/universes/{u}/settings",
        "settings.patch",
        settings::patch,
        "Changes settings: all that are named, or none."
    )
    .may_take(of::<settings::Changes>)
    .gives(200, of::<settings::SettingsSet>),
    route!(GET, "/universes/{u}/events", "events.list", events::list, "Lists the latest events.")
        .asks(events::QUERY)
        .gives(200, of::<events::EventList>),
    route!(
        POST,
        "/universes/{u}/events/{id}",
        "events.end",
        events::end,
        "Completes, fails or stalls an event."
    )
    .takes(of::<events::End>)
    .gives(200, of::<events::Ended>)
    .refuses(&[409]),
    route!(
        GET,
        "/universes/{u}/notifications",
        "notifications.list",
        notifications::list,
        "Lists what was attempted to be delivered, what came of it, and what waits."
    )
    .asks(notifications::QUERY)
    .gives(200, of::<notifications::Notifications>),
    route!(GET, "/universes/{u}/rules", "rules.list", rules::list, "Lists the rules.")
        .gives(200, of::<rules::RuleList>),
    route!(POST, "/universes/{u}/rules", "rules.add", rules::add, "Adds a rule after the others.")
        .takes(of::<RuleForm>)
        .gives(201, of::<rules::RuleAt>)
        .refuses(&[409]),
    route!(GET, "/universes/{u}/rules/{id}", "rules.get", rules::get, "Tells about one rule.")
        .gives(200, of::<rules::RuleAt>),
    route!(
        PUT,
        "/universes/{u}/rules/{id}",
        "rules.put",
        rules::put,
        "Puts a rule in place of the one with its id, or adds it."
    )
    .takes(of::<RuleForm>)
    .gives(200, of::<rules::RuleAt>)
    .refuses(&[409]),
    route!(
        DELETE,
        "/universes/{u}/rules/{id}",
        "rules.remove",
        rules::remove,
        "Takes a rule away."
    )
    .gives(200, of::<universes::Done>),
    route!(
        GET,
        "/presets",
        "presets.list",
        presets::list,
        "Lists the rules that ship with quince."
    )
    .gives(200, of::<presets::PresetList>),
    route!(
        PUT,
        "/universes/{u}/presets/{name}",
        "presets.put",
        presets::put,
        "Puts the rules of a preset to work; those that are there begin anew."
    )
    .may_take(of::<presets::PutPreset>)
    .gives(200, of::<presets::PresetAt>)
    .refuses(&[409]),
    route!(GET, "/universes/{u}/lints", "lints", lints::get, "Counts what clients did oddly.")
        .gives(200, of::<lints::LintList>),
];

/// A router from paths to the first route of each.
pub fn router() -> matchit::Router<usize> {
    let mut router = matchit::Router::new();
    for (place, route) in ROUTES.iter().enumerate() {
        // The second route of a path is refused as a conflict, which is what is wanted here.
        let _ = router.insert(route.path, place);
    }
    router
}

/// The route of the path of `ROUTES[first]` that has this method.
pub fn of_path(first: usize, method: &Method) -> Result<&'static Route, Problem> {
    let method = if *method == Method::HEAD { &Method::GET } else { method };
    let path = ROUTES[first].path;
    let mut routes = ROUTES.iter().filter(|route| route.path == path);
    routes.clone().find(|route| route.method == *method).ok_or_else(|| {
        let allowed: Vec<&str> = routes.by_ref().map(|route| route.method.as_str()).collect();
        let allowed = allowed.join(", ");
        let detail = format!("`{path}` takes {allowed}");
        Problem::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "method",
            "The method is not allowed here",
            detail,
        )
        .with("allow", allowed.into())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_path_is_found_and_no_operation_is_there_twice() {
        let router = router();
        let mut seen = BTreeSet::new();
        for route in ROUTES {
            let path =
                route.path.replace("{u}", "default").replace("{verb}", "v").replace("{name}", "n");
            let found = *router.at(&path).unwrap().value;
            assert_eq!(of_path(found, &route.method).unwrap().operation, route.operation);
            assert!(seen.insert(route.operation), "{} is there twice", route.operation);
        }
    }
}
