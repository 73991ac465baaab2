//! What each verb tells: changes from outside have no `eventId`, and what no type is about is not told.

use quince::model::Privileges;
use quince::sim::Moved;
use quince::sim::verbs::{AssetChoice, Deed, HolderChoice};

use super::{ALL, APP, BOOK, FREE, RARE, SOUTH, Stage, wish};

/// This asset.
pub(super) fn of(adam_id: &str) -> AssetChoice {
    AssetChoice { adam_id: Some(adam_id.to_owned()), pricing_param: None }
}

fn told(deed: Deed) -> String {
    Stage::heard(&ALL).act(deed).join("\n")
}

fn buy(adam_id: &str, count: u32) -> Deed {
    Deed::BuyLicenses { asset: of(adam_id), product_type: None, count, as_token: None }
}

#[test]
fn licences_that_come_and_go_are_counted() {
    insta::assert_snapshot!("buy_licenses", told(buy(APP, 5)));
    insta::assert_snapshot!("buy_licenses_of_a_new_asset", told(buy("999", 5)));
    let refund = Deed::RefundLicenses { asset: of(RARE), count: 2 };
    insta::assert_snapshot!("refund_licenses", told(refund));
}

#[test]
fn a_transfer_is_told_to_both_locations() {
    let deed = Deed::TransferLicenses { asset: of(APP), to: None, count: 4 };
    let mut stage = Stage::heard(&ALL);
    insta::assert_snapshot!("transfer_licenses", stage.act(deed.clone()).join("\n"));
    // Each location has subscribers of its own.
    let mut stage = Stage::unheard();
    stage.subscribe(SOUTH, &ALL);
    let told = stage.act(deed);
    assert!(told.len() == 1 && told[0].contains(r#""countDelta":4"#), "{told:#?}");
}

#[test]
fn another_administrator_is_told_of_without_an_event() {
    ledger!("v2.notifications.outside-changes");
    let holders = HolderChoice {
        client_user_ids: vec!["ada".to_owned()],
        serial_numbers: vec!["D1".to_owned(), "NEW".to_owned()],
    };
    let assigns = Deed::OtherAdminAssigns { asset: of(APP), holders, count: 1 };
    insta::assert_snapshot!("other_admin_assigns", told(assigns));
    let retires = Deed::OtherAdminRetiresUser { client_user_id: Some("ada".to_owned()) };
    insta::assert_snapshot!("other_admin_retires_user", told(retires));
    let users = vec![wish("dan", None, None), wish("eve", None, Some("eve@pear.example"))];
    insta::assert_snapshot!("add_users", told(Deed::AddUsers { users, count: 1 }));
}

#[test]
fn who_accepts_an_invitation_is_associated() {
    let deed = |apple_account| Deed::AcceptInvitation {
        client_user_id: None,
        invite_code: None,
        apple_account,
    };
    insta::assert_snapshot!("accept_invitation", told(deed(Some("private@pear.example".into()))));
}

#[test]
fn a_removed_asset_takes_its_assignments_along() {
    ledger!("v2.notifications.asset-removed");
    insta::assert_snapshot!(
        "remove_asset",
        told(Deed::RemoveAsset { asset: of(BOOK), force: true })
    );
    // What has no count is not counted.
    assert_eq!(told(Deed::RemoveAsset { asset: of(FREE), force: false }), "");
}

#[test]
fn of_all_else_nothing_is_told() {
    ledger!("v2.question.43-unlimited-asset-payload");
    let silent = [
        Deed::ExpireToken { serial: None },
        Deed::RevokeToken { serial: None },
        Deed::RenewToken,
        Deed::OtherMdmTakesOver { name: None, id: None, metadata: None },
        Deed::MakeAssetIrrevocable { asset: of(RARE) },
        Deed::AddDevices { serial_numbers: Vec::new(), count: 3 },
        Deed::RestrictToken { serial: None, privileges: Privileges::VIEW },
        Deed::ChangeLimits { limits: vec![("maxUsers".to_owned(), 7)] },
        Deed::MoveService { moved: Some(Moved::Url) },
    ];
    for deed in silent {
        assert_eq!(told(deed.clone()), "", "{deed:?}");
    }
}
