//! The open halts of one user, as the running daemon holds them.

use std::collections::BTreeMap;
use std::sync::Arc;

use parking_lot::RwLock;
use prahari_domain::instruments::Symbol;
use prahari_domain::risk::Halted;
use prahari_domain::time::Timestamp;
use prahari_store::{HaltCode, HaltRow, UserScope};

use crate::error::AppError;

/// A halt that nobody has lifted yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Halt {
    /// Machine-readable reason.
    pub code: HaltCode,
    /// Reason, one sentence.
    pub reason: String,
    /// Time at which the halt was set, by the daemon's clock.
    pub since: Timestamp,
}

/// The open halts of one user, shared by the desk that asks them and those who change them. Not behind the desk's
/// lock, which may be held for as long as a broker takes to answer.
#[derive(Debug, Default)]
pub struct UserHalts {
    open: RwLock<Arc<Open>>,
    /// Held from the change in memory to the one on disk.
    changing: tokio::sync::Mutex<()>,
}

/// The halts in force at one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Open {
    /// Everything of the user.
    pub user: Option<Halt>,
    /// Orders of these symbols.
    pub symbols: BTreeMap<Symbol, Halt>,
    /// Orders of these symbols for a moment, each with its reason.
    held: BTreeMap<Symbol, String>,
}

impl UserHalts {
    /// The open halts in the database.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn load(scope: &UserScope) -> Result<Self, AppError> {
        let halts = Self::default();
        for HaltRow { symbol, code, reason, since, .. } in scope.open_halts().await? {
            halts.put(symbol.as_ref(), &Halt { code, reason, since });
        }
        Ok(halts)
    }

    /// Returns the halts in force now.
    pub fn open(&self) -> Arc<Open> {
        self.open.read().clone()
    }

    /// The halt of everything of the user, if there is one.
    pub fn of_user(&self) -> Option<Halt> {
        self.open().user.clone()
    }

    pub(crate) async fn changing(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.changing.lock().await
    }

    /// Halts a symbol, or everything of the user when none is named, unless that is halted already.
    pub(crate) fn put(&self, symbol: Option<&Symbol>, halt: &Halt) {
        self.change(|open| match symbol {
            Some(symbol) => {
                open.symbols.entry(symbol.clone()).or_insert_with(|| halt.clone());
            }
            None => {
                open.user.get_or_insert_with(|| halt.clone());
            }
        });
    }

    /// Has the halt of a symbol say another reason, if it is halted.
    pub(super) fn reword(&self, symbol: &Symbol, reason: &str) {
        self.change(|open| {
            if let Some(halt) = open.symbols.get_mut(symbol) {
                reason.clone_into(&mut halt.reason);
            }
        });
    }

    pub(crate) fn remove(&self, symbol: Option<&Symbol>) {
        self.change(|open| match symbol {
            Some(symbol) => {
                open.symbols.remove(symbol);
            }
            None => open.user = None,
        });
    }

    /// Has nothing of a symbol sent until [`UserHalts::let_go`].
    pub(super) fn hold(&self, symbol: &Symbol, why: &str) {
        self.change(|open| _ = open.held.insert(symbol.clone(), why.to_owned()));
    }

    pub(super) fn let_go(&self, symbol: &Symbol) {
        self.change(|open| _ = open.held.remove(symbol));
    }

    fn change(&self, change: impl FnOnce(&mut Open)) {
        let mut kept = self.open.write();
        let mut open = (**kept).clone();
        change(&mut open);
        *kept = Arc::new(open);
    }
}

impl Open {
    /// Returns the halts of the user and of a symbol, in the form that the risk gate checks.
    pub fn of(&self, symbol: &Symbol) -> Halted<'_> {
        let halted = self.symbols.get(symbol).map(|halt| halt.reason.as_str());
        Halted {
            user: self.user.as_ref().map(|halt| halt.reason.as_str()),
            symbol: halted.or_else(|| self.held.get(symbol).map(String::as_str)),
        }
    }
}
