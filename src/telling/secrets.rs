//! Which parts of an exchange are credentials, and texts without them.

use std::borrow::Cow;

/// What stands in place of a credential.
pub const REDACTED: &str = "{redacted}";

/// Members of JSON bodies, parameters of queries and forms; in lower case.
const MEMBERS: &[&str] =
    &["stoken", "notificationauthtoken", "apntoken", "notificationtoken", "token", "authtoken"];

/// Headers.
const HEADERS: &[&str] = &[
    "authorization",
    "cookie",
    "proxy-authorization",
    "set-cookie",
    "vpp-token",
    "x-api-key",
    "x-api-token",
];

/// Whether a member or a parameter of this name holds a credential.
pub fn is_member(name: &str) -> bool {
    MEMBERS.contains(&name.to_ascii_lowercase().as_str())
}

/// Whether a header of this name holds a credential.
pub fn is_header(name: &str) -> bool {
    HEADERS.contains(&name.to_ascii_lowercase().as_str())
}

/// A header's value without the credential; its scheme stays.
pub fn header(value: &str) -> String {
    let scheme = value.split_once(' ').map(|(scheme, _)| scheme);
    let is_scheme = |scheme: &&str| scheme.bytes().all(|byte| byte.is_ascii_alphabetic());
    scheme.filter(is_scheme).map_or_else(|| REDACTED.to_owned(), |it| format!("{it} {REDACTED}"))
}

/// A query or a form without credentials.
pub fn form(text: &str) -> String {
    let pair = |pair: &str| {
        let name = pair.split('=').next().unwrap_or_default();
        // A name that is JSON is a body that was encoded as if it were a field.
        let names = || form_urlencoded::parse(name.as_bytes()).map(|(name, _)| name);
        if names().any(|name| name.trim_start().starts_with('{')) {
            return REDACTED.to_owned();
        }
        let is_secret = names().any(|name| is_member(&name));
        if is_secret { format!("{name}={REDACTED}") } else { pair.to_owned() }
    };
    text.split('&').map(pair).collect::<Vec<_>>().join("&")
}

/// What becomes of a text that is JSON, or was meant to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Copying {
    /// Credentials are left out.
    pub redact: bool,
    /// Blanks between values are left out.
    pub compact: bool,
}

/// Copies a text that is JSON, or was meant to be: order, numbers and escapes stay as they are.
pub fn copy(text: &str, how: Copying) -> String {
    let mut copy = Copy { out: String::with_capacity(text.len()), secret: false, depth: 0 };
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        if next == '"' {
            let (token, after) = rest.split_at(string_end(rest));
            rest = after;
            let is_name = rest.trim_start().starts_with(':');
            copy.string(token, is_name && copy.depth == 0, how.redact);
            continue;
        }
        rest = &rest[next.len_utf8()..];
        copy.structure(next);
        if !(how.compact && next.is_ascii_whitespace()) {
            copy.out.push(next);
        }
    }
    copy.out
}

/// A copy in the making.
struct Copy {
    out: String,
    /// The value of a credential's name comes next, or is being copied.
    secret: bool,
    /// How deep inside that value.
    depth: usize,
}

impl Copy {
    fn string(&mut self, token: &str, is_name: bool, redact: bool) {
        if is_name {
            let name: Cow<'_, str> = serde_json::from_str::<String>(token)
                .map_or(Cow::Borrowed(token.trim_matches('"')), Cow::Owned);
            self.secret = redact && is_member(&name);
        } else if self.secret {
            self.out += "\"";
            self.out += REDACTED;
            self.out += "\"";
            return;
        }
        self.out += token;
    }

    fn structure(&mut self, next: char) {
        match next {
            '[' | '{' if self.secret => self.depth += 1,
            ']' | '}' if self.secret => {
                self.depth = self.depth.saturating_sub(1);
                self.secret = self.depth > 0;
            }
            ',' if self.depth == 0 => self.secret = false,
            _ => {}
        }
    }
}

/// Where the JSON string ends that `text` begins with: after its closing quote, or at the end of the text.
pub fn string_end(text: &str) -> usize {
    let mut escaped = false;
    for (place, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return place + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_left_out_of_json_and_of_what_was_meant_to_be() {
        let clean = |text: &str| copy(text, Copying { redact: true, compact: true });
        assert_eq!(
            clean("{ \"sToken\" : \"a\\\"b\",\n \"n\": 1.50, \"sToken\": null, \"x\":\"sToken\" }"),
            r#"{"sToken":"{redacted}","n":1.50,"sToken":null,"x":"sToken"}"#
        );
        assert_eq!(
            clean(r#"[{"s\u0054oken":["a",{"b":"c"}],"d":"e"},"f"]"#),
            r#"[{"s\u0054oken":["{redacted}",{"{redacted}":"{redacted}"}],"d":"e"},"f"]"#
        );
        let broken = copy("{\"sToken\": \"abc", Copying { redact: true, compact: false });
        assert_eq!(broken, "{\"sToken\": \"{redacted}\"");
        let shown = Copying { redact: false, compact: true };
        assert_eq!(copy(r#"{"sToken": "ä b"}"#, shown), r#"{"sToken":"ä b"}"#);
    }

    #[test]
    fn credentials_are_left_out_of_headers_and_forms() {
        assert_eq!(header("Bearer abc"), "Bearer {redacted}");
        assert_eq!(header("itvt=abc; b"), "{redacted}");
        assert_eq!(header("abc"), "{redacted}");
        assert_eq!(form("a=1&sToken=x&b"), "a=1&sToken={redacted}&b");
        assert_eq!(form("s%54oken=x"), "s%54oken={redacted}");
        assert_eq!(form("%7B%22sToken%22%3A%22x%22%7D"), "{redacted}");
    }
}
