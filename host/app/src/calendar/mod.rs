//! The calendar as an operator brings it: versions in the database, taken up while the daemon runs, with a look at what
//! changes before, and a word in time before the known days end.

mod ends;
mod import;
mod preview;
mod versions;

pub use ends::{DAILY_FROM_DAYS, WARN_FROM_DAYS};
pub use preview::{CalendarPreview, SlotChange};
pub(crate) use versions::keep_first;
pub use versions::{Offered, open};
