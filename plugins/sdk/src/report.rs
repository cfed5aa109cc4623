//! What a run did and why: decisions and counters, collected and handed to the host once.

use std::collections::BTreeMap;
use std::fmt::Display;

use crate::bindings::prahari::task::decision::Evidence as EvidenceEntry;
use crate::{Counter, Decision, Host, HostError, LogLevel, NoticeLevel, Summary, TaskError};

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

/// A number and what it counts, such as `1 fill` or `3 fills`.
pub fn plural(number: impl Display, one: &str, many: &str) -> String {
    let number = number.to_string();
    let counted = if number == "1" { one } else { many };
    format!("{number} {counted}")
}

/// Sends the user a message. A task can do its work without the notify capability, or while messages cannot be sent: then
/// the message goes to the log.
///
/// # Errors
/// When the host finds the message invalid.
pub fn tell(host: &mut dyn Host, level: NoticeLevel, title: &str, body: &str) -> Result<(), HostError> {
    match host.notify(level, title, body) {
        Err(HostError::Denied(_) | HostError::Unavailable(_)) => {
            host.log(LogLevel::Warn, &format!("message not sent: {title}: {body}"));
            Ok(())
        }
        other => other,
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

    /// What the summary's line says of orders of unknown outcome; empty when there is none.
    pub fn unknown_outcomes(&self) -> String {
        match self.counted(crate::orders::UNKNOWN_OUTCOME) {
            0 => String::new(),
            unknown => format!(", {unknown} of unknown outcome"),
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Capability, ScriptedHost};

    fn decide_then(
        outcome: Result<String, TaskError>,
        host: &mut ScriptedHost,
    ) -> Result<Summary, TaskError> {
        Report::collect(host, |_, report| {
            report.count("skipped");
            report.decide(
                "ACME",
                "skip",
                "illiquid",
                Evidence::new().money("price", 10_005).number("rsi", 29.987),
            );
            outcome
        })
    }

    #[test]
    fn one_is_counted_in_the_singular_and_all_else_in_the_plural() {
        assert_eq!(
            [0, 1, 2, 11].map(|number| plural(number, "exit", "exits")),
            ["0 exits", "1 exit", "2 exits", "11 exits"]
        );
        assert_eq!(plural(1_usize, "re-entry", "re-entries"), "1 re-entry");
    }

    #[test]
    fn a_run_hands_over_its_decisions_and_counters() {
        let mut host = ScriptedHost::at(20_000, 9, 0);
        let summary = decide_then(Ok("done".to_owned()), &mut host).unwrap();
        assert_eq!(summary.counters, [Counter { name: "skipped".to_owned(), value: 1 }]);
        assert_eq!(host.reasons("ACME"), ["illiquid"]);
        let values: Vec<&str> = host.decisions[0].evidence.iter().map(|fact| fact.value.as_str()).collect();
        assert_eq!(values, ["100.05", "29.99"]);
    }

    #[test]
    fn a_failed_run_still_says_what_it_decided() {
        let mut host = ScriptedHost::at(20_000, 9, 0);
        let error = TaskError::Unavailable("quotes".to_owned());
        assert_eq!(decide_then(Err(error.clone()), &mut host), Err(error));
        assert_eq!(host.reasons("ACME"), ["illiquid"]);
    }

    #[test]
    fn without_the_capability_decisions_are_dropped_with_a_line_in_the_log() {
        let mut host = ScriptedHost::at(20_000, 9, 0);
        host.denied.push(Capability::Decision);
        decide_then(Ok(String::new()), &mut host).unwrap();
        assert_eq!(host.lines.len(), 1);
    }

    #[test]
    fn a_message_that_cannot_be_sent_goes_to_the_log() {
        let mut host = ScriptedHost::at(20_000, 9, 0);
        host.denied.push(Capability::Notify);
        tell(&mut host, NoticeLevel::Info, "Day closed", "nothing traded").unwrap();
        assert!(host.notices.is_empty());
        assert!(host.lines[0].1.contains("nothing traded"));
    }
}
