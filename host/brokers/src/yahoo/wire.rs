//! What an answer of the chart interface says: bars, that the share is not listed, or what is wrong.

use serde::Deserialize;

/// A usable answer.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Reply {
    /// Bars, perhaps none.
    Chart(Chart),
    /// The source does not know the share.
    NotListed,
}

/// The bars of an answer, as they came.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Chart {
    /// Length of time that a bar covers, such as `1d`; empty when it does not say.
    pub granularity: String,
    /// The rows, in the order of the answer.
    pub rows: Vec<Row>,
    /// Splits, bonus issues and whatever else the source divides prices by.
    pub splits: Vec<ToldSplit>,
    /// When dividends took effect, in seconds since 1970, and how many rupees a share they were.
    pub dividends: Vec<(i64, f64)>,
}

/// A split as it came: its parts are whole numbers mostly, and may be anything.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct ToldSplit {
    /// When it took effect, in seconds since 1970.
    pub at: i64,
    /// Shares after...
    pub new: f64,
    /// ...for each of these before.
    pub old: f64,
}

/// A row of an answer: prices in rupees, any of which may be missing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Row {
    /// Start of the bar, in seconds since 1970.
    pub at: i64,
    pub open: Option<f64>,
    pub high: Option<f64>,
    pub low: Option<f64>,
    pub close: Option<f64>,
    pub volume: Option<f64>,
}

/// Why a question has no usable answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Trouble {
    /// Too many requests: nobody may ask for a while.
    LockedOut,
    /// It may go well another time: no connection, no answer in time, half an answer, a fault of the server.
    Passing(String),
    /// It will not go well another time: the question itself is refused.
    Lasting(String),
}

/// Largest number of rows in an answer: a session of minutes has 375, thirty years of days 7,500.
const MOST_ROWS: usize = 20_000;

/// Largest number of splits and of dividends in an answer: four dividends in each of thirty years are 120.
const MOST_EVENTS: usize = 1_000;

/// Longest quotation of somebody else's words, in characters.
const QUOTED: usize = 120;

/// Reads an answer to a question about this symbol.
pub(super) fn read(status: u16, body: &[u8], symbol: &str) -> Result<Reply, Trouble> {
    match status {
        429 => return Err(Trouble::LockedOut),
        500.. => return Err(Trouble::Passing(format!("it answers with status {status}"))),
        300..400 => {
            return Err(Trouble::Lasting(format!("it sends elsewhere with status {status}")));
        }
        _ => {}
    }
    let Ok(envelope) = serde_json::from_slice::<Envelope>(body) else {
        let text = String::from_utf8_lossy(body);
        // Also with another status than the one for it.
        let is_lock_out = text.contains("Too Many Requests");
        let what = format!("it answers with status {status} and no chart: {:?}", short(&text));
        return Err(if is_lock_out { Trouble::LockedOut } else { Trouble::Passing(what) });
    };
    let Some(outcome) = envelope.chart.or(envelope.finance) else {
        return Err(Trouble::Passing(format!("it answers with status {status} and nothing of a chart")));
    };
    if let Some(fault) = outcome.error {
        return fault.meaning(status);
    }
    let result = outcome.result.and_then(|results| results.into_iter().next());
    match result {
        Some(result) if status == 200 => result.chart(symbol),
        _ => Err(Trouble::Passing(format!("it answers with status {status} and no result"))),
    }
}

fn short(text: &str) -> String {
    text.chars().take(QUOTED).collect()
}

#[derive(Deserialize)]
struct Envelope {
    chart: Option<Outcome>,
    finance: Option<Outcome>,
}

#[derive(Deserialize)]
struct Outcome {
    result: Option<Vec<Told>>,
    error: Option<Fault>,
}

#[derive(Deserialize)]
struct Fault {
    #[serde(default)]
    code: String,
    #[serde(default)]
    description: String,
}

impl Fault {
    fn meaning(self, status: u16) -> Result<Reply, Trouble> {
        let Self { code, description } = self;
        match status {
            404 => Ok(Reply::NotListed),
            // The time asked for lies before the first bar: that is an answer, and there is no bar in it.
            400 if description.starts_with("Data doesn't exist") => Ok(Reply::Chart(Chart::default())),
            _ if description.contains("Too Many Requests") => Err(Trouble::LockedOut),
            _ => {
                let (code, description) = (short(&code), short(&description));
                Err(Trouble::Lasting(format!("it refuses with status {status}: {code}: {description}")))
            }
        }
    }
}

#[derive(Deserialize)]
struct Told {
    meta: Meta,
    #[serde(default)]
    timestamp: Vec<i64>,
    events: Option<Events>,
    #[serde(default)]
    indicators: Indicators,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Meta {
    symbol: String,
    #[serde(default)]
    currency: Option<String>,
    #[serde(default)]
    data_granularity: Option<String>,
}

#[derive(Deserialize)]
struct Events {
    #[serde(default)]
    splits: std::collections::BTreeMap<String, Split>,
    #[serde(default)]
    dividends: std::collections::BTreeMap<String, Dividend>,
}

#[derive(Deserialize)]
struct Split {
    date: i64,
    numerator: Option<f64>,
    denominator: Option<f64>,
}

#[derive(Deserialize)]
struct Dividend {
    date: i64,
    amount: Option<f64>,
}

#[derive(Deserialize, Default)]
struct Indicators {
    #[serde(default)]
    quote: Vec<Columns>,
}

#[derive(Deserialize, Default)]
struct Columns {
    #[serde(default)]
    open: Vec<Option<f64>>,
    #[serde(default)]
    high: Vec<Option<f64>>,
    #[serde(default)]
    low: Vec<Option<f64>>,
    #[serde(default)]
    close: Vec<Option<f64>>,
    #[serde(default)]
    volume: Vec<Option<f64>>,
}

impl Told {
    fn chart(self, symbol: &str) -> Result<Reply, Trouble> {
        let meta = self.meta;
        if !meta.symbol.eq_ignore_ascii_case(symbol) {
            return Err(Trouble::Passing(format!(
                "it answers of {:?} where {symbol} was asked",
                short(&meta.symbol)
            )));
        }
        if let Some(currency) = meta.currency.filter(|currency| currency != "INR") {
            return Err(Trouble::Lasting(format!("its prices of {symbol} are in {:?}", short(&currency))));
        }
        if self.timestamp.len() > MOST_ROWS {
            return Err(Trouble::Lasting(format!("it answers with more than {MOST_ROWS} bars")));
        }
        let columns = self.indicators.quote.into_iter().next().unwrap_or_default();
        // Columns that are there are as long as the times are; one that is shorter is half an answer.
        if !columns.close.is_empty() && columns.close.len() != self.timestamp.len() {
            return Err(Trouble::Passing("it answers with half of the prices".to_owned()));
        }
        let of = |column: &[Option<f64>], at: usize| column.get(at).copied().flatten();
        let row = |(index, at): (usize, &i64)| Row {
            at: *at,
            open: of(&columns.open, index),
            high: of(&columns.high, index),
            low: of(&columns.low, index),
            close: of(&columns.close, index),
            volume: of(&columns.volume, index),
        };
        let rows = self.timestamp.iter().enumerate().map(row).collect();
        let granularity = meta.data_granularity.unwrap_or_default();
        let Some(Events { splits, dividends }) = self.events else {
            return Ok(Reply::Chart(Chart { granularity, rows, ..Chart::default() }));
        };
        if splits.len() > MOST_EVENTS || dividends.len() > MOST_EVENTS {
            return Err(Trouble::Lasting(format!(
                "it answers with more than {MOST_EVENTS} splits or dividends"
            )));
        }
        let split =
            |split: Split| Some(ToldSplit { at: split.date, new: split.numerator?, old: split.denominator? });
        let splits = splits.into_values().filter_map(split).collect();
        let dividend = |dividend: Dividend| Some((dividend.date, dividend.amount?));
        let dividends = dividends.into_values().filter_map(dividend).collect();
        Ok(Reply::Chart(Chart { granularity, rows, splits, dividends }))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOT_FOUND: &str = r#"{"chart":{"result":null,"error":{"code":"Not Found","description":"No data found, symbol may be delisted"}}}"#;
    const BEFORE: &str = r#"{"chart":{"result":null,"error":{"code":"Bad Request","description":"Data doesn't exist for startDate = 1565740800, endDate = 1596067200"}}}"#;
    const BEL: &str = r#"{"chart":{"result":[{"meta":{"currency":"INR","symbol":"BEL.NS","dataGranularity":"1d"},
        "timestamp":[1775792700,1776051900],
        "events":{"dividends":{"1692589500":{"amount":9.0,"date":1692589500}},
                  "splits":{"1730087100":{"date":1730087100,"numerator":2,"denominator":1,"splitRatio":"2:1"}}},
        "indicators":{"quote":[{"open":[441.0,null],"high":[447.45,null],"low":[440.45,null],
                                "close":[442.299987,null],"volume":[10833065,null]}],
                      "adjclose":[{"adjclose":[442.3,null]}]}}],"error":null}}"#;

    #[test]
    fn a_chart_is_read_with_its_holes_and_splits() {
        let Reply::Chart(chart) = read(200, BEL.as_bytes(), "BEL.NS").unwrap() else { panic!("no chart") };
        assert_eq!(chart.granularity, "1d");
        assert_eq!(chart.splits, [ToldSplit { at: 1_730_087_100, new: 2.0, old: 1.0 }]);
        assert_eq!(chart.dividends, [(1_692_589_500, 9.0)]);
        let row = chart.rows[0];
        assert_eq!((row.at, row.close, row.volume), (1_775_792_700, Some(442.299_987), Some(10_833_065.0)));
        assert_eq!(chart.rows[1].close, None);
    }

    #[test]
    fn times_and_columns_may_be_missing_where_there_are_no_bars() {
        for body in [
            r#"{"chart":{"result":[{"meta":{"symbol":"BEL.NS"},"indicators":{"quote":[{}]}}],"error":null}}"#,
            r#"{"chart":{"result":[{"meta":{"symbol":"BEL.NS"},"indicators":{}}],"error":null}}"#,
        ] {
            assert_eq!(read(200, body.as_bytes(), "BEL.NS"), Ok(Reply::Chart(Chart::default())), "{body}");
        }
    }

    #[test]
    fn each_refusal_has_its_meaning() {
        assert_eq!(read(404, NOT_FOUND.as_bytes(), "A.NS"), Ok(Reply::NotListed));
        assert_eq!(read(400, BEFORE.as_bytes(), "A.NS"), Ok(Reply::Chart(Chart::default())));
        assert_eq!(read(429, b"Too Many Requests", "A.NS"), Err(Trouble::LockedOut));
        assert_eq!(read(200, b"Edge: Too Many Requests", "A.NS"), Err(Trouble::LockedOut));
        let passing =
            [(503, "".as_bytes()), (200, b"<html>Will be right back</html>"), (200, b"{\"chart\":{\"res")];
        for (status, body) in passing {
            assert!(matches!(read(status, body, "A.NS"), Err(Trouble::Passing(_))), "{status}");
        }
        // A proxy's page is no word of the source about the share.
        assert!(matches!(read(404, b"<html>not here</html>", "A.NS"), Err(Trouble::Passing(_))));
        let crumb =
            br#"{"finance":{"result":null,"error":{"code":"Unauthorized","description":"Invalid Crumb"}}}"#;
        assert!(matches!(read(401, crumb, "A.NS"), Err(Trouble::Lasting(_))));
        assert!(matches!(read(302, b"", "A.NS"), Err(Trouble::Lasting(_))));
    }

    #[test]
    fn another_share_another_currency_and_half_of_the_prices_are_no_answer() {
        assert!(matches!(read(200, BEL.as_bytes(), "TCS.NS"), Err(Trouble::Passing(_))));
        let dollars = BEL.replace("INR", "USD");
        assert!(matches!(read(200, dollars.as_bytes(), "BEL.NS"), Err(Trouble::Lasting(_))));
        let half = BEL.replace("[442.299987,null]", "[442.299987]");
        assert!(matches!(read(200, half.as_bytes(), "BEL.NS"), Err(Trouble::Passing(_))));
    }

    #[test]
    fn more_bars_than_thirty_years_have_are_refused() {
        let of = |rows: usize| {
            let times = vec!["1"; rows].join(",");
            let body =
                format!(r#"{{"chart":{{"result":[{{"meta":{{"symbol":"A.NS"}},"timestamp":[{times}]}}]}}}}"#);
            read(200, body.as_bytes(), "A.NS")
        };
        assert!(matches!(of(MOST_ROWS), Ok(Reply::Chart(chart)) if chart.rows.len() == MOST_ROWS));
        assert!(matches!(of(MOST_ROWS + 1), Err(Trouble::Lasting(_))));
    }

    #[test]
    fn more_splits_or_dividends_than_any_share_has_are_refused() {
        for (list, one) in [
            ("splits", r#"{"date":1,"numerator":2,"denominator":1,"splitRatio":"2:1"}"#),
            ("dividends", r#"{"date":1,"amount":1.5}"#),
        ] {
            let of = |count: usize| {
                let events: Vec<String> = (0..count).map(|number| format!("\"{number}\":{one}")).collect();
                let events = events.join(",");
                let body = format!(
                    r#"{{"chart":{{"result":[{{"meta":{{"symbol":"A.NS"}},"events":{{"{list}":{{{events}}}}}}}]}}}}"#
                );
                read(200, body.as_bytes(), "A.NS")
            };
            let taken = |chart: &Chart| chart.splits.len() + chart.dividends.len();
            assert!(
                matches!(of(MOST_EVENTS), Ok(Reply::Chart(chart)) if taken(&chart) == MOST_EVENTS),
                "{list}"
            );
            assert!(matches!(of(MOST_EVENTS + 1), Err(Trouble::Lasting(_))), "{list}");
        }
    }

    proptest! {
        #[test]
        fn whatever_comes_is_an_answer_or_a_trouble(status in any::<u16>(), body in any::<Vec<u8>>()) {
            let _either = read(status, &body, "BEL.NS");
        }

        #[test]
        fn a_chart_in_which_something_is_replaced_has_no_more_rows_than_times(
            at in 0..BEL.len(), length in 0..40_usize, other in "[-0-9.,:\"\\[\\]{}a-z]{0,12}"
        ) {
            let end = (at + length).min(BEL.len());
            let body = [&BEL[..at], &other, &BEL[end..]].concat();
            if let Ok(Reply::Chart(chart)) = read(200, body.as_bytes(), "BEL.NS") {
                prop_assert!(chart.rows.len() <= body.matches(',').count() + 1);
            }
        }
    }
}
