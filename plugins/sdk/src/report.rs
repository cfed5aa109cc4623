//! What a run did and why: decisions and counters, collected and handed to the host once.

use std::collections::BTreeMap;
use std::fmt::Display;

use crate::bindings::prahari::task::decision::Evidence as EvidenceEntry;
use crate::{Counter, Decision, Host, HostError, LogLevel, Summary, TaskError};

/// The facts behind a decision, built with [`with`](Evidence::with).
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Evidence(Vec<EvidenceEntry>);

impl Evidence {
    /// No facts yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a fact.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Display) -> Self {
        self.0.push(EvidenceEntry { name: name.to_owned(), value: value.to_string() });
        self
    }

    /// Adds an amount of money, written in rupees.
    #[must_use]
    pub fn money(self, name: &str, amount: crate::Paise) -> Self {
        self.with(name, crate::money::rupees(amount))
    }

    /// Adds a computed value with two decimals; a price in paise is written in rupees by [`money`](Self::money).
    #[must_use]
    pub fn number(self, name: &str, value: f64) -> Self {
        self.with(name, format_args!("{value:.2}"))
    }
}

/// Collects the decisions and counters of one run.
#[derive(Debug, Default)]
pub struct Report {
    decisions: Vec<Decision>,
    counters: BTreeMap<&'static str, i64>,
}

impl Report {
    /// Runs `work` with a fresh report. The decisions reach the host whether the work succeeds or not: what was done
    /// before a failure has its reason too. `work` answers the summary's one line.
    ///
    /// # Errors
    /// The work's own, or the host's when it cannot take the decisions. Without the decision capability they are
    /// dropped with a line in the log, because a task can do its work without it.
    pub fn collect(
        host: &mut dyn Host,
        work: impl FnOnce(&mut dyn Host, &mut Self) -> Result<String, TaskError>,
    ) -> Result<Summary, TaskError> {
        let mut report = Self::default();
        let outcome = work(host, &mut report);
        let recorded = report.record(host);
        let text = outcome?;
        recorded?;
        let counters = report.counters.into_iter();
        Ok(Summary {
            text,
            counters: counters.map(|(name, value)| Counter { name: name.to_owned(), value }).collect(),
        })
    }

    /// Notes why a symbol was acted on or left alone.
    pub fn decide(&mut self, symbol: &str, action: &str, reason: &str, evidence: Evidence) {
        self.decisions.push(Decision {
            symbol: symbol.to_owned(),
            action: action.to_owned(),
            reason: reason.to_owned(),
            evidence: evidence.0,
        });
    }

    /// Adds one to a counter.
    pub fn count(&mut self, counter: &'static str) {
        self.add(counter, 1);
    }

    /// Adds to a counter; adding nothing makes it show as zero.
    pub fn add(&mut self, counter: &'static str, value: i64) {
        let sum = self.counters.entry(counter).or_default();
        *sum = sum.saturating_add(value);
    }

    /// A counter's present value.
    pub fn counted(&self, counter: &str) -> i64 {
        self.counters.get(counter).copied().unwrap_or(0)
    }

    fn record(&self, host: &mut dyn Host) -> Result<(), TaskError> {
        if self.decisions.is_empty() {
            return Ok(());
        }
        match host.record(&self.decisions) {
            Err(HostError::Denied(_)) => {
                host.log(LogLevel::Warn, "decisions dropped: the capability is not granted");
                Ok(())
            }
            other => Ok(other?),
        }
    }
}
