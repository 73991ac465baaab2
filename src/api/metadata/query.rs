//! Parameters: lists by commas, by repetition, or both; names may carry a classifier (apple-metadata.md §4, §15
//! question 5).

use std::collections::HashSet;

use super::errors::MetadataError;
use crate::model::Platforms;

/// The parameters of a request, decoded, in their order.
#[derive(Debug, Default)]
pub struct Query {
    pairs: Vec<(String, String)>,
}

impl Query {
    /// Reads what stands behind the question mark.
    pub fn read(text: &str) -> Self {
        let pairs = form_urlencoded::parse(text.as_bytes()).into_owned().collect();
        Self { pairs }
    }

    /// The first value of a parameter.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// What a list holds, each once, in order; nothing if it is not there. A list that is there may be empty.
    pub fn list(&self, name: &str) -> Option<Vec<&str>> {
        let mut values = self.pairs.iter().filter(|(key, _)| key == name).peekable();
        values.peek()?;
        let mut seen = HashSet::new();
        let each = values.flat_map(|(_, value)| value.split(',')).map(str::trim);
        Some(each.filter(|text| !text.is_empty() && seen.insert(*text)).collect())
    }

    /// A number; nothing if it is not there.
    pub fn number(&self, name: &'static str) -> Result<Option<usize>, MetadataError> {
        let number = |text: &str| text.parse().map_err(|_| MetadataError::value(name));
        self.text(name).map(number).transpose()
    }

    /// The names of all parameters.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.pairs.iter().map(|(name, _)| name.as_str())
    }
}

/// A platform by the name that parameters have for it.
pub(super) fn platform(name: &str) -> Option<Platforms> {
    Some(match name {
        "iphone" | "ipad" => Platforms::IOS,
        "mac" => Platforms::MACOS,
        "appletv" => Platforms::TVOS,
        "realityDevice" => Platforms::VISIONOS,
        "web" => Platforms::EACH.into_iter().fold(Platforms::default(), Platforms::and),
        _ => return None,
    })
}

/// A list that must be there and hold something.
pub(super) fn required<'q>(
    query: &'q Query,
    name: &'static str,
) -> Result<Vec<&'q str>, MetadataError> {
    let list = query.list(name).ok_or(MetadataError::Missing(name))?;
    if list.is_empty() { Err(MetadataError::value(name)) } else { Ok(list) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_come_by_commas_and_by_repetition() {
        let query = Query::read("ids=1%2C2,,1&ids=3&extend%5Bapps%5D=a&empty=&limit=x");
        assert_eq!(query.list("ids"), Some(vec!["1", "2", "3"]));
        assert_eq!(query.list("extend[apps]"), Some(vec!["a"]));
        assert_eq!((query.list("empty"), query.list("absent")), (Some(vec![]), None));
        assert!(query.number("limit").is_err());
    }
}
