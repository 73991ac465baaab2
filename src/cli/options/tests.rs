//! Which layer wins, and what is said of values that cannot be used.

use std::io::Write as _;
use std::net::SocketAddr;

use tracing::level_filters::LevelFilter;

use crate::model::At;

use super::super::args::ServeArgs;
use super::layers::variable_name;
use super::{
    ClockChoice, Environment, KEYS, LogFormat, ServeOptions, Source, TlsSource, file, serve,
};

fn environment(variables: &[(&str, &str)]) -> Environment {
    Environment::new(variables.iter().map(|(name, value)| (name.into(), value.into())))
}

fn understood(args: &ServeArgs, variables: &[(&str, &str)]) -> ServeOptions {
    serve(args, &environment(variables)).unwrap()
}

/// A configuration file, and the arguments that name it.
fn config(text: &str) -> (tempfile::NamedTempFile, ServeArgs) {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    let path = file.path().to_str().unwrap().to_owned();
    (file, ServeArgs { config: Some(path), ..ServeArgs::default() })
}

#[test]
fn defaults() {
    let expected = ServeOptions {
        listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
        tls: None,
        control_listen: None,
        control_token: None,
        auto_universe: false,
        world: "demo".to_owned(),
        world_source: Source::Default,
        scenario: None,
        vppsim: None,
        print_scenario: false,
        presets: Vec::new(),
        state: None,
        seed: 1,
        clock: ClockChoice::Wall,
        start: None,
        profile: "observed".to_owned(),
        profile_source: Source::Default,
        set: Vec::new(),
        public_url: None,
        strict: false,
        ready_file: None,
        exit_with_parent: false,
        log: LevelFilter::INFO,
        log_format: LogFormat::Human,
        allow_receivers: Vec::new(),
        receiver_cas: Vec::new(),
        receiver_insecure: false,
        warnings: Vec::new(),
    };
    assert_eq!(understood(&ServeArgs::default(), &[]), expected);
    assert_eq!(understood(&ServeArgs::default(), &[("QUINCE_SEED", "")]), expected);
}

#[test]
fn a_flag_wins_over_the_environment_over_the_file() {
    let (_file, mut args) = config("seed = 3\nworld = \"file\"\nprofile = \"documented\"\n");
    args.seed = Some("5".to_owned());
    let options = understood(&args, &[("QUINCE_SEED", "4"), ("QUINCE_WORLD", "variable")]);
    assert_eq!(options.seed, 5);
    assert_eq!(options.world, "variable");
    assert_eq!(options.world_source, Source::Variable("world"));
    assert_eq!(options.profile, "documented");
    let path = args.config.unwrap();
    assert_eq!(options.profile_source, Source::File { path, line: 3, column: 11 });
}

#[test]
fn an_overridden_value_is_not_looked_at() {
    let args = ServeArgs { seed: Some("5".to_owned()), ..ServeArgs::default() };
    assert_eq!(understood(&args, &[("QUINCE_SEED", "many")]).seed, 5);
}

#[test]
fn settings_of_all_layers_add_up_and_the_stronger_stays() {
    let (_file, mut args) = config("[set]\nv2.page_size = 10\n\"v2.event_steps\" = 2\n");
    args.set = vec!["v2.page_size=30".to_owned(), "v2.page_size=40".to_owned()];
    let options = understood(&args, &[("QUINCE_SET", "v2.page_size=20, v2.rate_limit = on,")]);
    let path = args.config.unwrap();
    let set = [
        ("v2.event_steps", "2", Source::File { path, line: 3, column: 20 }),
        ("v2.rate_limit", "on", Source::Variable("set")),
        ("v2.page_size", "40", Source::Flag("set")),
    ];
    assert_eq!(options.set, set.map(|(key, value, who)| (key.to_owned(), value.to_owned(), who)));
}

#[test]
fn receivers_of_the_strongest_layer_stand_alone() {
    let (_file, mut args) = config("allow_receiver = [\"a.test\", \"[::1]\"]\n");
    assert_eq!(understood(&args, &[]).allow_receivers, ["a.test", "::1"]);
    let variables = [("QUINCE_ALLOW_RECEIVER", "B.test,c.test")];
    assert_eq!(understood(&args, &variables).allow_receivers, ["b.test", "c.test"]);
    args.allow_receiver = vec!["d.test".to_owned()];
    assert_eq!(understood(&args, &variables).allow_receivers, ["d.test"]);
}

#[test]
fn every_key_of_the_file_has_a_meaning() {
    let (_file, args) = config(
        r#"
listen = "[::1]:0"
world = "small-school"
seed = 0x1_0
clock = "scaled:2.5"
start = 1970-01-01T02:00:01+02:00
profile = "documented"
public_url = "https://mdm.test/base/"
strict = true
ready_file = "ready.json"
exit_with_parent = true
log = "debug"
log_format = "json"
allow_receiver = "mdm.test"
tls_listen = "[::1]:8443"
tls_name = ["A.test", "10.0.0.7"]
ca_dir = "ca"
scenario = "first.toml"
preset = ["small-pages", "everything@42"]
set.token.lifetime = "1d"
"#,
    );
    let options = understood(&args, &[]);
    assert_eq!(options.listen, "[::1]:0".parse().unwrap());
    assert_eq!(options.world, "small-school");
    assert_eq!(options.seed, 16);
    assert_eq!(options.clock, ClockChoice::Scaled(2.5));
    assert_eq!(options.start, Some(At(1000)));
    assert_eq!(options.profile, "documented");
    assert_eq!(options.public_url.as_deref(), Some("https://mdm.test/base"));
    assert!(options.strict);
    assert_eq!(options.ready_file.as_deref(), Some("ready.json".as_ref()));
    assert!(options.exit_with_parent);
    assert_eq!(options.log, LevelFilter::DEBUG);
    assert_eq!(options.log_format, LogFormat::Json);
    assert_eq!(options.allow_receivers, ["mdm.test"]);
    let tls = options.tls.unwrap();
    assert_eq!(tls.listen, "[::1]:8443".parse().unwrap());
    let TlsSource::Own { names, folder: Some((folder, _)) } = tls.shows else { panic!() };
    assert_eq!((names, folder), (vec!["a.test".to_owned(), "10.0.0.7".to_owned()], "ca".into()));
    assert_eq!(options.set[0].0, "token.lifetime");
    let scenario = options.scenario.unwrap();
    assert_eq!((scenario.path, scenario.seed), ("first.toml".into(), Some(16)));
    assert_eq!(options.presets, ["small-pages", "everything@42"]);
}

#[test]
fn every_option_has_a_variable() {
    for key in KEYS {
        let variable = variable_name(key);
        let odd = [(variable.as_str(), "http://[odd")];
        let told = match serve(&ServeArgs::default(), &environment(&odd)) {
            Ok(options) => options.warnings.is_empty(),
            Err(error) => error.to_string().starts_with(&variable),
        };
        assert!(told, "{variable}");
    }
}

#[test]
fn the_environment_can_name_the_file() {
    let (_file, args) = config("seed = 9\n");
    let path = args.config.unwrap();
    assert_eq!(understood(&ServeArgs::default(), &[("QUINCE_CONFIG", &path)]).seed, 9);
}

#[test]
fn a_stranger_among_the_variables_is_a_warning() {
    let variables = [("QUINCE_LISTN", "x"), ("QUINCE_COLOUR", "x"), ("QUINCEY", "x")];
    let warnings = understood(&ServeArgs::default(), &variables).warnings;
    insta::assert_snapshot!(warnings.join("\n"), @"
    environment variable QUINCE_COLOUR is unknown and ignored
    environment variable QUINCE_LISTN is unknown and ignored; did you mean QUINCE_LISTEN?
    ");
}

#[test]
fn a_bad_value_is_told_with_its_source_and_a_remedy() {
    let told = |name, value| {
        serve(&ServeArgs::default(), &environment(&[(name, value)])).unwrap_err().to_string()
    };
    let told = [
        told("QUINCE_LISTEN", "localhost:80"),
        told("QUINCE_WORLD", " "),
        told("QUINCE_SEED", "-1"),
        told("QUINCE_CLOCK", "manul"),
        told("QUINCE_CLOCK", "sundial"),
        told("QUINCE_CLOCK", "scaled"),
        told("QUINCE_CLOCK", "scaled:0"),
        told("QUINCE_CLOCK", "scaled:inf"),
        told("QUINCE_START", "2026-01-15T09:00:00"),
        told("QUINCE_SET", "v2.page_size"),
        told("QUINCE_PUBLIC_URL", "mdm.test"),
        told("QUINCE_PUBLIC_URL", "http://mdm.test/?a=b"),
        told("QUINCE_STRICT", "maybe"),
        told("QUINCE_LOG", "verbose"),
        told("QUINCE_LOG_FORMAT", "jsn"),
        told("QUINCE_ALLOW_RECEIVER", "http://mdm.test"),
        told("QUINCE_SCENARIO", " "),
        told("QUINCE_PRESET", "small-page"),
        told("QUINCE_PRESET", "everything@always"),
    ];
    insta::assert_snapshot!(told.join("\n"), @r#"
    QUINCE_LISTEN: "localhost:80" is not an IP address with a port; write it like 127.0.0.1:8080 or [::1]:0
    QUINCE_WORLD: " " says nothing; give a value or leave it out
    QUINCE_SEED: "-1" is not a whole number from 0 to 18446744073709551615
    QUINCE_CLOCK: "manul" is not a clock mode; did you mean "manual"?
    QUINCE_CLOCK: "sundial" is not a clock mode; use one of wall, manual, auto, scaled:FACTOR
    QUINCE_CLOCK: "scaled" needs a factor; write it like scaled:60
    QUINCE_CLOCK: "scaled:0" needs a factor above 0; write it like scaled:60
    QUINCE_CLOCK: "scaled:inf" needs a factor above 0; write it like scaled:60
    QUINCE_START: "2026-01-15T09:00:00" is not a time with an offset; write it like 2026-01-15T09:00:00Z
    QUINCE_SET: "v2.page_size" is not KEY=VALUE; write it like v2.page_size=50
    QUINCE_PUBLIC_URL: "mdm.test" is not the base of a URL; write it like https://mdm.test:8443, without a query
    QUINCE_PUBLIC_URL: "http://mdm.test/?a=b" is not the base of a URL; write it like https://mdm.test:8443, without a query
    QUINCE_STRICT: "maybe" is not a switch; use one of true, false, 1, 0
    QUINCE_LOG: "verbose" is not a log level; use one of off, error, warn, info, debug, trace
    QUINCE_LOG_FORMAT: "jsn" is not a log format; did you mean "json"?
    QUINCE_ALLOW_RECEIVER: "http://mdm.test" is not a host; write only its name or address, like mdm.test
    QUINCE_SCENARIO: " " says nothing; give a value or leave it out
    QUINCE_PRESET: there is no preset `small-page`; did you mean `small-pages`?
    QUINCE_PRESET: `everything@always` has no number after its @; write it like pages-move@7
    "#);
}

#[test]
fn a_flag_is_named_as_it_is_typed() {
    let args = ServeArgs { public_url: Some("ftp://a".to_owned()), ..ServeArgs::default() };
    let told = serve(&args, &environment(&[])).unwrap_err().message();
    insta::assert_snapshot!(told, @r#"quince: --public-url: "ftp://a" is not the base of a URL; write it like https://mdm.test:8443, without a query"#);
}

#[test]
fn a_bad_file_is_told_with_line_and_column() {
    let told = |text: &str| file::parse("quince.toml", text).unwrap_err().to_string();
    let told = [
        told("seed = 1\nlistn = \"x\"\n"),
        told("colour = true\n"),
        told("config = \"other.toml\"\n"),
        told("seed = \n"),
        told("seed = 1\nseed = 2\n"),
        told("world = { name = \"x\" }\n"),
        told("log = [\"info\"]\n"),
        told("set = \"v2.page_size=1\"\n"),
        told("[set]\nv2.page_size = [1]\n"),
        told("seed = 0xfffff_fffff_fffff_fffff\n"),
    ];
    insta::assert_snapshot!(told.join("\n"), @r#"
    quince.toml:2:1: "listn" is not a key of the configuration; did you mean "listen"?
    quince.toml:1:1: "colour" is not a key of the configuration; known keys are listen, tls_listen, tls_name, ca_dir, tls_cert, tls_key, control_listen, control_token, auto_universe, world, scenario, vppsim_config, print_scenario, preset, state, seed, clock, start, profile, set, public_url, strict, ready_file, exit_with_parent, log, log_format, allow_receiver, receiver_ca, receiver_insecure
    quince.toml:1:1: "config" is not a key of the configuration; known keys are listen, tls_listen, tls_name, ca_dir, tls_cert, tls_key, control_listen, control_token, auto_universe, world, scenario, vppsim_config, print_scenario, preset, state, seed, clock, start, profile, set, public_url, strict, ready_file, exit_with_parent, log, log_format, allow_receiver, receiver_ca, receiver_insecure
    quince.toml:1:8: string values must be quoted, expected literal string
    quince.toml:2:1: duplicate key
    quince.toml:1:9: world takes no table
    quince.toml:1:7: log takes no list
    quince.toml:1:7: set is a table: write [set] and a line per key
    quince.toml:2:16: v2.page_size takes no list
    quince.toml:1:8: seed: 0xffffffffffffffffffff is too large
    "#);
    let (_file, args) = config("# größe\n  seed = \"ü\"\n");
    let told = serve(&args, &environment(&[])).unwrap_err().to_string();
    assert!(
        told.ends_with(r#":2:10: "ü" is not a whole number from 0 to 18446744073709551615"#),
        "{told}",
    );
}

#[test]
fn a_missing_file_is_told_with_who_named_it() {
    let missing = [("QUINCE_CONFIG", "does/not/exist.toml")];
    let told = serve(&ServeArgs::default(), &environment(&missing)).unwrap_err().message();
    insta::assert_snapshot!(told, @r#"quince: QUINCE_CONFIG: cannot read "does/not/exist.toml": no such file or directory (os error 2)"#);
}
