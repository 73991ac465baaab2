//! Invitations that are accepted.

use super::people::{active, first_user, listed};
use super::{Outcome, Result, SiteId, VerbError, World, some};
use crate::model::{Behaviour, Location, User, UserId, UserStatus};
use crate::store::Classes;

impl World {
    pub(super) fn accept_invitation(
        &mut self,
        id: SiteId,
        (client_user_id, invite_code): (Option<&str>, Option<&str>),
        account: Option<&str>,
        behaviour: &Behaviour,
    ) -> Result<Outcome> {
        let location = &self.picked(id)?.location;
        let user = invited(location, client_user_id, invite_code)?;
        let record = location.users.get(user);
        let name = record.map(|user| location.users.client_user_id(user)).unwrap_or_default();
        let name = name.to_owned();
        let account = match (account, record.and_then(|user| user.email.as_deref())) {
            (Some(""), _) => {
                let text = "apple_account is empty: leave it out, or name an account";
                return Err(VerbError::invalid("apple_account", text));
            }
            (Some(account), _) | (None, Some(account)) => account.to_owned(),
            (None, None) => format!("user:{name}"),
        };
        if !location.can_link(user, &account) {
            let text = format!("`{account}` is linked to another active user; use another account");
            return Err(VerbError::conflict("apple_account", text));
        }
        self.change(id, |location, ids| {
            location.accept_invitation(user, &account, behaviour, ids);
        });
        let text = format!("user {name} accepted the invitation with `{account}`");
        Ok(Outcome { text, client_user_ids: vec![name], ..Outcome::default() })
    }

    /// The lowest registered users accept their invitations, so many or all if there are fewer. Whose account is linked
    /// to somebody else is left out.
    pub(super) fn accept_invitations(
        &mut self,
        id: SiteId,
        up_to: u32,
        behaviour: &Behaviour,
    ) -> Result<Outcome> {
        if up_to == 0 {
            return Err(VerbError::invalid("up_to", "up_to is 0: say how many accept at most"));
        }
        let location = &self.picked(id)?.location;
        let users = location.users.records().walk(Classes::ALL, 0);
        let waiting = users.filter(|(_, user)| is_invited(user));
        let waiting: Vec<UserId> = waiting.map(|(place, _)| UserId(place as u32)).collect();
        if waiting.is_empty() {
            let text = "nobody is waiting for an invitation".to_owned();
            return Ok(Outcome { text, count: Some(0), ..Outcome::default() });
        }
        let names = self.change(id, |location, ids| {
            let mut names: Vec<String> = Vec::new();
            for user in waiting {
                if names.len() >= up_to as usize {
                    break;
                }
                // Whoever accepts may change the records of those behind.
                let Some(record) = location.users.get(user).filter(|user| is_invited(user)) else {
                    continue;
                };
                let account = account_of(location, record);
                let name = location.users.client_user_id(record).to_owned();
                if location.can_link(user, &account) {
                    location.accept_invitation(user, &account, behaviour, ids);
                    names.push(name);
                }
            }
            names
        });
        let names = names.unwrap_or_default();
        let text =
            format!("{} accepted: {}", some(names.len() as u64, "invitation"), listed(&names));
        let count = Some(names.len() as u32);
        Ok(Outcome { text, count, client_user_ids: names, ..Outcome::default() })
    }
}

fn is_invited(user: &User) -> bool {
    user.status == UserStatus::Registered
}

/// The Apple Account of somebody of whom none is said: the address, or one made of the client user id.
fn account_of(location: &Location, user: &User) -> String {
    let named = || format!("user:{}", location.users.client_user_id(user));
    user.email.as_deref().map_or_else(named, str::to_owned)
}

/// The registered user that an invitation is for.
fn invited(
    location: &Location,
    client_user_id: Option<&str>,
    invite_code: Option<&str>,
) -> Result<UserId> {
    let is_invited = |user: &User| user.status == UserStatus::Registered;
    let user = match (client_user_id, invite_code) {
        (Some(_), Some(_)) => {
            let text = "give client_user_id or invite_code, not both";
            return Err(VerbError::invalid("invite_code", text));
        }
        (Some(name), None) => active(location, name)?,
        (None, Some(code)) => {
            let has_code = |user: &User| user.invite_code.as_deref() == Some(code);
            first_user(location, has_code).ok_or_else(|| {
                let text = format!("`{code:.80}` is the code of no invitation of this location");
                VerbError::conflict("invite_code", text)
            })?
        }
        (None, None) => first_user(location, is_invited).ok_or_else(|| {
            let text = "nobody is waiting for an invitation; make users with add-users";
            VerbError::conflict("client_user_id", text)
        })?,
    };
    let record = location.users.get(user);
    if record.is_some_and(is_invited) {
        return Ok(user);
    }
    let name = record.map(|user| location.users.client_user_id(user)).unwrap_or_default();
    let text = match record.map(|user| user.status) {
        Some(UserStatus::Associated) => {
            format!("the invitation of user {name} was accepted already; name another")
        }
        _ => format!("user {name} is retired, and the invitation with it; create the user anew"),
    };
    let argument = if invite_code.is_some() { "invite_code" } else { "client_user_id" };
    Err(VerbError::conflict(argument, text))
}
