//! Corporate actions on a held share: books, orders, levels and prices the next morning.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "support/daemon.rs"]
mod support;

mod actions {
    pub mod contradicted;
    pub mod cut_off;
    pub mod demerger;
    pub mod doubted;
    pub mod entitled;
    pub mod ex_date;
    pub mod income;
    pub mod jumped_signals;
    pub mod jumps;
    pub mod memory;
    pub mod renamed;
    pub mod source;
    pub mod tellers;
    pub mod uncovered;
    pub mod undo;
    pub mod value;
    pub mod world;
}
