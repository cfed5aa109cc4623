//! The hours of the market, and the events that each day brings in their order.

use serde::{Deserialize, Serialize};

use crate::time::{Millis, day_of, is_weekend, start_of};
use crate::world::World;

const MINUTE: Millis = 60_000;

/// Times in milliseconds from midnight IST. The closing auction is not played: tests that need one set prices and fill.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hours {
    /// AMO are released and regular orders taken from here on.
    pub pre_open: Millis,
    /// Orders match from here on.
    pub open: Millis,
    /// Orders match until here; what rests is cancelled.
    pub close: Millis,
    /// AMO are taken from here on, the day after included.
    pub amo_from: Millis,
    /// AMO are taken until here.
    pub amo_until: Millis,
}

impl Default for Hours {
    fn default() -> Self {
        Self {
            pre_open: 9 * 60 * MINUTE,
            open: (9 * 60 + 15) * MINUTE,
            close: (15 * 60 + 30) * MINUTE,
            amo_from: (15 * 60 + 45) * MINUTE,
            amo_until: (8 * 60 + 57) * MINUTE,
        }
    }
}

/// How far a day has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Phase {
    /// Before the pre-open, or a day without a session.
    Night,
    /// Orders are taken and do not match.
    PreOpen,
    /// Orders match.
    Open,
    /// The session is over.
    Closed,
}

/// What happens by itself. Of events at the same time, the earlier kind comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    DayBegins,
    PhaseBegins(Phase),
    OrderIsDue(usize),
}

impl World {
    /// Lets everything happen that is due until `now`, each at its own time.
    pub fn catch_up(&mut self, now: Millis) {
        while let Some((at, event)) = self.next_event(now) {
            self.now = at.max(self.now);
            match event {
                Event::DayBegins => self.begin_day(),
                Event::PhaseBegins(phase) => self.begin_phase(phase),
                Event::OrderIsDue(order) => self.run_due(order),
            }
        }
        self.now = now.max(self.now);
        self.close_old_feeds();
    }

    fn next_event(&self, now: Millis) -> Option<(Millis, Event)> {
        let day = (start_of(self.day + 1), Event::DayBegins);
        let phase = self.next_phase().map(|(at, phase)| (at, Event::PhaseBegins(phase)));
        let orders = self.orders.iter().enumerate();
        let due = orders.filter_map(|(index, order)| {
            order.next.as_ref().map(|next| (next.due().max(self.now), Event::OrderIsDue(index)))
        });
        due.chain(phase).chain([day]).filter(|(at, _)| *at <= now).min()
    }

    fn next_phase(&self) -> Option<(Millis, Phase)> {
        if !self.is_trading_day(self.day) {
            return None;
        }
        let midnight = start_of(self.day);
        match self.phase {
            Phase::Night => Some((midnight + self.hours.pre_open, Phase::PreOpen)),
            Phase::PreOpen => Some((midnight + self.hours.open, Phase::Open)),
            Phase::Open => Some((midnight + self.hours.close, Phase::Closed)),
            Phase::Closed => None,
        }
    }

    /// The phase of a time, without what happens at its begin.
    pub fn phase_at(&self, at: Millis) -> Phase {
        let since_midnight = at - start_of(day_of(at));
        if !self.is_trading_day(day_of(at)) || since_midnight < self.hours.pre_open {
            Phase::Night
        } else if since_midnight < self.hours.open {
            Phase::PreOpen
        } else if since_midnight < self.hours.close {
            Phase::Open
        } else {
            Phase::Closed
        }
    }

    pub fn is_trading_day(&self, day: i64) -> bool {
        !is_weekend(day) && !self.holidays.contains(&day)
    }

    /// Whether regular orders are taken.
    pub fn is_in_session(&self) -> bool {
        matches!(self.phase, Phase::PreOpen | Phase::Open)
    }

    /// Whether AMO are taken.
    pub fn is_amo_time(&self) -> bool {
        let since_midnight = self.now - start_of(self.day);
        !self.is_trading_day(self.day)
            || since_midnight < self.hours.amo_until
            || since_midnight >= self.hours.amo_from
    }

    fn begin_day(&mut self) {
        self.day += 1;
        self.phase = Phase::Night;
        if self.is_trading_day(self.day) {
            self.settle();
        }
    }

    fn begin_phase(&mut self, phase: Phase) {
        self.phase = phase;
        match phase {
            Phase::Night => {}
            Phase::PreOpen => {
                self.announce_market(3, "PREOP");
                self.release_amo();
            }
            Phase::Open => {
                self.announce_market(1, "OPEN");
                (0..self.instruments.len()).for_each(|instrument| self.match_all(instrument));
            }
            Phase::Closed => {
                self.announce_market(2, "CLOSE");
                self.end_resting();
            }
        }
    }
}
