use super::*;

/// The scenario as it is printed, which must be a good one.
fn printed(text: &str, world: Option<&str>) -> String {
    let translated = translate("config.json", text, world).unwrap_or_else(|why| panic!("{why}"));
    translated.scenario(None).unwrap_or_else(|why| panic!("{why}"));
    let toml = translated.form.to_toml().unwrap();
    let again = super::super::read("printed", &toml, Format::Toml, None).unwrap();
    assert_eq!(again.steps.len(), translated.form.step.len());
    toml
}

/// Everything that is wrong with a configuration.
fn refused(text: &str) -> String {
    translate("config.json", text, None).unwrap_err().to_string()
}

#[test]
fn the_example_is_a_scenario() {
    let text = include_str!("../../../fixtures/vppsim/library.json");
    insta::assert_snapshot!(printed(text, None));
}

#[test]
fn nothing_said_is_an_empty_library() {
    insta::assert_snapshot!(printed("{}", None), @r#"
    schema = "quince.scenario/1"
    name = "vppsim"
    about = "Translated from a configuration of vppsim, Apple's simulator of the older services."

    [settings]
    "v1.batch_size" = 600
    "v1.invite_url" = "vppsim"

    [[world.organization]]
    key = "vppsim"

    [[world.location]]
    key = "vppsim"
    "#);
    assert_eq!(printed("{\"associate_users\": null}", None), printed("{}", None));
}

#[test]
fn a_world_with_several_locations_is_used_in_its_first() {
    let text = r#"{"associate_users": {"users_per_event": 1, "interval_in_seconds": 0.25, "max_event_count": 1}}"#;
    let toml = printed(text, Some("demo"));
    assert!(toml.contains("name = \"demo\"") && toml.contains("location = \"hamburg\""), "{toml}");
    assert!(toml.contains("at = \"250ms\""), "{toml}");
    let toml = printed(text, Some("small-school"));
    assert!(!toml.contains("location ="), "{toml}");
    let error = translate("config.json", text, Some("worlds/mine.toml")).unwrap_err().to_string();
    assert!(error.contains("`worlds/mine.toml` is none of them"), "{error}");
}

#[test]
fn what_has_no_end_takes_what_room_there_is() {
    let text = r#"{
        "license_insertions": [
            {"license": {"adamId": "1"}, "licenses_per_event": 1, "interval_in_seconds": 1},
            {"license": {"adamId": "2"}, "licenses_per_event": 1, "interval_in_seconds": 86400, "max_event_count": 3}
        ],
        "associate_users": {"users_per_event": 1, "interval_in_seconds": 2, "initial_delay_in_seconds": 0}
    }"#;
    let translated = translate("config.json", text, None).unwrap();
    let note = "There is no max_event_count in license_insertions/0, associate_users: a scenario has no loop and room \
                for 1000 steps, so this goes on until 996s after the start and ends there.";
    assert_eq!(translated.notes, [note]);
    assert!(translated.form.about.as_ref().unwrap().ends_with(note));
    let steps = &translated.form.step;
    assert_eq!(steps.len(), 1000);
    let names: Vec<&str> = steps.iter().map(|step| step.name.as_str()).collect();
    assert_eq!(names[..3], ["at first", "after 1s", "after 2s"]);
    assert_eq!(names[996..], ["after 996s", "after 1d", "after 2d", "after 3d"]);
    let Some(VerbsForm::Several(calls)) = &steps[2].verb else { panic!("two at one instant") };
    assert_eq!(
        (calls[0].name.as_str(), calls[1].name.as_str()),
        ("buy-licenses", "accept-invitation")
    );
    assert_eq!(translated.scenario(None).unwrap().steps.len(), 1000);
}

#[test]
fn a_service_has_its_name_in_several_spellings() {
    for key in
        ["getVPPUsersSrv", "getVppUsersSrv", "get_vpp_users_srv", "get_users", "get_vpp_users"]
    {
        let text = format!(
            r#"{{"{key}_responses": [{{"count": 1, "response": "service_unavailable"}}]}}"#
        );
        let toml = printed(&text, None);
        assert!(toml.contains("operation = \"v1.getVPPUsersSrv\""), "{key}: {toml}");
    }
    let mut folded: Vec<_> = config::SERVICES.into_iter().map(config::folded).collect();
    folded.sort();
    folded.dedup();
    assert_eq!(folded.len(), config::SERVICES.len(), "each spelling means one");
    let served = |service: &str| crate::api::v1::find(&format!("/{service}"));
    for service in config::SERVICES {
        assert!(matches!(served(service), Some(crate::api::v1::Target::Service(_))), "{service}");
    }
}

#[test]
fn what_is_wrong_is_told_where_it_is() {
    let told = [
        refused("{\"license_insertions\": ["),
        refused("[]"),
        refused("{\"licence_insertions\": [], \"port\": 8080}"),
        refused("{\"license_insertions\": {}}"),
        refused(
            r#"{
  "license_insertions": [
    {"license": {"adamID": 5}, "licenses_per_event": 0, "interval_in_seconds": "1", "max_events": 1},
    {"license": {"adamId": -5}, "licenses_per_event": 2.5, "interval_in_seconds": -1, "max_event_count": -1},
    {}
  ],
  "associate_users": {"users_per_event": 1, "interval_in_seconds": 0},
  "getVPPUserSrvs_responses": [],
  "quit_responses": [],
  "getAssignments_responses": 503,
  "get_users_responses": [
    {"count": 0, "response": "servce_unavailable", "retry_after": "soon"},
    {"response": "success", "retry_after": "Sun, 6 Nov 1994 08:49:37 GMT"},
    {"count": 1, "response": "service_unavailable", "retry_after": 1e3}
  ],
  "getVPPUsersSrv_responses": []
}"#,
        ),
        refused(
            r#"{"associate_users": {"users_per_event": 1, "interval_in_seconds": 1, "max_event_count": 1001}}"#,
        ),
        refused(
            r#"{"associate_users": {"users_per_event": 1, "interval_in_seconds": 0, "max_event_count": 2}}"#,
        ),
        refused(
            r#"{"associate_users": {"users_per_event": 1, "interval_in_seconds": 3153600000, "max_event_count": 2}}"#,
        ),
        refused(
            r#"{"license_insertions": [{"license": {"adamId": 5}, "licenses_per_event": 10000000, "interval_in_seconds": 1}]}"#,
        ),
    ];
    insta::assert_snapshot!(told.join("\n\n"));
}

#[test]
fn two_series_that_do_not_fit_together_are_refused() {
    let series = |delay: &str| {
        format!(
            r#"{{"license": {{"adamId": 5}}, "licenses_per_event": 1, "interval_in_seconds": 1,
                "initial_delay_in_seconds": {delay}, "max_event_count": 600}}"#
        )
    };
    let text = format!("{{\"license_insertions\": [{}, {}]}}", series("0"), series("0.5"));
    assert!(refused(&text).contains("they happen at 1200 instants"), "{}", refused(&text));
    let text = format!("{{\"license_insertions\": [{}, {}]}}", series("0"), series("0"));
    assert_eq!(translate("config.json", &text, None).unwrap().form.step.len(), 600);
}

mod any_text {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn is_told_about(from in any::<prop::sample::Index>(), length in 0..30_usize, put in "[a-z0-9\"{}\\[\\],:.-]{0,8}") {
            let text = include_str!("../../../fixtures/vppsim/library.json");
            let start = from.index(text.len());
            let end = (start + length).min(text.len());
            let broken = format!("{}{put}{}", &text[..start], &text[end..]);
            match translate("config.json", &broken, None) {
                Ok(translated) => { translated.scenario(None).unwrap(); }
                Err(VppsimError::Invalid { problems, .. }) => prop_assert!(!problems.is_empty()),
                Err(other) => prop_assert!(false, "{other}"),
            }
        }
    }
}
