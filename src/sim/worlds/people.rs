//! MDM users of the named worlds, and of `[generate]`.

use std::collections::HashSet;

use super::names::{Tongue, person};
use crate::model::Language;
use crate::sim::entropy::Stream;
use crate::sim::spec::{MdmOrganizationSpec, MdmUserSpec};

const DEPARTMENTS: [&str; 8] =
    ["sales", "warehouse", "finance", "people", "it", "field", "legal", "reception"];

/// The ordinary people that an organization has besides those who are named; each address is one of its own.
pub(in crate::sim) fn made_up(spec: &MdmOrganizationSpec, seed: u64) -> Vec<MdmUserSpec> {
    let mut draw = Stream::new(seed, &spec.slug, "world.mdm-growth", 0);
    let mut taken: HashSet<String> =
        spec.users.iter().map(|user| user.email.to_lowercase()).collect();
    let mut people = Vec::with_capacity(spec.more.count as usize);
    for n in 1..=spec.more.count {
        let (name, mailbox) = person(&mut draw, Tongue::English);
        let domain = &spec.more.domain;
        let mut email = format!("{mailbox}@{domain}");
        let mut again = n;
        while !taken.insert(email.to_lowercase()) {
            email = format!("{mailbox}.{again}@{domain}");
            again += 1;
        }
        let mut user = MdmUserSpec::new(&email, &name);
        let department = draw.pick(&DEPARTMENTS).copied().unwrap_or_default();
        user.tags = vec![department.to_owned()];
        if draw.chance(100_000) {
            user.language = draw.pick(&Language::ALL).map(|(_, language)| *language);
        }
        if draw.chance(700_000) {
            count_in(&mut user, "apple.devices", 1);
        }
        people.push(user);
    }
    people
}

/// The people of a company: some with Managed Apple Accounts, some that cannot be deleted, each for a reason of its own.
pub(super) fn of_demo(organization: &mut MdmOrganizationSpec, domain: &str, seed: u64) {
    let mut draw = Stream::new(seed, &organization.slug, "world.mdm", 0);
    let kinds: [(&[&str], Option<&str>, bool); 10] = [
        (&["office", "managers"], Some("apple.devices"), true),
        (&["office"], Some("apple.enrollmentTokens"), true),
        (&["crane"], Some("android.devices.DEVICE_OWNER"), false),
        (&["crane"], Some("android.enrollmentTokens.PENDING"), false),
        (&["crane", "night-shift"], Some("android.enrollmentTokens.EXPIRED"), false),
        (&["office"], Some("windows.devices"), true),
        (&["gate"], Some("aosp.devices.DEVICE_OWNER"), false),
        (&["gate"], Some("aosp.enrollmentTokens.PENDING"), false),
        (&[], None, true),
        (&["night-shift"], None, false),
    ];
    for (n, (tags, attached, is_managed)) in (1..).zip(kinds) {
        let (name, mailbox) = person(&mut draw, Tongue::German);
        let mut user = MdmUserSpec::new(&format!("{mailbox}@{domain}"), &name);
        user.tags = tags.iter().map(|tag| (*tag).to_owned()).collect();
        user.managed_apple_id = is_managed.then(|| format!("{mailbox}.{n}@appleid.{domain}"));
        user.metadata = format!(r#"{{"staffNumber":{}}}"#, 1000 + draw.below(9000));
        if let Some(path) = attached {
            count_in(&mut user, path, 1 + draw.below(2) as u32);
        }
        let taken = organization.users.iter().any(|other| other.email == user.email);
        if taken {
            user.email = format!("{mailbox}.{n}@{domain}");
        }
        organization.users.push(user);
    }
}

/// The teachers of a school: no Managed Apple Accounts, so that its Apple users are those of its location.
pub(super) fn of_school(organization: &mut MdmOrganizationSpec, domain: &str, seed: u64) {
    let mut draw = Stream::new(seed, &organization.slug, "world.mdm", 0);
    for n in 1..=40 {
        let (name, mailbox) = person(&mut draw, Tongue::German);
        let email = format!("{mailbox}.{n}@{domain}");
        let mut user = MdmUserSpec::new(&email, &name);
        let class = format!("klasse-{}", 1 + n % 6);
        user.tags = if n % 5 == 0 { vec!["lehrkraft".to_owned(), class] } else { vec![class] };
        user.language = (n % 7 == 0).then_some(Language::En);
        user.inferred_segment_ids = vec![0, 1 + i64::from(n % 6)];
        match n % 10 {
            1 | 2 => count_in(&mut user, "apple.devices", 1),
            3 => count_in(&mut user, "apple.enrollmentTokens", 1),
            _ => {}
        }
        organization.users.push(user);
    }
}

/// Nobody here is wrong, and nobody is easy.
pub(super) fn of_edge_cases(organization: &mut MdmOrganizationSpec) {
    let pear = "\u{1F350}";
    let name_of = |text: &str, times: usize| text.repeat(times);
    let people = [
        ("no-name@edge.example", String::new()),
        ("long-name@edge.example", name_of("n", 256)),
        // 256 units of UTF-16, 128 characters, 512 bytes.
        ("emoji-name@edge.example", name_of(pear, 128)),
        ("blanks@edge.example", " \u{a0}\t ".to_owned()),
        ("upper.CASE@Edge.Example", "UPPER Case".to_owned()),
        ("plus+address@edge.example", "plus".to_owned()),
        ("plus+address+twice@edge.example", "Plus".to_owned()),
        ("o'quote@edge.example", "O'\"Quote\\ <b>&amp;</b>".to_owned()),
        ("rtl@edge.example", "\u{202e}\u{5e9}\u{5dc}\u{5d5}\u{5dd} \u{645}\u{631}".to_owned()),
        // One name in two normal forms, which are two texts.
        ("composed@edge.example", "Ren\u{e9}e".to_owned()),
        ("decomposed@edge.example", "Rene\u{301}e".to_owned()),
        ("digits@edge.example", "0010".to_owned()),
        ("regex@edge.example", "^(.*)+$".to_owned()),
        ("tags@edge.example", "Tags".to_owned()),
        ("metadata@edge.example", "Metadata".to_owned()),
        ("counts@edge.example", "Counts".to_owned()),
        ("family@edge.example", "\u{1F468}\u{200D}\u{1F469}\u{200D}\u{1F467}".to_owned()),
        ("-@xn--bcher-kva.example", "-".to_owned()),
    ];
    for (email, name) in people {
        organization.users.push(MdmUserSpec::new(email, &name));
    }
    // The longest address: 256 characters.
    let longest = format!("{}@edge.example", "a".repeat(256 - "@edge.example".len()));
    organization.users.push(MdmUserSpec::new(&longest, "Longest"));
    let mut of = |email: &str, change: &dyn Fn(&mut MdmUserSpec)| {
        if let Some(user) = organization.users.iter_mut().find(|user| user.email == email) {
            change(user);
        }
    };
    of("tags@edge.example", &|user| {
        let long = "t".repeat(128);
        let tags = ["", " ", "a,b", "a&b=c", "A", "a", pear, &long];
        user.tags = tags.map(str::to_owned).into();
    });
    of("metadata@edge.example", &|user| {
        let deep = format!("{}1{}", "[".repeat(20), "]".repeat(20));
        user.metadata =
            format!(r#"{{"":null,"a.b":{{"$set":-0.0}},"deep":{deep},"big":9007199254740993}}"#);
        user.inferred_segment_ids = vec![9_007_199_254_740_991, 0, -1];
    });
    of("counts@edge.example", &|user| {
        for (n, path) in (1..).zip(crate::model::MdmCounts::paths()) {
            count_in(user, path, n);
        }
    });
    of("digits@edge.example", &|user| user.language = Some(Language::Zh));
}

fn count_in(user: &mut MdmUserSpec, path: &str, count: u32) {
    if let Some(place) = user.counts.get_mut(path) {
        *place += count;
    }
}
