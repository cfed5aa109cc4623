//! What is kept in memory of the actions, and sharing their factors and ex-dates with the market, with whoever looks at opens
//! and with the desks.

use std::sync::Arc;

use prahari_domain::actions::{ActionFactors, ExDates};

use super::{Actions, CHANGING_SHARES};
use crate::error::AppError;

impl Actions {
    /// Reads the actions, and shares their factors where something has changed.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub(crate) async fn load(&self) -> Result<(), AppError> {
        let rows = self.handles.store.system().actions_in_force(CHANGING_SHARES.to_vec()).await?;
        let factors = Arc::new(ActionFactors::of(&rows));
        self.trading.jumps.set_ex_dates(Arc::new(ExDates::of(&rows)));
        self.known.lock().rows = rows;
        // A daemon that tries a module beside this one shares its market, and has nothing to say to it.
        if self.trading.jumps.set_factors(Arc::clone(&factors)) {
            self.trading.market.take_actions(&factors);
        }
        Ok(())
    }
}
