//! The table: number, text and how to meet it (apple-v2.md §13.4).

use http::Method;
use serde_json::{Value, json};

use crate::v2::school::{BOOK, POST, RUTH, TAKEN_ACCOUNT, TEXTS, assets, serials};

/// One way to meet an error number.
pub(super) struct Row {
    pub(super) number: u16,
    pub(super) text: &'static str,
    pub(super) shows: Shows,
}

/// Where it shows; `info` is `null` where there is no `errorInfo`.
pub(super) enum Shows {
    /// As the answer to a request.
    Answer { ask: Ask, status: u16, info: Value },
    /// In the failures of an event.
    Failure { ask: Ask, info: Value },
    /// Where a rule orders it, and nowhere else, for this reason; without a status of its own where only events tell it.
    Ordered(Option<u16>, &'static str),
}

/// A request, and what has to be so before it.
pub(super) struct Ask {
    pub(super) world: &'static str,
    pub(super) location: &'static str,
    pub(super) profile: &'static str,
    pub(super) settings: Vec<(&'static str, &'static str)>,
    /// Posted first, and done.
    pub(super) before: Vec<(&'static str, Value)>,
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) bearer: Bearer,
    pub(super) content_type: &'static str,
    pub(super) body: Value,
    /// Sent up to so many times, until the error comes.
    pub(super) times: usize,
}

/// The token that is sent.
pub(super) enum Bearer {
    Own,
    Is(&'static str),
    Missing,
}

fn get(path: &str) -> Ask {
    Ask {
        world: "small-school",
        location: "berlin",
        profile: "observed",
        settings: Vec::new(),
        before: Vec::new(),
        method: Method::GET,
        path: path.to_owned(),
        bearer: Bearer::Own,
        content_type: "application/json",
        body: Value::Null,
        times: 1,
    }
}

fn post(path: &str, body: Value) -> Ask {
    Ask { method: Method::POST, body, ..get(path) }
}

fn config(body: Value) -> Ask {
    post("client/config", body)
}

impl Ask {
    fn with(mut self, key: &'static str, value: &'static str) -> Self {
        self.settings.push((key, value));
        self
    }

    fn at_edge(self, location: &'static str) -> Self {
        Self { world: "edge-cases", location, ..self }
    }

    fn is(self, number: u16, status: u16, text: &'static str) -> Row {
        self.names(number, status, text, Value::Null)
    }

    fn names(self, number: u16, status: u16, text: &'static str, info: Value) -> Row {
        Row { number, text, shows: Shows::Answer { ask: self, status, info } }
    }

    fn fails(self, number: u16, text: &'static str, info: Value) -> Row {
        Row { number, text, shows: Shows::Failure { ask: self, info } }
    }
}

fn ordered(number: u16, status: u16, text: &'static str, why: &'static str) -> Row {
    // Events alone tell 9644; who orders it as an answer gets 400.
    let status = Some(status).filter(|_| number != 9644);
    Row { number, text, shows: Shows::Ordered(status, why) }
}

fn people(count: usize) -> Vec<Value> {
    serials("u", 0..count).iter().map(|id| json!({ "clientUserId": id })).collect()
}

fn mdm(id: usize, name: usize, metadata: usize) -> Value {
    let text = |length| "x".repeat(length);
    json!({"mdmInfo": {"id": text(id), "name": text(name), "metadata": text(metadata)}})
}

fn receiver(url: &str, secret: &str) -> Value {
    json!({"notificationUrl": url, "notificationAuthToken": secret})
}

const NO_FAULTS: &str = "the service fails only where a rule says so";
const NO_SUBSCRIPTIONS: &str = "subscriptions are not served yet";

const TOO_MANY_USERS: &str =
    "Max clientUserIds limit on request has been passed, please stay within given limit.";
const TOO_MANY_SERIALS: &str =
    "Max serialNumbers limit on request has been passed, please stay within given limit.";
const NOT_REVOCABLE: &str = "Asset in request is not revocable, please send revocable assets.";
const TOO_LONG: &str = "Either the notification URL or the authentication token exceeds its maximum length. Change the request to stay within the specified limit.";
const NO_USER: &str = "Unable to find the registered user.";

/// All rows, by number.
pub(super) fn rows() -> Vec<Row> {
    let text = |app| json!({"assets": [{"adamId": app, "pricingParam": "STDQ"}]});
    let users = |ids: &[&str]| json!({ "clientUserIds": ids });
    vec![
        Ask { profile: "documented", bearer: Bearer::Is("bm9ib2R5"), ..get("assets") }
            .is(9601, 401, "Login required."),
        post("assets/associate", json!([])).is(9602, 400, "Invalid argument."),
        ordered(9603, 500, "Internal error.", NO_FAULTS),
        post("assets/associate", json!({"assets": assets(&[TEXTS]), "clientUserIds": ["x", RUTH]}))
            .names(9609, 400, NO_USER, users(&["x"])),
        post("assets/associate", json!({"assets": assets(&[TEXTS]), "clientUserIds": ["x", RUTH]}))
            .with("v2.unknown_user", "async")
            .fails(9609, NO_USER, users(&["x"])),
        get("assets").at_edge("lapsed").is(
            9621,
            401,
            "The token has expired. You need to generate a new token online using your organization's account at either school.apple.com or business.apple.com.",
        ),
        Ask { bearer: Bearer::Is("bm9ib2R5"), ..get("assets") }
            .is(9622, 200, "Invalid authentication token"),
        ordered(9623, 400, "Invalid APN token", "push tokens are a matter of the older API"),
        get("assets").at_edge("withdrawn").is(9625, 401, "The server has revoked the sToken."),
        ordered(9634, 410, "Service removed.", NO_FAULTS),
        post("users/create", json!({"users": [{"clientUserId": "n", "managedAppleId": "a@b.example"}]}))
            .with("users.managed_accounts", "listed")
            .fails(9635, "Apple Account can't be associated with registered user.", users(&["n"])),
        post("users/retire", json!({"users": [{"clientUserId": "reader"}]}))
            .at_edge("reading-room")
            .is(9637, 403, "Facilitator operation not allowed."),
        post("users/create", json!({"users": [{"clientUserId": "n", "managedAppleId": TAKEN_ACCOUNT}]}))
            .fails(9641, "Apple Account already associated to registered user.", users(&["n"])),
        ordered(9644, 400,
            "Volume Purchase Program is currently in maintenance mode. Please try again later.",
            NO_FAULTS,
        ),
        Ask { times: 1000, ..get("users").with("v2.rate_limit", "on") }
            .is(9646, 429, "There are too many recent requests. Try again momentarily."),
        ordered(9647, 403,
            "This operation isn't supported for legacy tokens.",
            "there are no legacy tokens",
        ),
        get("users?pageIndex=7").is(
            9650,
            400,
            "The provided page index must be greater than 0, and less than the total number of pages.",
        ),
        post(
            "assets/associate",
            json!({"assets": serials("", 1..27).iter().map(|id| json!({"adamId": id})).collect::<Vec<_>>(), "serialNumbers": ["S"]}),
        )
        .is(9700, 400, "Max assets limit on request has been passed, please stay within given limit."),
        post(
            "assets/associate",
            json!({"assets": assets(&[TEXTS]), "clientUserIds": serials("u", 0..1001)}),
        )
        .is(9701, 400, TOO_MANY_USERS),
        post("assets/revoke", json!({"clientUserIds": serials("u", 0..101)}))
            .is(9701, 400, TOO_MANY_USERS),
        post(
            "assets/disassociate",
            json!({"assets": assets(&[TEXTS]), "serialNumbers": serials("S", 0..1001)}),
        )
        .is(9702, 400, TOO_MANY_SERIALS),
        post("assets/revoke", json!({"serialNumbers": serials("S", 0..101)}))
            .is(9702, 400, TOO_MANY_SERIALS),
        post(
            "assets/associate",
            json!({"assets": [{"adamId": TEXTS}, {"adamId": "1"}, {"adamId": TEXTS, "pricingParam": "STDQ"}], "serialNumbers": ["S"]}),
        )
        .names(
            9703,
            400,
            "Duplicate assets found in request, please send unique assets.",
            text(TEXTS),
        ),
        post(
            "assets/associate",
            json!({"assets": assets(&[TEXTS]), "clientUserIds": ["a", RUTH, "a", RUTH, "a"]}),
        )
        .names(
            9704,
            400,
            "Duplicate clientUserIds found in request, please send unique clients.",
            users(&["a", RUTH]),
        ),
        post("assets/revoke", json!({"serialNumbers": ["T", "S", "S"]})).names(
            9705,
            400,
            "Duplicate serialNumbers found in request, please send unique serials.",
            json!({"serialNumbers": ["S"]}),
        ),
        post("assets/disassociate", json!({"assets": assets(&[TEXTS, BOOK]), "clientUserIds": [RUTH]}))
            .names(9706, 400, NOT_REVOCABLE, text(BOOK)),
        post("assets/associate", json!({"assets": assets(&[POST, TEXTS]), "serialNumbers": ["S"]}))
            .names(
                9707,
                400,
                "Asset in request is not device assignable, please send device assignable assets.",
                text(POST),
            ),
        get("status?eventId=3d0c7a0e-51f5-4f0b-8a35-5d6f0f6c2b77")
            .is(9708, 400, "EventId could not be found."),
        Ask {
            before: vec![(
                "assets/associate",
                json!({"assets": assets(&[TEXTS]), "serialNumbers": serials("S", 0..40)}),
            )],
            ..post("assets/associate", json!({"assets": assets(&[TEXTS]), "clientUserIds": [RUTH]}))
        }
        .fails(
            9709,
            "There are not enough licenses for this app or book available to assign to the selected group.",
            text(TEXTS),
        ),
        config(json!({"notificationUrl": "https://mdm.example/n"})).is(
            9710,
            400,
            "Both the notification URL and the authentication token are necessary.",
        ),
        config(receiver("https://mdm.example/n", &"x".repeat(513))).is(9711, 400, TOO_LONG),
        config(receiver(&format!("https://mdm.example/{}", "x".repeat(493)), "x"))
            .is(9711, 400, TOO_LONG),
        config(receiver("http://mdm.example/n", "x")).is(
            9712,
            400,
            "The provided notification URL must be a valid URL and use HTTPS as the protocol.",
        ),
        config(mdm(1, 1, 256)).is(
            9713,
            400,
            "The MDM metadata exceeds the maximum length. Change the request to stay within the specified limit.",
        ),
        post("users/create", json!({"users": people(101)})).is(
            9714,
            400,
            "The number of users exceeds the maximum. Change the request to stay within the specified limit.",
        ),
        post("users/update", json!({"users": [{"clientUserId": RUTH}, {"clientUserId": RUTH}]}))
            .names(
                9715,
                400,
                "This request contains duplicate users. Change the request to send unique users.",
                users(&[RUTH]),
            ),
        post("users/create", json!({"users": [{"clientUserId": RUTH}, {"clientUserId": "new"}]}))
            .fails(
                9716,
                "A registered user already exists with the specified clientUserId.",
                users(&[RUTH]),
            ),
        post("users/create", json!({"users": [{"clientUserId": "a", "email": "a@b"}]})).names(
            9717,
            400,
            "This request contains an invalid email address. Change the request to send valid email addresses.",
            users(&["a"]),
        ),
        post("assets/associate", json!({"serialNumbers": ["S"]})).is(
            9718,
            400,
            "This request doesn't contain an asset, which is a required argument. Change the request to provide an asset.",
        ),
        post("assets/associate", json!({"assets": assets(&[TEXTS])})).is(
            9719,
            400,
            "Either clientUserIds or serialNumbers are required arguments. Change the request to provide assignable users and devices.",
        ),
        post("users/retire", json!({"users": []})).is(
            9720,
            400,
            "Users are a required argument. Change the request to provide a user.",
        ),
        get("users?sinceVersionId=3d0c7a0e-51f5-4f0b-8a35-5d6f0f6c2b77").is(
            9721,
            400,
            "This request contains an invalid version ID. Change the request to send the version ID from the read APIs.",
        ),
        Ask { bearer: Bearer::Missing, ..get("assets") }.is(
            9722,
            401,
            "This request contains an invalid authorization header. Change the request to send an authorization header that matches the format 'Bearer {sToken}'.",
        ),
        config(json!({"mdmInfo": {"id": "1", "name": "MDM"}})).is(
            9723,
            400,
            "You must provide an MDM name, ID, and metadata when setting the MDM information.",
        ),
        config(mdm(101, 1, 1)).is(
            9724,
            400,
            "The MDM ID exceeds the maximum length. Change the request to stay within the specified limit.",
        ),
        config(mdm(1, 101, 1)).is(
            9725,
            400,
            "The MDM name exceeds the maximum length. Change the request to stay within the specified limit.",
        ),
        Ask { method: Method::DELETE, ..get("assets") }.is(
            9726,
            405,
            "This request contains an unsupported HTTP method for the requested endpoint.",
        ),
        Ask { content_type: "text/plain", ..post("users/create", json!({"users": people(1)})) }.is(
            9727,
            415,
            "This request contains an unsupported Content-Type for the requested endpoint.",
        ),
        ordered(9728, 400,
            "The provided notification URL is unreachable.",
            "a call alone has no receiver; tests of notifications have some",
        ),
        ordered(9729, 503, "The server has since moved, please refresh DNS entry.", NO_FAULTS),
        ordered(9811, 400, "The subscription association request is not valid.", NO_SUBSCRIPTIONS),
        ordered(9812, 400, "The cursor is not valid.", NO_SUBSCRIPTIONS),
        ordered(9813, 400, "The Adam ID is not valid.", NO_SUBSCRIPTIONS),
        ordered(9814, 400,
            "There is no associated registered user for that clientUserId.",
            NO_SUBSCRIPTIONS,
        ),
        ordered(9815, 400,
            "The registered user does not hold the requested adamId.",
            NO_SUBSCRIPTIONS,
        ),
        ordered(9816, 400,
            "There are too many subscriptions or users in the request.",
            NO_SUBSCRIPTIONS,
        ),
        ordered(9817, 400,
            "The user already has the subscription through a group.",
            NO_SUBSCRIPTIONS,
        ),
        ordered(9818, 400, "Subscriptions exist, so they cannot be disabled.", NO_SUBSCRIPTIONS),
    ]
}
