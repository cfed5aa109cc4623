//! The guest of the measurements is the component of its text, and costs what it should: one call.
#![allow(clippy::unwrap_used, reason = "helpers of tests; clippy exempts only the tests themselves")]

#[path = "support/guests.rs"]
mod guests;

use prahari_runtime::abi::latest::{RunContext, Trigger};
use prahari_runtime::measure::{Bare, LOG_ONCE};

/// Where the component is kept.
const KEPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/measure/log_once.wasm");

#[test]
fn the_kept_component_is_that_of_its_text() {
    let made = guests::component("guests", "log_once");
    if std::env::var_os("PRAHARI_WRITE_GUESTS").is_some() {
        std::fs::write(KEPT, &made).unwrap();
    }
    assert!(made == LOG_ONCE, "{KEPT} is old: run this test once with PRAHARI_WRITE_GUESTS=1, then again");
}

#[test]
fn a_bare_run_makes_its_one_call() {
    let context = RunContext {
        run_id: 1,
        user_id: 1,
        task: "sell_monitor".to_owned(),
        day: 20_090,
        due_at: 0,
        now: 0,
        trigger: Trigger::Scheduled,
    };
    let bare = Bare::new(LOG_ONCE).unwrap();
    assert_eq!(bare.run(&context).unwrap(), "sell_monitor".len() as u64);
}
