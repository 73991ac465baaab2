//! What the careless client of each scenario does wrong, and where the report says so.

use Without::{Act, Itself, Rules};

/// A scenario that ships, with what its careless client comes to.
pub(super) struct Show {
    /// Its name: of the file, and of the script of its clients.
    pub(super) name: &'static str,
    /// The exit code: 1 for an expectation, 2 where the gate is the point.
    pub(super) code: i32,
    /// The one thing that is wrong: `step / expectation`, or `gate / check`.
    pub(super) fault: &'static str,
    /// What the gate finds besides, as a consequence.
    pub(super) besides: &'static [&'static str],
    /// What the report says there was instead, or what stands in every entry that it names.
    pub(super) culprit: Culprit,
    /// Where the careless client gets through.
    pub(super) without: Without,
}

/// What the report shows.
pub(super) enum Culprit {
    /// Entries of these numbers, in each of which this text stands.
    Entries(&'static [u64], &'static str),
    /// A state that is not as it should be, told with this text, and the entries that say how it came about.
    State(&'static str, &'static [u64]),
}

/// What makes a scenario hard on the careless client.
#[derive(Clone, Copy)]
pub(super) enum Without {
    /// Its rules; what refers to them goes with them.
    Rules,
    /// An act of a step: the step's name, and the key.
    Act(&'static str, &'static str),
    /// Nothing: the flaw shows on a good day, too. Why, for who reads the table.
    Itself(#[allow(dead_code, reason = "for people")] &'static str),
}

/// Every scenario, in the order of the README.
pub(super) const SHOWS: &[Show] = &[
    Show {
        name: "first-sync",
        code: 1,
        fault: "from the beginning / no-page-beyond-the-last",
        besides: &["gate / conversation"],
        culprit: Culprit::Entries(&[8], "-> 400 9650"),
        without: Itself("every list has a last page"),
    },
    Show {
        name: "incremental-sync",
        code: 1,
        fault: "all day / nobody-assigns-to-ben",
        besides: &[],
        culprit: Culprit::Entries(
            &[6],
            "v2.assets.associate berlin POST /mdm/v2/assets/associate -> 400 9609",
        ),
        without: Rules,
    },
    Show {
        name: "late-partial-association",
        code: 1,
        fault: "the client is content / every-device-holds-the-app",
        besides: &[],
        culprit: Culprit::State("assigned is 2, available is 1", &[4]),
        without: Rules,
    },
    Show {
        name: "out-of-licenses",
        code: 2,
        fault: "gate / budget",
        besides: &[],
        culprit: Culprit::Entries(&[7, 10, 13], "v2.assets.associate"),
        without: Rules,
    },
    Show {
        name: "token-expires",
        code: 1,
        fault: "the client has ended / stops-at-the-first-9621",
        besides: &[],
        culprit: Culprit::Entries(&[4, 5, 6, 7], "-> 401 9621"),
        without: Act("half an hour later", "advance"),
    },
    Show {
        name: "token-revoked",
        code: 1,
        fault: "the client has ended / stops-at-the-first-9625",
        besides: &[],
        culprit: Culprit::Entries(&[5, 7, 9, 11], "-> 401 9625"),
        without: Rules,
    },
    Show {
        name: "other-mdm-takes-over",
        code: 1,
        fault: "another MDM has the location / hands-off",
        besides: &[],
        culprit: Culprit::Entries(&[8], "v2.assets.associate"),
        without: Rules,
    },
    Show {
        name: "throttled",
        code: 1,
        fault: "the service is busy / a-second-of-silence",
        besides: &[],
        culprit: Culprit::Entries(&[5], "v2.assets.list"),
        without: Rules,
    },
    Show {
        name: "maintenance-window",
        code: 1,
        fault: "the window / silence-until-it-is-over",
        besides: &[],
        culprit: Culprit::Entries(&[3], "v2.assignments.list"),
        without: Rules,
    },
    Show {
        name: "pages-move-under-you",
        code: 1,
        fault: "every device holds the app / nothing-to-do",
        besides: &[],
        culprit: Culprit::Entries(&[5], "v2.assets.associate"),
        without: Rules,
    },
    Show {
        name: "purchase-during-sync",
        code: 1,
        fault: "in the end / the-sync-ends",
        besides: &[],
        culprit: Culprit::Entries(
            &[2, 5, 8, 11, 14, 17, 20, 23, 26, 29, 32, 35, 38, 41, 44, 47, 50, 53, 56, 59],
            "v2.assets.list",
        ),
        without: Rules,
    },
    Show {
        name: "user-lifecycle",
        code: 1,
        fault: "ben goes / only-to-those-who-are-there",
        besides: &["gate / conversation"],
        culprit: Culprit::Entries(
            &[15],
            "v2.assets.associate berlin POST /mdm/v2/assets/associate -> 400 9609",
        ),
        without: Itself("emil is in the list from the beginning, as he would be at any school"),
    },
    Show {
        name: "retired-user-comes-back",
        code: 1,
        fault: "in the end / creates-ben-once-at-most",
        besides: &[],
        culprit: Culprit::Entries(&[4, 8, 12], "v2.users.create"),
        without: Rules,
    },
    Show {
        name: "reassign-device",
        code: 1,
        fault: "in the end / the-new-device-holds-the-app",
        besides: &["gate / conversation"],
        culprit: Culprit::State("there is no device ipad-new", &[2, 4, 6]),
        without: Rules,
    },
    Show {
        name: "event-never-ends",
        code: 2,
        fault: "gate / budget",
        besides: &[],
        culprit: Culprit::Entries(
            &[15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32],
            "v2.status.get",
        ),
        without: Rules,
    },
    Show {
        name: "ambiguous-commit",
        code: 1,
        fault: "in the end / creates-nora-once",
        besides: &[],
        culprit: Culprit::Entries(&[2, 4], "v2.users.create"),
        without: Rules,
    },
    Show {
        name: "big-library",
        code: 2,
        fault: "gate / budget",
        besides: &[],
        culprit: Culprit::Entries(
            &[23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42],
            "v2.assignments.list",
        ),
        without: Itself("a call for each device is wrong on a good day, too"),
    },
    Show {
        name: "notification-lost",
        code: 1,
        fault: "in the end / the-new-device-holds-the-app",
        besides: &[],
        culprit: Culprit::State("there is no device ipad-new", &[5]),
        without: Rules,
    },
    Show {
        name: "notification-twice",
        code: 1,
        fault: "the school buys two / promises-what-is-there",
        besides: &[],
        culprit: Culprit::Entries(
            &[11],
            "notification ASSET_MANAGEMENT 4 of berlin, attempt 1: answered 200; delivered",
        ),
        without: Rules,
    },
    Show {
        name: "notification-before-answer",
        code: 1,
        fault: "in the end / nobody-has-to-ask",
        besides: &[],
        culprit: Culprit::Entries(&[9], "v2.status.get"),
        without: Rules,
    },
    Show {
        name: "receiver-down",
        code: 1,
        fault: "three licences go / promises-what-is-there",
        besides: &[],
        culprit: Culprit::Entries(
            &[12],
            "notification ASSET_MANAGEMENT 4 of berlin, attempt 1: answered 200; delivered",
        ),
        without: Act("three licences go", "verb"),
    },
    Show {
        name: "secret-rotated",
        code: 1,
        fault: "in the end / no-licence-lies-idle",
        besides: &[],
        culprit: Culprit::State("assigned is 1, available is 2", &[5, 6]),
        without: Rules,
    },
    Show {
        name: "subscriptions-first-import",
        code: 1,
        fault: "all imported / dora-has-it-until-the-end-of-the-month",
        besides: &[],
        culprit: Culprit::State("renewing is true", &[6]),
        without: Itself("every list that is longer than a page has a second one"),
    },
    Show {
        name: "renewal-cancelled",
        code: 1,
        fault: "in the end / anna-stays",
        besides: &[],
        culprit: Culprit::State("user anna does not have subscription 6740000017", &[3, 5, 10]),
        without: Act("two licences are given up", "verb"),
    },
    Show {
        name: "seats-run-out",
        code: 1,
        fault: "in the end / nobody-has-both",
        besides: &[],
        culprit: Culprit::State("user anna has subscription 6740000018", &[3, 5, 8]),
        without: Rules,
    },
    Show {
        name: "deferred-release",
        code: 1,
        fault: "the month is over / not-before-it-is-free",
        besides: &["in the end / ben-has-it"],
        culprit: Culprit::Entries(&[7], "subscriptions.associate"),
        without: Itself("what is deferred is free later, on any day"),
    },
    Show {
        name: "disable-too-late",
        code: 1,
        fault: "and gives it to the trainers / nobody-is-retired",
        besides: &[],
        culprit: Culprit::Entries(&[8], "v2.users.retire"),
        without: Rules,
    },
    Show {
        name: "paused-and-back",
        code: 1,
        fault: "in the end / everybody-has-it",
        besides: &[],
        culprit: Culprit::State("assigned is 0 renewing and 0 expiring", &[4, 8, 10]),
        without: Rules,
    },
];
