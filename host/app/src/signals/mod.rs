//! Signals: what the tasks have found, for everybody or for one user, and what each user makes of it.

mod active;
mod rows;
mod status;

use std::collections::BTreeSet;
use std::sync::Arc;

use prahari_domain::instruments::Symbol;
use prahari_domain::signals::{Signal, SignalDraft, SignalScope};
use prahari_domain::time::Timestamp;

pub use active::{ActiveSignals, Publication};
pub(crate) use rows::load_signals;

use crate::error::AppError;
use crate::events::{Audience, Resource};
use crate::handles::Handles;

/// The decision of the host that a finding of a run is not raised as a signal.
pub(crate) const REFUSED_SIGNAL: &str = "signal_refused";

/// Publishes signals and keeps what users decide about them.
pub struct Signals {
    handles: Handles,
    /// The signals that stand.
    pub active: Arc<ActiveSignals>,
}

impl Signals {
    pub(crate) fn new(handles: Handles, active: ActiveSignals) -> Self {
        Self { handles, active: Arc::new(active) }
    }

    /// Publishes findings and writes them down.
    ///
    /// # Errors
    /// When they cannot be written.
    pub async fn publish(
        &self,
        scope: SignalScope,
        drafts: Vec<SignalDraft>,
    ) -> Result<Publication, AppError> {
        let Handles { clock, store, calendar, .. } = &self.handles;
        let system = store.system();
        let publication =
            self.active.publish(scope, drafts, clock.now(), &calendar.current(), || system.next_signal_id());
        self.keep(scope, &publication.rows).await?;
        Ok(publication)
    }

    /// Ends the signals of some shares that were published at `since` or later, because what they were found by counts for nothing any
    /// more; answers how many there were.
    ///
    /// # Errors
    /// When they cannot be written.
    pub(crate) async fn end(&self, symbols: &BTreeSet<Symbol>, since: Timestamp) -> Result<usize, AppError> {
        let mut count = 0_usize;
        for (scope, ended) in self.active.end(symbols, since) {
            count = count.saturating_add(ended.len());
            self.keep(scope, &ended).await?;
        }
        Ok(count)
    }

    /// Writes down what has changed of the signals of a scope, and tells those who look at them.
    async fn keep(&self, scope: SignalScope, changed: &[Signal]) -> Result<(), AppError> {
        let store = &self.handles.store;
        let rows = changed.iter().map(rows::signal_row).collect::<Result<Vec<_>, _>>()?;
        let audience = match scope {
            SignalScope::Shared => {
                store.system().save_signals(rows).await?;
                Audience::Everybody
            }
            SignalScope::Personal(user) => {
                store.user(user).save_signals(rows).await?;
                Audience::User(user)
            }
        };
        if !changed.is_empty() {
            self.handles.events.changed(audience, Resource::Signal, "");
        }
        Ok(())
    }
}
