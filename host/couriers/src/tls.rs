//! TLS to the outside, with the authorities that the system trusts.

use std::sync::Arc;

use tokio::net::TcpStream;
use tokio::sync::OnceCell;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};
use url::Host;

use crate::courier::Undelivered;

/// Connects over TLS. The authorities are read when they are first needed, and kept until the daemon ends.
#[derive(Default)]
pub(crate) struct Tls(OnceCell<TlsConnector>);

impl Tls {
    /// Speaks TLS over a connection with a host that must prove its name.
    ///
    /// # Errors
    /// When the system trusts no authority, or the host proves nothing.
    pub(crate) async fn over(
        &self,
        stream: TcpStream,
        host: &Host<String>,
    ) -> Result<TlsStream<TcpStream>, Undelivered> {
        let connector = self.0.get_or_try_init(connector).await?;
        let name = server_name(host)?;
        let failed = |error: std::io::Error| Undelivered::not_sent(format!("TLS failed: {error}"));
        connector.connect(name, stream).await.map_err(failed)
    }
}

fn server_name(host: &Host<String>) -> Result<ServerName<'static>, Undelivered> {
    match host {
        Host::Domain(name) => ServerName::try_from(name.clone())
            .map_err(|_| Undelivered::for_good("the name of the host is no name for TLS")),
        Host::Ipv4(number) => Ok(ServerName::from(std::net::IpAddr::V4(*number))),
        Host::Ipv6(number) => Ok(ServerName::from(std::net::IpAddr::V6(*number))),
    }
}

/// Reads the authorities of the system, on a thread that may block.
async fn connector() -> Result<TlsConnector, Undelivered> {
    let failed = |why: String| Undelivered::not_sent(format!("TLS cannot be used: {why}"));
    let read = tokio::task::spawn_blocking(rustls_native_certs::load_native_certs).await;
    let found = read.map_err(|error| failed(error.to_string()))?;
    let mut roots = RootCertStore::empty();
    let (added, _ignored) = roots.add_parsable_certificates(found.certs);
    if added == 0 {
        return Err(failed("this machine has no certificates of authorities".to_owned()));
    }
    let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| failed(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}
