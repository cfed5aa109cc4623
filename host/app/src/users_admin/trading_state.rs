//! A user is told of the trading state that an admin has set for them.

use prahari_domain::risk::TradingState;

use crate::error::AppError;
use crate::notices::words;
use crate::user::User;
use crate::users_admin::UsersAdmin;

impl UsersAdmin {
    /// Tells a user that an admin, by this name, has set their trading state.
    ///
    /// # Errors
    /// When the message cannot be kept.
    pub async fn tell_of_trading_state(
        &self,
        user: &User,
        state: TradingState,
        reason: &str,
        by: &str,
    ) -> Result<(), AppError> {
        self.notices.tell(user.id, words::trading_state::set(state, reason, by), None).await
    }
}
