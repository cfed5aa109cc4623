//! Couriers: what brings a message to a user from the daemon to the outside.
//!
//! [`Courier`] is what the application asks; who a user is, what they want to hear and what has to be tried again is
//! not known here. Everything that a user chooses about a destination is treated as hostile: see [`WebhookCourier`].

mod address;
mod authorities;
mod cleaner;
mod courier;
mod couriers;
mod http;
mod mail;
mod reach;
mod telegram;
mod tls;
mod webhook;

pub use authorities::Authorities;
pub use courier::{
    Courier, Destination, LONGEST_REASON, OutgoingMessage, TelegramChat, Undelivered, Webhook,
};
pub use couriers::{Couriers, LONGEST_DELIVERY};
pub use mail::{MAIL_DEADLINE, MailCourier, MailDestination, MailLogIn, MailSecurity, MailServer};
pub use reach::Reach;
pub use telegram::{ChatMessage, LONGEST_TEXT, TELEGRAM_SERVER, Telegram, TelegramUpdate};
pub use webhook::{DELIVERY_DEADLINE, WebhookCourier};
