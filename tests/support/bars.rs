//! A folder of daily bars that a test can bend: those of the made-up market, written as a user would have them.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "helpers of tests; clippy exempts only the tests themselves"
)]

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use prahari_brokers::{Interval, MarketData, SyntheticMarket};
use prahari_domain::calendar::CalendarHandle;
use prahari_domain::instruments::Candle;
use prahari_domain::money::Paise;
use prahari_domain::time::{Day, Timestamp};

/// The first day whose file the exchange published in the common format only.
const FIRST_OF_COMMON: &str = "2024-07-08";

/// A price as the exchange writes it: `2457.4`, without zeros at its end.
fn published(price: Paise) -> String {
    price.to_string().trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// The exchange's daily file until July 2024, with a row of a bond.
fn old_layout(day: Day, bars: &[(&str, Candle)]) -> (String, String) {
    let mut text =
        "SYMBOL,SERIES,OPEN,HIGH,LOW,CLOSE,LAST,PREVCLOSE,TOTTRDQTY,TOTTRDVAL,TIMESTAMP,TOTALTRADES,ISIN,\n"
            .to_owned();
    let date = day.format("%d-%b-%Y").to_string().to_uppercase();
    writeln!(text, "754GS2036,GS,99,99,99,99,99,99,10,990,{date},1,IN0,").expect("text");
    for (symbol, bar) in bars {
        let [open, high, low, close] = [bar.open, bar.high, bar.low, bar.close].map(published);
        let volume = bar.volume;
        writeln!(text, "{symbol},EQ,{open},{high},{low},{close},{close},{open},{volume},1.5,{date},7,INE0,")
            .expect("text");
    }
    (format!("cm{}bhav.csv", day.format("%d%b%Y").to_string().to_uppercase()), text)
}

/// The exchange's daily file since July 2024, in the format that all exchanges share.
fn common_layout(day: Day, bars: &[(&str, Candle)]) -> (String, String) {
    let mut text = "TradDt,BizDt,Sgmt,Src,FinInstrmTp,FinInstrmId,ISIN,TckrSymb,SctySrs,XpryDt,FininstrmActlXpryDt,StrkPric,OptnTp,\
                    FinInstrmNm,OpnPric,HghPric,LwPric,ClsPric,LastPric,PrvsClsgPric,UndrlygPric,SttlmPric,OpnIntrst,ChngInOpnIntrst,\
                    TtlTradgVol,TtlTrfVal,TtlNbOfTxsExctd,SsnId,NewBrdLotQty,Rmks,Rsvd1,Rsvd2,Rsvd3,Rsvd4\n"
        .to_owned();
    for (symbol, bar) in bars {
        let [open, high, low, close] = [bar.open, bar.high, bar.low, bar.close].map(published);
        let volume = bar.volume;
        writeln!(
            text,
            "{day},{day},CM,NSE,STK,1,INE0,{symbol},EQ,,,,,A NAME,{open},{high},{low},{close},{close},{open},,{close},,,{volume},1.5,\
             7,F1,1,,,,,"
        )
        .expect("text");
    }
    (format!("BhavCopy_NSE_CM_0_0_0_{}_F_0000.csv", day.format("%Y%m%d")), text)
}

/// The exchange's daily file with deliveries, a space after each comma.
fn layout_with_deliveries(day: Day, bars: &[(&str, Candle)]) -> (String, String) {
    let mut text = "SYMBOL, SERIES, DATE1, PREV_CLOSE, OPEN_PRICE, HIGH_PRICE, LOW_PRICE, LAST_PRICE, CLOSE_PRICE, AVG_PRICE, \
                    TTL_TRD_QNTY, TURNOVER_LACS, NO_OF_TRADES, DELIV_QTY, DELIV_PER\n"
        .to_owned();
    let date = day.format("%d-%b-%Y");
    for (symbol, Candle { open, high, low, close, volume, .. }) in bars {
        writeln!(
            text,
            "{symbol}, EQ, {date}, {open}, {open}, {high}, {low}, {close}, {close}, {close}, {volume}, 1.50, 7, -, -"
        )
        .expect("text");
    }
    (format!("sec_bhavdata_full_{}.csv", day.format("%d%m%Y")), text)
}

/// Bars by symbol, each symbol's oldest first.
#[derive(Clone)]
pub struct Bars(pub BTreeMap<String, Vec<Candle>>);

impl Bars {
    /// The made-up market from the start of 2018 to the middle of 2024.
    pub async fn made_up() -> Self {
        Self::made_up_until("2024-06-28").await
    }

    /// The made-up market from the start of 2018 through a day.
    pub async fn made_up_until(last: &str) -> Self {
        let day = |text: &str| text.parse::<Day>().expect("a day");
        let calendar = CalendarHandle::embedded().expect("the calendar");
        let market = SyntheticMarket::new(1, calendar, day("2018-01-01"), day(last)).expect("a market");
        let end = Timestamp::end_of(day(last));
        let mut bars = BTreeMap::new();
        for symbol in market.universe().await.expect("a universe").iter() {
            let candles = market.candles(symbol, Interval::Daily, 9_999, false, end).await.expect("candles");
            bars.insert(symbol.to_string(), candles.to_vec());
        }
        Self(bars)
    }

    /// Makes the prices of a share from a day on those of another number of shares: `new` for each `old`.
    pub fn split(&mut self, symbol: &str, from: Day, old: i64, new: i64) {
        let price = |price: Paise| Paise(price.0 * old / new);
        for bar in self.of(symbol).iter_mut().filter(|bar| bar.day >= from) {
            let [open, high, low, close] = [bar.open, bar.high, bar.low, bar.close].map(price);
            *bar = Candle { open, high, low, close, volume: bar.volume * new as u64 / old as u64, ..*bar };
        }
    }

    /// Locks a share at its upper circuit on a day: one price, few shares.
    pub fn lock(&mut self, symbol: &str, day: Day) -> Paise {
        let bars = self.of(symbol);
        let at = bars.partition_point(|bar| bar.day < day);
        let price = bars[at - 1].close.scale(120, 100).expect("a price").round_down_to(Paise(5));
        bars[at] = Candle { day, open: price, high: price, low: price, close: price, volume: 5_000 };
        price
    }

    /// Makes a share dearer: so many times its price for as many times fewer shares.
    pub fn make_dearer(&mut self, symbol: &str, times: i64) {
        let price = |price: Paise| Paise(price.0 * times);
        for bar in self.of(symbol) {
            let [open, high, low, close] = [bar.open, bar.high, bar.low, bar.close].map(price);
            *bar = Candle { open, high, low, close, volume: bar.volume / times as u64, ..*bar };
        }
    }

    /// Lets a share go untraded from one day through another: the price of before, and no volume.
    pub fn suspend(&mut self, symbol: &str, from: Day, through: Day) {
        let bars = self.of(symbol);
        let at = bars.partition_point(|bar| bar.day < from);
        let close = bars[at - 1].close;
        for bar in bars[at..].iter_mut().filter(|bar| bar.day <= through) {
            *bar = Candle { day: bar.day, open: close, high: close, low: close, close, volume: 0 };
        }
    }

    /// Lists a share on a day: it has no bars before.
    pub fn list_on(&mut self, symbol: &str, day: Day) {
        self.of(symbol).retain(|bar| bar.day >= day);
    }

    /// Serves the bar of the session before again under a day without one, for every share.
    pub fn repeat_on(&mut self, closed: Day) {
        for bars in self.0.values_mut() {
            let at = bars.partition_point(|bar| bar.day < closed);
            bars.insert(at, Candle { day: closed, ..bars[at - 1] });
        }
    }

    /// Writes a file per share and answers the market argument of the command line.
    pub fn write(&self, folder: &Path) -> String {
        for (symbol, bars) in &self.0 {
            let mut text = "Date,Open,High,Low,Close,Volume\n".to_owned();
            for bar in bars {
                let Candle { day, open, high, low, close, volume } = bar;
                writeln!(text, "{day},{open},{high},{low},{close},{volume}").expect("text");
            }
            std::fs::write(folder.join(format!("{symbol}.csv")), text).expect("a file");
        }
        format!("csv:{}", folder.display())
    }

    /// Writes a file per day as the exchange does, each day in another one of its layouts, and answers the market argument of
    /// the command line.
    pub fn write_by_day(&self, folder: &Path) -> String {
        for (number, (day, bars)) in self.by_day().into_iter().enumerate() {
            let (name, text) = match number % 3 {
                0 => old_layout(day, &bars),
                1 => common_layout(day, &bars),
                _ => layout_with_deliveries(day, &bars),
            };
            std::fs::write(folder.join(name), text).expect("a file");
        }
        format!("bhavcopy:{}", folder.display())
    }

    /// Writes a file per day as the exchange published it then: another layout since July 2024, and no row of what was not
    /// traded. Answers the market argument of the command line.
    pub fn write_as_published(&self, folder: &Path) -> String {
        let common: Day = FIRST_OF_COMMON.parse().expect("a day");
        for (day, mut bars) in self.by_day() {
            bars.retain(|(_, bar)| bar.volume > 0);
            let layout = if day < common { old_layout } else { common_layout };
            let (name, text) = layout(day, &bars);
            std::fs::write(folder.join(name), text).expect("a file");
        }
        format!("bhavcopy:{}", folder.display())
    }

    fn by_day(&self) -> BTreeMap<Day, Vec<(&str, Candle)>> {
        let mut days: BTreeMap<Day, Vec<(&str, Candle)>> = BTreeMap::new();
        for (symbol, bars) in &self.0 {
            for bar in bars {
                days.entry(bar.day).or_default().push((symbol, *bar));
            }
        }
        days
    }

    fn of(&mut self, symbol: &str) -> &mut Vec<Candle> {
        self.0.get_mut(symbol).expect("a share of the made-up market")
    }
}
