//! The documented patterns (applivery.md §1.3), by hand: `\w` is ASCII, and lengths are counted in UTF-16 units as
//! JavaScript counts them.

use crate::model::MdmSort;

/// P4, the pattern of e-mail addresses: no dot at the front of the local part, none at its end, none beside another;
/// a domain of labels with a letters-only last one.
pub fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    is_local_part(local) && is_domain(domain)
}

fn is_local_part(local: &str) -> bool {
    let fits = |byte: u8| is_plain(byte) || matches!(byte, b'\'' | b'.');
    local.bytes().all(fits)
        && local.bytes().next_back().is_some_and(is_plain)
        && !local.starts_with('.')
        && !local.contains("..")
}

/// What a local part may end with.
const fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'+' | b'-')
}

fn is_domain(domain: &str) -> bool {
    let Some((labels, last)) = domain.rsplit_once('.') else { return false };
    let is_label = |label: &str| {
        label.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    labels.split('.').all(is_label)
        && last.len() >= 2
        && last.bytes().all(|byte| byte.is_ascii_alphabetic())
}

/// P3, the pattern of `sort`: a field, and which way; ascending where it does not say. Nothing if it is of another form.
pub fn sort(text: &str) -> Option<MdmSort<'_>> {
    let (field, descending) = match text.strip_suffix(":desc") {
        Some(field) => (field, true),
        None => (text.strip_suffix(":asc").unwrap_or(text), false),
    };
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.');
    field.bytes().all(fits).then_some(MdmSort { field, descending })
}

/// How long a text is, in UTF-16 units.
pub fn length(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use regex_lite::Regex;

    use super::*;

    /// P4 without its look-aheads: no dot at the front of the local part, none beside another.
    const EMAIL: &str = r"^([A-Za-z0-9_'+\-]+\.)*[A-Za-z0-9_'+\-]*[A-Za-z0-9_+-]@([A-Za-z0-9][A-Za-z0-9\-]*\.)+[A-Za-z]{2,}$";

    /// P3 as it stands.
    const SORT: &str = r"^[\w.]*((:asc)|(:desc))?$";

    #[test]
    fn addresses_are_told_from_what_is_none() {
        for good in
            ["a@b.co", "nora.lindqvist@contoso-school.example.com", "o'b-r+1_@x-.y9.zz", "'.a@1.aa"]
        {
            assert!(is_email(good), "{good}");
        }
        for bad in [
            "",
            "@",
            "a@b",
            "a@b.c",
            ".a@b.co",
            "a.@b.co",
            "a..b@b.co",
            "a'@b.co",
            "a@-b.co",
            "a@b..co",
            "a@b.co.",
            "a@b.c1",
            "a@@b.co",
            "a@b@c.co",
            "a b@b.co",
            " a@b.co",
            "a@b.co\n",
            "ä@b.co",
            "a@bücher.de",
            "@b.co",
            "a@.co",
        ] {
            assert!(!is_email(bad), "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn the_hand_written_patterns_are_the_documented_ones(text in r"[aZ09_'+.@:éascde\n-]{0,12}(@[aZ0.-]{0,4}\.[aB]{1,3}|:asc|:desc|)") {
            prop_assert_eq!(is_email(&text), Regex::new(EMAIL).unwrap().is_match(&text));
            prop_assert_eq!(sort(&text).is_some(), Regex::new(SORT).unwrap().is_match(&text));
        }
    }

    #[test]
    fn an_order_is_a_field_and_a_direction() {
        let read = |text| sort(text).map(|sort| (sort.field, sort.descending));
        assert_eq!(read("name"), Some(("name", false)));
        assert_eq!(read("apple.devices:desc"), Some(("apple.devices", true)));
        assert_eq!((read(""), read(":asc")), (Some(("", false)), Some(("", false))));
        for wrong in ["name:up", "-name", "name:asc:desc", "name:", "näme", "name "] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
