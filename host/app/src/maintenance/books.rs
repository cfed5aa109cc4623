//! Whether a user's books and their account at a broker that only we change say the same.

use futures::{StreamExt, stream};
use prahari_brokers::OwnAccount;
use prahari_domain::book::Book;
use prahari_domain::ids::OrderId;
use prahari_domain::money::rupees;
use prahari_domain::orders::{Fill, JournalEntry, OrderEvent};

use crate::error::AppError;
use crate::maintenance::Maintenance;

/// Number of accounts that are asked for at once, so that those that do not answer delay the start once and not one
/// after the other.
const ASKED_AT_ONCE: usize = 64;

impl Maintenance {
    /// Compares every simulated account with the user's book. A user whose account differs is halted until
    /// somebody has looked.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub(crate) async fn compare_accounts(&self) -> Result<(), AppError> {
        let asked = stream::iter(self.users.all()).map(|user| async {
            let account = user.link().simulated?;
            // One that cannot be had now is none that differs.
            Some((account.view().await.ok()?, user))
        });
        let mut accounts = asked.buffered(ASKED_AT_ONCE);
        while let Some(asked) = accounts.next().await {
            let Some((account, user)) = asked else { continue };
            let differs = difference(user.desk.lock().await.book(), &account);
            if let Some(detail) = differs {
                self.services
                    .handle_user_error(&user, AppError::AccountDiffers { user: user.id, detail })
                    .await?;
            }
        }
        Ok(())
    }
}

/// Returns how the books differ from the account, as a sentence; `None` when they agree. Fills of our orders that
/// the broker knows and the books do not know yet, as after a crash, are no difference, and neither is a payment
/// that only one of both was told of: both are made good at the next occasion.
pub fn difference(book: &Book, account: &OwnAccount) -> Option<String> {
    let missed = |(tag, fill): &(String, Fill)| {
        let order = book.order_at_broker(None, tag)?;
        (!order.fill_keys.contains(&fill.key)).then(|| (order.id, fill.clone()))
    };
    let missed: Vec<(OrderId, Fill)> = account.fills.iter().filter_map(missed).collect();
    if missed.is_empty() {
        return compare(book, account);
    }
    let mut caught_up = book.clone();
    for (order, fill) in missed {
        let sequence = caught_up.next_sequence();
        let entry = JournalEntry { sequence, order, at: fill.at, event: OrderEvent::Filled(fill) };
        if let Err(error) = caught_up.apply(&entry) {
            return Some(format!("the account has a fill that does not fit the journal: {error}"));
        }
    }
    compare(&caught_up, account)
}

fn compare(book: &Book, account: &OwnAccount) -> Option<String> {
    let cash = account.cash + (book.capital() - account.capital);
    if cash != book.cash() {
        return Some(sentence("cash", &rupees(cash), &rupees(book.cash())));
    }
    let ours: Vec<_> = book.held_symbols().map(|symbol| (symbol.clone(), book.held(symbol))).collect();
    for (symbol, held) in &ours {
        let theirs = account.holdings.get(symbol).copied().unwrap_or(0);
        if theirs != *held {
            return Some(sentence(&format!("shares of {symbol}"), &theirs, held));
        }
    }
    let unknown = account.holdings.iter().find(|(symbol, _)| !ours.iter().any(|(known, _)| known == *symbol));
    unknown.map(|(symbol, held)| sentence(&format!("shares of {symbol}"), held, &0))
}

fn sentence(what: &str, theirs: &impl std::fmt::Display, ours: &impl std::fmt::Display) -> String {
    format!("the account and the journal differ in {what}: {theirs} and {ours}")
}
