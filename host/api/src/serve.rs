//! Listening.

use std::future::Future;
use std::net::SocketAddr;
use tokio::net::TcpListener;

use crate::routes::router;
use crate::state::Api;

/// Why the daemon cannot be reached.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {source}")]
    Bind {
        /// As asked for.
        address: SocketAddr,
        /// The system's words.
        source: std::io::Error,
    },
    /// The listener failed.
    #[error("the HTTP server ended: {0}")]
    Ended(std::io::Error),
}

/// Takes the address, before anything else is started: a port in use ends the program with nothing done.
///
/// # Errors
/// When it cannot be listened on.
pub async fn bind(address: SocketAddr) -> Result<TcpListener, ServeError> {
    TcpListener::bind(address).await.map_err(|source| ServeError::Bind { address, source })
}

/// Answers requests until `stop` is ready.
///
/// # Errors
/// When the listener fails.
pub async fn serve(
    listener: TcpListener,
    api: Api,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(), ServeError> {
    // Log-ins are throttled by address, so handlers are told where a request comes from.
    let service = router(api).into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service).with_graceful_shutdown(stop).await.map_err(ServeError::Ended)
}
