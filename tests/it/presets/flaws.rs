//! Each preset, and the careless client that it breaks.

use super::clients::*;
use super::{caught, caught_in};

#[tokio::test]
async fn small_pages_break_who_counts_rows() {
    let client = counts_rows_instead_of_following_next_page_index;
    let flaw = caught("small-pages", "small-pages/three-a-page", client).await;
    assert_eq!(flaw, "read 3 of 26 rows");
}

#[tokio::test]
async fn moving_pages_break_who_believes_the_first_one() {
    let two = [("v2.page_size", "2")];
    let client = reads_as_many_pages_as_the_first_one_promised;
    let flaw = caught_in(&two, "pages-move", "pages-move/assigns", client).await;
    assert_eq!(flaw, "read 26 of 32 rows");
    let client = pages_on_though_the_version_changed;
    let flaw = caught_in(&two, "pages-move", "pages-move/retires", client).await;
    assert_eq!(flaw, "never saw 2 active users");
}

#[tokio::test]
async fn late_events_break_who_trusts_a_200() {
    let client = trusts_the_200_of_an_asynchronous_call;
    let flaw = caught("late-events", "late-events/four-polls", client).await;
    assert_eq!(flaw, "ONE asks for a license that is not there yet");
}

#[tokio::test]
async fn partial_events_break_who_takes_the_end_for_success() {
    let client = takes_an_event_that_ended_for_one_that_succeeded;
    let flaw = caught("partial-events", "partial-events/no-license", client).await;
    assert_eq!(flaw, "A1 was told to install, and has no license");
    let client = takes_users_for_created_once_their_event_ended;
    let flaw = caught("partial-events", "partial-events/account-unusable", client).await;
    assert_eq!(flaw, "new-0 was invited, and does not exist");
}

#[tokio::test]
async fn errors_within_200_break_who_looks_at_the_status_only() {
    let flaw =
        caught("error-in-200", "error-in-200/internal-error", looks_at_the_status_only).await;
    assert_eq!(
        flaw,
        "200 without assets: {\"errorMessage\":\"Internal error.\",\"errorNumber\":9603}"
    );
}

#[tokio::test]
async fn unknown_fields_break_who_refuses_them() {
    let flaw =
        caught("unknown-fields", "unknown-fields/one-more-member", refuses_unknown_members).await;
    assert_eq!(flaw, "unknown field `quinceUnknownField`,");
}

#[tokio::test]
async fn a_burst_of_refusals_breaks_who_retries_at_once() {
    for rule in ["throttle-burst/first", "throttle-burst/second", "throttle-burst/last"] {
        let flaw = caught("throttle-burst", rule, retries_at_once).await;
        assert_eq!(flaw, "refused three times in a row, first for request 18");
    }
}

#[tokio::test]
async fn the_zoo_of_retry_after_breaks_who_knows_one_animal() {
    let client = parses_retry_after_as_an_integer_only;
    let flaw = caught("retry-after-zoo", "retry-after-zoo/date", client).await;
    assert_eq!(flaw, "Thu, 15 Jan 2026 09:00:01 GMT is no number");
    let flaw = caught("retry-after-zoo", "retry-after-zoo/absent", counts_on_retry_after).await;
    assert_eq!(flaw, "busy answer 7 does not say how long to wait");
    let flaw =
        caught("retry-after-zoo", "retry-after-zoo/seconds", knows_no_number_of_seconds).await;
    assert_eq!(flaw, "1 is no date");
}

#[tokio::test]
async fn an_ambiguous_commit_breaks_who_sends_again() {
    let client = resends_after_a_lost_answer;
    let flaw = caught("ambiguous-commit", "ambiguous-commit/lost-answer", client).await;
    assert_eq!(flaw, "new-1: A registered user already exists with the specified clientUserId.");
}

#[tokio::test]
async fn shrinking_limits_break_who_built_them_in() {
    let flaw = caught("limits-shrink", "limits-shrink/shrink", builds_the_limits_in).await;
    assert_eq!(flaw, "batch 4 of 6 serial numbers: 9702");
}

#[tokio::test]
async fn another_mdm_breaks_who_ignores_mdm_info() {
    let flaw = caught("other-mdm", "other-mdm/takes-over", ignores_mdm_info).await;
    assert_eq!(flaw, "wrote 7 times in a location of \"Other MDM\"");
}

#[tokio::test]
async fn a_new_token_breaks_who_keeps_the_old_one() {
    let flaw = caught("token-rotation", "token-rotation/renews", keeps_its_token_for_ever).await;
    assert_eq!(flaw, "request 50: 9625");
}

#[tokio::test]
async fn a_slow_service_breaks_who_gives_up_early_or_reads_once() {
    let flaw = caught("slow-service@177", "slow-service/late-answer", gives_up_after_250_ms).await;
    assert_eq!(flaw, "request 2 took longer than 250ms");
    let client = takes_the_first_piece_of_a_body_for_all_of_it;
    let flaw = caught("slow-service@177", "slow-service/slow-body", client).await;
    assert_eq!(flaw, "the body of answer 11 ends too early");
}
