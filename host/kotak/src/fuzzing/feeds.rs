//! The messages of both feeds.

use std::collections::HashMap;

use prahari_domain::time::Timestamp;

use super::rows::{self, is_price};
use super::{first_line, is_clean, masker};
use crate::feed::order_frame::{OrderFrame, Told};
use crate::feed::{Control, Dividers, Hsm, Packet, Picture, decode};

/// A message of the market feed, after a line with the frame with which it was entered: its dividers hold for the message.
pub fn market_feed(bytes: &[u8]) -> usize {
    let (line, message) = first_line(bytes);
    let control = Control::read(&line);
    let is_known = control != Control::Other;
    let dividers = if let Control::Entered(told) = control { told } else { Dividers::default() };
    let (packets, whole) = decode(message, &dividers);
    // Each packet has a head of nine bytes.
    assert!(packets.len() <= message.len() / 9 && packets.len() <= 4_096, "{}", packets.len());
    assert!(whole || !message.is_empty());
    let read = packets.iter().filter(|packet| is_read(packet)).count();
    read + usize::from(is_known)
}

/// Messages of the older market feed, end to end.
pub fn older_market_feed(bytes: &[u8]) -> usize {
    let mut hsm = Hsm::default();
    let heard = hsm.hear(bytes);
    heard.prices.iter().for_each(|(_, picture)| prices(picture));
    assert!(heard.acknowledge.is_none_or(|frame| frame.len() == 11));
    heard.prices.len() + usize::from(heard.entered == Some(true))
}

/// Holds a packet against what it promises; whether it is of a kind that is read.
fn is_read(packet: &Packet) -> bool {
    match packet {
        Packet::Prices { picture, .. } => prices(picture),
        Packet::Index { name, value, close, .. } => {
            assert!(name.chars().count() <= 21, "{name:?}");
            assert!([value, close].into_iter().flatten().all(|price| is_price(*price)), "{packet:?}");
        }
        Packet::Auction { price, .. } => assert!(is_price(*price), "{packet:?}"),
        Packet::Status { .. } => {}
        Packet::Other { .. } => return false,
    }
    true
}

fn prices(picture: &Picture) {
    let prices = [
        picture.last,
        picture.open,
        picture.high,
        picture.low,
        picture.close,
        picture.band_low,
        picture.band_high,
        picture.bid,
        picture.ask,
    ];
    assert!(prices.into_iter().flatten().all(is_price), "{picture:?}");
    let counts = [picture.volume, picture.last_quantity];
    assert!(counts.into_iter().flatten().all(|shares| shares >= 0), "{picture:?}");
    if let Some(at) = picture.traded_at {
        // Any instant can be shown, also one far from our years.
        assert!(at > Timestamp(0) && !at.to_string().is_empty());
    }
}

/// Frames of the order feed, one in a line. What is news of an order never takes a fill back.
pub fn order_feed(bytes: &[u8]) -> usize {
    let (masker, mut told, mut most) = (masker(), Told::default(), HashMap::new());
    let mut taken = 0;
    for line in String::from_utf8_lossy(bytes).lines() {
        match OrderFrame::read(line, &masker) {
            OrderFrame::Taken => taken += 1,
            OrderFrame::Refused(why) => is_clean(why.as_str()),
            OrderFrame::Order(row) => {
                rows::order(&row);
                taken += 1;
                if told.is_news(&row) {
                    let before = most.insert(row.number.clone(), row.filled);
                    assert!(before.is_none_or(|before| before <= row.filled), "{row:?}");
                }
            }
            OrderFrame::Unread | OrderFrame::Other => {}
        }
    }
    taken
}
