//! MDM users one by one, and their labels (applivery.md §3.3 to §3.7). The list is in [`list`](super::list).

use super::body::{Body, TEXT_MAX};
use super::call::Call;
use super::errors::AppliveryError;
use super::problems::Problems;
use super::query::Query;
use super::wire;
use crate::api::lint::Lints;
use crate::exchange::{Reply, Request};
use crate::model::{AccountChange, Language, MdmChange, MdmDraft, MdmUser, ObjectId};

/// Answers `GET /mdm/users/{mdmUserId}`.
pub fn get(call: &mut Call<'_, '_>, request: &Request) -> Result<Reply, AppliveryError> {
    Query::read(request.query.as_deref()).finish(call.common.lints);
    let (granted, ()) = call.read(Ok(()))?;
    let user = granted.organization.users.get(named(call)?);
    Ok(shown(user.ok_or(AppliveryError::Code(3001))?))
}

/// Answers `POST /mdm/users`.
pub fn create(call: &mut Call<'_, '_>, request: &Request) -> Result<Reply, AppliveryError> {
    Query::read(request.query.as_deref()).finish(call.common.lints);
    let draft = draft(request, call.common.lints);
    let made = call.turn(draft, |turn, granted, draft| {
        Ok(turn.create_mdm_user(granted.session.workspace, draft)?)
    });
    Ok(shown(&made?.1))
}

/// Answers `PUT /mdm/users/{mdmUserId}`: what the body does not name stays.
pub fn update(call: &mut Call<'_, '_>, request: &Request) -> Result<Reply, AppliveryError> {
    Query::read(request.query.as_deref()).finish(call.common.lints);
    let (change, user) = (change(request, call.common.lints), named(call));
    let changed = call.turn(change, |turn, granted, change| {
        Ok(turn.update_mdm_user(granted.session.workspace, user?, change)?)
    });
    Ok(shown(&changed?.1))
}

/// Answers `DELETE /mdm/users/{mdmUserId}`.
pub fn delete(call: &mut Call<'_, '_>, request: &Request) -> Result<Reply, AppliveryError> {
    Query::read(request.query.as_deref()).finish(call.common.lints);
    let user = named(call);
    call.turn(Ok(()), |turn, granted, ()| {
        Ok(turn.remove_mdm_user(granted.session.workspace, user?)?)
    })?;
    Ok(wire::success(|json| json.object(|json| json.text("delete", "OK"))))
}

/// Answers `GET /mdm/users/tags`: the labels in use, ascending.
pub fn tags(call: &mut Call<'_, '_>, request: &Request) -> Result<Reply, AppliveryError> {
    Query::read(request.query.as_deref()).finish(call.common.lints);
    let (granted, ()) = call.read(Ok(()))?;
    Ok(wire::success(|json| {
        json.object(|json| {
            json.name("items").array(|json| {
                for tag in granted.organization.users.tags() {
                    json.object(|json| json.text("value", tag));
                }
            });
        });
    }))
}

/// Answers `GET /mdm/users/csv/sample`, which is documented and not implemented.
pub fn csv_sample(call: &mut Call<'_, '_>, request: &Request) -> Result<Reply, AppliveryError> {
    Query::read(request.query.as_deref()).finish(call.common.lints);
    call.read(Ok(()))?;
    Err(AppliveryError::Code(5138))
}

/// The user that the path names; what cannot be an id is nobody's (applivery.md §9 question 15).
fn named(call: &Call<'_, '_>) -> Result<ObjectId, AppliveryError> {
    ObjectId::read(&call.route.id).ok_or(AppliveryError::Code(3001))
}

fn shown(user: &MdmUser) -> Reply {
    wire::success_of(1024, |json| wire::write_user(json, user))
}

fn draft(request: &Request, lints: &mut Lints) -> Result<MdmDraft, Problems> {
    let mut problems = Problems::default();
    let mut body = Body::read(request, lints)?;
    body.require("email", &mut problems);
    let email = body.email("email", &mut problems).unwrap_or_default();
    let account = body.email_or_none("managedAppleId", &mut problems).flatten();
    let others = others(&mut body, &mut problems);
    body.finish(lints);
    let unset = MdmDraft::new(&email);
    problems.or(MdmDraft {
        name: others.name.unwrap_or(unset.name),
        tags: others.tags.unwrap_or(unset.tags),
        language: others.language,
        managed_apple_id: account.map(Into::into),
        metadata: others.metadata.unwrap_or(unset.metadata),
        email: unset.email,
    })
}

fn change(request: &Request, lints: &mut Lints) -> Result<MdmChange, Problems> {
    let mut problems = Problems::default();
    let mut body = Body::read(request, lints)?;
    let account = body.email_or_none("managedAppleId", &mut problems);
    let change = MdmChange {
        managed_apple_id: match account {
            None => AccountChange::Keep,
            Some(None) => AccountChange::Clear,
            Some(Some(account)) => AccountChange::Set(account.into()),
        },
        ..others(&mut body, &mut problems)
    };
    body.finish(lints);
    problems.or(change)
}

/// The members that creation and update have in common, but for the account.
fn others(body: &mut Body, problems: &mut Problems) -> MdmChange {
    let tags = body.texts("tags", TEXT_MAX, problems);
    let words = Language::ALL.map(|(word, _)| word);
    MdmChange {
        name: body.text("name", TEXT_MAX, problems).map(Into::into),
        tags: tags.map(|tags| tags.into_iter().map(Into::into).collect()),
        language: body.word("language", &words, Language::read, problems),
        metadata: body.object("metadata", problems).map(Into::into),
        managed_apple_id: AccountChange::Keep,
    }
}
