//! Whom clients have to trust.

use http::StatusCode;
use quince::Quince;
use quince::cli::args::ServeArgs;
use quince::cli::environment::Environment;
use quince::cli::{banner, options};
use serde_json::Value;

use super::{Client, certificates};
use crate::support::Fixture;

#[tokio::test]
async fn who_does_not_trust_the_ca_does_not_come_in() {
    let quince = Quince::builder().world("empty").tls(true).start().await.unwrap();
    let other = Quince::builder().world("empty").tls(true).start().await.unwrap();
    let url = format!("{}/livez", quince.tls_url().unwrap());
    let stranger = Client::new(other.ca_pem().unwrap(), &["h2"]);
    let why = stranger.call(&url, None, None).await.unwrap_err();
    assert!(why.contains("UnknownIssuer") || why.contains("BadSignature"), "{why}");
    let friend = Client::new(quince.ca_pem().unwrap(), &["h2"]);
    assert_eq!(friend.call(&url, None, None).await.unwrap().0.text(), "live\n");
}

#[tokio::test]
async fn the_certificate_is_for_this_machine_the_real_services_and_each_name_given() {
    let builder = Quince::builder().world("empty").tls(true);
    let quince = builder.tls_name("*.mdm.test").tls_name("10.0.0.7").start().await.unwrap();
    let url = quince.tls_url().unwrap();
    let names = ["localhost", "[::1]", "127.0.0.1", "a.mdm.test", "10.0.0.7"];
    for name in names.into_iter().chain(quince::certificates::SERVICES) {
        let bare = name.trim_matches(['[', ']']);
        let client = Client::new(quince.ca_pem().unwrap(), &["http/1.1"]).resolve(bare, &url);
        let answer = client.call(&format!("https://{name}/livez"), None, None).await;
        assert_eq!(answer.unwrap().0.status, 200, "{name}");
    }
    let client = Client::new(quince.ca_pem().unwrap(), &[]).resolve("elsewhere.test", &url);
    let why = client.call("https://elsewhere.test/livez", None, None).await.unwrap_err();
    assert!(why.contains("not valid for name"), "{why}");
}

#[tokio::test]
async fn the_ca_is_a_ca_and_told_from_what_it_issues() {
    let quince = Quince::builder().world("empty").tls(true).start().await.unwrap();
    let ca = certificates(quince.ca_pem().unwrap());
    let (_, ca) = x509_parser::parse_x509_certificate(&ca[0]).unwrap();
    assert!(ca.is_ca());
    assert!(ca.key_usage().unwrap().unwrap().value.key_cert_sign());
    assert!(ca.subject().to_string().starts_with("CN=quince CA "), "{}", ca.subject());
    assert!(ca.validity().is_valid(), "in real time");
    let days = |validity: &x509_parser::certificate::Validity| {
        (validity.not_after - validity.not_before).unwrap().whole_days()
    };
    assert_eq!(days(ca.validity()), 3651);
}

#[tokio::test]
async fn the_ca_is_at_the_control_api() {
    let school = Fixture::of(Quince::builder().world("small-school").tls(true), "berlin").await;
    let told = school.control("GET", "/ca.pem", Value::Null).await;
    assert_eq!(told.status, StatusCode::OK);
    assert_eq!(told.headers["content-type"], "application/x-pem-file");
    assert_eq!(Some(told.text().as_str()), school.quince.ca_pem());
    assert!(told.text().starts_with("-----BEGIN CERTIFICATE-----\n"), "{}", told.text());
    assert_eq!(school.problem("GET", "/ca.pem?x=1", Value::Null).await, "400 invalid -");

    let school = Fixture::school().await;
    assert_eq!((school.quince.tls_url(), school.quince.ca_pem()), (None, None));
    assert_eq!(school.problem("GET", "/ca.pem", Value::Null).await, "404 no-such-authority -");
    let problem = school.control("GET", "/ca.pem", Value::Null).await.json();
    assert_eq!(problem["detail"], "quince does not speak TLS; start it with --tls-listen");
}

#[tokio::test]
async fn the_banner_says_where_and_whom_to_trust() {
    let quince = Quince::builder().world("empty").tls(true).start().await.unwrap();
    let options = options::serve(&ServeArgs::default(), &Environment::default()).unwrap();
    let (url, control) = (quince.tls_url().unwrap(), quince.control_url());
    let line = format!("over TLS at {url}/mdm/v2 · trust the CA of {control}/ca.pem");
    assert_eq!(banner::text(&quince, &options).lines().nth(1), Some(&*line));
}

#[tokio::test]
async fn what_is_said_about_tls_has_to_go_together() {
    let told = |builder: quince::Builder| async move {
        builder.world("empty").start().await.unwrap_err().to_string()
    };
    let lonely = told(Quince::builder().tls_name("mdm.test")).await;
    assert!(lonely.ends_with("no listener: say where with tls_listen"), "{lonely}");
    let both = told(Quince::builder().tls(true).tls_cert("a", "b").ca_dir("c")).await;
    assert!(both.ends_with("leave out tls_name and ca_dir"), "{both}");
    let odd = told(Quince::builder().tls(true).tls_name("https://mdm.test")).await;
    assert!(odd.starts_with("`https://mdm.test` is no name for a certificate"), "{odd}");
}
