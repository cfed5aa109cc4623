//! What a person who watches the daemon reads while it works: each run in one line, what became of slots that did not
//! run, services, and alerts that are over.
//!
//! The lines are log events of a target of their own, [`TARGET`]. Only so many of a minute are told one by one; what is
//! beyond is counted, and told in one line when the minute is over. In lockstep nothing is told: a simulated year would
//! be a hundred thousand lines, and its report says the same.

mod bound;

use std::collections::HashMap;

use parking_lot::Mutex;
use prahari_domain::ids::{RunId, UserId};
use prahari_domain::numbers::counted;
use prahari_domain::tasks::Task;
use prahari_domain::text::one_line;
use prahari_domain::time::Timestamp;
use prahari_runtime::RunOutcome;
use prahari_store::{SlotOutcome, TickRow};

use crate::clock::Clock;
use crate::runs::reason_of;
use bound::{Bound, Folded};

pub(crate) use bound::Kind;
pub use bound::{MOST_LINES, MOST_PLAIN_LINES};

/// Target of the log events.
pub const TARGET: &str = "prahari::day";

/// Milliseconds of a minute.
const MINUTE_MS: i64 = 60_000;

/// Tells what happens in the daemon, in lines for people. One per daemon.
pub struct DayLog {
    clock: Clock,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    runs: Bound,
    notes: Bound,
    /// The last ticks of a user's continuous slot that were told, by the first of them: while a row of ticks grows there
    /// is nothing new to say.
    ticks: HashMap<(UserId, Task), Timestamp>,
}

/// A user, as a line names them.
#[derive(Debug, Clone, Copy)]
pub struct Whom<'a> {
    /// The number of the user.
    pub id: UserId,
    /// The name that people see.
    pub name: &'a str,
}

/// A run that has ended, as a line tells it.
#[derive(Debug, Clone, Copy)]
pub struct EndedRun<'a> {
    /// Id of the run.
    pub run: RunId,
    /// The task that ran.
    pub task: Task,
    /// Outcome of the run.
    pub outcome: &'a RunOutcome,
    /// How long it took by the daemon's clock, in milliseconds.
    pub took_ms: i64,
}

/// What lines are counted together.
#[derive(Debug, Clone, Copy)]
enum Topic {
    /// Runs, slots and ticks.
    Runs,
    /// Services and alerts.
    Notes,
}

impl Topic {
    /// What there is more of: one, and many.
    const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Runs => ("more run or slot", "more runs and slots"),
            Self::Notes => ("more line about services and alerts", "more lines about services and alerts"),
        }
    }
}

/// Logs an event at the level warn when somebody should look at it, and info otherwise.
macro_rules! line {
    ($trouble:expr, $($event:tt)*) => {
        if $trouble {
            tracing::warn!(target: TARGET, $($event)*)
        } else {
            tracing::info!(target: TARGET, $($event)*)
        }
    };
}

impl DayLog {
    /// Creates the log of a daemon that works by this clock.
    pub fn new(clock: Clock) -> Self {
        Self { clock, state: Mutex::default() }
    }

    /// Tells of a run that has ended.
    pub fn run_ended(&self, of: Whom<'_>, ended: EndedRun<'_>) {
        let EndedRun { run, task, outcome, took_ms } = ended;
        let kind = if outcome.is_success() { Kind::Succeeded } else { Kind::Failed };
        self.tell(Topic::Runs, kind, |trouble| {
            let what = sentence(&format!("{task} {}", outcome.name()), &reason_of(outcome));
            line!(trouble, user = %of.id, name = of.name, %run, took_ms, "{what}");
        });
    }

    /// Tells of a slot that has its outcome without a run that says the same.
    pub fn slot_ended(
        &self,
        of: Whom<'_>,
        (task, due_at): (Task, Timestamp),
        outcome: SlotOutcome,
        why: &str,
    ) {
        if self.clock.is_lockstep() {
            return;
        }
        self.state.lock().ticks.remove(&(of.id, task));
        self.tell(Topic::Runs, kind_of(outcome), |trouble| {
            let what = sentence(&format!("{task} of {} {outcome}", time_of(due_at)), why);
            line!(trouble, user = %of.id, name = of.name, "{what}");
        });
    }

    /// Tells of ticks that were no plain success; of several in a row for one reason, the first is told.
    pub fn ticks_ended(&self, of: Whom<'_>, task: Task, ticks: &TickRow) {
        if self.clock.is_lockstep() {
            return;
        }
        let known = self.state.lock().ticks.insert((of.id, task), ticks.at);
        if known == Some(ticks.at) {
            return;
        }
        let TickRow { at, outcome, reason, run, .. } = ticks;
        self.tell(Topic::Runs, kind_of(*outcome), |trouble| {
            let what = sentence(&format!("the tick of {task} at {} {outcome}", time_of(*at)), reason);
            let run = run.map(tracing::field::display);
            line!(trouble, user = %of.id, name = of.name, run, "{what}");
        });
    }

    /// Tells something about the services of a user, or an alert about them.
    pub(crate) fn noted(&self, user: Option<UserId>, kind: Kind, what: &str) {
        self.tell(Topic::Notes, kind, |trouble| {
            let user = user.map(tracing::field::display);
            line!(trouble, user, "{}", one_line(what));
        });
    }

    /// Tells how many lines were left out of a minute that is over. Called each minute of the daemon's clock.
    pub fn minute_over(&self) {
        let minute = self.minute();
        let (runs, notes) = {
            let mut state = self.state.lock();
            (state.runs.enter(minute), state.notes.enter(minute))
        };
        tell_folded(Topic::Runs, runs);
        tell_folded(Topic::Notes, notes);
    }

    /// Tells how many lines were left out so far: nobody will later.
    pub fn end(&self) {
        let (runs, notes) = {
            let mut state = self.state.lock();
            (state.runs.take(), state.notes.take())
        };
        tell_folded(Topic::Runs, runs);
        tell_folded(Topic::Notes, notes);
    }

    fn tell(&self, topic: Topic, kind: Kind, write: impl FnOnce(bool)) {
        if self.clock.is_lockstep() {
            return;
        }
        let minute = self.minute();
        let (over, told) = {
            let mut state = self.state.lock();
            let bound = match topic {
                Topic::Runs => &mut state.runs,
                Topic::Notes => &mut state.notes,
            };
            (bound.enter(minute), bound.admit(kind))
        };
        tell_folded(topic, over);
        if told {
            write(kind.is_trouble());
        }
    }

    fn minute(&self) -> i64 {
        self.clock.now().0.div_euclid(MINUTE_MS)
    }
}

fn tell_folded(topic: Topic, folded: Option<Folded>) {
    if let Some(folded) = folded {
        let (one, many) = topic.words();
        line!(folded.is_trouble(), "and {}: {folded}", counted(folded.count(), one, many));
    }
}

fn kind_of(outcome: SlotOutcome) -> Kind {
    match outcome {
        SlotOutcome::Ran | SlotOutcome::Late => Kind::Succeeded,
        SlotOutcome::Skipped => Kind::Skipped,
        SlotOutcome::Missed => Kind::Missed,
        SlotOutcome::Failed => Kind::Failed,
    }
}

/// Words of guests and workers may stand in the reason.
fn sentence(what: &str, why: &str) -> String {
    if why.is_empty() { what.to_owned() } else { format!("{what}: {}", one_line(why)) }
}

/// Returns the time of day in IST, such as `09:15`.
fn time_of(at: Timestamp) -> String {
    at.ist_time().format("%H:%M").to_string()
}
