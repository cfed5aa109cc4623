//! Live days against a fake of the broker Kotak Neo: the daemon with its real client, store and desk, and a broker at
//! which everything goes wrong. What holds of each day: no order twice, none hidden, books as the broker has them, one
//! login for each session, nothing secret anywhere.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "kotak_day/checks.rs"]
mod checks;
#[path = "kotak_day/crash.rs"]
mod crash;
#[path = "kotak_day/crowd.rs"]
mod crowd;
#[path = "kotak_day/expiry.rs"]
mod expiry;
#[path = "kotak_day/live_day.rs"]
mod live_day;
#[path = "kotak_day/market_order.rs"]
mod market_order;
#[path = "kotak_day/mortal.rs"]
mod mortal;
#[path = "kotak_day/outside.rs"]
mod outside;
#[path = "kotak_day/script.rs"]
mod script;
#[path = "kotak_day/secrets.rs"]
mod secrets;
#[path = "support/daemon.rs"]
mod support;
#[path = "kotak_day/ticks.rs"]
mod ticks;
#[path = "kotak_day/trading.rs"]
mod trading;
#[path = "kotak_day/whole_day.rs"]
mod whole_day;
