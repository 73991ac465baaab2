//! The listeners: what each shows and speaks.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;

use super::{Builder, Quince, StartError};
use crate::api::control::Trust;
use crate::certificates::{Authority, CertificateError, Identity, Name};
use crate::engine::real_time;
use crate::exchange::Door;
use crate::http::{Limits, Server, Tls};

impl Builder {
    /// Where to serve the control API, which is then served nowhere else.
    #[must_use]
    pub fn control_listen(mut self, address: SocketAddr) -> Self {
        self.control_listen = Some(address);
        self
    }

    /// The bearer token that the control API demands.
    #[must_use]
    pub fn control_token(mut self, token: &str) -> Self {
        self.options.control.token = Some(token.to_owned());
        self
    }

    /// Serves everything over TLS, too, on a free port of the loopback address.
    #[must_use]
    pub fn tls(mut self, tls: bool) -> Self {
        self.tls.listen = tls.then(|| (Ipv4Addr::LOCALHOST, 0).into());
        self
    }

    /// Where to serve everything over TLS, too; port 0 is any free one.
    #[must_use]
    pub fn tls_listen(mut self, address: SocketAddr) -> Self {
        self.tls.listen = Some(address);
        self
    }

    /// One more host name or address that the certificate speaks for.
    #[must_use]
    pub fn tls_name(mut self, name: &str) -> Self {
        self.tls.names.push(name.to_owned());
        self
    }

    /// The folder in which quince's CA is kept from start to start; made there if it is not. Without one it is made
    /// anew at each start.
    #[must_use]
    pub fn ca_dir(mut self, folder: impl Into<PathBuf>) -> Self {
        self.tls.folder = Some(folder.into());
        self
    }

    /// A certificate of one's own and its key, both in PEM files, instead of one from quince's CA.
    #[must_use]
    pub fn tls_cert(mut self, certificate: impl Into<PathBuf>, key: impl Into<PathBuf>) -> Self {
        self.tls.given = Some((certificate.into(), key.into()));
        self
    }
}

impl Quince {
    /// The base of every path over TLS, without a slash at its end: `https://127.0.0.1:8443`. Nothing if quince does
    /// not speak TLS.
    pub fn tls_url(&self) -> Option<String> {
        self.tls.as_ref().map(|server| format!("https://{}", server.local_addr()))
    }

    /// The certificate of quince's CA in PEM form, for clients to trust. Nothing if quince does not speak TLS, or
    /// shows a certificate of somebody else's.
    pub fn ca_pem(&self) -> Option<&str> {
        match &self.trust {
            Trust::Own(pem) => Some(pem),
            Trust::NoTls | Trust::Given => None,
        }
    }
}

/// What was said about TLS.
#[derive(Debug, Clone, Default)]
pub(super) struct TlsPlan {
    /// Where; nowhere if absent.
    pub(super) listen: Option<SocketAddr>,
    /// Whom the certificate speaks for, besides those whom it always does.
    pub(super) names: Vec<String>,
    /// Where the CA is kept.
    pub(super) folder: Option<PathBuf>,
    /// Certificate and key of one's own.
    pub(super) given: Option<(PathBuf, PathBuf)>,
}

/// A listener that can be bound.
pub(super) struct Secured {
    listen: SocketAddr,
    tls: Tls,
    /// What its clients have to trust.
    pub(super) trust: Trust,
}

impl TlsPlan {
    /// Reads or makes the certificate; nothing without a listener to show it.
    pub(super) fn prepare(&self) -> Result<Option<Secured>, StartError> {
        let Some(listen) = self.listen else {
            if self.names.is_empty() && self.folder.is_none() && self.given.is_none() {
                return Ok(None);
            }
            return Err(StartError::Tls(
                "a name, a CA or a certificate is given for TLS, but no listener: say where with tls_listen",
            ));
        };
        let (identity, trust) = match &self.given {
            Some(_) if self.folder.is_some() || !self.names.is_empty() => {
                return Err(StartError::Tls(
                    "a certificate of your own has its names and its CA: leave out tls_name and ca_dir",
                ));
            }
            Some((certificate, key)) => (Identity::read(certificate, key)?, Trust::Given),
            None => self.issue(listen)?,
        };
        let tls = Tls::new(identity.into_certified_key())
            .map_err(|error| CertificateError::Making(error.to_string()))?;
        Ok(Some(Secured { listen, tls, trust }))
    }

    fn issue(&self, listen: SocketAddr) -> Result<(Identity, Trust), CertificateError> {
        let names = self.names.iter().map(|name| Name::new(name));
        let names = names.collect::<Result<Vec<_>, _>>()?;
        // The clients' clocks show real time, whatever a universe's clock shows.
        let now = Timestamp::from_millisecond(real_time::today().0).unwrap_or_default();
        let authority = match &self.folder {
            Some(folder) => Authority::keep(folder, now)?,
            None => Authority::new(now)?,
        };
        let identity = authority.issue(listen.ip(), &names, now)?;
        Ok((identity, Trust::Own(authority.pem().into())))
    }
}

pub(super) async fn bind<D: Door>(
    address: SocketAddr,
    door: Arc<D>,
    limits: Limits,
) -> Result<Server, StartError> {
    let bound = Server::bind(address, door, limits).await;
    bound.map_err(|cause| StartError::Bind { address, cause })
}

pub(super) async fn bind_tls<D: Door>(
    secured: Secured,
    door: Arc<D>,
    limits: Limits,
) -> Result<Server, StartError> {
    let Secured { listen: address, tls, .. } = secured;
    let bound = Server::bind_tls(address, tls, door, limits).await;
    bound.map_err(|cause| StartError::Bind { address, cause })
}
