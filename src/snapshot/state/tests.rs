//! The form itself; what it does is tested through a running quince (`tests/it/control/state.rs`).

use super::*;

#[test]
fn the_schema_names_its_version_and_every_member_is_there() {
    let schema = schema();
    assert_eq!(schema["properties"]["schema"]["const"], SCHEMA);
    assert_eq!(schema["additionalProperties"], false);
}

#[test]
fn what_is_no_state_says_what_it_is() {
    let error = |text: &str| read(text.as_bytes()).map(|_| ()).unwrap_err().to_string();
    assert_eq!(
        error(r#"{"schema":"quince.state/9"}"#),
        r#"/schema: "quince.state/9" is not known; this quince reads "quince.state/1""#
    );
    assert_eq!(error("{}"), r#"/schema: is missing; a state file has "quince.state/1" there"#);
    assert!(error("[1]").contains("is not known"), "{}", error("[1]"));
    assert!(error("").contains("EOF"), "{}", error(""));
    assert!(error(r#"{"schema":"quince.state/1","seed":-1}"#).starts_with("/seed: "));
    assert!(!is_state(b"{}") && !is_state(b"world = 1") && is_state(br#"{"schema":1}"#));
}
