use super::*;
use crate::model::{At, PricingParam};
use crate::sim::spec::{AssignmentSpec, HolderSpec};
use crate::sim::token;

#[test]
fn every_name_loads() {
    for name in names() {
        assert!(load(name, 1).is_ok(), "{name}");
    }
}

#[test]
fn an_unknown_name_lists_the_known_ones() {
    let error = load("smal-school", 1).unwrap_err().to_string();
    assert_eq!(
        error,
        "there is no world `smal-school`, did you mean `small-school`?; known worlds: demo, \
         empty, small-school, edge-cases, enterprise-50k, seed-examples"
    );
    let error = load("./no/such/file.toml", 1).unwrap_err().to_string();
    assert!(error.starts_with("cannot read world file ./no/such/file.toml: "), "{error}");
}

#[test]
fn files_are_read_by_their_extension() {
    let folder = tempfile::tempdir().unwrap();
    let json = folder.path().join("w.JSON");
    std::fs::write(&json, "\u{feff}{\"world\": \"empty\"}").unwrap();
    assert_eq!(load(json.to_str().unwrap(), 1).unwrap(), named("empty", 1).unwrap());
    let toml = folder.path().join("w");
    std::fs::write(&toml, "world = \"empty\"").unwrap();
    assert_eq!(load(toml.to_str().unwrap(), 1).unwrap(), named("empty", 1).unwrap());
    std::fs::write(&toml, [0xFF, 0xFE]).unwrap();
    let error = load(toml.to_str().unwrap(), 1).unwrap_err().to_string();
    assert!(error.contains("it is not UTF-8"), "{error}");
}

#[test]
fn the_documents_values_are_there() {
    let world = named("seed-examples", 1).unwrap();
    let main = &world.locations[0];
    assert_eq!(main.uid.as_deref(), Some("2049025000431439"));
    assert_eq!(main.assets[0].adam_id, "408709785");
    assert_eq!(main.assets[0].pricing_param, PricingParam::Standard);
    let held = |holder| AssignmentSpec { asset: 0, holder };
    assert_eq!(main.assignments, [held(HolderSpec::User(0)), held(HolderSpec::Device(0))]);
    assert_eq!(main.users[0].client_user_id, "client-1");
    assert_eq!(main.devices, ["serial-1"]);
    assert_eq!(main.mdm_info, None);
    let version = main.versions.assignments.as_deref();
    assert_eq!(version, Some("009061cb-87d1-4ea8-ae4c-7849dc49224e"));
    assert_eq!(main.tokens[0].expires, Some(At(1_920_407_602_000)));
    let outer = token::unwrap_outer(main.tokens[0].literal.as_deref().unwrap()).unwrap();
    assert_eq!(outer.org_name.as_deref(), Some(world.organizations[0].name.as_str()));

    let legacy = &world.locations[1];
    assert_eq!((legacy.uid.as_deref(), legacy.name.as_str()), (Some("100978"), "LocationName"));
    assert_eq!(legacy.tokens[0].expires, Some(At(1_898_103_480_266)));
    assert!(legacy.tokens[0].literal.as_deref().unwrap().contains(' '));
    let numbers: Vec<_> = legacy.users.iter().map(|user| user.user_id).collect();
    assert_eq!(numbers, [Some(1), Some(2), Some(3), Some(4)]);
    assert_eq!(legacy.users[1].id_hash.as_deref(), Some("*leSKk3IaE2vk2KLmv2k3/200D3="));
}
