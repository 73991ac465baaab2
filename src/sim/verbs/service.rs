//! Tokens, claims, and the service itself.

use std::sync::Arc;

use super::{Outcome, Result, SiteId, VerbError, World};
use crate::model::{At, MdmInfo, Privileges};
use crate::sim::entropy::hash128;
use crate::sim::world::{Moved, TokenRecord};

impl World {
    /// Refuses unless the manager of this token may buy.
    pub(super) fn may_buy(&self, id: SiteId, serial: u32, now: At) -> Result<()> {
        let site = self.picked(id)?;
        let key = &site.location.profile.key;
        let Some(token) = site.tokens.get(&serial) else {
            let known: Vec<String> = site.tokens.keys().map(ToString::to_string).collect();
            let text = format!(
                "location {key} knows no token of serial {serial}; it knows {}",
                known.join(", ")
            );
            return Err(VerbError::conflict("as_token", text));
        };
        let why = if token.revoked || serial < site.latest_serial {
            "is revoked; renew-token makes another"
        } else if token.expires <= now {
            "has expired; renew-token makes another"
        } else if !token.privileges.purchase {
            "does not carry `purchase`; restrict-token can give it"
        } else {
            return Ok(());
        };
        let text = format!("the token of serial {serial} of location {key} {why}");
        Err(VerbError::forbidden("as_token", text))
    }

    /// Changes what is known of a token; of one that came from outside, what the newest known one says.
    fn change_token(
        &mut self,
        id: SiteId,
        serial: Option<u32>,
        change: impl FnOnce(&mut TokenRecord),
    ) -> Result<u32> {
        let site = self
            .sites
            .get_mut(id.0)
            .ok_or_else(|| VerbError::invalid("location", "the location is gone"))?;
        let serial = serial.unwrap_or(site.latest_serial);
        if serial == 0 {
            return Err(VerbError::invalid("serial", "serial 0 is no token: serials begin at 1"));
        }
        let like = site.tokens.values().next_back().cloned();
        let Some(like) = like else {
            return Err(VerbError::conflict("serial", "the location has no token to go by"));
        };
        let record = Arc::make_mut(&mut site.tokens)
            .entry(serial)
            .or_insert(TokenRecord { literal: None, ..like });
        change(record);
        Ok(serial)
    }

    pub(super) fn expire_token(
        &mut self,
        id: SiteId,
        serial: Option<u32>,
        now: At,
    ) -> Result<Outcome> {
        let serial =
            self.change_token(id, serial, |token| token.expires = token.expires.min(now))?;
        Ok(told(id, serial, format!("the token of serial {serial} has expired")))
    }

    pub(super) fn revoke_token(&mut self, id: SiteId, serial: Option<u32>) -> Result<Outcome> {
        let serial = self.change_token(id, serial, |token| token.revoked = true)?;
        Ok(told(id, serial, format!("the token of serial {serial} is revoked")))
    }

    pub(super) fn restrict_token(
        &mut self,
        id: SiteId,
        serial: Option<u32>,
        privileges: Privileges,
    ) -> Result<Outcome> {
        let serial = self.change_token(id, serial, |token| token.privileges = privileges)?;
        let rights = spell_privileges(privileges);
        Ok(told(id, serial, format!("the manager of token {serial} may {rights}")))
    }

    pub(super) fn renew_token(&mut self, id: SiteId, expires: At) -> Result<Outcome> {
        let site = self.picked(id)?;
        let known = site.tokens.keys().next_back().copied().unwrap_or(0);
        let Some(serial) = site.latest_serial.max(known).checked_add(1) else {
            return Err(VerbError::conflict("location", "there are no more serials"));
        };
        let before = site.tokens.get(&site.latest_serial).or(site.tokens.values().next_back());
        let privileges = before.map_or(Privileges::ALL, |token| token.privileges);
        if let Some(site) = self.sites.get_mut(id.0) {
            let token = TokenRecord { expires, revoked: false, privileges, literal: None };
            Arc::make_mut(&mut site.tokens).insert(serial, token);
            site.latest_serial = serial;
        }
        Ok(told(id, serial, format!("token {serial} downloaded; those before are revoked")))
    }

    pub(super) fn take_over(
        &mut self,
        id: SiteId,
        name: Option<&str>,
        mdm: Option<&str>,
        metadata: Option<&str>,
    ) -> Result<Outcome> {
        let limits = self.picked(id)?.limits;
        for (argument, text, limit) in [
            ("mdm_name", name, limits.mdm_name_length),
            ("mdm_id", mdm, limits.mdm_id_length),
            ("mdm_metadata", metadata, limits.mdm_metadata_length),
        ] {
            let length = text.map_or(0, |text| text.chars().count());
            if length > limit {
                let text = format!("{argument} has {length} characters; at most {limit} fit");
                return Err(VerbError::invalid(argument, text));
            }
        }
        let name = name.unwrap_or("Other MDM");
        let made_up = hash128(self.seed, &self.key(id), "other-mdm", name.as_bytes());
        let mdm = mdm.map_or_else(
            || uuid::Builder::from_random_bytes(made_up.to_be_bytes()).into_uuid().to_string(),
            str::to_owned,
        );
        let metadata = metadata.unwrap_or("other-mdm.example").to_owned();
        let info = MdmInfo { id: mdm, name: name.to_owned(), metadata };
        let text = format!("{} claims the location (id {})", info.name, info.id);
        self.change(id, |location, _| Arc::make_mut(&mut location.config).mdm_info = Some(info));
        Ok(Outcome { text, ..Outcome::default() })
    }

    pub(super) fn move_service(&mut self, id: SiteId, moved: Option<Moved>) -> Result<Outcome> {
        let before = self.picked(id)?.moved;
        if before == moved {
            let state = if moved.is_some() { "gone in this way" } else { "here" };
            let text = format!("the service is {state} already; nothing is to be done");
            return Err(VerbError::conflict("error", text));
        }
        if let Some(site) = self.sites.get_mut(id.0) {
            site.moved = moved;
        }
        let text = spell_moved(moved).to_owned();
        Ok(Outcome { text, ..Outcome::default() })
    }
}

fn told(id: SiteId, serial: u32, text: String) -> Outcome {
    Outcome { text, token: Some((id, serial)), ..Outcome::default() }
}

/// What a manager may do, in words.
pub(in crate::sim) const fn spell_privileges(privileges: Privileges) -> &'static str {
    match (privileges.manage, privileges.purchase) {
        (true, true) => "view, manage and purchase",
        (true, false) => "view and manage",
        (false, true) => "view and purchase",
        (false, false) => "only view",
    }
}

/// Where the service is, in words.
pub(in crate::sim) const fn spell_moved(moved: Option<Moved>) -> &'static str {
    match moved {
        None => "the service is here",
        Some(Moved::Url) => "the service has moved to another URL (9617)",
        Some(Moved::Removed) => "the service is removed (9634)",
        Some(Moved::Server) => "the service has moved to another server (9729)",
    }
}
