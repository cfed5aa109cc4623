//! Executions of tasks: begun before they have any effect, finished in one write with all they leave behind.

use rusqlite::{Connection, Row, params};

use prahari_domain::ids::{RunId, UserId};
use prahari_domain::money::Paise;
use prahari_domain::price_cause::PriceCause;
use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;

use crate::columns::{
    execute, instant, named, optional_instant, optional_parsed, parsed, select, select_one, to_json,
    unsigned, user,
};
use crate::counters::{self, RunCounters};
use crate::decisions::{DecisionRow, LogRow, write_notes};
use crate::errors::StoreError;
use crate::notifications::{NewNotification, keep_all};
use crate::recordings::{self, RecordingRow};
use crate::run_footprint::{self, RunFootprint};
use crate::state::write_state;
use crate::store::{SystemScope, UserScope};

/// The outcome of a run that was executing when the daemon ended.
pub const INTERRUPTED: &str = "interrupted";

/// What [`RunFilter::outcome`](crate::RunFilter::outcome) calls a run that has none yet.
pub const EXECUTING: &str = "executing";

/// The outcome of nearly every run; those with another one have an index of their own.
pub(crate) const SUCCEEDED: &str = "succeeded";

/// The outcome of a run that was claimed, and ended unexecuted because another one of its task had just begun.
pub const SUPERSEDED: &str = "superseded";

/// The outcome of a run that the host could not carry out.
const ABANDONED: &str = "abandoned";

named! {
    /// What starts a run.
    RunTrigger {
        /// The slot of the task was due.
        Scheduled = "scheduled",
        /// The user asked for it once.
        RunOnce = "run_once",
        /// An operator started it.
        Manual = "manual",
    }
}

named! {
    /// Which service of a user a scheduled run belongs to.
    ServiceKind {
        /// The one that runs every task.
        Unified = "unified",
        /// One of a single task, in a process of its own.
        Individual = "individual",
    }
}

/// A run that begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunStart {
    /// Id from [`SystemScope::next_run_id`].
    pub id: RunId,
    /// The task that runs.
    pub task: Task,
    /// Time at which its slot was due; none when it has no slot.
    pub slot_due: Option<Timestamp>,
    /// What started the run.
    pub trigger: RunTrigger,
    /// The service whose slot it is; none when somebody asked for the run.
    pub service: Option<ServiceKind>,
    /// Hash of the module, in hex.
    pub module_hash: String,
    /// Start time of the run, by the daemon's clock.
    pub started_at: Timestamp,
    /// Which attempt at its slot it is, from 1.
    pub attempt: u32,
    /// The change of price that it happens because of, beside the ticks of its session; none of any other run.
    pub cause: Option<PriceCause>,
}

/// A run that ends, with everything it leaves behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunFinish {
    /// The run that it is about.
    pub id: RunId,
    /// Outcome, as the runtime names it.
    pub outcome: String,
    /// One line for people.
    pub detail: String,
    /// End time of the run, by the daemon's clock.
    pub finished_at: Timestamp,
    /// CPU time in microseconds.
    pub cpu_micros: u64,
    /// Most memory held at once, in bytes.
    pub peak_memory: u64,
    /// Number of host calls.
    pub calls: u64,
    /// Orders placed, changed or cancelled, refused ones included.
    pub orders: u32,
    /// Entries that they made in the journal: a run with any keeps its recording.
    pub journaled: u32,
    /// Work of the host and rows that the run left behind.
    pub left: RunFootprint,
    /// What it counted.
    pub counters: RunCounters,
    /// The recording; empty when none is kept.
    pub recording: RecordingRow,
    /// Decisions of the run, in order.
    pub decisions: Vec<DecisionRow>,
    /// Log lines of the run, in order.
    pub log: Vec<LogRow>,
    /// What it wrote to a task's state, in order; none removes the key.
    pub state: Vec<(Task, String, Option<Vec<u8>>)>,
    /// What the user is told of it.
    pub messages: Vec<NewNotification>,
}

/// A run that nothing carries on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InterruptedRun {
    /// The run.
    pub id: RunId,
    /// Its user.
    pub user: UserId,
    /// What the user is told of it.
    pub messages: Vec<NewNotification>,
}

impl RunFinish {
    /// An end that leaves nothing behind yet.
    pub fn new(id: RunId, outcome: &str, finished_at: Timestamp) -> Self {
        Self {
            id,
            outcome: outcome.to_owned(),
            detail: String::new(),
            finished_at,
            cpu_micros: 0,
            peak_memory: 0,
            calls: 0,
            orders: 0,
            journaled: 0,
            left: RunFootprint::default(),
            counters: RunCounters::default(),
            recording: RecordingRow::default(),
            decisions: Vec::new(),
            log: Vec::new(),
            state: Vec::new(),
            messages: Vec::new(),
        }
    }
}

/// A run as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunRow {
    /// Numbered from 1 over all users.
    pub id: RunId,
    /// User of the run.
    pub user: UserId,
    /// The task that ran.
    pub task: Task,
    /// Time at which its slot was due; none when it had no slot.
    pub slot_due: Option<Timestamp>,
    /// What started the run.
    pub trigger: RunTrigger,
    /// The service whose slot it was; none when somebody asked for the run.
    pub service: Option<ServiceKind>,
    /// Hash of the module, in hex.
    pub module_hash: String,
    /// Start time of the run.
    pub started_at: Timestamp,
    /// Which attempt at its slot it was, from 1.
    pub attempt: u32,
    /// The change of price that it happened because of, beside the ticks of its session; none of any other run.
    pub cause: Option<PriceCause>,
    /// Outcome; none while the run is executing.
    pub outcome: Option<String>,
    /// One line for people.
    pub detail: String,
    /// End time of the run; none while it executes.
    pub finished_at: Option<Timestamp>,
    /// CPU time in microseconds.
    pub cpu_micros: u64,
    /// Most memory held at once, in bytes.
    pub peak_memory: u64,
    /// Number of host calls.
    pub calls: u64,
    /// Orders placed, changed or cancelled, refused ones included.
    pub orders: u32,
    /// Entries that they made in the journal; of runs from before these were counted, as many as orders.
    pub journaled: u32,
    /// Work of the host and rows that the run left behind.
    pub left: RunFootprint,
    /// What it counted.
    pub counters: RunCounters,
}

impl UserScope {
    /// Begins a run.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn start_run(&self, start: RunStart) -> Result<(), StoreError> {
        let user = self.user;
        self.write("start a run", move |conn| insert(conn, user, &start)).await
    }

    /// Begins a run unless one of the same task is executing or was started less than `window_millis` before it,
    /// and waits until that is durable. Two that ask at once cannot both succeed: the database decides.
    ///
    /// # Errors
    /// [`StoreError::RunTooSoon`]; or when the store is closed or has stopped.
    pub async fn claim_run_durable(&self, start: RunStart, window_millis: i64) -> Result<(), StoreError> {
        let user = self.user;
        self.store
            .write_durable("start a run", move |conn| {
                check_free(conn, user, &start, window_millis)?;
                insert(conn, user, &start)
            })
            .await
    }

    /// Counts the runs that began within a span of time because a price had changed, as far as they are kept.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn count_price_runs(&self, from: Timestamp, until: Timestamp) -> Result<u64, StoreError> {
        let values = (self.user.0.cast_signed(), from.0, until.0);
        self.read("count runs on prices", move |conn| {
            let sql = "SELECT count(*) AS count FROM runs
                       WHERE user_id = ?1 AND cause_symbol IS NOT NULL AND started_at BETWEEN ?2 AND ?3";
            Ok(select_one(conn, sql, values, |row| unsigned(row, "count"))?.unwrap_or(0))
        })
        .await
    }

    /// Ends a run, and keeps what the user is told of it in the same write. A run that is not executing is refused: its
    /// effects would stand without their cause.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn finish_run(&self, finish: RunFinish) -> Result<(), StoreError> {
        let user = self.user;
        let decisions = to_json("decisions", &finish.decisions)?;
        let log = to_json("log lines", &finish.log)?;
        let counters = finish.counters.to_column()?;
        self.write("finish a run", move |conn| {
            update(conn, user, &finish, counters)?;
            recordings::write(conn, user, finish.id, &finish.recording)?;
            if !finish.decisions.is_empty() || !finish.log.is_empty() {
                write_notes(conn, user, finish.id, &decisions, &log)?;
            }
            write_state(conn, user, &finish.state)?;
            keep_all(conn, user, &finish.messages)
        })
        .await
    }

    /// Ends a run that the host could not carry out, if it has no end yet, and keeps what the user is told of it in the same
    /// write.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn abandon_run(
        &self,
        run: RunId,
        detail: String,
        at: Timestamp,
        messages: Vec<NewNotification>,
    ) -> Result<(), StoreError> {
        let user = self.user;
        self.write("abandon a run", move |conn| {
            let run = InterruptedRun { id: run, user, messages };
            end_uncarried(conn, &run, (ABANDONED, &detail), at)
        })
        .await
    }

    /// One run; none when it is unknown or another user's.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn find_run(&self, run: RunId) -> Result<Option<RunRow>, StoreError> {
        let values = (run.0.cast_signed(), self.user.0.cast_signed());
        self.read("read a run", move |conn| {
            select_one(conn, "SELECT * FROM runs WHERE id = ?1 AND user_id = ?2", values, read)
        })
        .await
    }
}

impl SystemScope {
    /// Returns a run of any user: an operator names runs by their id alone.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn find_run(&self, run: RunId) -> Result<Option<RunRow>, StoreError> {
        let id = run.0.cast_signed();
        self.store
            .read("read a run", move |conn| select_one(conn, "SELECT * FROM runs WHERE id = ?1", [id], read))
            .await
    }

    /// The runs without an outcome, by id. At start they are those that the end of the last process interrupted.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn interrupted_runs(&self) -> Result<Vec<RunRow>, StoreError> {
        self.store
            .read("read the interrupted runs", |conn| {
                select(conn, "SELECT * FROM runs WHERE outcome IS NULL ORDER BY id", [], read)
            })
            .await
    }

    /// Gives runs that are still executing the outcome [`INTERRUPTED`] and keeps what their users are told of them, in one
    /// write; others stay as they are, and nothing is told of them. None ends before it began: after a crash, a clock that
    /// is not the system's goes on at the last instant that was done.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn mark_interrupted(
        &self,
        runs: Vec<InterruptedRun>,
        detail: String,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        self.store
            .write("mark interrupted runs", move |conn| {
                runs.iter().try_for_each(|run| end_uncarried(conn, run, (INTERRUPTED, &detail), at))
            })
            .await
    }
}

/// Ends a run that nothing carries on, unless it has its end, and keeps what is told of that.
fn end_uncarried(
    conn: &Connection,
    run: &InterruptedRun,
    (outcome, detail): (&str, &str),
    at: Timestamp,
) -> Result<(), StoreError> {
    let sql = "UPDATE runs SET outcome = ?3, detail = ?4, finished_at = max(started_at, ?5)
               WHERE id = ?1 AND user_id = ?2 AND outcome IS NULL";
    let values = (run.id.0.cast_signed(), run.user.0.cast_signed(), outcome, detail, at.0);
    match execute(conn, sql, values)? {
        0 => Ok(()),
        _ => keep_all(conn, run.user, &run.messages),
    }
}

/// Gives every run that has no outcome the outcome [`INTERRUPTED`].
pub(crate) fn interrupt_all(conn: &Connection, detail: &str, at: Timestamp) -> Result<(), StoreError> {
    let sql = "UPDATE runs SET outcome = ?1, detail = ?2, finished_at = max(started_at, ?3)
               WHERE outcome IS NULL";
    execute(conn, sql, (INTERRUPTED, detail, at.0)).map(|_| ())
}

/// The id that the next run gets.
pub(crate) fn first_free_id(conn: &Connection) -> Result<u64, StoreError> {
    let last = conn.query_row("SELECT max(id) FROM runs", [], |row| row.get::<_, Option<i64>>(0))?;
    Ok(last.unwrap_or(0).cast_unsigned() + 1)
}

fn insert(conn: &Connection, user: UserId, start: &RunStart) -> Result<(), StoreError> {
    let sql =
        "INSERT INTO runs (id, user_id, task, slot_due, trigger, module_hash, started_at, attempt, service,
                           cause_symbol, cause_price, cause_at)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
    let cause = start.cause.as_ref();
    let values = (
        start.id.0.cast_signed(),
        user.0.cast_signed(),
        start.task.name(),
        start.slot_due.map(|at| at.0),
        start.trigger.name(),
        &start.module_hash,
        start.started_at.0,
        start.attempt,
        start.service.map(ServiceKind::name),
        cause.map(|cause| cause.symbol.as_str()),
        cause.map(|cause| cause.price.0),
        cause.map(|cause| cause.at.0),
    );
    execute(conn, sql, values).map(|_| ())
}

fn check_free(conn: &Connection, user: UserId, start: &RunStart, window: i64) -> Result<(), StoreError> {
    // An older run that still executes has the partial index. Superseded runs ran nothing.
    let sql = "SELECT id, started_at FROM
                   (SELECT id, started_at, outcome FROM runs
                    WHERE user_id = ?1 AND task = ?2 AND outcome IS NOT 'superseded'
                    ORDER BY started_at DESC LIMIT 1)
               WHERE started_at > ?3
               UNION ALL
               SELECT id, started_at FROM runs WHERE user_id = ?1 AND task = ?2 AND outcome IS NULL
               LIMIT 1";
    let values = (user.0.cast_signed(), start.task.name(), start.started_at.plus_millis(-window).0);
    let found = select_one(conn, sql, values, |row| Ok((unsigned(row, "id")?, instant(row, "started_at")?)))?;
    match found {
        None => Ok(()),
        Some((run, started_at)) => {
            Err(StoreError::RunTooSoon { user, task: start.task, run: RunId(run), started_at })
        }
    }
}

fn update(
    conn: &Connection,
    user: UserId,
    finish: &RunFinish,
    counters: Option<String>,
) -> Result<(), StoreError> {
    let sql =
        "UPDATE runs SET outcome = ?3, detail = ?4, finished_at = max(started_at, ?5), cpu_micros = ?6, peak_memory = ?7,
                               calls = ?8, orders = ?9, journaled = ?10, host_micros = ?11, host_rows = ?12,
                               refused_calls = ?13, order_changes = ?14, decisions = ?15, decision_bytes = ?16,
                               notifications = ?17, log_bytes = ?18, signals = ?19, state_changes = ?20,
                               recording_bytes = ?21, counters = ?22, counters_left_out = ?23
               WHERE id = ?1 AND user_id = ?2 AND outcome IS NULL";
    let left = finish.left;
    let values = params![
        finish.id.0.cast_signed(),
        user.0.cast_signed(),
        &finish.outcome,
        &finish.detail,
        finish.finished_at.0,
        finish.cpu_micros.cast_signed(),
        finish.peak_memory.cast_signed(),
        finish.calls.cast_signed(),
        finish.orders,
        finish.journaled,
        left.host_micros.cast_signed(),
        left.rows.cast_signed(),
        left.refused.cast_signed(),
        left.order_changes.cast_signed(),
        left.decisions.cast_signed(),
        left.decision_bytes.cast_signed(),
        left.notifications.cast_signed(),
        left.log_bytes.cast_signed(),
        left.signals.cast_signed(),
        left.state_changes.cast_signed(),
        left.recording_bytes.cast_signed(),
        counters,
        finish.counters.left_out,
    ];
    match execute(conn, sql, values)? {
        0 => Err(StoreError::NotExecuting { user, run: finish.id }),
        _ => Ok(()),
    }
}

pub(crate) fn read(row: &Row<'_>) -> Result<RunRow, StoreError> {
    let orders: u32 = row.get("orders")?;
    Ok(RunRow {
        id: RunId(unsigned(row, "id")?),
        user: user(row, "user_id")?,
        task: parsed(row, "task")?,
        slot_due: optional_instant(row, "slot_due")?,
        trigger: parsed(row, "trigger")?,
        service: optional_parsed(row, "service")?,
        module_hash: row.get("module_hash")?,
        started_at: instant(row, "started_at")?,
        attempt: row.get("attempt")?,
        cause: read_cause(row)?,
        outcome: row.get("outcome")?,
        detail: row.get("detail")?,
        finished_at: optional_instant(row, "finished_at")?,
        cpu_micros: unsigned(row, "cpu_micros")?,
        peak_memory: unsigned(row, "peak_memory")?,
        calls: unsigned(row, "calls")?,
        orders,
        journaled: row.get::<_, Option<u32>>("journaled")?.unwrap_or(orders),
        left: run_footprint::read(row)?,
        counters: counters::read(row)?,
    })
}

fn read_cause(row: &Row<'_>) -> Result<Option<PriceCause>, StoreError> {
    let symbol = optional_parsed(row, "cause_symbol")?;
    let (price, at): (Option<i64>, _) = (row.get("cause_price")?, optional_instant(row, "cause_at")?);
    Ok(symbol.zip(price).zip(at).map(|((symbol, price), at)| PriceCause { symbol, price: Paise(price), at }))
}
