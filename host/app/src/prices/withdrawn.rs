//! Jumps that prices do not have any more, because an action was taken back or explains them.

use std::collections::BTreeSet;

use prahari_brokers::{Interval, MarketData, MarketError};
use prahari_domain::instruments::{Candle, Symbol};
use prahari_domain::price_jump::PriceJump;
use prahari_domain::time::{Day, Timestamp};

use super::jumps::{PriceJumps, SESSIONS};

impl PriceJumps {
    /// The days of the last 250 sessions on which a share jumps by the actions that count now.
    ///
    /// # Errors
    /// When the market cannot be asked.
    pub(crate) async fn days_of(
        &self,
        market: &dyn MarketData,
        symbol: &Symbol,
        now: Timestamp,
    ) -> Result<BTreeSet<Day>, MarketError> {
        let history = market.candles(symbol, Interval::Daily, SESSIONS + 1, true, now).await?;
        let (factors, raw) = (self.factors(), market.is_raw(history.source()));
        let bars: Vec<Candle> = history.iter().copied().collect();
        let jumps = PriceJump::all_of(symbol, &bars);
        Ok(jumps.iter().filter(|jump| factors.leaves_unexplained(jump, raw)).map(|jump| jump.day).collect())
    }
}
