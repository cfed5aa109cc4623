//! Hand-made bars for the tests of this crate.

use prahari_indicators::Bar;

use crate::alignment::{Alignment, Confirmation, Resistance, Room, Severity, Support, SupportQuality};
use crate::assessment::Assessment;
use crate::backtest::{Backtest, Exit, Trade};
use crate::dip::Dip;
use crate::quality::{ChartQuality, ChartStatus};
use crate::series::{Series, VERDICT_BARS};
use crate::signs::Signs;
use crate::verdict::{Reason, Verdict};
use crate::volume::{Steadiness, Volume, VolumeQuality};

/// A bar around one price, one percent wide, with 100,000 shares.
pub fn bar(day: i32, close: f64) -> Bar {
    Bar { day, open: close, high: close * 1.005, low: close * 0.995, close, volume: 100_000.0 }
}

/// A bar with all four prices.
pub fn candle(open: f64, high: f64, low: f64, close: f64, volume: f64) -> Bar {
    Bar { day: 0, open, high, low, close, volume }
}

/// Weekdays from 2020-01-06 (a Monday) on.
pub fn trading_days() -> impl Iterator<Item = i32> {
    (18_267..).filter(|day| (day + 3i32).rem_euclid(7) < 5)
}

/// Bars on consecutive weekdays; each opens where the one before closed.
pub fn bars_of(closes: &[f64]) -> Vec<Bar> {
    let mut previous = closes.first().copied().unwrap_or_default();
    let make = |(day, close): (i32, &f64)| {
        let open = std::mem::replace(&mut previous, *close);
        let (high, low) = (open.max(*close) * 1.008, open.min(*close) * 0.992);
        Bar { day, open, high, low, close: *close, volume: 100_000.0 }
    };
    trading_days().zip(closes).map(make).collect()
}

/// A series over closes on consecutive weekdays, RSI over ten sessions.
pub fn series_of(closes: &[f64]) -> Series {
    Series::new(bars_of(closes), 10)
}

/// A rising market with a sharp dip every 60 sessions: oversold inside an uptrend, again and again.
pub fn dipping_closes(count: usize) -> Vec<f64> {
    let shape = |step: usize| match step % 60 {
        phase @ 0..=44 => phase as f64 * 0.004,
        phase @ 45..=51 => 0.176 - (phase as f64 - 44.0) * 0.016,
        phase => 0.064 + (phase as f64 - 51.0) * 0.015,
    };
    (0..count).map(|step| 500.0 * (1.0 + step as f64 * 0.0006) * (1.0 + shape(step))).collect()
}

/// Bars of the dipping market in which every dip ends calmly, the last session being such an end: in paise.
pub fn winning_bars() -> Vec<Bar> {
    let closes: Vec<f64> = dipping_closes(1_551).iter().map(|close| close * 100.0).collect();
    let mut bars = bars_of(&closes);
    for bar in &mut bars {
        if bar.is_red() {
            bar.open = bar.close * 1.002;
            bar.high = bar.close * 1.012;
            bar.low = bar.close * 0.985;
        }
    }
    bars
}

/// Bars of a market that wanders without any generator of chance: two waves of unrelated length over a slow trend.
pub fn falling_walk(count: usize) -> Vec<Bar> {
    let close = |step: usize| {
        let step = step as f64;
        400.0 + step * 0.05 + 30.0 * (step / 17.0).sin() + 12.0 * (step / 5.3).cos()
    };
    bars_of(&(0..count).map(close).collect::<Vec<_>>())
}

/// A buy at RSI 31 that earns nothing but the base points of its verdict.
pub fn plain_buy() -> Assessment {
    Assessment {
        sessions: VERDICT_BARS,
        close: 100.0,
        rsi: 31.0,
        ema9: 104.0,
        ema200: 90.0,
        chart: ChartQuality { score: 55.0, status: ChartStatus::Poor, passed: true, sessions: 60 },
        volume: Volume {
            average: 100_000.0,
            ratio: 1.0,
            quality: VolumeQuality::Good,
            enough: true,
            strong: false,
            trend: None,
            steadiness: Steadiness::Steady,
        },
        dip: Dip {
            depth: 5.0,
            red_days: 1,
            speed: 1.0,
            slowing: false,
            green_to_red_volume: 1.0,
            support_holds: 1,
        },
        signs: Signs::default(),
        alignment: Alignment {
            score: 0,
            confirmation: Confirmation::Poor,
            severity: Severity::None,
            support: Support { level: 80.0, distance: 25.0, tests: 1, quality: SupportQuality::None },
            resistance: Resistance { level: 120.0, distance: 20.0, room: Room::Strong },
            weekly_support: None,
            volume_exhaustion: 0,
        },
        pressure: 0,
        verdict: Verdict::Buy,
        reason: Reason::OversoldInUptrend,
    }
}

/// A past with one trade of 1,000 for each gain in percent.
pub fn past(gains: &[f64], hold_return: f64) -> Backtest {
    let trade = |gain: &f64| Trade {
        entered_on: 0,
        exited_on: 1,
        buys: 1,
        invested: 1_000.0,
        profit: gain * 10.0,
        exit: Exit::Target,
    };
    Backtest { trades: gains.iter().map(trade).collect(), hold_return }
}
