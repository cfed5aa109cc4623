//! The daily scan: which shares of the universe are oversold inside an uptrend, and whether buying such dips has paid there.
//!
//! Every symbol is judged at its newest complete close: chart quality, volume, candle patterns, the agreement of daily dip and
//! weekly trend, selling pressure. For those with a buy verdict, the last five years are tried with the same rules; verdict and
//! past together make the scores, and every buy that the scores leave is published, for all users, with what its past was.
//! Whether a user asks more of a past is that user's setting, and `buy_orders` asks it.
//!
//! The rules are those of the system that this one replaces, in modules that know nothing of a host; `task` asks the host and
//! `draft` writes the signal. They start at [`series`] (bars, and what was known at a given close), go through
//! [`assessment`] (one symbol today) and end at [`candidate`] (the same with its past).
//!
//! # Where the scan departs from the system it replaces
//! Decision 6 (`docs/decisions/0006-departures-of-the-analysis.md`) has the whole list, buying included, with what is there, what is
//! here, and why. Of the scan:
//! - **The RSI bonus of the strength score is applied.** There it was lost: a text with a suffix did not parse as a number. In
//!   return being oversold is not also counted as a candle pattern, which would count one thing twice.
//! - **`rsi_period` is honoured.** There the name of one column was fixed.
//! - **RSI is Wilder's own**, seeded with the mean of the first changes, and 50 for a share that did not move.
//! - **A good past never makes a buy.** There the scores could promote a share that is not oversold today. So the past is
//!   tried only for buy verdicts, and reclassification only moves between strong buy, buy and watch.
//! - **The backtest score is its formula.** There two of the inputs are always missing, so those parts are constant.
//! - **A shape has one definition.** In the reversion setup of the older system a hammer's upper shadow ends at half the body
//!   (elsewhere at 0.8), and an engulfing body must be strictly larger; here both are as everywhere else in the scan.
//! - **Without weekly bars, the daily-only thresholds hold.** There the score was 0 and they could not be reached.
//! - **Look-backs that grow with history compare calendar days**, not rows with days. Daily support grows once, at three years;
//!   the step at five years is left out, because a verdict sees at most 850 bars: so a session has the same verdict in the
//!   scan of that day and in a later backtest. The weekly look-back's growth ended at its own base of 50 and is left out too.
//! - **The running week counts for price, not for volume**: a week of one day always looks exhausted.
//! - **A backtest's target exists from the close of the day of the buy.** There EMA9 with that day's close was compared with the
//!   same day's high, which nobody can know at the time.
//! - **The ladder's reset is used once**, instead of opening a new cycle on each later day.
//! - **Trades are counted, not buys**, where scores ask how much a past can be trusted.
//! - **A chart that is not judged earns no points** for being clean.
//! - **Signals are written whenever the scan runs on a trading day**, on complete bars. There they are not written between 09:00
//!   and 16:00.
//!
//! Left out: models, news, fundamentals.

pub mod alignment;
pub mod assessment;
pub mod backtest;
pub mod candidate;
pub mod candles;
pub mod dip;
mod draft;
#[cfg(test)]
mod fixtures;
mod measures;
pub mod parameters;
pub mod priority;
pub mod quality;
pub mod scores;
pub mod series;
pub mod settings;
pub mod signs;
mod task;
#[cfg(test)]
mod tests;
pub mod verdict;
pub mod volume;

use prahari_sdk::{
    Capability, Host, Report, RunContext, Summary, Task, TaskError, TaskInfo, TaskKind, export_task,
};

/// The task.
#[derive(Debug)]
pub struct Analysis;

impl Task for Analysis {
    fn info() -> TaskInfo {
        TaskInfo {
            name: "analysis".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            kind: TaskKind::Scheduled,
            capabilities: vec![
                Capability::Calendar,
                Capability::Market,
                Capability::SignalsPublish,
                Capability::Config,
                Capability::Log,
                Capability::Decision,
            ],
            default_schedule: "16:00 on trading days".to_owned(),
            config_schema: String::new(),
        }
    }

    fn manifest() -> &'static str {
        include_str!("../manifest.json")
    }

    fn run(host: &mut dyn Host, context: &RunContext) -> Result<Summary, TaskError> {
        Report::collect(host, |host, report| task::run(host, context, report))
    }
}

export_task!(Analysis);
