//! The calendar as an operator brings it: versions in the database, taken up while the daemon runs, with a look at what
//! changes before, and a word in time before the known days end.

mod ends;
mod import;
mod preview;
mod versions;

use std::sync::Arc;

use crate::handles::Handles;
use crate::ledger::Ledger;
use crate::notices::Notices;
use crate::schedules::Schedules;
use crate::services::Services;
use crate::users::Users;
pub use ends::{DAILY_FROM_DAYS, WARN_FROM_DAYS};
pub use preview::{CalendarPreview, SlotChange};
pub(crate) use versions::keep_first;
pub use versions::{ShippedCalendar, open};

/// Puts calendars in force, and watches over the one that is.
pub struct Calendars {
    pub(crate) handles: Handles,
    pub(crate) users: Arc<Users>,
    pub(crate) notices: Arc<Notices>,
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) services: Arc<Services>,
    pub(crate) schedules: Arc<Schedules>,
}
