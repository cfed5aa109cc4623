//! Signals, each as it stands for a user.

use std::collections::BTreeMap;

use prahari_domain::ids::SignalId;
use prahari_domain::instruments::Symbol;
use prahari_domain::signals::{Signal, SignalStatus};
use prahari_domain::time::Day;
use prahari_store::{SeenFilter, SeenSignal, SignalCursor};

use super::UserQueries;
use crate::error::AppError;

/// Most signals that are looked at for one page of those with a wanted status: the status is known only when it is
/// computed.
const MOST_LOOKED_AT: u32 = 1_000;

/// Query parameters that select the signals of a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignalQuery {
    /// Only signals with this status for the user.
    pub status: Option<SignalStatus>,
    /// Only signals of this trading date or later.
    pub from: Option<Day>,
    /// Only signals of this trading date or earlier.
    pub through: Option<Day>,
    /// Only signals of this symbol.
    pub symbol: Option<Symbol>,
    /// Only signals of one of these kinds, by name; of any when there are none.
    pub kinds: Vec<&'static str>,
    /// Continues after this signal of the list.
    pub after: Option<SignalCursor>,
    /// Most signals of the page.
    pub limit: u32,
}

/// A page of signals.
#[derive(Debug, Clone, PartialEq)]
pub struct Signals {
    /// The signals, newest first. A page may be short, even empty, and have a next one.
    pub items: Vec<SignalDetail>,
    /// After which one the next page begins; none on the last page.
    pub next: Option<SignalCursor>,
}

/// A signal as it stands for a user.
#[derive(Debug, Clone, PartialEq)]
pub struct SignalDetail {
    /// The signal, with its status for the user.
    pub signal: Signal,
    /// Whether it is about a position of the user, rather than for everybody.
    pub personal: bool,
    /// What the user said when turning it down or taking that back; empty when nothing was said.
    pub note: String,
}

/// The signals that stand for a user with their status: what the user's tasks would see.
type Standing = BTreeMap<SignalId, SignalStatus>;

impl UserQueries<'_> {
    /// The signals for everybody and those about the user's positions, newest first.
    ///
    /// # Errors
    /// When the database cannot be read, or a signal in it does not read back.
    pub async fn signals(&self, query: SignalQuery) -> Result<Signals, AppError> {
        let SignalQuery { status, from, through, symbol, kinds, after, limit } = query;
        let looked_at = if status.is_some() { MOST_LOOKED_AT } else { limit + 1 };
        let filter = SeenFilter { from, through, symbol, kinds, after, limit: looked_at };
        let seen = self.scope.seen_signals(filter).await?;
        let standing = self.standing().await;
        let exhausted = seen.len() < looked_at as usize;
        let mut page = Signals { items: Vec::new(), next: None };
        let mut left = seen.into_iter().peekable();
        while let Some(seen) = left.next() {
            let cursor = seen.cursor();
            let signal = detail(seen, &standing)?;
            if status.is_none_or(|wanted| wanted == signal.signal.status) {
                page.items.push(signal);
            }
            let full = page.items.len() == limit as usize;
            if (full || left.peek().is_none()) && !(exhausted && left.peek().is_none()) {
                page.next = Some(cursor);
                break;
            }
        }
        Ok(page)
    }

    /// A signal as it stands for the user; none when it is not among those that they are shown.
    ///
    /// # Errors
    /// When the database cannot be read, or the signal does not read back.
    pub async fn signal(&self, id: SignalId) -> Result<Option<SignalDetail>, AppError> {
        let Some(seen) = self.scope.find_signal(id).await? else { return Ok(None) };
        detail(seen, &self.standing().await).map(Some)
    }

    async fn standing(&self) -> Standing {
        let desk = self.user.desk.lock().await;
        let standing = self.all.signals.standing(desk.book(), None, self.all.clock.now());
        standing.into_iter().map(|signal| (signal.id, signal.status)).collect()
    }
}

fn detail(seen: SeenSignal, standing: &Standing) -> Result<SignalDetail, AppError> {
    let signal: Signal = serde_json::from_str(&seen.row.data)?;
    let status = standing.get(&signal.id).copied().unwrap_or_else(|| ended_as(&seen));
    let note = seen.chosen.map(|chosen| chosen.reason).unwrap_or_default();
    Ok(SignalDetail { signal: Signal { status, ..signal }, personal: seen.personal, note })
}

/// Returns what a signal that no longer stands ended as.
fn ended_as(seen: &SeenSignal) -> SignalStatus {
    let rejected = seen.chosen.as_ref().is_some_and(|chosen| chosen.status == SignalStatus::Rejected.name());
    if seen.traded {
        SignalStatus::Traded
    } else if rejected {
        SignalStatus::Rejected
    } else {
        SignalStatus::Expired
    }
}
