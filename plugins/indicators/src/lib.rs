//! Technical indicators over daily bars: pure functions of `f64` slices, oldest value first, one answer per input value.
//!
//! An answer is `None` where the indicator has no value yet. A length of zero never has a value. Two definitions
//! are in use for several indicators; they differ in how the recursion is seeded and converge with length, so every
//! function says its seed. All of them are checked against `data/vectors.json`, which was made with TA-Lib and pandas-ta.
//!
//! - [`averages`]: simple and exponential moving averages.
//! - [`strength`]: the relative strength index, as a series and one close at a time.
//! - [`range`]: true range and its average.
//! - [`patterns`]: candle and divergence patterns.
//! - [`bars`]: the bar itself, and weekly bars made of daily ones.

pub mod averages;
pub mod bars;
pub mod patterns;
pub mod range;
pub mod strength;

pub use averages::{ema, ema_from_first, ema_step, sma};
pub use bars::{Bar, week_start, weekly};
pub use patterns::{bullish_divergence, is_bullish_engulfing, is_hammer};
pub use range::{atr, atr_from_first, true_range, true_range_from_first};
pub use strength::{WilderRsi, rsi, rsi_from_first_change};
