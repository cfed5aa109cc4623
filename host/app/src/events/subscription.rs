//! A listener's place among the events.

use std::sync::Arc;

use tokio::sync::{broadcast, watch};

use super::prices::{Pulses, next_pulse};
use super::wake::Control;
use super::{EventBus, Filter, Listener, Message, PriceWish, State};

/// Most events handed out at once: what a listener that stops reading holds in memory.
const BATCH: usize = 64;

/// Most events of others passed by under one lock, so that nobody who publishes waits for it.
const STEPS: usize = 1_024;

/// Last event that a returning listener has received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Since {
    /// The epoch of its last greeting.
    pub epoch: String,
    /// The last event it has heard of.
    pub sequence: u64,
}

/// How a subscription starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// At the present; nothing was asked for.
    New,
    /// After the event that was named: nothing is missing.
    Resumed,
    /// At the present, because what happened since then is not all here any more: load anew what is shown.
    Resync,
}

/// First message to a listener.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Greeting {
    /// Epoch: the run of the daemon that the sequence numbers belong to.
    pub epoch: String,
    /// The events after this one follow.
    pub sequence: u64,
    /// How the subscription starts.
    pub start: Start,
}

/// What a subscription yields next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivery {
    /// Events, in order; never empty.
    Events(Vec<Message>),
    /// Prices of the newest pulse, one JSON object for each share; never empty. They are no events: there is no going on
    /// from them.
    Prices(Vec<Arc<str>>),
    /// Some are lost for this listener. It goes on after this number and has to load anew what it shows.
    Resync(u64),
    /// The rights of the listener may have changed: ask whether it may go on.
    Recheck,
    /// The daemon is stopping.
    Ended,
}

/// A place among the events. Costs the same whether or not it is read.
pub struct Subscription {
    bus: Arc<EventBus>,
    listener: Listener,
    filter: Filter,
    cursor: u64,
    newest: watch::Receiver<u64>,
    control: broadcast::Receiver<Control>,
    pulses: Pulses,
}

impl Subscription {
    pub(super) fn open(
        bus: Arc<EventBus>,
        (listener, filter): (Listener, Filter),
        since: Option<&Since>,
    ) -> (Self, Greeting) {
        bus.kept.store(true, std::sync::atomic::Ordering::Relaxed);
        // Before the rights are read again by anybody, so that no change after it is missed.
        let control = bus.control.subscribe();
        let pulses = (filter.prices != PriceWish::Nothing).then(|| bus.pulses.subscribe());
        bus.wishes.lock().add(listener.user(), &filter.prices);
        let mut state = bus.state();
        let State { ring, listeners } = &mut *state;
        let newest = listeners.add(listener, ring.first() - 1, ring.newest());
        let whole = |since: &&Since| {
            since.epoch == bus.epoch
                && since.sequence <= ring.newest()
                && since.sequence >= listeners.lost(listener)
        };
        let (cursor, start) = match (since, since.filter(whole)) {
            (_, Some(since)) => (since.sequence, Start::Resumed),
            (Some(_), None) => (ring.newest(), Start::Resync),
            (None, None) => (ring.newest(), Start::New),
        };
        drop(state);
        let greeting = Greeting { epoch: bus.epoch.clone(), sequence: cursor, start };
        (Self { bus, listener, filter, cursor, newest, control, pulses }, greeting)
    }

    /// The newest event of all, when this listener has heard everything there was for it: a place to come back to that
    /// is nearer than its last event. None while something is waiting.
    pub fn caught_up(&mut self) -> Option<u64> {
        let state = self.bus.state();
        // Under the lock nothing is published, so nothing between the two numbers is for this listener.
        if *self.newest.borrow() > self.cursor {
            return None;
        }
        self.cursor = self.cursor.max(state.ring.newest());
        Some(self.cursor)
    }

    /// Waits for what comes next. Nothing is lost when the wait is given up.
    pub async fn next(&mut self) -> Delivery {
        loop {
            if let Some(told) = self.told() {
                return told;
            }
            if let Some(prices) = self.prices() {
                return prices;
            }
            // Marked before reading, so that an event published in between wakes again.
            self.newest.mark_unchanged();
            if let Some(delivery) = self.read() {
                return delivery;
            }
            tokio::select! {
                // The channel lives as long as its listeners.
                _ = self.newest.changed() => {}
                () = next_pulse(&mut self.pulses) => {}
                control = self.control.recv() => match control {
                    Ok(Control::End) | Err(broadcast::error::RecvError::Closed) => return Delivery::Ended,
                    Ok(Control::Recheck(user)) if user != self.listener.user() => {}
                    Ok(Control::Recheck(_)) | Err(broadcast::error::RecvError::Lagged(_)) => {
                        return Delivery::Recheck;
                    }
                },
            }
        }
    }

    /// Handles control messages before events: a user who may no longer listen receives nothing.
    fn told(&mut self) -> Option<Delivery> {
        use broadcast::error::TryRecvError;
        if self.bus.is_ended() {
            return Some(Delivery::Ended);
        }
        loop {
            match self.control.try_recv() {
                Ok(Control::End) | Err(TryRecvError::Closed) => return Some(Delivery::Ended),
                Ok(Control::Recheck(user)) if user != self.listener.user() => {}
                Ok(Control::Recheck(_)) | Err(TryRecvError::Lagged(_)) => return Some(Delivery::Recheck),
                Err(TryRecvError::Empty) => return None,
            }
        }
    }

    /// Returns what the newest pulse has for this listener, once.
    fn prices(&mut self) -> Option<Delivery> {
        let pulses = self.pulses.as_mut()?;
        if !pulses.has_changed().unwrap_or(false) {
            return None;
        }
        let texts = pulses.borrow_and_update().of(&self.filter.prices);
        (!texts.is_empty()).then_some(Delivery::Prices(texts))
    }

    /// Returns what is in the ring for this listener, if anything.
    fn read(&mut self) -> Option<Delivery> {
        let mut found = Vec::new();
        loop {
            let state = self.bus.state();
            let State { ring, listeners } = &*state;
            if listeners.lost(self.listener) > self.cursor {
                self.cursor = ring.newest();
                return Some(Delivery::Resync(self.cursor));
            }
            let whose = (self.listener, &self.filter);
            self.cursor = self.cursor.max(ring.read(self.cursor, whose, (BATCH, STEPS), &mut found));
            let newest = ring.newest();
            drop(state);
            if !found.is_empty() {
                return Some(Delivery::Events(found));
            }
            if self.cursor >= newest {
                return None;
            }
        }
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.bus.wishes.lock().remove(self.listener.user(), &self.filter.prices);
        let left = {
            let mut state = self.bus.state();
            state.listeners.remove(self.listener);
            state.listeners.count()
        };
        if left == 0 {
            self.bus.no_listeners.notify_waiters();
        }
    }
}
