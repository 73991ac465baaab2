//! What a step expects, as it is written.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::PricingParam;
use super::matching::{Between, Count, ExpectForm, MatchForm, OutcomeWord, WhereForm, bodies};
use super::read::{LIST_MAX, asset, exactly_one, id, length, name, number, real};
use super::seat::SUBSCRIPTION;
use super::step::label;
use crate::judge::{Expected, Matcher};
use crate::model::{EventStatus, UserStatus};
use crate::scenario::{Expect, Wanted, Window, Wrongs};

/// Bytes of an expectation as reports show it.
const WRITTEN_MAX: usize = 500;

/// Something expected: exactly one of `event`, `asset`, `user`, `holds`, `subscription`, `seat`, `match`, `sequence`,
/// `never` and `notification`, and what goes with it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExpectItem {
    /// Its id in reports; the step's name and a number if not said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,

    /// Events that the rule with this id touched; with `state`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    /// The state of every such event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<StateWord>,

    /// Counts of the asset of this product: at least one of `assigned`, `available`, `total` and `retired`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asset: Option<String>,
    /// Licences that somebody holds; of a subscription, assignments.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assigned: Option<u32>,
    /// Licences that are free.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub available: Option<u32>,
    /// Licences in all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<u32>,
    /// Licences that were given back or moved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retired: Option<u32>,

    /// The user with this client user id; with `status`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// The status of the user's latest record, or of the subscription.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<StatusWord>,

    /// Whether somebody holds this product; with `client_user_id` or `serial_number`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub holds: Option<String>,
    /// The user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_user_id: Option<String>,
    /// The device.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub serial_number: Option<String>,
    /// Whether they hold it; `true` if not said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub held: Option<bool>,

    /// The subscription to this product: at least one of `status`, `period_end` and the counts. `assigned`, `available` and
    /// `total` are sums; both their parts can be said, too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subscription: Option<u64>,
    /// Assignments that go on after the period.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assigned_renewing: Option<u32>,
    /// Assignments that end with the period.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assigned_expiring: Option<u32>,
    /// Free licences that renew.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub available_renewing: Option<u32>,
    /// Free licences that expire.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub available_expiring: Option<u32>,
    /// Licences that renew.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_renewing: Option<u32>,
    /// Licences that expire.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_expiring: Option<u32>,
    /// The last day of its period, such as `2027-02-28`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub period_end: Option<String>,

    /// Whether the user `client_user_id` has the subscription to this product; with `held`, or with `renewing`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seat: Option<u64>,
    /// Whether the assignment goes on after the period.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub renewing: Option<bool>,

    /// Key of the location of an asset, a subscription or a user; may be left out where there is exactly one. Of notifications: only those
    /// of this location.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// Quality of an asset; STDQ if not said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pricing_param: Option<PricingParam>,

    /// Entries of the journal that match, as many as `count` says.
    #[serde(rename = "match", skip_serializing_if = "Option::is_none")]
    pub of: Option<MatchForm>,
    /// Entries of the journal that match one after the other, whatever lies between.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sequence: Option<Vec<MatchForm>>,
    /// No entry of the journal matches.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub never: Option<MatchForm>,
    /// Attempts to deliver notifications of this type, as many as `count`, `at_least` and `at_most` say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notification: Option<String>,
    /// Only those after which this became of the notification.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<OutcomeWord>,
    /// Only those with this in the notification's body.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub r#where: Vec<WhereForm>,
    /// How many; at least one if not said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<Count>,
    /// No fewer notifications.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_least: Option<u64>,
    /// No more notifications.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_most: Option<u64>,
    /// Only what came after this mark.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    /// It is met in so much real time at most; at once if not said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub within: Option<String>,
    /// Of `never`: for so long in real time; until the client has ended if not said.
    #[serde(rename = "for", skip_serializing_if = "Option::is_none")]
    pub span: Option<String>,
}

/// The state of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum StateWord {
    /// Accepted; perhaps partly applied.
    Pending,
    /// Every task succeeded.
    Complete,
    /// At least one task failed.
    Failed,
}

/// The status of a user, or of a subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum StatusWord {
    /// Created; no Apple Account is linked yet.
    Registered,
    /// An Apple Account is linked.
    Associated,
    /// Retired by the organization.
    Retired,
    /// Retired, and a newer record has its Apple Account.
    Deleted,
    /// There is no such user.
    #[serde(rename = "absent")]
    Absent,
    /// The subscription can be assigned.
    #[serde(rename = "ACTIVE")]
    Active,
    /// Nothing of the subscription renews any more.
    #[serde(rename = "INACTIVE")]
    Inactive,
    /// Nothing of the subscription can be assigned for now.
    #[serde(rename = "PAUSED")]
    Paused,
}

/// What goes with what.
const COMPANIONS: [(&str, &[&str]); 10] = [
    ("event", &["state"]),
    ("asset", &["location", "pricing_param", "assigned", "available", "total", "retired"]),
    ("user", &["location", "status"]),
    ("holds", &["location", "pricing_param", "client_user_id", "serial_number", "held"]),
    ("subscription", SUBSCRIPTION),
    ("seat", &["location", "client_user_id", "held", "renewing"]),
    ("match", &["count", "since", "within"]),
    ("sequence", &["since", "within"]),
    ("never", &["since", "for"]),
    (
        "notification",
        &["location", "outcome", "where", "count", "at_least", "at_most", "since", "within"],
    ),
];

impl ExpectItem {
    /// Calls of this operation, so many or more until now; the last segment may be `*`.
    pub fn at_least(count: u64, operation: &str) -> Self {
        let of = Some(MatchForm::operation(operation));
        let count = Some(Count::Between(Between { at_least: Some(count), at_most: None }));
        Self { of, count, ..Self::default() }
    }

    /// Calls of this operation, exactly so many until now; the last segment may be `*`.
    pub fn exactly(count: u64, operation: &str) -> Self {
        let of = Some(MatchForm::operation(operation));
        Self { of, count: Some(Count::Exactly(count)), ..Self::default() }
    }

    /// No call of this operation until the client has ended; the last segment may be `*`.
    pub fn never(operation: &str) -> Self {
        Self { never: Some(MatchForm::operation(operation)), ..Self::default() }
    }

    /// The events that the rule with this id touched are in this state.
    pub fn event(rule: &str, state: StateWord) -> Self {
        Self { event: Some(rule.to_owned()), state: Some(state), ..Self::default() }
    }

    /// So many licences of a product are held by somebody, in the only location.
    pub fn assigned(adam_id: &str, count: u32) -> Self {
        Self { asset: Some(adam_id.to_owned()), assigned: Some(count), ..Self::default() }
    }

    /// The expectation that it says; `at` points to where it stands.
    pub fn expect(&self, default_id: String, at: &str, wrongs: &mut Wrongs) -> Option<Expect> {
        let before = wrongs.0.len();
        let id = match &self.id {
            Some(text) => id(text, &format!("{at}/id"), wrongs).map(|id| id.to_string()),
            None => Some(default_id),
        };
        let kind = self.kind(at, wrongs)?;
        let wanted = match kind {
            "event" => self.event_state(at, wrongs),
            "asset" => self.asset(at, wrongs),
            "user" => self.user(at, wrongs),
            "holds" => self.holds(at, wrongs),
            "subscription" => self.subscription(at, wrongs),
            "seat" => self.seat(at, wrongs),
            _ => self.journal(kind, at, wrongs),
        };
        let expect = Expect { id: id?, wanted: wanted?, written: self.written() };
        (wrongs.0.len() == before).then_some(expect)
    }

    /// The key that says what it is about, and nothing with it that does not go with it.
    fn kind(&self, at: &str, wrongs: &mut Wrongs) -> Option<&'static str> {
        let kinds = [
            ("event", self.event.is_some()),
            ("asset", self.asset.is_some()),
            ("user", self.user.is_some()),
            ("holds", self.holds.is_some()),
            ("subscription", self.subscription.is_some()),
            ("seat", self.seat.is_some()),
            ("match", self.of.is_some()),
            ("sequence", self.sequence.is_some()),
            ("never", self.never.is_some()),
            ("notification", self.notification.is_some()),
        ];
        exactly_one(&kinds, at, wrongs)?;
        let (kind, _) = kinds.into_iter().find(|(_, is)| *is)?;
        let (_, companions) = COMPANIONS.into_iter().find(|(name, _)| *name == kind)?;
        let given = [
            ("state", self.state.is_some()),
            ("assigned", self.assigned.is_some()),
            ("available", self.available.is_some()),
            ("total", self.total.is_some()),
            ("retired", self.retired.is_some()),
            ("status", self.status.is_some()),
            ("client_user_id", self.client_user_id.is_some()),
            ("serial_number", self.serial_number.is_some()),
            ("held", self.held.is_some()),
            ("period_end", self.period_end.is_some()),
            ("renewing", self.renewing.is_some()),
            ("outcome", self.outcome.is_some()),
            ("where", !self.r#where.is_empty()),
            ("location", self.location.is_some()),
            ("pricing_param", self.pricing_param.is_some()),
            ("count", self.count.is_some()),
            ("at_least", self.at_least.is_some()),
            ("at_most", self.at_most.is_some()),
            ("since", self.since.is_some()),
            ("within", self.within.is_some()),
            ("for", self.span.is_some()),
        ];
        let given = given.into_iter().chain(self.parts().map(|(key, it)| (key, it.is_some())));
        for (key, _) in given.filter(|(key, is)| *is && !companions.contains(key)) {
            let fit = companions.join(", ");
            let text = format!("`{key}` does not go with `{kind}`, which takes {fit}");
            wrongs.add(format!("{at}/{key}"), text);
        }
        Some(kind)
    }

    fn event_state(&self, at: &str, wrongs: &mut Wrongs) -> Option<Wanted> {
        let rule = id(self.event.as_ref()?, &format!("{at}/event"), wrongs);
        let Some(state) = self.state else {
            return wrongs.none(at, "in which `state`? PENDING, COMPLETE or FAILED");
        };
        let state = match state {
            StateWord::Pending => EventStatus::Pending,
            StateWord::Complete => EventStatus::Complete,
            StateWord::Failed => EventStatus::Failed,
        };
        Some(Wanted::Event(rule?, state))
    }

    fn asset(&self, at: &str, wrongs: &mut Wrongs) -> Option<Wanted> {
        let name = asset(self.asset.as_ref()?, self.pricing_param, &format!("{at}/asset"), wrongs)?;
        let Self { assigned, available, total, retired, .. } = *self;
        if assigned.or(available).or(total).or(retired).is_none() {
            return wrongs.none(at, "how many? say `assigned`, `available`, `total` or `retired`");
        }
        let location = self.location.clone();
        Some(Wanted::Asset { location, asset: name, assigned, available, total, retired })
    }

    fn user(&self, at: &str, wrongs: &mut Wrongs) -> Option<Wanted> {
        let client_user_id = name(self.user.as_ref()?, &format!("{at}/user"), wrongs)?;
        let status = match self.status {
            Some(StatusWord::Registered) => Some(UserStatus::Registered),
            Some(StatusWord::Associated) => Some(UserStatus::Associated),
            Some(StatusWord::Retired) => Some(UserStatus::Retired),
            Some(StatusWord::Deleted) => Some(UserStatus::Deleted),
            Some(StatusWord::Absent) => None,
            None | Some(StatusWord::Active | StatusWord::Inactive | StatusWord::Paused) => {
                let text = "in which `status`? Registered, Associated, Retired, Deleted or absent";
                return wrongs.none(at, text);
            }
        };
        Some(Wanted::User { location: self.location.clone(), client_user_id, status })
    }

    fn holds(&self, at: &str, wrongs: &mut Wrongs) -> Option<Wanted> {
        let asset =
            asset(self.holds.as_ref()?, self.pricing_param, &format!("{at}/holds"), wrongs)?;
        let who = [
            ("client_user_id", self.client_user_id.is_some()),
            ("serial_number", self.serial_number.is_some()),
        ];
        exactly_one(&who, at, wrongs)?;
        Some(Wanted::Holds {
            location: self.location.clone(),
            asset,
            client_user_id: self.client_user_id.clone(),
            serial_number: self.serial_number.clone(),
            held: self.held.unwrap_or(true),
        })
    }

    fn journal(&self, kind: &str, at: &str, wrongs: &mut Wrongs) -> Option<Wanted> {
        let expected = if let Some(name) = &self.notification {
            self.notification(name, at, wrongs)
        } else {
            let (of, never) = (self.of.as_ref(), self.never.as_ref());
            let sequence = self.sequence.as_deref();
            // A count of anything else was told already.
            let count = self.count.filter(|_| of.is_some());
            ExpectForm { of, count, sequence, never }.read(at, wrongs)
        };
        let since = match &self.since {
            Some(text) => Some(label(text, &format!("{at}/since"), wrongs)?),
            None => None,
        };
        let mut span = |text: &Option<String>, key: &str| {
            text.as_ref().map(|text| real(text, &format!("{at}/{key}"), wrongs))
        };
        let window = match (span(&self.within, "within"), span(&self.span, "for")) {
            (Some(within), _) => Window::Within(within?),
            (None, Some(_)) if since.is_some() => {
                let text = "`since` looks back and `for` looks forward; say one of them";
                return wrongs.none(format!("{at}/for"), text);
            }
            (None, Some(span)) => Window::For(span?),
            (None, None) if kind == "never" && since.is_none() => Window::ToTheEnd,
            (None, None) => Window::Now,
        };
        Some(Wanted::Journal { expected: expected?, since, window })
    }

    fn notification(&self, name: &str, at: &str, wrongs: &mut Wrongs) -> Option<Expected> {
        let (at_least, at_most) = match (self.count, self.at_least, self.at_most) {
            (Some(Count::Exactly(count)), None, None) => (count, count),
            (Some(Count::Between(Between { at_least, at_most })), None, None)
            | (None, at_least, at_most)
                if at_least.or(at_most).is_some() =>
            {
                (at_least.unwrap_or(0), at_most.unwrap_or(u64::MAX))
            }
            (None, None, None) => (1, u64::MAX),
            _ => {
                let text = "say how many once: `count`, or `at_least`, `at_most` or both";
                return wrongs.none(format!("{at}/count"), text);
            }
        };
        number(at_least, 0, at_most, &format!("{at}/at_least"), wrongs)?;
        length(self.r#where.len(), LIST_MAX, &format!("{at}/where"), wrongs)?;
        let (kind, name) = (Some("notification".to_owned()), Some(name.to_owned()));
        let of = Matcher {
            kind,
            name,
            location: self.location.clone(),
            outcome: self.outcome.map(OutcomeWord::as_str),
            wheres: bodies(&self.r#where, &format!("{at}/where"), wrongs),
            ..Matcher::default()
        };
        Some(Expected::Count { of, at_least, at_most })
    }

    /// As TOML says it in one line.
    fn written(&self) -> String {
        let mut text = String::new();
        let toml = self.serialize(toml::ser::ValueSerializer::new(&mut text)).is_ok();
        // What TOML cannot say (`null`), JSON can.
        let mut text = if toml { text } else { serde_json::to_string(self).unwrap_or_default() };
        if text.len() > WRITTEN_MAX {
            text.truncate(text.floor_char_boundary(WRITTEN_MAX));
            text.push_str("...");
        }
        text
    }
}
