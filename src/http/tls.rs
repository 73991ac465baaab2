//! TLS between the socket and HTTP: the handshake, and clients that don't come for one.
//!
//! TLS 1.3 and 1.2; HTTP/2 or HTTP/1.1 by ALPN, in this order. Every name is served with the one certificate: a client
//! that asked for another notices by itself.

use std::{error::Error, io, net::SocketAddr, sync::Arc};

use tokio::io::AsyncWriteExt;
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        self, AlertDescription, ServerConfig,
        crypto::ring,
        sign::{CertifiedKey, SingleCertAndKey},
    },
    server::TlsStream,
};

use super::socket::Socket;

/// What the first byte of a handshake is.
const HANDSHAKE: u8 = 22;
/// What is told to who speaks something else.
const NOT_TLS: &str = "quince speaks TLS here: call https:// instead\n";
/// A version that hyper answers as it answers HTTP/1.1, named by itself by who speaks nothing else.
const PROTOCOLS: [&[u8]; 3] = [b"h2", b"http/1.1", b"http/1.0"];

/// How a listener speaks TLS.
#[derive(Clone)]
pub struct Tls(TlsAcceptor);

impl Tls {
    /// With this certificate.
    ///
    /// # Errors
    ///
    /// None that the caller could do anything about: TLS as it was built lacks what it needs.
    pub fn new(certificate: CertifiedKey) -> Result<Self, rustls::Error> {
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(SingleCertAndKey::from(certificate)));
        config.alpn_protocols = PROTOCOLS.map(<[u8]>::to_vec).into();
        Ok(Self(TlsAcceptor::from(Arc::new(config))))
    }

    /// Shakes hands. Who speaks no TLS is told so in plain text. In any case of failure the socket goes home.
    pub(super) async fn accept(
        &self,
        mut socket: Socket,
        peer: SocketAddr,
    ) -> Result<TlsStream<Socket>, Box<dyn Error + Send + Sync>> {
        match socket.peek().await? {
            Some(HANDSHAKE) => {}
            None => return Err("left before the handshake".into()),
            Some(_) => {
                tracing::info!(%peer, "a client speaks plain HTTP to the listener of TLS");
                socket.write_all(not_tls().as_bytes()).await?;
                return Err("no TLS".into());
            }
        }
        let accepted = self.0.accept(socket).await;
        accepted.inspect_err(|error| note(error, peer)).map_err(Into::into)
    }
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tls")
    }
}

fn not_tls() -> String {
    format!(
        "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{NOT_TLS}",
        NOT_TLS.len()
    )
}

/// What most often goes wrong is trust, and who wonders looks here.
fn note(error: &io::Error, peer: SocketAddr) {
    let cause = error.get_ref().and_then(|cause| cause.downcast_ref::<rustls::Error>());
    let distrust = [
        AlertDescription::UnknownCA,
        AlertDescription::BadCertificate,
        AlertDescription::CertificateUnknown,
    ];
    match cause {
        Some(rustls::Error::AlertReceived(alert)) if distrust.contains(alert) => {
            tracing::info!(%peer, ?alert, "a client does not trust the certificate: give it the CA of /_quince/v1/ca.pem");
        }
        _ => tracing::info!(%peer, %error, "a TLS handshake failed"),
    }
}
