//! A link that misbehaves when an admin says so: late, lossy, lagging or down, for practice and for new modules.
//!
//! It stands around the link of a simulated account, and around no other: a live link has no account to stand around. What
//! it does is bounded, ends by itself, and is counted. Switched off it hands everything on unchanged.

mod lag;
mod link;
mod settings;
mod switch;

pub use link::ChaosLink;
pub use settings::{Chaos, ChaosModes, MOST_LAG_MS, MOST_LATE_MS, MOST_LOSE_EVERY};
pub use switch::{ChaosCounts, ChaosSwitch, ChaosTime};

#[cfg(test)]
mod tests;
