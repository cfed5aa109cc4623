//! Which rung of averaging down is due.
//!
//! The rungs are RSI 30, 20 and 10. Each is taken once in a cycle; a deeper one takes those above it along, so the
//! ladder is never climbed back up. A close above 30 frees it: the next fall below 30 begins a new cycle. (The
//! reference never forgot that close and began a new cycle each day after it; here it is forgotten when it is used.)

use prahari_sdk::{Day, Position, Purpose};

use crate::cycle::Cycle;

/// The rungs, shallowest first.
const RUNGS: [u8; 3] = [30, 20, 10];
/// A close above it frees the ladder.
const FREES: f64 = 30.0;

/// Notes the newest closed session. Only closes free the ladder, so that an hour around 30 cannot begin several cycles.
pub fn observe(cycle: Cycle, closed_on: Day, closed_rsi: f64) -> Cycle {
    if closed_rsi > FREES && closed_on >= cycle.since {
        return Cycle { above_on: Some(closed_on), ..cycle };
    }
    cycle
}

/// The rung due at this RSI, with the cycle it belongs to.
///
/// # Errors
/// The reason code why none is due.
pub fn due(cycle: Cycle, position: &Position, rsi: f64, today: Day) -> Result<(u8, Cycle), &'static str> {
    let level = RUNGS.into_iter().rev().find(|level| rsi < f64::from(*level)).ok_or("rsi_above_ladder")?;
    if cycle.above_on.is_some() {
        let number = cycle.number.saturating_add(1);
        return Ok((level, Cycle { number, since: today, above_on: None, ..cycle }));
    }
    if is_taken(cycle, position, level)? { Err("level_already_taken") } else { Ok((level, cycle)) }
}

/// Whether a level was bought on this date, in whatever cycle.
pub fn was_taken_on(position: &Position, level: u8, day: Day) -> bool {
    let at_level = |purpose: &Purpose| matches!(purpose, Purpose::Reentry(rung) if rung.level == level);
    position.entries.iter().any(|entry| entry.day == day && at_level(&entry.purpose))
}

fn is_taken(cycle: Cycle, position: &Position, level: u8) -> Result<bool, &'static str> {
    let bought = position.entries.iter().filter_map(|entry| match entry.purpose {
        Purpose::Reentry(rung) if rung.cycle == cycle.number => Some(rung.level),
        _ => None,
    });
    // Buying at a level takes every rung at or above it.
    if bought.into_iter().any(|deepest| deepest <= level) {
        return Ok(true);
    }
    if cycle.number > 1 {
        return Ok(false);
    }
    // The first buy of the position stands on the ladder too.
    let entry_rsi = position.entries.first().and_then(|entry| entry.rsi).ok_or("entry_rsi_unknown")?;
    Ok(entry_rsi < f64::from(level))
}

#[cfg(test)]
mod tests {
    use super::*;
    use prahari_sdk::{PositionEntry, ReentryLevel, ScriptedHost};

    const TODAY: Day = 20_000;
    const FIRST: Cycle = Cycle { opened_on: TODAY - 1, number: 1, since: TODAY - 1, above_on: None };

    fn position(entry_rsi: Option<f64>, rungs: &[(u8, u32)]) -> Position {
        let mut position = ScriptedHost::at(TODAY, 9, 30).position("ACME", 10, 100).positions.remove(0);
        position.entries[0].rsi = entry_rsi;
        for (level, cycle) in rungs {
            let purpose = Purpose::Reentry(ReentryLevel { level: *level, cycle: *cycle });
            let rung = PositionEntry { purpose, rsi: None, ..position.entries[0].clone() };
            position.entries.push(rung);
        }
        position
    }

    fn level_due(position: &Position, rsi: f64) -> Result<u8, &'static str> {
        due(FIRST, position, rsi, TODAY).map(|(level, _)| level)
    }

    #[test]
    fn a_first_buy_takes_the_rungs_above_its_rsi() {
        let at = |entry_rsi| position(Some(entry_rsi), &[]);
        assert_eq!(level_due(&at(25.0), 29.0), Err("level_already_taken"));
        assert_eq!(level_due(&at(25.0), 19.0), Ok(20));
        assert_eq!(level_due(&at(15.0), 19.0), Err("level_already_taken"));
        assert_eq!(level_due(&at(15.0), 9.0), Ok(10));
        assert_eq!(level_due(&at(9.0), 5.0), Err("level_already_taken"));
        assert_eq!(level_due(&at(31.0), 29.0), Ok(30));
    }

    #[test]
    fn a_rung_may_be_skipped_on_the_way_down() {
        assert_eq!(level_due(&position(Some(25.0), &[]), 8.0), Ok(10));
    }

    #[test]
    fn the_ladder_is_not_climbed_back_up() {
        let bought_at_ten = position(Some(35.0), &[(10, 1)]);
        assert_eq!(level_due(&bought_at_ten, 19.0), Err("level_already_taken"));
        assert_eq!(level_due(&bought_at_ten, 29.0), Err("level_already_taken"));
        let bought_at_twenty = position(Some(35.0), &[(20, 1)]);
        assert_eq!(level_due(&bought_at_twenty, 29.0), Err("level_already_taken"));
        assert_eq!(level_due(&bought_at_twenty, 9.0), Ok(10));
    }

    #[test]
    fn nothing_is_due_at_or_above_the_highest_rung() {
        assert_eq!(level_due(&position(Some(35.0), &[]), 30.0), Err("rsi_above_ladder"));
    }

    #[test]
    fn a_first_buy_without_an_rsi_says_so_in_the_first_cycle_only() {
        let unknown = position(None, &[]);
        assert_eq!(level_due(&unknown, 19.0), Err("entry_rsi_unknown"));
        let second = Cycle { number: 2, ..FIRST };
        assert_eq!(due(second, &unknown, 19.0, TODAY).map(|(level, _)| level), Ok(20));
    }

    #[test]
    fn a_close_above_the_ladder_frees_every_rung_in_a_new_cycle() {
        let bought = position(Some(25.0), &[(20, 1), (10, 1)]);
        let freed = observe(FIRST, TODAY - 1, 35.0);
        let (level, cycle) = due(freed, &bought, 28.0, TODAY).unwrap();
        assert_eq!((level, cycle.number, cycle.above_on), (30, 2, None));
    }

    /// The reference's fault: RSI 35, 28, 27, 26 on four days made it buy level 30 three times in cycles 1, 2 and 3.
    #[test]
    fn one_close_above_the_ladder_begins_one_cycle() {
        let freed = observe(FIRST, TODAY - 1, 35.0);
        let (_, second) = due(freed, &position(Some(25.0), &[]), 28.0, TODAY).unwrap();
        let bought = position(Some(25.0), &[(30, 2)]);
        for (day, closed_rsi, rsi) in [(1, 28.0, 27.0), (2, 27.0, 26.0)] {
            let cycle = observe(second, TODAY + day - 1, closed_rsi);
            assert_eq!(due(cycle, &bought, rsi, TODAY + day), Err("level_already_taken"));
        }
    }

    #[test]
    fn a_close_from_before_the_cycle_began_does_not_free_the_ladder() {
        assert_eq!(observe(FIRST, TODAY - 2, 35.0), FIRST);
        assert_eq!(observe(FIRST, TODAY - 1, 30.0), FIRST);
    }

    #[test]
    fn a_lost_memory_is_made_up_from_the_positions_entries() {
        let bought = position(Some(25.0), &[(30, 2), (20, 2)]);
        assert_eq!(Cycle::of(&bought, None).number, 2);
        assert_eq!(Cycle::of(&bought, Some(Cycle { opened_on: TODAY - 50, number: 7, ..FIRST })).number, 2);
    }
}
