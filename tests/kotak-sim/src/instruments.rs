//! The instruments that are listed, with their prices, and the files that describe them.

use serde::{Deserialize, Serialize};

use crate::time::Millis;

/// What an instrument is, as a test adds it. Prices in paise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstrumentSpec {
    /// `nse_cm`, `nse_fo`, ...
    pub segment: String,
    /// The broker's token (`pSymbol`), a number in text; of an index, the name by which quotes know it is `name`.
    pub token: String,
    /// The symbol to trade by (`pTrdSymbol`), e.g. `DEMO-EQ`.
    pub trading_symbol: String,
    /// The short name (`pSymbolName`), e.g. `DEMO`.
    pub name: String,
    /// The series (`pGroup`); `""` for an index.
    pub series: String,
    /// The ISIN, `""` without one.
    pub isin: String,
    /// The long name.
    pub description: String,
    /// `pInstType`: `""` for shares, `FUTSTK`, `OPTSTK`.
    pub kind: String,
    /// `CE`, `PE` or `""`.
    pub option: String,
    /// Smallest step of prices.
    pub tick: i64,
    /// Lot.
    pub lot: i64,
    /// Orders above are rejected; `None` is written 99999999.
    pub freeze: Option<i64>,
    /// Lower circuit; 0 without.
    pub low: i64,
    /// Upper circuit; 0 without.
    pub high: i64,
    /// Close of the day before.
    pub close: i64,
    /// `lExpiryDate ` as it stands in the file; -1 without.
    pub expiry: i64,
    /// Strike; -1 without.
    pub strike: i64,
}

impl InstrumentSpec {
    /// A share of series `EQ` on NSE with a tick of 5 paise and a band of 10 % around `close`.
    pub fn share(token: &str, name: &str, isin: &str, close: i64) -> Self {
        Self {
            segment: "nse_cm".to_owned(),
            token: token.to_owned(),
            trading_symbol: format!("{name}-EQ"),
            name: name.to_owned(),
            series: "EQ".to_owned(),
            isin: isin.to_owned(),
            description: format!("{name} LTD"),
            kind: String::new(),
            option: String::new(),
            tick: 5,
            lot: 1,
            freeze: Some(999_900),
            low: close * 9 / 10 / 5 * 5,
            high: close * 11 / 10 / 5 * 5,
            close,
            expiry: -1,
            strike: -1,
        }
    }

    /// The same in another series.
    pub fn in_series(mut self, series: &str) -> Self {
        self.series = series.to_owned();
        self.trading_symbol = format!("{}-{series}", self.name);
        self
    }

    /// The same with another tick and band.
    pub fn with_band(mut self, tick: i64, low: i64, high: i64) -> Self {
        (self.tick, self.low, self.high) = (tick, low, high);
        self
    }

    /// A contract of `nse_fo` on a share.
    pub fn contract(token: &str, symbol: &str, name: &str, kind: &str, option: &str, strike: i64) -> Self {
        Self {
            segment: "nse_fo".to_owned(),
            trading_symbol: symbol.to_owned(),
            series: "XX".to_owned(),
            kind: kind.to_owned(),
            option: option.to_owned(),
            lot: 50,
            freeze: Some(10_001),
            low: 18_000,
            high: 22_000,
            close: 20_000,
            expiry: 1_479_994_200,
            strike,
            isin: String::new(),
            description: String::new(),
            ..Self::share(token, name, "", 20_000)
        }
    }

    /// An index.
    pub fn index(token: &str, name: &str, close: i64) -> Self {
        Self {
            trading_symbol: name.to_owned(),
            series: String::new(),
            description: String::new(),
            low: 0,
            high: 0,
            ..Self::share(token, name, "", close)
        }
    }

    /// A small market of invented instruments: what a file of the exchange surprises with has one row each.
    pub fn demo() -> Vec<Self> {
        vec![
            Self::share("90001", "DEMO", "INE000A00001", 25_000).with_band(5, 22_500, 27_500),
            Self {
                freeze: None,
                ..Self::share("90101", "DEMO", "INE000A00001", 25_000)
                    .in_series("BL")
                    .with_band(5, 24_975, 25_025)
            },
            Self::share("90002", "DEMOS", "INE000A00002", 315_000).with_band(100, 300_000, 330_000),
            Self::share("90003", "DEMOT", "INE000A00003", 1_000).in_series("BE").with_band(1, 950, 1_050),
            Self::share("90005", "DEMOETF", "INF000A00005", 10_000).with_band(1, 9_000, 11_000),
            Self::share("90006", "JETDEMO", "INE000A00006", 1_100).with_band(5, 1_000, 1_200),
            Self::share("90007", "DEMO&CO", "INE000A00007", 55_000).with_band(10, 50_000, 60_000),
            Self::index("26999", "Demo 50", 1_002_000),
            Self::contract("70001", "DEMO26NOVFUT", "DEMO", "FUTSTK", "XX", -1),
            Self::contract("70002", "DEMO26NOV250CE", "DEMO", "OPTSTK", "CE", 25_000),
        ]
    }
}

/// An instrument with what is known of its market now.
#[derive(Debug, Clone)]
pub struct Instrument {
    /// What it is.
    pub spec: InstrumentSpec,
    /// Last price in paise; `None` until the test sets one.
    pub last: Option<i64>,
    pub(crate) open: i64,
    pub(crate) high: i64,
    pub(crate) low: i64,
    pub(crate) volume: i64,
    pub(crate) last_quantity: i64,
    /// Quantity that still trades at this price; `None` is any.
    pub(crate) available: Option<i64>,
    /// What was the last price since when; for quotes that lag.
    pub(crate) past: Vec<(Millis, i64)>,
}

impl Instrument {
    pub(crate) fn new(spec: InstrumentSpec) -> Self {
        Self {
            spec,
            last: None,
            open: 0,
            high: 0,
            low: 0,
            volume: 0,
            last_quantity: 0,
            available: None,
            past: Vec::new(),
        }
    }

    /// Whether it is an index, which has quotes and is not traded.
    pub(crate) fn is_index(&self) -> bool {
        self.spec.series.is_empty()
    }

    /// `segment|token`, as feeds name it.
    pub(crate) fn key(&self) -> String {
        format!("{}|{}", self.spec.segment, self.spec.token)
    }

    /// The fake's average price of the day: the middle of what was seen.
    pub(crate) fn average(&self) -> i64 {
        (self.open + self.high + self.low + self.last.unwrap_or(0)) / 4
    }

    pub(crate) fn trade(&mut self, now: Millis, price: i64) {
        if self.open == 0 {
            (self.open, self.high, self.low) = (price, price, price);
        }
        self.high = self.high.max(price);
        self.low = self.low.min(price);
        self.last = Some(price);
        self.past.push((now, price));
    }

    /// The last price as it was known at `at`, with its time.
    pub(crate) fn price_at(&self, at: Millis) -> Option<(Millis, i64)> {
        self.past.iter().rev().find(|(since, _)| *since <= at).copied()
    }

    pub(crate) fn start_day(&mut self) {
        if let Some(last) = self.last {
            self.spec.close = last;
        }
        (self.open, self.high, self.low, self.volume, self.last_quantity) = (0, 0, 0, 0, 0);
        let keep = self.past.len().saturating_sub(1);
        self.past.drain(..keep);
    }
}

/// Paise as rupees with two decimals, as most fields have them.
pub(crate) fn rupees(paise: i64) -> String {
    let sign = if paise < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", paise.abs() / 100, paise.abs() % 100)
}

/// Rupees in text to paise: at most two decimals behind trailing zeros, no sign, no exponent.
pub(crate) fn paise(text: &str) -> Option<i64> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let decimals = decimals.trim_end_matches('0');
    let digits = |part: &str| part.chars().all(|c| c.is_ascii_digit());
    if whole.is_empty() || whole.len() > 12 || decimals.len() > 2 || !digits(whole) || !digits(decimals) {
        return None;
    }
    format!("{whole}{decimals:0<2}").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rupees_and_paise_are_each_other() {
        for (text, value) in
            [("250.75", 25_075), ("0", 0), ("3", 300), ("0.05", 5), ("12.5", 1_250), ("7.10", 710)]
        {
            assert_eq!(paise(text), Some(value), "{text}");
        }
        for text in ["", ".5", "-1", "1e3", "1.005", "1,000", " 1", "9999999999999"] {
            assert_eq!(paise(text), None, "{text}");
        }
        assert_eq!(
            (rupees(25_075), rupees(-5), rupees(100)),
            ("250.75".into(), "-0.05".into(), "1.00".into())
        );
    }
}
