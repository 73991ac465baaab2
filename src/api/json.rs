//! Writing JSON straight into a buffer, in the order in which it is written: member order and presence are
//! the product.

/// A JSON text in the making. Commas are put where they belong; nesting is the caller's affair.
#[derive(Debug, Default)]
pub struct Json {
    out: Vec<u8>,
}

impl Json {
    /// An empty text with room for `bytes`.
    pub fn with_capacity(bytes: usize) -> Self {
        Self { out: Vec::with_capacity(bytes) }
    }

    /// The text. What was allocated in vain is given back: journals keep answers for long.
    pub fn finish(mut self) -> Vec<u8> {
        self.out.shrink_to_fit();
        self.out
    }

    fn separate(&mut self) {
        if !matches!(self.out.last(), None | Some(b'{' | b'[' | b':')) {
            self.out.push(b',');
        }
    }

    /// Writes `{`, the members that `fill` writes, and `}`.
    pub fn object(&mut self, fill: impl FnOnce(&mut Self)) {
        self.separate();
        self.out.push(b'{');
        fill(self);
        self.out.push(b'}');
    }

    /// Writes `[`, the values that `fill` writes, and `]`.
    pub fn array(&mut self, fill: impl FnOnce(&mut Self)) {
        self.separate();
        self.out.push(b'[');
        fill(self);
        self.out.push(b']');
    }

    /// Writes a member's name, to be followed by its value. The name needs no escapes.
    pub fn name(&mut self, name: &str) -> &mut Self {
        self.separate();
        self.out.push(b'"');
        self.out.extend_from_slice(name.as_bytes());
        self.out.extend_from_slice(b"\":");
        self
    }

    /// Writes a string.
    pub fn string(&mut self, text: &str) {
        self.separate();
        // Without an early end, so that the compiler looks at many bytes at a time.
        let special =
            |byte: u8| u8::from(byte < 0x20) | u8::from(byte == b'"') | u8::from(byte == b'\\');
        if text.bytes().fold(0, |found, byte| found | special(byte)) == 0 {
            self.out.push(b'"');
            self.out.extend_from_slice(text.as_bytes());
            self.out.push(b'"');
        } else {
            self.escaped(text);
        }
    }

    fn escaped(&mut self, text: &str) {
        // Writing a string to a vector cannot fail: neither the text nor the vector can refuse.
        let _ = serde_json::to_writer(&mut self.out, text);
    }

    /// Writes what was rendered before: whole members or values.
    pub fn rendered(&mut self, json: &[u8]) {
        self.separate();
        self.out.extend_from_slice(json);
    }

    /// Writes an integer.
    pub fn number(&mut self, number: impl Into<i64>) {
        self.separate();
        self.out.extend_from_slice(number.into().to_string().as_bytes());
    }

    /// Writes an integer that may be larger than an int64.
    pub fn unsigned(&mut self, number: u64) {
        self.separate();
        self.out.extend_from_slice(number.to_string().as_bytes());
    }

    /// Writes a member that is `null`.
    pub fn null(&mut self, name: &str) {
        self.name(name).out.extend_from_slice(b"null");
    }

    /// Writes `true` or `false`.
    pub fn boolean(&mut self, value: bool) {
        self.separate();
        self.out.extend_from_slice(if value { b"true" } else { b"false" });
    }

    /// Writes a member with a string.
    pub fn text(&mut self, name: &str, text: &str) {
        self.name(name).string(text);
    }

    /// Writes a member with a string, if there is one.
    pub fn maybe(&mut self, name: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.text(name, text);
        }
    }

    /// Writes a member with an integer.
    pub fn count(&mut self, name: &str, number: impl Into<i64>) {
        self.name(name).number(number);
    }

    /// Writes a member with `true` or `false`.
    pub fn flag(&mut self, name: &str, value: bool) {
        self.name(name).boolean(value);
    }

    /// Writes a member with an array of strings.
    pub fn texts<'a>(&mut self, name: &str, texts: impl IntoIterator<Item = &'a str>) {
        self.name(name).array(|json| texts.into_iter().for_each(|text| json.string(text)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_and_escapes_are_where_they_belong() {
        let mut json = Json::default();
        json.object(|json| {
            json.text("a", "\"\\\u{1}é😀/");
            json.name("b").array(|json| {
                json.number(-1);
                json.object(|_| {});
                json.array(|json| json.boolean(true));
            });
            json.maybe("c", None);
            json.count("d", 0);
        });
        let text = String::from_utf8(json.finish()).unwrap();
        assert_eq!(text, r#"{"a":"\"\\\u0001é😀/","b":[-1,{},[true]],"d":0}"#);
    }
}
