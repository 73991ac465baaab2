//! Orders of the list (applivery.md §5).

use super::Desk;

#[tokio::test]
async fn any_member_is_an_order() {
    ledger!("applivery.question.16-default-sort", "applivery.question.17-direction");
    let desk = Desk::open().await;
    for (sort, names) in [
        ("", "finn cleo dora emil ada bea"),
        ("sort=", "finn cleo dora emil ada bea"),
        ("sort=:asc", "finn cleo dora emil ada bea"),
        ("sort=createdAt", "bea ada emil dora cleo finn"),
        ("sort=createdAt:desc", "finn cleo dora emil ada bea"),
        ("sort=updatedAt", "bea ada emil dora cleo finn"),
        ("sort=updatedAt:desc", "finn cleo dora emil ada bea"),
        ("sort=email", "ada bea cleo dora emil finn"),
        ("sort=email:desc", "finn emil dora cleo bea ada"),
        ("sort=name", "finn ada bea cleo dora emil"),
        ("sort=name:asc", "finn ada bea cleo dora emil"),
        ("sort=name:desc", "emil dora cleo bea ada finn"),
        ("sort=managedAppleId:desc&limit=1", "cleo"),
        ("sort=apple.devices:desc&limit=1", "cleo"),
        ("sort=android.enrollmentTokens.EXPIRED:desc&limit=1", "cleo"),
        ("sort=unheard.of", "bea ada emil dora cleo finn"),
        ("sort=unheard.of:desc", "bea ada emil dora cleo finn"),
        ("sort=name&page=2&limit=2", "bea cleo"),
        ("sort=name:desc&tags=staff&tags=north", "cleo bea ada"),
    ] {
        assert_eq!(desk.names(sort).await, names, "{sort}");
    }
}

#[tokio::test]
async fn an_order_has_each_user_on_one_page() {
    let desk = Desk::open().await;
    for sort in ["", "name:desc", "language", "apple.devices", "nothing", "tags:desc", "_id", "."] {
        let all = desk.names(&format!("sort={sort}")).await;
        let mut walked = Vec::new();
        for page in 1..=3 {
            walked.push(desk.names(&format!("sort={sort}&limit=2&page={page}")).await);
        }
        assert_eq!(walked.join(" "), all, "{sort}");
    }
}
