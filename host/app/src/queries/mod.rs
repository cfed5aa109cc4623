//! Everything that a page or a program reads is asked here, and typed here once.
//!
//! What belongs to a user is asked of [`UserQueries`], which [`Queries::of`] gives, and of nothing else; what
//! concerns the installation or everybody is asked of [`Queries`] itself, and whoever asks has to be an admin where
//! it is about users. Rows of the database that need nothing beside them are answered as they are.

mod alerts;
mod analytics;
mod calendars;
mod corporate_actions;
mod counters;
mod curve;
mod decisions;
mod differences;
mod executions;
mod fills;
mod grants;
mod holdings;
mod lanes;
mod logs;
mod market;
mod market_sources;
mod modules;
mod notifications;
mod orders;
mod positions_of_all;
mod restatements;
mod run_allowance;
mod services;
mod signals;
mod slots;
mod statements;
mod system;
mod task_settings;
mod trades;
mod unknown_orders;
mod users;
mod why;

use std::sync::Arc;

use prahari_store::{Store, UserScope};

use crate::caretakers::Caretakers;
use crate::clock::Clock;
use crate::desk::TradingServices;
use crate::grants::Grants;
use crate::signals::ActiveSignals;
use crate::tasks::Tasks;
use crate::user::User;
use trades::{Folds, HeavyReads};

pub use analytics::{Analytics, AnalyticsRow, Spread};
pub use calendars::CalendarVersions;
pub use corporate_actions::AppliedAction;
pub use curve::CurvePoint;
pub use executions::ModuleNumbers;
pub use grants::TaskUse;
pub use holdings::{Funds, Holdings};
pub use lanes::{LaneSlot, LaneState, TaskLane, TickSpan, Trouble};
pub use market::{IndicatedCandle, IndicatedCandles, MarketSymbol};
pub use market_sources::MarketSources;
pub use modules::{ModuleTrial, ModuleVersion};
pub use notifications::Notifications;
pub use orders::OrderDetail;
pub use positions_of_all::{PositionKey, PositionsFilter, PositionsOfAll};
pub use prahari_brokers::{
    Answers, FeedState, Interval, LineState, Question, Quote, SourceState, SourceTrouble,
};
pub use prahari_store::{
    ActivationRow, AlertFilter, AlertRow, CalendarRow, CounterTotals, DecisionLine, DecisionRow,
    DecisionSearch, DifferenceCause, DifferenceFilter, DifferenceRow, DifferenceState, EXECUTING, FillCursor,
    FillFilter, FoundDecision, FoundFill, FoundLine, HaltFilter, HaltRow, KeptNotification, LogFilter,
    LogLevel, LogRow, Looked, ModuleOrigin, ModuleRow, NoteCursor, NotesPage, NotificationFilter,
    NotificationLevel, OrderCounts, OrderFilter, PlacedCursor, PriceJumpRow, RestartPolicy, Role, RunCursor,
    RunFilter, RunFootprint, RunGroup, RunRow, RunTrigger, ServiceKind, ServiceLogFilter, ServiceLogRow,
    SignalCursor, SlotCounts, SlotCursor, SlotFilter, SlotKind, SlotRow, SlotState, TaskSettingsRow, UsedRow,
    UserFilter, UserOrder,
};
pub use restatements::{RestatedBar, RestatedCursor, RestatedFilter};
pub use run_allowance::RunAllowance;
pub use signals::{SignalDetail, SignalQuery, Signals};
pub use slots::{LedgerDay, LedgerDayOfAll};
pub use statements::{DayNet, PnlSummary, StrategyPnl};
pub use system::{Health, ProcessUse, StorageUse};
pub use trades::{ClosedLotFilter, DayCharges};
pub use unknown_orders::{MOST_UNKNOWN, UnknownOrderDetail};
pub use users::UserGlance;
pub use why::{StepKind, StepSubject, WhyNoTrade, WhyStep};

/// What can be read of the daemon. Clones read the same.
#[derive(Clone)]
pub struct Queries {
    store: Store,
    clock: Clock,
    trading: Arc<TradingServices>,
    signals: Arc<ActiveSignals>,
    grants: Arc<Grants>,
    tasks: Arc<Tasks>,
    caretakers: Arc<Caretakers>,
    folds: Arc<Folds>,
    heavy: Arc<HeavyReads>,
}

/// Queries about one user.
pub struct UserQueries<'a> {
    all: &'a Queries,
    user: &'a User,
    scope: UserScope,
}

impl Queries {
    /// Over the rows of a database and what the running daemon holds beside them.
    pub fn new(
        clock: Clock,
        trading: Arc<TradingServices>,
        signals: Arc<ActiveSignals>,
        (grants, tasks): (Arc<Grants>, Arc<Tasks>),
        caretakers: Arc<Caretakers>,
    ) -> Self {
        Self {
            store: trading.store.clone(),
            clock,
            trading,
            signals,
            grants,
            tasks,
            caretakers,
            folds: Arc::default(),
            heavy: Arc::default(),
        }
    }

    /// Returns the queries about this user.
    pub fn of<'a>(&'a self, user: &'a User) -> UserQueries<'a> {
        UserQueries { all: self, user, scope: self.store.user(user.id) }
    }
}
