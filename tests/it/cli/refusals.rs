//! What cannot be run: one line that names who said what, and an exit code that names who must act.

use std::io::Write as _;

use crate::support::process::{quince, run};

#[test]
fn an_option_that_does_not_exist_is_refused() {
    let (code, stdout, stderr) = run(&["--tls-lisen", "127.0.0.1:0"]);
    assert_eq!((code, stdout.as_str()), (Some(64), ""));
    insta::assert_snapshot!(stderr, @"
    error: unexpected argument '--tls-lisen' found

      tip: a similar argument exists: '--tls-listen'

    Usage: quince --tls-listen <ADDR>

    For more information, try '--help'.
    ");
}

#[test]
fn a_bad_flag_is_refused_with_its_name_and_a_remedy() {
    for (arguments, code, message) in [
        (
            &["--seed", "x"][..],
            64,
            r#"--seed: "x" is not a whole number from 0 to 18446744073709551615"#,
        ),
        (
            &["--clock", "sometimes"],
            64,
            r#"--clock: "sometimes" is not a clock mode; use one of wall, manual, auto, scaled:FACTOR"#,
        ),
        (
            &["--clock", "scaled:0"],
            64,
            r#"--clock: "scaled:0" needs a factor above 0; write it like scaled:60"#,
        ),
        (
            &["--listen", "localhost"],
            64,
            r#"--listen: "localhost" is not an IP address with a port; write it like 127.0.0.1:8080 or [::1]:0"#,
        ),
        (
            &["--start", "2026-01-15"],
            64,
            r#"--start: "2026-01-15" is not a time with an offset; write it like 2026-01-15T09:00:00Z"#,
        ),
        (
            &["--profile", "strict"],
            64,
            r#"--profile: there is no profile "strict"; allowed: observed|documented"#,
        ),
        (
            &["--set", "v2.page_size"],
            64,
            r#"--set: "v2.page_size" is not KEY=VALUE; write it like v2.page_size=50"#,
        ),
        (
            &["--set", "v2.page_size=0"],
            64,
            r#"--set: setting v2.page_size does not take "0"; allowed: integer 1..=100000"#,
        ),
        (
            &["--set", "v2.pagesize=5"],
            64,
            r#"--set: there is no setting v2.pagesize (for the value "5"); did you mean v2.page_size, which takes integer 1..=100000?"#,
        ),
        (
            &["--log", "loud"],
            64,
            r#"--log: "loud" is not a log level; use one of off, error, warn, info, debug, trace"#,
        ),
        (
            &["--world", "smal-school"],
            65,
            "--world: world `smal-school` cannot be used\n\
             there is no world `smal-school`, did you mean `small-school`?; known worlds: demo, \
             empty, small-school, edge-cases, enterprise-50k, seed-examples",
        ),
        (
            &["--config", "does/not/exist.toml"],
            65,
            r#"--config: cannot read "does/not/exist.toml": no such file or directory (os error 2)"#,
        ),
        (
            &["--ready-file", "does/not/exist/ready", "--listen", "127.0.0.1:0"],
            65,
            "cannot write --ready-file does/not/exist/ready: no such file or directory (os error 2)",
        ),
        (
            &["token", "--privileges", "view,mange"],
            64,
            r#"--privileges: "mange" is not a privilege; did you mean "manage"?"#,
        ),
        (
            &["token", "--location", "B B"],
            64,
            r#"--location: "B B" is not a key; use a-z, 0-9 and -"#,
        ),
        (
            &["ledger", "--format", "xml"],
            64,
            r#"--format: "xml" is not a ledger format; use one of text, json"#,
        ),
        (
            &["healthcheck", "--wait", "soon"],
            64,
            r#"--wait: "soon" is not a duration; write it like 500ms, 10s, 5m, 2h or 1d"#,
        ),
    ] {
        let expected = (Some(code), String::new(), format!("quince: {message}\n"));
        assert_eq!(run(arguments), expected, "{arguments:?}");
    }
}

#[test]
fn a_bad_variable_is_refused_with_its_name() {
    for (name, value, message) in [
        (
            "QUINCE_SEED",
            "x",
            r#"QUINCE_SEED: "x" is not a whole number from 0 to 18446744073709551615"#,
        ),
        (
            "QUINCE_SET",
            "v2.event_delay=5s, v2.page_size=0",
            r#"QUINCE_SET: setting v2.page_size does not take "0"; allowed: integer 1..=100000"#,
        ),
        (
            "QUINCE_STRICT",
            "yes",
            r#"QUINCE_STRICT: "yes" is not a switch; use one of true, false, 1, 0"#,
        ),
    ] {
        let output = quince(&[]).env(name, value).output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), stderr), (Some(65), format!("quince: {message}\n")));
    }
}

#[test]
fn a_bad_file_is_refused_with_the_place() {
    for (text, message) in [
        (
            "listen = \"127.0.0.1:0\"\n[set]\nv2.page_size = 0\n",
            r#"3:16: setting v2.page_size does not take "0"; allowed: integer 1..=100000"#,
        ),
        (
            "wrold = \"demo\"\n",
            r#"1:1: "wrold" is not a key of the configuration; did you mean "world"?"#,
        ),
        ("seed = -1\n", r#"1:8: "-1" is not a whole number from 0 to 18446744073709551615"#),
    ] {
        let mut file = tempfile::Builder::new().suffix(".toml").tempfile().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        let path = file.path().to_str().unwrap();
        let expected = (Some(65), String::new(), format!("quince: {path}:{message}\n"));
        assert_eq!(run(&["--config", path]), expected);
    }
}

#[test]
fn a_broken_world_is_shown_with_the_place() {
    let mut file = tempfile::Builder::new().suffix(".toml").tempfile().unwrap();
    file.write_all(b"[[organization]]\nkey = \"a\"\n[[location]]\nkey = \"Main\"\n").unwrap();
    let path = file.path().to_str().unwrap();
    let (code, _, stderr) = run(&["--world", path]);
    assert_eq!(code, Some(65));
    insta::assert_snapshot!(stderr.replace(path, "world.toml"), @r#"
    quince: --world: world `world.toml` cannot be used
    world.toml:4:7: `key` must be 1 to 64 lower-case letters, digits or hyphens, not `Main`
      |
    4 | key = "Main"
      |       ^^^^^^
    "#);
}

#[test]
fn an_address_that_is_taken_is_no_fault_of_anybody_who_typed() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let (code, stdout, stderr) = run(&["--listen", &address, "--world", "empty"]);
    let message =
        format!("quince: cannot listen on {address}: address already in use (os error 98)\n");
    assert_eq!((code, stdout), (Some(69), String::new()));
    // The number is Linux's.
    assert!(stderr == message || !cfg!(target_os = "linux"), "{stderr}");
}
