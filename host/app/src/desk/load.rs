//! Rebuilding a desk at a start, whatever is left of what was kept.

use std::sync::Arc;

use prahari_domain::book::Book;
use prahari_domain::ids::UserId;
use prahari_domain::money::Paise;
use prahari_domain::time::Day;
use prahari_store::{StoreError, UserScope};

use super::annulled::Annulled;
use super::closing::Dates;
use super::external::Outside;
use super::unknown::UnknownOrders;
use super::{Desk, TradingServices};
use crate::brokers::Link;
use crate::error::AppError;
use crate::halts::UserHalts;
use crate::settings::Limits;

impl Desk {
    /// Rebuilds a user's desk, into which `capital` was paid altogether, from the last snapshot and the journal
    /// after it, on a link with their broker. Nothing is sent before [`Desk::reconcile`].
    ///
    /// A snapshot that cannot be used is left out: the journal says the same. A journal that cannot be read or does
    /// not fold leaves a desk that shows the books up to the fault and books nothing more, see [`Desk::fault`].
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn load(
        trading: Arc<TradingServices>,
        link: Link,
        user: UserId,
        capital: Paise,
        limits: Arc<Limits>,
    ) -> Result<Self, AppError> {
        let scope = trading.store.user(user);
        let Loaded { mut book, dates, fault } = load_book(&scope, user, capital).await?;
        // The journal is about orders; what was paid in since the snapshot is known to the caller.
        book.set_capital(capital);
        let halts = Arc::new(UserHalts::load(&scope).await?);
        // Where the book proves absence nothing is ever looked for.
        let unknown = if link.broker.book_proves_absence() {
            UnknownOrders::default()
        } else {
            UnknownOrders::load(&scope, &book).await
        };
        let annulled = Annulled::load(&scope, &book).await;
        let outside = Outside::load(&scope, &book).await;
        Ok(Self {
            trading,
            link,
            resynced: None,
            book,
            limits,
            halts,
            needs_reconcile: true,
            events: None,
            teller: None,
            summarised: None,
            fault,
            queued: Default::default(),
            signals: None,
            outside,
            unknown,
            strays: Default::default(),
            annulled,
            sellable: Default::default(),
            unreached: false,
            dates,
        })
    }
}

/// The books as far as they can be had, which dates are closed, and why there is no more.
struct Loaded {
    book: Book,
    dates: Dates,
    fault: Option<String>,
}

impl Loaded {
    /// Notes a fault at which the books end; of several faults the first one is kept.
    fn until(self, error: &dyn std::fmt::Display) -> Self {
        Self { fault: self.fault.or_else(|| Some(error.to_string())), ..self }
    }
}

async fn load_book(scope: &UserScope, user: UserId, capital: Paise) -> Result<Loaded, AppError> {
    let (snapshot, fault) = match load_snapshot(scope).await {
        Ok(snapshot) => (snapshot, None),
        Err(AppError::Store(error)) if is_damage(&error) => (None, Some(error.to_string())),
        Err(error) => return Err(error),
    };
    let (book, after) = snapshot.unwrap_or_else(|| (Book::open(user, capital), 0));
    let dates = Dates::new(open_from(scope).await?, (after, book.orders().count()));
    let mut loaded = Loaded { book, dates, fault };
    let journal = match scope.load_journal(after).await {
        Ok(journal) => journal,
        Err(error) if is_damage(&error) => return Ok(loaded.until(&error)),
        Err(error) => return Err(error.into()),
    };
    for entry in journal {
        if let Err(error) = loaded.book.apply(&entry) {
            return Ok(loaded.until(&error));
        }
        if after == 0 {
            loaded.dates.saw(entry.at);
        } else {
            loaded.dates.note(entry.at);
        }
    }
    Ok(loaded)
}

/// Returns whether a journal cannot be read because of what stands in it.
fn is_damage(error: &StoreError) -> bool {
    matches!(
        error,
        StoreError::Unreadable { .. } | StoreError::JournalGap { .. } | StoreError::JournalDamaged { .. }
    )
}

/// The first date that is not closed: the one after the last that is, or the one on which the user was added.
async fn open_from(scope: &UserScope) -> Result<Option<Day>, AppError> {
    match scope.last_closed_date().await? {
        Some(closed) => Ok(closed.succ_opt()),
        None => Ok(scope.find().await?.map(|user| user.created_at.ist_day())),
    }
}

/// The last snapshot with the sequence number through which it goes, if it can be used.
async fn load_snapshot(scope: &UserScope) -> Result<Option<(Book, u64)>, AppError> {
    let Some((through, bytes)) = scope.load_snapshot().await? else { return Ok(None) };
    let problem = match Book::from_snapshot(&bytes) {
        Ok(book) if book.user() == scope.id() && book.next_sequence() == through.saturating_add(1) => {
            return Ok(Some((book, through)));
        }
        Ok(_) => "it is not of this user and this place of the journal".to_owned(),
        Err(error) => error.to_string(),
    };
    tracing::warn!(user = %scope.id(), through, "a snapshot is left out and the journal folded: {problem}");
    Ok(None)
}
