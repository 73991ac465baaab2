//! A configuration, read from its tree: every member looked at, what is wrong noted with its place.

use crate::model::{Span, UNLIMITED_TOTAL};
use crate::nearest::nearest;
use crate::scenario::forms::{LIST_MAX, VIRTUAL_MS_MAX};
use crate::scenario::load::ROWS_MAX;
use crate::scenario::verbs::VerbCall;
use crate::sim::date;
use crate::text::fields::Fields;
use crate::text::source::{Problems, Span as Place, quoted};
use crate::text::tree::{Entry, Node, Value};

/// The services whose answers can be said. A test holds them against the surface.
pub(super) const SERVICES: [&str; 13] = [
    "VPPServiceConfigSrv",
    "VPPClientConfigSrv",
    "registerVPPUserSrv",
    "getVPPUserSrv",
    "getVPPUsersSrv",
    "editVPPUserSrv",
    "retireVPPUserSrv",
    "getVPPAssetsSrv",
    "getAssignments",
    "getVPPLicensesSrv",
    "manageVPPLicensesByAdamIdSrv",
    "associateVPPLicenseSrv",
    "disassociateVPPLicenseSrv",
];

const INSERTIONS: &str = "license_insertions";
const ASSOCIATIONS: &str = "associate_users";
const RESPONSES: &str = "_responses";

/// The most licences or users of one event.
const MANY_MAX: u64 = UNLIMITED_TOTAL as u64 - 1;

/// How often one answer is given at most.
const ANSWERS_MAX: u64 = 1_000_000_000;

/// A configuration.
#[derive(Debug)]
pub(super) struct Config<'n> {
    /// What happens again and again: insertions as they are declared, then the associations.
    pub(super) series: Vec<Series<'n>>,
    /// What services answer, in order of the text.
    pub(super) responses: Vec<Responses<'n>>,
}

/// Something that happens again and again.
#[derive(Debug)]
pub(super) struct Series<'n> {
    /// Where it is in the configuration.
    pub(super) name: String,
    /// What happens.
    pub(super) act: Act,
    /// To how many, each time.
    pub(super) many: u64,
    /// When it happens first.
    pub(super) first: Span,
    /// How much later each time.
    pub(super) interval: Span,
    /// How often; without an end if absent.
    pub(super) count: Option<u64>,
    /// Where to point when there are too many.
    pub(super) count_place: &'n Place,
    /// Where it says to how many.
    pub(super) many_place: &'n Place,
}

/// What happens.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Act {
    /// Licences of this product are bought.
    Buy(String),
    /// Registered users accept their invitations.
    Accept,
}

/// What a service answers before it answers by itself.
#[derive(Debug)]
pub(super) struct Responses<'n> {
    /// The service, as the end of its path has it.
    pub(super) service: &'static str,
    /// Where it is named.
    key_place: &'n Place,
    /// Each as often as it says, one after the other.
    pub(super) entries: Vec<Response>,
}

/// An answer, `service_unavailable`: there is no other.
#[derive(Debug)]
pub(super) struct Response {
    /// How often.
    pub(super) count: u64,
    /// When to come back.
    pub(super) retry_after: Option<RetryAfter>,
}

/// When to come back.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum RetryAfter {
    /// In so many seconds.
    Seconds(Span),
    /// At an instant, as it was written.
    Date(String),
}

impl Series<'_> {
    /// The verb that does it once.
    pub(super) fn call(&self) -> VerbCall {
        match &self.act {
            Act::Buy(product) => VerbCall::new("buy-licenses")
                .with("adam_id", product.as_str())
                .with("count", self.many),
            Act::Accept => VerbCall::new("accept-invitation").with("up_to", self.many),
        }
    }
}

impl<'n> Config<'n> {
    /// Reads it. Of what is wrong there is nothing in it.
    pub(super) fn read(root: &'n Node, problems: &mut Problems<'_>) -> Option<Self> {
        let Value::Table(entries) = &root.value else {
            let text = format!("a vppsim configuration is an object, not {}", root.value.kind());
            problems.add(&root.span, text);
            return None;
        };
        let (mut insertions, mut associations) = (Vec::new(), None);
        let mut responses: Vec<Responses<'_>> = Vec::new();
        for entry in entries {
            let node = &entry.node;
            match entry.key.as_str() {
                _ if matches!(node.value, Value::Null) => {}
                INSERTIONS => insertions = read_insertions(node, problems),
                ASSOCIATIONS => associations = read_associations(node, problems),
                key => match key.strip_suffix(RESPONSES).map(service) {
                    None => unknown_key(entry, problems),
                    Some(None) => unknown_service(entry, problems),
                    Some(Some(service)) => {
                        responses.push(read_responses(entry, service, problems));
                    }
                },
            }
        }
        for (n, it) in responses.iter().enumerate() {
            if responses[..n].iter().any(|other| other.service == it.service) {
                let text = format!(
                    "the answers of {} are given twice; write them into one list",
                    it.service
                );
                problems.add(it.key_place, text);
            }
        }
        let rules: usize = responses.iter().map(|it| it.entries.len()).sum();
        if rules > ROWS_MAX {
            let text = format!("{rules} answers are too many; at most {ROWS_MAX} in all");
            problems.add(&root.span, text);
        }
        let series = insertions.into_iter().chain(associations).collect();
        Some(Self { series, responses })
    }
}

/// A name without what people write differently: case, `_`, `VPP` and `Srv`.
pub(super) fn folded(name: &str) -> String {
    let name = name.to_ascii_lowercase().replace('_', "");
    name.strip_suffix("srv").unwrap_or(&name).replace("vpp", "")
}

/// The service of this name: `getVPPUsersSrv`, `get_vpp_users_srv`, `get_users`.
fn service(name: &str) -> Option<&'static str> {
    let name = folded(name);
    SERVICES.into_iter().find(|service| folded(service) == name)
}

fn unknown_key(entry: &Entry, problems: &mut Problems<'_>) {
    problems.add_with(&entry.key_span, |_| {
        let hint = nearest(&entry.key, [INSERTIONS, ASSOCIATIONS]).map_or_else(
            || {
                format!(
                    "known keys: {INSERTIONS}, {ASSOCIATIONS}, and the answers of a service such as \
                     getVPPUsersSrv{RESPONSES}"
                )
            },
            |near| format!("did you mean `{near}`?"),
        );
        format!("unknown key {} in a vppsim configuration; {hint}", quoted(&entry.key))
    });
}

fn unknown_service(entry: &Entry, problems: &mut Problems<'_>) {
    problems.add_with(&entry.key_span, |_| {
        let name = entry.key.strip_suffix(RESPONSES).unwrap_or_default();
        let hint = nearest(name, SERVICES).map_or_else(
            || format!("services: {}", SERVICES.join(", ")),
            |near| format!("did you mean `{near}{RESPONSES}`?"),
        );
        format!("{} names no service; {hint}", quoted(&entry.key))
    });
}

fn list<'n>(node: &'n Node, key: &str, problems: &mut Problems<'_>) -> &'n [Node] {
    let Value::List(items) = &node.value else {
        let text = format!("`{key}` must be a list, not {}", node.value.kind());
        problems.add(&node.span, text);
        return &[];
    };
    items
}

fn read_insertions<'n>(node: &'n Node, problems: &mut Problems<'_>) -> Vec<Series<'n>> {
    let table = "an entry of `license_insertions`";
    let known = [
        "license",
        "licenses_per_event",
        "interval_in_seconds",
        "initial_delay_in_seconds",
        "max_event_count",
    ];
    let items = list(node, INSERTIONS, problems);
    // Each of them and the associations may happen at one instant, in one step.
    if items.len() >= LIST_MAX {
        let text =
            format!("too long: {} entries, and at most {} are taken", items.len(), LIST_MAX - 1);
        problems.add(&node.span, text);
        return Vec::new();
    }
    let mut series = Vec::new();
    for (n, item) in items.iter().enumerate() {
        let Some(fields) = Fields::open(item, table, &known, problems) else { continue };
        let product = read_product(&fields, problems);
        let name = format!("{INSERTIONS}/{n}");
        let times = read_series(&fields, "licenses_per_event", name, problems);
        if let (Some(product), Some(times)) = (product, times) {
            series.push(Series { act: Act::Buy(product), ..times });
        }
    }
    series
}

fn read_product(fields: &Fields<'_>, problems: &mut Problems<'_>) -> Option<String> {
    let Some(node) = fields.node("license") else {
        fields.missing("`license`, such as {\"adamId\": 525463029}", problems);
        return None;
    };
    let license = Fields::open(node, "`license`", &["adamId"], problems)?;
    if license.node("adamId").is_none() {
        license.missing("`adamId`: of which product?", problems);
    }
    license.digits("adamId", problems).map(|(product, _)| product)
}

fn read_associations<'n>(node: &'n Node, problems: &mut Problems<'_>) -> Option<Series<'n>> {
    let known =
        ["users_per_event", "interval_in_seconds", "initial_delay_in_seconds", "max_event_count"];
    let fields = Fields::open(node, "`associate_users`", &known, problems)?;
    read_series(&fields, "users_per_event", ASSOCIATIONS.to_owned(), problems)
}

/// What both kinds say alike.
fn read_series<'n>(
    fields: &Fields<'n>,
    many_key: &'static str,
    name: String,
    problems: &mut Problems<'_>,
) -> Option<Series<'n>> {
    if fields.node(many_key).is_none() {
        fields.missing(&format!("`{many_key}`: how many each time?"), problems);
    }
    let many = fields.number(many_key, MANY_MAX, problems);
    if let Some((0, place)) = many {
        problems.add(place, format!("`{many_key}` is at least 1: nothing would happen"));
    }
    if fields.node("interval_in_seconds").is_none() {
        fields.missing("`interval_in_seconds`: how often?", problems);
    }
    let interval = seconds(fields, "interval_in_seconds", problems);
    let delay = seconds(fields, "initial_delay_in_seconds", problems);
    let count = fields.number("max_event_count", u64::MAX, problems);
    let ((many, many_place), (interval, interval_place)) = (many?, interval?);
    if interval == Span(0) && count.is_none() && fields.node("max_event_count").is_none() {
        let text =
            "without an interval and without an end: say `max_event_count`, or a longer interval";
        problems.add(interval_place, text);
        return None;
    }
    Some(Series {
        name,
        act: Act::Accept,
        many,
        first: delay.map_or(interval, |(delay, _)| delay),
        interval,
        count: count.map(|(count, _)| count),
        count_place: count.map_or(interval_place, |(_, place)| place),
        many_place,
    })
}

/// Seconds, which may have a fraction: to the millisecond.
#[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "in bounds")]
fn seconds<'n>(
    fields: &Fields<'n>,
    key: &str,
    problems: &mut Problems<'_>,
) -> Option<(Span, &'n Place)> {
    const SECONDS_MAX: f64 = (VIRTUAL_MS_MAX / 1000) as f64;
    let node = fields.node(key)?;
    let seconds = match &node.value {
        Value::Integer(number) => *number as f64,
        Value::Float(number) => *number,
        _ => f64::NAN,
    };
    if !(0.0..=SECONDS_MAX).contains(&seconds) {
        let got = match &node.value {
            Value::Integer(number) => number.to_string(),
            Value::Float(number) => number.to_string(),
            other => other.kind().to_owned(),
        };
        let text =
            format!("`{key}` must be a number of seconds from 0 to {SECONDS_MAX}, not {got}");
        problems.add(&node.span, text);
        return None;
    }
    Some((Span((seconds * 1000.0).round() as i64), &node.span))
}

fn read_responses<'n>(
    entry: &'n Entry,
    service: &'static str,
    problems: &mut Problems<'_>,
) -> Responses<'n> {
    let known = ["count", "response", "retry_after"];
    let table = "an answer";
    let mut entries = Vec::new();
    for item in list(&entry.node, &entry.key, problems) {
        let Some(fields) = Fields::open(item, table, &known, problems) else { continue };
        for (key, what) in [("count", "`count`: how often?"), ("response", "`response`")] {
            if fields.node(key).is_none() {
                fields.missing(what, problems);
            }
        }
        fields.word("response", &[("service_unavailable", ())], problems);
        let retry_after = fields.node("retry_after").map(|node| read_retry_after(node, problems));
        match fields.number("count", ANSWERS_MAX, problems) {
            Some((0, place)) => {
                problems.add(place, "`count` is at least 1; or leave the answer out");
            }
            Some((count, _)) => {
                entries.push(Response { count, retry_after: retry_after.flatten() });
            }
            None => {}
        }
    }
    Responses { service, key_place: &entry.key_span, entries }
}

fn read_retry_after(node: &Node, problems: &mut Problems<'_>) -> Option<RetryAfter> {
    let (seconds, got) = match &node.value {
        Value::Text(text) if date::parse_http(text).is_some() => {
            return Some(RetryAfter::Date(text.clone()));
        }
        Value::Text(text) => {
            let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            (text.parse::<i64>().ok().filter(|_| digits), quoted(text))
        }
        Value::Integer(number) => (i64::try_from(*number).ok(), number.to_string()),
        other => (None, other.kind().to_owned()),
    };
    let seconds = seconds.filter(|seconds| (0..=VIRTUAL_MS_MAX / 1000).contains(seconds));
    if seconds.is_none() {
        let text = format!(
            "`retry_after` is a number of seconds, \"20\", or a date such as \"Sun, 06 Nov 1994 08:49:37 GMT\", not {got}"
        );
        problems.add(&node.span, text);
    }
    seconds.map(|seconds| RetryAfter::Seconds(Span::seconds(seconds)))
}
