//! A user is told of the trading state that an admin has set for them.

use prahari_domain::risk::TradingState;

use crate::notices::words;
use crate::user::User;
use crate::users_admin::UsersAdmin;

impl UsersAdmin {
    /// Tells a user that an admin, by this name, has set their trading state. It holds also when the message cannot be kept, which
    /// is logged.
    pub async fn tell_of_trading_state(&self, user: &User, state: TradingState, reason: &str, by: &str) {
        let told = self.notices.tell(user.id, words::trading_state::set(state, reason, by), None).await;
        if let Err(error) = told {
            tracing::error!(user = %user.id, %error, "a message about the trading state could not be kept");
        }
    }
}
