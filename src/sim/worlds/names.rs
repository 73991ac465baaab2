//! Words for made-up products and people. People's names come from lists of the pinned `fake`
//! crate, but are picked by our own sampling; product names are our own inventions.

use fake::locales::{DE_DE, Data, EN};

use crate::sim::entropy::Stream;

const STEMS: [&str; 24] = [
    "Almbrook",
    "Bristlow",
    "Calvorn",
    "Dunmere",
    "Eskell",
    "Farrowell",
    "Glimric",
    "Hollowby",
    "Inverlo",
    "Jorvane",
    "Kestrowe",
    "Lumbry",
    "Marnock",
    "Nethery",
    "Ostrel",
    "Pennifold",
    "Quillorn",
    "Rookwell",
    "Silverne",
    "Tarnaby",
    "Umberlow",
    "Velmory",
    "Wickstead",
    "Yarroway",
];

const SUBJECTS: [&str; 25] = [
    "Notes",
    "Fractions",
    "Atlas",
    "Timetable",
    "Phonics",
    "Sketch",
    "Scanner",
    "Inventory",
    "Chemistry",
    "Forms",
    "Vocabulary",
    "Whiteboard",
    "Checklists",
    "Dispatch",
    "Expenses",
    "Geometry",
    "Rehearsal",
    "Signage",
    "Surveys",
    "Weather",
    "Translator",
    "Kiosk",
    "Field Guide",
    "Quiz",
    "Reader",
];

const BOOKS: [&str; 12] = [
    "The Lamp in the Orchard",
    "Rivers Between Us",
    "A Plain Guide to Algebra",
    "Seven Winter Tales",
    "How Harbours Work",
    "The Clockmaker's Niece",
    "Cells and Seasons",
    "Letters from a Lighthouse",
    "Grammar without Tears or Haste",
    "The Salt Road",
    "Maps of Small Places",
    "First Circuits",
];

/// The name of the `index`-th app: different for each index.
pub(super) fn app(index: usize) -> String {
    // 24 and 25 have no common divisor, so that the pairs repeat after 600 apps only.
    let name = format!("{} {}", STEMS[index % STEMS.len()], SUBJECTS[index % SUBJECTS.len()]);
    numbered(name, index / (STEMS.len() * SUBJECTS.len()))
}

/// The title of the `index`-th book: different for each index.
pub(super) fn book(index: usize) -> String {
    numbered(BOOKS[index % BOOKS.len()].to_owned(), index / BOOKS.len())
}

/// Who makes products: `n` chooses.
pub(super) fn maker(n: u64, of_books: bool) -> String {
    let kinds =
        if of_books { ["Press", "Books", "Editions"] } else { ["Labs", "Works", "Software"] };
    let (stems, n) = (STEMS.len() as u64, n % (STEMS.len() * kinds.len()) as u64);
    format!("{} {}", STEMS[(n % stems) as usize], kinds[(n / stems) as usize])
}

fn numbered(name: String, round: usize) -> String {
    if round == 0 { name } else { format!("{name} {}", round + 1) }
}

/// Where people come from.
#[derive(Debug, Clone, Copy)]
pub(super) enum Tongue {
    English,
    German,
}

/// The local part of somebody's address, such as `erika.schulz`.
pub(super) fn mailbox(stream: &mut Stream, tongue: Tongue) -> String {
    person(stream, tongue).1
}

/// Somebody's name, and the local part of the address.
pub(super) fn person(stream: &mut Stream, tongue: Tongue) -> (String, String) {
    let (first, last) = match tongue {
        Tongue::English => (EN::NAME_FIRST_NAME, EN::NAME_LAST_NAME),
        Tongue::German => (DE_DE::NAME_FIRST_NAME, DE_DE::NAME_LAST_NAME),
    };
    let first = stream.pick(first).copied().unwrap_or_default();
    let last = stream.pick(last).copied().unwrap_or_default();
    (format!("{first} {last}"), format!("{}.{}", folded(first), folded(last)))
}

/// Lower-case ASCII letters only, as mail systems like them.
fn folded(name: &str) -> String {
    let mut folded = String::with_capacity(name.len());
    for letter in name.chars() {
        match letter {
            'A'..='Z' | 'a'..='z' => folded.push(letter.to_ascii_lowercase()),
            'ä' | 'Ä' => folded.push_str("ae"),
            'ö' | 'Ö' => folded.push_str("oe"),
            'ü' | 'Ü' => folded.push_str("ue"),
            'ß' => folded.push_str("ss"),
            'é' | 'è' | 'ê' | 'ë' | 'É' => folded.push('e'),
            'á' | 'à' | 'â' => folded.push('a'),
            _ => {}
        }
    }
    folded
}
