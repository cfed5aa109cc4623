//! The paper broker: real prices, made-up money.
//!
//! It plays the outside world, so it shares nothing with the order desk: it has its own book, found by tag, its own
//! cash and its own holdings, kept through a [`PaperStore`] so that they survive a restart. What it does is a
//! function of its settings, the market and the user's own orders.

mod account;
mod circuit;
mod intake;
mod link;
mod matching;
mod order;
mod settings;
mod store;
mod trading;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use parking_lot::RwLock;
use prahari_domain::calendar::CalendarHandle;
use prahari_domain::charges::{ChargeSchedule, ChargesError};
use prahari_domain::ids::UserId;
use prahari_domain::money::Paise;
use prahari_domain::time::Day;
use tokio::sync::{Mutex, MutexGuard};

use crate::broker::BrokerError;
use crate::link::OwnAccount;
use crate::market::MarketData;
use account::{Account, Changes, Tariff};
pub use link::PaperBrokerage;
use order::PaperOrder;
pub use settings::{PaperFaults, PaperSettings};
pub use store::{MemoryPaperStore, PaperRow, PaperStore, PaperStoreError};

/// The paper broker, for any number of users.
pub struct PaperBroker {
    settings: PaperSettings,
    market: Arc<dyn MarketData>,
    calendar: Arc<CalendarHandle>,
    tariff: Tariff,
    store: Arc<dyn PaperStore>,
    accounts: RwLock<HashMap<UserId, Arc<Desk>>>,
}

/// A user's place at the broker.
struct Desk {
    /// What [`Account::waiting`] last was; read for every user each minute, so without the lock.
    waiting: AtomicUsize,
    account: Mutex<Account>,
}

/// The paper broker cannot be set up.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PaperError {
    /// A setting makes no sense.
    #[error("the paper broker cannot work: {0}")]
    Settings(&'static str),
    /// The table of charges has no such plan.
    #[error(transparent)]
    Charges(#[from] ChargesError),
    /// The account could not be read or written.
    #[error(transparent)]
    Store(#[from] PaperStoreError),
    /// A stored account cannot be read.
    #[error("the paper account of user {user} is damaged: {reason}")]
    Damaged {
        /// The user that it belongs to.
        user: UserId,
        /// Error of the reader.
        reason: String,
    },
}

impl PaperBroker {
    /// A broker without accounts; see [`PaperBroker::open_account`].
    ///
    /// # Errors
    /// When a setting makes no sense, or the table of charges does not have the plan.
    pub fn new(
        settings: PaperSettings,
        market: Arc<dyn MarketData>,
        calendar: Arc<CalendarHandle>,
        store: Arc<dyn PaperStore>,
    ) -> Result<Self, PaperError> {
        if let Some(fault) = settings.fault() {
            return Err(PaperError::Settings(fault));
        }
        let schedule = ChargeSchedule::embedded()?;
        let tariff = Tariff { schedule, plan: schedule.plan(&settings.plan)? };
        Ok(Self { settings, market, calendar, tariff, store, accounts: RwLock::default() })
    }

    /// Opens a user's account: the kept one, or a new one with this much cash. Opening it again does nothing.
    ///
    /// How much was paid in is the caller's to say: a kept account that knows another amount was not told of a payment
    /// before its process ended, and is told now.
    ///
    /// # Errors
    /// When the store cannot be read or written, or what it holds is damaged.
    pub async fn open_account(&self, user: UserId, capital: Paise) -> Result<(), PaperError> {
        if self.find(user).is_some() {
            return Ok(());
        }
        let mut account = match self.store.load(user).await? {
            (rows, Some(kept)) => restore(user, &rows, &kept)?,
            (_, None) => Account::open(capital),
        };
        account.set_capital(capital);
        let desk = Desk { waiting: AtomicUsize::new(account.waiting()), account: Mutex::new(account) };
        let mut accounts = self.accounts.write();
        accounts.entry(user).or_insert_with(|| Arc::new(desk));
        Ok(())
    }

    /// Users for whom [`PaperBroker::has_open`] holds, ascending.
    pub fn users_with_open(&self) -> Vec<UserId> {
        let accounts = self.accounts.read();
        let mut users: Vec<UserId> =
            accounts.iter().filter(|(_, desk)| desk.has_open()).map(|(user, _)| *user).collect();
        users.sort_unstable();
        users
    }

    fn find(&self, user: UserId) -> Option<Arc<Desk>> {
        self.accounts.read().get(&user).cloned()
    }

    fn desk(&self, user: UserId) -> Result<Arc<Desk>, BrokerError> {
        self.find(user).ok_or_else(|| intake::refuse(format!("user {user} has no paper account")))
    }

    /// Writes down what changed. Memory is ahead of the store when that fails, so the caller cannot know what will be
    /// found after a restart.
    async fn save(&self, user: UserId, account: &mut Account, today: Day) -> Result<(), BrokerError> {
        let changes = account.take_changes(today).map_err(|error| BrokerError::Unclear(error.to_string()))?;
        let Some(Changes { rows, account }) = changes else { return Ok(()) };
        self.store.save(user, rows, account).await.map_err(|error| BrokerError::Unclear(error.to_string()))
    }
}

impl Desk {
    fn has_open(&self) -> bool {
        self.waiting.load(Ordering::Acquire) > 0
    }

    /// The account, whose count of waiting orders is brought up to date when the guard goes.
    async fn lock(&self) -> AccountGuard<'_> {
        AccountGuard { account: self.account.lock().await, waiting: &self.waiting }
    }
}

/// Holds the lock of one account.
struct AccountGuard<'a> {
    account: MutexGuard<'a, Account>,
    waiting: &'a AtomicUsize,
}

impl Drop for AccountGuard<'_> {
    fn drop(&mut self) {
        self.waiting.store(self.account.waiting(), Ordering::Release);
    }
}

/// Reads a stored account from its rows, for checks of a database without a broker.
///
/// # Errors
/// [`PaperError::Damaged`] when a row does not read back.
pub fn read_account(user: UserId, rows: &[PaperRow], kept: &[u8]) -> Result<OwnAccount, PaperError> {
    Ok(restore(user, rows, kept)?.view())
}

fn restore(user: UserId, rows: &[PaperRow], kept: &[u8]) -> Result<Account, PaperError> {
    let damaged = |error: postcard::Error| PaperError::Damaged { user, reason: error.to_string() };
    let orders: Result<Vec<PaperOrder>, _> = rows.iter().map(|row| PaperOrder::read(&row.data)).collect();
    Ok(Account::restore(account::Kept::read(kept).map_err(damaged)?, orders.map_err(damaged)?))
}

#[cfg(test)]
pub(crate) mod tests;
