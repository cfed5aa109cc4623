//! How a source stands: what an operator looks at before they trust its prices.

use std::path::PathBuf;

use prahari_domain::time::{Day, Timestamp};

use crate::folder::BarsReport;
use crate::questions::Answers;

/// How a source of market data stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceState {
    /// Name of the source, such as `csv`.
    pub source: &'static str,
    /// What it may be asked.
    pub answers: Answers,
    /// The folders that it is made of; none of one that is not made of files.
    pub folders: Vec<PathBuf>,
    /// Shares that it knows by itself; others may be answered when they are asked for by name.
    pub shares: usize,
    /// Day of the newest bar that is in memory; none of a source that has bars of any day, or none at all.
    pub newest: Option<Day>,
    /// What was found when its files were read; none of one that is not made of files.
    pub report: Option<BarsReport>,
    /// Why it cannot be used as it should be; none while it can.
    pub trouble: Option<SourceTrouble>,
    /// How its line is used; none of a source that is on this machine.
    pub line: Option<LineState>,
    /// How the feed stands that tells prices by itself; none of a source without one.
    pub feed: Option<FeedState>,
}

/// How a feed stands that tells prices by itself. Times are real ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedState {
    /// Shares that are followed.
    pub followed: usize,
    /// Since when there is a connection; none without one.
    pub connected: Option<Timestamp>,
    /// When prices last came on this connection; none before the first.
    pub heard_at: Option<Timestamp>,
    /// Whether it is silent while the exchange trades, so that prices are asked for instead.
    pub silent: bool,
}

/// Why a source cannot be used as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceTrouble {
    /// What is wrong, one sentence.
    pub reason: String,
    /// Since when, in real time; none where the source does not know.
    pub since: Option<Timestamp>,
    /// Real time before which it is not asked again; none where nothing is waited for.
    pub until: Option<Timestamp>,
    /// Whether it goes on with what it read before, as a folder does that can no longer be read: its prices are used.
    pub keeps_old: bool,
}

/// How the line to a source over the net is used. Times are real ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineState {
    /// Requests since the start of the process.
    pub asked: u64,
    /// Requests within the last minute.
    pub asked_last_minute: usize,
    /// Most requests in a minute.
    pub per_minute: u32,
    /// Shares that are being fetched or wait for it.
    pub waiting: usize,
    /// When it last gave a usable answer; none before the first.
    pub answered_at: Option<Timestamp>,
    /// When and why it last gave none; none when it always did.
    pub failed: Option<(Timestamp, String)>,
    /// Bars in memory.
    pub bars: usize,
    /// Most bars in memory.
    pub most_bars: usize,
    /// Shares whose minutes of the running day are in memory.
    pub tapes: usize,
    /// Most of them.
    pub most_tapes: usize,
}

impl SourceState {
    /// A source of which nothing more is known, and which may answer everything.
    pub fn new(source: &'static str) -> Self {
        Self {
            source,
            answers: Answers::ALL,
            folders: Vec::new(),
            shares: 0,
            newest: None,
            report: None,
            trouble: None,
            line: None,
            feed: None,
        }
    }
}
