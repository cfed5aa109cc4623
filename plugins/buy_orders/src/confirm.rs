//! Whether a re-entry's level still holds at today's close. The position monitor finds levels within the session; a level
//! that the close no longer shows is not bought.

use prahari_indicators::WilderRsi;
use prahari_sdk::{Candle, ReentrySignal, market};

/// Bars asked for; the facts want at least 150 for the RSI.
pub const HISTORY_BARS: u32 = 250;

/// The RSI at the newest closed session.
///
/// # Errors
/// The reason code when there is no RSI, or it is not below the level.
pub fn confirm(candles: &[Candle], rsi_period: u32, wanted: ReentrySignal) -> Result<f64, &'static str> {
    let period = usize::try_from(rsi_period).unwrap_or(usize::MAX);
    let state = WilderRsi::from_closes(&market::closes(candles), period).ok_or("history_unavailable")?;
    let rsi = state.value();
    if rsi < f64::from(wanted.level) { Ok(rsi) } else { Err("rsi_recovered") }
}
