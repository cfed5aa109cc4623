//! The order desk: the only way to the broker, one per user.
//!
//! It asks the risk gate, writes the intent down, waits until that is on disk, sends, and books the answer. Its state is
//! the user's [`Book`], a fold of the order journal; whatever the desk does is a journal entry first.

mod announce;
mod booking;
mod capital;
mod change;
mod closing;
mod load;
mod place;
mod pushes;
mod reconcile;
mod statement;
mod sync_fills;
mod valuation;

use std::sync::Arc;

use prahari_brokers::{MarketData, MarketError};
use prahari_domain::book::Book;
use prahari_domain::calendar::CalendarHandle;
use prahari_domain::ids::{RunId, SignalId};
use prahari_domain::instruments::Symbol;
use prahari_domain::money::Paise;
use prahari_domain::time::{Day, Timestamp};
use prahari_store::{Store, UserScope};

pub use capital::Money;
pub(crate) use closing::last_instant;
pub use reconcile::{Difference, DifferenceKind, LostOrder};
pub use statement::DailyStatement;
pub use valuation::{UnpricedPosition, Valuation};

use closing::Dates;

use crate::brokers::{Brokers, Link};
use crate::clock::Stopwatch;
use crate::deadlines::{Deadlines, TimedMarket};
use crate::events::EventBus;
use crate::halts::UserHalts;
use crate::prices::PriceJumps;
use crate::settings::Limits;
use crate::signals::SignalBoard;

/// What every desk works with. Whether a user trades on paper or live is with which of the brokers their desk is linked.
pub struct TradingServices {
    /// Where orders can go.
    pub brokers: Brokers,
    /// Where prices come from.
    pub market: Arc<dyn MarketData>,
    /// Which days and phases there are.
    pub calendar: Arc<CalendarHandle>,
    /// Where the journal is kept.
    pub store: Store,
    /// Which shares opened outside the exchange's band.
    pub jumps: PriceJumps,
}

impl TradingServices {
    /// The same, with brokers and a market whose calls end in time.
    #[must_use]
    pub fn with_deadlines(self, deadlines: Deadlines) -> Self {
        Self {
            brokers: self.brokers.with_deadlines(deadlines),
            market: Arc::new(TimedMarket::new(self.market, deadlines)),
            ..self
        }
    }
}

/// Who asks the desk for something, and when.
#[derive(Debug, Clone, Copy)]
pub struct OrderContext {
    /// The run that decides.
    pub run: RunId,
    /// The trading date the run belongs to.
    pub day: Day,
    /// The daemon's clock.
    pub now: Timestamp,
}

/// One user's desk.
pub struct Desk {
    venue: Arc<TradingServices>,
    link: Link,
    /// When the broker's book was last asked for because of pushes.
    resynced: Option<Stopwatch>,
    book: Book,
    limits: Arc<Limits>,
    halts: Arc<UserHalts>,
    /// Set until the broker's book was compared after a start or an unclear answer; nothing is sent before.
    unsettled: bool,
    /// Who is told of changes.
    events: Option<Arc<EventBus>>,
    /// Why nothing can be booked any more.
    fault: Option<String>,
    queued: booking::Queued,
    /// The signals that stand; none where there are no signals.
    signals: Option<Arc<SignalBoard>>,
    /// Orders that were closed as lost and of which nobody was told yet.
    lost: Vec<LostOrder>,
    /// Which dates are closed.
    dates: Dates,
}

impl Desk {
    /// The user's books.
    pub fn book(&self) -> &Book {
        &self.book
    }

    /// The link with the user's broker.
    pub fn link(&self) -> &Link {
        &self.link
    }

    /// Trades over another link from now on; nothing is sent before the broker's book was compared.
    pub(crate) fn relink(&mut self, link: Link) {
        self.link = link;
        self.unsettled = true;
    }

    /// The limits that hold for this user.
    pub fn limits(&self) -> &Arc<Limits> {
        &self.limits
    }

    /// What of this user is halted.
    pub fn halts(&self) -> &Arc<UserHalts> {
        &self.halts
    }

    /// Has orders name the signals of this board only.
    pub(crate) fn trade_on(&mut self, signals: Arc<SignalBoard>) {
        self.signals = Some(signals);
    }

    /// Whether a signal stands for this user.
    fn shows(&self, signal: SignalId) -> bool {
        self.signals.as_ref().is_none_or(|signals| signals.shows(self.book.user(), signal))
    }

    /// Takes over from a desk of the same user what others share with it.
    pub(crate) fn take_place_of(&mut self, other: &Self) {
        (self.limits, self.halts) = (other.limits.clone(), other.halts.clone());
        (self.events, self.signals) = (other.events.clone(), other.signals.clone());
    }

    /// Cash that open buys hold back: value and estimated charges.
    pub async fn reserved(&self, now: Timestamp) -> Paise {
        let prices = self.reference_prices(now).await;
        self.book.reserved(&|symbol| prices.iter().find(|(s, _)| s == symbol).map(|(_, price)| *price))
    }

    /// Last prices of the symbols that open market buys name; limit orders carry their own price.
    async fn reference_prices(&self, now: Timestamp) -> Vec<(Symbol, Paise)> {
        let symbols: Vec<Symbol> = self.book.open_market_buys().cloned().collect();
        self.last_prices(&symbols, now).await
    }

    /// The last prices that can be had; a market that is down has none.
    pub(crate) async fn last_prices(&self, symbols: &[Symbol], now: Timestamp) -> Vec<(Symbol, Paise)> {
        self.ask_last_prices(symbols, now).await.unwrap_or_else(|error| {
            tracing::warn!(user = %self.book.user(), %error, "last prices cannot be had");
            Vec::new()
        })
    }

    /// The last prices, or that the market is down.
    async fn ask_last_prices(
        &self,
        symbols: &[Symbol],
        now: Timestamp,
    ) -> Result<Vec<(Symbol, Paise)>, MarketError> {
        if symbols.is_empty() {
            return Ok(Vec::new());
        }
        let quotes = self.venue.market.quotes(symbols, now).await?;
        Ok(quotes.into_iter().flatten().map(|quote| (quote.symbol, quote.last)).collect())
    }

    fn scope(&self) -> UserScope {
        self.venue.store.user(self.book.user())
    }
}
