//! What is said about TLS, and what of it goes together.

use std::net::SocketAddr;
use std::path::PathBuf;

use super::layers::Layers;
use super::{BadValue, Raw, Source, values};

/// A listener for HTTPS.
#[derive(Debug, Clone, PartialEq)]
pub struct TlsOptions {
    /// Where.
    pub listen: SocketAddr,
    /// What it shows.
    pub shows: TlsSource,
}

/// Where a certificate comes from.
#[derive(Debug, Clone, PartialEq)]
pub enum TlsSource {
    /// From quince's own CA.
    Own {
        /// Whom it speaks for, besides those whom it always does.
        names: Vec<String>,
        /// Where the CA is kept, and who said so; a new one if absent.
        folder: Option<(PathBuf, Source)>,
    },
    /// From files.
    Given {
        /// The certificate, and who named it.
        certificate: (PathBuf, Source),
        /// Its key.
        key: PathBuf,
    },
}

/// Puts together what the strongest layers say.
pub(super) fn meaning(layers: &Layers) -> Result<Option<TlsOptions>, BadValue> {
    let strongest = |key| layers.all(key).last();
    let [folder, certificate, key, name] =
        ["ca_dir", "tls_cert", "tls_key", "tls_name"].map(strongest);
    let Some(listen) = layers.parsed("tls_listen", values::address)? else {
        let idle = [folder, certificate, key, name].into_iter().flatten().next();
        return idle.map_or(Ok(None), |raw| {
            let problem = "there is no listener for TLS; add --tls-listen ADDR, or leave this out";
            Err(because(raw, problem))
        });
    };
    let path = |raw: &Raw| Ok((PathBuf::from(values::text(raw)?), raw.origin.clone()));
    let shows = match (certificate, key) {
        (None, None) => {
            let names = layers.all("tls_name").iter().map(values::certificate_name);
            TlsSource::Own {
                names: names.collect::<Result<_, _>>()?,
                folder: folder.map(path).transpose()?,
            }
        }
        (Some(raw), None) => {
            return Err(because(raw, "a certificate needs its key; name it with --tls-key"));
        }
        (None, Some(raw)) => {
            return Err(because(raw, "a key needs its certificate; name it with --tls-cert"));
        }
        (Some(certificate), Some(key)) => {
            if let Some(raw) = folder {
                let problem = "with --tls-cert no CA is made or used; leave out one of the two";
                return Err(because(raw, problem));
            }
            if let Some(raw) = name {
                let problem =
                    "the certificate of --tls-cert has its names already; leave out one of the two";
                return Err(because(raw, problem));
            }
            TlsSource::Given { certificate: path(certificate)?, key: path(key)?.0 }
        }
    };
    Ok(Some(TlsOptions { listen, shows }))
}

fn because(raw: &Raw, problem: &str) -> BadValue {
    BadValue { origin: raw.origin.clone(), problem: problem.to_owned() }
}
