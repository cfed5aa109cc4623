//! What the host itself looks at in prices, before anything is traded on them: opens that no trading can lead to,
//! shares and bars without a new price. And the prices that listeners of the live stream are told, and changes of price
//! that tasks run on.
//!
//! Each share is looked at once a day, however many users hold it.

mod age;
mod answering;
mod as_traded;
mod bar_notes;
mod changes;
mod closing;
mod explain;
mod folder_watch;
mod freshness;
mod jumps;
mod news;
mod opening;
mod pulse;
mod silence;
mod warming;
mod watch;
mod withdrawn;

use std::sync::Arc;

use prahari_brokers::Sessions;
use prahari_domain::time::Timestamp;

pub use age::MOST_TRADING_MINUTES;
pub(crate) use age::{too_old, trading_minutes};
pub use answering::Answering;
pub use bar_notes::log_bars;
pub use changes::{ChangesUse, MOST_FOLLOWED, PriceChange, PriceChanges};
pub(crate) use jumps::CloseBefore;
pub use jumps::PriceJumps;
pub use pulse::{PricePulse, PulseUse};
pub use warming::{WarmKind, WarmState, Warmer, Warming};
pub use watch::PriceWatch;

use crate::actions::Actions;
use crate::background::Background;
use crate::desk::TradingServices;
use crate::error::AppError;
use crate::halts::Halts;
use crate::handles::Handles;
use crate::notices::Notices;
use crate::users::Users;

/// Looks at prices before anything is traded on them, and tells them to those who listen.
pub struct Prices {
    pub(crate) handles: Handles,
    pub(crate) trading: Arc<TradingServices>,
    pub(crate) users: Arc<Users>,
    pub(crate) notices: Arc<Notices>,
    pub(crate) halts: Arc<Halts>,
    pub(crate) background: Arc<Background>,
    pub(crate) actions: Arc<Actions>,
    pub(crate) watch: PriceWatch,
    pub(crate) pulse: PricePulse,
    pub(crate) changes: PriceChanges,
    pub(crate) warmer: Warmer,
    pub(crate) answering: Answering,
}

impl Prices {
    /// Looks at the prices of the day as far as they are due at `instant` and were not looked at, before anything
    /// else of that instant. A market that is down is asked again at the next one.
    ///
    /// # Errors
    /// When a halt or an alert cannot be written down.
    pub(crate) async fn look_at_prices(self: &Arc<Self>, instant: Timestamp) -> Result<(), AppError> {
        let day = instant.ist_day();
        let Some(session) = self.handles.calendar.session(day) else { return Ok(()) };
        if (session.opens()..session.closes()).contains(&instant) {
            self.look_at_opens(instant).await?;
        }
        let closes = session.closes().plus_minutes(closing::SETTLING_MINUTES);
        if instant < closes || !self.watch.take_close(day) {
            return Ok(());
        }
        if self.handles.clock.is_lockstep() {
            return self.look_at_closes(instant).await;
        }
        // On a real clock nobody waits for the market.
        let prices = Arc::clone(self);
        self.background.spawn(async move {
            if let Err(error) = prices.look_at_closes(instant).await {
                tracing::error!(%error, "the prices at the close could not be looked at");
            }
        });
        Ok(())
    }
}
