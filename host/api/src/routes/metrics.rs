//! `/api/v1/system/metrics`: what the daemon uses and how it keeps up, for admins.

use axum::extract::State;
use prahari_app::daemon::Daemon;
use prahari_app::events::MOST_PRICED;
use prahari_app::prices::{ChangesUse, MOST_FOLLOWED, PulseUse};
use prahari_app::queries::{ProcessUse, StorageUse};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::caller::Admin;
use crate::extract::Json;
use crate::problem::Problem;
use crate::request_counts::RequestUse;
use crate::state::Api;
use crate::view::Instant;

/// Returns the routes of this resource.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(metrics))
}

/// What the daemon uses and how it keeps up.
#[derive(Debug, Serialize, ToSchema)]
struct Metrics {
    /// Current time of the daemon's clock.
    now: Instant,
    /// The daemon's process.
    process: ProcessMetrics,
    /// Worker processes of individual services that run now.
    workers: usize,
    /// The database.
    database: DatabaseMetrics,
    /// The scheduler.
    scheduler: SchedulerMetrics,
    /// The live stream.
    stream: StreamMetrics,
    /// Prices that are followed because tasks run when they change.
    prices: PriceMetrics,
    /// Requests since the daemon's start.
    requests: RequestMetrics,
}

/// What the operating system says of the daemon's process; what the platform does not tell is null.
#[derive(Debug, Serialize, ToSchema)]
struct ProcessMetrics {
    /// Number of the process.
    id: u32,
    /// Processor time of all its threads since it was started, in milliseconds.
    #[schema(required)]
    cpu_ms: Option<u64>,
    /// Resident memory now, in bytes.
    #[schema(required)]
    memory_bytes: Option<u64>,
    /// The most resident memory that it ever had, in bytes.
    #[schema(required)]
    peak_memory_bytes: Option<u64>,
}

/// How much the database holds and has to write.
#[derive(Debug, Serialize, ToSchema)]
struct DatabaseMetrics {
    /// Bytes that hold something, recordings among them; free pages of the file are left out.
    used_bytes: u64,
    /// Writes that wait for the next transaction.
    waiting_writes: usize,
    /// Most writes that may wait; whoever adds one more waits for room.
    most_waiting_writes: usize,
}

/// How the scheduler keeps up.
#[derive(Debug, Serialize, ToSchema)]
struct SchedulerMetrics {
    /// The last instant whose work was done or handed out.
    last_instant: Instant,
    /// The next planned instant of the day; null when nothing more is planned for it.
    #[schema(required)]
    next_instant: Option<Instant>,
    /// For how long, in milliseconds, that instant has been due; 0 when it is not due yet.
    lag_ms: i64,
}

/// How the live stream is used.
#[derive(Debug, Serialize, ToSchema)]
struct StreamMetrics {
    /// Streams that are open.
    clients: usize,
    /// Events that are kept for those who come back.
    events: usize,
    /// Their bytes.
    bytes: usize,
    /// Shares whose prices were asked for at the last pulse, once for all clients; 0 while none wants prices.
    priced_shares: usize,
    /// Most of them.
    most_priced_shares: usize,
    /// Shares that clients wanted then and that had no place.
    unpriced_shares: usize,
}

/// Prices that are followed because tasks run when they change, since the daemon's start.
#[derive(Debug, Serialize, ToSchema)]
struct PriceMetrics {
    /// Shares that are followed now.
    followed_shares: usize,
    /// Those of them whose prices the source tells by itself; of the others there are no changes between two minutes.
    pushed_shares: usize,
    /// Most shares that are followed.
    most_followed_shares: usize,
    /// Shares that somebody holds whose tasks run on prices, and that have no place.
    unfollowed_shares: usize,
    /// Changes, at most one a second and share.
    changes: u64,
    /// Prices that did not count: of another day, too old, or after a jump that nobody has explained.
    prices_not_counted: u64,
}

/// Answers since the daemon's start.
#[derive(Debug, Serialize, ToSchema)]
struct RequestMetrics {
    /// Upgrades to a stream.
    status_1xx: u64,
    /// Successes.
    status_2xx: u64,
    /// Redirections and answers that the client has already.
    status_3xx: u64,
    /// Requests that were refused.
    status_4xx: u64,
    /// Failures of the daemon.
    status_5xx: u64,
    /// Half of the answers took at most so many milliseconds to begin, rounded up to a class of latency; null when there was none,
    /// or it took longer than 30 seconds. Streams do not count.
    #[schema(required)]
    p50_ms: Option<u64>,
    /// The same of 95 in 100.
    #[schema(required)]
    p95_ms: Option<u64>,
    /// The same of 99 in 100.
    #[schema(required)]
    p99_ms: Option<u64>,
}

/// What the daemon uses and how it keeps up: process, database, scheduler, stream and requests.
#[utoipa::path(get, path = "/api/v1/system/metrics", operation_id = "metrics", tag = "system",
    responses((status = OK, body = Metrics)))]
async fn metrics(State(api): State<Api>, _admin: Admin) -> Result<Json<Metrics>, Problem> {
    let daemon = &api.daemon;
    let (now, last) = (daemon.clock.now(), daemon.cursor.reached());
    let next = daemon.ledger.next_instant_after(last);
    Ok(Json(Metrics {
        now: Instant(now),
        process: ProcessUse::now().into(),
        workers: daemon.users.all().iter().map(|user| user.services.workers()).sum(),
        database: daemon.queries.storage_use().await?.into(),
        scheduler: SchedulerMetrics {
            last_instant: Instant(last),
            next_instant: next.map(Instant),
            lag_ms: next.map_or(0, |next| now.millis_since(next).max(0)),
        },
        stream: stream_use(daemon),
        prices: daemon.prices.changes_use().into(),
        requests: api.requests.now().into(),
    }))
}

fn stream_use(daemon: &Daemon) -> StreamMetrics {
    let (events, bytes) = daemon.events.held();
    let PulseUse { shares, left_out } = daemon.prices.pulse_use();
    StreamMetrics {
        clients: daemon.events.listening(),
        events,
        bytes,
        priced_shares: shares,
        most_priced_shares: MOST_PRICED,
        unpriced_shares: left_out,
    }
}

impl From<ChangesUse> for PriceMetrics {
    fn from(used: ChangesUse) -> Self {
        Self {
            followed_shares: used.shares,
            pushed_shares: used.pushed,
            most_followed_shares: MOST_FOLLOWED,
            unfollowed_shares: used.left_out,
            changes: used.changes,
            prices_not_counted: used.not_counted,
        }
    }
}

impl From<ProcessUse> for ProcessMetrics {
    fn from(used: ProcessUse) -> Self {
        Self {
            id: used.id,
            cpu_ms: used.cpu.map(|cpu| u64::try_from(cpu.as_millis()).unwrap_or(u64::MAX)),
            memory_bytes: used.memory_bytes,
            peak_memory_bytes: used.peak_memory_bytes,
        }
    }
}

impl From<StorageUse> for DatabaseMetrics {
    fn from(used: StorageUse) -> Self {
        Self {
            used_bytes: used.used_bytes,
            waiting_writes: used.waiting_writes,
            most_waiting_writes: used.most_waiting_writes,
        }
    }
}

impl From<RequestUse> for RequestMetrics {
    fn from(used: RequestUse) -> Self {
        let [status_1xx, status_2xx, status_3xx, status_4xx, status_5xx] = used.classes;
        Self {
            status_1xx,
            status_2xx,
            status_3xx,
            status_4xx,
            status_5xx,
            p50_ms: used.percentile_ms(50),
            p95_ms: used.percentile_ms(95),
            p99_ms: used.percentile_ms(99),
        }
    }
}
