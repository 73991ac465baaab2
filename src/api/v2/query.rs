//! Query parameters: each is taken once, read by its type, and what nobody asked for is a lint.

use std::collections::BTreeSet;

use form_urlencoded::parse;

use super::errors::ApiError;
use crate::api::lint::Lints;

/// Parameters looked at, besides those of arrays; a query of a million parameters costs no more than this many.
const PARAMETERS_MAX: usize = 1_000;

/// The query of one request.
#[derive(Debug, Clone, Default)]
pub struct Query {
    pairs: Vec<(String, String)>,
}

impl Query {
    /// Reads a query. Where a parameter comes twice, the first one counts.
    pub fn read(text: Option<&str>, lints: &mut Lints) -> Self {
        Self::read_with(text, &[], lints)
    }

    /// Reads a query in which these parameters are arrays, and may come as often as they like.
    pub fn read_with(text: Option<&str>, arrays: &[&str], lints: &mut Lints) -> Self {
        let mut pairs: Vec<(String, String)> = Vec::new();
        let mut others = 0;
        for (name, value) in parse(text.unwrap_or_default().as_bytes()) {
            let is_array = arrays.contains(&name.as_ref());
            others += usize::from(!is_array);
            if others > PARAMETERS_MAX {
                break;
            }
            if !is_array && pairs.iter().any(|(known, _)| *known == name) {
                lints.note("repeated-parameter", &name);
            } else {
                pairs.push((name.into_owned(), value.into_owned()));
            }
        }
        Self { pairs }
    }

    /// Takes a parameter as text.
    pub fn text(&mut self, name: &str) -> Option<String> {
        let place = self.pairs.iter().position(|(known, _)| known == name)?;
        Some(self.pairs.swap_remove(place).1)
    }

    /// Takes an array: every value of the parameter, taken apart at its commas, each once and in order. None if the
    /// parameter is absent.
    pub fn texts(&mut self, name: &str) -> Option<BTreeSet<String>> {
        let mut values = None::<BTreeSet<String>>;
        self.pairs.retain(|(known, value)| {
            if known == name {
                values.get_or_insert_default().extend(value.split(',').map(str::to_owned));
            }
            known != name
        });
        values
    }

    /// Takes a parameter that is read by `read`; what it cannot read is 9602.
    pub fn read_as<T>(
        &mut self,
        name: &str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>, ApiError> {
        let value = self.text(name).map(|text| read(&text).ok_or_else(ApiError::invalid_argument));
        value.transpose()
    }

    /// Takes an int32.
    pub fn int32(&mut self, name: &str) -> Result<Option<i32>, ApiError> {
        self.read_as(name, |text| text.parse().ok())
    }

    /// Takes a boolean: `true` or `false`.
    pub fn boolean(&mut self, name: &str) -> Result<Option<bool>, ApiError> {
        self.read_as(name, |text| text.parse().ok())
    }

    /// Notes what is left as unknown.
    pub fn finish(&self, lints: &mut Lints) {
        for (name, _) in &self.pairs {
            lints.note("unknown-parameter", name);
        }
    }
}
