//! What the daemon remembers: one SQLite database per daemon, written by one thread in the order of the calls.
//!
//! A crash loses at most the end of that order, never its middle, so the database always holds a prefix of what was
//! written; what was awaited as durable is in it. Data of a user is reached through [`UserScope`] only, which
//! [`Store::user`] gives; what concerns all users is in [`SystemScope`]. SQL stands in this crate and nowhere else.

mod alert_code;
mod alerts;
mod all_fills;
mod api_tokens;
mod audit;
mod backup;
mod bars;
mod broker_chaos;
mod broker_logins;
mod calendars;
mod carriers;
mod channels;
mod columns;
mod connection;
mod corporate_actions;
mod counters;
mod credentials;
mod database_file;
mod decision_search;
mod decisions;
mod deliveries;
mod delivery_digests;
mod delivery_queue;
mod digest;
mod doubted_actions;
mod errors;
mod fill_list;
mod grants;
mod halts;
mod holding_changes;
mod holding_differences;
mod individual_services;
mod inspection;
mod journal;
mod journal_chain;
mod lanes;
mod last_decisions;
mod last_prices;
mod latest;
mod left_brokers;
mod links;
mod lock;
mod log_ins;
mod logs;
mod logs_of_all;
mod looked;
mod meta;
mod migrate;
mod module_trials;
mod modules;
mod note_search;
mod notifications;
mod order_looks;
mod orders;
mod orders_of_all;
mod paper;
mod price_jumps;
mod queue;
mod readers;
mod readiness;
mod recordings;
mod refusals;
mod retention;
mod run_analytics;
mod run_footprint;
mod run_list;
mod run_numbers;
mod runs;
mod runs_of_all;
#[cfg(test)]
mod samples;
mod schedules;
mod service_log;
mod services;
mod sessions;
mod settings;
mod signals;
mod slot_alerts;
mod slot_ledger;
mod slots;
mod snapshots;
mod state;
mod statements;
mod store;
mod task_settings;
mod tasks;
mod totals;
mod user_list;
mod users;
mod writer;

pub use alert_code::AlertCode;
pub use alerts::{AlertFilter, AlertRow, NewAlert};
pub use api_tokens::{ApiTokenRow, NewApiToken, TokenScope};
pub use audit::{AuditCheck, AuditFilter, AuditOutcome, AuditRow, AuditStep, NewAudit, verify_audit};
pub use backup::{DatabaseCopy, DatabasePlace, newest_copy};
pub use bars::{
    BarShareRow, BarVersionRow, BarYearRow, KEPT_BAR_VERSIONS, MOST_BAR_SHARES, RestatedYearKey,
    RestatedYearRow,
};
pub use broker_chaos::BrokerChaosRow;
pub use broker_logins::{BrokerLoginsRow, KEPT_LOGIN_DAYS, SessionChange};
pub use calendars::{CalendarOrigin, CalendarRow, KEPT_CALENDARS, NewCalendar};
pub use carriers::{CarrierKind, CarrierRow};
pub use channels::{ChannelKind, ChannelRow, ChatChannel, NewChannel};
pub use connection::Durability;
pub use corporate_actions::{ActionFilter, ActionTransition};
pub use counters::{CounterTotals, LONGEST_COUNTER_NAME, MOST_COUNTERS, MOST_TOTALS, RunCounters};
pub use credentials::{CredentialsRow, Sealed};
pub use decision_search::{DecisionLine, DecisionSearch};
pub use decisions::{DecisionRow, FoundDecision, LogRow, NotesPage};
pub use deliveries::{DeliveryFilter, DeliveryRow, DeliveryState};
pub use delivery_digests::{DIGEST_GATHERS_MS, DIGEST_WITHIN_MS, MOST_DIGEST_LINES, MOST_SINGLE};
pub use delivery_queue::{DeliveryEnd, MOST_WAITING, NextDelivery, TestQueued};
pub use doubted_actions::{DoubtDecision, DoubtFilter, MOST_DOUBTED};
pub use errors::StoreError;
pub use fill_list::{FillCursor, FillFilter, FoundFill};
pub use grants::{GrantRow, NumberedGrant, UsedRow};
pub use halts::{HaltCode, HaltFilter, HaltRow, NewHalt};
pub use holding_changes::HoldingChangeRow;
pub use holding_differences::{
    DifferenceCause, DifferenceEnd, DifferenceFilter, DifferenceRow, DifferenceState, MOST_ENDED_DIFFERENCES,
    MOST_OPEN_DIFFERENCES, NewDifference,
};
pub use individual_services::{IndividualServiceRow, RestartPolicy};
pub use inspection::{ClosedStatement, Counted, Inspection, ReadTaskSettings, ReadUser};
pub use lanes::{ExecutingSlot, LaneRows, LaneTicks};
pub use last_decisions::LOOKED_AT;
pub use left_brokers::LeftBroker;
pub use links::NewLink;
pub use log_ins::{KeptAccess, LogInRow};
pub use logs::{FoundLine, LogFilter, LogLevel};
pub use looked::Looked;
pub use module_trials::TrialRow;
pub use modules::{ActivationRow, ModuleOrigin, ModuleRow, NewModule, PinRow};
pub use note_search::NoteCursor;
pub use notifications::{
    KeptNotification, NewNotification, NotificationFilter, NotificationLevel, NotificationRow,
};
pub use order_looks::{NEWEST_LOOKS, OrderLookRow};
pub use orders::{OrderCounts, OrderFilter};
pub use orders_of_all::PlacedCursor;
pub use paper::PaperRow;
pub use price_jumps::PriceJumpRow;
pub use readiness::{ReadinessOutcome, ReadinessRow};
pub use recordings::{RecordingRow, SharedReplyRow};
pub use refusals::Refusal;
pub use retention::{PrunableRunData, PrunedRuns, PrunedSignals};
pub use run_analytics::{AnalyticsRange, Results, RunAnalytics, RunGroup, RunGroupKey, RunSums};
pub use run_footprint::RunFootprint;
pub use run_list::{RunCursor, RunFilter};
pub use runs::{
    EXECUTING, INTERRUPTED, InterruptedRun, RunFinish, RunRow, RunStart, RunTrigger, SUPERSEDED, ServiceKind,
};
pub use schedules::{ScheduleChange, ScheduleRow};
pub use service_log::{ServiceLogFilter, ServiceLogRow};
pub use services::{HeartbeatRow, ServiceRow};
pub use sessions::{NewSession, SessionRow};
pub use settings::Settings;
pub use signals::{SeenFilter, SeenSignal, SignalCursor, SignalFilter, SignalRow, SignalStatusRow};
pub use slot_alerts::{Expectation, NewSlotAlert};
pub use slot_ledger::{SlotCounts, SlotCursor, SlotFilter, SlotState};
pub use slots::{SlotKind, SlotOutcome, SlotRow, SlotUpdate, TickRow};
pub use store::{PendingWrite, Store, SystemScope, UserScope};
pub use task_settings::{KEPT_TASK_SETTINGS, TaskSettingsRow};
pub use tasks::TaskRow;
pub use totals::{MonthTotals, Totals};
pub use user_list::{UserFilter, UserOrder};
pub use users::{NewUser, Role, UserRow};
