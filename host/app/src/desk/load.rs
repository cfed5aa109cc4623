//! Rebuilding a desk at a start, whatever is left of what was kept.

use std::sync::Arc;

use prahari_domain::book::Book;
use prahari_domain::ids::UserId;
use prahari_domain::money::Paise;
use prahari_store::{StoreError, UserScope};

use super::{Desk, Venue};
use crate::error::AppError;
use crate::halts::Halts;
use crate::settings::Limits;

impl Desk {
    /// Rebuilds a user's desk, into which `capital` was paid altogether, from the last snapshot and the journal after it.
    /// Nothing is sent before [`Desk::reconcile`].
    ///
    /// A snapshot that cannot be used is left out: the journal says the same. A journal that cannot be read or does not fold
    /// leaves a desk that shows the books up to the fault and books nothing more, see [`Desk::fault`].
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn load(
        venue: Arc<Venue>,
        user: UserId,
        capital: Paise,
        limits: Arc<Limits>,
    ) -> Result<Self, AppError> {
        let scope = venue.store.user(user);
        let (mut book, fault) = load_book(&scope, user, capital).await?;
        // The journal is about orders; what was paid in since the snapshot is known to the caller.
        book.set_capital(capital);
        let halts = Arc::new(Halts::load(&scope).await?);
        Ok(Self {
            venue,
            book,
            limits,
            halts,
            unsettled: true,
            events: None,
            fault,
            queued: Default::default(),
            signals: None,
            lost: Vec::new(),
        })
    }
}

async fn load_book(
    scope: &UserScope,
    user: UserId,
    capital: Paise,
) -> Result<(Book, Option<String>), AppError> {
    let opened = (Book::open(user, capital), 0);
    let (mut book, after) = load_snapshot(scope).await?.unwrap_or_else(|| opened.clone());
    let journal = match scope.load_journal(after).await {
        Ok(journal) => journal,
        Err(error @ (StoreError::Unreadable { .. } | StoreError::JournalGap { .. })) => {
            return Ok((book, Some(error.to_string())));
        }
        Err(error) => return Err(error.into()),
    };
    for entry in journal {
        if let Err(error) = book.apply(&entry) {
            return Ok((book, Some(error.to_string())));
        }
    }
    Ok((book, None))
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
