//! The market feed's packets: several in a message, each with its length in front.

use std::collections::BTreeMap;

use prahari_domain::money::Paise;
use prahari_domain::time::Timestamp;

use super::bytes::Bytes;

/// Length of a packet's head.
const HEAD: usize = 9;

/// Most packets that are read of one message; a message of the broker's has some hundred.
const MOST_PACKETS: usize = 4_096;

/// Most rows of each side of a depth; the broker has 5, or 20.
const MOST_ROWS: u32 = 200;

/// Segments that are told apart by a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Segment(pub i8);

impl Segment {
    /// Shares at the exchange on which we trade.
    pub const SHARES: Self = Self(1);
}

/// What prices of a segment are divided by to be rupees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Divider(pub i64);

/// The dividers of all segments. What the feed says when it is entered wins over what is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dividers(BTreeMap<Segment, Divider>);

impl Default for Dividers {
    fn default() -> Self {
        let known = [
            (1, 100),
            (2, 100),
            (3, 10_000_000),
            (4, 10_000),
            (5, 100),
            (6, 100),
            (7, 10_000_000),
            (8, 10_000),
            (9, 100),
            (10, 1),
        ];
        Self(known.into_iter().map(|(segment, divider)| (Segment(segment), Divider(divider))).collect())
    }
}

impl Dividers {
    /// Takes what the feed says; a divider that is not above zero is left out.
    pub fn set(&mut self, segment: Segment, divider: Divider) {
        if divider.0 > 0 {
            self.0.insert(segment, divider);
        }
    }

    /// A price in paise, rounded half away from zero; none in a segment that nobody knows, and of nothing.
    fn price(&self, segment: Segment, raw: i64) -> Option<Paise> {
        let divider = self.0.get(&segment)?;
        Paise(raw).scale(100, divider.0).filter(|price| *price > Paise::ZERO)
    }
}

/// Prices of one instrument. What the broker writes as zero is none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Picture {
    /// Last price.
    pub last: Option<Paise>,
    /// Time of the last trade.
    pub traded_at: Option<Timestamp>,
    /// Shares of the last trade.
    pub last_quantity: Option<i64>,
    /// Opening price of today.
    pub open: Option<Paise>,
    /// Highest price of today.
    pub high: Option<Paise>,
    /// Lowest price of today.
    pub low: Option<Paise>,
    /// Close of the session before.
    pub close: Option<Paise>,
    /// Shares traded today.
    pub volume: Option<i64>,
    /// Lowest price that an order may name.
    pub band_low: Option<Paise>,
    /// Highest price that an order may name.
    pub band_high: Option<Paise>,
    /// Best price at which somebody buys.
    pub bid: Option<Paise>,
    /// Best price at which somebody sells.
    pub ask: Option<Paise>,
}

/// One packet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Packet {
    /// Prices of an instrument.
    Prices {
        /// Segment of the instrument.
        segment: Segment,
        /// The broker's number of it.
        token: u32,
        /// What is said.
        picture: Picture,
    },
    /// Value of an index.
    Index {
        /// Segment of the index.
        segment: Segment,
        /// The broker's number of it.
        token: u32,
        /// Its name.
        name: String,
        /// Its value, in hundredths.
        value: Option<Paise>,
        /// Its value at the end of the session before.
        close: Option<Paise>,
    },
    /// State of a market.
    Status {
        /// Segment that it is of.
        segment: Segment,
        /// The broker's code: 1 open, 2 closed, others for the phases around.
        code: u16,
    },
    /// Price of the closing auction.
    Auction {
        /// Segment of the instrument.
        segment: Segment,
        /// The broker's number of it.
        token: u32,
        /// Its price.
        price: Paise,
    },
    /// Anything else, by its code.
    Other {
        /// The broker's code of the packet.
        code: u16,
    },
}

/// Reads a message. What comes before a packet that cannot be read is kept; a length that cannot be ends the message, and
/// the second part of the answer says so.
pub fn decode(message: &[u8], dividers: &Dividers) -> (Vec<Packet>, bool) {
    let mut packets = Vec::new();
    let mut rest = message;
    while !rest.is_empty() {
        let length = Bytes(rest).u16(0).map_or(0, usize::from);
        let Some(packet) = rest.get(..length).filter(|packet| packet.len() >= HEAD) else {
            return (packets, false);
        };
        if packets.len() >= MOST_PACKETS {
            return (packets, false);
        }
        packets.extend(read(Bytes(packet), dividers));
        rest = rest.get(length..).unwrap_or_default();
    }
    (packets, true)
}

/// One packet; none when it is shorter than its kind, or says nothing.
fn read(packet: Bytes<'_>, dividers: &Dividers) -> Option<Packet> {
    let code = packet.u16(2)?;
    let segment = Segment(i8::from_le_bytes([packet.u8(4)?]));
    let level = packet.u8(5)?;
    match (code, level) {
        (7_207, _) => index(packet, segment, dividers),
        (105, _) => Some(Packet::Status { segment, code: packet.u16(9)? }),
        (104, _) => {
            let price = dividers.price(segment, i64::from(packet.u32(13)?))?;
            Some(Packet::Auction { segment, token: packet.u32(9)?, price })
        }
        (6_511, _) => Some(Packet::Status { segment, code: 1 }),
        (6_521, _) => Some(Packet::Status { segment, code: 2 }),
        (_, 1) => mini(packet, segment, dividers),
        (_, 2 | 4 | 8 | 16) => picture(packet, segment, dividers),
        _ => Some(Packet::Other { code }),
    }
}

/// Seconds since 1970; below zero stands for never.
fn second(seconds: i64) -> Option<Timestamp> {
    (seconds > 0).then(|| seconds.checked_mul(1_000).map(Timestamp))?
}

/// A number of shares; below zero it is none.
fn shares(quantity: i64) -> Option<i64> {
    (quantity >= 0).then_some(quantity)
}

fn index(packet: Bytes<'_>, segment: Segment, dividers: &Dividers) -> Option<Packet> {
    let price = |place| Some(dividers.price(segment, i64::from(packet.i32(place)?)));
    Some(Packet::Index {
        segment,
        token: packet.u32(9)?,
        close: price(17)?,
        value: price(29)?,
        name: packet.text(66, 21)?,
    })
}

fn mini(packet: Bytes<'_>, segment: Segment, dividers: &Dividers) -> Option<Packet> {
    let price = |place| Some(dividers.price(segment, i64::from(packet.u32(place)?)));
    let picture = Picture {
        traded_at: second(packet.i64(13)?),
        last: price(21)?,
        last_quantity: shares(packet.i64(25)?),
        close: price(33)?,
        ..Picture::default()
    };
    // The last number that the kind has; a shorter packet is half a packet.
    packet.u32(50)?;
    Some(Packet::Prices { segment, token: packet.u32(9)?, picture })
}

fn picture(packet: Bytes<'_>, segment: Segment, dividers: &Dividers) -> Option<Packet> {
    let price = |place| Some(dividers.price(segment, i64::from(packet.u32(place)?)));
    let buys = packet.u32(89)?.min(MOST_ROWS);
    // A row has 16 bytes: quantity, price, number of orders; the buys come first.
    let row = |number: u32| {
        let place = 144_usize.checked_add(usize::try_from(number).ok()?.checked_mul(16)?)?;
        dividers.price(segment, i64::from(packet.i32(place.checked_add(8)?)?))
    };
    let sells = packet.u32(93)?;
    packet.u32(140)?;
    let picture = Picture {
        volume: shares(packet.i64(29)?),
        traded_at: second(packet.i64(37)?),
        open: price(53)?,
        close: price(57)?,
        high: price(61)?,
        low: price(65)?,
        last: price(69)?,
        last_quantity: shares(packet.i64(73)?),
        band_high: price(119)?,
        band_low: price(123)?,
        bid: if buys > 0 { row(0) } else { None },
        ask: if sells > 0 { row(buys) } else { None },
    };
    Some(Packet::Prices { segment, token: packet.u32(9)?, picture })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn bytes(hex: &str) -> Vec<u8> {
        (0..hex.len() / 2).map(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).unwrap()).collect()
    }

    const MINI: &str = "3600281c0101000700915f0100803bb16a00000000f36100002800000000000000a86100001e0000004b000000010000000201000000";
    const TOUCH: &str = "b000281c0104000800915f0100b0040000000000001405000000000000d8d6000000000000803bb16a00000000813bb16a0000000044610000a86100007062000012610000f36100002800000000000000b261000000000000010000000100000002001e000000000000000000008c4e7fd4414b0000006c6b0000e457000030750000504600000100000002010000006400000000000000ee610000030000005000000000000000f861000002000000";
    const INDEX: &str = "5700271c01000000007769000040420f00104a0f00c8550f00583e0f001e500f00803bb16a00000000e0c8100000350c000f0000000000000000000000026400000044656d6f2035300000000000000000000000000000";

    #[test]
    fn packets_are_read_as_the_broker_builds_them() {
        let message = format!("{MINI}{TOUCH}{INDEX}10006900020000000001004f50454e0009006f190100000000");
        let (packets, whole) = decode(&bytes(&message), &Dividers::default());
        assert!(whole);
        let at = Some(Timestamp(1_790_000_000_000));
        let Packet::Prices { segment, token, picture } = &packets[0] else { panic!("{packets:?}") };
        assert_eq!((*segment, *token), (Segment::SHARES, 90_001));
        assert_eq!((picture.last, picture.close), (Some(Paise(25_075)), Some(Paise(25_000))));
        assert_eq!((picture.traded_at, picture.last_quantity), (at, Some(40)));
        let Packet::Prices { picture, .. } = &packets[1] else { panic!("{packets:?}") };
        assert_eq!((picture.bid, picture.ask), (Some(Paise(25_070)), Some(Paise(25_080))));
        assert_eq!(
            (picture.open, picture.high, picture.low),
            (Some(Paise(24_900)), Some(Paise(25_200)), Some(Paise(24_850)))
        );
        assert_eq!((picture.close, picture.volume), (Some(Paise(25_000)), Some(55_000)));
        assert_eq!((picture.band_high, picture.band_low), (Some(Paise(27_500)), Some(Paise(22_500))));
        let Packet::Index { name, value, close, .. } = &packets[2] else { panic!("{packets:?}") };
        assert_eq!(
            (name.as_str(), *value, *close),
            ("Demo 50", Some(Paise(1_003_550)), Some(Paise(1_002_000)))
        );
        assert_eq!(packets[3], Packet::Status { segment: Segment(2), code: 1 });
        assert_eq!(packets[4], Packet::Status { segment: Segment::SHARES, code: 1 });
    }

    #[test]
    fn what_the_feed_says_of_dividers_wins_and_zero_is_no_price() {
        let mut dividers = Dividers::default();
        dividers.set(Segment::SHARES, Divider(0));
        dividers.set(Segment::SHARES, Divider(1_000));
        let (packets, _) = decode(&bytes(MINI), &dividers);
        let Packet::Prices { picture, .. } = &packets[0] else { panic!("{packets:?}") };
        assert_eq!(picture.last, Some(Paise(2_508)));
        let mut none = bytes(MINI);
        none[21..25].fill(0);
        let (packets, _) = decode(&none, &dividers);
        assert!(matches!(&packets[0], Packet::Prices { picture, .. } if picture.last.is_none()));
    }

    #[test]
    fn fewer_shares_than_none_are_no_number_of_shares() {
        let mut below = bytes(MINI);
        below[25..33].fill(0xff);
        let (packets, _) = decode(&below, &Dividers::default());
        assert!(matches!(&packets[0], Packet::Prices { picture, .. } if picture.last_quantity.is_none()));
    }

    #[test]
    fn a_length_that_cannot_be_ends_the_message_and_keeps_what_came_before() {
        for end in ["00", "0800281c01010007", "ffff281c0101000700"] {
            let (packets, whole) = decode(&bytes(&format!("{MINI}{end}")), &Dividers::default());
            assert_eq!((packets.len(), whole), (1, false), "{end}");
        }
    }

    proptest! {
        #[test]
        fn any_message_is_read_to_an_end(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            let (packets, _) = decode(&bytes, &Dividers::default());
            prop_assert!(packets.len() <= bytes.len() / HEAD);
        }

        #[test]
        fn any_packet_of_a_known_kind_is_read_or_left_out(mut body in prop::collection::vec(any::<u8>(), 9..300), level in prop::sample::select(vec![1_u8, 2, 4, 8, 16]), code in prop::sample::select(vec![7_207_u16, 105, 104, 7_208])) {
            let length = u16::try_from(body.len()).unwrap();
            body[..2].copy_from_slice(&length.to_le_bytes());
            body[2..4].copy_from_slice(&code.to_le_bytes());
            body[5] = level;
            let (packets, whole) = decode(&body, &Dividers::default());
            prop_assert!(whole && packets.len() <= 1);
        }
    }
}
