//! What an operator may say of the source.

use std::time::Duration;

use prahari_domain::instruments::Symbol;

/// Settings of the source.
#[derive(Debug, Clone)]
pub struct YahooSettings {
    /// Where it is asked: scheme, host and port, without a slash at the end.
    ///
    /// Default `https://query1.finance.yahoo.com`.
    pub url: String,
    /// Shares that make up the universe; others are answered when they are asked for by name.
    ///
    /// Default: large companies that the program names. The source has no list of its own.
    pub universe: Vec<Symbol>,
    /// Most requests in a minute, at least 1.
    ///
    /// Default 30, the pace that is known to be let through. Faster is locked out sooner or later, for a quarter of an
    /// hour at least.
    pub per_minute: u32,
    /// Longest time that one request may take, its answer included.
    ///
    /// Default 20 s: an answer of ten years takes one.
    pub deadline: Duration,
    /// Longest time that a question waits for what has to be fetched. After it what is known is answered, with its
    /// time, and the fetch goes on.
    ///
    /// Default 6 s, below the deadline of whoever asks.
    pub patience: Duration,
    /// Largest number of bars in memory. The shares that were used longest ago make room; they are read from the cache
    /// when they are used again.
    ///
    /// Default 1,000,000, which takes 58 MB: five years of 800 shares.
    pub most_bars: usize,
    /// Largest number of shares of which the minutes of the running day are in memory, 20 kB each. Those that were asked for
    /// longest ago make room, and are fetched anew when they are asked for.
    ///
    /// Default 500.
    pub most_tapes: usize,
}

impl Default for YahooSettings {
    fn default() -> Self {
        Self {
            url: "https://query1.finance.yahoo.com".to_owned(),
            universe: large_companies(),
            per_minute: 30,
            deadline: Duration::from_secs(20),
            patience: Duration::from_secs(6),
            most_bars: 1_000_000,
            most_tapes: 500,
        }
    }
}

impl YahooSettings {
    /// Reads a list of shares: one symbol in a line, with or without `.NS`; empty lines and those that begin with `#` are
    /// passed over.
    ///
    /// # Errors
    /// A sentence with the line that is no symbol, or that the list is empty or too long.
    pub fn read_universe(text: &str) -> Result<Vec<Symbol>, String> {
        let mut symbols = Vec::new();
        for (number, line) in (1..).zip(text.lines()) {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let symbol = Symbol::new(line.strip_suffix(".NS").unwrap_or(line));
            symbols.push(symbol.map_err(|error| format!("line {number}: {error}"))?);
        }
        symbols.sort();
        symbols.dedup();
        match symbols.len() {
            0 => Err("the list names no share".to_owned()),
            count if count > MOST_SHARES => Err(format!("the list names more than {MOST_SHARES} shares")),
            _ => Ok(symbols),
        }
    }
}

/// Largest number of shares in a universe: more than the exchange lists.
const MOST_SHARES: usize = 5_000;

fn large_companies() -> Vec<Symbol> {
    YahooSettings::read_universe(include_str!("../../data/large-companies.txt")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_shares_is_read_sorted_and_once_each() {
        let read = YahooSettings::read_universe("# mine\nTCS.NS\n\n M&M \nTCS\nBAJAJ-AUTO\n").unwrap();
        assert_eq!(read.iter().map(Symbol::as_str).collect::<Vec<_>>(), ["BAJAJ-AUTO", "M&M", "TCS"]);
        let wrong = YahooSettings::read_universe("TCS\ntcs bank\n").unwrap_err();
        assert_eq!(wrong, "line 2: \"tcs bank\" is not a symbol: 1 to 32 of A-Z, 0-9, & and -");
        assert_eq!(YahooSettings::read_universe("#\n").unwrap_err(), "the list names no share");
        assert!(large_companies().len() > 50);
    }
}
