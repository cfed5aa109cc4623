//! What every room of the application stands on: time, the database, events, the calendar, and the end of the daemon.

use std::sync::Arc;

use prahari_domain::calendar::CalendarHandle;
use prahari_store::Store;
use tokio::sync::Notify;

use crate::channels::Outbox;
use crate::clock::Clock;
use crate::day_log::DayLog;
use crate::events::EventBus;
use crate::shutdown::Shutdown;

/// Handles to what is shared by everything. Clones share it.
#[derive(Clone)]
pub struct Handles {
    /// The daemon's clock.
    pub clock: Clock,
    /// Store of the daemon's data.
    pub store: Store,
    /// Bus on which events are published.
    pub events: Arc<EventBus>,
    /// Lines for whoever watches the daemon.
    pub day_log: Arc<DayLog>,
    /// Calendar in force.
    pub calendar: Arc<CalendarHandle>,
    /// Notified when the scheduler has to look at the clock anew.
    pub wake: Arc<Notify>,
    /// State and reason of the daemon's stop.
    pub shutdown: Arc<Shutdown>,
    /// Wakes whoever delivers messages.
    pub outbox: Arc<Outbox>,
}

impl Handles {
    /// Handles over a database, with nobody listening yet.
    pub fn new(clock: Clock, store: Store, calendar: Arc<CalendarHandle>) -> Self {
        let (events, wake) = (Arc::new(EventBus::new(clock.clone())), Arc::new(Notify::new()));
        let shutdown = Arc::new(Shutdown::new(events.clone(), wake.clone()));
        let day_log = Arc::new(DayLog::new(clock.clone()));
        Self { clock, store, events, day_log, calendar, wake, shutdown, outbox: Arc::default() }
    }
}
