//! Corporate actions: which are known, what they do on their ex-date to those who hold the share, and how they are taken
//! back.
//!
//! A row of the table is a fact of the installation. What it does to a user is an entry of that user's journal, booked once
//! (the books know which actions they have), so going through the users again does no harm: after a crash, a day on which the
//! daemon was down, or a row that comes late. On the ex-date, before anything of it is traded, each user who holds the
//! share or has orders of it gets: their orders of before withdrawn, their books changed, what tasks remember of the share
//! removed, and a message. Bars and opens follow the factors, which are shared with the market.

mod add;
mod concerned;
mod doubted;
mod doubts;
mod due;
mod entitled;
mod factors;
mod import;
mod levels;
mod source;
mod terms;
mod uncovered;
mod undo;
mod when_free;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use parking_lot::Mutex;
use prahari_brokers::MOST_ANNOUNCED;
pub use prahari_brokers::{MOST_LIST_BYTES, PlainAction, ToldActions};
use prahari_domain::actions::{ActionName, ActionRow, ActionState};
use prahari_domain::ids::{ActionId, UserId};
use prahari_domain::time::Timestamp;
pub use prahari_store::{ActionFilter, DoubtFilter};

pub(crate) use levels::is_about;
pub(crate) use uncovered::is_exposed;

use crate::background::Background;
use crate::desk::TradingServices;
use crate::error::AppError;
use crate::halts::Halts;
use crate::handles::Handles;
use crate::modules::Modules;
use crate::notices::Notices;
use crate::signals::Signals;
use crate::users::Users;

/// Kinds that stay in memory once they are applied: prices of before them are multiplied, or the share has another symbol.
const CHANGING_SHARES: [ActionName; 5] = [
    ActionName::Split,
    ActionName::Consolidation,
    ActionName::Bonus,
    ActionName::Demerger,
    ActionName::SymbolChange,
];

/// Days for which an applied action is gone through again at a start, in case a user could not be reached on its day.
const AGAIN_DAYS: i64 = 10;

/// Most actions of one import: as many as one list may tell, so that what a dry run reads can be imported.
pub const MOST_IMPORTED: usize = MOST_ANNOUNCED;

/// What is known of corporate actions, and what follows from it.
pub struct Actions {
    pub(crate) handles: Handles,
    pub(crate) trading: Arc<TradingServices>,
    pub(crate) users: Arc<Users>,
    pub(crate) halts: Arc<Halts>,
    pub(crate) modules: Arc<Modules>,
    pub(crate) background: Arc<Background>,
    pub(crate) notices: Arc<Notices>,
    pub(crate) signals: Arc<Signals>,
    pub(crate) known: Mutex<Known>,
    /// Written while rows change and read while they are applied, so that no two changes cross. Applying twice at once does no
    /// harm: each desk is asked what it has.
    pub(crate) changing: tokio::sync::RwLock<()>,
}

/// The actions that are announced or change prices, and what of them is done in this process.
#[derive(Debug, Default)]
pub(crate) struct Known {
    rows: Vec<ActionRow>,
    /// Demergers whose orders and levels are gone and that wait for the open.
    waiting: BTreeSet<ActionId>,
    /// Applied actions that were gone through again since the start.
    again: BTreeSet<ActionId>,
    /// For whom announced actions are done, while they are not done for everybody.
    done: BTreeMap<ActionId, BTreeSet<UserId>>,
    /// Users whose desk is waited for.
    awaited: BTreeSet<UserId>,
    /// Why an announced action whose ex-date has come is not done for everybody, one user's sentence.
    refused: BTreeMap<ActionId, String>,
    /// Users who are halted because a dividend could not be told from their journal or books, each with the sentence. None of
    /// their dividends is tried again before the halt is lifted.
    unread: BTreeMap<UserId, String>,
    /// Demergers of missing terms, with the users who were told of it or held none of the share.
    told: BTreeSet<(ActionId, UserId)>,
}

impl Known {
    fn is_done(&self, action: ActionId, user: UserId) -> bool {
        self.done.get(&action).is_some_and(|users| users.contains(&user))
    }

    fn note_done(&mut self, action: ActionId, user: UserId) {
        self.done.entry(action).or_default().insert(user);
    }

    /// Notes that a dividend waits where a user is halted because theirs cannot be told; whether they are.
    fn refuse_unread(&mut self, action: ActionId, user: UserId) -> bool {
        let Some(why) = self.unread.get(&user).cloned() else { return false };
        self.refused.insert(action, why);
        true
    }

    /// Has an action that was told with other figures done to everybody anew: what tasks remember is made of those of before.
    fn begin_anew(&mut self, action: ActionId) {
        self.done.remove(&action);
        self.waiting.remove(&action);
    }

    /// Notes that an action is done for everybody.
    fn finish(&mut self, action: ActionId) {
        self.done.remove(&action);
        self.refused.remove(&action);
        self.again.insert(action);
    }
}

/// What an action did to one user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppliedTo {
    /// The user.
    pub user: UserId,
    /// When it was booked.
    pub at: Timestamp,
    /// Whether the entry takes back an earlier one.
    pub undoes: bool,
    /// By how many shares each symbol changed.
    pub shares: Vec<(prahari_domain::instruments::Symbol, i64)>,
    /// Money that a fraction of a share came to, in paise.
    pub cash: prahari_domain::money::Paise,
    /// Income beside the trading cash, in paise.
    pub income: prahari_domain::money::Paise,
}

impl Actions {
    pub(crate) fn new(
        handles: Handles,
        trading: Arc<TradingServices>,
        users: Arc<Users>,
        (halts, notices): (Arc<Halts>, Arc<Notices>),
        (modules, background): (Arc<Modules>, Arc<Background>),
        signals: Arc<Signals>,
    ) -> Self {
        Self {
            handles,
            trading,
            users,
            halts,
            modules,
            background,
            notices,
            signals,
            known: Mutex::default(),
            changing: Default::default(),
        }
    }

    /// Returns the actions that the filter lets through, the latest ex-date first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn list(&self, filter: ActionFilter) -> Result<Vec<ActionRow>, AppError> {
        Ok(self.handles.store.system().actions(filter).await?)
    }

    /// Returns one action.
    ///
    /// # Errors
    /// [`AppError::UnknownAction`], or when the database cannot be read.
    pub async fn find(&self, id: ActionId) -> Result<ActionRow, AppError> {
        self.handles.store.system().find_action(id).await?.ok_or(AppError::UnknownAction(id))
    }

    /// Returns what an action has booked, by user, in the order of each journal.
    ///
    /// # Errors
    /// As [`Actions::find`].
    pub async fn applied_to(&self, id: ActionId) -> Result<Vec<AppliedTo>, AppError> {
        let row = self.find(id).await?;
        let mut applied = Vec::new();
        for user in self.users.all() {
            for (at, change) in self.changes_of(user.id, &row).await? {
                applied.push(AppliedTo {
                    user: user.id,
                    at,
                    undoes: change.undoes,
                    shares: change.shares(),
                    cash: change.cash,
                    income: change.income(),
                });
            }
        }
        Ok(applied)
    }

    /// Goes through the actions of the last days again at the next instant: a user who was halted on an ex-date does not have them
    /// yet.
    pub(crate) fn look_again(&self, user: UserId) {
        let mut known = self.known.lock();
        known.again.clear();
        known.unread.remove(&user);
        known.told.retain(|(_, told)| *told != user);
        known.done.values_mut().for_each(|done| _ = done.remove(&user));
    }

    /// The rows that are not applied, and those of the last days that were not gone through since the start.
    fn due(&self, now: Timestamp) -> Vec<ActionRow> {
        let today = now.ist_day();
        let known = self.known.lock();
        let is_due = |row: &&ActionRow| {
            let ex_day = row.action.ex_day();
            let age = today.signed_duration_since(ex_day).num_days();
            match row.state {
                ActionState::Announced => ex_day <= today,
                ActionState::Applied => (0..=AGAIN_DAYS).contains(&age) && !known.again.contains(&row.id),
                ActionState::Undone => false,
            }
        };
        let mut due: Vec<ActionRow> = known.rows.iter().filter(is_due).cloned().collect();
        due.sort_by_key(|row| (row.action.ex_day(), turn(row.action.kind().name()), row.id));
        due
    }
}

/// The turn of a kind among those of one ex-date: a dividend is for the shares of before, and a new symbol comes last.
const fn turn(name: ActionName) -> u8 {
    match name {
        ActionName::Dividend | ActionName::Rights => 0,
        ActionName::Demerger => 1,
        ActionName::Split | ActionName::Consolidation => 2,
        ActionName::Bonus => 3,
        ActionName::SymbolChange => 4,
        ActionName::IsinChange => 5,
    }
}
