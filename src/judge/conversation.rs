//! The golden conversation: what a client sent and what it got, as a text that is reviewed like code.
//!
//! A block for each exchange, in the order of the journal:
//!
//! ```text
//! ## v2.assets.associate (berlin)
//! > POST /mdm/v2/assets/associate
//! > authorization: Bearer {redacted}
//! > content-type: application/json
//! > {"assets": [{"adamId": "361309726"}], "serialNumbers": ["12E45678"]}
//! ! rule one-hiccup
//! < 503
//! < retry-after: 2
//! < {"errorNumber": 9729}
//! ```
//!
//! Invariants: canonical, so that it is the same on every machine; blocks have no numbers, so that one exchange more is one
//! block more. Not here: the file it is kept in (`cli::run`).

use std::time::Duration;

use http::HeaderMap;
use similar::TextDiff;

use super::layout;
use crate::exchange::{After, Cut, Ends, Fate};
use crate::journal::{Answer, Entry, Exchange, What};
use crate::sim::entropy::hash128;
use crate::telling::Telling;

/// Bodies that are longer are told by their length and hash.
const BODY_MAX: usize = 4096;

/// Lines of a difference that are told.
const DIFF_LINES_MAX: usize = 300;

/// How long a good difference is looked for; after that, any will do.
const DIFF_TIME: Duration = Duration::from_secs(5);

/// What the first line of every conversation is.
const HEAD: &str =
    "# what the client sent (>) and got (<); review changes like code, accept them with --update\n";

/// Headers of requests that are told, besides credentials.
const SENT: &[&str] = &["authorization", "cookie", "if-none-match", "vpp-token", "x-api-key"];

/// Headers of answers that are told.
const GOT: &[&str] = &["quince-fault", "quince-lint", "retry-after"];

/// The conversation that these entries hold.
pub fn of<'a>(entries: impl IntoIterator<Item = &'a Entry>, telling: &Telling) -> String {
    let mut text = HEAD.to_owned();
    for entry in entries {
        if let What::Exchange(exchange) = &entry.what {
            let mut block = Block { text: &mut text, exchange, telling };
            block.head();
            block.request();
            block.rules(entry);
            block.answer();
        }
    }
    text
}

/// What is different, if anything is: lines that are gone and lines that came, with some lines around them. Line ends
/// make no difference.
pub fn compare(expected: &str, actual: &str) -> Option<String> {
    let expected = expected.replace("\r\n", "\n");
    if expected == actual {
        return None;
    }
    let diff = TextDiff::configure().timeout(DIFF_TIME).diff_lines(expected.as_str(), actual);
    let unified = diff.unified_diff().header("expected", "actual").to_string();
    let mut lines = unified.lines();
    let mut told: Vec<String> = lines.by_ref().take(DIFF_LINES_MAX).map(str::to_owned).collect();
    let others = lines.count();
    if others > 0 {
        told.push(format!("... and {others} more lines"));
    }
    Some(told.join("\n"))
}

/// The block of one exchange in the making.
struct Block<'a> {
    text: &'a mut String,
    exchange: &'a Exchange,
    telling: &'a Telling,
}

impl Block<'_> {
    /// A line; what would not show in it is escaped.
    fn line(&mut self, mark: &str, line: &str) {
        *self.text += mark;
        for char in line.chars() {
            if char.is_control() && char != '\t' {
                self.text.extend(char.escape_default());
            } else {
                self.text.push(char);
            }
        }
        self.text.push('\n');
    }

    fn head(&mut self) {
        self.text.push('\n');
        let operation = self.exchange.operation;
        let head = match self.exchange.location.get() {
            Some(location) => format!("{operation} ({location})"),
            None => operation.to_owned(),
        };
        self.line("## ", &head);
    }

    fn request(&mut self) {
        let (exchange, request) = (self.exchange, &self.exchange.request);
        let query = request.query.as_deref().map(|query| self.telling.query(query, exchange));
        let query = query.map(|query| format!("?{query}")).unwrap_or_default();
        self.line("> ", &format!("{} {}{query}", request.method, request.path));
        let has_body = !request.body.is_empty();
        self.headers("> ", &request.headers, |name| {
            SENT.contains(&name) || (has_body && name == "content-type")
        });
        self.body("> ", &request.body, &request.headers);
    }

    fn rules(&mut self, entry: &Entry) {
        let mut before = "";
        for injected in &entry.injected {
            if *injected.rule != *before {
                self.line("! ", &format!("rule {}", injected.rule));
            }
            before = &injected.rule;
        }
    }

    fn answer(&mut self) {
        let Some(Answer { status, headers, body, fate, .. }) = self.exchange.answer.get() else {
            return self.line("< ", "(no answer yet)");
        };
        let Fate { cut, garbage, .. } = fate;
        if let Some(garbage) = garbage {
            return self.line("< ", &format!("({} bytes of garbage, then closed)", garbage.len()));
        }
        if !matches!(cut, Some(Cut { after: After::Answer(0), .. })) {
            self.line("< ", status.as_str());
            self.headers("< ", headers, |name| GOT.contains(&name));
            self.body("< ", body, headers);
        }
        if let Some(Cut { after, ends, .. }) = cut {
            let ends = match ends {
                Ends::Reset => "reset",
                Ends::Close => "closed",
            };
            let end = match after {
                After::Answer(0) => format!("(nothing; the connection is {ends})"),
                After::Answer(bytes) => format!("({ends} after {bytes} bytes of this answer)"),
                After::Body(bytes) => format!("({ends} after {bytes} bytes of this body)"),
            };
            self.line("< ", &end);
        }
    }

    fn headers(&mut self, mark: &str, headers: &HeaderMap, wants: impl Fn(&str) -> bool) {
        for (name, value) in self.telling.headers(headers, self.exchange) {
            if wants(&name) {
                self.line(mark, &format!("{name}: {value}"));
            }
        }
    }

    fn body(&mut self, mark: &str, body: &[u8], headers: &HeaderMap) {
        let Some(told) = self.telling.body(body, headers, self.exchange) else { return };
        if told.encoding.is_some() || told.text.len() > BODY_MAX {
            let length = if told.encoding.is_some() { body.len() } else { told.text.len() };
            let hash = hash128(0, "", "conversation", told.text.as_bytes());
            return self.line(mark, &format!("({length} bytes, hash {hash:032x})"));
        }
        // What is told as it came is JSON; what had to become a string is not.
        let is_json = told.body.get() == told.text;
        let text = if is_json { layout::json(&told.text) } else { told.text };
        for line in text.lines() {
            self.line(mark, line);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::testing::{act, call, entry};

    fn telling() -> Telling {
        Telling::canonical("default", "http://127.0.0.1:8080")
    }

    #[test]
    fn a_conversation_reads_well_and_holds_no_secrets() {
        let associate =
            r#"{"serialNumbers":["12E45678"],"assets":[{"adamId":"361309726"}],"x":1.50}"#;
        let config = r#"{"urls":{"invite":"http://127.0.0.1:8080/invite?x","a":null},"limits":[1,2,3],"long":"------------------------------"}"#;
        let entries = [
            call("v2.service.config", "GET", "/mdm/v2/service/config?sToken=secret&x=1")
                .sent("user-agent", "curl/8")
                .sent("authorization", "Bearer secret")
                .answered(200, config.as_bytes())
                .header("date", "Thu, 15 Jan 2026 09:00:00 GMT")
                .made(1),
            entry(2, act("verb", "buy-licenses")),
            call("v2.assets.associate", "POST", "/mdm/v2/assets/associate")
                .at("berlin")
                .sent("content-type", "application/json")
                .body(associate)
                .by_rule("one-hiccup")
                .by_rule("one-hiccup")
                .answered(503, br#"{"errorNumber":9729}"#)
                .header("retry-after", "2")
                .made(3),
            call("v1.x", "POST", "/x").body("a\u{7}b\nc").answered(200, b"\xff\xfe").made(4),
            call("v1.x", "POST", "/x").answered(200, &[b'x'; 5000]).made(5),
            call("v1.x", "GET", "/x").fate(Fate::cut(After::Answer(0), Ends::Reset)).made(6),
            call("v1.x", "GET", "/x")
                .answered(200, br#""abc""#)
                .fate(Fate::cut(After::Body(2), Ends::Close))
                .made(7),
            call("v1.x", "GET", "/x").unanswered().made(8),
        ];
        insta::assert_snapshot!(of(&entries, &telling()));
    }

    #[test]
    fn a_difference_shows_what_changed_and_where() {
        let before = [
            call("v2.assets.list", "GET", "/a").made(1),
            call("v2.users.list", "GET", "/u").made(2),
        ];
        let after = [
            call("v2.assets.list", "GET", "/a").made(1),
            call("v2.assets.list", "GET", "/a?pageIndex=1").made(2),
            call("v2.users.list", "GET", "/u").made(3),
        ];
        let (before, after) = (of(&before, &telling()), of(&after, &telling()));
        assert_eq!(compare(&before, &before), None);
        assert_eq!(
            compare(&before.replace('\n', "\r\n"), &before),
            None,
            "a checkout may change line ends"
        );
        insta::assert_snapshot!(compare(&before, &after).unwrap());
        let long = format!("{before}{}", "x\n".repeat(1000));
        let diff = compare(&before, &long).unwrap();
        assert!(diff.ends_with("... and 706 more lines"), "{diff}");
    }
}
