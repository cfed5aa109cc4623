//! One user of the running daemon: what they are, and one part for each room that works for them.

use std::sync::Arc;

use parking_lot::RwLock;
use prahari_domain::ids::{OrderId, UserId};
use prahari_store::LeftBroker;

use crate::brokers::{Link, TradingMode};
use crate::day_log::Whom;
use crate::desk::Desk;
use crate::halts::UserHalts;
use crate::ledger::UserLedger;
use crate::runs::UserRuns;
use crate::scheduler::{UserBacklog, UserPriceRuns};
use crate::services::UserServices;
use crate::settings::UserSettings;
use crate::users_admin::Access;

/// A user as the running daemon holds them. Each part belongs to the room that it comes from: only that room changes it.
pub struct User {
    /// The number by which everything of this user is found.
    pub id: UserId,
    /// The name that people see.
    pub name: String,
    /// What they may do.
    pub access: Access,
    /// What they have set.
    pub settings: UserSettings,
    /// What of theirs is halted.
    pub halts: Arc<UserHalts>,
    /// Which of their services are on.
    pub services: UserServices,
    /// What is expected of their tasks.
    pub ledger: UserLedger,
    /// What is due for them and not done yet.
    pub backlog: UserBacklog,
    /// What of theirs runs on changes of price.
    pub price_runs: UserPriceRuns,
    /// What the runs of their tasks share.
    pub runs: UserRuns,
    /// The order desk. Held for the length of one request, never across a guest's computation.
    pub desk: tokio::sync::Mutex<Desk>,
    /// The desk's link with the broker, for whoever only asks: not behind the desk's lock, which waits for the broker's answers.
    link: RwLock<Link>,
    /// The brokers that they have left, the first of them first.
    left_brokers: RwLock<Vec<LeftBroker>>,
}

impl User {
    /// A user whose desk and task memory were just loaded; no service is on.
    pub(crate) fn new(
        (id, name, access): (UserId, String, Access),
        settings: UserSettings,
        desk: Desk,
        runs: UserRuns,
    ) -> Self {
        Self {
            id,
            name,
            access,
            settings,
            halts: desk.halts().clone(),
            services: UserServices::default(),
            ledger: UserLedger::default(),
            backlog: UserBacklog::default(),
            price_runs: UserPriceRuns::default(),
            runs,
            link: RwLock::new(desk.link().clone()),
            left_brokers: RwLock::default(),
            desk: tokio::sync::Mutex::new(desk),
        }
    }

    /// Returns the user as a line for people names them.
    pub(crate) fn whom(&self) -> Whom<'_> {
        Whom { id: self.id, name: &self.name }
    }

    /// Returns the link with their broker.
    pub fn link(&self) -> Link {
        self.link.read().clone()
    }

    /// Returns whether an order of theirs was placed with made-up money or with real money: by the broker over which it went.
    pub fn mode_of(&self, order: OrderId) -> TradingMode {
        let left = self.left_brokers.read();
        let over = left.iter().find(|left| order <= left.last);
        over.map_or_else(|| self.link().mode(), |left| TradingMode::without_link(&left.broker))
    }

    /// Takes over which brokers they have left.
    pub(crate) fn set_left_brokers(&self, left: Vec<LeftBroker>) {
        *self.left_brokers.write() = left;
    }

    /// Shows another link; the caller gives it to the desk.
    pub(crate) fn set_link(&self, link: Link) {
        *self.link.write() = link;
    }
}
