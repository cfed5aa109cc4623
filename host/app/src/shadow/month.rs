//! What a month showed that was simulated because no run of a task was recorded yet.

use std::fmt;

use prahari_domain::book::Book;
use prahari_domain::money::{Paise, rupees};
use prahari_domain::numbers::counted;
use prahari_domain::text::one_line;
use prahari_domain::time::Day;
use prahari_store::RunRow;
use serde::{Deserialize, Serialize};

/// What a version did in a simulated month, beside the other tasks and with one paper account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SimulatedMonth {
    /// First day.
    pub from: Day,
    /// Last day, included.
    pub to: Day,
    /// Runs of the task.
    pub runs: u64,
    /// Those of them that did not succeed.
    pub failed: u64,
    /// How the newest of these ended; none when all succeeded.
    pub failure: Option<String>,
    /// Orders that the task placed, changed or cancelled, refused ones included.
    pub orders: u64,
    /// What the account realised by the trades of all tasks, in paise, charges not deducted.
    pub realised_paise: i64,
    /// The charges of these trades, in paise.
    pub charges_paise: i64,
}

impl SimulatedMonth {
    pub(crate) fn new(from: Day, to: Day) -> Self {
        Self { from, to, runs: 0, failed: 0, failure: None, orders: 0, realised_paise: 0, charges_paise: 0 }
    }

    /// Counts a run; the newest comes first.
    pub(crate) fn add_run(&mut self, row: &RunRow) {
        self.runs += 1;
        self.orders += u64::from(row.orders);
        let outcome = row.outcome.as_deref().unwrap_or("unfinished");
        if outcome == "succeeded" {
            return;
        }
        self.failed += 1;
        if self.failure.is_none() {
            // The candidate has a part in the text.
            self.failure = Some(format!("{outcome}: {}", one_line(&row.detail)));
        }
    }

    pub(crate) fn add_book(&mut self, book: &Book) {
        self.realised_paise += book.realised().0;
        self.charges_paise += book.charges().0;
    }
}

impl fmt::Display for SimulatedMonth {
    /// One sentence.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { from, to, runs, failed, orders, .. } = self;
        write!(
            f,
            "a month was simulated on the bars of the daemon, {from} to {to}: {}, {failed} failed",
            counted(*runs, "run", "runs")
        )?;
        if let Some(failure) = &self.failure {
            write!(f, " (last {failure})")?;
        }
        let orders = counted(*orders, "order", "orders");
        let [realised, charges] = [self.realised_paise, self.charges_paise].map(|paise| rupees(Paise(paise)));
        write!(f, ", {orders} of its own; with all tasks the account realised {realised}, charges {charges}")
    }
}
