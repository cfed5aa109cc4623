//! Prices, some instruments at a time and some questions at once.

use super::KotakClient;
use crate::error::{Call, KotakError};
use crate::http::reach::below;
use crate::session::Session;
use crate::wire::body;
use crate::wire::quote::QuoteRow;

/// Which part of a quote is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QuoteFilter {
    /// Everything.
    All,
    /// Last price alone.
    Last,
    /// Open, high, low and the close before.
    Ohlc,
    /// Lowest and highest price that an order may name.
    CircuitLimits,
}

impl QuoteFilter {
    const fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Last => "ltp",
            Self::Ohlc => "ohlc",
            Self::CircuitLimits => "circuit_limits",
        }
    }
}

impl KotakClient {
    /// The prices of shares by the broker's numbers, in any number. Shares may be missing in the answer, and come in any
    /// order.
    pub(crate) async fn quotes(
        &self,
        session: &Session,
        tokens: &[String],
        filter: QuoteFilter,
    ) -> Result<Vec<QuoteRow>, KotakError> {
        let mut rows = Vec::new();
        for part in tokens.chunks(self.settings.quotes_at_once.max(1)) {
            rows.extend(self.quotes_at_once(session, part, filter).await?);
        }
        Ok(rows)
    }

    async fn quotes_at_once(
        &self,
        session: &Session,
        tokens: &[String],
        filter: QuoteFilter,
    ) -> Result<Vec<QuoteRow>, KotakError> {
        let named: Vec<String> = tokens.iter().map(|token| format!("nse_cm|{token}")).collect();
        let mut url = below(&session.base, "script-details/1.0/quotes/neosymbol");
        if let Ok(mut path) = url.path_segments_mut() {
            path.push(&named.join(",")).push(filter.name());
        }
        let closed = |_| KotakError::not_sent(Call::Quotes, "the client has ended");
        let _in_flight = self.turns.quotes.acquire().await.map_err(closed)?;
        body::quotes(&self.ask(Call::Quotes, self.open_request(url)).await?)
    }
}
