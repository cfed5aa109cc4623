//! TLS to the outside, with the authorities that the system trusts.

use std::sync::Arc;

use rustls::crypto::ring::default_provider;
use rustls::{ClientConfig, RootCertStore};
use tokio::sync::OnceCell;

use crate::courier::Undelivered;

/// What TLS is spoken by. The authorities are read when they are first needed, and kept until the daemon ends.
#[derive(Default)]
pub(crate) struct Tls(OnceCell<ClientConfig>);

impl Tls {
    /// Trusts whom the system trusts.
    ///
    /// # Errors
    /// When the system trusts no authority.
    pub(crate) async fn config(&self) -> Result<ClientConfig, Undelivered> {
        self.0.get_or_try_init(of_system).await.cloned()
    }
}

/// Trusts nobody: for connections without TLS, whose client has to be given something all the same.
///
/// # Errors
/// When the library for cryptography does not do what TLS needs.
pub(crate) fn trusting_nobody() -> Result<ClientConfig, Undelivered> {
    config(RootCertStore::empty())
}

/// Reads the authorities of the system, on a thread that may block.
async fn of_system() -> Result<ClientConfig, Undelivered> {
    let read = tokio::task::spawn_blocking(rustls_native_certs::load_native_certs).await;
    let found = read.map_err(|error| unusable(&error.to_string()))?;
    let mut roots = RootCertStore::empty();
    let (added, _ignored) = roots.add_parsable_certificates(found.certs);
    if added == 0 {
        return Err(unusable("this machine has no certificates of authorities"));
    }
    config(roots)
}

fn config(roots: RootCertStore) -> Result<ClientConfig, Undelivered> {
    let versions = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions();
    let versions = versions.map_err(|error| unusable(&error.to_string()))?;
    Ok(versions.with_root_certificates(roots).with_no_client_auth())
}

fn unusable(why: &str) -> Undelivered {
    Undelivered::not_sent(format!("TLS cannot be used: {why}"))
}
