//! Numbered pages, alike in the three lists.

use serde_json::json;

use crate::support::Fixture;

/// Five assets, users and assignments.
const FIVE: &str = r#"
[[asset]]
adam_id = "101"
total   = 10
[[asset]]
adam_id = "102"
total   = 10
[[asset]]
adam_id = "103"
total   = 10
[[asset]]
adam_id = "104"
total   = 10
[[asset]]
adam_id = "105"
total   = 10
[[user]]
client_user_id = "u1"
[[user]]
client_user_id = "u2"
[[user]]
client_user_id = "u3"
[[user]]
client_user_id = "u4"
[[user]]
client_user_id = "u5"
[[assignment]]
adam_id       = "101"
serial_number = "D1"
[[assignment]]
adam_id       = "101"
serial_number = "D2"
[[assignment]]
adam_id       = "101"
serial_number = "D3"
[[assignment]]
adam_id       = "101"
serial_number = "D4"
[[assignment]]
adam_id        = "101"
client_user_id = "u5"
"#;

const LISTS: [&str; 3] = ["assets", "assignments", "users"];

/// The five in pages of two, and what is set besides.
async fn twos(setting: &[(&str, &str)]) -> Fixture {
    let settings = [&[("v2.page_size", "2")], setting].concat();
    Fixture::written(FIVE, &settings).await
}

#[tokio::test]
async fn pages_count_from_zero_and_each_but_the_last_names_the_next() {
    ledger!("v2.conflict.05-page-zero", "v2.question.15-page-capacity");
    let five = twos(&[]).await;
    for list in LISTS {
        let pages = five.pages(list).await;
        let member = |name: &str| -> Vec<Option<u64>> {
            pages.iter().map(|page| page[name].as_u64()).collect()
        };
        assert_eq!(member("currentPageIndex"), [Some(0), Some(1), Some(2)], "{list}");
        assert_eq!(member("nextPageIndex"), [Some(1), Some(2), None], "{list}");
        assert_eq!(member("size"), [Some(2), Some(2), Some(1)], "{list}");
        assert_eq!(member("totalPages"), [Some(3); 3], "{list}");
        // Zero written out is the first page too, byte by byte.
        let (bare, zero) = (five.get(list).await, five.get(&format!("{list}?pageIndex=0")).await);
        assert_eq!((bare.text(), bare.lints()), (zero.text(), ""), "{list}");
        assert_eq!(zero.lints(), "", "{list}");
    }
    assert_eq!(five.column("users?pageIndex=1", "clientUserId").await, "u3 u4");
    assert_eq!(five.column("assets?pageIndex=2", "adamId").await, "105");
    assert_eq!(five.column("assignments?pageIndex=1", "serialNumber").await, "D3 D4");
}

#[tokio::test]
async fn a_page_in_the_middle_reads_like_this() {
    ledger!("v2.member-order");
    let five = twos(&[]).await;
    for list in LISTS {
        let page = five.get(&format!("{list}?pageIndex=1")).await;
        insta::assert_snapshot!(format!("middle_of_{list}"), page.text());
    }
}

#[tokio::test]
async fn five_hundred_records_are_a_page_unless_it_is_set() {
    ledger!("v2.question.15-page-capacity");
    let serials: Vec<String> = (0..501).map(|n| format!("S{n:03}")).collect();
    let asset = "[[asset]]\nadam_id = \"7\"\nunlimited = true\n";
    let sizes = async |settings: &[(&str, &str)]| -> Vec<u64> {
        let fixture = Fixture::written(asset, settings).await;
        let body = json!({"assets": [{"adamId": "7"}], "serialNumbers": serials});
        fixture.done("assets/associate", body).await;
        let pages = fixture.pages("assignments").await;
        pages.iter().map(|page| page["size"].as_u64().unwrap()).collect()
    };
    assert_eq!(sizes(&[]).await, [500, 1]);
    assert_eq!(sizes(&[("v2.page_size", "501")]).await, [501]);
    assert_eq!(sizes(&[("v2.page_size", "167")]).await, [167, 167, 167]);
}

#[tokio::test]
async fn what_is_no_page_is_refused() {
    let five = twos(&[]).await;
    for list in LISTS {
        for (index, refusal) in [
            ("-1", (400, 9650)),
            ("-2147483648", (400, 9650)),
            ("4", (400, 9650)),
            ("2147483647", (400, 9650)),
            ("2147483648", (400, 9602)),
            ("-2147483649", (400, 9602)),
            ("", (400, 9602)),
            ("1.0", (400, 9602)),
            ("one", (400, 9602)),
            ("1%20", (400, 9602)),
        ] {
            let path = format!("{list}?pageIndex={index}");
            assert_eq!(five.refusal(&path).await, refusal, "{path}");
            assert_eq!(five.get(&path).await.lints(), "", "{path}");
        }
    }
}

#[tokio::test]
async fn who_pages_until_total_pages_asks_once_too_often() {
    ledger!("v2.conflict.06-page-at-total", "v2.lint.paged-until-total-pages");
    let (refusing, giving) = (twos(&[]).await, twos(&[("v2.page_at_total", "empty")]).await);
    for list in LISTS {
        let path = format!("{list}?pageIndex=3");
        assert_eq!(refusing.refusal(&path).await, (400, 9650), "{path}");
        assert_eq!(refusing.get(&path).await.lints(), "paged-until-totalPages");

        let empty = giving.get(&path).await;
        assert_eq!((empty.status.as_u16(), empty.lints()), (200, "paged-until-totalPages"));
        let page = empty.json();
        assert_eq!(page[list], json!([]), "{path}");
        let numbers = ["currentPageIndex", "totalPages", "size"].map(|name| page[name].as_u64());
        assert_eq!(numbers, [Some(3), Some(3), Some(0)], "the advice of the introduction holds");
        assert!(page.get("nextPageIndex").is_none());
        // What is further out is refused, whatever is set.
        assert_eq!(giving.refusal(&format!("{list}?pageIndex=4")).await, (400, 9650));
    }
}

#[tokio::test]
async fn zero_written_out_can_be_refused() {
    ledger!("v2.conflict.05-page-zero");
    let five = twos(&[("v2.explicit_page_zero", "reject")]).await;
    for list in LISTS {
        assert_eq!(five.refusal(&format!("{list}?pageIndex=0")).await, (400, 9650), "{list}");
        assert_eq!(five.get(list).await.json()["currentPageIndex"], 0, "{list}");
        assert_eq!(five.pages(list).await.len(), 3, "{list}");
    }
}

#[tokio::test]
async fn a_client_cannot_choose_the_size_of_pages() {
    let five = twos(&[]).await;
    for list in LISTS {
        let page = five.get(&format!("{list}?pageSize=500")).await;
        assert_eq!((page.json()["size"].as_u64(), page.lints()), (Some(2), "unknown-parameter"));
    }
}

#[tokio::test]
async fn pages_are_of_what_the_filter_leaves() {
    let five = twos(&[]).await;
    let sizes = async |path: &str| -> Vec<u64> {
        five.pages(path).await.iter().map(|page| page["size"].as_u64().unwrap()).collect()
    };
    assert_eq!(sizes("assets?maxAssignedCount=0").await, [2, 2]);
    assert_eq!(sizes("users?activeOnly=true").await, [2, 2, 1]);
    assert_eq!(sizes("users?clientUserId=u3").await, [1]);
    assert_eq!(sizes("assignments?adamId=101").await, [2, 2, 1]);
    assert_eq!(sizes("assignments?serialNumber=D3").await, [1]);
}

#[tokio::test]
async fn an_unlimited_list_of_its_own_is_paged_along() {
    let unlimited = |n| format!("[[asset]]\nadam_id = \"{n}\"\nunlimited = true\n");
    let limited = "[[asset]]\nadam_id = \"1\"\ntotal = 1\n".to_owned();
    let rows = limited + &(11..16).map(unlimited).collect::<Vec<_>>().concat();
    let fixture = Fixture::written(&rows, &[("v2.page_size", "2")]).await;
    let pages = fixture.pages("assets?unlimited=true").await;
    let lengths = |name: &str| -> Vec<usize> {
        pages.iter().map(|page| page[name].as_array().unwrap().len()).collect()
    };
    assert_eq!((lengths("assets"), lengths("unlimitedAssets")), (vec![1, 0, 0], vec![2, 2, 1]));
}

#[tokio::test]
async fn five_pages_at_once_are_the_pages_one_by_one() {
    let five = Fixture::written(FIVE, &[("v2.page_size", "1")]).await;
    for list in LISTS {
        let page = |index: u32| {
            let path = format!("{list}?pageIndex={index}");
            let five = &five;
            async move { five.get(&path).await.json() }
        };
        let at_once = tokio::join!(page(4), page(2), page(0), page(3), page(1));
        let at_once = [at_once.2, at_once.4, at_once.1, at_once.3, at_once.0];
        assert_eq!(five.pages(list).await, at_once, "{list}");
    }
}
