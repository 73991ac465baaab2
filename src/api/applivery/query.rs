//! Query parameters as Express reads them: `tags=a&tags=b`, `tags[]=a` and `tags[0]=a` are the same list, a parameter
//! that comes twice is a list, and names in brackets that are no numbers make an object of it (applivery.md §5).

use form_urlencoded::parse;

use super::patterns::length;
use super::problems::Problems;
use crate::api::lint::Lints;

/// Parameters looked at, as many as that reader looks at.
const PARAMETERS_MAX: usize = 1_000;

/// The highest index that makes a list; above it that reader makes an object.
const INDEX_MAX: usize = 20;

/// The highest whole number that a documented integer can be: 2^53 - 1.
pub const INTEGER_MAX: u64 = 9_007_199_254_740_991;

/// The query of one request.
#[derive(Debug, Clone, Default)]
pub struct Query {
    parameters: Vec<Parameter>,
}

#[derive(Debug, Clone, Default)]
struct Parameter {
    name: String,
    values: Vec<(Option<usize>, String)>,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    #[default]
    Text,
    List,
    Object,
}

/// A parameter's name without its brackets, what they make of it, and the place in the list that they name.
fn taken_apart(name: &str) -> (&str, Kind, Option<usize>) {
    let Some((root, inner)) = name.strip_suffix(']').and_then(|name| name.split_once('[')) else {
        return (name, Kind::Text, None);
    };
    let is_number = !inner.is_empty() && inner.bytes().all(|byte| byte.is_ascii_digit());
    match inner.parse().ok().filter(|index| is_number && *index <= INDEX_MAX) {
        _ if root.is_empty() => (name, Kind::Text, None),
        Some(index) => (root, Kind::List, Some(index)),
        None if inner.is_empty() => (root, Kind::List, None),
        None => (root, Kind::Object, None),
    }
}

impl Query {
    /// Reads a query.
    pub fn read(text: Option<&str>) -> Self {
        let mut parameters: Vec<Parameter> = Vec::new();
        for (name, value) in parse(text.unwrap_or_default().as_bytes()).take(PARAMETERS_MAX) {
            let (name, kind, index) = taken_apart(&name);
            let place = parameters.iter().position(|known| known.name == name);
            let place = place.unwrap_or_else(|| {
                parameters.push(Parameter { name: name.to_owned(), ..Parameter::default() });
                parameters.len() - 1
            });
            let parameter = &mut parameters[place];
            let again = if parameter.values.is_empty() { Kind::Text } else { Kind::List };
            parameter.kind = parameter.kind.max(kind).max(again);
            parameter.values.push((index, value.into_owned()));
        }
        Self { parameters }
    }

    fn take(&mut self, name: &str) -> Option<Parameter> {
        let place = self.parameters.iter().position(|known| known.name == name)?;
        Some(self.parameters.swap_remove(place))
    }

    /// Takes a parameter that is one text of at most `max` UTF-16 units.
    pub fn text(&mut self, name: &str, max: usize, problems: &mut Problems) -> Option<String> {
        let text = self.single(name, "string", problems)?;
        if length(&text) > max {
            problems.add(name, format!("Too big: expected string to have <={max} characters"));
            return None;
        }
        Some(text)
    }

    fn single(&mut self, name: &str, wanted: &str, problems: &mut Problems) -> Option<String> {
        let mut parameter = self.take(name)?;
        let got = match parameter.kind {
            Kind::Text => return parameter.values.pop().map(|(_, value)| value),
            Kind::List => "array",
            Kind::Object => "object",
        };
        problems.add(name, format!("Invalid input: expected {wanted}, received {got}"));
        None
    }

    /// Takes a parameter that is a whole number from `min` to `max`, in digits.
    pub fn integer(
        &mut self,
        name: &str,
        min: u64,
        max: u64,
        problems: &mut Problems,
    ) -> Option<u64> {
        let text = self.single(name, "number", problems)?;
        let digits = text.strip_prefix('-').unwrap_or(&text);
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            problems.add(name, "Invalid input: expected int, received string".to_owned());
            return None;
        }
        // What does not fit is far beyond any bound.
        let number = digits.parse().unwrap_or(u64::MAX);
        if number < min || digits.len() < text.len() {
            problems.add(name, format!("Too small: expected number to be >={min}"));
        } else if number > max {
            problems.add(name, format!("Too big: expected number to be <={max}"));
        } else {
            return Some(number);
        }
        None
    }

    /// Takes a parameter that is `true` or `false`.
    pub fn boolean(&mut self, name: &str, problems: &mut Problems) -> Option<bool> {
        let text = self.single(name, "boolean", problems)?;
        let read = text.parse().ok();
        if read.is_none() {
            problems.add(name, "Invalid input: expected boolean, received string".to_owned());
        }
        read
    }

    /// Takes a parameter that is a list of texts; a single value is a list of one. Where places are named, the
    /// list is in their order.
    pub fn texts(&mut self, name: &str, problems: &mut Problems) -> Option<Vec<String>> {
        let mut parameter = self.take(name)?;
        if parameter.kind == Kind::Object {
            problems.add(name, "Invalid input: expected array, received object".to_owned());
            return None;
        }
        if parameter.values.iter().all(|(index, _)| index.is_some()) {
            parameter.values.sort_by_key(|(index, _)| *index);
        }
        Some(parameter.values.into_iter().map(|(_, value)| value).collect())
    }

    /// Notes what is left as unknown.
    pub fn finish(&self, lints: &mut Lints) {
        for parameter in &self.parameters {
            lints.note("unknown-parameter", &parameter.name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(query: &str) -> Option<Vec<String>> {
        Query::read(Some(query)).texts("tags", &mut Problems::default())
    }

    #[test]
    fn a_list_comes_in_every_encoding() {
        for query in [
            "tags=a&tags=b",
            "tags[]=a&tags[]=b",
            "tags[0]=a&tags[1]=b",
            "tags%5B1%5D=b&tags%5b0%5d=a",
            "tags[9]=b&x=1&tags[2]=a",
            "tags=a&tags[]=b",
        ] {
            assert_eq!(
                texts(query).as_deref(),
                Some(&["a".to_owned(), "b".to_owned()][..]),
                "{query}"
            );
        }
        assert_eq!(texts("tags=a,b"), Some(vec!["a,b".to_owned()]), "commas are not split");
        assert_eq!(texts("tags="), Some(vec![String::new()]));
        assert_eq!((texts(""), texts("tag=a")), (None, None));
        for object in ["tags[x]=a", "tags[21]=a", "tags[0][b]=a", "tags[+1]=a", "tags[x]=a&tags=b"]
        {
            assert_eq!(texts(object), None, "{object}");
        }
    }

    #[test]
    fn a_number_is_digits_within_its_bounds() {
        let read = |query: &str| {
            let mut problems = Problems::default();
            let number = Query::read(Some(query)).integer("n", 1, 10, &mut problems);
            assert_eq!(number.is_none() && query.starts_with('n'), !problems.is_empty(), "{query}");
            number
        };
        assert_eq!(
            (read("n=1"), read("n=10"), read("n=007"), read("m=1")),
            (Some(1), Some(10), Some(7), None)
        );
        for wrong in [
            "n=",
            "n=0",
            "n=-0",
            "n=-1",
            "n=11",
            "n=99999999999999999999",
            "n=1.0",
            "n=1e0",
            "n=+1",
            "n=%201",
            "n=1&n=1",
            "n[]=1",
            "n[x]=1",
            "n=٣",
        ] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn lengths_are_those_of_javascript() {
        let read = |value: &str| {
            let query: String =
                form_urlencoded::Serializer::new(String::new()).append_pair("s", value).finish();
            Query::read(Some(&query)).text("s", 4, &mut Problems::default()).is_some()
        };
        assert!(read("") && read("abcd") && read("éééé") && read("😀😀"));
        assert!(!read("abcde") && !read("😀😀a"));
    }
}
