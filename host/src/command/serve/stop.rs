//! The stop of the daemon, in order and within ten seconds whatever clients, workers and brokers do.
//!
//! | after | what has ended |
//! |---|---|
//! | 2 s | live streams have their goodbye |
//! | 3 s | requests have their answer, or are cut off |
//! | 5 s | runs and the processes of individual services; what is left is killed or written as interrupted |
//! | 5 s | messages on their way to channels; what is left is repeated after the next start, and says so |
//! | 10 s | the process, at the latest |

use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::Duration;

use prahari_app::daemon::Daemon;
use prahari_app::day_log::TARGET;
use prahari_app::services::STOP_PATIENCE_OF_DAEMON;
use prahari_app::shutdown::Stop;
use tokio::task::{JoinHandle, JoinSet};

use super::begun;
use super::signals::Signals;
use crate::exit::Failure;

/// Longest time that closing the live streams may take.
const CLOSE_STREAMS_WITHIN: Duration = Duration::from_secs(2);

/// The longest time from the word to stop to the end of the process. Supervisors wait at least this long before
/// they kill.
const ENDS_WITHIN: Duration = Duration::from_secs(10);

/// Tasks that run until the daemon stops.
pub struct Parts {
    /// Task of the scheduler.
    pub scheduler: JoinHandle<()>,
    /// Task of the HTTP server.
    pub server: JoinHandle<()>,
    /// What delivers messages; it begins nothing more once the daemon stops.
    pub delivering: JoinSet<()>,
}

/// Waits until the daemon is to stop, ends everything in order and closes the store.
///
/// # Errors
/// When it stops because something failed, or what is written cannot be kept.
pub async fn until_stopped(daemon: &Arc<Daemon>, parts: Parts, signals: &mut Signals) -> Result<(), Failure> {
    let stop = tokio::select! {
        stop = daemon.shutdown.begun() => stop,
        signal = signals.stop() => {
            let stop = Stop::Asked(signal.to_owned());
            daemon.shutdown.begin(stop.clone());
            stop
        }
    };
    let _ended_in_time = Deadline::start();
    tokio::select! {
        () = in_order(daemon, parts) => {}
        signal = signals.stop() => tracing::warn!(signal, "a second signal: the daemon waits for nothing more"),
    }
    if let Err(error) = begun::keep_clock(daemon).await {
        tracing::warn!(%error, "how far the clock has come is not kept");
    }
    let closed = daemon.close().await.map_err(Failure::work);
    let reason = stop.to_string();
    tracing::info!(target: TARGET, reason, "the daemon has stopped");
    match stop {
        Stop::Asked(_) => closed,
        Stop::Failed(reason) => Err(Failure::work(reason)),
    }
}

/// Lets what is under way come to its end, each part for as long as it is given.
async fn in_order(daemon: &Arc<Daemon>, parts: Parts) {
    let Parts { scheduler, server, mut delivering } = parts;
    let scheduled = async {
        if tokio::time::timeout(STOP_PATIENCE_OF_DAEMON, scheduler).await.is_err() {
            tracing::warn!("runs of slots are cut off by the stop of the daemon");
        }
    };
    let delivered = async {
        let ended = async { while delivering.join_next().await.is_some() {} };
        if tokio::time::timeout(STOP_PATIENCE_OF_DAEMON, ended).await.is_err() {
            tracing::warn!("messages on their way are cut off by the stop of the daemon, and repeated later");
        }
    };
    // Each live stream is told that the daemon stops; one that does not listen is not waited for.
    let goodbyes = tokio::time::timeout(CLOSE_STREAMS_WITHIN, daemon.events.no_listeners());
    // The server bounds its own time.
    let beside = daemon.end_beside_schedule(STOP_PATIENCE_OF_DAEMON);
    let (_, _server_told_its_failure, _late_ones_are_cut, (), ()) =
        tokio::join!(scheduled, server, goodbyes, beside, delivered);
}

/// Ends the process by force when it has not ended by itself in time, as when a disk does not answer. What was
/// acknowledged is on the disk by then; the next start finds everything as after a crash.
struct Deadline {
    /// Dropped when it is not needed any more.
    _running: Sender<()>,
}

impl Deadline {
    fn start() -> Self {
        let (running, ended) = channel::<()>();
        let watch = move || {
            if ended.recv_timeout(ENDS_WITHIN) == Err(RecvTimeoutError::Timeout) {
                tracing::error!(
                    "the daemon did not end within {} s and is ended by force",
                    ENDS_WITHIN.as_secs()
                );
                crate::logging::end();
                std::process::exit(1);
            }
        };
        // A thread of its own: whatever holds up the others does not hold up this one.
        let thread = std::thread::Builder::new().name("prahari-stop".to_owned()).spawn(watch);
        if let Err(error) = thread {
            tracing::error!(%error, "the time of the stop cannot be watched");
        }
        Self { _running: running }
    }
}
