//! Stories of an organization's users, and the lists held against a plain reading of the rules.

use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::model::At;
use crate::store::touched;

fn id(n: u64) -> ObjectId {
    ObjectId::new(At(n.cast_signed() * 1000), n.to_be_bytes())
}

fn draft(email: &str, name: &str) -> MdmDraft {
    MdmDraft { name: name.into(), ..MdmDraft::new(email) }
}

fn texts<const N: usize>(tags: [&str; N]) -> Vec<Arc<str>> {
    tags.map(Arc::from).into()
}

fn names(page: &MdmPage) -> Vec<&str> {
    page.users.iter().map(|user| &*user.name).collect()
}

#[test]
fn somebody_is_made_changed_and_removed() {
    let mut users = MdmUsers::default();
    let mut ada = draft(" Ada@School.example ", "Ada");
    ada.tags = texts(["b", "a", "b"]);
    let made = users.create(ada, Language::De, At(5), id(1)).unwrap().clone();
    assert_eq!((&*made.email, made.language), ("ada@school.example", Language::De));
    assert_eq!(made.tags, texts(["b", "a"]), "the first of each, in their order");
    assert_eq!((made.created_at, made.updated_at), (At(5), At(5)));
    let again = users.create(draft("ADA@school.EXAMPLE", ""), Language::En, At(6), id(2));
    assert_eq!(again, Err(MdmRefusal::AlreadyExists));
    assert_eq!(users.by_email("aDA@school.example"), Some(&made));

    let nothing = users.update(id(1), MdmChange::default(), At(7)).unwrap().clone();
    assert_eq!(*nothing, MdmUser { updated_at: At(7), ..(*made).clone() });
    let change = MdmChange {
        name: Some("Ada L.".into()),
        tags: Some(texts(["c"])),
        language: Some(Language::Fr),
        managed_apple_id: AccountChange::Set("ada@apple.school.example".into()),
        metadata: Some(r#"{"a":1}"#.into()),
    };
    let changed = users.update(id(1), change, At(8)).unwrap().clone();
    assert_eq!(
        (&*changed.name, changed.language, &*changed.metadata),
        ("Ada L.", Language::Fr, r#"{"a":1}"#)
    );
    assert_eq!(users.tags().map(|tag| &**tag).collect::<Vec<_>>(), ["c"]);
    let cleared = MdmChange { managed_apple_id: AccountChange::Clear, ..MdmChange::default() };
    assert_eq!(users.update(id(1), cleared, At(9)).unwrap().managed_apple_id, None);
    assert_eq!(users.update(id(2), MdmChange::default(), At(9)), Err(MdmRefusal::Unknown));

    assert_eq!(users.remove(id(1)).unwrap().name, changed.name);
    assert_eq!(users.remove(id(1)), Err(MdmRefusal::Unknown));
    assert!(users.is_empty() && users.by_email("ada@school.example").is_none());
    assert_eq!(users.tags().count(), 0);
}

#[test]
fn what_is_attached_stands_against_removal_devices_first() {
    let mut users = MdmUsers::default();
    users.create(draft("ada@school.example", ""), Language::En, At(0), id(1)).unwrap();
    let mut set = |path: &str, count: u32| {
        let rewritten = users.rewrite(id(1), At(1), |user| {
            *user.counts.get_mut(path).unwrap() = count;
        });
        rewritten.unwrap();
        users.clone().remove(id(1)).map(|_| ())
    };
    assert_eq!(set("android.enrollmentTokens.DONE", 3), Ok(()), "done tokens do no harm");
    assert_eq!(set("windows.enrollmentTokens", 1), Err(MdmRefusal::HasTokens));
    assert_eq!(set("aosp.devices.DEVICE_OWNER", 1), Err(MdmRefusal::HasDevices));
    assert_eq!(set("windows.enrollmentTokens", 0), Err(MdmRefusal::HasDevices));
    assert_eq!(set("aosp.devices.DEVICE_OWNER", 0), Ok(()));
}

#[test]
fn a_write_never_shows_in_a_clone() {
    let mut users = MdmUsers::default();
    users.create(draft("ada@school.example", "Ada"), Language::En, At(0), id(1)).unwrap();
    let before = users.clone();
    let name = MdmChange { name: Some("Grace".into()), ..MdmChange::default() };
    users.update(id(1), name, At(1)).unwrap();
    users.create(draft("ben@school.example", "Ben"), Language::En, At(2), id(2)).unwrap();
    assert_eq!((before.len(), &*before.get(id(1)).unwrap().name), (1, "Ada"));
    let by_name = MdmSort { field: "name", descending: false };
    let query = MdmQuery { sort: Some(by_name), limit: 9, ..MdmQuery::default() };
    assert_eq!(names(&before.page(&query)), ["Ada"]);
    assert_eq!(names(&users.page(&query)), ["Ben", "Grace"]);
}

#[test]
fn lists_are_filtered_in_any_case_and_sorted() {
    let mut users = MdmUsers::default();
    let people = [
        ("ada@x.example", "Ada Ü", "p"),
        ("ben@x.example", "ben", "q"),
        ("cy@y.example", "Cy", "P"),
    ];
    for (n, (email, name, tag)) in (1_u64..).zip(people) {
        let who = MdmDraft { tags: texts([tag]), ..draft(email, name) };
        users.create(who, Language::En, At(n.cast_signed()), id(n)).unwrap();
    }
    let all = MdmQuery { limit: 10, ..MdmQuery::default() };
    assert_eq!(names(&users.page(&all)), ["Cy", "ben", "Ada Ü"], "the latest first");
    let found = |query: MdmQuery<'_>| names(&users.page(&query)).join(" ");
    assert_eq!(found(MdmQuery { search: Some("ADA ü"), ..all }), "Ada Ü");
    assert_eq!(found(MdmQuery { search: Some("X.EXAMPLE"), name: Some("B"), ..all }), "ben");
    assert_eq!(found(MdmQuery { search: Some(".*"), ..all }), "", "no pattern, a text");
    assert_eq!(found(MdmQuery { email: Some("ada"), name: Some("ben"), ..all }), "", "both hold");
    let tags = ["p".to_owned(), "q".to_owned()];
    assert_eq!(
        found(MdmQuery { tags: &tags, ..all }),
        "ben Ada Ü",
        "any of them, as they are written"
    );
    let by = |field, descending| MdmQuery { sort: Some(MdmSort { field, descending }), ..all };
    assert_eq!(found(by("name", false)), "Ada Ü Cy ben", "capitals first, as the database has it");
    assert_eq!(found(by("email", true)), "Cy ben Ada Ü");
    assert_eq!(
        found(by("shoeSize", true)),
        "Ada Ü ben Cy",
        "in order of arrival, whatever the direction"
    );
    assert_eq!(found(by("", false)), "Cy ben Ada Ü", "no field is no order");
}

#[test]
fn a_page_costs_what_it_returns_however_many_there_are() {
    let people = |count: u64| {
        let mut users = MdmUsers::default();
        for n in 0..count {
            let name = format!("{:016x}", n.wrapping_mul(0x9E37_79B9_7F4A_7C15));
            let who = draft(&format!("{name}@x.example"), &name);
            users.create(who, Language::En, At(n.cast_signed()), id(n)).unwrap();
        }
        users
    };
    let (few, many) = (people(100), people(100_000));
    for field in ["name", "email", "createdAt", "updatedAt", "id", "shoeSize"] {
        for descending in [false, true] {
            let sort = Some(MdmSort { field, descending });
            let cost = |users: &MdmUsers, skip| {
                let query = MdmQuery { sort, skip, limit: 10, ..MdmQuery::default() };
                let (touched, page) = touched::during(|| users.page(&query));
                assert_eq!(page.users.len(), 10, "{field}");
                touched
            };
            assert_eq!(cost(&few, 0), cost(&many, 0), "{field}: the first page");
            assert_eq!(cost(&many, 0), cost(&many, 77_000), "{field}: a page in the middle");
            assert!(cost(&many, 77_000) <= 20, "{field}: {}", cost(&many, 77_000));
        }
    }
}

/// A user's value in an order, read off the user as answers show it: (absent first, number, text).
fn plain_value(user: &MdmUser, field: &str) -> (bool, i64, String) {
    let text = |text: &str| (true, 0, text.to_owned());
    match field {
        "name" => text(&user.name),
        "email" => text(&user.email),
        "language" => text(user.language.as_str()),
        "managedAppleId" => {
            user.managed_apple_id.as_deref().map_or((false, 0, String::new()), text)
        }
        "createdAt" => (true, user.created_at.0, String::new()),
        "updatedAt" => (true, user.updated_at.0, String::new()),
        "apple.devices" => (true, user.counts.get("apple.devices").unwrap().into(), String::new()),
        _ => (true, 0, String::new()),
    }
}

const FIELDS: [&str; 8] = [
    "name",
    "email",
    "language",
    "managedAppleId",
    "createdAt",
    "updatedAt",
    "apple.devices",
    "id",
];

/// What a list is by the rules, without an index.
fn plain_page(rows: &[Arc<MdmUser>], query: &MdmQuery<'_>) -> MdmPage {
    let has = |text: &str, wanted: Option<&str>| {
        wanted.is_none_or(|wanted| text.to_lowercase().contains(&wanted.to_lowercase()))
    };
    let takes = |user: &&Arc<MdmUser>| {
        let searched = [Some(&user.email), Some(&user.name), user.managed_apple_id.as_ref()];
        searched.into_iter().flatten().any(|text| has(text, query.search))
            && has(&user.email, query.email)
            && has(&user.name, query.name)
            && (query.tags.is_empty()
                || query.tags.iter().any(|tag| user.tags.iter().any(|it| **it == **tag)))
    };
    let mut users: Vec<Arc<MdmUser>> = rows.iter().filter(takes).cloned().collect();
    if let Some(sort) = query.sort {
        users.sort_by_key(|user| (plain_value(user, sort.field), user.id));
        if sort.descending {
            users.reverse();
        }
    }
    let total = users.len();
    MdmPage { users: users.into_iter().skip(query.skip).take(query.limit).collect(), total }
}

#[derive(Debug, Clone)]
enum Write {
    Create { email: String, name: String, tag: String, account: Option<String>, devices: u32 },
    Rename { nth: usize, name: String },
    Remove { nth: usize },
}

fn write() -> impl Strategy<Value = Write> {
    let account = prop::option::of("[a-c]{1,2}");
    prop_oneof![
        4 => ("[a-cA-C]{1,2}", "[abAB]{0,2}", "[xy]{0,1}", account, 0_u32..3).prop_map(
            |(email, name, tag, account, devices)| Write::Create { email, name, tag, account, devices }
        ),
        2 => (0_usize..20, "[abAB]{0,2}").prop_map(|(nth, name)| Write::Rename { nth, name }),
        1 => (0_usize..20).prop_map(|nth| Write::Remove { nth }),
    ]
}

proptest! {
    #[test]
    fn lists_are_as_a_plain_reading_has_them(
        writes in prop::collection::vec(write(), 0..40),
        search in prop::option::of("[abAB]{0,2}"),
        email in prop::option::of("[ab]"),
        name in prop::option::of("[AB]"),
        tags in prop::collection::vec("[xyz]", 0..3),
        field in prop::sample::select(FIELDS.as_slice()),
        descending: bool,
        skip in 0_usize..12,
        limit in 0_usize..12,
    ) {
        let (mut users, mut plain) = (MdmUsers::default(), Vec::<Arc<MdmUser>>::new());
        for (n, write) in (0_u64..).zip(writes) {
            let now = At(n.cast_signed() / 3);
            match write {
                Write::Create { email, name, tag, account, devices } => {
                    let mut counts = MdmCounts::default();
                    *counts.get_mut("apple.devices").unwrap() = devices;
                    let user = MdmUser {
                        id: id(n * 7 % 5 * 100 + n),
                        email: email.as_str().into(),
                        name: name.as_str().into(),
                        tags: texts([&tag]),
                        language: if n % 2 == 0 { Language::De } else { Language::En },
                        managed_apple_id: account.map(Into::into),
                        metadata: "{}".into(),
                        inferred_segment_ids: Vec::new(),
                        counts,
                        created_at: now,
                        updated_at: now,
                    };
                    let taken = plain.iter().any(|it| it.email.eq_ignore_ascii_case(&email));
                    let made = users.insert(user.clone());
                    prop_assert_eq!(made.is_err(), taken);
                    if !taken {
                        plain.push(Arc::new(user));
                    }
                }
                Write::Rename { nth, name } if !plain.is_empty() => {
                    let at = nth % plain.len();
                    let change = MdmChange { name: Some(name.as_str().into()), ..MdmChange::default() };
                    plain[at] = users.update(plain[at].id, change, now).unwrap().clone();
                    prop_assert_eq!(&*plain[at].name, name.as_str());
                }
                Write::Remove { nth } if !plain.is_empty() => {
                    let at = nth % plain.len();
                    let is_free = plain[at].counts.devices() == 0;
                    prop_assert_eq!(users.remove(plain[at].id).is_ok(), is_free);
                    if is_free {
                        plain.remove(at);
                    }
                }
                Write::Rename { .. } | Write::Remove { .. } => {}
            }
        }
        prop_assert!(users.iter().eq(plain.iter()));
        let mut used: Vec<&Arc<str>> = plain.iter().flat_map(|user| &user.tags).collect();
        used.sort();
        used.dedup();
        prop_assert!(users.tags().eq(used));
        // Addresses are compared without their case, which plain text is not.
        let plain: Vec<_> = plain
            .into_iter()
            .map(|user| {
                let email = user.email.to_lowercase().into();
                Arc::new(MdmUser { email, ..(*user).clone() })
            })
            .collect();
        let sort = Some(MdmSort { field, descending });
        let query = MdmQuery {
            search: search.as_deref(), email: email.as_deref(), name: name.as_deref(),
            tags: &tags, sort, skip, limit,
        };
        for query in [query, MdmQuery { sort, skip, limit, ..MdmQuery::default() }] {
            let (page, wanted) = (users.page(&query), plain_page(&plain, &query));
            prop_assert_eq!(page.total, wanted.total);
            let ids = |page: &MdmPage| page.users.iter().map(|user| user.id).collect::<Vec<_>>();
            prop_assert_eq!(ids(&page), ids(&wanted), "{:?}", query);
        }
    }
}
