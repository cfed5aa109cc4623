//! What the daemon remembers: one SQLite database per daemon, written by one thread in the order of the calls.
//!
//! A crash loses at most the end of that order, never its middle, so the database always holds a prefix of what was
//! written; what was awaited as durable is in it. Data of a user is reached through [`UserScope`] only, which
//! [`Store::user`] gives; what concerns all users is in [`SystemScope`]. SQL stands in this crate and nowhere else.

mod alerts;
mod api_tokens;
mod audit;
mod columns;
mod connection;
mod credentials;
mod decisions;
mod digest;
mod errors;
mod grants;
mod individual_services;
mod journal;
mod links;
mod lock;
mod log_ins;
mod logs;
mod meta;
mod migrate;
mod module_trials;
mod modules;
mod notifications;
mod orders;
mod paper;
mod queue;
mod readers;
mod retention;
mod runs;
mod schedules;
mod service_log;
mod services;
mod sessions;
mod settings;
mod signals;
mod slot_ledger;
mod slots;
mod state;
mod statements;
mod store;
mod totals;
mod users;
mod writer;

pub use alerts::{AlertFilter, AlertRow, Expectation, NewAlert};
pub use api_tokens::{ApiTokenRow, NewApiToken, TokenScope};
pub use audit::{AuditCheck, AuditFilter, AuditRow, NewAudit, verify_audit};
pub use connection::Durability;
pub use credentials::{CredentialsRow, Sealed};
pub use decisions::{DecisionFilter, DecisionRow, FoundDecision, LogRow};
pub use errors::StoreError;
pub use grants::{GrantRow, UsedRow};
pub use individual_services::IndividualServiceRow;
pub use links::NewLink;
pub use log_ins::LogInRow;
pub use logs::{FoundLine, LogFilter, LogLevel, LogPage, LogPlace};
pub use module_trials::TrialRow;
pub use modules::{ActivationRow, ModuleOrigin, ModuleRow, NewModule, PinRow};
pub use notifications::{KeptNotification, NotificationFilter, NotificationLevel, NotificationRow};
pub use orders::OrderFilter;
pub use paper::PaperRow;
pub use retention::{ForgottenRuns, OldOfRuns};
pub use runs::{
    EXECUTING, GAVE_WAY, INTERRUPTED, RunFilter, RunFinish, RunPlace, RunRow, RunStart, RunTrigger,
    ServiceKind,
};
pub use schedules::{ScheduleChange, ScheduleRow};
pub use service_log::{ServiceLogFilter, ServiceLogRow};
pub use services::{ServicePulse, ServiceRow};
pub use sessions::{NewSession, SessionRow};
pub use settings::Settings;
pub use signals::{SeenFilter, SeenSignal, SignalFilter, SignalPlace, SignalRow, SignalStatusRow};
pub use slot_ledger::{SlotCounts, SlotCursor, SlotFilter, SlotState};
pub use slots::{SlotKind, SlotOutcome, SlotRow, SlotUpdate, TickRow};
pub use store::{Store, SystemScope, UserScope};
pub use totals::{MonthTotals, Totals};
pub use users::{NewUser, Role, UserRow};
