//! Which sources over the net have answered since the start of the process, so that what an earlier process told of one ends.

use std::collections::BTreeSet;

use parking_lot::Mutex;
use prahari_brokers::{LineState, SourceState};

/// Sources that have answered since the start of the process.
#[derive(Debug, Default)]
pub struct Answering(Mutex<BTreeSet<&'static str>>);

impl Answering {
    /// Takes how the sources stand; returns those that answer and had not yet since the start of the process.
    pub(super) fn first_answers(&self, states: &[SourceState]) -> Vec<&'static str> {
        let mut answered = self.0.lock();
        let answering = states.iter().filter(|state| state.line.as_ref().is_some_and(answers));
        answering.map(|state| state.source).filter(|source| answered.insert(source)).collect()
    }
}

/// Whether the newest question had a usable answer. Of one of the same millisecond it is not known, and the next one says it.
fn answers(line: &LineState) -> bool {
    let failed = line.failed.as_ref().map(|(at, _)| *at);
    line.answered_at.is_some_and(|answered| failed.is_none_or(|failed| failed < answered))
}
