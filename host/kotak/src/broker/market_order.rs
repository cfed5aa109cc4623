//! The limit that a market order is sent with, see [`crate::protection`].

use prahari_brokers::PriceSeen;
use prahari_domain::money::Paise;
use prahari_domain::orders::OrderRequest;
use prahari_domain::time::Timestamp;

use super::KotakBroker;
use crate::protection::PriceRange;
use crate::scrip::Scrip;

impl KotakBroker {
    /// The limit of a market order. None where the price is too old or cannot be believed: then it is sent as a market order,
    /// and the broker makes a limit by its own price, which is newer.
    pub(super) async fn limit_for(
        &self,
        request: &OrderRequest,
        seen: &PriceSeen,
        now: Timestamp,
    ) -> Option<Paise> {
        if seen.minutes_old > self.settings.market_price_minutes {
            return None;
        }
        // What the order would need anyway. Where it cannot be had nothing can be sent, with a limit or without.
        let found = tokio::time::timeout(self.settings.prepare, self.scrip(&request.symbol, now)).await;
        let scrip = found.ok()?.ok()?;
        self.settings.protection.limit(request.side, seen.price, range(&scrip, seen))
    }
}

/// The prices that broker and exchange both take. The tick is the broker's, which refuses any other.
fn range(scrip: &Scrip, seen: &PriceSeen) -> PriceRange {
    let instrument = &seen.instrument;
    PriceRange {
        tick: scrip.tick,
        low: scrip.band_low.map_or(instrument.band_low, |low| low.max(instrument.band_low)),
        high: scrip.band_high.map_or(instrument.band_high, |high| high.min(instrument.band_high)),
    }
}
