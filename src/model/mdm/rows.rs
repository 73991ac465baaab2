//! The users of an organization: rows in order of arrival, and an index for each order that lists are read in.

use std::sync::Arc;

use super::id::ObjectId;
use super::user::{AccountChange, Language, MdmChange, MdmDraft, MdmUser, each_once};
use super::users::MdmRefusal;
use crate::model::At;
use crate::store::Sorted;

/// How many users arrived before a row.
pub(super) type Arrival = u64;

/// Rows and indices. A clone shares everything until either is written to.
#[derive(Debug, Clone, Default)]
pub(super) struct Rows {
    pub(super) list: Sorted<Arrival, Arc<MdmUser>>,
    pub(super) by_id: Sorted<ObjectId, Arrival>,
    /// By the address in lower case.
    pub(super) by_email: Sorted<Arc<str>, Arrival>,
    pub(super) by_name: Sorted<(Arc<str>, ObjectId), Arrival>,
    pub(super) by_created: Sorted<(At, ObjectId), Arrival>,
    pub(super) by_updated: Sorted<(At, ObjectId), Arrival>,
    /// Labels in use, and by how many users.
    tags: Sorted<Arc<str>, u32>,
    arrived: Arrival,
}

impl Rows {
    /// How many users there are.
    pub(super) const fn len(&self) -> usize {
        self.list.len()
    }

    /// All users, in order of arrival.
    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = &Arc<MdmUser>> {
        self.list.iter().map(|(_, user)| user)
    }

    /// The users that may differ from those of `other`, in order of arrival: costs nothing for what is shared.
    pub(super) fn unshared<'s>(&'s self, other: &Self) -> impl Iterator<Item = &'s Arc<MdmUser>> {
        self.list.unshared(&other.list).map(|(_, user)| user)
    }

    /// The user with this id.
    pub(super) fn get(&self, id: ObjectId) -> Option<&Arc<MdmUser>> {
        self.list.get(self.by_id.get(&id)?)
    }

    /// The user with this address, in whatever case.
    pub(super) fn by_email(&self, email: &str) -> Option<&Arc<MdmUser>> {
        self.list.get(self.by_email.get(folded(email).as_str())?)
    }

    /// The labels in use, ascending, each once.
    pub(super) fn tags(&self) -> impl DoubleEndedIterator<Item = &Arc<str>> {
        self.tags.iter().map(|(tag, _)| tag)
    }

    /// Makes a user, with the id that is handed in; `language` is that of the organization.
    pub(super) fn create(
        &mut self,
        draft: MdmDraft,
        language: Language,
        now: At,
        id: ObjectId,
    ) -> Result<&Arc<MdmUser>, MdmRefusal> {
        self.insert(MdmUser {
            id,
            email: folded(draft.email.trim()).into(),
            name: draft.name,
            tags: draft.tags,
            language: draft.language.unwrap_or(language),
            managed_apple_id: draft.managed_apple_id,
            metadata: draft.metadata,
            inferred_segment_ids: Vec::new(),
            counts: super::MdmCounts::default(),
            created_at: now,
            updated_at: now,
        })?;
        self.get(id).ok_or(MdmRefusal::Unknown)
    }

    /// Takes a user as it is, behind those that are there, unless its id or address is taken.
    pub(super) fn insert(&mut self, mut user: MdmUser) -> Result<(), MdmRefusal> {
        let email: Arc<str> = folded(&user.email).into();
        if self.by_email.get(&*email).is_some() || self.by_id.get(&user.id).is_some() {
            return Err(MdmRefusal::AlreadyExists);
        }
        user.tags = each_once(user.tags);
        let at = self.arrived;
        self.arrived += 1;
        self.by_id.insert(user.id, at);
        self.by_email.insert(email, at);
        self.by_name.insert((Arc::clone(&user.name), user.id), at);
        self.by_created.insert((user.created_at, user.id), at);
        self.by_updated.insert((user.updated_at, user.id), at);
        self.count_tags(&user.tags, true);
        self.list.insert(at, Arc::new(user));
        Ok(())
    }

    /// Changes what a change says, and notes when. What it does not say stays.
    pub(super) fn update(
        &mut self,
        id: ObjectId,
        change: MdmChange,
        now: At,
    ) -> Result<&Arc<MdmUser>, MdmRefusal> {
        self.rewrite(id, now, |user| {
            if let Some(name) = change.name {
                user.name = name;
            }
            if let Some(tags) = change.tags {
                user.tags = each_once(tags);
            }
            if let Some(language) = change.language {
                user.language = language;
            }
            if let Some(metadata) = change.metadata {
                user.metadata = metadata;
            }
            match change.managed_apple_id {
                AccountChange::Keep => {}
                AccountChange::Clear => user.managed_apple_id = None,
                AccountChange::Set(account) => user.managed_apple_id = Some(account),
            }
        })
    }

    /// Changes anything but id, address and times, and notes when.
    pub(super) fn rewrite(
        &mut self,
        id: ObjectId,
        now: At,
        change: impl FnOnce(&mut MdmUser),
    ) -> Result<&Arc<MdmUser>, MdmRefusal> {
        let at = *self.by_id.get(&id).ok_or(MdmRefusal::Unknown)?;
        let before = Arc::clone(self.list.get(&at).ok_or(MdmRefusal::Unknown)?);
        let mut user = MdmUser::clone(&before);
        change(&mut user);
        user.id = before.id;
        user.email = Arc::clone(&before.email);
        (user.created_at, user.updated_at) = (before.created_at, now);
        if user.name != before.name {
            self.by_name.remove(&(Arc::clone(&before.name), id));
            self.by_name.insert((Arc::clone(&user.name), id), at);
        }
        if user.updated_at != before.updated_at {
            self.by_updated.remove(&(before.updated_at, id));
            self.by_updated.insert((user.updated_at, id), at);
        }
        if user.tags != before.tags {
            self.count_tags(&before.tags, false);
            self.count_tags(&user.tags, true);
        }
        let row = self.list.get_mut(&at).ok_or(MdmRefusal::Unknown)?;
        *row = Arc::new(user);
        Ok(row)
    }

    /// Removes a user to whom nothing is attached, and returns it as it was.
    pub(super) fn remove(&mut self, id: ObjectId) -> Result<Arc<MdmUser>, MdmRefusal> {
        let at = *self.by_id.get(&id).ok_or(MdmRefusal::Unknown)?;
        let user = Arc::clone(self.list.get(&at).ok_or(MdmRefusal::Unknown)?);
        if user.counts.devices() > 0 {
            return Err(MdmRefusal::HasDevices);
        }
        if user.counts.pending_tokens() > 0 {
            return Err(MdmRefusal::HasTokens);
        }
        self.list.remove(&at);
        self.by_id.remove(&id);
        self.by_email.remove(folded(&user.email).as_str());
        self.by_name.remove(&(Arc::clone(&user.name), id));
        self.by_created.remove(&(user.created_at, id));
        self.by_updated.remove(&(user.updated_at, id));
        self.count_tags(&user.tags, false);
        Ok(user)
    }

    fn count_tags(&mut self, tags: &[Arc<str>], come: bool) {
        for tag in tags {
            match self.tags.get_mut(&**tag) {
                Some(count) if come => *count += 1,
                Some(count) if *count > 1 => *count -= 1,
                Some(_) => {
                    self.tags.remove(&**tag);
                }
                None => {
                    self.tags.insert(Arc::clone(tag), 1);
                }
            }
        }
    }
}

/// A text whose case does not count.
pub(super) fn folded(text: &str) -> String {
    text.to_lowercase()
}
