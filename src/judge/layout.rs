//! JSON laid out to be read: short values on one line, long ones a member a line. Order, numbers and escapes stay.

use crate::telling::secrets::string_end;

/// What still is one line, indentation included.
const WIDTH: usize = 90;

/// Values that lie deeper are not laid out.
const DEPTH_MAX: usize = 64;

/// Lays out a valid JSON text without blanks between its values.
pub(super) fn json(text: &str) -> String {
    let tokens = tokens(text);
    if depth(&tokens) > DEPTH_MAX {
        return text.to_owned();
    }
    let mut layout =
        Layout { tokens: &tokens, place: 0, out: String::with_capacity(text.len() * 2) };
    layout.value(0, 0);
    layout.out
}

/// A string, another scalar, or a mark.
fn tokens(text: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.bytes().next() {
        let length = match first {
            b'"' => string_end(rest),
            b'{' | b'}' | b'[' | b']' | b',' | b':' => 1,
            _ => rest.find(['{', '}', '[', ']', ',', ':']).unwrap_or(rest.len()),
        };
        let (token, after) = rest.split_at(length);
        tokens.push(token);
        rest = after;
    }
    tokens
}

fn depth(tokens: &[&str]) -> usize {
    let (mut depth, mut most) = (0_usize, 0);
    for token in tokens {
        match *token {
            "{" | "[" => depth += 1,
            "}" | "]" => depth = depth.saturating_sub(1),
            _ => {}
        }
        most = most.max(depth);
    }
    most
}

struct Layout<'a> {
    tokens: &'a [&'a str],
    place: usize,
    out: String,
}

impl Layout<'_> {
    /// The value that begins here; `before` characters stand on its line already.
    fn value(&mut self, indent: usize, before: usize) {
        let end = self.end();
        let value = &self.tokens[self.place..end];
        if let Some(line) = one_line(value, WIDTH.saturating_sub(before)) {
            self.out += &line;
            self.place = end;
            return;
        }
        self.out += self.tokens[self.place];
        self.place += 1;
        while self.place + 1 < end {
            self.out.push('\n');
            self.out.extend(std::iter::repeat_n(' ', indent + 2));
            let mut before = indent + 2;
            if self.tokens.get(self.place + 1) == Some(&":") {
                let name = self.tokens[self.place];
                before += name.chars().count() + 2;
                self.out += name;
                self.out += ": ";
                self.place += 2;
            }
            self.value(indent + 2, before);
            if self.tokens.get(self.place) == Some(&",") {
                self.out.push(',');
                self.place += 1;
            }
        }
        self.out.push('\n');
        self.out.extend(std::iter::repeat_n(' ', indent));
        self.out += self.tokens[end - 1];
        self.place = end;
    }

    /// Where the value ends that begins here.
    fn end(&self) -> usize {
        let mut depth = 0_usize;
        for (place, token) in self.tokens.iter().enumerate().skip(self.place) {
            match *token {
                "{" | "[" => depth += 1,
                "}" | "]" => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth == 0 {
                return place + 1;
            }
        }
        self.tokens.len()
    }
}

/// A value as one line; `None` if it is a long list or object.
fn one_line(value: &[&str], room: usize) -> Option<String> {
    if value.len() <= 2 {
        return Some(value.concat());
    }
    let mut line = String::new();
    for token in value {
        line += token;
        if matches!(*token, "," | ":") {
            line.push(' ');
        }
        if line.len() > room.saturating_mul(4) {
            return None;
        }
    }
    (line.chars().count() <= room).then_some(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_values_stay_on_a_line_and_long_ones_get_a_line_for_each_member() {
        assert_eq!(
            json(r#"{"b":[1,2.50,{}],"a":"x, y: \"{\""}"#),
            r#"{"b": [1, 2.50, {}], "a": "x, y: \"{\""}"#
        );
        let long = "x".repeat(100);
        insta::assert_snapshot!(json(&format!(
            r#"{{"z":[],"long":"{long}","rows":[{{"a":1}},{{"b":"{long}","c":[]}}],"last":null}}"#
        )));
        assert_eq!(json(&format!("\"{long}\"")), format!("\"{long}\""));
    }

    #[test]
    fn nothing_is_lost_however_deep_it_lies() {
        let deep = format!("{}{}", "[".repeat(2000), "]".repeat(2000));
        assert_eq!(json(&deep), deep);
        let wide = format!("[{}]", vec!["{\"a\":[1]}"; 200].join(","));
        let laid: String = json(&wide).split_whitespace().collect();
        assert_eq!(laid, wide);
        for odd in ["", "[", "{\"a\":", "]"] {
            json(odd);
        }
    }
}
