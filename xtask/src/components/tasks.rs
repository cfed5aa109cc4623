//! The names of the seven tasks, as the daemon knows them; each is a folder of `plugins/`.
//! `host/build.rs` reads this file as well, so that what is built and what is embedded cannot differ.

/// Every task, in the order in which those due at the same instant run.
pub const TASKS: [&str; 7] = [
    "premarket_retry",
    "premarket_amo_adjustment",
    "sell_monitor",
    "position_monitor",
    "analysis",
    "buy_orders",
    "eod_cleanup",
];
