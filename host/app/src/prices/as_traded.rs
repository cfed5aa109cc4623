//! Prices of past days as they were traded: bars are in the prices of the day on which they are asked for, which nobody who tells
//! of what happened wants to read.

use prahari_brokers::Interval;
use prahari_domain::instruments::{Candle, Symbol};
use prahari_domain::price_jump::PriceJump;
use prahari_domain::time::{Day, Timestamp};

use super::jumps::under_own_name;
use crate::desk::TradingServices;

/// Bars that are asked for: that of the day, and one for a source that counts a running one apart.
const BARS: u32 = 2;

impl TradingServices {
    /// Returns the bar of a day of a share that has this symbol on `until`, in the prices of that day: what is asked on its evening
    /// knows no later action. A price that is computed back from a later one would be rounded twice. `None` where no source with
    /// prices as traded has it, or where it cannot be asked.
    pub(crate) async fn bar_as_traded(
        &self,
        symbol: &Symbol,
        (day, until): (Day, Day),
        now: Timestamp,
    ) -> Option<Candle> {
        let evening = Timestamp::start_of(day.succ_opt()?).plus_millis(-1).min(now);
        let factors = self.jumps.factors();
        let name = factors.name_on(symbol, day, until);
        let asked = self.market.candles(name, Interval::Daily, BARS, true, evening).await;
        let candles = asked
            .map_err(|error| tracing::warn!(%symbol, %error, "a bar as it was traded cannot be had"))
            .ok()?;
        let bar = candles.iter().find(|bar| bar.day == day).copied()?;
        self.market.is_raw(candles.source()).then_some(bar)
    }

    /// A jump that bars of today have, with the prices of its two days; `None` where these cannot be had.
    pub(super) async fn jump_as_traded(&self, jump: &PriceJump, now: Timestamp) -> Option<PriceJump> {
        let (symbol, today) = (&jump.symbol, now.ist_day());
        let before = self.bar_as_traded(symbol, (jump.previous_day, today), now).await?;
        let of_day = self.bar_as_traded(symbol, (jump.day, today), now).await?;
        let nights = (jump.previous_day, jump.day);
        let previous_close = under_own_name(&self.jumps.factors(), symbol, before.close, nights);
        Some(PriceJump { open: of_day.open, previous_close, ..jump.clone() })
    }
}
