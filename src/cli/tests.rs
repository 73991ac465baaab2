//! What can be typed, and what is refused.

use clap::{CommandFactory, Parser, error::ErrorKind};

use super::args::{Cli, Command};
use super::command;
use super::environment::Environment;

fn parse(line: &str) -> Result<Cli, clap::Error> {
    Cli::try_parse_from(line.split(' '))
}

#[test]
fn the_definition_is_sound() {
    Cli::command().debug_assert();
}

#[test]
fn serve_is_what_quince_does_unasked() {
    assert!(parse("quince").unwrap().command.is_none());
    let bare = parse("quince --listen 127.0.0.1:0 --set a=1 --set b=2").unwrap();
    assert!(bare.command.is_none());
    assert_eq!(bare.serve.listen.as_deref(), Some("127.0.0.1:0"));
    assert_eq!(bare.serve.set, ["a=1", "b=2"]);
    let spelt = parse("quince serve --listen 127.0.0.1:0 --strict").unwrap();
    let Some(Command::Serve(args)) = spelt.command else { panic!("{spelt:?}") };
    assert_eq!(args.listen.as_deref(), Some("127.0.0.1:0"));
    assert!(args.strict);
}

#[test]
fn each_command_takes_its_own_options() {
    for line in [
        "quince token --org Quince --location berlin --universe u --seed 7 --serial 2 \
         --expires 2030-01-01 --privileges view",
        "quince healthcheck --url http://127.0.0.1:1 --wait 10s",
        "quince ledger --format json",
        "quince run a.toml b.toml --timeout 1m --parallel --report junit=x --report github=- --update --env A={url} \
         --seed 7 --set v2.page_size=3 --preset pages-move@7 --snapshots d -- sh -c exit",
        "quince check one.toml two.json",
    ] {
        assert!(parse(line).is_ok(), "{line}");
    }
}

#[test]
fn what_does_not_exist_is_refused() {
    let check = |line, kind| assert_eq!(parse(line).unwrap_err().kind(), kind, "{line}");
    check("quince --tls", ErrorKind::UnknownArgument);
    check("quince serve --scenarios s.toml", ErrorKind::UnknownArgument);
    check("quince schema", ErrorKind::MissingRequiredArgument);
    check("quince token --format json", ErrorKind::UnknownArgument);
    check("quince run s.toml", ErrorKind::MissingRequiredArgument);
    check("quince run -- true", ErrorKind::MissingRequiredArgument);
    check("quince run s.toml --", ErrorKind::MissingRequiredArgument);
    check("quince check", ErrorKind::MissingRequiredArgument);
    check("quince help", ErrorKind::InvalidSubcommand);
    check("quince serve --listen", ErrorKind::InvalidValue);
    check("quince serve --seed 1 --seed 2", ErrorKind::ArgumentConflict);
    check("quince --seed 1 serve", ErrorKind::ArgumentConflict);
}

#[test]
fn exit_codes_say_who_must_act() {
    let check = |line: &str, env: &[(&str, &str)], code: u8| {
        let env = env.iter().map(|(name, value)| (name.into(), value.into()));
        let error = command(line.split(' ').map(Into::into), &Environment::new(env)).unwrap_err();
        assert_eq!(error.exit_code(), code, "{line}: {error}");
    };
    check("quince --help", &[], 0);
    check("quince serve --help", &[], 0);
    check("quince --version", &[], 0);
    check("quince --tls-cert cert.pem", &[], 64);
    check("quince --seed x", &[], 64);
    check("quince serve", &[("QUINCE_SEED", "x")], 65);
    check("quince --config does/not/exist.toml", &[], 65);
    check("quince run s.toml", &[], 64);
    check("quince run s.toml --seed x -- true", &[], 64);
    check("quince run does/not/exist.toml -- true", &[], 65);
    check("quince healthcheck --url http://127.0.0.1:1 --ca ca.pem", &[], 64);
    check("quince healthcheck --url https://127.0.0.1:1 --ca does/not/exist.pem", &[], 1);
    check("quince healthcheck --url http://127.0.0.1:1", &[], 1);
}
