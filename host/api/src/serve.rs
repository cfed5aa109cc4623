//! Listening.

use std::future::{Future, IntoFuture};
use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::routes::router;
use crate::state::Api;

/// How long requests that are under way when the daemon stops may take to their answer; then they are cut off. Also for
/// those that were sent in half: a client that never sends the rest would hold up the stop for ever.
///
/// 3 s: the slowest answers that are not a replay or a compilation take well under one.
pub const ANSWER_WITHIN: Duration = Duration::from_secs(3);

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

/// Answers requests until `stop` is ready, and those that are under way then for [`ANSWER_WITHIN`]. Connections that are open
/// after that are left to the end of the process.
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
    let (stopping, stopped) = oneshot::channel();
    let stop = async move {
        stop.await;
        let _nobody_waits_any_more = stopping.send(());
    };
    let mut serving =
        std::pin::pin!(axum::serve(listener, service).with_graceful_shutdown(stop).into_future());
    tokio::select! {
        ended = serving.as_mut() => return ended.map_err(ServeError::Ended),
        _ = stopped => {}
    }
    match tokio::time::timeout(ANSWER_WITHIN, serving).await {
        Ok(ended) => ended.map_err(ServeError::Ended),
        Err(_) => {
            tracing::warn!("requests without an answer are cut off by the stop of the daemon");
            Ok(())
        }
    }
}
