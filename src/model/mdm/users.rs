//! The users of an organization, as others see them: rows and indices, made when somebody first looks.

use std::fmt;
use std::sync::{Arc, OnceLock};

use super::id::ObjectId;
use super::query::{MdmPage, MdmQuery};
use super::rows::Rows;
use super::user::{Language, MdmChange, MdmDraft, MdmUser};
use crate::model::At;

/// Why something was not done; nothing was changed by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MdmRefusal {
    /// The organization has a user with this address, in whatever case (applivery.md §9 question 24).
    AlreadyExists,
    /// There is no such user, or no such organization.
    Unknown,
    /// Devices belong to the user (applivery.md §9 question 32).
    HasDevices,
    /// Enrollment tokens of the user are pending.
    HasTokens,
}

/// Says who there is to begin with.
type Begin = dyn Fn() -> Vec<MdmUser> + Send + Sync;

/// The users of an organization. A clone shares everything until either is written to.
#[derive(Debug, Clone, Default)]
pub struct MdmUsers(Arc<Body>);

#[derive(Default)]
struct Body {
    rows: OnceLock<Rows>,
    /// Who there is to begin with; nobody if absent.
    begin: Option<Box<Begin>>,
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Body").field(&self.rows).finish()
    }
}

impl Body {
    fn rows(&self) -> &Rows {
        self.rows.get_or_init(|| {
            let mut rows = Rows::default();
            for user in self.begin.iter().flat_map(|begin| begin()) {
                // Of two with one id or one address the first counts.
                let _ = rows.insert(user);
            }
            rows
        })
    }
}

impl MdmUsers {
    /// Users that are made when somebody first looks: a world of many costs nothing until then. Of two with one id or
    /// one address the first counts.
    pub fn lazily(begin: impl Fn() -> Vec<MdmUser> + Send + Sync + 'static) -> Self {
        Self(Arc::new(Body { rows: OnceLock::new(), begin: Some(Box::new(begin)) }))
    }

    fn rows(&self) -> &Rows {
        self.0.rows()
    }

    /// The rows, to be changed; no longer shared with any clone.
    fn rows_mut(&mut self) -> Option<&mut Rows> {
        if Arc::get_mut(&mut self.0).is_none() {
            let rows = self.rows().clone();
            self.0 = Arc::new(Body { rows: rows.into(), begin: None });
        }
        let body = Arc::get_mut(&mut self.0)?;
        body.rows();
        body.rows.get_mut()
    }

    /// How many users there are.
    pub fn len(&self) -> usize {
        self.rows().len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All users, in order of arrival.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Arc<MdmUser>> {
        self.rows().iter()
    }

    /// The users that may differ from those of `other`, in order of arrival: costs nothing for what is shared.
    pub fn unshared<'s>(&'s self, other: &Self) -> impl Iterator<Item = &'s Arc<MdmUser>> {
        let shared = Arc::ptr_eq(&self.0, &other.0);
        let pair = (!shared).then(|| self.rows().unshared(other.rows()));
        pair.into_iter().flatten()
    }

    /// The user with this id.
    pub fn get(&self, id: ObjectId) -> Option<&Arc<MdmUser>> {
        self.rows().get(id)
    }

    /// The user with this address, in whatever case.
    pub fn by_email(&self, email: &str) -> Option<&Arc<MdmUser>> {
        self.rows().by_email(email)
    }

    /// The labels in use, ascending, each once.
    pub fn tags(&self) -> impl DoubleEndedIterator<Item = &Arc<str>> {
        self.rows().tags()
    }

    /// The users that a query asks for. Costs what is returned where there are no filters and the order has an index
    /// (`createdAt`, `updatedAt`, `name`, `email`, `id`, arrival), otherwise a look at each user.
    pub fn page(&self, query: &MdmQuery<'_>) -> MdmPage {
        self.rows().page(query)
    }

    /// Makes a user, with the id that is handed in; `language` is that of the organization.
    pub fn create(
        &mut self,
        draft: MdmDraft,
        language: Language,
        now: At,
        id: ObjectId,
    ) -> Result<&Arc<MdmUser>, MdmRefusal> {
        let rows = self.rows_mut().ok_or(MdmRefusal::Unknown)?;
        rows.create(draft, language, now, id)
    }

    /// Takes a user as it is, behind those that are there, unless its id or address is taken.
    pub fn insert(&mut self, user: MdmUser) -> Result<(), MdmRefusal> {
        self.rows_mut().ok_or(MdmRefusal::Unknown)?.insert(user)
    }

    /// Changes what a change says, and notes when. What it does not say stays.
    pub fn update(
        &mut self,
        id: ObjectId,
        change: MdmChange,
        now: At,
    ) -> Result<&Arc<MdmUser>, MdmRefusal> {
        self.rows_mut().ok_or(MdmRefusal::Unknown)?.update(id, change, now)
    }

    /// Changes anything but id, address and times, and notes when.
    pub fn rewrite(
        &mut self,
        id: ObjectId,
        now: At,
        change: impl FnOnce(&mut MdmUser),
    ) -> Result<&Arc<MdmUser>, MdmRefusal> {
        self.rows_mut().ok_or(MdmRefusal::Unknown)?.rewrite(id, now, change)
    }

    /// Removes a user to whom nothing is attached, and returns it as it was.
    pub fn remove(&mut self, id: ObjectId) -> Result<Arc<MdmUser>, MdmRefusal> {
        self.rows_mut().ok_or(MdmRefusal::Unknown)?.remove(id)
    }
}
