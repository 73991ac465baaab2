//! What every call has in common: who asks, and the store as it stands at that moment.

use http::Method;

use super::developer_token::{self, Developer};
use super::errors::MetadataError;
use crate::api::call::Call as Common;
use crate::engine::real_time;
use crate::model::StorePlatform;
use crate::sim::Session;
use crate::sim::catalog::Store;
use crate::sim::settings::DeveloperToken;

/// One call in the making.
pub struct Call<'c, 'a> {
    /// What it has in common with calls of other surfaces.
    pub common: &'c mut Common<'a>,
    /// Base of URLs written into answers; it leads to the universe of the call.
    pub base_url: &'c str,
}

/// Who must be known for a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Nobody; whoever brings a content token is known.
    Nobody,
    /// A developer.
    Developer,
}

/// A call that was let in.
#[derive(Debug)]
pub struct Granted {
    /// The store as it stood.
    pub store: Store,
    /// Who brought a content token that is accepted.
    pub buyer: Option<Buyer>,
}

/// The location whose content token came along.
#[derive(Debug)]
pub struct Buyer {
    /// Its organization.
    pub organization: String,
    /// Its country, upper case.
    pub country: String,
    /// Education or business.
    pub platform: StorePlatform,
}

impl Call<'_, '_> {
    /// Whether it only reads.
    pub fn is_read(&self) -> bool {
        [Method::GET, Method::HEAD].contains(&self.common.exchange.request.method)
    }

    /// Lets the call in or refuses it.
    pub fn enter(&mut self, need: Need) -> Result<Granted, MetadataError> {
        let (exchange, strict) = (self.common.exchange, self.common.strict);
        let credential = self.common.credential;
        let developer = developer_token::read(&exchange.request, real_time::today());
        self.common.open(|turn, lints| {
            let is_checked = turn.settings().developer_token == DeveloperToken::Checked;
            let is_developer = match &developer {
                Developer::Good { odd } if is_checked => {
                    for about in odd {
                        lints.note("developer-token", about);
                    }
                    true
                }
                Developer::Bad => !is_checked,
                Developer::Good { .. } => true,
                Developer::Absent => false,
            };
            if need == Need::Developer && !is_developer {
                return Err(MetadataError::Unauthorized);
            }
            let session = credential.and_then(|token| turn.authenticate(token).ok());
            let buyer = session.and_then(|Session { site, .. }| turn.site(site)).map(|site| {
                let profile = &site.location.profile;
                let _ = exchange.location.set(profile.key.clone());
                Buyer {
                    organization: profile.organization.clone(),
                    country: profile.country.clone(),
                    platform: profile.platform,
                }
            });
            if strict && !lints.is_empty() {
                return Err(MetadataError::Strict(lints.to_text()));
            }
            Ok(Granted { store: Store::of(turn.world()), buyer })
        })
    }
}

impl Granted {
    /// The organization that asks, if one does.
    pub fn organization(&self) -> Option<&str> {
        self.buyer.as_ref().map(|buyer| buyer.organization.as_str())
    }

    /// `ENT` or `EDU`, as `buyParams` have it (apple-metadata.md §14).
    pub fn market(&self) -> &'static str {
        match self.buyer.as_ref().map(|buyer| buyer.platform) {
            Some(StorePlatform::Education) => "EDU",
            _ => "ENT",
        }
    }
}
