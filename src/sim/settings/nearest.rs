//! The known word that a mistyped one was probably meant to be.

/// The word of `known` that is fewest edits away from `word`; the first of equals. None where even that
/// one differs in more than half of its letters.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|candidate| (edits(word, candidate), candidate))
        .filter(|(edits, candidate)| edits * 2 <= candidate.chars().count())
        .min_by_key(|(edits, _)| *edits)
        .map(|(_, candidate)| candidate)
}

/// How many letters must be added, dropped or replaced to make one word the other.
fn edits(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (i, a) in from.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in to.iter().enumerate() {
            let replaced = diagonal + usize::from(a != *b);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_edits() {
        for (from, to, count) in
            [("", "abc", 3), ("abc", "", 3), ("kitten", "sitting", 3), ("page", "page", 0)]
        {
            assert_eq!(edits(from, to), count, "{from} -> {to}");
        }
    }

    #[test]
    fn names_the_nearest_word_or_none() {
        let known = ["v2.page_size", "v2.event_delay", "token.lifetime"];
        assert_eq!(nearest("v2.pagesize", known), Some("v2.page_size"));
        assert_eq!(nearest("V2.EVENTDELAY", ["v2.event_delay"]), None);
        assert_eq!(nearest("something else altogether", known), None);
    }
}
