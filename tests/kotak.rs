//! Users who trade live over Kotak Neo, against a fake of the broker on loopback: real sockets, a virtual clock.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "support/serving.rs"]
mod serving;
#[path = "support/daemon.rs"]
mod support;
#[path = "../host/src/kotak.rs"]
mod wired;

mod kotak {
    pub mod crowd;
    pub mod going_live;
    pub mod logins;
    pub mod outside_trades;
    pub mod prices;
    pub mod restarts;
    pub mod secrecy;
    pub mod served;
    pub mod sessions;
    pub mod world;
}
