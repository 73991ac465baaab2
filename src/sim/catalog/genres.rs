//! What apps and books are about (apple-metadata.md §7: the roots are documented; the ids of the store's sections
//! are public in its web addresses).

use crate::model::ProductType;

/// A section of the store.
#[derive(Debug, PartialEq, Eq)]
pub struct Genre {
    /// Its number.
    pub id: &'static str,
    /// What it is called.
    pub name: &'static str,
    /// Of apps or of books.
    pub of: ProductType,
}

const fn app(id: &'static str, name: &'static str) -> Genre {
    Genre { id, name, of: ProductType::App }
}

const fn book(id: &'static str, name: &'static str) -> Genre {
    Genre { id, name, of: ProductType::Book }
}

/// The sections of both stores; above each list, its root.
static APPS: [Genre; 10] = [
    app("6000", "Business"),
    app("6002", "Utilities"),
    app("6006", "Reference"),
    app("6007", "Productivity"),
    app("6008", "Photo & Video"),
    app("6010", "Navigation"),
    app("6015", "Finance"),
    app("6017", "Education"),
    app("6020", "Medical"),
    app("6027", "Graphics & Design"),
];
static BOOKS: [Genre; 4] = [
    book("9002", "Nonfiction"),
    book("9015", "History"),
    book("9019", "Science & Nature"),
    book("9031", "Fiction & Literature"),
];
static ROOTS: [Genre; 2] = [app("36", "App Store"), book("38", "Books")];

/// The sections of apps or of books, without their root.
pub fn genres(of: ProductType) -> &'static [Genre] {
    match of {
        ProductType::App => &APPS,
        ProductType::Book => &BOOKS,
    }
}

/// The section that all others of a store are in.
pub fn root(of: ProductType) -> &'static Genre {
    &ROOTS[usize::from(of == ProductType::Book)]
}

/// The section with this number, roots included.
pub fn genre(id: &str) -> Option<&'static Genre> {
    APPS.iter().chain(&BOOKS).chain(&ROOTS).find(|genre| genre.id == id)
}
