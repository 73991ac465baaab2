//! One user: `registerVPPUserSrv`, `getVPPUserSrv`, `editVPPUserSrv`, `retireVPPUserSrv` (apple-legacy-v1.md §6, 7, 9, 10).

use super::call::Call;
use super::errors::{V1Error, account_number};
use super::licence;
use super::transport::Params;
use super::{invitation, wire};
use crate::api::call::Granted;
use crate::api::json::Json;
use crate::model::{Location, User, UserId, UserRequest, UserStatus};

/// Which user is meant: the number wins.
#[derive(Debug, Default)]
pub(super) struct Key {
    number: Option<u64>,
    client_user_id: Option<String>,
    hash: Option<String>,
}

impl Key {
    /// Reads it; `None` if neither a number nor a client user id is given.
    pub(super) fn read(params: &Params) -> Result<Option<Self>, V1Error> {
        let number = params.number("userId")?;
        // A number below 0 is nobody's.
        let number = number.map(|number| u64::try_from(number).unwrap_or(u64::MAX));
        let client_user_id = params.text("clientUserIdStr")?;
        let hash = params.text("itsIdHash")?;
        let is_given = number.is_some() || client_user_id.is_some();
        Ok(is_given.then_some(Self { number, client_user_id, hash }))
    }

    /// The record: by number whatever its status; by client user id the active one, or with a hash the one that is or
    /// was bound to that store account.
    pub(super) fn find(&self, location: &Location) -> Option<UserId> {
        if let Some(number) = self.number {
            return location.users.numbered(number);
        }
        let name = self.client_user_id.as_deref()?;
        let active = location.users.active(name);
        let Some(hash) = &self.hash else { return active };
        let bound = |id: &UserId| {
            let user = location.users.get(*id);
            user.is_some_and(|user| {
                user.account_hash.as_deref() == Some(hash) && user.status != UserStatus::Deleted
            })
        };
        active.filter(bound).or_else(|| location.users.records_of(name).find(bound))
    }

    /// The record, or else the latest one of the client user id, retired as it is.
    fn find_latest(&self, location: &Location) -> Option<UserId> {
        let is_there = |id: &UserId| {
            location.users.get(*id).is_some_and(|user| user.status != UserStatus::Deleted)
        };
        self.find(location).or_else(|| {
            let name = self.client_user_id.as_deref().filter(|_| self.hash.is_none())?;
            location.users.records_of(name).find(is_there)
        })
    }
}

/// `registerVPPUserSrv`
pub fn register(call: &mut Call<'_, '_>, params: &Params) -> Result<Json, V1Error> {
    let wanted = wanted_user(params);
    let account = wanted.as_ref().ok().and_then(|wanted| wanted.managed_apple_id.clone());
    let (granted, user) = call.write(wanted, |location, ids, granted, wanted| {
        let settings = &granted.settings;
        let made = location.register(&wanted, settings.v1_notifies, &settings.behaviour, ids);
        made.map_err(|failure| V1Error::number(account_number(failure, false)))
    })?;
    Ok(answer(call, &granted, user, account.as_deref(), false))
}

fn wanted_user(params: &Params) -> Result<UserRequest, V1Error> {
    params.readable()?;
    let Some(client_user_id) = params.text("clientUserIdStr")? else {
        let text = "\"clientUserIdStr\" or \"email\" is required input parameter";
        return Err(V1Error::worded(9600, text));
    };
    let (email, account) = (params.text("email")?, params.text("managedAppleIDStr")?);
    Ok(UserRequest { client_user_id: client_user_id.into(), email, managed_apple_id: account })
}

/// `getVPPUserSrv`
pub fn get(call: &mut Call<'_, '_>, params: &Params) -> Result<Json, V1Error> {
    let wanted = wanted_key(params);
    let (granted, key) = call.read(wanted)?;
    let user = key.find(granted.location()).ok_or_else(|| V1Error::number(9604))?;
    Ok(answer(call, &granted, user, None, true))
}

fn wanted_key(params: &Params) -> Result<Key, V1Error> {
    params.readable()?;
    Key::read(params)?.ok_or_else(|| V1Error::number(9600))
}

/// `editVPPUserSrv`
pub fn edit(call: &mut Call<'_, '_>, params: &Params) -> Result<Json, V1Error> {
    let wanted = wanted_edit(params);
    let account = wanted.as_ref().ok().and_then(|(_, _, account)| account.clone());
    let (granted, user) = call.write(wanted, |location, ids, granted, wanted| {
        let (key, email, account) = wanted;
        let id = key.find_latest(location).ok_or_else(|| V1Error::number(9604))?;
        let status = location.users.get(id).map(|user| user.status);
        match status {
            Some(UserStatus::Deleted) => return Err(V1Error::number(9620)),
            Some(UserStatus::Retired) if account.is_some() => return Err(V1Error::number(9618)),
            _ => {}
        }
        let (settings, bound) = (&granted.settings, status == Some(UserStatus::Associated));
        let (email, account) = (email.as_deref(), account.as_deref());
        let tells = settings.v1_notifies;
        let edited = location.edit(id, email, account, tells, &settings.behaviour, ids);
        edited.map_err(|failure| V1Error::number(account_number(failure, bound)))?;
        // Where an older record came back for this one, that is the user now.
        Ok(key.find(location).unwrap_or(id))
    })?;
    Ok(answer(call, &granted, user, account.as_deref(), false))
}

type Edit = (Key, Option<String>, Option<String>);

fn wanted_edit(params: &Params) -> Result<Edit, V1Error> {
    params.readable()?;
    let Some(key) = Key::read(params)? else {
        return Err(V1Error::worded(9600, "Missing \"userId\" input parameter"));
    };
    Ok((key, params.verbatim("email")?, params.text("managedAppleIDStr")?))
}

/// `retireVPPUserSrv`
pub fn retire(call: &mut Call<'_, '_>, params: &Params) -> Result<Json, V1Error> {
    let wanted = wanted_key(params);
    let (granted, user) = call.write(wanted, |location, _, granted, key| {
        let id = key.find(location).ok_or_else(|| V1Error::number(9604))?;
        match location.users.get(id).map(|user| user.status) {
            Some(UserStatus::Retired) => return Err(V1Error::number(9618)),
            Some(UserStatus::Deleted) => return Err(V1Error::number(9620)),
            _ => {}
        }
        let settings = &granted.settings;
        location.retire_now(id, settings.v1_notifies, &settings.behaviour);
        Ok(id)
    })?;
    Ok(answer(call, &granted, user, None, true))
}

/// An answer about one user; `account` is echoed, licences are shown if wanted and there are any.
fn answer(
    call: &Call<'_, '_>,
    granted: &Granted,
    user: UserId,
    account: Option<&str>,
    licences: bool,
) -> Json {
    let mut json = Json::default();
    json.object(|json| {
        json.name("user");
        write(json, granted, call.base_url, user, |json| {
            json.maybe("managedAppleIDStr", account);
            if licences {
                licence::write_held(json, granted.location(), user);
            }
        });
        granted.envelope(json, 0);
    });
    json
}

/// Writes a user (apple-legacy-v1.md §3.1), and what `more` writes after it.
pub(super) fn write(
    json: &mut Json,
    granted: &Granted,
    base_url: &str,
    id: UserId,
    more: impl FnOnce(&mut Json),
) {
    let location = granted.location();
    json.object(|json| {
        let Some(user) = location.users.get(id) else { return };
        json.name("userId").unsigned(user.number);
        json.text("clientUserIdStr", location.users.client_user_id(user));
        json.maybe("email", user.email.as_deref());
        json.text("status", wire::user_status(user.status));
        if let Some(code) = open_invitation(user) {
            let country = &location.profile.country;
            let kind = granted.settings.v1_invite_url;
            json.text("inviteCode", code);
            json.text("inviteUrl", &invitation::url(kind, base_url, country, code));
        }
        json.maybe("itsIdHash", bound_to(user));
        more(json);
    });
}

/// The code of an invitation that is open.
pub(super) fn open_invitation(user: &User) -> Option<&str> {
    user.invite_code.as_deref().filter(|_| user.status == UserStatus::Registered)
}

/// The hash of the store account that a user is bound to.
pub(super) fn bound_to(user: &User) -> Option<&str> {
    user.account_hash.as_deref().filter(|_| user.status == UserStatus::Associated)
}
