//! What is wrong with the query or the body of a request: where, and why, in the words of the library that the real
//! service's schemas come from (applivery.md §1).

use crate::api::json::Json;

/// Problems told of one request; whoever sends a thousand bad tags learns of the first ones.
const PROBLEMS_MAX: usize = 32;

/// What is wrong with one request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Problems {
    found: Vec<(String, String)>,
}

impl Problems {
    /// One problem.
    pub fn one(path: &str, message: impl Into<String>) -> Self {
        Self { found: vec![(path.to_owned(), message.into())] }
    }

    /// Adds one: where, dotted, and what.
    pub fn add(&mut self, path: &str, message: impl Into<String>) {
        if self.found.len() < PROBLEMS_MAX {
            self.found.push((path.to_owned(), message.into()));
        }
    }

    /// Whether nothing is wrong.
    pub const fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// `value` if nothing is wrong.
    pub fn or<T>(self, value: T) -> Result<T, Self> {
        if self.is_empty() { Ok(value) } else { Err(self) }
    }

    /// Writes the list.
    pub fn write(&self, json: &mut Json) {
        json.array(|json| {
            for (path, message) in &self.found {
                json.object(|json| {
                    json.text("path", path);
                    json.text("message", message);
                });
            }
        });
    }
}
