//! Prices from Yahoo's chart interface, against a server that answers as it is known to.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "yahoo/ahead.rs"]
mod ahead;
#[allow(dead_code, reason = "each test file uses its part")]
#[path = "support/bars.rs"]
mod bars;
#[path = "yahoo/bonus.rs"]
mod bonus;
#[path = "yahoo/days.rs"]
mod days;
#[path = "yahoo/derived.rs"]
mod derived;
#[path = "yahoo/fake.rs"]
mod fake;
#[path = "support/fake_yahoo.rs"]
mod fake_yahoo;
#[path = "yahoo/faults.rs"]
mod faults;
#[path = "support/daemon.rs"]
mod house;
#[path = "yahoo/running_day.rs"]
mod running_day;
#[path = "yahoo/shown.rs"]
mod shown;
#[path = "yahoo/simulated.rs"]
mod simulated;
mod support;
#[path = "yahoo/traded.rs"]
mod traded;
#[path = "yahoo/troubles.rs"]
mod troubles;
#[path = "yahoo/world.rs"]
mod world;
#[path = "yahoo/year.rs"]
mod year;
