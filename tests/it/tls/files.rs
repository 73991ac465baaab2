//! Certificates in files: the CA that stays, and one's own.

use std::fs;
use std::path::Path;
use std::process::Command;

use quince::Quince;

use super::Client;
use crate::support::process::{Process, quince, run};

fn text(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}

/// A certificate for `mdm.test` that signs itself, and its key, in files.
fn own(folder: &Path) -> (String, String) {
    let made = rcgen::generate_simple_self_signed(["mdm.test".to_owned()]).unwrap();
    let (certificate, key) = (folder.join("cert.pem"), folder.join("key.pem"));
    fs::write(&certificate, made.cert.pem()).unwrap();
    fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    (text(&certificate), text(&key))
}

#[tokio::test(flavor = "multi_thread")]
async fn who_trusted_a_kept_ca_once_trusts_it_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let kept = text(&folder.path().join("kept"));
    let arguments = ["--world", "empty", "--tls-listen", "127.0.0.1:0", "--ca-dir", &kept];
    let first = Process::serve(&arguments);
    let (status, pem) = first.get("/_quince/v1/ca.pem", None);
    assert_eq!(
        (status, &pem),
        (200, &fs::read_to_string(Path::new(&kept).join("ca.pem")).unwrap())
    );
    assert_eq!(first.terminate().code, Some(0));

    let second = Process::serve(&arguments);
    let client = Client::new(&pem, &["h2"]);
    let url = format!("{}/livez", second.told("tls_url"));
    assert_eq!(client.call(&url, None, None).await.unwrap().0.text(), "live\n");
    assert_eq!(second.get("/_quince/v1/ca.pem", None).1, pem);
}

#[tokio::test]
async fn ones_own_certificate_is_shown_and_its_ca_is_nobodys_business() {
    let folder = tempfile::tempdir().unwrap();
    let (certificate, key) = own(folder.path());
    let builder = Quince::builder().world("empty").tls(true).tls_cert(&certificate, &key);
    let quince = builder.start().await.unwrap();
    let url = quince.tls_url().unwrap();
    let client =
        Client::new(&fs::read_to_string(&certificate).unwrap(), &["h2"]).resolve("mdm.test", &url);
    let live = client.call("https://mdm.test/livez", None, None).await.unwrap().0;
    assert_eq!(live.text(), "live\n");
    assert_eq!(quince.ca_pem(), None);
    let ca = "https://mdm.test/_quince/v1/ca.pem";
    let (problem, _) = client.call(ca, None, None).await.unwrap();
    assert_eq!(problem.status, 404);
    let why =
        "quince shows the certificate of --tls-cert; clients have to trust what that one rests on";
    assert_eq!(problem.json()["detail"], why);
}

#[test]
fn files_that_cannot_be_used_are_told_with_a_remedy() {
    let folder = tempfile::tempdir().unwrap();
    let (certificate, key) = own(folder.path());
    let (_, other) = own(tempfile::tempdir_in(folder.path()).unwrap().keep().as_path());
    let nonsense = text(&folder.path().join("nonsense.pem"));
    fs::write(&nonsense, "nonsense").unwrap();
    let garbage = folder.path().join("garbage");
    fs::create_dir(&garbage).unwrap();
    fs::write(garbage.join("ca.pem"), "nonsense").unwrap();
    fs::write(garbage.join("ca.key"), "nonsense").unwrap();
    let garbage = text(&garbage);
    let below = format!("{nonsense}/below");
    let mut told = String::new();
    for arguments in [
        &["--tls-cert", &certificate, "--tls-key", &nonsense][..],
        &["--tls-cert", &nonsense, "--tls-key", &key],
        &["--tls-cert", &certificate, "--tls-key", &other],
        &["--tls-cert", "missing.pem", "--tls-key", &key],
        &["--ca-dir", &garbage],
        &["--ca-dir", &below],
    ] {
        let mut all =
            vec!["--tls-listen", "127.0.0.1:0", "--listen", "127.0.0.1:0", "--world", "empty"];
        all.extend(arguments);
        let (code, stdout, stderr) = run(&all);
        assert_eq!((code, stdout.as_str()), (Some(65), ""), "{arguments:?}: {stderr}");
        told += &stderr.replace(&text(&folder.path().canonicalize().unwrap()), "FOLDER");
    }
    let told = told.replace(&text(folder.path()), "FOLDER");
    let told =
        regex_lite::Regex::new(r"FOLDER/\.tmp\w+").unwrap().replace_all(&told, "FOLDER/other");
    insta::assert_snapshot!(told, @"
    quince: --tls-cert: no certificate: FOLDER/nonsense.pem holds no private key; put the certificate's private key there in PEM form, without a passphrase
    quince: --tls-cert: no certificate: FOLDER/nonsense.pem holds no certificate; put the certificate there in PEM form, and those that it rests on behind it
    quince: --tls-cert: no certificate: FOLDER/other/key.pem is not the key of FOLDER/cert.pem; put the certificate's private key there in PEM form, without a passphrase
    quince: --tls-cert: no certificate: cannot read missing.pem: no such file or directory (os error 2)
    quince: --ca-dir: no certificate: FOLDER/garbage/ca.pem holds no certificate; remove ca.pem and ca.key, and quince makes new ones, which clients have to trust anew, or put another CA there (PEM)
    quince: --ca-dir: no certificate: cannot read FOLDER/nonsense.pem/below/ca.pem: not a directory (os error 20)
    ");
}

#[test]
fn options_that_do_not_go_together_are_told() {
    let listen = ["--tls-listen", "127.0.0.1:0"];
    let mut told = String::new();
    for arguments in [
        &["--tls-listen", "8443"][..],
        &["--tls-cert", "c.pem", "--tls-key", "k.pem"],
        &["--ca-dir", "ca"],
        &["--tls-name", "mdm.test"],
        &[listen[0], listen[1], "--tls-cert", "c.pem"],
        &[listen[0], listen[1], "--tls-key", "k.pem"],
        &[listen[0], listen[1], "--tls-cert", "c.pem", "--tls-key", "k.pem", "--ca-dir", "ca"],
        &[listen[0], listen[1], "--tls-cert", "c.pem", "--tls-key", "k.pem", "--tls-name", "a"],
        &[listen[0], listen[1], "--tls-name", "https://mdm.test"],
    ] {
        let (code, stdout, stderr) = run(arguments);
        assert_eq!((code, stdout.as_str()), (Some(64), ""), "{arguments:?}: {stderr}");
        told += &stderr;
    }
    let output = quince(&[]).env("QUINCE_CA_DIR", "ca").output().unwrap();
    assert_eq!(output.status.code(), Some(65));
    told += std::str::from_utf8(&output.stderr).unwrap();
    insta::assert_snapshot!(told, @r#"
    quince: --tls-listen: "8443" is not an IP address with a port; write it like 127.0.0.1:8080 or [::1]:0
    quince: --tls-cert: there is no listener for TLS; add --tls-listen ADDR, or leave this out
    quince: --ca-dir: there is no listener for TLS; add --tls-listen ADDR, or leave this out
    quince: --tls-name: there is no listener for TLS; add --tls-listen ADDR, or leave this out
    quince: --tls-cert: a certificate needs its key; name it with --tls-key
    quince: --tls-key: a key needs its certificate; name it with --tls-cert
    quince: --ca-dir: with --tls-cert no CA is made or used; leave out one of the two
    quince: --tls-name: the certificate of --tls-cert has its names already; leave out one of the two
    quince: --tls-name: "https://mdm.test" is no name for a certificate; write a host like mdm.test or *.mdm.test, or an IP address
    quince: QUINCE_CA_DIR: there is no listener for TLS; add --tls-listen ADDR, or leave this out
    "#);
}

#[test]
fn an_address_that_is_taken_is_told() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let arguments = ["--listen", "127.0.0.1:0", "--tls-listen", &address, "--world", "empty"];
    let (code, _, stderr) = run(&arguments);
    assert_eq!(code, Some(69));
    assert!(stderr.starts_with(&format!("quince: cannot listen on {address}: ")), "{stderr}");
}

#[test]
fn variables_and_a_file_say_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("quince.toml");
    fs::write(&config, "listen = \"127.0.0.1:0\"\ntls_name = [\"a.test\", \"b.test\"]\n").unwrap();
    let mut command = quince(&["--config", &text(&config), "--world", "empty"]);
    let server = Process::start(command.env("QUINCE_TLS_LISTEN", "127.0.0.1:0"));
    assert!(server.told("tls_url").starts_with("https://127.0.0.1:"));
    let mut command = quince(&["--listen", "127.0.0.1:0", "--world", "empty"]);
    command.env("QUINCE_TLS_LISTEN", "127.0.0.1:0").env("QUINCE_TLS_NAME", "a.test, a b");
    let output = command.output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(
        told.starts_with("quince: QUINCE_TLS_NAME: \"a b\" is no name for a certificate"),
        "{told}"
    );
}

#[test]
fn curl_trusts_the_ca_over_either_protocol() {
    if Command::new("curl").arg("--version").output().is_err() {
        return; // Not everybody has it.
    }
    let folder = tempfile::tempdir().unwrap();
    let kept = text(&folder.path().join("kept"));
    let server =
        Process::serve(&["--world", "empty", "--tls-listen", "127.0.0.1:0", "--ca-dir", &kept]);
    let ca = format!("{kept}/ca.pem");
    for (protocol, version) in [("--http2", "2"), ("--http1.1", "1.1")] {
        let url = format!("{}/livez", server.told("tls_url"));
        let arguments = ["-sS", protocol, "--cacert", &ca, "-w", "%{http_version}", &url];
        let output = Command::new("curl").args(arguments).output().unwrap();
        let told = String::from_utf8(output.stdout).unwrap();
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!(told, format!("live\n{version}"), "{error}");
    }
}
