//! The order desk: the only way to the broker, one per user.
//!
//! It asks the risk gate, writes the intent down, waits until that is on disk, sends, and books the answer. Its state is
//! the user's [`Book`], a fold of the order journal; whatever the desk does is a journal entry first.

mod announce;
mod capital;
mod change;
mod close_day;
mod place;
mod pulse;
mod reconcile;
mod valuation;

use std::sync::Arc;

use prahari_brokers::{Broker, MarketData};
use prahari_domain::book::{Applied, Book};
use prahari_domain::calendar::CalendarHandle;
use prahari_domain::ids::{OrderId, RunId, UserId};
use prahari_domain::instruments::Symbol;
use prahari_domain::money::Paise;
use prahari_domain::orders::{JournalEntry, Order, OrderEvent};
use prahari_domain::time::{Day, Timestamp};
use prahari_store::{Store, UserScope};

pub use capital::Money;
pub use close_day::Statement;
pub use reconcile::{Difference, DifferenceKind};
pub use valuation::{UnpricedPosition, Valuation};

use crate::deadlines::{Deadlines, TimedBroker, TimedMarket};
use crate::error::AppError;
use crate::events::EventBus;
use crate::settings::Limits;

/// What every desk works with: linked once, at the start. Whether trading is paper or live is which broker stands here.
pub struct Venue {
    /// Where orders go.
    pub broker: Arc<dyn Broker>,
    /// Where prices come from.
    pub market: Arc<dyn MarketData>,
    /// Which days and phases there are.
    pub calendar: Arc<CalendarHandle>,
    /// Where the journal is kept.
    pub store: Store,
}

impl Venue {
    /// The same, with a broker and a market whose calls end in time.
    #[must_use]
    pub fn with_deadlines(self, deadlines: Deadlines) -> Self {
        Self {
            broker: Arc::new(TimedBroker::new(self.broker, deadlines)),
            market: Arc::new(TimedMarket::new(self.market, deadlines)),
            ..self
        }
    }
}

/// Who asks the desk for something, and when.
#[derive(Debug, Clone, Copy)]
pub struct Occasion {
    /// The run that decides.
    pub run: RunId,
    /// The trading date the run belongs to.
    pub day: Day,
    /// The daemon's clock.
    pub now: Timestamp,
}

/// One user's desk.
pub struct Desk {
    venue: Arc<Venue>,
    book: Book,
    limits: Arc<Limits>,
    /// Set until the broker's book was compared after a start or an unclear answer; nothing is sent before.
    unsettled: bool,
    /// Who is told of changes.
    events: Option<Arc<EventBus>>,
}

impl Desk {
    /// Rebuilds a user's desk, into which `capital` was paid altogether, from the last snapshot and the journal after it. Nothing is sent before [`Desk::reconcile`].
    ///
    /// # Errors
    /// When the store cannot be read, or its journal does not fold.
    pub async fn load(
        venue: Arc<Venue>,
        user: UserId,
        capital: Paise,
        limits: Arc<Limits>,
    ) -> Result<Self, AppError> {
        let scope = venue.store.user(user);
        let (mut book, after) = match scope.load_snapshot().await? {
            Some((sequence, bytes)) => (Book::from_snapshot(&bytes)?, sequence),
            None => (Book::open(user, capital), 0),
        };
        for entry in scope.load_journal(after).await? {
            book.apply(&entry)?;
        }
        // The journal is about orders; what was paid in since the snapshot is known to the caller.
        book.set_capital(capital);
        Ok(Self { venue, book, limits, unsettled: true, events: None })
    }

    /// The user's books.
    pub fn book(&self) -> &Book {
        &self.book
    }

    /// The limits that hold for this user.
    pub fn limits(&self) -> &Arc<Limits> {
        &self.limits
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

    pub(crate) async fn last_prices(&self, symbols: &[Symbol], now: Timestamp) -> Vec<(Symbol, Paise)> {
        if symbols.is_empty() {
            return Vec::new();
        }
        let quotes = self.venue.market.quotes(symbols, now).await.unwrap_or_default();
        quotes.into_iter().flatten().map(|quote| (quote.symbol, quote.last)).collect()
    }

    fn scope(&self) -> UserScope {
        self.venue.store.user(self.book.user())
    }

    /// Applies an event to the book and gives back what has to be written for it.
    fn enter(&mut self, order: OrderId, at: Timestamp, event: OrderEvent) -> Result<Entered, AppError> {
        let entry = JournalEntry { sequence: self.book.next_sequence(), order, at, event };
        Ok(match self.book.apply(&entry)? {
            Applied::Changed(order) => {
                tracing::trace!(%order.id, event = entry.event.name(), "journal");
                Entered(Some((entry, order)))
            }
            Applied::Nothing => Entered(None),
        })
    }

    /// Applies an event and queues it for the journal.
    async fn record(&mut self, order: OrderId, at: Timestamp, event: OrderEvent) -> Result<(), AppError> {
        let Entered(Some((entry, order))) = self.enter(order, at, event)? else { return Ok(()) };
        let news = self.news_of(&entry.event, &order);
        self.scope().append_journal(vec![entry], vec![order]).await?;
        self.announce(news);
        Ok(())
    }

    /// Applies events and returns when all of them are on disk, in one commit.
    async fn record_durably(
        &mut self,
        at: Timestamp,
        events: impl IntoIterator<Item = (OrderId, OrderEvent)>,
    ) -> Result<(), AppError> {
        let mut entries = Vec::new();
        let mut orders: Vec<Order> = Vec::new();
        let mut news = Vec::new();
        for (order, event) in events {
            if let Entered(Some((entry, order))) = self.enter(order, at, event)? {
                news.extend(self.news_of(&entry.event, &order));
                entries.push(entry);
                orders.retain(|earlier| earlier.id != order.id);
                orders.push(order);
            }
        }
        self.scope().append_journal_durable(entries, orders).await?;
        self.announce(news);
        Ok(())
    }
}

/// A journal entry that changed the book, with the order as it is now; `None` when it was known already.
struct Entered(Option<(JournalEntry, Order)>);
