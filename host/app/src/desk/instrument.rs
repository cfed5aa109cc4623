//! What a share's orders have to keep to: what the source of the market says of it, and over that what the user's broker does.

use prahari_brokers::MarketError;
use prahari_domain::instruments::{Instrument, Symbol};
use prahari_domain::time::Timestamp;

use super::Desk;

impl Desk {
    /// Returns what the source of the market says of a share, as orders of it have to be at the user's broker. It is what a
    /// task is told as well: a limit that was made of something else would be refused each time.
    ///
    /// # Errors
    /// When the source cannot be asked.
    pub(super) async fn instrument(
        &self,
        symbol: &Symbol,
        now: Timestamp,
    ) -> Result<Option<Instrument>, MarketError> {
        let found = self.trading.market.instruments(std::slice::from_ref(symbol), now).await?;
        let known = found.into_iter().flatten().next();
        Ok(known.map(|instrument| self.as_the_broker_takes(instrument, now)))
    }

    /// Returns a share with what the user's broker says of its orders, as far as that is known now; nothing is asked for it.
    pub(crate) fn as_the_broker_takes(&self, instrument: Instrument, now: Timestamp) -> Instrument {
        match self.link.broker.share_rules(&instrument.symbol, now) {
            Some(rules) => rules.over(instrument),
            None => instrument,
        }
    }
}
