//! The broker's older market feed (HSM): frames in binary, big-endian, of which every few have to be acknowledged.
//!
//! A share is told once as a whole, by its name and the number of a topic, and from then on by what has changed of that topic. So what is
//! heard depends on what was heard before on the same connection: each has an [`Hsm`] of its own.

use std::collections::BTreeMap;

use prahari_domain::money::Paise;

use super::sfeed::Picture;
use crate::wire::time;

/// Kinds of frames.
const CONNECT: u8 = 1;
const ACKNOWLEDGE: u8 = 3;
const SUBSCRIBE: u8 = 4;
const DATA: u8 = 6;

/// Kinds of packets in a frame of data.
const WHOLE: u8 = 83;
const CHANGES: u8 = 85;

/// What stands for a number that is not told, or has not changed.
const UNTOLD: i32 = i32::MIN;

/// What the broker calls the beginning of a share's name: its segment.
const SHARES: &str = "sf|nse_cm|";

/// Most shares in one request, and on one connection.
const AT_ONCE: usize = 100;
const MOST: usize = 200;

/// Most packets that are read of one frame.
const MOST_PACKETS: usize = 4_096;

/// Most places by which prices are divided: a price in paise has two.
const MOST_PLACES: u32 = 8;

/// One connection to the feed, as far as it has been heard.
#[derive(Debug, Clone, Default)]
pub struct Hsm {
    /// What is known of each topic; at most as many as shares can be wanted.
    topics: BTreeMap<u32, Topic>,
    /// After so many frames of data one is acknowledged; 0 is never, and then they have no numbers.
    after: u32,
    /// Frames of data since the last acknowledgement.
    unacknowledged: u32,
}

#[derive(Debug, Clone)]
struct Topic {
    token: u32,
    /// At most 255 numbers.
    values: Vec<i32>,
}

/// What a message says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HsmHeard {
    /// Whether the connection was let in, where the message says it.
    pub entered: Option<bool>,
    /// Shares by the broker's number, with all that is known of their prices.
    pub prices: Vec<(u32, Picture)>,
    /// The frame that has to be answered.
    pub acknowledge: Option<Vec<u8>>,
}

impl Hsm {
    /// Takes a message up. What comes before a part that cannot be read is kept.
    pub fn hear(&mut self, message: &[u8]) -> HsmHeard {
        let mut heard = HsmHeard::default();
        let mut rest = Reader(message);
        while let Some(frame) = rest.block() {
            // Half a frame says what it says up to there.
            let _ended_early = self.frame(Reader(frame), &mut heard);
        }
        heard
    }

    fn frame(&mut self, mut frame: Reader<'_>, heard: &mut HsmHeard) -> Option<()> {
        match frame.u8()? {
            CONNECT => {
                let fields = fields(frame)?;
                let field = |wanted| fields.iter().find(|(id, _)| *id == wanted).map(|(_, bytes)| *bytes);
                heard.entered = Some(field(1)? == b"K");
                self.after = field(2).and_then(|bytes| Reader(bytes).u32()).unwrap_or(0);
            }
            DATA => self.data(frame, heard)?,
            _ => {}
        }
        Some(())
    }

    fn data(&mut self, mut frame: Reader<'_>, heard: &mut HsmHeard) -> Option<()> {
        if self.after > 0 {
            let number = frame.u32()?;
            self.unacknowledged = self.unacknowledged.saturating_add(1);
            if self.unacknowledged >= self.after {
                self.unacknowledged = 0;
                heard.acknowledge = Some(acknowledgement(number));
            }
        }
        let packets = usize::from(frame.u16()?);
        for _ in 0..packets.min(MOST_PACKETS) {
            let told = self.packet(Reader(frame.block()?));
            heard.prices.extend(told.and_then(|topic| Some((topic.token, picture(&topic.values)?))));
        }
        Some(())
    }

    /// Takes a packet up; the topic that it is of, when it is of a share.
    fn packet(&mut self, mut packet: Reader<'_>) -> Option<&Topic> {
        let (kind, number) = (packet.u8()?, packet.u32()?);
        match kind {
            WHOLE => {
                let length = usize::from(packet.u8()?);
                let name = std::str::from_utf8(packet.take(length)?).ok()?;
                let token = name.strip_prefix(SHARES)?.parse().ok()?;
                let values = packet.values()?;
                if self.topics.len() >= MOST && !self.topics.contains_key(&number) {
                    return None;
                }
                self.topics.insert(number, Topic { token, values });
            }
            CHANGES => {
                let changed = packet.values()?;
                let topic = self.topics.get_mut(&number)?;
                topic.values.resize(topic.values.len().max(changed.len()), UNTOLD);
                let told = topic.values.iter_mut().zip(changed).filter(|(_, value)| *value != UNTOLD);
                told.for_each(|(known, value)| *known = value);
            }
            _ => return None,
        }
        self.topics.get(&number)
    }
}

/// The prices of a share; none before it was told by what they are divided.
fn picture(values: &[i32]) -> Option<Picture> {
    let value = |place: usize| values.get(place).copied().filter(|value| *value != UNTOLD).map(i64::from);
    let places = u32::try_from(value(24)?).ok().filter(|places| *places <= MOST_PLACES)?;
    let divider = value(23).filter(|multiplier| *multiplier > 0)?.checked_mul(10_i64.checked_pow(places)?)?;
    let price = |place| Paise(value(place)?).scale(100, divider).filter(|price| *price > Paise::ZERO);
    let shares = |place| value(place).filter(|shares| *shares >= 0);
    Some(Picture {
        last: price(5),
        traded_at: value(3).and_then(time::epoch),
        last_quantity: shares(6),
        open: price(20),
        high: price(15),
        low: price(14),
        close: price(21),
        volume: shares(4),
        band_low: price(16),
        band_high: price(17),
        bid: price(9),
        ask: price(10),
    })
}

/// The first frame, with which the feed is entered: it holds the keys of the session and is never shown.
pub fn connect_frame(token: &str, sid: &str) -> Vec<u8> {
    frame(CONNECT, &[(1, token.as_bytes()), (2, sid.as_bytes()), (3, b"JS_API")])
}

/// The frames that subscribe to these shares, by the broker's numbers, 100 in each and each on a channel of its own. What is beyond
/// 200 is left out: a connection has no more.
pub fn hsm_subscription_frames(tokens: &[String]) -> Vec<Vec<u8>> {
    let wanted = tokens.get(..tokens.len().min(MOST)).unwrap_or_default();
    let request = |(part, channel): (&[String], u8)| {
        let names: Vec<String> = part.iter().map(|token| format!("{SHARES}{token}")).collect();
        // A name that is longer than any is none.
        let sized = |name: &String| Some((u8::try_from(name.len()).ok()?, name.clone()));
        let names: Vec<(u8, String)> = names.iter().filter_map(sized).collect();
        let mut list = u16::try_from(names.len()).unwrap_or(0).to_be_bytes().to_vec();
        for (length, name) in names {
            list.push(length);
            list.extend_from_slice(name.as_bytes());
        }
        frame(SUBSCRIBE, &[(1, list.as_slice()), (2, &[channel])])
    };
    wanted.chunks(AT_ONCE).zip(1_u8..).map(request).collect()
}

fn acknowledgement(number: u32) -> Vec<u8> {
    frame(ACKNOWLEDGE, &[(1, &number.to_be_bytes())])
}

/// A frame of these fields. One that is longer than a frame can say is cut off, which the broker refuses.
fn frame(kind: u8, fields: &[(u8, &[u8])]) -> Vec<u8> {
    let mut body = vec![kind, u8::try_from(fields.len()).unwrap_or(u8::MAX)];
    for (id, bytes) in fields {
        body.push(*id);
        body.extend(u16::try_from(bytes.len()).unwrap_or(u16::MAX).to_be_bytes());
        body.extend_from_slice(bytes);
    }
    let mut frame = u16::try_from(body.len()).unwrap_or(u16::MAX).to_be_bytes().to_vec();
    frame.append(&mut body);
    frame
}

/// The fields of a frame, of which the number stands before them.
fn fields(mut frame: Reader<'_>) -> Option<Vec<(u8, &[u8])>> {
    let count = frame.u8()?;
    (0..count).map(|_| Some((frame.u8()?, frame.block()?))).collect()
}

/// What has not been read yet.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    fn u8(&mut self) -> Option<u8> {
        self.array().map(u8::from_be_bytes)
    }

    fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_be_bytes)
    }

    fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_be_bytes)
    }

    /// Bytes with their length before them, in two bytes.
    fn block(&mut self) -> Option<&'a [u8]> {
        let length = usize::from(self.u16()?);
        self.take(length)
    }

    /// Numbers with their count before them, in one byte.
    fn values(&mut self) -> Option<Vec<i32>> {
        let count = self.u8()?;
        (0..count).map(|_| self.array().map(i32::from_be_bytes)).collect()
    }
}

#[cfg(test)]
mod tests;
