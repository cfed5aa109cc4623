//! Messages over Telegram and e-mail: from the console's routes through the daemon to servers on this machine and back.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "support/fake_smtp.rs"]
mod fake_smtp;
#[path = "support/fake_telegram.rs"]
mod fake_telegram;
#[path = "support/daemon.rs"]
mod support;
#[path = "support/webhook_receiver.rs"]
mod webhook_receiver;

mod chats {
    pub mod commands;
    pub mod fakes;
    pub mod kill;
    pub mod mailboxes;
    pub mod outages;
    pub mod secrecy;
    pub mod world;
}
