//! What is known of the shares that were asked for or pushed.

use std::collections::BTreeMap;

use prahari_domain::instruments::Symbol;
use prahari_domain::time::Timestamp;

use super::figures::Figures;
use super::tape::Tape;

/// Most shares of which something is kept; the exchange lists fewer.
pub(super) const MOST_SHARES: usize = 4_000;

/// How far the time of a trade may lie ahead of ours, in milliseconds: five minutes, more than two clocks differ. A price of later would
/// count as the newest one until that time has come.
const MOST_AHEAD_MS: i64 = 5 * 60_000;

/// What is known of a share.
#[derive(Debug, Clone)]
pub(super) struct Held {
    pub figures: Figures,
    /// When the broker last answered for it; none when only the feed told it.
    pub asked_at: Option<Timestamp>,
    pub tape: Tape,
}

/// What is known of all shares.
#[derive(Debug, Default)]
pub(super) struct Known(BTreeMap<Symbol, Held>);

impl Known {
    pub fn get(&self, symbol: &Symbol) -> Option<&Held> {
        self.0.get(symbol)
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Takes up what was told of a share by real time `now`, unless it is of a time that has not come; with the time of the answer where
    /// it was asked for. Returns whether it was taken.
    pub fn take(
        &mut self,
        symbol: &Symbol,
        figures: Figures,
        asked_at: Option<Timestamp>,
        now: Timestamp,
    ) -> bool {
        if figures.at > now.plus_millis(MOST_AHEAD_MS) {
            tracing::warn!(source = super::SOURCE, %symbol, traded_at = %figures.at, "a price of a time that has not come is not taken");
            return false;
        }
        if let Some(held) = self.0.get_mut(symbol) {
            held.figures = figures.newer(held.figures.clone());
            // With what only the other way tells, such as the volume.
            held.tape.note(&held.figures);
            held.asked_at = asked_at.or(held.asked_at);
            return true;
        }
        if self.0.len() >= MOST_SHARES {
            self.forget_one();
        }
        let mut tape = Tape::default();
        tape.note(&figures);
        self.0.insert(symbol.clone(), Held { figures, asked_at, tape });
        true
    }

    /// Forgets the share that was asked for the longest time ago.
    fn forget_one(&mut self) {
        let oldest = self.0.iter().min_by_key(|(_, held)| held.asked_at).map(|(symbol, _)| symbol.clone());
        if let Some(oldest) = oldest {
            self.0.remove(&oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    use prahari_domain::money::Paise;

    use super::*;

    fn figures(at: i64) -> Figures {
        Figures {
            last: Paise(100),
            at: Timestamp(at),
            open: None,
            high: None,
            low: None,
            previous_close: None,
            volume: None,
        }
    }

    #[test]
    fn a_price_of_a_time_that_has_not_come_is_not_taken_and_keeps_no_later_one_away() {
        let (mut known, symbol) = (Known::default(), "ABC".parse().unwrap());
        let mut take = |at: i64, now: i64| known.take(&symbol, figures(at), None, Timestamp(now));
        assert_eq!([take(1_000, 2_000), take(MOST_AHEAD_MS + 2_001, 2_000)], [true, false]);
        // Clocks differ by less.
        assert_eq!([take(3_000, 2_000), take(MOST_AHEAD_MS + 4_000, 4_000)], [true, true]);
        assert_eq!(known.get(&symbol).unwrap().figures.at, Timestamp(MOST_AHEAD_MS + 4_000));
    }

    #[test]
    fn the_share_that_was_not_asked_for_longest_makes_room() {
        let mut known = Known::default();
        for number in 0..=MOST_SHARES {
            let at = i64::try_from(number).unwrap();
            known.take(
                &format!("S{number}").parse().unwrap(),
                figures(at),
                Some(Timestamp(at)),
                Timestamp(at),
            );
        }
        assert_eq!(known.len(), MOST_SHARES);
        assert!(known.get(&"S0".parse().unwrap()).is_none() && known.get(&"S1".parse().unwrap()).is_some());
    }
}
