//! Every operation of the control API in one table.

use std::pin::Pin;

use http::{Method, StatusCode};

use super::{Ask, Outcome, Problem, journal, state, universes};

/// A handler under way.
pub type Handling<'a> = Pin<Box<dyn Future<Output = Outcome> + Send + 'a>>;

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
        }
    };
}

/// Every operation.
pub static ROUTES: &[Route] = &[
    route!(GET, "/universes", "universes.list", universes::list, "Lists the universes."),
    route!(GET, "/universes/{u}", "universes.get", universes::get, "Tells about one universe."),
    route!(
        GET,
        "/universes/{u}/state",
        "state.get",
        state::get,
        "Exports everything that decides what the universe does from now on, as quince.state/1."
    ),
    route!(
        PUT,
        "/universes/{u}/state",
        "state.put",
        state::put,
        "Puts an exported state in place of the universe's world, clock and settings."
    ),
    route!(
        POST,
        "/universes/{u}/state/save",
        "state.save",
        state::save,
        "Saves the state of the default universe to the file of --state."
    ),
    route!(
        GET,
        "/universes/{u}/journal",
        "journal.get",
        journal::get,
        "Tells what happened, as JSON or HAR; can wait for it."
    ),
    route!(
        GET,
        "/universes/{u}/journal/stream",
        "journal.stream",
        journal::stream::get,
        "Tells what happens, as server-sent events."
    ),
    route!(
        POST,
        "/universes/{u}/journal/expect",
        "journal.expect",
        journal::expect::post,
        "Judges whether what was expected happened; can wait for it."
    ),
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
        let detail = format!("`{path}` takes {}", allowed.join(", "));
        Problem::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "method",
            "The method is not allowed here",
            detail,
        )
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
            let path = route.path.replace("{u}", "default");
            let found = *router.at(&path).unwrap().value;
            assert_eq!(of_path(found, &route.method).unwrap().operation, route.operation);
            assert!(seen.insert(route.operation), "{} is there twice", route.operation);
        }
    }
}
