//! How long a delay is. Integers throughout, so that the same key gives the same delay on every machine.

use std::time::Duration;

use super::rule::Spread;
use crate::sim::entropy::Stream;

/// Fixed-point numbers have so many binary digits behind the point.
const DIGITS: u32 = 24;

/// One, with as many digits as two of them multiplied leave room for.
const ONE: u128 = 1 << 60;

/// How far above the middle one in a hundred lies, in thousandths of a standard deviation, for the sum of twelve.
const P99_THOUSANDTHS: i128 = 2_303;

/// Draws a delay, in whole milliseconds unless it is fixed.
pub(super) fn draw(spread: Spread, stream: &mut Stream) -> Duration {
    match spread {
        Spread::Fixed(span) => span,
        Spread::Uniform(one, other) => {
            let (low, high) = (millis(one.min(other)), millis(one.max(other)));
            Duration::from_millis(low + stream.below((high - low).saturating_add(1)))
        }
        Spread::Lognormal { median, p99 } => {
            Duration::from_millis(lognormal(millis(median), millis(p99), stream))
        }
    }
}

/// Milliseconds, up to some weeks.
fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX).min(u64::from(u32::MAX))
}

/// `median` times two to the power of a normal variable, as wide as `p99` says.
fn lognormal(median: u64, p99: u64, stream: &mut Stream) -> u64 {
    if median == 0 || p99 <= median {
        return median;
    }
    let width = log2(u128::from(p99) * ONE / u128::from(median));
    let exponent =
        (i128::from(width) * i128::from(normal(stream)) * 1_000 / P99_THOUSANDTHS) >> DIGITS;
    // Far less than this many digits before the point, on either side.
    let whole = (exponent >> DIGITS).clamp(-64, 63);
    let fraction = exponent.rem_euclid(1 << DIGITS).unsigned_abs() as u64;
    let scaled = u128::from(median) * (exp2(fraction) >> 30);
    let scaled = if whole < 0 { scaled >> -whole } else { scaled << whole.min(60) };
    u64::try_from(scaled >> 30).unwrap_or(u64::MAX)
}

/// A normal variable, nearly: the sum of twelve uniform ones, less its middle.
fn normal(stream: &mut Stream) -> i64 {
    let sum: i64 = (0..12).map(|_| (stream.u64() >> (64 - DIGITS)).cast_signed()).sum();
    sum - (6 << DIGITS)
}

/// The binary logarithm of a ratio above one.
fn log2(mut ratio: u128) -> i64 {
    let mut result = 0_i64;
    while ratio >= 2 * ONE {
        ratio >>= 1;
        result += 1 << DIGITS;
    }
    for digit in (0..DIGITS).rev() {
        ratio = (ratio * ratio) >> 60;
        if ratio >= 2 * ONE {
            ratio >>= 1;
            result += 1 << digit;
        }
    }
    result
}

/// Two to the power of a fraction.
fn exp2(fraction: u64) -> u128 {
    let (mut root, mut result) = (2 * ONE, ONE);
    for digit in (0..DIGITS).rev() {
        root = (root * ONE).isqrt();
        if fraction >> digit & 1 == 1 {
            result = (result * root) >> 60;
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(spread: Spread) -> Vec<u64> {
        let draw = |n| draw(spread, &mut Stream::new(7, "berlin", "rule-delay.slow", n));
        (0..10_000).map(|n| draw(n).as_millis() as u64).collect()
    }

    const fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn logarithm_and_power_are_the_inverse_of_each_other() {
        assert_eq!(log2(ONE), 0);
        assert_eq!(log2(8 * ONE), 3 << DIGITS);
        for thousandths in [1_000_u128, 1_001, 1_414, 1_999] {
            let ratio = thousandths * ONE / 1_000;
            let back = exp2(log2(ratio).cast_unsigned());
            assert!(back.abs_diff(ratio) < ONE >> 20, "{thousandths}");
        }
    }

    #[test]
    fn a_uniform_delay_is_anywhere_between_and_never_beyond() {
        let drawn = drawn(Spread::Uniform(ms(100), ms(109)));
        assert!(drawn.iter().all(|span| (100..=109).contains(span)));
        assert!((100..=109).all(|span| drawn.iter().filter(|it| **it == span).count() > 800));
    }

    #[test]
    fn a_lognormal_delay_has_its_median_and_its_tail() {
        let mut drawn = drawn(Spread::Lognormal { median: ms(200), p99: ms(3_000) });
        let first: Vec<u64> = drawn[..8].to_vec();
        drawn.sort_unstable();
        assert!((190..=210).contains(&drawn[5_000]), "{}", drawn[5_000]);
        assert!((2_600..=3_400).contains(&drawn[9_900]), "{}", drawn[9_900]);
        assert_eq!(first, [1102, 348, 342, 148, 140, 812, 129, 298]);
    }

    #[test]
    fn nonsense_gives_some_delay_and_no_panic() {
        let huge = Duration::MAX;
        for spread in [
            Spread::Uniform(huge, ms(0)),
            Spread::Lognormal { median: ms(0), p99: huge },
            Spread::Lognormal { median: huge, p99: huge },
            Spread::Lognormal { median: ms(1), p99: huge },
            Spread::Lognormal { median: ms(5), p99: ms(1) },
        ] {
            for n in 0..1_000 {
                draw(spread, &mut Stream::new(n, "", "", n));
            }
        }
    }
}
