//! What happened to the source and was not told yet.

use parking_lot::Mutex;
use prahari_domain::instruments::Symbol;

use super::SOURCE;
use crate::bars::Restated;
use crate::fetching::SourceNews;

/// Most things that wait to be told; more are left out, and the log has them.
const MOST_WAITING: usize = 100;

/// What waits to be told.
#[derive(Default)]
pub(super) struct News(Mutex<Vec<SourceNews>>);

impl News {
    /// The source cannot be asked from now on.
    pub fn down(&self, reason: &str) {
        tracing::warn!(source = SOURCE, reason, "the source of prices is down");
        self.add(SourceNews::Down { source: SOURCE, reason: reason.to_owned() });
    }

    /// It answers again.
    pub fn up(&self) {
        tracing::info!(source = SOURCE, "the source of prices answers again");
        self.add(SourceNews::Up { source: SOURCE });
    }

    /// Known bars of a share came otherwise.
    pub fn restated(&self, symbol: &Symbol, restated: &[Restated]) {
        let Some(first) = restated.first() else { return };
        let detail = match restated.len() {
            1 => first.to_string(),
            count => format!("{count} bars of {symbol} were restated, the first: {first}"),
        };
        tracing::warn!(source = SOURCE, %symbol, detail, "bars of past days were restated");
        self.add(SourceNews::Restated { source: SOURCE, symbol: symbol.clone(), detail });
    }

    /// It tells corporate actions that it did not tell before.
    pub fn actions(&self) {
        self.add(SourceNews::Actions { source: SOURCE });
    }

    /// Takes all of it.
    pub fn take(&self) -> Vec<SourceNews> {
        std::mem::take(&mut *self.0.lock())
    }

    fn add(&self, news: SourceNews) {
        let mut waiting = self.0.lock();
        // Whether it is up or down is always told: of that there is one at a time.
        let is_state = |news: &SourceNews| matches!(news, SourceNews::Down { .. } | SourceNews::Up { .. });
        if matches!(news, SourceNews::Actions { .. }) {
            // Who hears of it asks for all of them.
            waiting.retain(|waiting| *waiting != news);
        } else if is_state(&news) {
            waiting.retain(|waiting| !is_state(waiting));
        } else if waiting.len() >= MOST_WAITING {
            return;
        }
        waiting.push(news);
    }
}
