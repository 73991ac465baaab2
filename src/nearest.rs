//! What somebody may have meant who wrote a word that is not in a list: one answer for options, settings, world
//! files and everything else that people type.

/// Words longer than this are nobody's slip; comparing them would only cost time.
const LETTERS_MAX: usize = 100;

/// The candidate nearest to `word`, the first of equals, if one is near enough to be a slip of the fingers.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let letters = word.chars().take(LETTERS_MAX + 1).count();
    if letters > LETTERS_MAX {
        return None;
    }
    let allowed = (letters / 3).max(1);
    candidates
        .into_iter()
        .map(|candidate| (distance(word, candidate), candidate))
        .filter(|(steps, _)| *steps <= allowed)
        .min_by_key(|(steps, _)| *steps)
        .map(|(_, candidate)| candidate)
}

/// How many letters must be added, removed, replaced or swapped with their neighbour, at least.
fn distance(from: &str, to: &str) -> usize {
    let from: Vec<char> = from.to_lowercase().chars().collect();
    let to: Vec<char> = to.to_lowercase().chars().collect();
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=to.len()).collect();
    for (i, a) in from.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, b) in to.iter().enumerate() {
            let replaced = last[j] + usize::from(a != b);
            let mut steps = replaced.min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *a == to[j - 1] && from[i - 1] == *b {
                steps = steps.min(before_last[j - 1] + 1);
            }
            row.push(steps);
        }
        before_last = std::mem::replace(&mut last, row);
    }
    last[to.len()]
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_slip_finds_its_word_and_a_stranger_finds_none() {
        let words = ["listen", "log", "log_format", "world"];
        let check = |word, expected| assert_eq!(nearest(word, words), expected, "{word}");
        check("listn", Some("listen"));
        check("wrold", Some("world"));
        check("LOG-FORMAT", Some("log_format"));
        check("lg", Some("log"));
        check("tls_listen", None);
        check("", None);
        assert_eq!(
            nearest("v2.pagesize", ["v2.page_size", "token.lifetime"]),
            Some("v2.page_size")
        );
        assert_eq!(nearest(&"x".repeat(1 << 20), words), None);
    }
}
