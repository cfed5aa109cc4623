//! One date as the exchange sees it.

use chrono::NaiveTime;
use serde::{Deserialize, Serialize};

use crate::time::{Day, Timestamp};

use super::document::{Regime, Window};
use super::tables::{self, Special, SpecialHours};
use super::{Phase, usual_hours};

/// A stretch of one phase, start inclusive, end exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhaseWindow {
    /// The phase of the exchange.
    pub phase: Phase,
    /// Start of the phase, included.
    pub starts: Timestamp,
    /// End of the phase, not included.
    pub ends: Timestamp,
}

/// One calendar date as the exchange sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TradingDay {
    /// The date in India.
    pub day: Day,
    /// Whether any session is held on it.
    pub open: bool,
    /// Reason why it is closed, or the name of its special session; empty on an ordinary day.
    pub note: String,
    /// The phases of shares outside the closing auction, in order; empty when closed.
    pub windows: Vec<PhaseWindow>,
    /// The phases of shares in the closing auction, in order; the same before 2026-08-03.
    pub auction_windows: Vec<PhaseWindow>,
    /// Whether it is a special session, be it of ordinary or of other hours.
    pub special: bool,
    /// Whether some phases are not published and were derived: the pre-open of a short session is taken to be as
    /// long as usual and to end when trading begins, and no closing phases are known.
    pub assumed: bool,
    /// Whether no list of holidays is known for this date, so that what is said of it is presumed.
    pub presumed: bool,
    /// Whether money and shares are settled on it: not on closed days, and not on every day with a session.
    pub settlement: bool,
    /// Times at which continuous trading begins and ends on an ordinary day under the rules of this date. The hours
    /// of tasks are written for such a day and move with a special session.
    pub usual_hours: (Timestamp, Timestamp),
}

impl TradingDay {
    pub(super) fn closed(day: Day, note: String, regime: Option<&Regime>) -> Self {
        Self {
            day,
            open: false,
            note,
            windows: Vec::new(),
            auction_windows: Vec::new(),
            special: false,
            assumed: false,
            presumed: false,
            settlement: false,
            usual_hours: hours_on(day, regime),
        }
    }

    pub(super) fn ordinary(day: Day, note: &str, regime: Option<&Regime>) -> Self {
        let Some(known) = regime else {
            return Self::closed(day, "the phases of this date are not known".to_owned(), None);
        };
        let clock = Clock::new(day);
        Self {
            open: true,
            windows: clock.windows(known.windows(false)),
            auction_windows: clock.windows(known.windows(true)),
            settlement: true,
            ..Self::closed(day, note.to_owned(), regime)
        }
    }

    pub(super) fn special(day: Day, sessions: &[Special], regime: Option<&Regime>) -> Self {
        let name = tables::names(sessions);
        let Some(known) = regime else { return Self::ordinary(day, &name, None) };
        let usual = usual_hours(regime).map(|(open, close)| SpecialHours::Trading(open, close));
        if sessions.iter().map(|session| Some(&session.hours)).eq([usual.as_ref()]) {
            return Self { special: true, ..Self::ordinary(day, &name, regime) };
        }
        let clock = Clock::new(day);
        let windows = |closing_auction: bool| -> Vec<PhaseWindow> {
            let of = |session: &Special| clock.special_session(known, &session.hours, closing_auction);
            sessions.iter().flat_map(of).collect()
        };
        Self {
            open: true,
            windows: windows(false),
            auction_windows: windows(true),
            special: true,
            assumed: sessions.iter().any(|session| matches!(session.hours, SpecialHours::Trading(..))),
            settlement: true,
            ..Self::closed(day, name, regime)
        }
    }

    /// The phase at an instant, for a share in the closing auction or for others.
    pub fn phase_at(&self, at: Timestamp, closing_auction: bool) -> Phase {
        let windows = if closing_auction { &self.auction_windows } else { &self.windows };
        let current = windows.iter().find(|window| window.starts <= at && at < window.ends);
        current.map_or(Phase::Closed, |window| window.phase)
    }

    /// Returns the phase that follows at this instant's date, with its start, of shares outside the closing auction;
    /// `None` after the last phase and on a closed day.
    pub fn next_phase(&self, at: Timestamp) -> Option<(Phase, Timestamp)> {
        let windows = &self.windows;
        let ends = windows.iter().map(|window| (self.phase_at(window.ends, false), window.ends));
        let starts = windows.iter().map(|window| (window.phase, window.starts));
        starts.chain(ends).filter(|(_, instant)| *instant > at).min_by_key(|(_, instant)| *instant)
    }

    /// Returns when continuous trading runs, for shares outside the closing auction; empty on a closed day.
    pub fn continuous(&self) -> Vec<(Timestamp, Timestamp)> {
        let continuous = self.windows.iter().filter(|window| window.phase == Phase::Continuous);
        continuous.map(|window| (window.starts, window.ends)).collect()
    }

    /// Returns when continuous trading first begins and last ends; `None` on a closed day.
    pub fn hours(&self) -> Option<(Timestamp, Timestamp)> {
        let windows = self.continuous();
        Some((windows.first()?.0, windows.last()?.1))
    }
}

fn hours_on(day: Day, regime: Option<&Regime>) -> (Timestamp, Timestamp) {
    let clock = Clock::new(day);
    // Without a regime the day is closed, and nothing asks for its hours.
    usual_hours(regime)
        .map_or((clock.midnight, clock.midnight), |(open, close)| (clock.at(open), clock.at(close)))
}

/// Turns times of one date into instants with a single look into the time zone.
struct Clock {
    midnight: Timestamp,
}

impl Clock {
    fn new(day: Day) -> Self {
        Self { midnight: Timestamp::start_of(day) }
    }

    fn at(&self, time: NaiveTime) -> Timestamp {
        self.midnight.plus_millis(time.signed_duration_since(NaiveTime::MIN).num_milliseconds())
    }

    fn window(&self, window: &Window) -> PhaseWindow {
        PhaseWindow { phase: window.phase, starts: self.at(window.starts.0), ends: self.at(window.ends.0) }
    }

    fn windows(&self, windows: &[Window]) -> Vec<PhaseWindow> {
        windows.iter().map(|window| self.window(window)).collect()
    }

    fn special_session(
        &self,
        regime: &Regime,
        hours: &SpecialHours,
        closing_auction: bool,
    ) -> Vec<PhaseWindow> {
        match hours {
            SpecialHours::Unpublished => Vec::new(),
            SpecialHours::Trading(open, close) => self.short_session(regime, (*open, *close)),
            SpecialHours::Phases { closing_auction: windows, .. } if closing_auction => self.windows(windows),
            SpecialHours::Phases { ordinary, .. } => self.windows(ordinary),
        }
    }

    /// The phases before trading, moved so that they end when it begins, and trading itself.
    fn short_session(&self, regime: &Regime, (open, close): (NaiveTime, NaiveTime)) -> Vec<PhaseWindow> {
        let usual_open = usual_hours(Some(regime)).map_or(open, |(usual, _)| usual);
        let later = open.signed_duration_since(usual_open).num_milliseconds();
        let before = regime.ordinary.iter().take_while(|window| window.phase != Phase::Continuous);
        let moved = before.map(|window| {
            let PhaseWindow { phase, starts, ends } = self.window(window);
            PhaseWindow { phase, starts: starts.plus_millis(later), ends: ends.plus_millis(later) }
        });
        let trading = PhaseWindow { phase: Phase::Continuous, starts: self.at(open), ends: self.at(close) };
        moved.chain([trading]).collect()
    }
}
