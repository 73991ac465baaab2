//! Tokens of a world: which are accepted, and which it hands out.

use std::sync::Arc;

use super::{Credential, Session, SiteId, TokenRecord, TokenRefusal, World};
use crate::model::{At, Limits};
use crate::sim::date;
use crate::sim::token::{self, TokenClaims};

impl World {
    /// Finds the location that a bearer token manages. The token is compared by meaning: by its inner
    /// `token`, whatever its outer white space and escapes (apple-v2.md §2). A token with a higher
    /// serial than any before revokes those.
    pub fn authenticate(
        &mut self,
        universe: &str,
        credential: &Credential,
        now: At,
    ) -> Result<Session, TokenRefusal> {
        let outer = credential.outer.as_ref();
        let inner = outer.and_then(|outer| self.literals.get(&outer.token));
        let (id, serial, claimed) = match self.literals.get(&credential.bearer).or(inner) {
            Some((site, serial)) => (*site, *serial, None),
            None => self.believe(universe, credential).ok_or(TokenRefusal::Unknown)?,
        };
        let site = self.sites.get_mut(id.0).ok_or(TokenRefusal::Unknown)?;
        let record = site.tokens.get(&serial).or(claimed.as_ref()).ok_or(TokenRefusal::Unknown)?;
        if record.revoked || serial < site.latest_serial {
            return Err(TokenRefusal::Revoked);
        }
        if record.expires <= now {
            return Err(TokenRefusal::Expired);
        }
        site.latest_serial = serial;
        let (expires, privileges) = (record.expires, record.privileges);
        let organization = &site.location.profile.organization;
        // A token of our own form says when it ends; `quince token` and a server make it at different times.
        let inner_expires = claimed.as_ref().map_or(expires, |claimed| claimed.expires);
        let outer_differs = outer.is_some_and(|outer| {
            let expiry = outer.exp_date.as_deref().and_then(date::parse);
            expiry.is_none_or(|at| at.0 / 1000 != inner_expires.0 / 1000)
                || outer.org_name.as_ref() != Some(organization)
        });
        Ok(Session { site: id, serial, expires, privileges, outer_differs })
    }

    /// Whether this token was registered literally.
    pub fn knows_literal(&self, credential: &Credential) -> bool {
        let inner = credential.outer.as_ref().map(|outer| outer.token.as_str());
        self.literals.contains_key(&credential.bearer)
            || inner.is_some_and(|inner| self.literals.contains_key(inner))
    }

    /// Registers a token of somebody else's making literally, for the first location, with the life and the
    /// privileges of that location's own.
    pub fn adopt_literal(&mut self, credential: &Credential) {
        let Some(site) = self.sites.first_mut() else { return };
        let tokens = Arc::make_mut(&mut site.tokens);
        if let Some(record) = tokens.get_mut(&site.latest_serial) {
            record.literal = Some(credential.bearer.clone());
        }
        self.index_literals();
    }

    /// What a token of quince's own form says of itself, if it is genuine and of this universe.
    fn believe(
        &self,
        universe: &str,
        credential: &Credential,
    ) -> Option<(SiteId, u32, Option<TokenRecord>)> {
        let (claims, mac) = credential.claims.as_ref()?;
        let genuine = claims.universe == universe && token::is_genuine(self.seed, claims, *mac);
        let site = *self.by_key.get(&claims.location).filter(|_| genuine)?;
        let TokenClaims { serial, expires, privileges, .. } = *claims;
        Some((
            site,
            serial,
            Some(TokenRecord { expires, revoked: false, privileges, literal: None }),
        ))
    }

    /// The content token of a location that is valid as far as the world knows: its latest.
    pub fn stoken(&self, universe: &str, id: SiteId) -> Option<String> {
        let site = self.sites.get(id.0)?;
        let recorded = site.tokens.get(&site.latest_serial);
        if let Some(literal) = recorded.and_then(|record| record.literal.as_ref()) {
            return Some(literal.clone());
        }
        // A newer token that came from outside spoke for itself; ours is like the newest that we know.
        let record = recorded.or_else(|| site.tokens.values().next_back())?;
        let claims = TokenClaims {
            universe: universe.to_owned(),
            location: site.location.profile.key.clone(),
            serial: site.latest_serial,
            expires: record.expires,
            privileges: record.privileges,
        };
        Some(token::mint(self.seed, &claims, &site.location.profile.organization))
    }

    /// The limits that Service Config announces: those of the location that the token names, valid or not; without
    /// one, those of the first location.
    pub fn announced_limits(&self, universe: &str, credential: Option<&Credential>) -> Limits {
        let named = credential.and_then(|credential| self.named_by(universe, credential));
        let site = self.site(named.unwrap_or(SiteId(0)));
        site.map_or(Limits::DOCUMENTED, |site| site.limits)
    }

    /// The location that a token names, as far as the token looks good. Nothing changes by asking.
    pub fn named_by(&self, universe: &str, credential: &Credential) -> Option<SiteId> {
        let inner = credential.outer.as_ref().and_then(|outer| self.literals.get(&outer.token));
        match self.literals.get(&credential.bearer).or(inner) {
            Some((site, _)) => Some(*site),
            None => self.believe(universe, credential).map(|(site, ..)| site),
        }
    }
}
