//! Couriers: what brings a message to a user from the daemon to the outside.
//!
//! [`Courier`] is what the application asks; who a user is, what they want to hear and what has to be tried again is
//! not known here. Everything that a user chooses about a destination is treated as hostile: see [`WebhookCourier`].

mod address;
mod courier;
mod http;
mod reach;
mod tls;
mod webhook;

pub use courier::{Courier, Destination, LONGEST_REASON, OutgoingMessage, Undelivered, Webhook};
pub use reach::Reach;
pub use webhook::{DELIVERY_DEADLINE, WebhookCourier};
