//! Receivers over TLS, and whose certificates are taken.

use jiff::Timestamp;
use quince::Quince;
use quince::certificates::Authority;

use super::receiver::Receiver;
use super::{advance, journal, subscription};
use crate::support::Fixture;

/// A receiver with a certificate of the CA in this folder.
async fn receiver(folder: &std::path::Path) -> Receiver {
    let now = Timestamp::from_millisecond(quince::engine::real_time::today().0).unwrap();
    let authority = Authority::keep(folder, now).unwrap();
    let identity = authority.issue("127.0.0.1".parse().unwrap(), &[], now).unwrap();
    Receiver::secure(identity.into_certified_key()).await
}

#[tokio::test]
async fn quince_s_own_ca_is_trusted_and_others_if_they_are_named() {
    let (own, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (ours, theirs) = (receiver(own.path()).await, receiver(other.path()).await);
    let world = || Quince::builder().world("small-school").tls(true).ca_dir(own.path());
    let school = Fixture::of(world(), "berlin").await;
    let url = |receiver: &Receiver| receiver.url().replace("http:", "https:");
    let set = school.post("client/config", subscription(&url(&ours))).await;
    assert_eq!((set.status.as_u16(), set.lints()), (200, ""));
    let path = "/universes/default/verbs/buy-licenses";
    let bought = serde_json::json!({"adam_id": "361309726", "count": 1});
    school.done_by("POST", path, bought).await;
    advance(&school, "1s").await;
    assert_eq!(ours.told().len(), 1);

    let set = school.post("client/config", subscription(&url(&theirs))).await;
    assert_eq!(set.json()["errorNumber"], 9728);
    // Besides its own CA it knows those of the machine, if that has any, and says so.
    let failed = journal(&school, "notification").await.pop().unwrap();
    let said = failed["notification"]["error"].as_str().unwrap();
    assert!(said.contains("UnknownIssuer; known are quince's own CA"), "{said}");
    assert!(said.contains("this machine") && said.ends_with("with --receiver-ca"), "{said}");
    let named = world().receiver_ca(other.path().join("ca.pem"));
    let school = Fixture::of(named, "berlin").await;
    for receiver in [&ours, &theirs] {
        let set = school.post("client/config", subscription(&url(receiver))).await;
        assert_eq!((set.status.as_u16(), set.lints()), (200, ""));
    }
    let anybody = Quince::builder().world("small-school").receiver_insecure(true);
    let school = Fixture::of(anybody, "berlin").await;
    let set = school.post("client/config", subscription(&url(&theirs))).await;
    assert_eq!((set.status.as_u16(), set.lints()), (200, "receiver-ca-insecure"));

    let nothing = Quince::builder().receiver_ca(other.path().join("ca.key")).start().await;
    assert!(nothing.unwrap_err().to_string().contains("no certificate of a CA"));
}
