//! Lifting a halt: an admin says why it may go on.

use std::sync::Arc;

use prahari_domain::ids::UserId;
use prahari_store::{AlertCode, HaltCode, HaltRow};

use crate::error::AppError;
use crate::user::User;
use crate::users_admin::UsersAdmin;
use crate::users_admin::loading::{Fault, Loaded, load_user};

impl UsersAdmin {
    /// Lifts an open halt, with the explanation of the admin who does it.
    ///
    /// A halt of everything is lifted only when all that is kept of the user can be used: it is loaded anew, and
    /// what was found damaged must have been mended.
    ///
    /// # Errors
    /// [`AppError::UnknownHalt`]; [`AppError::HaltLifted`]; [`AppError::HaltStands`] when something still cannot be
    /// used; or when it cannot be written down. Nothing has changed then.
    pub async fn lift_halt(
        self: &Arc<Self>,
        id: u64,
        by: UserId,
        explanation: &str,
    ) -> Result<HaltRow, AppError> {
        let halt = self.handles.store.system().find_halt(id).await?.ok_or(AppError::UnknownHalt(id))?;
        let user = self.users.find(halt.user)?;
        let _changing = user.halts.changing().await;
        let scope = self.handles.store.user(user.id);
        // Somebody else may have lifted it a moment ago.
        let halt = scope.find_halt(id).await?.filter(|halt| halt.lifted_at.is_none());
        let halt = halt.ok_or(AppError::HaltLifted(id))?;
        if halt.symbol.is_none() {
            self.load_anew(&user).await?;
        }
        if !scope.lift_halt(id, by, self.handles.clock.now(), explanation.to_owned()).await? {
            return Err(AppError::HaltLifted(id));
        }
        user.halts.remove(halt.symbol.as_ref());
        if halt.symbol.is_none() {
            // An ex-date of the days of the halt is not in these books yet.
            self.prices.actions.look_again(user.id);
        }
        tracing::info!(user = %user.id, symbol = ?halt.symbol, %by, "a halt was lifted: {explanation}");
        let (code, subject) = match &halt.symbol {
            Some(symbol) => (AlertCode::SymbolHalted, symbol.to_string()),
            None => (AlertCode::UserHalted, String::new()),
        };
        self.notices.clear(code, Some(user.id), &subject, &format!("lifted: {explanation}")).await?;
        // Whoever lifts it has said what the price was.
        if let Some(symbol) = halt.symbol.as_ref().filter(|_| halt.code == HaltCode::ImpossiblePrice) {
            self.prices.explain_price_jumps(symbol, by, explanation).await?;
        }
        scope.find_halt(id).await?.ok_or(AppError::UnknownHalt(id))
    }

    /// Puts settings, books and memory of a halted user in the place of those that they have, as they are kept now.
    /// The desk compares itself with the broker before it sends anything.
    async fn load_anew(self: &Arc<Self>, user: &User) -> Result<(), AppError> {
        let mut desk = user.desk.lock().await;
        let _turn = self.chaos.hold().await;
        let row = self.handles.store.user(user.id).find().await?.ok_or(AppError::UnknownUser(user.id))?;
        let Loaded { user: fresh, pushes, faults } =
            load_user(&self.trading, &self.handles, self.settings.kill_switch(), row).await?;
        if let Some(Fault { reason, .. }) = faults.into_iter().next() {
            return Err(AppError::HaltStands { user: user.id, reason });
        }
        user.settings.take_over(&fresh.settings);
        std::mem::swap(&mut *user.runs.memory(), &mut *fresh.runs.memory());
        let mut loaded = fresh.desk.into_inner();
        loaded.take_place_of(&desk);
        user.set_link(loaded.link().clone());
        *desk = loaded;
        // What was pushed over the link before is booked still; its listener ends with it.
        pushes.into_iter().for_each(|pushes| self.listeners.follow_pushes(user.id, pushes));
        Ok(())
    }
}
