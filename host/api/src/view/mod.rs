//! How values stand in requests and answers, each form written once: instants, dates, names, pages.

mod names;
mod page;
mod time;

pub use names::{LevelName, LogLevelName, SideName, StateName, StatusName, TaskName, TriggerName};
pub use page::{Cursor, Page, limit, page, place};
pub use time::{Date, Instant, range};
