//! Which authorities are trusted when TLS is spoken: those of the system, and those that the operator adds.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use lettre::transport::smtp::client::Certificate;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use tokio::sync::OnceCell;

use crate::courier::Undelivered;
use crate::tls;

/// Largest file of certificates that is read: the list of a whole system takes a quarter of a megabyte.
const LARGEST_FILE: u64 = 4 << 20;

/// The authorities that are trusted. Clones share what was read.
#[derive(Clone, Default)]
pub struct Authorities(Arc<Inner>);

#[derive(Default)]
struct Inner {
    /// Those that the operator adds.
    extra: Vec<CertificateDer<'static>>,
    /// All of them, read when they are first needed and kept until the daemon ends.
    trusted: OnceCell<Trusted>,
}

/// What is made of the authorities, for each library that speaks TLS.
struct Trusted {
    config: ClientConfig,
    certificates: Vec<Certificate>,
}

impl Authorities {
    /// Those of the system and those whose certificates stand in these files, in the form of PEM.
    ///
    /// # Errors
    /// One sentence that names the file and says why it is of no use.
    pub fn with_files(files: &[PathBuf]) -> Result<Self, String> {
        let mut extra = Vec::new();
        for file in files {
            let read = read_file(file);
            extra.extend(read.map_err(|why| format!("{}: {why}", file.display()))?);
        }
        Ok(Self(Arc::new(Inner { extra, trusted: OnceCell::new() })))
    }

    /// What a client of HTTP speaks TLS by.
    ///
    /// # Errors
    /// When there is no authority that could be trusted.
    pub(crate) async fn config(&self) -> Result<ClientConfig, Undelivered> {
        self.trusted().await.map(|trusted| trusted.config.clone())
    }

    /// The certificates, as the library for mail takes them.
    ///
    /// # Errors
    /// As [`Authorities::config`].
    pub(crate) async fn certificates(&self) -> Result<Vec<Certificate>, Undelivered> {
        self.trusted().await.map(|trusted| trusted.certificates.clone())
    }

    async fn trusted(&self) -> Result<&Trusted, Undelivered> {
        self.0.trusted.get_or_try_init(|| of_system_and(&self.0.extra)).await
    }
}

/// Reads the authorities of the system, on a thread that may block.
async fn of_system_and(extra: &[CertificateDer<'static>]) -> Result<Trusted, Undelivered> {
    let read = tokio::task::spawn_blocking(rustls_native_certs::load_native_certs).await;
    let mut found = read.map_err(|error| tls::unusable(&error.to_string()))?.certs;
    found.extend_from_slice(extra);
    let (mut roots, mut certificates) = (RootCertStore::empty(), Vec::new());
    for one in found {
        // Lists of systems hold some that are of no use; the others are not the worse for it.
        if roots.add(one.clone()).is_ok()
            && let Ok(certificate) = Certificate::from_der(one.to_vec())
        {
            certificates.push(certificate);
        }
    }
    if roots.is_empty() {
        return Err(tls::unusable("this machine has no certificates of authorities"));
    }
    Ok(Trusted { config: tls::trusting(roots)?, certificates })
}

/// The certificates of a file, of which each must be of use.
fn read_file(file: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let about = std::fs::metadata(file).map_err(|error| format!("it cannot be read: {error}"))?;
    if about.len() > LARGEST_FILE {
        return Err(format!("it has more than {} MB", LARGEST_FILE >> 20));
    }
    let bytes = std::fs::read(file).map_err(|error| format!("it cannot be read: {error}"))?;
    let mut certificates = Vec::new();
    for (read, number) in CertificateDer::pem_slice_iter(&bytes).zip(1..) {
        let certificate = read.map_err(|error| format!("it is no PEM: {error}"))?;
        let added = RootCertStore::empty().add(certificate.clone());
        added.map_err(|error| format!("its certificate {number} cannot be used: {error}"))?;
        certificates.push(certificate);
    }
    if certificates.is_empty() {
        return Err("it holds no certificate in the form of PEM".to_owned());
    }
    Ok(certificates)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn why(content: &[u8]) -> String {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ca.pem");
        std::fs::write(&file, content).unwrap();
        let refused = Authorities::with_files(&[file]).err().unwrap();
        refused.rsplit_once("ca.pem: ").unwrap().1.to_owned()
    }

    #[test]
    fn a_file_of_no_use_is_refused_in_one_sentence_that_says_why() {
        assert_eq!(why(b""), "it holds no certificate in the form of PEM");
        assert_eq!(why(b"\xff\x00 something else"), "it holds no certificate in the form of PEM");
        let cut = why(b"-----BEGIN CERTIFICATE-----\nAAAA\n");
        assert!(cut.starts_with("it is no PEM: "), "{cut}");
        let none = why(b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
        assert!(none.starts_with("its certificate 1 cannot be used: "), "{none}");
        let large = usize::try_from(LARGEST_FILE).unwrap() + 1;
        assert_eq!(why(&vec![b'#'; large]), "it has more than 4 MB");
        let gone = Authorities::with_files(&["/nowhere/ca.pem".into()]).err().unwrap();
        assert!(gone.starts_with("/nowhere/ca.pem: it cannot be read: "), "{gone}");
        assert!(Authorities::with_files(&[]).is_ok());
    }
}
