//! A certificate with its key.

use std::path::Path;

use tokio_rustls::rustls::pki_types::pem::{self, PemObject as _};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::sign::CertifiedKey;
use tokio_rustls::rustls::{self, crypto::ring};

use super::CertificateError;
use super::folder;

/// What a listener shows, and what proves that it may: a certificate, those behind it, and its key.
#[derive(Debug, Clone)]
pub struct Identity(CertifiedKey);

impl Identity {
    /// Somebody's own: certificates in one PEM file, the one to show first, and its key in another.
    ///
    /// # Errors
    ///
    /// If a file cannot be read, does not hold that, or the two don't belong together.
    pub fn read(certificate: &Path, key: &Path) -> Result<Self, CertificateError> {
        let text = folder::read(certificate)?;
        let remedy = "put the certificate there in PEM form, and those that it rests on behind it";
        let chain = CertificateDer::pem_slice_iter(text.as_bytes()).collect::<Result<Vec<_>, _>>();
        let chain = chain.map_err(|error| {
            CertificateError::unusable(certificate, format!("is damaged: {error}"), remedy)
        })?;
        if chain.is_empty() {
            return Err(CertificateError::unusable(certificate, "holds no certificate", remedy));
        }
        let text = folder::read(key)?;
        let remedy = "put the certificate's private key there in PEM form, without a passphrase";
        let private = PrivateKeyDer::from_pem_slice(text.as_bytes()).map_err(|error| {
            let problem = match error {
                pem::Error::NoItemsFound => "holds no private key".to_owned(),
                damage => format!("is damaged: {damage}"),
            };
            CertificateError::unusable(key, problem, remedy)
        })?;
        Self::new(chain, private).map_err(|error| {
            let with = certificate.display();
            let problem = match error {
                rustls::Error::InconsistentKeys(_) => format!("is not the key of {with}"),
                other => format!("cannot be used: {other}"),
            };
            CertificateError::unusable(key, problem, remedy)
        })
    }

    pub(super) fn new(
        chain: Vec<CertificateDer<'static>>,
        key: PrivateKeyDer<'static>,
    ) -> Result<Self, rustls::Error> {
        CertifiedKey::from_der(chain, key, &ring::default_provider()).map(Self)
    }

    /// As TLS takes it.
    pub fn into_certified_key(self) -> CertifiedKey {
        self.0
    }
}
