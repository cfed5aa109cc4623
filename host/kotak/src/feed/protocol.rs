//! The two market feeds of the broker behind one: what is sent to enter, to subscribe and to acknowledge, and what is heard.

use prahari_domain::time::Timestamp;
use tokio_tungstenite::tungstenite::Message;

use super::hsm::{Hsm, connect_frame, hsm_subscription_frames};
use super::sfeed::{Dividers, Packet, Picture, Segment, decode};
use super::sfeed_control::{Control, auth_frame, subscription_frames};
use crate::client::KotakClient;
use crate::session::Session;

/// A connection to one of the feeds, as far as it has been heard.
pub(super) enum Protocol {
    /// The present feed, with the dividers of its prices.
    Present(Dividers),
    /// The older one.
    Older(Hsm),
}

/// What a message says.
pub(super) struct Told {
    /// Shares by the broker's number, with their prices.
    pub(super) prices: Vec<(u32, Picture)>,
    /// What has to be answered.
    pub(super) answer: Option<Message>,
}

impl Protocol {
    /// The feed that a user's client follows.
    pub(super) fn of(client: &KotakClient) -> Self {
        if client.follows_older_feed() {
            Self::Older(Hsm::default())
        } else {
            Self::Present(Dividers::default())
        }
    }

    /// The frame with which the feed is entered; it holds keys of the session.
    pub(super) fn first_frame(&self, client: &KotakClient, session: &Session, now: Timestamp) -> Message {
        match self {
            Self::Present(_) => Message::text(auth_frame(client.client_code(), &session.sid, now).expose()),
            Self::Older(_) => Message::binary(connect_frame(session.token.expose(), session.sid.expose())),
        }
    }

    /// Takes a frame up that came before the feed was entered: whether it lets in, where it says it.
    pub(super) fn entered(&mut self, frame: &Message) -> Option<bool> {
        match (self, frame) {
            (Self::Present(dividers), Message::Text(text)) => match Control::read(text.as_str()) {
                Control::Entered(told) => {
                    *dividers = told;
                    Some(true)
                }
                Control::Refused => Some(false),
                Control::Greeted | Control::Subscribed | Control::Other => None,
            },
            (Self::Older(hsm), Message::Binary(bytes)) => hsm.hear(bytes).entered,
            _ => None,
        }
    }

    /// The frames that subscribe to these shares, by the broker's numbers.
    pub(super) fn subscriptions(&self, tokens: &[String]) -> Vec<Message> {
        match self {
            Self::Present(_) => subscription_frames(tokens).into_iter().map(Message::text).collect(),
            Self::Older(_) => hsm_subscription_frames(tokens).into_iter().map(Message::binary).collect(),
        }
    }

    /// Takes a message with prices up.
    pub(super) fn hear(&mut self, message: &[u8]) -> Told {
        match self {
            Self::Present(dividers) => {
                let (packets, _whole) = decode(message, dividers);
                let shares = |packet| match packet {
                    Packet::Prices { segment: Segment::SHARES, token, picture } => Some((token, picture)),
                    _ => None,
                };
                Told { prices: packets.into_iter().filter_map(shares).collect(), answer: None }
            }
            Self::Older(hsm) => {
                let heard = hsm.hear(message);
                Told { prices: heard.prices, answer: heard.acknowledge.map(Message::binary) }
            }
        }
    }
}
