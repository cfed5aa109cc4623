//! The order desk: the only way to the broker, one per user.
//!
//! It asks the risk gate, writes the intent down, waits until that is on disk, sends, and books the answer. Its
//! state is the user's [`Book`], a fold of the order journal; whatever the desk does is a journal entry first.

mod adoption;
mod alarms;
mod announce;
mod annulled;
mod booking;
mod by_strategy;
mod capital;
mod change;
mod closing;
mod external;
mod external_sale;
mod holdings;
mod instrument;
mod load;
mod place;
mod pushes;
mod readiness;
mod reconcile;
mod sellable;
mod statement;
mod strays;
mod summary;
mod sync_fills;
mod tell;
mod their_book;
mod unknown;
mod valuation;

use std::sync::Arc;

use prahari_brokers::{MarketData, MarketError};
use prahari_domain::book::Book;
use prahari_domain::calendar::CalendarHandle;
use prahari_domain::ids::{RunId, SignalId};
use prahari_domain::instruments::Symbol;
use prahari_domain::money::Paise;
use prahari_domain::orders::TagCode;
use prahari_domain::strategies::StrategyName;
use prahari_domain::time::{Day, Timestamp};
use prahari_store::{Store, UserScope};

pub use adoption::{Decided, DifferenceDecision};
pub use alarms::OrderAlarm;
pub use annulled::FillAlarm;
pub use by_strategy::StrategyStatement;
pub use capital::Money;
pub(crate) use closing::last_instant;
pub use external::DifferenceNews;
pub(crate) use readiness::DeskReadiness;
pub use reconcile::{Difference, DifferenceKind};
pub use statement::DailyStatement;
pub use strays::{Stray, StrayNews};
pub(crate) use tell::Teller;
pub use their_book::LikeIt;
pub use unknown::{Look, Search, UnknownAlarm, UnknownOrder};
pub use valuation::{Held, UnpricedPosition, Valuation};

use closing::Dates;
use unknown::UnknownOrders;

use crate::brokers::{Brokers, Link};
use crate::clock::{Clock, Stopwatch};
use crate::deadlines::{Deadlines, TimedMarket};
use crate::events::EventBus;
use crate::halts::UserHalts;
use crate::prices::PriceJumps;
use crate::settings::Limits;
use crate::signals::ActiveSignals;

/// What every desk works with. Whether a user trades on paper or live is with which of the brokers their desk is
/// linked.
pub struct TradingServices {
    /// Brokers that users can be linked with.
    pub brokers: Brokers,
    /// Source of market data.
    pub market: Arc<dyn MarketData>,
    /// Calendar in force.
    pub calendar: Arc<CalendarHandle>,
    /// Store of the journal.
    pub store: Store,
    /// Shares that opened outside the exchange's price band.
    pub jumps: PriceJumps,
    /// The random characters of this start in the tags of new orders.
    pub tag_code: TagCode,
}

impl TradingServices {
    /// Lets the brokers of simulated accounts misbehave when they are told to, by this clock.
    #[must_use]
    pub fn with_chaos(self, clock: &Clock) -> Self {
        Self { brokers: self.brokers.with_chaos(clock), ..self }
    }

    /// Gives every call to brokers and market a deadline.
    #[must_use]
    pub fn with_deadlines(self, deadlines: Deadlines) -> Self {
        Self {
            brokers: self.brokers.with_deadlines(deadlines),
            market: Arc::new(TimedMarket::new(self.market, deadlines)),
            ..self
        }
    }
}

/// Run, strategy, trading date and time of a request to the desk.
#[derive(Debug, Clone, Copy)]
pub struct OrderContext {
    /// The run that decides.
    pub run: RunId,
    /// The strategy of its task: what it places belongs to it, and it may touch nothing of another.
    pub strategy: StrategyName,
    /// The trading date the run belongs to.
    pub day: Day,
    /// Time of the daemon's clock at the request.
    pub now: Timestamp,
}

/// The order desk of one user.
pub struct Desk {
    trading: Arc<TradingServices>,
    link: Link,
    /// When the broker's book was last asked for because of pushes.
    resynced: Option<Stopwatch>,
    book: Book,
    limits: Arc<Limits>,
    halts: Arc<UserHalts>,
    /// Set until the broker's book was compared after a start or an unclear answer; nothing is sent before.
    needs_reconcile: bool,
    /// Bus on which changes are published; none until [`Desk::announce_to`] sets it.
    events: Option<Arc<EventBus>>,
    /// By what the user is told of what is booked; none where nobody is told.
    teller: Option<Teller>,
    /// The latest date of which the user was told, as far as this process knows.
    summarised: Option<Day>,
    /// Reason why nothing can be booked any more.
    fault: Option<String>,
    queued: booking::Queued,
    /// The signals that stand; none where there are no signals.
    signals: Option<Arc<ActiveSignals>>,
    /// What is known of shares that are not from our orders.
    outside: external::Outside,
    /// What was looked at for orders of unknown outcome, and what there is to tell of them.
    unknown: UnknownOrders,
    /// Open orders at the broker that Prahari has placed and the books do not know.
    strays: strays::Strays,
    /// What is known of fills that the broker shows no more.
    annulled: annulled::Annulled,
    /// What the broker last said of the shares that may be sold.
    sellable: sellable::Sellable,
    /// Set while the last order could not be sent: the broker is asked something before the next is written down.
    unreached: bool,
    /// The closed dates.
    dates: Dates,
}

impl Desk {
    /// Returns the user's book.
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
        (self.outside, self.strays) = Default::default();
        self.needs_reconcile = true;
    }

    /// The limits that hold for this user.
    pub fn limits(&self) -> &Arc<Limits> {
        &self.limits
    }

    /// Returns the halts of this user.
    pub fn halts(&self) -> &Arc<UserHalts> {
        &self.halts
    }

    /// Lets orders refer only to signals of this set.
    pub(crate) fn trade_on(&mut self, signals: Arc<ActiveSignals>) {
        self.signals = Some(signals);
    }

    /// Returns whether a signal is active for this user.
    fn shows(&self, signal: SignalId) -> bool {
        self.signals.as_ref().is_none_or(|signals| signals.shows(self.book.user(), signal))
    }

    /// Takes over from a desk of the same user what others share with it.
    pub(crate) fn take_place_of(&mut self, other: &Self) {
        (self.limits, self.halts) = (other.limits.clone(), other.halts.clone());
        (self.events, self.signals) = (other.events.clone(), other.signals.clone());
        (self.teller, self.summarised) = (other.teller.clone(), other.summarised);
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
        let quotes = self.trading.market.quotes(symbols, now).await?;
        Ok(quotes.into_iter().flatten().map(|quote| (quote.symbol, quote.last)).collect())
    }

    fn scope(&self) -> UserScope {
        self.trading.store.user(self.book.user())
    }
}
