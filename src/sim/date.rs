//! Dates and durations as text.
//!
//! Answers carry `2031-04-02T09:15:00+0000` (apple-v2.md §1), headers an HTTP date; files and
//! options say `2031-04-02T09:15:00Z` and `5m`. Nothing here panics: instants outside the years
//! 0000 to 9999 are printed as the nearest end of them.
//!
//! Not here: any clock.

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;

use crate::model::{At, Span};

/// The first and last second that four digits of a year can say, in milliseconds; some hours less
/// at the end, where `jiff` keeps room for offsets.
const FIRST_MS: i64 = -62_167_219_200_000;
const LAST_MS: i64 = 253_402_207_200_000;

/// No date that we read is longer.
const DATE_BYTES_MAX: usize = 48;

/// The form that answers carry: `2031-04-02T09:15:00+0000`.
pub fn wire(at: At) -> String {
    timestamp(at).strftime("%Y-%m-%dT%H:%M:%S+0000").to_string()
}

/// The form of the journal, with milliseconds: `2031-04-02T09:15:00.250Z`.
pub fn precise(at: At) -> String {
    timestamp(at).strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

/// The form of HTTP headers: `Sun, 06 Nov 1994 08:49:37 GMT`.
pub fn http(at: At) -> String {
    timestamp(at).strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// The form of files, exact to the millisecond: `2031-04-02T09:15:00.25Z`. [`parse`] reads it again. `None` for
/// instants that have no year of four digits.
pub fn exact(at: At) -> Option<String> {
    (FIRST_MS..=LAST_MS).contains(&at.0).then(|| timestamp(at).to_string())
}

/// Reads a date-time with an offset: RFC 3339, or with an offset without colon as answers have.
///
/// Local date-times and zone names are refused: they mean different instants to different readers.
pub fn parse(text: &str) -> Option<At> {
    if text.len() > DATE_BYTES_MAX || text.contains('[') {
        return None;
    }
    let at = text.parse::<Timestamp>().ok()?;
    // Down to the millisecond on both sides of 1970.
    Some(At(at.as_nanosecond().div_euclid(1_000_000) as i64))
}

/// Reads the form of HTTP headers, and no older one.
pub fn parse_http(text: &str) -> Option<At> {
    if text.len() > DATE_BYTES_MAX {
        return None;
    }
    let at = DateTimeParser::new().parse_timestamp(text).ok()?;
    let at = At(at.as_millisecond());
    (http(at) == text).then_some(at)
}

fn timestamp(at: At) -> Timestamp {
    Timestamp::from_millisecond(at.0.clamp(FIRST_MS, LAST_MS)).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// The units of durations and their milliseconds, the largest first.
const UNITS: [(&str, u64); 5] =
    [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)];

/// Reads a duration: a whole number with one of the units `ms`, `s`, `m`, `h`, `d`, or a bare `0`.
pub fn parse_span(text: &str) -> Option<Span> {
    if text == "0" {
        return Some(Span(0));
    }
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let (_, unit_ms) = UNITS.iter().find(|(name, _)| *name == unit)?;
    let span_ms = number.parse::<u64>().ok()?.checked_mul(*unit_ms)?;
    i64::try_from(span_ms).ok().map(Span)
}

/// Prints a duration in the largest unit that says it exactly; [`parse_span`] reads it again
/// unless it is negative.
pub fn span(span: Span) -> String {
    let sign = if span.0 < 0 { "-" } else { "" };
    let span_ms = span.0.unsigned_abs();
    match UNITS.iter().find(|(_, unit_ms)| span_ms.is_multiple_of(*unit_ms)) {
        Some((unit, unit_ms)) if span_ms > 0 => format!("{sign}{}{unit}", span_ms / unit_ms),
        _ => "0".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn dates_print_in_both_forms() {
        assert_eq!(wire(At(0)), "1970-01-01T00:00:00+0000");
        assert_eq!(wire(At(1_932_887_700_999)), "2031-04-02T09:15:00+0000");
        assert_eq!(http(At(784_111_777_000)), "Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(wire(At(-1)), "1969-12-31T23:59:59+0000");
        assert_eq!(precise(At(1_932_887_700_250)), "2031-04-02T09:15:00.250Z");
        assert_eq!(precise(At(0)), "1970-01-01T00:00:00.000Z");
    }

    #[test]
    fn dates_outside_of_four_digit_years_stay_at_the_ends() {
        assert_eq!(wire(At(i64::MIN)), "0000-01-01T00:00:00+0000");
        assert_eq!(wire(At(i64::MAX)), "9999-12-30T22:00:00+0000");
        assert_eq!(http(At(i64::MAX)), "Thu, 30 Dec 9999 22:00:00 GMT");
    }

    #[test]
    fn dates_with_an_offset_are_read() {
        let at = Some(At(1_932_887_700_000));
        assert_eq!(parse("2031-04-02T09:15:00+0000"), at);
        assert_eq!(parse("2031-04-02T09:15:00Z"), at);
        assert_eq!(parse("2031-04-02T02:15:00-0700"), at);
        assert_eq!(parse("2031-04-02 11:15:00+02:00"), at);
        assert_eq!(parse("2031-04-02T09:15:00.25Z"), Some(At(1_932_887_700_250)));
        assert_eq!(parse("1969-12-31T23:59:59.9999Z"), Some(At(-1)));
    }

    #[test]
    fn other_dates_are_refused() {
        for text in ["", "2031-04-02", "2031-04-02T09:15:00", "2031-02-30T00:00:00Z", "soon"] {
            assert_eq!(parse(text), None, "{text}");
        }
        assert_eq!(parse("2031-04-02T09:15:00Z[UTC]"), None);
        assert_eq!(parse(&"9".repeat(1 << 20)), None);
    }

    #[test]
    fn dates_of_headers_are_read_in_one_form() {
        let date = "Sun, 06 Nov 1994 08:49:37 GMT";
        assert_eq!(parse_http(date), Some(At(784_111_777_000)));
        for other in [
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
            "Sun, 6 Nov 1994 08:49:37 GMT",
            "Mon, 06 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 08:49:37 +0100",
            "20",
        ] {
            assert_eq!(parse_http(other), None, "{other}");
        }
    }

    #[test]
    fn durations_are_read_and_printed() {
        for (text, span_ms) in [
            ("90s", 90_000),
            ("5m", 300_000),
            ("2h", 7_200_000),
            ("1d", 86_400_000),
            ("200ms", 200),
            ("0", 0),
        ] {
            assert_eq!(parse_span(text), Some(Span(span_ms)), "{text}");
            assert_eq!(span(Span(span_ms)), text);
        }
        assert_eq!(parse_span("0s"), Some(Span(0)));
        assert_eq!(span(Span(i64::MIN)), "-9223372036854775808ms");
    }

    #[test]
    fn other_durations_are_refused() {
        for text in ["", "5", "s", "-5s", "+5s", "5 s", "1.5s", "1h30m", "5S", "99999999999999999d"]
        {
            assert_eq!(parse_span(text), None, "{text}");
        }
        assert_eq!(parse_span(&"1".repeat(1 << 20)), None);
    }

    proptest! {
        #[test]
        fn nothing_panics(ms: i64, text: String) {
            wire(At(ms));
            http(At(ms));
            span(Span(ms));
            parse(&text);
            parse_span(&text);
        }

        #[test]
        fn printed_dates_are_read_again(s in -62_167_219_200_i64..253_402_207_201) {
            prop_assert_eq!(parse(&wire(At(s * 1000))), Some(At(s * 1000)));
        }

        #[test]
        fn exact_dates_are_read_again(ms in FIRST_MS..=LAST_MS) {
            prop_assert_eq!(exact(At(ms)).as_deref().and_then(parse), Some(At(ms)));
        }

        #[test]
        fn printed_durations_are_read_again(ms in 0..i64::MAX) {
            prop_assert_eq!(parse_span(&span(Span(ms))), Some(Span(ms)));
        }
    }
}
