//! What is wrong with certificates and their files.

use std::io;
use std::path::Path;

/// Why there is no certificate to show.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// The operating system refuses a file or a folder.
    #[error("cannot {act} {path}")]
    Io {
        /// `read`, `write` or `make`.
        act: &'static str,
        /// Where.
        path: String,
        /// What the operating system said.
        #[source]
        cause: io::Error,
    },
    /// A file does not hold what it should.
    #[error("{path} {problem}; {remedy}")]
    Unusable {
        /// The file.
        path: String,
        /// What is wrong with it, after its name.
        problem: String,
        /// What to do.
        remedy: &'static str,
    },
    /// Nothing that a certificate could speak for.
    #[error(
        "`{0}` is no name for a certificate: write a host like mdm.test or *.mdm.test, or an IP address"
    )]
    Name(String),
    /// A certificate could not be made: quince's own fault.
    #[error("cannot make a certificate: {0}")]
    Making(String),
}

impl CertificateError {
    pub(super) fn io(act: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.display().to_string();
        move |cause| Self::Io { act, path, cause }
    }

    pub(super) fn unusable(path: &Path, problem: impl Into<String>, remedy: &'static str) -> Self {
        Self::Unusable { path: path.display().to_string(), problem: problem.into(), remedy }
    }
}

impl From<rcgen::Error> for CertificateError {
    fn from(error: rcgen::Error) -> Self {
        Self::Making(error.to_string())
    }
}
