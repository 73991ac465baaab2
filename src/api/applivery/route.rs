//! Which operation a path leads to (applivery.md §3, §6.2), and the permission that it wants (§2).

use http::Method;

/// An operation of this surface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// `applivery.organizations.get`
    Organization,
    /// `applivery.mdmUsers.list`
    List,
    /// `applivery.mdmUsers.create`
    Create,
    /// `applivery.mdmUsers.get`
    Get,
    /// `applivery.mdmUsers.update`
    Update,
    /// `applivery.mdmUsers.delete`
    Delete,
    /// `applivery.mdmUsers.tags`
    Tags,
    /// `applivery.mdmUsers.csvSample`
    CsvSample,
    /// `applivery.vppLocations.create`
    VppLocation,
    /// `applivery.vppUsers.list`
    VppUsers,
}

impl Operation {
    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Organization => "applivery.organizations.get",
            Self::List => "applivery.mdmUsers.list",
            Self::Create => "applivery.mdmUsers.create",
            Self::Get => "applivery.mdmUsers.get",
            Self::Update => "applivery.mdmUsers.update",
            Self::Delete => "applivery.mdmUsers.delete",
            Self::Tags => "applivery.mdmUsers.tags",
            Self::CsvSample => "applivery.mdmUsers.csvSample",
            Self::VppLocation => "applivery.vppLocations.create",
            Self::VppUsers => "applivery.vppUsers.list",
        }
    }

    /// The permission that a key needs for it.
    pub const fn permission(self) -> &'static str {
        match self {
            Self::Organization => "base.organization.management.get",
            Self::List | Self::Tags | Self::CsvSample => "mdm.global.mdmUser.list",
            Self::Create => "mdm.global.mdmUser.create",
            Self::Get => "mdm.global.mdmUser.get",
            Self::Update => "mdm.global.mdmUser.update",
            Self::Delete => "mdm.global.mdmUser.remove",
            Self::VppLocation => "mdm.apple.vppLocation.create",
            Self::VppUsers => "mdm.apple.vppUser.list",
        }
    }
}

/// What a path and a method lead to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The operation.
    pub operation: Operation,
    /// Its organization, by id or slug, as it was written.
    pub organization: String,
    /// What else the path names, as it was written; empty where that is nothing.
    pub id: String,
}

/// Finds the operation of a path below `/v1/`, with or without a slash at its end. HEAD is served as GET; a method
/// that a path does not have is no route.
pub fn route(path: &str, method: &Method) -> Option<Route> {
    let path = path.strip_suffix('/').unwrap_or(path);
    let segments: Vec<String> = path.split('/').take(SEGMENTS_MAX).map(decoded).collect();
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    let ["organizations", organization, below @ ..] = segments.as_slice() else { return None };
    let method = if *method == Method::HEAD { "GET" } else { method.as_str() };
    let (operation, id) = match (method, below) {
        ("GET", []) => (Operation::Organization, ""),
        ("GET", ["mdm", "users"]) => (Operation::List, ""),
        ("POST", ["mdm", "users"]) => (Operation::Create, ""),
        ("GET", ["mdm", "users", "tags"]) => (Operation::Tags, ""),
        ("GET", ["mdm", "users", "csv", "sample"]) => (Operation::CsvSample, ""),
        ("GET", ["mdm", "users", id]) => (Operation::Get, *id),
        ("PUT", ["mdm", "users", id]) => (Operation::Update, *id),
        ("DELETE", ["mdm", "users", id]) => (Operation::Delete, *id),
        ("POST", ["mdm", "apple", "enterprise", "vpp", "locations"]) => {
            (Operation::VppLocation, "")
        }
        ("GET", ["mdm", "apple", "enterprise", "vpp", "locations", id, "users"]) => {
            (Operation::VppUsers, *id)
        }
        _ => return None,
    };
    let has_gap = organization.is_empty() || below.len() > 2 && below.contains(&"");
    let route = Route { operation, organization: (*organization).to_owned(), id: id.to_owned() };
    (!has_gap).then_some(route)
}

/// Segments looked at: one more than any route has.
const SEGMENTS_MAX: usize = 10;

/// A segment without its percent signs.
fn decoded(segment: &str) -> String {
    if !segment.contains('%') {
        return segment.to_owned();
    }
    // In a path, a plus is a plus.
    let segment = segment.replace('+', "%2B").replace('=', "%3D").replace('&', "%26");
    let mut pairs = form_urlencoded::parse(segment.as_bytes());
    pairs.next().map(|(text, _)| text.into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_path_has_its_operation_with_and_without_a_slash() {
        let users = "organizations/acme/mdm/users";
        let locations = "organizations/acme/mdm/apple/enterprise/vpp/locations";
        for (method, path, operation, id) in [
            ("GET", "organizations/acme".to_owned(), Operation::Organization, ""),
            ("GET", users.to_owned(), Operation::List, ""),
            ("HEAD", users.to_owned(), Operation::List, ""),
            ("POST", users.to_owned(), Operation::Create, ""),
            ("GET", format!("{users}/tags"), Operation::Tags, ""),
            ("GET", format!("{users}/csv/sample"), Operation::CsvSample, ""),
            ("GET", format!("{users}/a%62c"), Operation::Get, "abc"),
            ("PUT", format!("{users}/tags"), Operation::Update, "tags"),
            ("DELETE", format!("{users}/1"), Operation::Delete, "1"),
            ("POST", locations.to_owned(), Operation::VppLocation, ""),
            ("GET", format!("{locations}/1/users"), Operation::VppUsers, "1"),
        ] {
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            for path in [path.clone(), format!("{path}/")] {
                let found = route(&path, &method).unwrap();
                assert_eq!(
                    (found.operation, found.id.as_str()),
                    (operation, id),
                    "{method} {path}"
                );
                assert_eq!(found.organization, "acme");
            }
        }
    }

    #[test]
    fn nothing_else_is_a_route() {
        for (method, path) in [
            ("GET", ""),
            ("GET", "organizations"),
            ("GET", "organizations/"),
            ("POST", "organizations/acme"),
            ("PATCH", "organizations/acme/mdm/users/1"),
            ("DELETE", "organizations/acme/mdm/users"),
            ("GET", "organizations//mdm/users"),
            ("GET", "organizations/acme/mdm/users//"),
            ("GET", "organizations/acme/mdm/users/csv/other"),
            ("GET", "organizations/acme/mdm/devices"),
            ("get", "organizations/acme/mdm/users"),
            ("GET", "organizations/acme/mdm/apple/enterprise/vpp/locations//users"),
        ] {
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            assert_eq!(route(path, &method), None, "{method} {path}");
        }
    }
}
