//! One MDM user, what it is made of, and what can be changed of it.

use std::sync::Arc;

use super::counts::MdmCounts;
use super::id::ObjectId;
use crate::model::At;

/// An MDM user (applivery.md §3.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MdmUser {
    /// Its id.
    pub id: ObjectId,
    /// Its address: the natural key, and not to be changed.
    pub email: Arc<str>,
    /// Display name; may be empty.
    pub name: Arc<str>,
    /// Labels, in the order in which they were given, each once.
    pub tags: Vec<Arc<str>>,
    /// Of user interface and mail.
    pub language: Language,
    /// Managed Apple Account, for licences.
    pub managed_apple_id: Option<Arc<str>>,
    /// A JSON object as compact text; not looked into here.
    pub metadata: Arc<str>,
    /// Segments that the user falls into.
    pub inferred_segment_ids: Vec<i64>,
    /// Devices and enrollment tokens.
    pub counts: MdmCounts,
    /// When it was made.
    pub created_at: At,
    /// When it was last changed.
    pub updated_at: At,
}

/// What a user is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MdmDraft {
    /// Address; kept trimmed and in lower case (applivery.md §3.3).
    pub email: Arc<str>,
    /// Display name.
    pub name: Arc<str>,
    /// Labels; a second one of the same text is dropped.
    pub tags: Vec<Arc<str>>,
    /// The organization's if absent.
    pub language: Option<Language>,
    /// Managed Apple Account.
    pub managed_apple_id: Option<Arc<str>>,
    /// A JSON object as compact text.
    pub metadata: Arc<str>,
}

impl MdmDraft {
    /// Somebody of whom only the address is known (applivery.md §3.3, defaults).
    pub fn new(email: &str) -> Self {
        Self {
            email: email.into(),
            name: "".into(),
            tags: Vec::new(),
            language: None,
            managed_apple_id: None,
            metadata: "{}".into(),
        }
    }
}

/// What to change of a user; what is absent stays (applivery.md §3.5).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MdmChange {
    /// Display name.
    pub name: Option<Arc<str>>,
    /// Labels, all of them.
    pub tags: Option<Vec<Arc<str>>>,
    /// Language.
    pub language: Option<Language>,
    /// Managed Apple Account.
    pub managed_apple_id: AccountChange,
    /// A JSON object as compact text, which replaces the one before.
    pub metadata: Option<Arc<str>>,
}

/// What becomes of a Managed Apple Account.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum AccountChange {
    /// It stays.
    #[default]
    Keep,
    /// There is none any more.
    Clear,
    /// It is this one.
    Set(Arc<str>),
}

/// A language, in the words of the API (applivery.md §3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Language {
    /// German.
    De,
    /// English.
    #[default]
    En,
    /// Spanish.
    Es,
    /// French.
    Fr,
    /// Italian.
    It,
    /// Portuguese.
    Pt,
    /// Russian.
    Ru,
    /// Chinese.
    Zh,
}

impl Language {
    /// All, by their words, in the documented order.
    pub const ALL: [(&'static str, Self); 8] = [
        ("es", Self::Es),
        ("en", Self::En),
        ("fr", Self::Fr),
        ("de", Self::De),
        ("it", Self::It),
        ("zh", Self::Zh),
        ("pt", Self::Pt),
        ("ru", Self::Ru),
    ];

    /// The language of this word.
    pub fn read(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(other, _)| *other == word).map(|(_, language)| *language)
    }

    /// Its word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::De => "de",
            Self::En => "en",
            Self::Es => "es",
            Self::Fr => "fr",
            Self::It => "it",
            Self::Pt => "pt",
            Self::Ru => "ru",
            Self::Zh => "zh",
        }
    }
}

/// Each label once, in the order in which they come first.
pub(super) fn each_once(tags: Vec<Arc<str>>) -> Vec<Arc<str>> {
    let mut seen = std::collections::BTreeSet::new();
    tags.into_iter().filter(|tag| seen.insert(Arc::clone(tag))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_go_by_their_words() {
        for (word, language) in Language::ALL {
            assert_eq!((language.as_str(), Language::read(word)), (word, Some(language)));
        }
        let mut words = Language::ALL.map(|(word, _)| word);
        let mut languages = Language::ALL.map(|(_, language)| language);
        words.sort_unstable();
        languages.sort_unstable();
        assert_eq!(languages.map(Language::as_str), words, "sorted as their words are");
    }
}
