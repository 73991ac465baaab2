//! `getAssignments`, v1.1.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::{column, list, shown};
use crate::support::Fixture;

const SERVICE: &str = "getAssignments";

const LIBRARY: &str = r#"
[[asset]]
adam_id = "100"
total   = 10

[[asset]]
adam_id       = "200"
pricing_param = "PLUS"
product_type  = "Book"
total         = 10

[[user]]
client_user_id = "ada"

[[assignment]]
adam_id        = "100"
client_user_id = "ada"

[[assignment]]
adam_id       = "100"
serial_number = "C1"

[[assignment]]
adam_id        = "200"
pricing_param  = "PLUS"
client_user_id = "ada"
"#;

/// A thousand devices that hold one app.
fn thousand() -> String {
    let mut rows = "[[asset]]\nadam_id = \"100\"\ntotal = 2000\n".to_owned();
    for n in 0..1_000 {
        let _ = writeln!(rows, "[[assignment]]\nadam_id = \"100\"\nserial_number = \"C{n}\"");
    }
    rows
}

#[tokio::test]
async fn assignments_come_as_documented() {
    ledger!("v1.question.32-assignments-without-filter", "v1.conflict.request-id");
    let fixture = Fixture::written(LIBRARY, &[]).await;
    insta::assert_snapshot!(shown(&fixture.v1(SERVICE, json!({})).await));
}

#[tokio::test]
async fn assignments_are_asked_for_by_asset_user_or_device() {
    ledger!("v1.question.33-pages-of-nothing", "v1.question.34-two-holders");
    let fixture = Fixture::written(LIBRARY, &[]).await;
    for (members, products) in [
        (json!({"adamIdStr": "100"}), "100 100"),
        (json!({"adamIdStr": 200}), "200"),
        (json!({"clientUserIdStr": "ada"}), "100 200"),
        (json!({"clientUserIdStr": "ada", "adamIdStr": "200"}), "200"),
        (json!({"serialNumber": "C1"}), "100"),
    ] {
        let answer = fixture.v1(SERVICE, members).await;
        assert_eq!(column(list(&answer), "adamIdStr"), products);
        assert_eq!(answer["totalPages"], 1);
    }
    let none = fixture.v1(SERVICE, json!({"serialNumber": "C9"})).await;
    assert_eq!((&none["totalPages"], &none["totalAssignments"]), (&json!(0), &json!(0)));
    assert_eq!((&none["currentPageIndex"], &none["assignments"]), (&json!(0), &json!([])));
    let both = json!({"clientUserIdStr": "ada", "serialNumber": "C1"});
    assert_eq!(fixture.v1_error(SERVICE, both).await, 9602);
}

#[tokio::test]
async fn pages_of_one_request_show_the_list_as_it_stood() {
    ledger!("v1.conflict.last-page");
    let fixture = Fixture::written(&thousand(), &[]).await;
    let first = fixture.v1(SERVICE, json!({"adamIdStr": "100"})).await;
    let shape = |page: &Value| {
        let members = ["assignmentsInCurrentPage", "currentPageIndex", "nextPageIndex"];
        members.map(|name| page[name].clone())
    };
    assert_eq!(shape(&first), [json!(300), json!(0), json!(1)]);
    assert_eq!((&first["totalPages"], &first["totalAssignments"]), (&json!(4), &json!(1_000)));
    // Another client takes some back and gives others meanwhile.
    for serial in ["C5", "C500"] {
        let members = json!({"adamIdStr": "100", "disassociateSerialNumbers": [serial]});
        fixture.v1("manageVPPLicensesByAdamIdSrv", members).await;
    }
    let members = json!({"adamIdStr": "100", "associateSerialNumbers": ["NEW"]});
    fixture.v1("manageVPPLicensesByAdamIdSrv", members).await;
    let mut seen: Vec<Value> = list(&first).clone();
    for index in 1..4 {
        // Filters beside a request id are not looked at.
        let asked = json!({"requestId": first["requestId"], "pageIndex": index, "adamIdStr": "7"});
        let page = fixture.v1(SERVICE, asked).await;
        assert_eq!(page["currentPageIndex"], index);
        assert_eq!(page.get("nextPageIndex").is_some(), index < 3);
        seen.extend(list(&page).iter().cloned());
    }
    let expected: Vec<String> = (0..1_000).map(|n| format!("C{n}")).collect();
    assert_eq!(column(&seen, "serialNumber"), expected.join(" "));
}

#[tokio::test]
async fn a_request_id_and_a_page_index_belong_together() {
    ledger!("v1.question.31-assignments-request-id");
    let fixture = Fixture::written(&thousand(), &[]).await;
    let first = fixture.v1(SERVICE, json!({})).await;
    let id = &first["requestId"];
    for (asked, number) in [
        (json!({"requestId": id}), 9649),
        (json!({"pageIndex": 1}), 9602),
        (json!({"requestId": id, "pageIndex": "one"}), 9602),
        (json!({"requestId": id, "pageIndex": -1}), 9650),
        (json!({"requestId": id, "pageIndex": 0}), 9650),
        (json!({"requestId": id, "pageIndex": 3}), 0),
        (json!({"requestId": id, "pageIndex": 4}), 9650),
        (json!({"requestId": "nonsense", "pageIndex": 1}), 9604),
        (json!({"requestId": "9b2f8f0c-8f6e-4f5e-9a51-0d4bd2a3f7aa", "pageIndex": 1}), 9604),
    ] {
        assert_eq!(fixture.v1_error(SERVICE, asked.clone()).await, number, "{asked}");
    }
    // Of a list of one page nothing is kept.
    let small = fixture.v1(SERVICE, json!({"serialNumber": "C1"})).await;
    assert_ne!(&small["requestId"], id);
    let asked = json!({"requestId": small["requestId"], "pageIndex": 1});
    assert_eq!(fixture.v1_error(SERVICE, asked).await, 9604);
    fixture.advance("1h");
    assert_eq!(fixture.v1_error(SERVICE, json!({"requestId": id, "pageIndex": 1})).await, 9604);
}
