//! What every room of the application stands on: time, the database, events, the calendar, and the end of the daemon.

use std::sync::Arc;

use prahari_domain::calendar::CalendarHandle;
use prahari_store::Store;
use tokio::sync::Notify;

use crate::clock::Clock;
use crate::events::EventBus;
use crate::shutdown::Shutdown;

/// Handles to what is shared by everything. Clones share it.
#[derive(Clone)]
pub struct Handles {
    /// The daemon's time.
    pub clock: Clock,
    /// The database.
    pub store: Store,
    /// What happens, for whoever listens.
    pub events: Arc<EventBus>,
    /// Which days and phases there are.
    pub calendar: Arc<CalendarHandle>,
    /// Notified when the scheduler has to look at the clock anew.
    pub wake: Arc<Notify>,
    /// Whether the daemon stops.
    pub shutdown: Arc<Shutdown>,
}

impl Handles {
    /// Handles over a database, with nobody listening yet.
    pub fn new(clock: Clock, store: Store, calendar: Arc<CalendarHandle>) -> Self {
        let (events, wake) = (Arc::new(EventBus::new(clock.clone())), Arc::new(Notify::new()));
        let shutdown = Arc::new(Shutdown::new(events.clone(), wake.clone()));
        Self { clock, store, events, calendar, wake, shutdown }
    }
}
