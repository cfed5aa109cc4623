//! TLS to the broker, with the authorities that the system trusts.

use std::sync::Arc;

use rustls::crypto::ring::default_provider;
use rustls::{ClientConfig, RootCertStore};
use tokio::sync::OnceCell;

use super::reach::Reach;

/// What TLS is spoken by. The authorities are read when they are first needed, once for all users.
#[derive(Default)]
pub(crate) struct Tls(OnceCell<ClientConfig>);

impl Tls {
    /// Trusts whom the system trusts; on this machine nobody, because nothing there is spoken to over TLS.
    ///
    /// # Errors
    /// One sentence, when the system trusts no authority.
    pub(crate) async fn config(&self, reach: Reach) -> Result<ClientConfig, String> {
        match reach {
            Reach::ThisMachine => config(RootCertStore::empty()),
            Reach::Broker => self.0.get_or_try_init(of_system).await.cloned(),
        }
    }
}

/// Reads the authorities of the system, on a thread that may block.
async fn of_system() -> Result<ClientConfig, String> {
    let read = tokio::task::spawn_blocking(rustls_native_certs::load_native_certs).await;
    let found = read.map_err(|error| format!("TLS cannot be used: {error}"))?;
    let mut roots = RootCertStore::empty();
    let (added, _ignored) = roots.add_parsable_certificates(found.certs);
    if added == 0 {
        return Err("TLS cannot be used: this machine has no certificates of authorities".to_owned());
    }
    config(roots)
}

fn config(roots: RootCertStore) -> Result<ClientConfig, String> {
    let versions = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions();
    let versions = versions.map_err(|error| format!("TLS cannot be used: {error}"))?;
    Ok(versions.with_root_certificates(roots).with_no_client_auth())
}
