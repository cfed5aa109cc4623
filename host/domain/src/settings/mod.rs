//! What a user can set, each with its default and bounds: strategy, notifications, paper capital. The limits on orders
//! are described in the same way and stand in [`crate::risk`].
//!
//! One list per subject says what each setting is ([`Setting`]). It refuses what lies beyond, and the API and the
//! console show it, so there is no second copy of a bound anywhere.

mod capital;
mod merge;
mod preferences;
mod price_runs;
mod setting;
mod strategy;

pub use capital::CAPITAL;
pub use merge::{Values, check, from_values, merge, to_values};
pub use preferences::{NotificationKind, NotificationPreferences, PREFERENCES, Silence, TimeOfDay};
pub use price_runs::PriceRuns;
pub use setting::{Description, Kind, MOST_MONEY, Setting, SettingsError, Unit, describe};
pub use strategy::{STRATEGY, Strategy};

#[cfg(test)]
mod tests;
