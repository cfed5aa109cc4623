//! Symbols of which nothing is sent for a moment, while somebody changes what is known of them.

use std::sync::Arc;

use prahari_domain::instruments::Symbol;

use crate::user::User;

/// A symbol of a user of which nothing is sent while this is kept. It is no halt: nobody is told, and nobody has to lift it.
pub(crate) struct Held {
    user: Arc<User>,
    symbol: Symbol,
}

impl Held {
    /// Holds a symbol of a user, for a reason.
    pub(crate) fn of(user: &Arc<User>, symbol: Symbol, why: &str) -> Self {
        user.halts.hold(&symbol, why);
        Self { user: Arc::clone(user), symbol }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.user.halts.let_go(&self.symbol);
    }
}
