//! What is kept of each position from run to run: which cycle of the ladder it is in, and whether the RSI has been above the
//! ladder since the cycle began.

use prahari_sdk::codec::{Reader, Writer};
use prahari_sdk::{Day, Position, Purpose};

const PREFIX: &str = "cycle/";
const VERSION: u8 = 1;

/// A position's place on the ladder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cycle {
    /// When the position was opened; another date means another position of the same symbol.
    pub opened_on: Day,
    /// From 1.
    pub number: u32,
    /// The first date whose close may free the ladder for the next cycle.
    pub since: Day,
    /// The newest date since then whose close was above the ladder.
    pub above_on: Option<Day>,
}

impl Cycle {
    /// The cycle of a position: the kept one if it is of this position, otherwise the first, but never behind the
    /// position's own entries, which the host keeps.
    pub fn of(position: &Position, kept: Option<Self>) -> Self {
        let opened_on = position.opened_on;
        let first = Self { opened_on, number: 1, since: opened_on, above_on: None };
        let mut cycle = kept.filter(|kept| kept.opened_on == opened_on).unwrap_or(first);
        for entry in &position.entries {
            if let Purpose::Reentry(rung) = entry.purpose
                && rung.cycle > cycle.number
            {
                cycle = Self { opened_on, number: rung.cycle, since: entry.day, above_on: None };
            }
        }
        cycle
    }

    /// The state key of a symbol.
    pub fn key(symbol: &str) -> String {
        format!("{PREFIX}{symbol}")
    }

    /// The symbol of a state key.
    pub fn symbol_of(key: &str) -> Option<&str> {
        key.strip_prefix(PREFIX)
    }

    /// What every key begins with.
    pub fn prefix() -> &'static str {
        PREFIX
    }

    /// As bytes for the task's state.
    pub fn encode(&self) -> Vec<u8> {
        Writer::new(VERSION)
            .int(i64::from(self.opened_on))
            .int(i64::from(self.number))
            .int(i64::from(self.since))
            .optional_int(self.above_on.map(i64::from))
            .finish()
    }

    /// From the task's state; `None` when the bytes are not of this version.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(VERSION, bytes)?;
        let opened_on = Day::try_from(reader.int()?).ok()?;
        let number = u32::try_from(reader.int()?).ok()?;
        let since = Day::try_from(reader.int()?).ok()?;
        let above_on = match reader.optional_int()? {
            Some(day) => Some(Day::try_from(day).ok()?),
            None => None,
        };
        Some(Self { opened_on, number, since, above_on })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cycle_is_read_back_as_it_was_written() {
        let cycle = Cycle { opened_on: 19_990, number: 3, since: 19_995, above_on: Some(19_997) };
        assert_eq!(Cycle::decode(&cycle.encode()), Some(cycle));
        assert_eq!(Cycle::decode(&[9, 9]), None);
    }
}
