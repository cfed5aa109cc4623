//! Why a share was not traded on a day: the chain from bar to signal to decision to gate to order, told from the rows that there
//! are. Nothing is computed again: a step says what was written down when it happened.

mod bars;
mod conclude;
mod decided;
mod ordered;
mod renamed;
mod runs;
mod signalled;
mod stopped;
mod words;

use std::sync::Arc;

use prahari_domain::calendar::TradingDay;
use prahari_domain::ids::{OrderId, RunId, SignalId};
use prahari_domain::instruments::Symbol;
use prahari_domain::orders::Side;
use prahari_domain::tasks::Task;
use prahari_domain::time::{Day, Timestamp};

use super::UserQueries;
use crate::error::AppError;
use crate::maintenance::Retention;
use crate::tasks::TaskSet;
use conclude::Evidence;

/// Kind of a step of the chain, in its order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum StepKind {
    /// The bar of the share on that day.
    Bar,
    /// A signal for the share.
    Signal,
    /// A halt, a kill switch, a jump of the share's price that nobody has explained, or a service that was off.
    Halt,
    /// A slot or a run of a task that may trade.
    Run,
    /// A decision of a run about the share.
    Decision,
    /// A refusal of an order of the share.
    Gate,
    /// An order of the share.
    Order,
}

impl StepKind {
    /// Every kind.
    pub const ALL: [Self; 7] =
        [Self::Bar, Self::Signal, Self::Halt, Self::Run, Self::Decision, Self::Gate, Self::Order];

    /// Returns the name in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bar => "bar",
            Self::Signal => "signal",
            Self::Halt => "halt",
            Self::Run => "run",
            Self::Decision => "decision",
            Self::Gate => "gate",
            Self::Order => "order",
        }
    }
}

/// Thing that a step is about and that has a page or a number of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepSubject {
    /// None that has.
    Nothing,
    /// A signal.
    Signal(SignalId),
    /// A halt, by its id.
    Halt(u64),
    /// A run.
    Run(RunId),
    /// An order.
    Order(OrderId),
}

/// One step of the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WhyStep {
    /// What was looked at.
    pub kind: StepKind,
    /// Time of what was found; none where it has no time.
    pub at: Option<Timestamp>,
    /// What was found, one sentence without a capital and a stop.
    pub found: String,
    /// The task of the slot, run or decision; none of other steps.
    pub task: Option<Task>,
    /// What it is about.
    pub subject: StepSubject,
    /// Whether the chain ended here; at most one step says so.
    pub stops: bool,
}

/// Why a share was traded, or was not, on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WhyNoTrade {
    /// The share.
    pub symbol: Symbol,
    /// The trading date.
    pub day: Day,
    /// The answer, one sentence.
    pub conclusion: String,
    /// Whether there is an order of the day, whatever became of it; the conclusion says that.
    pub ordered: bool,
    /// The steps in the order of the chain; those of one kind by time. None when nothing is known of the day.
    pub steps: Vec<WhyStep>,
    /// Kinds of which there may be more than is told here.
    pub left_out: Vec<StepKind>,
}

/// What is asked, and what holds for every step.
struct Asked {
    symbol: Symbol,
    day: Day,
    now: Timestamp,
    exchange: TradingDay,
    /// Why the calendar says nothing of the day; none where it does.
    outside: Option<String>,
    tasks: Arc<TaskSet>,
    kept: Retention,
}

/// What a step says of the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Says {
    /// That the chain went on, or nothing.
    Passes,
    /// That it may have ended there.
    Stops,
    /// A decision of a task that may trade: it may not be about a signal of the day.
    Remarks,
    /// A decision of a task that may publish signals and not trade, on a day without a signal: it may say why there is none.
    Judges,
    /// That there is an order, which is open or was filled, at least in part.
    Ordered(Side),
    /// That there was an order, of which nothing came.
    OrderedInVain(Side),
}

/// A step with what it says.
struct Link {
    step: WhyStep,
    says: Says,
}

/// The links of one kind or two, and whether there may be more.
#[derive(Default)]
struct Links {
    links: Vec<Link>,
    cut: Option<StepKind>,
}

impl Link {
    fn new(kind: StepKind, at: Option<Timestamp>, found: String, says: Says) -> Self {
        let step = WhyStep { kind, at, found, task: None, subject: StepSubject::Nothing, stops: false };
        Self { step, says }
    }

    fn of(mut self, task: Task) -> Self {
        self.step.task = Some(task);
        self
    }

    fn about(mut self, subject: StepSubject) -> Self {
        self.step.subject = subject;
        self
    }
}

impl Asked {
    /// Whether a task that is there or was may trade, by its manifest.
    fn may_trade(&self, task: Task) -> bool {
        self.tasks.find_ever(task).is_some_and(|known| known.manifest.trades())
    }

    /// Whether a task that is there or was may publish signals, by its manifest.
    fn may_signal(&self, task: Task) -> bool {
        self.tasks.find_ever(task).is_some_and(|known| known.manifest.publishes())
    }

    /// An answer without a chain.
    fn answered(self, conclusion: String) -> WhyNoTrade {
        let Self { symbol, day, .. } = self;
        WhyNoTrade { symbol, day, conclusion, ordered: false, steps: Vec::new(), left_out: Vec::new() }
    }

    /// Whether something may still happen on the day.
    fn goes_on(&self) -> bool {
        self.now < Timestamp::end_of(self.day)
    }

    /// Whether rows of the day that are kept for so many days may be gone.
    fn may_be_forgotten(&self, days: u32) -> bool {
        self.now.millis_since(Timestamp::end_of(self.day)) > i64::from(days) * DAY_MS
    }
}

const DAY_MS: i64 = 24 * 60 * 60_000;

impl UserQueries<'_> {
    /// Why a share was not traded on a day; of the newest trading date when no day is named. None of a share that the source of
    /// market data does not know, of which no change of name is known, and of which no row of the day is there.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn why_no_trade(
        &self,
        symbol: Symbol,
        day: Option<Day>,
    ) -> Result<Option<WhyNoTrade>, AppError> {
        let asked = self.asked(symbol, day).await?;
        let seen = self.signalled(&asked).await?;
        let decided = self.decided(&asked, &seen.ids).await?;
        let ordered = self.ordered(&asked).await?;
        let is_named = !seen.ids.is_empty() || !decided.links.is_empty() || !ordered.links.is_empty();
        let bar = self.bar(&asked, seen.ids.is_empty()).await;
        let other_name = self.other_name(&asked);
        let other_name =
            other_name.filter(|other| other.may_be(bar.has_bar, is_named, !ordered.links.is_empty()));
        if let Some(other) = other_name {
            return Ok(Some(asked.answered(other.told)));
        }
        if !bar.is_known && !is_named {
            return Ok(None);
        }
        let runs = self.slots_and_runs(&asked, seen.since).await?;
        let stopped = self.stopped(&asked, seen.since, runs.is_empty()).await?;
        let stopped = if bar.is_known { self.with_jump(&asked, stopped).await } else { stopped };
        let evidence = Evidence { has_runs: !runs.is_empty(), has_service: stopped.has_service, is_named };
        let all = [bar.links, seen.links, stopped.links, runs, decided, ordered];
        Ok(Some(conclude::conclude(asked, evidence, all)))
    }

    async fn asked(&self, symbol: Symbol, day: Option<Day>) -> Result<Asked, AppError> {
        let (now, calendar) = (self.all.clock.now(), self.all.trading.calendar.current());
        let newest = || calendar.signal_window(now).unwrap_or_else(|_| now.ist_day());
        let day = day.unwrap_or_else(newest);
        let tasks = self.all.tasks.current();
        let kept = Retention::in_force(&self.all.store).await?;
        let outside = calendar.trading_day(day).is_err().then(|| outside(day, calendar.covers().0));
        Ok(Asked { symbol, day, now, exchange: calendar.day_or_closed(day), outside, tasks, kept })
    }
}

/// Why the calendar, which begins on a day, says nothing of another.
fn outside(day: Day, begins: Day) -> String {
    if day < begins {
        format!("the trading calendar begins on {begins}")
    } else {
        "the trading calendar does not reach that far".to_owned()
    }
}

impl Links {
    fn is_empty(&self) -> bool {
        self.links.is_empty()
    }

    /// The newest `most` of these links, by time, of which there are more when `cut` says so or they are too many.
    fn newest(mut links: Vec<Link>, most: usize, kind: StepKind, cut: bool) -> Self {
        links.sort_by_key(|link| link.step.at);
        let surplus = links.len().saturating_sub(most);
        links.drain(..surplus);
        Self { links, cut: (cut || surplus > 0).then_some(kind) }
    }
}
