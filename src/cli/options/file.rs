//! The layer of the configuration file: TOML, `snake_case` keys, settings in a table `[set]`.
//!
//! A setting's dots may be written as they are (`v2.page_size = 50`, which TOML reads as tables)
//! or in quotes (`"v2.page_size" = 50`). Paths are relative to the working directory, as in flags.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{BadValue, Error, KEYS, Layer, REPEATED, Raw, Source};
use crate::nearest::nearest;

/// Reads the file that `config` names.
pub(super) fn read(config: &Raw) -> Result<Layer, Error> {
    let path = &config.text;
    let text = std::fs::read_to_string(path).map_err(|cause| {
        Error::invalid_because(format!("{}: cannot read {path:?}", config.origin), cause)
    })?;
    Ok(parse(path, &text)?)
}

/// Reads `text`, which stands in the file `path`.
pub(super) fn parse(path: &str, text: &str) -> Result<Layer, BadValue> {
    let file = File { path, text };
    let table = DeTable::parse(text).map_err(|error| BadValue {
        origin: file.place(&error.span().unwrap_or_default()),
        problem: error.message().replace('\n', ", "),
    })?;
    let mut layer = Layer::default();
    for (key, value) in table.get_ref() {
        let Some(known) = KEYS.into_iter().find(|known| known == key.get_ref()) else {
            return Err(file.unknown(key.get_ref(), &key.span()));
        };
        layer.extend(known, file.values(known, value)?);
    }
    Ok(layer)
}

/// The file that is read.
struct File<'a> {
    path: &'a str,
    text: &'a str,
}

impl File<'_> {
    fn place(&self, span: &Range<usize>) -> Source {
        let before = self.text.get(..span.start).unwrap_or(self.text);
        let line_start = before.rfind('\n').map_or(0, |end| end + 1);
        Source::File {
            path: self.path.to_owned(),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    }

    fn unknown(&self, key: &str, span: &Range<usize>) -> BadValue {
        let advice = nearest(key, KEYS).map_or_else(
            || format!("known keys are {}", KEYS.join(", ")),
            |near| format!("did you mean {near:?}?"),
        );
        let problem = format!("{key:?} is not a key of the configuration; {advice}");
        BadValue { origin: self.place(span), problem }
    }

    /// What the file says of one option.
    fn values(&self, key: &str, value: &Spanned<DeValue<'_>>) -> Result<Vec<Raw>, BadValue> {
        match (key, value.get_ref()) {
            ("set", DeValue::Table(table)) => {
                let mut settings = Vec::new();
                self.settings(None, table, &mut settings)?;
                Ok(settings)
            }
            ("set", _) => Err(self.refuse(value, "set is a table: write [set] and a line per key")),
            (key, DeValue::Array(items)) if REPEATED.contains(&key) => {
                items.iter().map(|item| self.scalar(key, item)).collect()
            }
            _ => Ok(vec![self.scalar(key, value)?]),
        }
    }

    /// The settings of a table, `inside` being the key so far.
    fn settings(
        &self,
        inside: Option<&str>,
        table: &DeTable<'_>,
        settings: &mut Vec<Raw>,
    ) -> Result<(), BadValue> {
        for (key, value) in table {
            let key = key.get_ref();
            let key = inside.map_or_else(|| key.to_string(), |inside| format!("{inside}.{key}"));
            if let DeValue::Table(table) = value.get_ref() {
                self.settings(Some(&key), table, settings)?;
            } else {
                let raw = self.scalar(&key, value)?;
                settings.push(Raw::new(format!("{key}={}", raw.text), raw.origin));
            }
        }
        Ok(())
    }

    /// A single value as text, as a flag would have it.
    fn scalar(&self, key: &str, value: &Spanned<DeValue<'_>>) -> Result<Raw, BadValue> {
        let text = match value.get_ref() {
            DeValue::String(text) => text.to_string(),
            DeValue::Integer(number) if number.radix() == 10 => number.as_str().to_owned(),
            DeValue::Integer(number) => u64::from_str_radix(number.as_str(), number.radix())
                .map_err(|_| self.refuse(value, &format!("{key}: {number} is too large")))?
                .to_string(),
            DeValue::Float(number) => number.as_str().to_owned(),
            DeValue::Boolean(truth) => truth.to_string(),
            DeValue::Datetime(time) => time.to_string(),
            DeValue::Array(_) => return Err(self.refuse(value, &format!("{key} takes no list"))),
            DeValue::Table(_) => return Err(self.refuse(value, &format!("{key} takes no table"))),
        };
        Ok(Raw::new(text, self.place(&value.span())))
    }

    fn refuse(&self, value: &Spanned<DeValue<'_>>, problem: &str) -> BadValue {
        BadValue { origin: self.place(&value.span()), problem: problem.to_owned() }
    }
}
