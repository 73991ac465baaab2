//! A CA in a folder: `ca.pem` for everybody, `ca.key` for quince alone.
//!
//! The key is put there before the certificate, each with one rename, so a certificate that can be read has its key
//! beside it. Who finds nothing makes both under a lock that ends with its process; who comes meanwhile waits for
//! that and takes what is there then.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rcgen::KeyPair;

use super::authority::{Files, Places};
use super::{Authority, CertificateError};

/// Far more than a chain of certificates needs.
const FILE_BYTES_MAX: u64 = 1 << 20;

impl Authority {
    /// The CA that is kept in a folder; made there, with the folder, if it is not.
    ///
    /// # Errors
    ///
    /// If the files cannot be read or written, are no CA, or the CA is not valid now.
    pub fn keep(folder: &Path, now: Timestamp) -> Result<Self, CertificateError> {
        let (certificate, key) = (folder.join("ca.pem"), folder.join("ca.key"));
        let places = Places { certificate: &certificate, key: &key };
        let files = match Files::find(&places)? {
            Some(files) => files,
            None => Files::make(folder, &places, now)?,
        };
        Self::read(&files, &places, now)
    }
}

impl Files {
    /// What is there; `None` if there is no certificate.
    fn find(places: &Places<'_>) -> Result<Option<Self>, CertificateError> {
        let Some(certificate) = look(places.certificate)? else { return Ok(None) };
        let Some(key) = look(places.key)? else {
            let remedy = "put the key of ca.pem there, or remove ca.pem, and quince makes new ones";
            return Err(CertificateError::unusable(places.key, "is missing", remedy));
        };
        Ok(Some(Self { certificate, key }))
    }

    /// Makes what is missing, unless somebody else did first.
    fn make(folder: &Path, places: &Places<'_>, now: Timestamp) -> Result<Self, CertificateError> {
        fs::create_dir_all(folder).map_err(CertificateError::io("make", folder))?;
        let _lock = lock(folder);
        if let Some(files) = Self::find(places)? {
            return Ok(files);
        }
        // A key without a certificate is what a crash leaves, or somebody who wants the certificate anew.
        let key = match look(places.key)? {
            None => None,
            Some(text) => Some(KeyPair::from_pem(&text).map_err(|_| {
                let remedy = "remove it, and quince makes a new one";
                let problem = "holds no private key that can be used";
                CertificateError::unusable(places.key, problem, remedy)
            })?),
        };
        let is_new = key.is_none();
        let files = Self::new(key, now)?;
        if is_new {
            put(places.key, &files.key, 0o600)?;
        }
        put(places.certificate, &files.certificate, 0o644)?;
        Ok(files)
    }
}

/// Keeps other processes from making a CA in the folder. Where files cannot be locked there is only the order of
/// things to rely on.
fn lock(folder: &Path) -> Option<File> {
    let path = folder.join("ca.lock");
    let file = OpenOptions::new().write(true).create(true).truncate(false).open(&path).ok()?;
    if let Err(error) = file.lock() {
        tracing::debug!(%error, "cannot lock {}", path.display());
    }
    Some(file)
}

/// The text of a file.
pub(super) fn read(path: &Path) -> Result<String, CertificateError> {
    let failed = CertificateError::io("read", path);
    let mut text = Vec::new();
    let file = File::open(path).and_then(|file| file.take(FILE_BYTES_MAX).read_to_end(&mut text));
    file.map_err(failed)?;
    // What is no text has no PEM in it either, which is told better by whoever looks for that.
    Ok(String::from_utf8_lossy(&text).into_owned())
}

/// The text of a file; `None` if there is none.
fn look(path: &Path) -> Result<Option<String>, CertificateError> {
    match read(path) {
        Ok(text) => Ok(Some(text)),
        Err(CertificateError::Io { cause, .. }) if cause.kind() == io::ErrorKind::NotFound => {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// Puts a file there, whole.
fn put(path: &Path, text: &str, mode: u32) -> Result<(), CertificateError> {
    let mut partial = path.as_os_str().to_owned();
    partial.push(format!(".{}.partial", std::process::id()));
    let partial = PathBuf::from(partial);
    let written = write(&partial, text, mode).and_then(|()| fs::rename(&partial, path));
    if written.is_err() {
        let _ = fs::remove_file(&partial);
    }
    written.map_err(CertificateError::io("write", path))
}

#[cfg_attr(not(unix), expect(unused_variables, reason = "only Unix has modes"))]
fn write(path: &Path, text: &str, mode: u32) -> io::Result<()> {
    // What a crash left under this name may have another mode.
    let _ = fs::remove_file(path);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    let mut file = options.open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2026-01-15T09:00:00Z".parse().unwrap()
    }

    fn refused(folder: &Path, now: Timestamp) -> String {
        let error = Authority::keep(folder, now).unwrap_err();
        error.to_string().replace(&folder.display().to_string(), "ca")
    }

    #[test]
    fn a_ca_stays_the_same_and_its_key_is_for_its_owner() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("made/below");
        let first = Authority::keep(&folder, now()).unwrap();
        assert_eq!(Authority::keep(&folder, now()).unwrap().pem(), first.pem());
        assert_eq!(fs::read_to_string(folder.join("ca.pem")).unwrap(), first.pem());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = |name| fs::metadata(folder.join(name)).unwrap().permissions().mode() & 0o777;
            assert_eq!((mode("ca.key"), mode("ca.pem") & 0o700), (0o600, 0o600));
        }
        let mut names: Vec<_> =
            fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(names, ["ca.key", "ca.lock", "ca.pem"]);
    }

    #[test]
    fn who_makes_one_at_the_same_time_makes_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let made: Vec<String> = std::thread::scope(|scope| {
            let one = || Authority::keep(folder.path(), now()).unwrap().pem().to_owned();
            let all: Vec<_> = (0..8).map(|_| scope.spawn(one)).collect();
            all.into_iter().map(|one| one.join().unwrap()).collect()
        });
        assert!(made.iter().all(|pem| *pem == made[0]));
    }

    #[test]
    fn a_certificate_that_is_gone_is_made_for_the_same_key_and_name() {
        let folder = tempfile::tempdir().unwrap();
        Authority::keep(folder.path(), now()).unwrap();
        let key = fs::read(folder.path().join("ca.key")).unwrap();
        fs::remove_file(folder.path().join("ca.pem")).unwrap();
        Authority::keep(folder.path(), now()).unwrap();
        assert_eq!(fs::read(folder.path().join("ca.key")).unwrap(), key);
    }

    #[test]
    fn what_cannot_be_used_is_told_with_its_file_and_a_remedy() {
        let mut told = Vec::new();
        let mut tell = |spoil: &dyn Fn(&Path), now: Timestamp| {
            let folder = tempfile::tempdir().unwrap();
            Authority::keep(folder.path(), self::now()).unwrap();
            spoil(folder.path());
            let before = fs::read(folder.path().join("ca.key")).ok();
            told.push(refused(folder.path(), now));
            assert_eq!(fs::read(folder.path().join("ca.key")).ok(), before, "nothing is changed");
        };
        let later = "2036-01-14T09:00:00Z".parse().unwrap();
        tell(&|_| (), later);
        tell(&|_| (), "2026-01-01T09:00:00Z".parse().unwrap());
        tell(&|folder| fs::write(folder.join("ca.pem"), "nonsense").unwrap(), now());
        tell(&|folder| fs::write(folder.join("ca.key"), [0xff, 0]).unwrap(), now());
        tell(&|folder| fs::remove_file(folder.join("ca.key")).unwrap(), now());
        let other = Files::new(None, now()).unwrap();
        tell(&|folder| fs::write(folder.join("ca.key"), &other.key).unwrap(), now());
        tell(
            &|folder| {
                fs::remove_file(folder.join("ca.pem")).unwrap();
                fs::write(folder.join("ca.key"), "nonsense").unwrap();
            },
            now(),
        );
        let key = KeyPair::generate().unwrap();
        let leaf = rcgen::CertificateParams::default().self_signed(&key).unwrap().pem();
        tell(&|folder| fs::write(folder.join("ca.pem"), &leaf).unwrap(), now());
        insta::assert_snapshot!(told.join("\n"), @"
        ca/ca.pem expired at 2036-01-13T09:00:00Z; remove ca.pem and ca.key, and quince makes new ones, which clients have to trust anew, or put another CA there (PEM)
        ca/ca.pem is not valid before 2026-01-14T09:00:00Z; remove ca.pem and ca.key, and quince makes new ones, which clients have to trust anew, or put another CA there (PEM)
        ca/ca.pem holds no certificate; remove ca.pem and ca.key, and quince makes new ones, which clients have to trust anew, or put another CA there (PEM)
        ca/ca.key holds no private key that can be used; put the key of ca.pem there (PEM, PKCS #8, no passphrase), or remove both, and quince makes new ones, which clients have to trust anew
        ca/ca.key is missing; put the key of ca.pem there, or remove ca.pem, and quince makes new ones
        ca/ca.key is not the key of ca/ca.pem; put the key of ca.pem there (PEM, PKCS #8, no passphrase), or remove both, and quince makes new ones, which clients have to trust anew
        ca/ca.key holds no private key that can be used; remove it, and quince makes a new one
        ca/ca.pem is not the certificate of a CA; remove ca.pem and ca.key, and quince makes new ones, which clients have to trust anew, or put another CA there (PEM)
        ");
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_told() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let error = Authority::keep(&file.path().join("ca"), now()).unwrap_err();
        assert!(error.to_string().starts_with("cannot "), "{error}");
    }
}
