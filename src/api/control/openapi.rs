//! The OpenAPI 3.1 document of the control API, made of the table of routes and of the types that they name.

use std::sync::LazyLock;

use schemars::generate::{Contract, SchemaSettings};
use schemars::{SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};

use super::routes::{Parameter, ROUTES, Route, Takes};
use super::{PREFIX, Problem};

/// The document.
pub static DOCUMENT: LazyLock<Value> = LazyLock::new(document);

const PROBLEMS: [(u16, &str); 6] = [
    (400, "The request is not valid."),
    (401, "The control token is missing or wrong."),
    (404, "There is no such thing."),
    (409, "The request does not go with the present state."),
    (413, "The body is too large."),
    (500, "quince failed, or the universe failed before."),
];

/// Makes the document.
fn document() -> Value {
    let mut bodies = generator(Contract::Deserialize);
    let mut answers = generator(Contract::Serialize);
    let problem = answers.subschema_for::<Problem>().to_value();
    let mut paths: Map<String, Value> = Map::new();
    for route in ROUTES {
        let operation = operation(route, &mut bodies, &mut answers, &problem);
        let path = paths.entry(route.path).or_insert_with(|| json!({}));
        path[route.method.as_str().to_ascii_lowercase()] = operation;
    }
    let mut schemas = answers.take_definitions(true);
    schemas.extend(bodies.take_definitions(true));
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "quince control API",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "The levers that the imitated services never had. Bodies are JSON; what goes wrong \
                            is told as a problem (RFC 9457) with a JSON pointer into the body.",
        },
        "servers": [{"url": PREFIX}],
        "security": [{}, {"control_token": []}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "control_token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "The token of --control-token, if quince was started with one.",
                },
            },
        },
    })
}

fn generator(contract: Contract) -> SchemaGenerator {
    let mut settings = SchemaSettings::draft2020_12();
    settings.meta_schema = None;
    settings.definitions_path = "/components/schemas".into();
    settings.contract = contract;
    settings.into_generator()
}

fn operation(
    route: &Route,
    bodies: &mut SchemaGenerator,
    answers: &mut SchemaGenerator,
    problem: &Value,
) -> Value {
    let (status, answer) = route.answer;
    let anything = || json_schema!({ "description": "JSON." });
    let answer = answer.map_or_else(anything, |answer| answer(answers));
    let mut responses = Map::from_iter([(
        status.to_string(),
        json!({"description": "Done.", "content": {route.media_type: {"schema": answer}}}),
    )]);
    let names: Vec<&str> = parameters(route.path).collect();
    for (status, says) in PROBLEMS {
        let always = matches!(status, 400 | 401 | 500)
            || (status == 404 && !names.is_empty())
            || (status == 413 && route.body.is_some());
        if always || route.problems.contains(&status) {
            let content = json!({"application/problem+json": {"schema": problem}});
            // The transport refuses what is too large before anybody knows whom it is for.
            let content = if status == 413 { json!({"text/plain": {}}) } else { content };
            let response = json!({"description": says, "content": content});
            responses.insert(status.to_string(), response);
        }
    }
    let mut operation = json!({
        "operationId": route.operation.trim_start_matches("control."),
        "summary": route.says,
        "responses": responses,
    });
    let in_path = names.iter().map(|name| {
        let (says, examples) = match *name {
            "u" => ("Id of the universe.", json!(["default"])),
            _ => ("Which.", json!([])),
        };
        json!({"name": name, "in": "path", "required": true, "description": says,
               "schema": {"type": "string", "minLength": 1, "examples": examples}})
    });
    let parameters: Vec<Value> = in_path.chain(route.query.iter().map(in_query)).collect();
    if !parameters.is_empty() {
        operation["parameters"] = parameters.into();
    }
    if let Some(body) = route.body {
        let schema = body(bodies);
        operation["requestBody"] = json!({"required": !route.body_optional, "content": {"application/json": {"schema": schema}}});
    }
    operation
}

fn in_query(parameter: &Parameter) -> Value {
    let schema = match parameter.takes {
        Takes::Text => json!({"type": "string"}),
        Takes::Integer(low, high) => json!({"type": "integer", "minimum": low, "maximum": high}),
        Takes::Words(words) => json!({"type": "string", "enum": words}),
    };
    json!({"name": parameter.name, "in": "query", "description": parameter.says, "schema": schema})
}

/// The names in braces of a path.
fn parameters(path: &str) -> impl Iterator<Item = &str> {
    path.split('{').skip(1).filter_map(|rest| rest.split('}').next())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Every `$ref` in a value.
    fn references<'v>(value: &'v Value, found: &mut BTreeSet<&'v str>) {
        match value {
            Value::Object(members) => {
                for (name, member) in members {
                    match member {
                        Value::String(text) if name == "$ref" => _ = found.insert(text),
                        other => references(other, found),
                    }
                }
            }
            Value::Array(items) => items.iter().for_each(|item| references(item, found)),
            _ => {}
        }
    }

    #[test]
    fn every_reference_leads_somewhere_and_every_schema_is_used() {
        let mut found = BTreeSet::new();
        references(&DOCUMENT, &mut found);
        assert!(!found.is_empty());
        for reference in &found {
            let pointer = reference.strip_prefix('#').unwrap();
            assert!(DOCUMENT.pointer(pointer).is_some(), "{reference} leads nowhere");
        }
        for name in DOCUMENT["components"]["schemas"].as_object().unwrap().keys() {
            let reference = format!("#/components/schemas/{name}");
            assert!(found.contains(reference.as_str()), "nobody uses {name}");
        }
    }

    #[test]
    fn every_route_is_in_it_with_its_parameters() {
        let mut ids = BTreeSet::new();
        for route in ROUTES {
            let method = route.method.as_str().to_ascii_lowercase();
            let operation = &DOCUMENT["paths"][route.path][&method];
            let id = operation["operationId"].as_str().unwrap();
            assert!(ids.insert(id), "{id} is there twice");
            let declared: BTreeSet<&str> = operation["parameters"]
                .as_array()
                .into_iter()
                .flatten()
                .filter(|parameter| parameter["in"] == "path")
                .map(|parameter| parameter["name"].as_str().unwrap())
                .collect();
            assert_eq!(declared, parameters(route.path).collect(), "{}", route.path);
            let status = route.answer.0.to_string();
            assert!(operation["responses"][&status].is_object(), "{}", route.path);
            for status in route.problems {
                let response = &operation["responses"][status.to_string()];
                assert!(response.is_object(), "{} {status}", route.path);
            }
        }
        assert_eq!(ids.len(), ROUTES.len());
    }

    #[test]
    fn a_type_that_is_taken_and_given_looks_the_same_both_ways() {
        let (mut bodies, mut answers) =
            (generator(Contract::Deserialize), generator(Contract::Serialize));
        for route in ROUTES {
            route.body.map(|body| body(&mut bodies));
            route.answer.1.map(|answer| answer(&mut answers));
        }
        let bodies = bodies.take_definitions(true);
        for (name, schema) in answers.take_definitions(true) {
            if let Some(taken) = bodies.get(&name) {
                assert_eq!(*taken, schema, "{name} needs two types");
            }
        }
    }
}
