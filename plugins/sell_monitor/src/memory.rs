//! What the monitor keeps of each position from minute to minute, so that a quiet minute needs no candles.

use prahari_indicators::{WilderRsi, ema, ema_step};
use prahari_sdk::codec::{Reader, Writer};
use prahari_sdk::orders::reason_of;
use prahari_sdk::{Candle, Day, Instant, Instrument, Paise, RefusalCode, market, money};

/// The target is the nine-day exponential average.
pub const EMA_LENGTH: usize = 9;
/// Bars asked for: the facts want at least 150 for the RSI and five times its length for the average.
pub const HISTORY_BARS: u32 = 250;

const PREFIX: &str = "sell/";
const VERSION: u8 = 1;

/// Refusals that what the exchange or the broker says of the share may be the cause of.
const REFUSED_BY_RULES: [RefusalCode; 5] = [
    RefusalCode::Broker,
    RefusalCode::FreezeQuantity,
    RefusalCode::PriceBand,
    RefusalCode::Quantity,
    RefusalCode::TickSize,
];

/// A position's memory. It is good for one trading date.
#[derive(Debug, Clone, PartialEq)]
pub struct Memory {
    /// The trading date.
    pub day: Day,
    /// The levels at yesterday's close; `None` while they could not be had.
    pub levels: Option<Levels>,
    /// When the levels were last asked for.
    pub asked_at: Instant,
    /// The lowest target that lay above the price band, waiting to be placed.
    pub deferred: Option<Paise>,
    /// The reason of the last decision, so that it is not repeated each minute. Empty before the first.
    pub reason: String,
}

/// Levels at yesterday's close and what the exchange says of orders today.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Levels {
    ema9: f64,
    rsi: WilderRsi,
    /// Smallest price step.
    pub tick: Paise,
    /// Lowest price an order may name.
    pub band_low: Paise,
    /// Highest price an order may name.
    pub band_high: Paise,
    /// Largest quantity of one order.
    pub freeze: u32,
}

impl Levels {
    /// From closed bars before today; `None` when there are too few.
    pub fn new(candles: &[Candle], rsi_period: u32, instrument: &Instrument) -> Option<Self> {
        let closes = market::closes(candles);
        let ema9 = (*ema(&closes, EMA_LENGTH).last()?)?;
        let rsi = WilderRsi::from_closes(&closes, usize::try_from(rsi_period).ok()?)?;
        let mut levels = Self { ema9, rsi, tick: 0, band_low: 0, band_high: 0, freeze: 0 };
        levels.adopt(instrument);
        Some(levels)
    }

    /// Takes over what the exchange says now; bands may flex within the day.
    pub fn adopt(&mut self, instrument: &Instrument) {
        self.tick = instrument.tick;
        self.band_low = instrument.band_low;
        self.band_high = instrument.band_high;
        self.freeze = instrument.freeze_quantity;
    }

    /// The look-back that the RSI was computed with.
    pub fn rsi_period(&self) -> usize {
        self.rsi.length
    }

    /// EMA9 as if today closed at `price`; yesterday's when the share has not traded today.
    pub fn ema9(&self, price: Option<Paise>) -> f64 {
        price.map_or(self.ema9, |price| ema_step(self.ema9, money::as_number(price), EMA_LENGTH))
    }

    /// RSI as if today closed at `price`.
    pub fn rsi(&self, price: Paise) -> f64 {
        self.rsi.peek(money::as_number(price))
    }
}

impl Memory {
    /// Nothing known yet of that date.
    pub fn new(day: Day) -> Self {
        Self { day, levels: None, asked_at: Instant::MIN, deferred: None, reason: String::new() }
    }

    /// Whether the last order was refused for what may be known better now: what the broker says of a share may come after the
    /// first minute of the day, and bands move.
    pub fn was_refused_by_rules(&self) -> bool {
        REFUSED_BY_RULES.iter().any(|code| self.reason == reason_of(*code))
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
        let writer = Writer::new(VERSION)
            .int(i64::from(self.day))
            .int(self.asked_at)
            .optional_int(self.deferred)
            .text(&self.reason)
            .int(i64::from(self.levels.is_some()));
        let Some(levels) = self.levels else { return writer.finish() };
        writer
            .float(levels.ema9)
            .float(levels.rsi.up)
            .float(levels.rsi.down)
            .float(levels.rsi.last_close)
            .int(i64::try_from(levels.rsi.length).unwrap_or(0))
            .int(levels.tick)
            .int(levels.band_low)
            .int(levels.band_high)
            .int(i64::from(levels.freeze))
            .finish()
    }

    /// From the task's state; `None` when the bytes are not of this version.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(VERSION, bytes)?;
        let day = Day::try_from(reader.int()?).ok()?;
        let asked_at = reader.int()?;
        let deferred = reader.optional_int()?;
        let reason = reader.text()?;
        let levels = if reader.int()? == 0 { None } else { Some(decode_levels(&mut reader)?) };
        Some(Self { day, levels, asked_at, deferred, reason })
    }
}

fn decode_levels(reader: &mut Reader<'_>) -> Option<Levels> {
    Some(Levels {
        ema9: reader.float()?,
        rsi: WilderRsi {
            up: reader.float()?,
            down: reader.float()?,
            last_close: reader.float()?,
            length: usize::try_from(reader.int()?).ok()?,
        },
        tick: reader.int()?,
        band_low: reader.int()?,
        band_high: reader.int()?,
        freeze: u32::try_from(reader.int()?).ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use prahari_sdk::{ScriptedHost, candles_from_closes};

    fn levels() -> Levels {
        let host = ScriptedHost::at(20_000, 9, 15).share("ACME", 10_000);
        let closes: Vec<Paise> = (0..160).map(|day| 10_000 + day % 7 * 13).collect();
        Levels::new(&candles_from_closes(19_999, &closes), 10, &host.instruments["ACME"]).unwrap()
    }

    #[test]
    fn a_memory_is_read_back_as_it_was_written() {
        let mut memory = Memory::new(20_000);
        assert_eq!(Memory::decode(&memory.encode()), Some(memory.clone()));
        memory.levels = Some(levels());
        memory.deferred = Some(12_345);
        memory.reason = "sell_standing".to_owned();
        assert_eq!(Memory::decode(&memory.encode()), Some(memory));
    }

    #[test]
    fn one_step_of_the_kept_levels_equals_the_whole_series() {
        let closes: Vec<Paise> = (0..160).map(|day| 10_000 + day % 7 * 13).collect();
        let mut whole = market::closes(&candles_from_closes(19_999, &closes));
        whole.push(10_345.0);
        let levels = levels();
        assert_eq!(Some(levels.ema9(Some(10_345))), *ema(&whole, EMA_LENGTH).last().unwrap());
        assert_eq!(Some(levels.rsi(10_345)), *prahari_indicators::rsi(&whole, 10).last().unwrap());
    }

    #[test]
    fn too_few_bars_give_no_levels() {
        let host = ScriptedHost::at(20_000, 9, 15).share("ACME", 10_000);
        let bars = candles_from_closes(19_999, &[10_000; 9]);
        assert!(Levels::new(&bars, 10, &host.instruments["ACME"]).is_none());
    }
}
