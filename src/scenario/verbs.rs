//! Verbs as they are written: `{ name = "buy-licenses", adam_id = "361309726", count = 5 }`. The control API takes the
//! name from the path and the rest as the body.

use schemars::{JsonSchema, Schema, schema_for};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::arguments::mdm::{EnrollDevice, IssueToken, RevokeKey, UnenrollDevice};
use super::arguments::{
    Accept, AddDevices, AddUsers, Arguments, Assign, Buy, ChangeLimits, Expire, Irrevocable,
    MoveService, Refund, Remove, Renew, Restrict, Retire, Revoke, TakeOver, Transfer,
};
use super::seat_arguments::{
    AssignByGroup, BuySeats, CancelRenewal, DeactivateSubscription, PauseSubscription,
    ResumeRenewal, ResumeSubscription,
};
use crate::nearest::nearest;
use crate::sim::verbs::Verb;

/// A verb that can be written.
pub struct VerbForm {
    /// Its name.
    pub name: &'static str,
    /// What it does, in a sentence.
    pub says: &'static str,
    /// The shape of its arguments.
    pub schema: fn() -> Schema,
    read: fn(Value) -> Result<Verb, BadArguments>,
}

/// A verb as a scenario says it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct VerbCall {
    /// The verb.
    pub name: String,
    /// Its arguments, whose shape depends on the verb.
    #[serde(flatten)]
    pub arguments: Map<String, Value>,
}

/// Why something written is no verb.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadVerb {
    /// There is none of this name.
    #[error("there is no verb `{name}`; {}", hint(*nearest))]
    Unknown {
        /// The name.
        name: String,
        /// What it may have been meant to be.
        nearest: Option<&'static str>,
    },
    /// Its arguments are not right.
    #[error("{0}")]
    Arguments(#[from] BadArguments),
}

/// What is wrong with a verb's arguments.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct BadArguments {
    /// Where, as a JSON pointer into the arguments.
    pub pointer: String,
    /// What, for people.
    pub text: String,
}

fn hint(nearest: Option<&str>) -> String {
    nearest.map_or_else(
        || "GET /_quince/v1/verbs lists them".to_owned(),
        |nearest| format!("did you mean {nearest}?"),
    )
}

/// Makes a form of a type of arguments.
macro_rules! form {
    ($name:literal, $arguments:ty, $says:literal) => {
        VerbForm {
            name: $name,
            says: $says,
            schema: || schema_for!($arguments),
            read: read::<$arguments>,
        }
    };
}

/// Every verb.
pub static VERBS: [VerbForm; 28] = [
    form!(
        "buy-licenses",
        Buy,
        "Buys licences: the total grows. A product that is not owned yet becomes a new asset. With as_token the token's manager buys, who needs the privilege purchase."
    ),
    form!(
        "refund-licenses",
        Refund,
        "Gives free licences back to the store: the total shrinks and they count as retired. Licences that somebody holds cannot go."
    ),
    form!(
        "transfer-licenses",
        Transfer,
        "Moves free licences to another location, where they get ids of their own."
    ),
    form!(
        "accept-invitation",
        Accept,
        "A registered user accepts the invitation with an Apple Account and becomes associated. With up_to several do, and none is no mistake."
    ),
    form!("expire-token", Expire, "Ends the life of a content token now."),
    form!("revoke-token", Revoke, "Revokes a content token."),
    form!(
        "renew-token",
        Renew,
        "Downloads a new content token, which revokes those before; the answer has it."
    ),
    form!(
        "other-mdm-takes-over",
        TakeOver,
        "Another MDM claims the location: mdmInfo changes, everything else stays."
    ),
    form!(
        "other-admin-assigns",
        Assign,
        "Another administrator hands out licences, at once and without an event."
    ),
    form!(
        "other-admin-retires-user",
        Retire,
        "Another administrator retires a user, at once and without an event."
    ),
    form!(
        "make-asset-irrevocable",
        Irrevocable,
        "From here on assignments of an asset cannot be taken back."
    ),
    form!(
        "remove-asset",
        Remove,
        "The location ceases to own an asset that nobody holds; with force the assignments go too."
    ),
    form!("add-devices", AddDevices, "Makes devices known, which hold nothing yet."),
    form!("add-users", AddUsers, "Another administrator creates users, at once."),
    form!("restrict-token", Restrict, "Changes what the manager of a content token may do."),
    form!("change-limits", ChangeLimits, "Changes how much a request may carry."),
    form!(
        "move-service",
        MoveService,
        "The service goes from here: every call of the location is refused, until it is back."
    ),
    form!(
        "buy-seats",
        BuySeats,
        "Buys licences of a subscription. A product that is not there yet becomes a new subscription, whose first billing period begins. The location must have enabled subscriptions."
    ),
    form!(
        "cancel-renewal",
        CancelRenewal,
        "The organization cancels the renewal of licences: they are gone at the end of the billing period. Free ones first, then those under assignments."
    ),
    form!(
        "resume-renewal",
        ResumeRenewal,
        "The organization takes a cancellation back: licences roll over again."
    ),
    form!(
        "pause-subscription",
        PauseSubscription,
        "Pauses a subscription: it cannot be assigned, everything else goes on."
    ),
    form!("resume-subscription", ResumeSubscription, "Ends the pause of a subscription."),
    form!(
        "deactivate-subscription",
        DeactivateSubscription,
        "Ends a subscription: it cannot be assigned, and nothing rolls over at the end of the billing period."
    ),
    form!(
        "assign-by-group",
        AssignByGroup,
        "Users get a subscription through a group of the organization, past the MDM."
    ),
    form!(
        "enroll-device",
        EnrollDevice,
        "Devices of an MDM user are enrolled; as many pending enrollment tokens of the platform are done with that."
    ),
    form!("unenroll-device", UnenrollDevice, "Devices of an MDM user go."),
    form!(
        "issue-enrollment-token",
        IssueToken,
        "An MDM user gets enrollment tokens, which are pending until a device is enrolled."
    ),
    form!(
        "revoke-key",
        RevokeKey,
        "Revokes an API key of Applivery; a new one takes its place, which the answer about the universe has."
    ),
];

/// Reads a verb by its name and its arguments.
pub fn verb(name: &str, arguments: Value) -> Result<Verb, BadVerb> {
    Ok((form(name)?.read)(arguments)?)
}

/// The verb of this name.
pub fn form(name: &str) -> Result<&'static VerbForm, BadVerb> {
    VERBS.iter().find(|form| form.name == name).ok_or_else(|| {
        let known = VERBS.iter().map(|form| form.name);
        let nearest = nearest(name, known);
        BadVerb::Unknown { name: name.chars().take(80).collect(), nearest }
    })
}

impl VerbCall {
    /// A verb without arguments.
    pub fn new(name: &str) -> Self {
        Self { name: name.to_owned(), arguments: Map::new() }
    }

    /// With an argument.
    #[must_use]
    pub fn with(mut self, argument: &str, value: impl Into<Value>) -> Self {
        self.arguments.insert(argument.to_owned(), value.into());
        self
    }

    /// The verb that it calls.
    pub fn verb(&self) -> Result<Verb, BadVerb> {
        verb(&self.name, Value::Object(self.arguments.clone()))
    }
}

fn read<T: Arguments + DeserializeOwned>(arguments: Value) -> Result<Verb, BadArguments> {
    if !arguments.is_object() {
        let text = "arguments are an object, such as {\"count\": 3}".to_owned();
        return Err(BadArguments { pointer: String::new(), text });
    }
    let arguments: T = serde_path_to_error::deserialize(arguments).map_err(|error| {
        let pointer = pointer(error.path());
        BadArguments { pointer, text: error.into_inner().to_string() }
    })?;
    let (location, deed) = arguments
        .deed()
        .map_err(|(argument, text)| BadArguments { pointer: format!("/{argument}"), text })?;
    Ok(Verb { location, deed })
}

/// A path as a JSON pointer; arguments are objects and arrays only.
fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    let parts = path.iter().filter_map(|segment| match segment {
        Segment::Seq { index } => Some(format!("/{index}")),
        Segment::Map { key } => Some(format!("/{}", key.replace('~', "~0").replace('/', "~1"))),
        Segment::Enum { .. } | Segment::Unknown => None,
    });
    parts.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::verbs::Deed;
    use serde_json::json;

    #[test]
    fn a_scenario_says_a_verb_in_one_table() {
        let call: VerbCall =
            toml::from_str("name = \"buy-licenses\"\nadam_id = \"12\"\ncount = 3").unwrap();
        let Deed::BuyLicenses { count, asset, .. } = call.verb().unwrap().deed else { panic!() };
        assert_eq!((count, asset.adam_id.as_deref()), (3, Some("12")));
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        let pointer = |name: &str, arguments: Value| match verb(name, arguments).unwrap_err() {
            BadVerb::Arguments(bad) => bad.pointer,
            unknown @ BadVerb::Unknown { .. } => unknown.to_string(),
        };
        assert_eq!(pointer("buy-licenses", json!({"count": -1})), "/count");
        assert_eq!(pointer("buy-licenses", json!({"cuont": 1})), "/cuont");
        assert_eq!(pointer("add-users", json!({"users": [{"email": 1}]})), "/users/0/email");
        assert_eq!(pointer("move-service", json!({"error": 9600})), "/error");
        assert_eq!(pointer("move-service", json!({})), "");
        assert_eq!(
            pointer("buy-licences", json!({})),
            "there is no verb `buy-licences`; did you mean buy-licenses?"
        );
    }

    #[test]
    fn the_names_of_limits_are_those_of_service_config() {
        for (n, name) in crate::sim::verbs::LIMIT_NAMES.iter().enumerate() {
            let Deed::ChangeLimits { limits } =
                verb("change-limits", json!({*name: n + 1})).unwrap().deed
            else {
                panic!()
            };
            assert_eq!(limits, [((*name).to_owned(), n as u32 + 1)]);
        }
    }
}
