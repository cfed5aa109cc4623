//! The live answers to a run's host calls: one file per capability.

mod actions;
mod broker;
mod calendar;
mod charges;
mod convert;
mod granted;
mod market;
mod own;
mod signals;
mod state;

use std::sync::Arc;

use async_trait::async_trait;
use prahari_domain::settings::Strategy;
use prahari_domain::tasks::Task;
use prahari_runtime::abi::latest::types::HostError;
use prahari_runtime::{DescribedSettings, HostCall, HostReply, HostServices};
use prahari_store::{DecisionRow, LogRow};

use crate::desk::OrderContext;
use crate::error::AppError;
use crate::grants::Allowance;
use crate::runs::Runs;
use crate::settings::{TaskSettings, Versioned};
use crate::user::User;
pub(crate) use state::StateWrites;

/// Answers the host calls of one run of one user from the running daemon.
pub struct LiveServices<'a> {
    runs: &'a Runs,
    user: &'a User,
    task: Task,
    pub(crate) order_context: OrderContext,
    /// Settings at the start of the run; a change takes effect with the next run.
    strategy: Arc<Versioned<Strategy>>,
    /// What the user has set for the task at the start of the run, and the schema that its module has of it.
    task_settings: Arc<TaskSettings>,
    pub(crate) described_settings: DescribedSettings,
    /// Allowance at the start of the run; a change takes effect with the next run.
    pub(crate) allowance: Arc<Allowance>,
    /// Orders that the task has placed today before this run; none before they are counted.
    placed_before: Option<u64>,
    /// Orders that this run has placed.
    placed: u64,
    /// What the run wrote to its state; kept when it succeeds.
    pub(crate) state: StateWrites,
    /// Decisions recorded so far.
    pub decisions: Vec<DecisionRow>,
    /// Log lines written so far.
    pub(crate) log: Vec<LogRow>,
    /// Orders that it placed, changed or cancelled so far, refused ones included.
    pub(crate) orders: u32,
    /// Entries that they made in the journal.
    pub(crate) journaled: u32,
    /// Number of the run's writes that are on their way to the disk.
    queued: u32,
}

/// Most writes of one run that are on their way to the disk: with another one it waits until they are there. The
/// queue is everybody's, and a commit takes 2,048.
const MOST_QUEUED: u32 = 16;

/// An answer that is neither given nor refused: the host itself failed.
type Answer = Result<HostReply, AppError>;

impl<'a> LiveServices<'a> {
    /// Services for one run.
    pub fn new(runs: &'a Runs, user: &'a User, task: Task, order_context: OrderContext) -> Self {
        Self {
            runs,
            user,
            task,
            order_context,
            strategy: user.settings.strategy(),
            task_settings: user.settings.of_task(task),
            described_settings: Ok(None),
            allowance: runs.grants.of(user.id, task),
            placed_before: None,
            placed: 0,
            state: StateWrites::default(),
            decisions: Vec::new(),
            log: Vec::new(),
            orders: 0,
            journaled: 0,
            queued: 0,
        }
    }

    /// Notes that a write of the run was queued, and waits when too many are.
    async fn has_queued(&mut self) -> Result<(), AppError> {
        self.queued += 1;
        if self.queued >= MOST_QUEUED {
            self.runs.handles.store.flush().await?;
            self.queued = 0;
        }
        Ok(())
    }

    /// Returns the context of a call at the present time: the clock moves during a run.
    fn now(&self) -> OrderContext {
        OrderContext { now: self.runs.handles.clock.now(), ..self.order_context }
    }

    async fn answer(&mut self, call: &HostCall) -> Answer {
        match call {
            HostCall::GetDay { day } => Ok(self.get_day(*day)),
            HostCall::Phases { symbols } => self.phases(symbols).await,
            HostCall::AfterMarketOpen => Ok(self.after_market_open()),
            HostCall::TradingDayFrom { day, count } => Ok(self.trading_day_from(*day, *count)),
            HostCall::Universe => self.universe().await,
            HostCall::Quotes { symbols } => self.quotes(symbols).await,
            HostCall::Candles { symbols, interval, count, forming } => {
                self.candles(symbols, *interval, *count, *forming).await
            }
            HostCall::Instruments { symbols } => self.instruments(symbols).await,
            HostCall::Place { requests } => self.place(requests).await,
            HostCall::Modify { order_id, change } => self.modify(order_id, change).await,
            HostCall::Cancel { order_ids, reason } => self.cancel(order_ids, reason).await,
            HostCall::Orders { filter } => self.orders(*filter).await,
            HostCall::Positions => self.positions().await,
            HostCall::Holdings => self.holdings().await,
            HostCall::Funds => self.funds().await,
            HostCall::Reconcile => self.reconcile().await,
            HostCall::CloseDay => self.close_day().await,
            HostCall::ReadSignals => self.read_signals().await,
            HostCall::PublishSignals { drafts } => self.publish_signals(drafts).await,
            HostCall::GetConfig => Ok(self.get_config()),
            HostCall::GetSelection => Ok(self.get_selection()),
            HostCall::GetSettings => Ok(self.get_settings()),
            HostCall::GetState { keys } => Ok(self.get_state(keys)),
            HostCall::StateKeys { prefix } => Ok(self.state_keys(prefix)),
            HostCall::SetState { entries } => Ok(self.set_state(entries)),
            HostCall::Notify { level, title, body } => self.notify(*level, title, body).await,
            HostCall::Log { level, message } => Ok(self.write_log(*level, message)),
            HostCall::RecordDecisions { entries } => Ok(self.record_decisions(entries)),
            HostCall::ActionsSince { symbols, day } => Ok(self.actions_since(symbols, *day)),
            HostCall::EstimateCharges { trades } => Ok(self.estimate_charges(trades).await),
        }
    }
}

#[async_trait]
impl HostServices for LiveServices<'_> {
    async fn call(&mut self, call: &HostCall) -> HostReply {
        match self.answer(call).await {
            Ok(reply) => reply,
            // The broker or the market may be back for the next run; a store that fails ends this run.
            Err(error @ (AppError::Broker(_) | AppError::Market(_))) => {
                HostReply::Refused(HostError::Unavailable(error.to_string()))
            }
            Err(error) => {
                if let Err(unwritten) = self.runs.halts.halt_for(self.user.id, &error).await {
                    tracing::error!(user = %self.user.id, error = %unwritten, "a halt could not be written down");
                }
                HostReply::Failed(error.to_string())
            }
        }
    }
}

fn invalid(what: impl Into<String>) -> HostReply {
    HostReply::Refused(HostError::Invalid(what.into()))
}

fn unavailable(what: impl Into<String>) -> HostReply {
    HostReply::Refused(HostError::Unavailable(what.into()))
}
