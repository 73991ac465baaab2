//! A client with a resolver and a trust store of its own, as a test has it that may change neither hosts file nor
//! system.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use http::{Method, Request, Uri, header};
use http_body_util::{BodyExt, Full};
use hyper_util::rt::{TokioExecutor, TokioIo};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use crate::support::Answer;

/// What calls `https://` URLs.
pub(crate) struct Client {
    names: HashMap<String, SocketAddr>,
    tls: ClientConfig,
}

/// The certificates in a text.
pub(crate) fn certificates(pem: &str) -> Vec<CertificateDer<'static>> {
    CertificateDer::pem_slice_iter(pem.as_bytes()).map(|one| one.unwrap()).collect()
}

impl Client {
    /// Trusts this CA alone, and speaks what comes first in `protocols`.
    pub(crate) fn new(ca: &str, protocols: &[&str]) -> Self {
        let mut roots = RootCertStore::empty();
        for certificate in certificates(ca) {
            roots.add(certificate).unwrap();
        }
        let provider = Arc::new(ring::default_provider());
        let mut tls = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        tls.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
        Self { names: HashMap::new(), tls }
    }

    /// Finds `host`, at whatever port, where this URL leads.
    #[must_use]
    pub(crate) fn resolve(mut self, host: &str, url: &str) -> Self {
        let address = url.strip_prefix("https://").unwrap().parse().unwrap();
        self.names.insert(host.to_owned(), address);
        self
    }

    /// `GET`, or `POST` with a body; `Err` tells why there is no connection.
    pub(crate) async fn call(
        &self,
        url: &str,
        token: Option<&str>,
        body: Option<&Value>,
    ) -> Result<(Answer, http::Version), String> {
        let url: Uri = url.parse().unwrap();
        assert_eq!(url.scheme_str(), Some("https"), "{url}");
        let host = url.host().unwrap().trim_start_matches('[').trim_end_matches(']').to_owned();
        let address = self.names.get(&host).copied();
        let address = address
            .or_else(|| url.authority()?.as_str().parse().ok())
            .unwrap_or_else(|| panic!("nobody knows {host}"));
        let stream = TcpStream::connect(address).await.map_err(|error| error.to_string())?;
        let connector = TlsConnector::from(Arc::new(self.tls.clone()));
        let name = ServerName::try_from(host).unwrap();
        let stream = connector.connect(name, stream).await.map_err(|error| error.to_string())?;
        let is_http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");

        let method = if body.is_some() { Method::POST } else { Method::GET };
        let mut request = Request::builder().method(method);
        if let Some(token) = token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        if body.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        let body = Full::<Bytes>::from(body.map(ToString::to_string).unwrap_or_default());
        let io = TokioIo::new(stream);
        let response = if is_http2 {
            let (mut sender, connection) =
                hyper::client::conn::http2::handshake(TokioExecutor::new(), io).await.unwrap();
            tokio::spawn(connection);
            sender.send_request(request.uri(url).body(body).unwrap()).await.unwrap()
        } else {
            let host = url.authority().unwrap().as_str().to_owned();
            let path = url.path_and_query().unwrap().as_str().to_owned();
            let (mut sender, connection) = hyper::client::conn::http1::handshake(io).await.unwrap();
            tokio::spawn(connection);
            let request = request.uri(path).header(header::HOST, host).body(body).unwrap();
            sender.send_request(request).await.unwrap()
        };
        let (head, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        Ok((Answer { status: head.status, headers: head.headers, body }, head.version))
    }

    /// The JSON of a `GET`, which must succeed.
    pub(crate) async fn get(&self, url: &str, token: &str) -> Value {
        self.call(url, Some(token), None).await.unwrap().0.json()
    }

    /// The JSON of a `POST`, which must succeed.
    pub(crate) async fn post(&self, url: &str, token: &str, body: Value) -> Value {
        self.call(url, Some(token), Some(&body)).await.unwrap().0.json()
    }
}
