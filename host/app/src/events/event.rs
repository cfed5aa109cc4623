//! The events. Small on purpose: they say what changed, and where it is read in full.

use prahari_domain::ids::{OrderId, RunId};
use prahari_domain::instruments::Symbol;
use prahari_domain::money::Paise;
use prahari_domain::orders::{Order, OrderState, Side};
use prahari_domain::settings::{NotificationKind, Silence};
use prahari_domain::strategies::StrategyName;
use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;
use serde::{Serialize, Serializer};

/// An event of the live stream.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Event {
    /// A service changed, or gave a sign of life.
    Service(ServiceEvent),
    /// A run began or ended, or a slot got its outcome.
    Task(TaskEvent),
    /// An order was placed, or its state, its fills or its request changed.
    Order(OrderChanged),
    /// A position was opened, changed or closed.
    Position(PositionChanged),
    /// A line was logged.
    Log(LogEvent),
    /// An alert was raised.
    Alert(AlertEvent),
    /// A message to the user was kept.
    Notification(NotificationEvent),
    /// The settings of a task were changed.
    Settings(SettingsChanged),
    /// Something else changed that pages show.
    Changed(Changed),
}

/// A change of a user's service.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ServiceEvent {
    /// The task of an individual service; none for the unified one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task: Option<Task>,
    /// Kind of change.
    pub change: ServiceChange,
    /// Reason, for people; empty when there is nothing to say.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

/// Kinds of changes of a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ServiceChange {
    /// The service started.
    Started,
    /// It does not, because somebody asked for that.
    Stopped,
    /// It does not, because of a failure.
    Failed,
    /// The unified service is running; published once a minute.
    Heartbeat,
    /// The schedules have changed; they take effect when the service is restarted.
    RestartNeeded,
}

/// A run began or ended, or a slot got its outcome.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "phase", rename_all = "snake_case")]
pub enum TaskEvent {
    /// A run started.
    Started {
        /// The run that it is about.
        run: RunId,
        /// The task.
        task: Task,
        /// `scheduled`, `run_once` or `manual`.
        trigger: &'static str,
        /// Time at which its slot or tick was due; of a run that somebody asked for, the time of the request.
        #[serde(serialize_with = "instant")]
        due_at: Timestamp,
    },
    /// A run ended, and what it did is written down.
    Finished {
        /// The run that it is about.
        run: RunId,
        /// The task.
        task: Task,
        /// Outcome, as the list of runs names it.
        outcome: &'static str,
        /// One sentence for people.
        detail: String,
    },
    /// A slot has its outcome.
    Slot {
        /// The task.
        task: Task,
        /// Time at which it was due.
        #[serde(serialize_with = "instant")]
        due_at: Timestamp,
        /// `ran`, `late`, `skipped`, `missed` or `failed`.
        outcome: &'static str,
        /// The reason, in one sentence.
        reason: String,
        /// The run that decided it.
        #[serde(skip_serializing_if = "Option::is_none")]
        run: Option<RunId>,
    },
    /// A tick of a continuous slot that was not plain success, or several in a row with one reason.
    Tick {
        /// The task.
        task: Task,
        /// Time at which it was due; of several, the last.
        #[serde(serialize_with = "instant")]
        due_at: Timestamp,
        /// `skipped`, `missed` or `failed`.
        outcome: &'static str,
        /// The reason, in one sentence.
        reason: String,
        /// Run of the tick; none when nothing ran.
        #[serde(skip_serializing_if = "Option::is_none")]
        run: Option<RunId>,
    },
}

/// An order as it is now.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OrderChanged {
    /// The order that it is about.
    pub order: OrderId,
    /// Symbol of the order.
    pub symbol: Symbol,
    /// Side of the order.
    pub side: Side,
    /// Current state of the order.
    pub state: OrderState,
    /// Shares ordered.
    pub quantity: u32,
    /// Shares filled so far.
    pub filled: u32,
    /// Mean price of the fills; none before the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub average_price_paise: Option<Paise>,
    /// Reason why it was rejected, cancelled or expired; empty otherwise.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// The run that decided it; none when no run did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run: Option<RunId>,
    /// The strategy that it belongs to.
    pub strategy: StrategyName,
}

impl From<&Order> for OrderChanged {
    fn from(order: &Order) -> Self {
        Self {
            order: order.id,
            symbol: order.request.symbol.clone(),
            side: order.request.side,
            state: order.state,
            quantity: order.request.quantity,
            filled: order.filled,
            average_price_paise: order.average_price(),
            reason: order.reason.clone(),
            run: order.run.if_any(),
            strategy: order.strategy,
        }
    }
}

/// A position as it is now.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PositionChanged {
    /// Symbol of the position.
    pub symbol: Symbol,
    /// The strategy whose lots they are.
    pub strategy: StrategyName,
    /// Shares; 0 when it was closed.
    pub quantity: u32,
    /// Mean cost; zero when it was closed.
    pub average_price_paise: Paise,
    /// Cost of what is held.
    pub invested_paise: Paise,
}

/// A line of a run or of a service.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LogEvent {
    /// The run that logged it; none for a service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run: Option<RunId>,
    /// The task, if it is one's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task: Option<Task>,
    /// `debug`, `info`, `warn` or `error`.
    pub level: &'static str,
    /// The text, on one line.
    pub message: String,
    /// Number of the line within its run, from 0; none for a service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<u32>,
}

/// An alert that was raised.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AlertEvent {
    /// A stable code, such as `slot_not_seen`.
    pub code: String,
    /// The task it is about, if it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task: Option<Task>,
    /// Time at which what is missing was due.
    #[serde(serialize_with = "optional_instant", skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Timestamp>,
    /// The sentence for people.
    pub message: String,
}

/// A message to the user.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NotificationEvent {
    /// Kind of the message.
    pub kind: NotificationKind,
    /// `info`, `warning` or `error`.
    pub level: &'static str,
    /// Title, one line.
    pub title: String,
    /// The run that sent it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run: Option<RunId>,
    /// Reason why the message should not disturb the user; none when it may.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub silence: Option<Silence>,
}

/// Settings of a task that a user has changed, or an admin for them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SettingsChanged {
    /// The task.
    pub task: Task,
    /// Version that is in force now.
    pub version: u64,
}

/// Something changed that pages show: whoever shows it reads it anew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Changed {
    /// Kind of thing.
    pub what: Resource,
    /// Which one, as the API names it; empty when there is only one, or several changed.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub id: String,
}

/// Kinds of things of which only a change is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Resource {
    /// Signals were published, or a user rejected one or took that back; the id of that one.
    Signal,
    /// A kill switch was turned: a user's own, or everybody's.
    KillSwitch,
    /// A user or an admin has set the user's trading state.
    TradingState,
    /// A user's settings; `strategy`, `preferences`, `price_runs`, `limits` or `capital`.
    Settings,
    /// The schedules; their version.
    Schedule,
    /// The versions of a task's module; the task.
    Module,
    /// What a task is allowed; the task.
    Grant,
    /// The calendar; its version.
    Calendar,
    /// A message was read; its id when it was one.
    Notification,
    /// An alert was resolved; its id.
    Alert,
    /// A trading date was closed, or its statement written anew; the date.
    Pnl,
    /// A channel was added or removed, or a message on its way to one was taken up, delivered or given up; the id of the
    /// delivery.
    Delivery,
    /// A user's simulated broker was made to misbehave, or does so no more.
    Chaos,
}

fn instant<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&super::message::Rfc3339(*at))
}

fn optional_instant<S: Serializer>(at: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
    match at {
        Some(at) => instant(at, serializer),
        None => serializer.serialize_none(),
    }
}
