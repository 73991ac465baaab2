//! Which certificates are taken: of receivers, and of whoever else quince calls.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::client::danger::{
    HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier,
};
use tokio_rustls::rustls::crypto::{CryptoProvider, ring};
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use tokio_rustls::rustls::{
    ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
};

/// Which certificates are taken: those of CAs that were given, those of CAs that this machine trusts, or any.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trust {
    /// Certificates of CAs, as texts in PEM form.
    pub authorities: Vec<String>,
    /// Files with more of them.
    pub files: Vec<PathBuf>,
    /// The CAs that the operating system trusts, too; they are read when they are needed for the first time.
    pub public: bool,
    /// Any certificate will do.
    pub insecure: bool,
}

/// How to speak TLS, and what to say to who is not trusted.
pub(super) struct Tls {
    pub(super) connector: TlsConnector,
    hint: String,
}

/// Why nobody can be trusted so.
#[derive(Debug, thiserror::Error)]
pub enum TrustError {
    /// The file cannot be read.
    #[error("cannot read the CA, {}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        #[source]
        cause: std::io::Error,
    },
    /// There is no certificate in it.
    #[error("{0} holds no certificate of a CA that can be used; give one in PEM form")]
    Certificate(String),
    /// TLS as it was built lacks what it needs.
    #[error("cannot speak TLS: {0}")]
    Tls(String),
}

impl Tls {
    /// Why TLS did not come about; what may be done about it, if it is the CA.
    pub(super) fn told(&self, error: &std::io::Error) -> String {
        let text = format!("TLS: {error}");
        if text.contains("UnknownIssuer") { format!("{text}; {}", self.hint) } else { text }
    }
}

impl Trust {
    /// Whether everything is there that it needs.
    pub(super) fn check(&self) -> Result<(), TrustError> {
        self.roots().map(|_| ())
    }

    /// How to speak TLS with receivers. Reads files.
    pub(super) fn tls(&self) -> Result<Tls, TrustError> {
        let mut roots = self.roots()?;
        let given = match (self.authorities.is_empty(), self.files.is_empty()) {
            (false, true) => "quince's own CA",
            (true, true) => "no CA of its own",
            (_, false) => "the CAs that were given",
        };
        let mut hint = format!("known are {given}");
        if self.public {
            // What cannot be read is not trusted, and that is all: most machines have something odd in their list.
            let found = rustls_native_certs::load_native_certs().certs;
            let (added, _) = roots.add_parsable_certificates(found);
            hint = match added {
                0 => format!("{hint}; this machine has no list of public CAs"),
                added => format!("{hint} and {added} public CAs of this machine"),
            };
        }
        hint.push_str("; name the file of another one with --receiver-ca");
        let connector = TlsConnector::from(Arc::new(self.config(roots)?));
        Ok(Tls { connector, hint })
    }

    /// How a client speaks TLS that trusts so. Reads files.
    pub fn connector(&self) -> Result<TlsConnector, TrustError> {
        Ok(self.tls()?.connector)
    }

    fn config(&self, roots: RootCertStore) -> Result<ClientConfig, TrustError> {
        let provider = Arc::new(ring::default_provider());
        let tls = |error: Error| TrustError::Tls(error.to_string());
        let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(tls)?;
        let mut config = if self.insecure {
            let anybody = Arc::new(Anybody(provider));
            builder.dangerous().with_custom_certificate_verifier(anybody).with_no_client_auth()
        } else {
            builder.with_root_certificates(roots).with_no_client_auth()
        };
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(config)
    }

    fn roots(&self) -> Result<RootCertStore, TrustError> {
        let mut roots = RootCertStore::empty();
        for pem in &self.authorities {
            add(&mut roots, pem.as_bytes(), "the own CA")?;
        }
        for path in &self.files {
            let cause = |cause| TrustError::File { path: path.clone(), cause };
            add(&mut roots, &std::fs::read(path).map_err(cause)?, &shown(path))?;
        }
        Ok(roots)
    }
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

fn add(roots: &mut RootCertStore, pem: &[u8], from: &str) -> Result<(), TrustError> {
    let certificates: Vec<CertificateDer<'_>> =
        CertificateDer::pem_slice_iter(pem).filter_map(Result::ok).collect();
    let (added, _) = roots.add_parsable_certificates(certificates);
    if added == 0 { Err(TrustError::Certificate(from.to_owned())) } else { Ok(()) }
}

/// Takes any certificate; signatures must be right all the same.
#[derive(Debug)]
struct Anybody(Arc<CryptoProvider>);

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let known = &self.0.signature_verification_algorithms;
        tokio_rustls::rustls::crypto::verify_tls12_signature(message, certificate, signed, known)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let known = &self.0.signature_verification_algorithms;
        tokio_rustls::rustls::crypto::verify_tls13_signature(message, certificate, signed, known)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
