//! How the strategy would have done with one symbol: one pass over its days, each decided with what was known at its close.
//!
//! A signal is RSI under the oversold level above the 200-session average, confirmed by the same verdict as a live one. It
//! buys at the next day's open, for Rs 50,000. Further buys follow the RSI ladder, at most one a day. The target is EMA9 at the
//! close of the day of the last buy; it is reached when a later day's high touches it. RSI above the exit level sells at the
//! close. What is still held at the end is valued at the last close and counts as a trade.

use prahari_indicators::Bar;

use crate::assessment::assess;
use crate::measures::{percent, ratio};
use crate::series::{Series, View};
use crate::settings::Settings;

/// Money for each buy, in paise (reference: Rs 50,000 per position).
const MONEY_PER_BUY: f64 = 5_000_000.0;
/// RSI levels of the ladder, each a further buy (reference: averaging down).
const LADDER: [f64; 3] = [30.0, 20.0, 10.0];

/// Why a trade ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// The high touched the target.
    Target,
    /// RSI rose above the exit level.
    Recovered,
    /// The history ended.
    EndOfHistory,
}

/// One position from its first buy to its sale.
#[derive(Debug, Clone, PartialEq)]
pub struct Trade {
    /// Day of the first buy.
    pub entered_on: i32,
    /// Day of the sale.
    pub exited_on: i32,
    /// How often was bought.
    pub buys: u32,
    /// Money put in, in paise.
    pub invested: f64,
    /// Money won or lost, in paise, without charges.
    pub profit: f64,
    /// Why it ended.
    pub exit: Exit,
}

/// The trades of one symbol and what holding it would have brought.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Backtest {
    /// In the order of their ends.
    pub trades: Vec<Trade>,
    /// Gain in percent from the first to the last close.
    pub hold_return: f64,
}

impl Backtest {
    /// Tries the strategy on the bars from this day on. Earlier bars only warm the indicators up. Prices are in paise.
    pub fn run(series: &Series, from_day: i32, settings: &Settings) -> Self {
        let start = series.bars().partition_point(|bar| bar.day < from_day);
        let mut desk = Desk::default();
        for view in (start..series.bars().len()).filter_map(|index| series.at(index)) {
            desk.trade(&view, settings);
        }
        desk.finish(series.bars().last());
        let window = series.bars().get(start..).unwrap_or_default();
        Self { trades: desk.trades, hold_return: hold_return(window) }
    }

    /// Number of trades that won.
    pub fn won(&self) -> usize {
        self.trades.iter().filter(|trade| trade.profit > 0.0).count()
    }

    /// Percentage of trades that won.
    pub fn win_rate(&self) -> f64 {
        percent(self.won() as f64, self.trades.len() as f64)
    }

    /// Mean gain of a trade in percent of the money put in.
    pub fn average_profit(&self) -> f64 {
        let gains = self.trades.iter().map(|trade| percent(trade.profit, trade.invested));
        ratio(gains.sum(), self.trades.len() as f64)
    }

    /// Gain of all trades in percent of the money put in altogether.
    pub fn total_return(&self) -> f64 {
        let profit = self.trades.iter().map(|trade| trade.profit).sum();
        percent(profit, self.trades.iter().map(|trade| trade.invested).sum())
    }
}

fn hold_return(bars: &[Bar]) -> f64 {
    match (bars.first(), bars.last()) {
        (Some(first), Some(last)) => percent(last.close - first.close, first.close),
        _ => 0.0,
    }
}

/// Which rungs of the ladder are taken.
#[derive(Debug, Clone, Copy, Default)]
struct Ladder {
    /// Rungs taken from the top; a deeper one takes those above with it.
    depth: usize,
    /// RSI has been above the first rung since: the next fall starts a new cycle.
    recovered: bool,
}

impl Ladder {
    fn entered_at(rsi: f64) -> Self {
        Self { depth: rung(rsi), recovered: false }
    }

    /// Whether this close asks for a further buy, which it takes.
    fn asks(&mut self, rsi: f64) -> bool {
        let reached = rung(rsi);
        if reached == 0 {
            self.recovered = true;
            return false;
        }
        let taken = if std::mem::take(&mut self.recovered) { 0 } else { self.depth };
        self.depth = taken.max(reached);
        reached > taken
    }
}

fn rung(rsi: f64) -> usize {
    LADDER.iter().filter(|level| rsi < **level).count()
}

#[derive(Debug)]
struct Position {
    entered_on: i32,
    buys: u32,
    shares: f64,
    invested: f64,
    /// None until the close of the first day: before it that day's EMA9 is not known.
    target: Option<f64>,
    ladder: Ladder,
}

#[derive(Debug, Default)]
struct Desk {
    position: Option<Position>,
    /// A buy decided at the last close: RSI of the signal.
    ordered: Option<f64>,
    trades: Vec<Trade>,
}

impl Desk {
    /// One day: the open buys what was ordered, the day may sell, the close decides.
    fn trade(&mut self, view: &View<'_>, settings: &Settings) {
        let bought = self.buy(view.last());
        if self.sell(view, settings) {
            return;
        }
        match &mut self.position {
            Some(position) => {
                if bought {
                    position.target = view.ema9();
                }
                self.ordered = view.rsi().filter(|rsi| position.ladder.asks(*rsi));
            }
            None => self.ordered = signal(view, settings),
        }
    }

    fn buy(&mut self, bar: &Bar) -> bool {
        let Some(rsi) = self.ordered.take() else { return false };
        let shares = ratio(MONEY_PER_BUY, bar.open).floor();
        if shares < 1.0 {
            return false;
        }
        let position = self.position.get_or_insert_with(|| Position {
            entered_on: bar.day,
            buys: 0,
            shares: 0.0,
            invested: 0.0,
            target: None,
            ladder: Ladder::entered_at(rsi),
        });
        position.buys += 1;
        position.shares += shares;
        position.invested += shares * bar.open;
        true
    }

    fn sell(&mut self, view: &View<'_>, settings: &Settings) -> bool {
        let Some(position) = &self.position else { return false };
        let bar = view.last();
        let reached = position.target.filter(|target| bar.high >= *target);
        let recovered = view.rsi().is_some_and(|rsi| rsi > settings.rsi_exit);
        match (reached, recovered) {
            (Some(target), _) => self.close(bar.day, target, Exit::Target),
            (None, true) => self.close(bar.day, bar.close, Exit::Recovered),
            (None, false) => return false,
        }
        true
    }

    fn close(&mut self, day: i32, price: f64, exit: Exit) {
        let Some(position) = self.position.take() else { return };
        self.trades.push(Trade {
            entered_on: position.entered_on,
            exited_on: day,
            buys: position.buys,
            invested: position.invested,
            profit: position.shares * price - position.invested,
            exit,
        });
    }

    fn finish(&mut self, last: Option<&Bar>) {
        if let Some(bar) = last {
            self.close(bar.day, bar.close, Exit::EndOfHistory);
        }
    }
}

/// RSI of a signal that today's verdict would have confirmed.
fn signal(view: &View<'_>, settings: &Settings) -> Option<f64> {
    let rsi = view.rsi().filter(|rsi| *rsi < settings.rsi_oversold)?;
    view.ema200().filter(|average| view.last().close > *average)?;
    assess(view, None, settings).filter(|assessment| assessment.verdict.is_buy()).map(|_| rsi)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{bars_of, dipping_closes, falling_walk, trading_days};

    fn tried(bars: Vec<Bar>) -> Backtest {
        Backtest::run(&Series::new(bars, 10), i32::MIN, &lenient())
    }

    /// Candles of the hand-made markets all close at their edge; only the timing is under test here.
    fn lenient() -> Settings {
        Settings { chart_quality_enabled: false, ..Settings::default() }
    }

    #[test]
    fn rungs_are_taken_downwards_and_free_again_after_a_recovery() {
        let mut ladder = Ladder::entered_at(28.0);
        assert!(!ladder.asks(25.0), "30 is taken by the entry");
        assert!(ladder.asks(8.0), "20 may be left out");
        assert!(!ladder.asks(15.0), "and is then taken too");
        assert!(!ladder.asks(35.0));
        assert!(ladder.asks(18.0), "a new cycle");
        assert!(!ladder.asks(25.0) && !ladder.asks(17.0), "the recovery counts once");
        assert!(ladder.asks(9.0));
    }

    #[test]
    fn an_entry_above_the_ladder_leaves_it_free() {
        let mut ladder = Ladder::entered_at(33.0);
        assert!(ladder.asks(29.0));
    }

    #[test]
    fn dips_in_an_uptrend_are_bought_and_sold() {
        let backtest = tried(bars_of(&dipping_closes(900)));
        assert!(backtest.trades.len() >= 5, "{backtest:?}");
        for trade in &backtest.trades {
            assert!(trade.exited_on > trade.entered_on, "{trade:?}");
        }
        assert!(backtest.hold_return > 0.0);
    }

    #[test]
    fn a_signal_is_bought_at_the_next_open_and_never_on_its_own_day() {
        let bars = bars_of(&dipping_closes(900));
        let series = Series::new(bars, 10);
        let backtest = Backtest::run(&series, i32::MIN, &lenient());
        for trade in &backtest.trades {
            let index = series.bars().iter().position(|bar| bar.day == trade.entered_on).unwrap();
            let before = series.at(index - 1).unwrap();
            assert!(signal(&before, &lenient()).is_some(), "{trade:?}");
        }
    }

    #[test]
    fn past_trades_do_not_depend_on_the_future() {
        for bars in [bars_of(&dipping_closes(900)), falling_walk(900)] {
            let whole = tried(bars.clone());
            assert!(!whole.trades.is_empty());
            for end in (250..900).step_by(13) {
                let cut = tried(bars[..end].to_vec());
                let last_day = bars[end - 1].day;
                let finished = |backtest: &Backtest| -> Vec<Trade> {
                    let past =
                        |trade: &&Trade| trade.exit != Exit::EndOfHistory && trade.exited_on <= last_day;
                    backtest.trades.iter().filter(past).cloned().collect()
                };
                assert_eq!(finished(&cut), finished(&whole), "cut after {end} bars");
            }
        }
    }

    #[test]
    fn another_future_does_not_change_past_trades() {
        let bars = bars_of(&dipping_closes(900));
        let mut crashed = bars.clone();
        for bar in &mut crashed[600..] {
            let low = bar.low * 0.2;
            *bar = Bar { open: low, high: low * 1.01, low: low * 0.99, close: low, ..*bar };
        }
        let before = |backtest: &Backtest| -> Vec<Trade> {
            backtest.trades.iter().filter(|trade| trade.exited_on < bars[600].day).cloned().collect()
        };
        let (real, other) = (tried(bars.clone()), tried(crashed));
        assert!(before(&real).len() > 2);
        assert_eq!(before(&real), before(&other));
    }

    /// A desk that holds one position bought at 100, with a target.
    fn holding(target: Option<f64>) -> Desk {
        let ladder = Ladder::entered_at(25.0);
        let position = Position { entered_on: 0, buys: 1, shares: 10.0, invested: 1_000.0, target, ladder };
        Desk { position: Some(position), ..Desk::default() }
    }

    fn sold(desk: &mut Desk, closes: &[f64]) -> bool {
        let series = Series::new(bars_of(closes), 3);
        desk.sell(&series.latest().unwrap(), &lenient())
    }

    #[test]
    fn a_touched_target_sells_at_the_target() {
        let mut desk = holding(Some(103.0));
        assert!(sold(&mut desk, &[104.0, 103.0, 102.0, 101.0, 103.0]));
        assert_eq!((desk.trades[0].profit, desk.trades[0].exit), (30.0, Exit::Target));
    }

    #[test]
    fn the_day_of_the_first_buy_has_no_target() {
        let mut desk = holding(None);
        assert!(!sold(&mut desk, &[109.0, 106.0, 103.0, 100.0, 103.0]));
        assert!(desk.position.is_some());
    }

    #[test]
    fn a_recovered_index_sells_at_the_close() {
        let mut desk = holding(Some(500.0));
        assert!(sold(&mut desk, &[100.0, 101.0, 102.0, 103.0, 104.0]));
        assert_eq!((desk.trades[0].profit, desk.trades[0].exit), (40.0, Exit::Recovered));
    }

    #[test]
    fn what_is_held_at_the_end_counts_at_the_last_close() {
        let mut desk = holding(Some(500.0));
        desk.finish(bars_of(&[90.0]).last());
        assert_eq!((desk.trades[0].profit, desk.trades[0].exit), (-100.0, Exit::EndOfHistory));
    }

    #[test]
    fn figures_are_taken_over_all_trades() {
        let trade = |invested: f64, profit: f64| Trade {
            entered_on: 0,
            exited_on: 1,
            buys: 1,
            invested,
            profit,
            exit: Exit::Target,
        };
        let trades =
            vec![trade(1_000.0, 50.0), trade(1_000.0, -20.0), trade(3_000.0, 120.0), trade(1_000.0, 10.0)];
        let backtest = Backtest { trades, hold_return: 0.0 };
        let figures = (backtest.win_rate(), backtest.average_profit(), backtest.total_return());
        assert!((figures.0 - 75.0).abs() < 1e-9, "three of four: {figures:?}");
        assert!((figures.1 - 2.0).abs() < 1e-9, "5, -2, 4 and 1 percent: {figures:?}");
        assert!((figures.2 - 160.0 / 60.0).abs() < 1e-9, "160 of 6,000: {figures:?}");
        let none = Backtest::default();
        assert_eq!((none.win_rate(), none.average_profit(), none.total_return()), (0.0, 0.0, 0.0));
    }

    #[test]
    fn days_before_the_window_are_not_traded() {
        let from = trading_days().nth(500).unwrap();
        let series = Series::new(bars_of(&dipping_closes(900)), 10);
        let backtest = Backtest::run(&series, from, &lenient());
        assert!(!backtest.trades.is_empty());
        assert!(backtest.trades.iter().all(|trade| trade.entered_on > from));
    }
}
