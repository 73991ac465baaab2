//! Durations as users write them: `200ms`, `90s`, `5m`, `2h`, `1d`, `0`.

use crate::model::Span;
use crate::sim::date;

/// The longest duration a setting takes: a hundred years, so that every instant it leads to has a date.
const LONGEST: Span = Span::days(36_500);

/// Reads a duration that a setting takes.
pub(super) fn parse(text: &str) -> Option<Span> {
    date::parse_span(text).filter(|span| *span <= LONGEST)
}

/// Writes a span with the longest unit that divides it.
pub(super) fn print(span: Span) -> String {
    date::span(span)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_writes_each_unit() {
        for (text, milliseconds, canonical) in [
            ("0", 0, "0"),
            ("0s", 0, "0"),
            ("200ms", 200, "200ms"),
            ("1000ms", 1_000, "1s"),
            ("90s", 90_000, "90s"),
            ("5m", 300_000, "5m"),
            ("48h", 172_800_000, "2d"),
            ("36500d", 3_153_600_000_000, "36500d"),
        ] {
            let span = parse(text).unwrap();
            assert_eq!((span.0, print(span).as_str()), (milliseconds, canonical), "{text}");
        }
    }

    #[test]
    fn refuses_what_is_not_a_duration() {
        for text in [
            "",
            "5",
            "s",
            "-1s",
            "+1s",
            "1.5s",
            "1 s",
            " 1s",
            "1S",
            "1w",
            "1h30m",
            "00",
            "36501d",
            "9223372036854775807d",
            "99999999999999999999ms",
            "١s",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
