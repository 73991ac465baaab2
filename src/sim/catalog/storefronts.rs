//! Countries with a store of their own (apple-metadata.md §7, §15 question 24: the number of `us` is in a sample; those of
//! the others are in common use).

/// A store of a country.
#[derive(Debug, PartialEq, Eq)]
pub struct Storefront {
    /// ISO 3166 alpha-2, lower case.
    pub id: &'static str,
    /// The country.
    pub name: &'static str,
    /// The number by which the older lookup knows it.
    pub number: u32,
    /// Languages, the default first.
    pub languages: &'static [&'static str],
    /// ISO 4217.
    pub currency: &'static str,
    /// The sign of its currency, and whether it stands behind an amount with a decimal comma.
    pub sign: (&'static str, bool),
}

const fn front(
    id: &'static str,
    name: &'static str,
    number: u32,
    languages: &'static [&'static str],
    currency: &'static str,
    sign: (&'static str, bool),
) -> Storefront {
    Storefront { id, name, number, languages, currency, sign }
}

const EURO: (&str, bool) = ("€", true);

/// Every storefront that quince knows, by ascending id.
pub static STOREFRONTS: [Storefront; 24] = [
    front("at", "Austria", 143_445, &["de-DE", "en-GB"], "EUR", EURO),
    front("au", "Australia", 143_460, &["en-AU", "en-GB"], "AUD", ("A$", false)),
    front("be", "Belgium", 143_446, &["en-GB", "nl", "fr-FR"], "EUR", EURO),
    front("br", "Brazil", 143_503, &["pt-BR", "en-GB"], "BRL", ("R$", false)),
    front("ca", "Canada", 143_455, &["en-CA", "fr-CA"], "CAD", ("CA$", false)),
    front(
        "ch",
        "Switzerland",
        143_459,
        &["de-CH", "de-DE", "en-GB", "fr-FR", "it-IT"],
        "CHF",
        ("CHF ", false),
    ),
    front("de", "Germany", 143_443, &["de-DE", "en-GB"], "EUR", EURO),
    front("dk", "Denmark", 143_458, &["da", "en-GB"], "DKK", ("kr.", true)),
    front("es", "Spain", 143_454, &["es-ES", "en-GB", "ca"], "EUR", EURO),
    front("fi", "Finland", 143_447, &["fi-FI", "en-GB"], "EUR", EURO),
    front("fr", "France", 143_442, &["fr-FR", "en-GB"], "EUR", EURO),
    front("gb", "United Kingdom", 143_444, &["en-GB"], "GBP", ("£", false)),
    front("ie", "Ireland", 143_449, &["en-GB"], "EUR", ("€", false)),
    front("in", "India", 143_467, &["en-GB", "hi"], "INR", ("₹", false)),
    front("it", "Italy", 143_450, &["it-IT", "en-GB"], "EUR", EURO),
    front("jp", "Japan", 143_462, &["ja", "en-US"], "JPY", ("¥", false)),
    front("mx", "Mexico", 143_468, &["es-MX", "en-GB"], "MXN", ("$", false)),
    front("nl", "Netherlands", 143_452, &["nl-NL", "en-GB"], "EUR", EURO),
    front("no", "Norway", 143_457, &["no", "en-GB"], "NOK", ("kr", true)),
    front("nz", "New Zealand", 143_461, &["en-AU", "en-GB"], "NZD", ("NZ$", false)),
    front("pl", "Poland", 143_478, &["pl", "en-GB"], "PLN", ("zł", true)),
    front("se", "Sweden", 143_456, &["sv", "en-GB"], "SEK", ("kr", true)),
    front("us", "United States", 143_441, &["en-US", "es-MX"], "USD", ("$", false)),
    front("xk", "Kosovo", 143_624, &["en-GB"], "EUR", EURO),
];

/// The storefront of a country, if there is one; upper and lower case are one.
pub fn storefront(id: &str) -> Option<&'static Storefront> {
    STOREFRONTS.iter().find(|front| front.id.eq_ignore_ascii_case(id))
}

impl Storefront {
    /// The language that is meant: the default if none is asked for, nothing if it has no such.
    pub fn language(&self, asked: Option<&str>) -> Option<&'static str> {
        match asked {
            None => self.languages.first().copied(),
            Some(asked) => {
                self.languages.iter().find(|tag| tag.eq_ignore_ascii_case(asked)).copied()
            }
        }
    }

    /// A price in thousandths as people read it.
    pub fn formatted(&self, price: u32) -> String {
        let (whole, cents, (sign, is_behind)) = (price / 1000, price % 1000 / 10, self.sign);
        if is_behind {
            format!("{whole},{cents:02} {sign}")
        } else {
            format!("{sign}{whole}.{cents:02}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn storefronts_are_sorted_and_have_a_language() {
        assert!(STOREFRONTS.is_sorted_by_key(|front| front.id));
        let us = storefront("US").unwrap();
        assert_eq!((us.language(None), us.language(Some("ES-mx"))), (Some("en-US"), Some("es-MX")));
        assert_eq!(us.language(Some("de")), None);
        assert!(STOREFRONTS.iter().all(|front| front.language(None).is_some()));
    }

    #[test]
    fn prices_are_read_as_in_their_country() {
        assert_eq!(storefront("us").unwrap().formatted(4_990), "$4.99");
        assert_eq!(storefront("de").unwrap().formatted(0), "0,00 €");
    }
}
