//! Listening.

use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use hyper::body::Incoming;
use hyper::rt::Timer;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::timeout;

use crate::connections::{Connection, ConnectionLimits, Connections, End, Line, TimedBody};
use crate::routes::router;
use crate::state::Api;

/// Longest time that requests that are under way when the daemon stops may take to their answer; then they are cut
/// off. Also for those that were sent in half: a client that never sends the rest would hold up the stop for ever.
///
/// 3 s: the slowest answers that are not a replay or a compilation take well under one.
pub const ANSWER_WITHIN: Duration = Duration::from_secs(3);

/// Most bytes of a request's head. The library's 400 kB, held by many at once, would be most of the memory.
const MOST_HEAD: usize = 16 << 10;

/// Most bytes of a connection that are held at once.
const MOST_BUFFERED: usize = 64 << 10;

/// Time for which nothing is accepted after the system refused a connection: it has no descriptors left until some
/// are freed.
const AFTER_REFUSAL: Duration = Duration::from_millis(50);

/// Reasons why the daemon cannot be reached.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {source}")]
    Bind {
        /// Address that was to be bound.
        address: SocketAddr,
        /// Error of the operating system.
        source: std::io::Error,
    },
}

/// Takes the address, before anything else is started: a port in use ends the program with nothing done.
///
/// # Errors
/// When it cannot be listened on.
pub async fn bind(address: SocketAddr) -> Result<TcpListener, ServeError> {
    TcpListener::bind(address).await.map_err(|source| ServeError::Bind { address, source })
}

/// Answers requests until `stop` is ready, and those that are under way then for [`ANSWER_WITHIN`]. Connections
/// that are open after that are left to the end of the process.
pub async fn serve(listener: TcpListener, api: Api, stop: impl Future<Output = ()> + Send) {
    let connections = api.connections.clone();
    // Each connection holds a receiver: it hears of the stop by it, and its end is known by it.
    let (stopping, stopped) = watch::channel(false);
    let server = Server { connections, router: router(api), stopped };
    tokio::select! {
        () = server.accept(&listener) => {}
        () = stop => {}
    }
    drop((server, listener));
    stopping.send_replace(true);
    if timeout(ANSWER_WITHIN, stopping.closed()).await.is_err() {
        tracing::warn!("requests without an answer are cut off by the stop of the daemon");
    }
}

struct Server {
    connections: Arc<Connections>,
    router: Router,
    stopped: watch::Receiver<bool>,
}

impl Server {
    /// Takes connections in, for ever.
    async fn accept(&self, listener: &TcpListener) {
        let mut failing = false;
        loop {
            match listener.accept().await {
                Ok((bytes, from)) => {
                    failing = false;
                    self.take_in(bytes, from);
                }
                Err(error) if is_of_the_client(&error) => {}
                Err(error) => {
                    if !failing {
                        tracing::warn!(%error, "no connection can be accepted at present");
                    }
                    failing = true;
                    self.connections.make_room();
                    TokioTimer::new().sleep(AFTER_REFUSAL).await;
                }
            }
        }
    }

    /// Answers the requests of a connection, if there is room for it or can be made.
    fn take_in(&self, bytes: TcpStream, from: SocketAddr) {
        let Some(connection) = self.connections.admit(from.ip()) else { return };
        let limits = *self.connections.limits();
        let router = self.router.clone();
        let stopped = self.stopped.clone();
        tokio::spawn(converse(bytes, from, connection, limits, router, stopped));
    }
}

/// Returns whether only this one connection failed, before it was accepted.
fn is_of_the_client(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionRefused | ConnectionAborted | ConnectionReset)
}

/// Answers the requests of one connection until one of the two ends it, or it has to give way.
async fn converse(
    bytes: TcpStream,
    from: SocketAddr,
    connection: Arc<Connection>,
    limits: ConnectionLimits,
    router: Router,
    mut stopped: watch::Receiver<bool>,
) {
    let line = Line::new(bytes, connection.clone(), limits.stalled);
    let answers = answers(router, from, connection.clone(), limits);
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(limits.idle);
    builder.max_header_size(MOST_HEAD).max_buf_size(MOST_BUFFERED);
    let mut conversation = pin!(builder.serve_connection(TokioIo::new(line), answers).with_upgrades());
    let mut first = pin!(timeout(limits.first_request, connection.was_asked()));
    let (mut asked, mut stopping) = (false, false);
    loop {
        tokio::select! {
            ended = conversation.as_mut() => {
                if ended.is_err_and(|error| error.is_timeout()) {
                    connection.note(End::Silent);
                }
                return;
            }
            in_time = first.as_mut(), if !asked => {
                asked = true;
                if in_time.is_err() {
                    connection.note(End::Silent);
                    return;
                }
            }
            () = connection.evicted() => return,
            () = stops(&mut stopped), if !stopping => {
                stopping = true;
                conversation.as_mut().graceful_shutdown();
            }
        }
    }
}

/// Ready when the daemon stops.
async fn stops(stopped: &mut watch::Receiver<bool>) {
    let _or_the_server_is_gone = stopped.wait_for(|stopped| *stopped).await;
}

/// The routes, as one connection asks them: they are told where it comes from and what it is.
fn answers(
    router: Router,
    from: SocketAddr,
    connection: Arc<Connection>,
    limits: ConnectionLimits,
) -> impl Service<hyper::Request<Incoming>, Response = axum::response::Response, Error = Infallible, Future: Send>
{
    let router = TowerToHyperService::new(router);
    service_fn(move |mut request: hyper::Request<Incoming>| {
        connection.note_request();
        request.extensions_mut().insert(ConnectInfo(from));
        request.extensions_mut().insert(connection.clone());
        router.call(request.map(|body| TimedBody::new(body, limits.body_pause, limits.body)))
    })
}
