//! What a buy signal says of the past of its share.
//!
//! The record of a signal is released and cannot get another field, so the figures are reason codes such as `trades=12`:
//! whoever publishes a buy writes them with [`Past::codes`], whoever asks something of the past reads them with [`Past::of`].

/// What the rules would have done with a share over the last years.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Past {
    /// Trades from the first buy to the sale.
    pub trades: u32,
    /// Those of them that won.
    pub won: u32,
    /// Mean gain of a trade in percent of the money put in.
    pub average_profit: f64,
    /// Gain of all trades in percent of the money put in altogether.
    pub total_return: f64,
}

const TRADES: &str = "trades";
const WON: &str = "won";
const AVERAGE_PROFIT: &str = "average_profit_pct";
const TOTAL_RETURN: &str = "total_return_pct";
/// Parts of a percent that a code tells.
const PARTS: f64 = 10_000.0;

impl Past {
    /// Part of the trades that won, in percent; 0 without a trade.
    pub fn win_rate(&self) -> f64 {
        if self.trades == 0 { 0.0 } else { f64::from(self.won) * 100.0 / f64::from(self.trades) }
    }

    /// The codes that tell it. Percentages are rounded down to four digits, so that no bound is reached by rounding.
    pub fn codes(&self) -> [String; 4] {
        let down = |value: f64| {
            let nearest = (value * PARTS).round() / PARTS;
            if nearest <= value { nearest } else { (value * PARTS).floor() / PARTS }
        };
        [
            format!("{TRADES}={}", self.trades),
            format!("{WON}={}", self.won),
            format!("{AVERAGE_PROFIT}={}", down(self.average_profit)),
            format!("{TOTAL_RETURN}={}", down(self.total_return)),
        ]
    }

    /// What these reasons tell of the past; `None` when one of its codes is missing or no number.
    pub fn of(reasons: &[String]) -> Option<Self> {
        let text = |name: &str| {
            let named = |reason: &String| reason.strip_prefix(name)?.strip_prefix('=').map(str::to_owned);
            reasons.iter().find_map(named)
        };
        let number = |name: &str| text(name)?.parse::<f64>().ok().filter(|value| value.is_finite());
        Some(Self {
            trades: text(TRADES)?.parse().ok()?,
            won: text(WON)?.parse().ok()?,
            average_profit: number(AVERAGE_PROFIT)?,
            total_return: number(TOTAL_RETURN)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAST: Past = Past { trades: 12, won: 9, average_profit: 2.4137, total_return: -0.25 };

    #[test]
    fn what_is_written_is_read_among_other_reasons() {
        let mut reasons = vec!["hammer".to_owned(), "trades_many".to_owned()];
        reasons.extend(PAST.codes());
        assert_eq!(Past::of(&reasons), Some(PAST));
        assert_eq!(PAST.win_rate(), 75.0);
        assert_eq!(
            PAST.codes().join(" "),
            "trades=12 won=9 average_profit_pct=2.4137 total_return_pct=-0.25"
        );
    }

    #[test]
    fn percentages_are_rounded_down() {
        let past = Past { average_profit: 1.499_999, total_return: -0.000_01, ..PAST };
        let read = Past::of(&past.codes()).unwrap();
        assert_eq!((read.average_profit, read.total_return), (1.4999, -0.0001));
        let even = Past { average_profit: 1.5, ..PAST };
        assert_eq!(Past::of(&even.codes()).unwrap().average_profit, 1.5);
    }

    #[test]
    fn a_code_that_is_missing_or_no_number_leaves_the_past_unknown() {
        assert_eq!(Past::of(&[]), None);
        for spoilt in ["", "trades=", "trades=-1", "trades=many"] {
            let mut reasons = PAST.codes();
            reasons[0] = spoilt.to_owned();
            assert_eq!(Past::of(&reasons), None, "{spoilt}");
        }
        for spoilt in ["average_profit_pct=NaN", "average_profit_pct=inf"] {
            let mut reasons = PAST.codes();
            reasons[2] = spoilt.to_owned();
            assert_eq!(Past::of(&reasons), None, "{spoilt}");
        }
        assert_eq!(Past { trades: 0, ..PAST }.win_rate(), 0.0);
    }
}
