//! Lists of users: filtered, in an order, a page at a time (applivery.md §4, §5).

use std::cmp::Ordering;
use std::sync::Arc;

use super::counts::MdmCounts;
use super::rows::{Arrival, Rows, folded};
use super::user::MdmUser;
use crate::store::Sorted;

/// Which users, in what order, and which of them.
#[derive(Debug, Clone, Copy, Default)]
pub struct MdmQuery<'a> {
    /// Somewhere in address, name or Managed Apple Account, in whatever case (applivery.md §9 question 18).
    pub search: Option<&'a str>,
    /// Somewhere in the address, in whatever case.
    pub email: Option<&'a str>,
    /// Somewhere in the name, in whatever case.
    pub name: Option<&'a str>,
    /// At least one of these labels, exactly; no matter which if there are none.
    pub tags: &'a [String],
    /// In this order; the latest made first if absent.
    pub sort: Option<MdmSort<'a>>,
    /// So many are left out first.
    pub skip: usize,
    /// At most so many.
    pub limit: usize,
}

/// An order. Users that are equal in it are in the order of their ids, in the same direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MdmSort<'a> {
    /// A member of a user, dotted for nested ones: `name`, `apple.devices`. Of any other the order of arrival is that of
    /// the list, in whatever direction (applivery.md §5).
    pub field: &'a str,
    /// From the highest to the lowest.
    pub descending: bool,
}

/// A page of users.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MdmPage {
    /// The users.
    pub users: Vec<Arc<MdmUser>>,
    /// How many there are on all pages.
    pub total: usize,
}

/// What a user is sorted by where there is no index: compared as the database compares, absent members first.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Value {
    Absent,
    Number(i64),
    Text(Arc<str>),
}

/// Where an order comes from.
enum Order {
    Id,
    Email,
    Name,
    Created,
    Updated,
    Arrival,
    /// By looking at each user.
    Looking(fn(&MdmUser, &str, bool) -> Value),
}

impl Order {
    fn of(field: &str) -> Self {
        match field {
            "id" | "_id" => Self::Id,
            "email" => Self::Email,
            "name" => Self::Name,
            "createdAt" => Self::Created,
            "updatedAt" => Self::Updated,
            "language" => Self::Looking(|user, _, _| Value::Text(user.language.as_str().into())),
            "managedAppleId" => Self::Looking(|user, _, _| {
                user.managed_apple_id.clone().map_or(Value::Absent, Value::Text)
            }),
            // Of a list the lowest or the highest counts, depending on the direction.
            "tags" => Self::Looking(|user, _, descending| {
                let tags = user.tags.iter();
                let tag = if descending { tags.max() } else { tags.min() };
                tag.cloned().map_or(Value::Absent, Value::Text)
            }),
            "inferredSegmentIds" => Self::Looking(|user, _, descending| {
                let ids = user.inferred_segment_ids.iter();
                let id = if descending { ids.max() } else { ids.min() };
                id.map_or(Value::Absent, |id| Value::Number(*id))
            }),
            count if MdmCounts::paths().contains(&count) => Self::Looking(|user, path, _| {
                user.counts.get(path).map_or(Value::Absent, |count| Value::Number(count.into()))
            }),
            _ => Self::Arrival,
        }
    }
}

impl Rows {
    pub(super) fn page(&self, query: &MdmQuery<'_>) -> MdmPage {
        let sort = query.sort.filter(|sort| !sort.field.is_empty());
        let sort = sort.unwrap_or(MdmSort { field: "createdAt", descending: true });
        let descending = sort.descending;
        match Order::of(sort.field) {
            Order::Id => self.indexed(&self.by_id, descending, query),
            Order::Email => self.indexed(&self.by_email, descending, query),
            Order::Name => self.indexed(&self.by_name, descending, query),
            Order::Created => self.indexed(&self.by_created, descending, query),
            Order::Updated => self.indexed(&self.by_updated, descending, query),
            Order::Arrival => {
                let filter = Filter::of(query);
                if filter.is_open() {
                    let rows = self.list.from_place(query.skip).take(query.limit);
                    let users = rows.map(|(_, user)| Arc::clone(user)).collect();
                    return MdmPage { users, total: self.len() };
                }
                cut(self.iter().filter(|user| filter.takes(user)), query)
            }
            Order::Looking(value) => {
                let filter = Filter::of(query);
                let rows = self.iter().filter(|user| filter.takes(user));
                let rows = rows.map(|user| (value(user, sort.field, descending), user)).collect();
                selected(rows, descending, query)
            }
        }
    }

    fn indexed<K: Ord>(
        &self,
        index: &Sorted<K, Arrival>,
        descending: bool,
        query: &MdmQuery<'_>,
    ) -> MdmPage {
        let filter = Filter::of(query);
        let row = |(_, at): (&K, &Arrival)| self.list.get(at);
        if !filter.is_open() {
            let takes = |user: &&Arc<MdmUser>| filter.takes(user);
            return if descending {
                cut(index.iter().rev().filter_map(row).filter(takes), query)
            } else {
                cut(index.iter().filter_map(row).filter(takes), query)
            };
        }
        let total = index.len();
        let count = query.limit.min(total.saturating_sub(query.skip));
        let first = if descending { total.saturating_sub(query.skip + count) } else { query.skip };
        let users = index.from_place(first).take(count).filter_map(row).cloned();
        let mut users: Vec<_> = users.collect();
        if descending {
            users.reverse();
        }
        MdmPage { users, total }
    }
}

/// The page of rows that come in their order.
fn cut<'u>(rows: impl Iterator<Item = &'u Arc<MdmUser>>, query: &MdmQuery<'_>) -> MdmPage {
    let mut page = MdmPage::default();
    for user in rows {
        if page.total >= query.skip && page.users.len() < query.limit {
            page.users.push(Arc::clone(user));
        }
        page.total += 1;
    }
    page
}

/// The page of rows that come in any order: only what is on it is sorted.
fn selected(
    mut rows: Vec<(Value, &Arc<MdmUser>)>,
    descending: bool,
    query: &MdmQuery<'_>,
) -> MdmPage {
    let total = rows.len();
    let order = |one: &(Value, &Arc<MdmUser>), two: &(Value, &Arc<MdmUser>)| -> Ordering {
        let ascending = one.0.cmp(&two.0).then(one.1.id.cmp(&two.1.id));
        if descending { ascending.reverse() } else { ascending }
    };
    let first = query.skip.min(total);
    let end = query.skip.saturating_add(query.limit).min(total);
    if end < total {
        rows.select_nth_unstable_by(end, order);
        rows.truncate(end);
    }
    if 0 < first && first < end {
        rows.select_nth_unstable_by(first, order);
    }
    let mut page = rows.split_off(first.min(rows.len()));
    page.sort_unstable_by(order);
    let users = page.into_iter().map(|(_, user)| Arc::clone(user)).collect();
    MdmPage { users, total }
}

/// The filters of a query, their texts made ready.
struct Filter<'a> {
    search: Option<String>,
    email: Option<String>,
    name: Option<String>,
    tags: &'a [String],
}

impl<'a> Filter<'a> {
    fn of(query: &MdmQuery<'a>) -> Self {
        // An empty text is in every other.
        let ready = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(folded);
        Self {
            search: ready(query.search),
            email: ready(query.email),
            name: ready(query.name),
            tags: query.tags,
        }
    }

    /// Whether everybody gets through.
    const fn is_open(&self) -> bool {
        self.search.is_none() && self.email.is_none() && self.name.is_none() && self.tags.is_empty()
    }

    fn takes(&self, user: &MdmUser) -> bool {
        let has = |text: &str, wanted: &str| folded(text).contains(wanted);
        let searched = |wanted: &String| {
            let account = user.managed_apple_id.as_deref();
            has(&user.email, wanted)
                || has(&user.name, wanted)
                || account.is_some_and(|account| has(account, wanted))
        };
        self.search.as_ref().is_none_or(searched)
            && self.email.as_ref().is_none_or(|wanted| has(&user.email, wanted))
            && self.name.as_ref().is_none_or(|wanted| has(&user.name, wanted))
            && (self.tags.is_empty()
                || user.tags.iter().any(|tag| self.tags.iter().any(|wanted| **wanted == **tag)))
    }
}
