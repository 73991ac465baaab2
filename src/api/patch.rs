//! Changes of a JSON text (RFC 6902: add, replace, remove). What is not changed stays byte for byte and in its place,
//! but for the blanks around it and the way in which the names beside the changed place are escaped.

use std::fmt;

use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serde_json::value::RawValue;

/// How a place is changed.
#[derive(Debug, Clone, Copy)]
pub enum Change<'a> {
    /// A member or an element is added; a member that is there gets the value.
    Add(&'a Value),
    /// A value is replaced.
    Replace(&'a Value),
    /// A member or an element goes.
    Remove,
}

/// The text with a change at a JSON pointer; `None` if the text is no JSON or the place is not there.
pub fn patched(text: &str, pointer: &str, change: Change<'_>) -> Option<String> {
    let raw: &RawValue = serde_json::from_str(text).ok()?;
    let Some(rest) = pointer.strip_prefix('/') else {
        return match change {
            Change::Add(value) | Change::Replace(value) if pointer.is_empty() => {
                Some(value.to_string())
            }
            _ => None,
        };
    };
    let names: Vec<String> =
        rest.split('/').map(|name| name.replace("~1", "/").replace("~0", "~")).collect();
    below(raw, &names, change)
}

fn below(raw: &RawValue, names: &[String], change: Change<'_>) -> Option<String> {
    let (name, deeper) = names.split_first()?;
    match serde_json::from_str(raw.get()).ok()? {
        Children::Members(mut members) => {
            let place = members.iter().position(|(known, _)| known == name);
            let made = match (place, deeper.is_empty(), change) {
                (Some(place), false, _) => Some(below(&members[place].1, deeper, change)?),
                (Some(_), true, Change::Add(value) | Change::Replace(value)) => {
                    Some(value.to_string())
                }
                (None, true, Change::Add(value)) => Some(value.to_string()),
                (Some(_), true, Change::Remove) => None,
                _ => return None,
            };
            match (place, made) {
                (Some(place), Some(made)) => members[place].1 = own(made)?,
                (Some(place), None) => drop(members.remove(place)),
                (None, made) => members.push((name.clone(), own(made?)?)),
            }
            let each: Option<Vec<String>> = members
                .iter()
                .map(|(name, value)| {
                    Some(format!("{}:{}", serde_json::to_string(name).ok()?, value.get()))
                })
                .collect();
            Some(format!("{{{}}}", each?.join(",")))
        }
        Children::Elements(mut elements) => {
            let at_end = name == "-" && matches!(change, Change::Add(_)) && deeper.is_empty();
            let place = if at_end { elements.len() } else { index(name)? };
            match (deeper.is_empty(), change) {
                (false, _) => {
                    let made = below(elements.get(place)?, deeper, change)?;
                    elements[place] = own(made)?;
                }
                (true, Change::Add(value)) if place <= elements.len() => {
                    elements.insert(place, own(value.to_string())?);
                }
                (true, Change::Replace(value)) => {
                    *elements.get_mut(place)? = own(value.to_string())?;
                }
                (true, Change::Remove) if place < elements.len() => drop(elements.remove(place)),
                _ => return None,
            }
            let each: Vec<&str> = elements.iter().map(|element| element.get()).collect();
            Some(format!("[{}]", each.join(",")))
        }
    }
}

fn own(text: String) -> Option<Box<RawValue>> {
    RawValue::from_string(text).ok()
}

/// Digits without a zero in front.
fn index(text: &str) -> Option<usize> {
    let fits = text == "0" || !text.starts_with(['0', '+']);
    text.parse().ok().filter(|_| fits)
}

/// What stands in an object or a list, in its order.
enum Children {
    Members(Vec<(String, Box<RawValue>)>),
    Elements(Vec<Box<RawValue>>),
}

impl<'de> Deserialize<'de> for Children {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Children;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object or a list")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Children, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = from.next_entry()? {
            members.push(member);
        }
        Ok(Children::Members(members))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<Children, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = from.next_element()? {
            elements.push(element);
        }
        Ok(Children::Elements(elements))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const TEXT: &str = r#"{"b": 1.50, "a": [1, {"x/y": "\u00e9"}, 3], "c": {}}"#;

    fn add(pointer: &str) -> Option<String> {
        patched(TEXT, pointer, Change::Add(&json!("new")))
    }

    #[test]
    fn what_is_not_changed_stays_as_it_is_and_where_it_is() {
        let text = add("/z").unwrap();
        assert_eq!(text, r#"{"b":1.50,"a":[1, {"x/y": "\u00e9"}, 3],"c":{},"z":"new"}"#);
        let text = add("/a/1/x~1y").unwrap();
        assert_eq!(text, r#"{"b":1.50,"a":[1,{"x/y":"new"},3],"c":{}}"#);
        assert_eq!(add("").unwrap(), r#""new""#);
    }

    #[test]
    fn elements_come_and_go() {
        assert!(add("/a/0").unwrap().contains(r#""a":["new",1,"#));
        assert!(add("/a/-").unwrap().contains(r#"3,"new"]"#));
        assert!(add("/a/3").unwrap().contains(r#"3,"new"]"#));
        let gone = patched(TEXT, "/a/1", Change::Remove).unwrap();
        assert_eq!(gone, r#"{"b":1.50,"a":[1,3],"c":{}}"#);
        let gone = patched(TEXT, "/b", Change::Remove).unwrap();
        assert!(gone.starts_with(r#"{"a":"#));
    }

    #[test]
    fn what_is_not_there_changes_nothing() {
        for pointer in ["/a/9", "/a/01", "/a/x", "/q/r", "/b/c", "a", "/a/4"] {
            assert_eq!(add(pointer), None, "{pointer}");
        }
        let value = json!(1);
        for (pointer, change) in [
            ("/z", Change::Remove),
            ("/z", Change::Replace(&value)),
            ("/a/-", Change::Remove),
            ("", Change::Remove),
        ] {
            assert_eq!(patched(TEXT, pointer, change), None, "{pointer}");
        }
        assert_eq!(patched("no json", "/a", Change::Remove), None);
    }
}
