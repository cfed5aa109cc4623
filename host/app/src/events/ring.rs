//! The last events, bounded in number and bytes.

use std::collections::VecDeque;
use std::sync::Arc;

use super::filter::{Filter, Label};
use super::{Audience, Listener, Message};

/// What an event costs beside its text: its place in the ring and the header of the text.
const OVERHEAD: usize = size_of::<Kept>() + 16;

/// Events `first..=newest`, without gaps.
pub(super) struct Ring {
    kept: VecDeque<Kept>,
    bytes: usize,
    newest: u64,
    most_events: usize,
    most_bytes: usize,
}

struct Kept {
    audience: Audience,
    label: Label,
    body: Arc<str>,
}

impl Ring {
    pub(super) fn new(most_events: usize, most_bytes: usize) -> Self {
        Self { kept: VecDeque::new(), bytes: 0, newest: 0, most_events, most_bytes }
    }

    /// Adds an event and gives it its number. Tells `lost` of each event that had to make room.
    pub(super) fn push(
        &mut self,
        (audience, label): (Audience, Label),
        body: Arc<str>,
        mut lost: impl FnMut(Audience, u64),
    ) -> u64 {
        self.bytes += body.len() + OVERHEAD;
        self.newest += 1;
        self.kept.push_back(Kept { audience, label, body });
        while self.kept.len() > self.most_events || self.bytes > self.most_bytes {
            let sequence = self.first();
            let Some(oldest) = self.kept.pop_front() else { break };
            self.bytes -= oldest.body.len() + OVERHEAD;
            lost(oldest.audience, sequence);
        }
        self.newest
    }

    /// The number of the newest event; 0 before the first.
    pub(super) fn newest(&self) -> u64 {
        self.newest
    }

    /// The number of the oldest event that is still here, or of the next one when there is none.
    pub(super) fn first(&self) -> u64 {
        self.newest + 1 - self.kept.len() as u64
    }

    pub(super) fn held(&self) -> (usize, usize) {
        (self.kept.len(), self.bytes)
    }

    /// Collects up to `most` events after `cursor` that `listener` hears of and `filter` lets through, looking at `steps` events at most, and
    /// answers how far it has looked.
    pub(super) fn read(
        &self,
        cursor: u64,
        (listener, filter): (Listener, &Filter),
        (most, steps): (usize, usize),
        found: &mut Vec<Message>,
    ) -> u64 {
        let from = self.first().max(cursor + 1);
        let skip = usize::try_from(from - self.first()).unwrap_or(usize::MAX);
        let mut looked = from - 1;
        for kept in self.kept.iter().skip(skip).take(steps) {
            if found.len() >= most {
                break;
            }
            looked += 1;
            if listener.hears(kept.audience) && filter.wants(kept.audience, kept.label) {
                found.push(Message { sequence: looked, body: kept.body.clone() });
            }
        }
        looked
    }
}
