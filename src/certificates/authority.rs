//! quince's own CA.

use std::net::IpAddr;
use std::path::Path;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose, PublicKeyData as _, date_time_ymd,
};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use x509_parser::pem::parse_x509_pem;

use super::{CertificateError, Identity, Name};

const DAY: SignedDuration = SignedDuration::from_hours(24);
/// Long enough to be forgotten in a keychain or an image.
const AUTHORITY_DAYS: i32 = 3650;
/// No client takes longer ones: browsers stop at 398 days, Apple's systems at 825.
const LEAF_DAYS: i32 = 397;

const REMEDY: &str = "remove ca.pem and ca.key, and quince makes new ones, which clients have to trust anew, \
                      or put another CA there (PEM)";
const KEY_REMEDY: &str = "put the key of ca.pem there (PEM, PKCS #8, no passphrase), or remove both, and quince makes \
                          new ones, which clients have to trust anew";

/// A CA: what clients trust, and what signs the certificates of listeners.
#[derive(Debug)]
pub struct Authority {
    /// Its certificate, for clients.
    pem: String,
    issuer: Issuer<'static, KeyPair>,
    ends: Timestamp,
}

/// The two files of a CA as text.
pub(super) struct Files {
    pub(super) certificate: String,
    pub(super) key: String,
}

/// Where the two files of a CA are, for messages.
pub(super) struct Places<'a> {
    pub(super) certificate: &'a Path,
    pub(super) key: &'a Path,
}

impl Authority {
    /// A new one, for as long as this process runs.
    ///
    /// # Errors
    ///
    /// None that the caller could do anything about.
    pub fn new(now: Timestamp) -> Result<Self, CertificateError> {
        let files = Files::new(None, now)?;
        let nowhere = Path::new("the new CA");
        Self::read(&files, &Places { certificate: nowhere, key: nowhere }, now)
    }

    /// Takes a CA from its files, if it can be used now.
    pub(super) fn read(
        files: &Files,
        places: &Places<'_>,
        now: Timestamp,
    ) -> Result<Self, CertificateError> {
        let refuse =
            |problem: String| CertificateError::unusable(places.certificate, problem, REMEDY);
        let (_, block) = parse_x509_pem(files.certificate.as_bytes())
            .map_err(|_| refuse("holds no certificate".to_owned()))?;
        let certificate =
            block.parse_x509().map_err(|error| refuse(format!("is damaged: {error}")))?;
        let signs =
            certificate.key_usage().ok().flatten().is_none_or(|uses| uses.value.key_cert_sign());
        if !certificate.is_ca() || !signs {
            return Err(refuse("is not the certificate of a CA".to_owned()));
        }
        let instant = |time: x509_parser::time::ASN1Time| {
            Timestamp::from_second(time.timestamp()).unwrap_or(Timestamp::MAX)
        };
        let valid = certificate.validity();
        let (begins, ends) = (instant(valid.not_before), instant(valid.not_after));
        if ends <= now {
            return Err(refuse(format!("expired at {ends}")));
        }
        if begins > now {
            return Err(refuse(format!("is not valid before {begins}")));
        }
        let refuse_key =
            |problem: &str| CertificateError::unusable(places.key, problem, KEY_REMEDY);
        let key = KeyPair::from_pem(&files.key)
            .map_err(|_| refuse_key("holds no private key that can be used"))?;
        if key.subject_public_key_info() != certificate.public_key().raw {
            let certificate = places.certificate.display();
            return Err(refuse_key(&format!("is not the key of {certificate}")));
        }
        let der = CertificateDer::from(block.contents.clone());
        let issuer = Issuer::from_ca_cert_der(&der, key)
            .map_err(|error| refuse(format!("cannot be used: {error}")))?;
        // A file may hold other things besides: notes, keys, more certificates.
        let pem = cut_out(&files.certificate).unwrap_or_default();
        Ok(Self { pem, issuer, ends })
    }

    /// The CA's certificate in PEM form: what clients have to trust.
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// Issues the certificate of a listener: for this machine, the address that it listens at, the real services and
    /// `more`. The key is new.
    ///
    /// # Errors
    ///
    /// None that the caller could do anything about.
    pub fn issue(
        &self,
        listens: IpAddr,
        more: &[Name],
        now: Timestamp,
    ) -> Result<Identity, CertificateError> {
        let key = KeyPair::generate()?;
        let mut leaf = CertificateParams::new(Name::all(listens, more))?;
        // Not the name of the CA: a certificate whose issuer is called as itself passes for self-signed.
        leaf.distinguished_name = named("quince".to_owned());
        leaf.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        leaf.use_authority_key_identifier_extension = true;
        let ends = later(now, LEAF_DAYS).min(self.ends);
        set_validity(&mut leaf, now, ends);
        let certificate = leaf.signed_by(&key, &self.issuer)?;
        let key = PrivatePkcs8KeyDer::from(key.serialize_der());
        Identity::new(vec![certificate.der().clone()], key.into())
            .map_err(|error| CertificateError::Making(error.to_string()))
    }
}

impl Files {
    /// Of a new CA with this key, or with a new one. The same key makes a CA of the same name, so that who trusts the
    /// one trusts the other.
    pub(super) fn new(key: Option<KeyPair>, now: Timestamp) -> Result<Self, CertificateError> {
        let key = key.map_or_else(KeyPair::generate, Ok)?;
        let mut own = CertificateParams::default();
        let id = own
            .key_identifier(&key)
            .into_iter()
            .take(4)
            .fold(0, |id, byte| id << 8 | u32::from(byte));
        // Many may be trusted in one place, and people have to tell them apart.
        own.distinguished_name = named(format!("quince CA {id:08x}"));
        own.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        own.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        set_validity(&mut own, now, later(now, AUTHORITY_DAYS));
        let certificate = own.self_signed(&key)?.pem();
        Ok(Self { certificate, key: key.serialize_pem() })
    }
}

fn named(name: String) -> DistinguishedName {
    let mut subject = DistinguishedName::new();
    subject.push(DnType::CommonName, name);
    subject
}

fn later(now: Timestamp, days: i32) -> Timestamp {
    now.checked_add(DAY * days).unwrap_or(Timestamp::MAX)
}

/// From a day ago, for clients whose clocks are behind.
fn set_validity(certificate: &mut CertificateParams, now: Timestamp, ends: Timestamp) {
    let seconds = |at: Timestamp| Duration::from_secs(u64::try_from(at.as_second()).unwrap_or(0));
    let begins = now.checked_sub(DAY).unwrap_or(Timestamp::MIN);
    certificate.not_before = date_time_ymd(1970, 1, 1) + seconds(begins);
    certificate.not_after = date_time_ymd(1970, 1, 1) + seconds(ends);
}

/// The first certificate in a PEM file, from its begin to its end.
fn cut_out(text: &str) -> Option<String> {
    const END: &str = "-----END CERTIFICATE-----";
    let begin = text.find("-----BEGIN CERTIFICATE-----")?;
    let end = begin + text[begin..].find(END)? + END.len();
    Some(format!("{}\n", &text[begin..end]))
}
