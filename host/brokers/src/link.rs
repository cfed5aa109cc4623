//! What links a user with a broker, and what more there is where the money is made up.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use prahari_domain::ids::{ActionId, UserId};
use prahari_domain::instruments::Symbol;
use prahari_domain::money::Paise;
use prahari_domain::orders::Fill;
use prahari_domain::time::Timestamp;

use crate::broker::{Broker, BrokerError, BrokerEvent};
use crate::broker_session::BrokerSession;
use crate::push::PushSender;

/// A broker with which users can be linked.
#[async_trait]
pub trait Brokerage: Send + Sync {
    /// Links a user. It reads at most what is kept in this process or its database: that the broker cannot be
    /// reached shows at the first call, so that no user's link waits for the outside.
    ///
    /// # Errors
    /// When what is kept of the user cannot be used.
    async fn link(&self, new: NewLink) -> Result<BrokerLink, BrokerError>;

    /// Refuses a user of whom something is missing that trading here takes, such as credentials. It looks at what is kept in
    /// this process, its database and this machine, and asks nobody. What a user may type each day is not missing.
    ///
    /// # Errors
    /// What is missing and where it is entered, in one sentence that holds nothing of what is there.
    async fn admit(&self, _user: UserId) -> Result<(), String> {
        Ok(())
    }

    /// Returns the session of a user that has been asked for since the start, whether or not they are linked: prices may be had
    /// with it. None where nobody logs in.
    fn session(&self, user: UserId) -> Option<Arc<dyn BrokerSession>> {
        let _nobody_logs_in = user;
        None
    }
}

/// The user who is to be linked with a broker.
pub struct NewLink {
    /// User whose orders are sent over the link.
    pub user: UserId,
    /// What was paid in altogether, in paise: a simulated account is opened with it, every other broker has money
    /// of its own.
    pub capital: Paise,
    /// Takes what the broker wants to tell without being asked. A broker that pushes nothing lets it go.
    pub pushes: PushSender,
}

/// One user's link with a broker.
#[derive(Clone)]
pub struct BrokerLink {
    /// Takes the user's orders.
    pub broker: Arc<dyn Broker>,
    /// The account, where its money is made up; none where the money is real.
    pub simulated: Option<Arc<dyn SimulatedAccount>>,
    /// The session, where somebody has to log in; none where nobody has to.
    pub session: Option<Arc<dyn BrokerSession>>,
}

/// A simulated account: only our orders and payments change it. Its time is that of the last call that named one;
/// nothing happens in it between calls.
#[async_trait]
pub trait SimulatedAccount: Send + Sync {
    /// Returns whether [`SimulatedAccount::advance`] could report anything; cheap enough to ask for every user each
    /// minute.
    fn has_open(&self) -> bool;

    /// Returns what happened to the orders up to `now` and was not reported before, in the order in which it
    /// happened.
    ///
    /// # Errors
    /// [`BrokerError::Unavailable`] when it cannot be told now; nothing is lost by that.
    async fn advance(&self, now: Timestamp) -> Result<Vec<BrokerEvent>, BrokerError>;

    /// The whole account. Our books have to say the same to the paisa.
    ///
    /// # Errors
    /// [`BrokerError::Unavailable`] when it cannot be had.
    async fn view(&self) -> Result<OwnAccount, BrokerError>;

    /// Pays made-up money in or out, so that `capital` is what was paid in altogether. The caller has asked whether
    /// enough is free.
    ///
    /// # Errors
    /// [`BrokerError::Unclear`] when it may be forgotten at the next start.
    async fn set_capital(&self, capital: Paise, now: Timestamp) -> Result<(), BrokerError>;

    /// Changes what is held as a corporate action does. One that is known to be done changes nothing, and neither does
    /// taking back one that is not.
    ///
    /// # Errors
    /// [`BrokerError::Unclear`] when it may be forgotten at the next start; [`BrokerError::Refused`] when it would leave
    /// fewer shares than none, and changes nothing.
    async fn change_holdings(&self, change: &AccountChange, now: Timestamp) -> Result<(), BrokerError>;
}

/// What a corporate action changes in an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountChange {
    /// The action.
    pub action: ActionId,
    /// Whether it takes back what the action had changed.
    pub undoes: bool,
    /// By how many shares each symbol changes.
    pub shares: Vec<(Symbol, i64)>,
    /// By how much cash changes, in paise.
    pub cash: Paise,
}

/// An account that only our orders and payments change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnAccount {
    /// Paid in altogether, withdrawals taken off.
    pub capital: Paise,
    /// After every fill and charge.
    pub cash: Paise,
    /// Shares held, by symbol.
    pub holdings: BTreeMap<Symbol, u32>,
    /// The executions of the orders in the broker's book, with the tag of their order, oldest first within each.
    pub fills: Vec<(String, Fill)>,
}
