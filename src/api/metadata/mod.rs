//! What stores tell of apps and books: Apple's catalog ("Apps and books metadata for organizations") and the older
//! `lookup` (apple-metadata.md), over the products of the same world.
//!
//! * [`query`]: parameters, as the services take them; [`parameters`]: which there are. [`developer_token`]: who may ask the catalog.
//! * [`call`]: what every call has in common. [`errors`]: what is told instead of an answer.
//! * [`catalog`], [`search`] and [`lookup`]: the operations. [`resource`]: how one product looks in the catalog.
//! * [`artwork`]: icons, so that something is there to be shown offline.
//!
//! Not here: what a product is (`sim::catalog`), other surfaces.

pub mod artwork;
pub mod call;
pub mod catalog;
pub mod developer_token;
pub mod errors;
pub mod lookup;
pub mod parameters;
pub mod query;
pub mod resource;
pub mod search;

use http::header;

use self::call::Call;
use self::errors::{CATALOG, LOOKUP, MetadataError};
use self::query::Query;
use super::call::Call as Common;
use super::changed::Errors;
use super::lint::Lints;
use crate::exchange::{Reply, Request};
use crate::sim::Credential;

/// Where the older service is, below the store's folder.
const LOOKUP_PATH: &str = "/WebObjects/MZStorePlatform.woa/wa/lookup";

/// What a path of this surface leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// `lookup`.
    Lookup,
    /// Below `/v1/catalog/{storefront}`.
    Catalog {
        /// The storefront's id.
        storefront: String,
        /// What is asked of it.
        what: Wanted,
    },
    /// Storefronts: one, those that are named, or all.
    Storefronts(Option<String>),
    /// A path that does nothing, for trying out a developer token.
    Test,
    /// An icon.
    Artwork(artwork::Icon),
    /// Nothing.
    Unknown,
}

/// What is asked of a storefront.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// Products by their ids, of the kinds that the call is about.
    Products(catalog::Shelf),
    /// One product.
    Product(catalog::Kind, String),
    /// What a product is related to.
    Related(catalog::Kind, String, String),
    /// Sections by their ids, or one.
    Genres(Option<String>),
    /// Products by words.
    Search,
}

/// Finds what a path leads to; `None` if it is of another surface.
pub fn find(path: &str) -> Option<Target> {
    let path = path.strip_suffix('/').unwrap_or(path);
    if path == LOOKUP_PATH {
        return Some(Target::Lookup);
    }
    if let Some(rest) = path.strip_prefix("/artwork/") {
        return Some(artwork::Icon::read(rest).map_or(Target::Unknown, Target::Artwork));
    }
    let rest = path.strip_prefix("/v1/")?;
    let parts: Vec<&str> = rest.splitn(6, '/').collect();
    let owned = |text: &&str| (*text).to_owned();
    let target = match parts.as_slice() {
        ["test"] => Target::Test,
        ["storefronts"] => Target::Storefronts(None),
        ["storefronts", id] => Target::Storefronts(Some(owned(id))),
        ["catalog", storefront, rest @ ..] => match wanted(rest) {
            Some(what) => Target::Catalog { storefront: owned(storefront), what },
            None => Target::Unknown,
        },
        ["catalog" | "storefronts" | "test", ..] => Target::Unknown,
        _ => return None,
    };
    Some(target)
}

/// What the rest of a path asks of a storefront.
fn wanted(rest: &[&str]) -> Option<Wanted> {
    use catalog::{Kind, Shelf};
    let kind = |text: &str| match text {
        "apps" => Some(Kind::Apps),
        "books" => Some(Kind::Books),
        _ => None,
    };
    Some(match rest {
        ["stoken-authenticated-apps"] => Wanted::Products(Shelf::OwnedApps),
        ["stoken-authenticated-books"] => Wanted::Products(Shelf::OwnedBooks),
        ["stoken-authenticated-purchases"] => Wanted::Products(Shelf::Purchases),
        ["apps"] => Wanted::Products(Shelf::Apps),
        ["books"] => Wanted::Products(Shelf::Books),
        ["search"] => Wanted::Search,
        ["genres"] => Wanted::Genres(None),
        ["genres", id] => Wanted::Genres(Some((*id).to_owned())),
        [of, id] => Wanted::Product(kind(of)?, (*id).to_owned()),
        [of, id, what] => Wanted::Related(kind(of)?, (*id).to_owned(), (*what).to_owned()),
        _ => return None,
    })
}

impl Target {
    /// The operation's name.
    pub fn operation(&self) -> &'static str {
        use catalog::{Kind, Shelf};
        let Self::Catalog { what, .. } = self else {
            return match self {
                Self::Lookup => "metadata.lookup",
                Self::Storefronts(None) => "metadata.catalog.storefronts.list",
                Self::Storefronts(Some(_)) => "metadata.catalog.storefronts.get",
                Self::Test => "metadata.catalog.test",
                Self::Artwork(_) => "metadata.artwork",
                _ => UNKNOWN,
            };
        };
        match what {
            Wanted::Products(Shelf::OwnedApps) => "metadata.catalog.authenticatedApps",
            Wanted::Products(Shelf::OwnedBooks) => "metadata.catalog.authenticatedBooks",
            Wanted::Products(Shelf::Purchases) => "metadata.catalog.authenticatedPurchases",
            Wanted::Products(Shelf::Apps) => "metadata.catalog.apps.list",
            Wanted::Products(Shelf::Books) => "metadata.catalog.books.list",
            Wanted::Product(Kind::Apps, _) => "metadata.catalog.apps.get",
            Wanted::Product(Kind::Books, _) => "metadata.catalog.books.get",
            Wanted::Related(Kind::Apps, ..) => "metadata.catalog.apps.related",
            Wanted::Related(Kind::Books, ..) => "metadata.catalog.books.related",
            Wanted::Genres(None) => "metadata.catalog.genres.list",
            Wanted::Genres(Some(_)) => "metadata.catalog.genres.get",
            Wanted::Search => "metadata.catalog.search",
        }
    }

    /// Whether it says in JSON what is wrong.
    const fn tells_errors(&self) -> bool {
        !matches!(self, Self::Lookup | Self::Artwork(_))
    }

    /// How errors that rules order are spelled there.
    pub const fn errors(&self) -> &'static Errors {
        if self.tells_errors() { &CATALOG } else { &LOOKUP }
    }
}

/// What an operation is called where no path matches.
pub const UNKNOWN: &str = "metadata.unknown";

/// What a call asks for, read before any turn.
#[derive(Debug)]
pub struct Asked {
    /// Where it leads.
    pub target: Target,
    /// Its parameters.
    pub query: Query,
}

impl Asked {
    /// Reads a request.
    pub fn read(target: Target, request: &Request, lints: &mut Lints) -> Self {
        if request.path.ends_with('/') {
            lints.note("trailing-slash", &request.path);
        }
        let query = Query::read(request.query.as_deref().unwrap_or_default());
        parameters::note_unknown(&target, &query, lints);
        Self { target, query }
    }
}

/// The content token: in the cookie `itvt`, or in the header `vpp-token` that a proxy takes in its place
/// (apple-metadata.md §2.2, §10). The token may contain `=`.
pub fn credential(request: &Request) -> Option<Credential> {
    let cookies = request.headers.get_all(header::COOKIE).iter();
    let pairs = cookies.filter_map(|value| value.to_str().ok()).flat_map(|text| text.split(';'));
    let mut tokens = pairs.filter_map(|pair| pair.trim().strip_prefix("itvt="));
    let header = || request.headers.get("vpp-token").and_then(|value| value.to_str().ok());
    let token = tokens.next().or_else(header)?.trim();
    (!token.is_empty()).then(|| Credential::read(token))
}

/// Answers one call.
pub fn answer(base_url: &str, common: &mut Common<'_>, asked: &Asked) -> Reply {
    let exchange = common.exchange.clone();
    let mut call = Call { common, base_url };
    let outcome = match &asked.target {
        _ if !call.is_read() => Err(MetadataError::Method { is_told: asked.target.tells_errors() }),
        Target::Lookup => lookup::answer(&mut call, &asked.query),
        Target::Catalog { storefront, what } => {
            catalog::answer(&mut call, storefront, what, &asked.query)
        }
        Target::Storefronts(id) => catalog::storefronts(&mut call, id.as_deref(), &asked.query),
        Target::Test => catalog::test(&mut call, &asked.query),
        Target::Artwork(icon) => artwork::answer(&mut call, icon),
        Target::Unknown => Err(MetadataError::Unknown),
    };
    if common.opened.is_none() && common.postponed.is_none() {
        // Who was refused before taking a turn takes it now: every call is in the journal.
        let _ = common.open(|_, _| Ok::<(), MetadataError>(()));
    }
    let seq = common.opened.as_ref().map_or(0, |opened| opened.seq);
    outcome.unwrap_or_else(|error| error.reply(&exchange.request.path, seq))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lead_to_operations() {
        let name = |path: &str| find(path).map(|target| target.operation());
        for (path, operation) in [
            ("/WebObjects/MZStorePlatform.woa/wa/lookup", "metadata.lookup"),
            ("/v1/catalog/us/stoken-authenticated-apps", "metadata.catalog.authenticatedApps"),
            ("/v1/catalog/us/stoken-authenticated-apps/", "metadata.catalog.authenticatedApps"),
            ("/v1/catalog/us/stoken-authenticated-books", "metadata.catalog.authenticatedBooks"),
            (
                "/v1/catalog/us/stoken-authenticated-purchases",
                "metadata.catalog.authenticatedPurchases",
            ),
            ("/v1/catalog/de/apps", "metadata.catalog.apps.list"),
            ("/v1/catalog/de/apps/1", "metadata.catalog.apps.get"),
            ("/v1/catalog/de/apps/1/genres", "metadata.catalog.apps.related"),
            ("/v1/catalog/de/books", "metadata.catalog.books.list"),
            ("/v1/catalog/de/books/1", "metadata.catalog.books.get"),
            ("/v1/catalog/de/books/1/genres", "metadata.catalog.books.related"),
            ("/v1/catalog/de/search", "metadata.catalog.search"),
            ("/v1/catalog/de/genres", "metadata.catalog.genres.list"),
            ("/v1/catalog/de/genres/36", "metadata.catalog.genres.get"),
            ("/v1/storefronts", "metadata.catalog.storefronts.list"),
            ("/v1/storefronts/us", "metadata.catalog.storefronts.get"),
            ("/v1/test", "metadata.catalog.test"),
            ("/artwork/1/AppIcon.png/10x10bb.png", "metadata.artwork"),
            ("/artwork/x", UNKNOWN),
            ("/v1/catalog", UNKNOWN),
            ("/v1/catalog/us/songs/1", UNKNOWN),
            ("/v1/catalog/us/apps/1/genres/2/3", UNKNOWN),
        ] {
            assert_eq!(name(path), Some(operation), "{path}");
        }
        for path in ["/v1/organizations/x", "/mdm/v2/assets", "/v1/", "/"] {
            assert_eq!(name(path), None, "{path}");
        }
    }
}
