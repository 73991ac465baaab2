//! What is told about scenarios that are wrong: a file for each kind of mistake, and the message as people see it.

use std::fs;

use proptest::prelude::*;
use quince::scenario;
use quince::text::Format;

use super::file;

#[test]
fn each_mistake_is_told_where_it_is() {
    let folder = file("malformed");
    let count = fs::read_dir(&folder).unwrap().count();
    assert!(count >= 50, "{count} files");
    insta::glob!("malformed/*.toml", |path| {
        let name = path.file_name().unwrap().to_str().unwrap();
        let text = fs::read_to_string(path).unwrap();
        let error = scenario::read(name, &text, Format::Toml, None).unwrap_err();
        insta::assert_snapshot!(error.to_string());
    });
}

/// The same scenario in both formats.
fn good() -> (String, String) {
    let toml = fs::read_to_string(file("examples/late-partial.toml")).unwrap();
    let json = toml.parse::<toml::Table>().unwrap();
    let mut json = serde_json::to_value(json).unwrap();
    json["clock"]["start"] = "2026-01-15T09:00:00Z".into();
    (toml, json.to_string())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn no_text_is_too_broken_to_be_told_about(
        from in any::<prop::sample::Index>(),
        length in 0..40_usize,
        put in prop_oneof![
            Just(String::new()),
            Just("[[rule]]\n".to_owned()),
            Just("\"\"\"".to_owned()),
            Just("{ a = [".to_owned()),
            Just("-99999999999999999999".to_owned()),
            Just("1e999".to_owned()),
            Just("2026-01-15".to_owned()),
            "[a-z\"{}\\[\\]=.,\\n\u{e4}\u{0}]{1,12}",
        ],
        cut_short: bool,
    ) {
        let (toml, json) = good();
        for (text, format) in [(toml, Format::Toml), (json, Format::Json)] {
            let start = text.floor_char_boundary(from.index(text.len()));
            let end = text.floor_char_boundary((start + length).min(text.len()));
            let rest = if cut_short { "" } else { &text[end..] };
            let broken = format!("{}{put}{rest}", &text[..start]);
            match scenario::read("broken", &broken, format, None) {
                Ok(_) => {}
                Err(error) => prop_assert!(!error.problems().is_empty(), "{error}"),
            }
        }
    }
}
