//! The tag that a broker keeps with an order, and by which an order of ours is found whose number is not known.

use std::fmt::{self, Write};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::ids::{OrderId, UserId};
use crate::time::Day;

/// Digits of a [`TagCode`]: without the letters that are read as digits.
const CODE_DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Characters of a code, of 5 bits each.
const CODE_LENGTH: usize = 8;
/// Digits of the numbers in a tag. No small letters, because a broker may not tell them from capitals.
const DIGITS: &[u8; 36] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
/// Characters of the trading date, which is counted in days.
const DAY_LENGTH: usize = 3;
/// As many digits as a number of 64 bits has in the shorter of both alphabets.
const MOST_DIGITS: usize = 13;
/// Days that those characters count: through 2097.
const DAYS: i64 = 36 * 36 * 36;
/// Digits of the time that a broker puts behind a tag when the order is cancelled.
const SUFFIX_DIGITS: usize = 10;

/// The random characters in the tags of one start of the daemon. Whoever begins to place orders on a database draws
/// new ones, so that a copy of the database, wherever it comes from, gives no tag that was given already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TagCode(u64);

impl TagCode {
    /// How many codes there are: 40 bits.
    pub const COUNT: u64 = 1 << 40;

    /// The code of a number, of which the lowest 40 bits count.
    pub const fn of_number(number: u64) -> Self {
        Self(number % Self::COUNT)
    }

    fn read(text: &str) -> Option<Self> {
        text.bytes()
            .try_fold(0, |number, byte| {
                let digit = CODE_DIGITS.iter().position(|digit| *digit == byte)?;
                Some((number << 5) | digit as u64)
            })
            .map(Self)
    }
}

impl fmt::Display for TagCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_digits(f, self.0, CODE_DIGITS, CODE_LENGTH)
    }
}

/// The tag of an order at the broker. It is stamped when the order is intended, kept with it in the journal, and never
/// given to another order, by this installation or any other.
///
/// Written as the code, the trading date, the user and the number, such as `4Q0ZK7MTFI27-C` for order `U7-20250102-0012`:
/// at most [`OrderTag::LONGEST`] capitals, digits and a hyphen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrderTag {
    code: TagCode,
    order: OrderId,
}

impl OrderTag {
    /// The most characters of a tag: what every broker is known to keep whole.
    pub const LONGEST: usize = 20;

    /// Stamps the tag of an order.
    ///
    /// # Errors
    /// [`OrderTagError::Date`] or [`OrderTagError::TooLong`] of an order that no tag has room for.
    pub fn stamp(code: TagCode, order: OrderId) -> Result<Self, OrderTagError> {
        if !(0..DAYS).contains(&days(order.day)) {
            return Err(OrderTagError::Date { order });
        }
        let tag = Self { code, order };
        let length = tag.to_string().len();
        if length > Self::LONGEST {
            return Err(OrderTagError::TooLong { order, length });
        }
        Ok(tag)
    }

    /// The random characters in it.
    pub const fn code(&self) -> TagCode {
        self.code
    }

    /// The order whose tag it is, among the orders of whoever has this code.
    pub const fn order(&self) -> OrderId {
        self.order
    }
}

/// Returns what stands before the time that a broker puts behind the tag of a cancelled order (`TAG-1767225600`); none of
/// a text that does not end so.
pub fn before_suffix(text: &str) -> Option<&str> {
    let (before, suffix) = text.rsplit_once('-')?;
    let is_time = suffix.len() == SUFFIX_DIGITS && suffix.bytes().all(|byte| byte.is_ascii_digit());
    is_time.then_some(before)
}

impl fmt::Display for OrderTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let OrderId { user, day, number } = self.order;
        write!(f, "{}", self.code)?;
        write_digits(f, days(day).unsigned_abs(), DIGITS, DAY_LENGTH)?;
        write_digits(f, user.0, DIGITS, 1)?;
        f.write_char('-')?;
        write_digits(f, number.into(), DIGITS, 1)
    }
}

/// Why there is no tag.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OrderTagError {
    /// The date of the order is not among those that a tag can name.
    #[error("order {order} can have no tag at a broker: its date is not within 1970 to 2097")]
    Date {
        /// The order that it is about.
        order: OrderId,
    },
    /// The tag would be too long for a broker.
    #[error(
        "order {order} can have no tag at a broker: it would have {length} characters, and {} are kept",
        OrderTag::LONGEST
    )]
    TooLong {
        /// The order that it is about.
        order: OrderId,
        /// Characters that it would have.
        length: usize,
    },
    /// A text that is not a tag of ours.
    #[error("{0:?} is not a tag of an order such as 4Q0ZK7MTFI27-C")]
    NotATag(String),
}

impl FromStr for OrderTag {
    type Err = OrderTagError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // What reads as a tag and is not written as one, with a small letter or a needless zero, is none.
        let tag = read(text).filter(|tag| tag.to_string() == text && text.len() <= Self::LONGEST);
        tag.ok_or_else(|| OrderTagError::NotATag(text.to_owned()))
    }
}

impl Serialize for OrderTag {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for OrderTag {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

fn read(text: &str) -> Option<OrderTag> {
    let (code, rest) = text.split_at_checked(CODE_LENGTH)?;
    let (day, rest) = rest.split_at_checked(DAY_LENGTH)?;
    let (user, number) = rest.split_once('-')?;
    let of = |digits| u64::from_str_radix(digits, 36).ok();
    let day = Day::default().checked_add_days(chrono::Days::new(of(day)?))?;
    let order = OrderId { user: UserId(of(user)?), day, number: u32::try_from(of(number)?).ok()? };
    Some(OrderTag { code: TagCode::read(code)?, order })
}

/// Days since 1970-01-01, the default of a date.
fn days(day: Day) -> i64 {
    day.signed_duration_since(Day::default()).num_days()
}

/// Writes a number in these digits, with zeros before it up to a length.
fn write_digits(f: &mut fmt::Formatter<'_>, mut number: u64, digits: &[u8], length: usize) -> fmt::Result {
    let base = digits.len() as u64;
    let mut text = ['0'; MOST_DIGITS];
    let mut used = 0;
    for place in text.iter_mut().rev() {
        if number == 0 && used >= length {
            break;
        }
        let digit = usize::try_from(number % base).ok().and_then(|digit| digits.get(digit));
        *place = char::from(digit.copied().unwrap_or(b'0'));
        number /= base;
        used += 1;
    }
    text.iter().skip(MOST_DIGITS - used).try_for_each(|digit| f.write_char(*digit))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn order(user: u64, day: &str, number: u32) -> OrderId {
        OrderId { user: UserId(user), day: day.parse().unwrap(), number }
    }

    #[test]
    fn a_tag_names_its_code_and_its_order_in_no_more_than_brokers_keep() {
        let id = order(7, "2025-01-02", 12);
        let tag = OrderTag::stamp(TagCode::of_number(0x25_c1f9_9e9a), id).unwrap();
        assert_eq!(tag.to_string(), "4Q0ZK7MTFI27-C");
        assert_eq!("4Q0ZK7MTFI27-C".parse(), Ok(tag));
        assert_eq!((tag.code().to_string().as_str(), tag.order()), ("4Q0ZK7MT", id));
        assert_eq!(serde_json::to_string(&tag).unwrap(), "\"4Q0ZK7MTFI27-C\"");
        let most = OrderTag::stamp(TagCode::of_number(u64::MAX), order(1_679_615, "2097-09-26", 1_679_615));
        assert_eq!(most.unwrap().to_string(), "ZZZZZZZZZZZZZZZ-ZZZZ");
    }

    #[test]
    fn an_order_for_which_a_tag_has_no_room_gets_none() {
        let stamp = |order| OrderTag::stamp(TagCode::of_number(1), order);
        let long = order(1_679_616, "2025-01-02", 1_679_615);
        assert_eq!(stamp(long), Err(OrderTagError::TooLong { order: long, length: 21 }));
        for day in ["1969-12-31", "2097-09-27"] {
            assert_eq!(
                stamp(order(1, day, 1)),
                Err(OrderTagError::Date { order: order(1, day, 1) }),
                "{day}"
            );
        }
        let told = stamp(long).unwrap_err().to_string();
        assert_eq!(
            told,
            "order U1679616-20250102-1679615 can have no tag at a broker: it would have 21 characters, and 20 are kept"
        );
    }

    #[test]
    fn what_others_write_is_no_tag() {
        for text in [
            "",
            "-",
            "U1-20250310-0001",
            "1767225600-17-ABCDE1234F-ADMINAPI",
            "4q0zk7mtFI27-C",
            "4Q0ZK7MTFI207-C",
            "4Q0ZK7MTFI27-0C",
            "4Q0ZK7MTFI27-+C",
            "4Q0ZK7MTFI27-C-1767225600",
            "4Q0ZK7MTFI27",
            "4Q0ZK7MTFI27-",
            "4Q0ZK7IÜFI27-C",
            "4Q0ZK7MTFI27-ZZZZZZZZ",
        ] {
            assert!(text.parse::<OrderTag>().is_err(), "{text}");
        }
    }

    #[test]
    fn the_time_behind_a_tag_is_told_apart_from_its_number() {
        assert_eq!(before_suffix("4Q0ZK7MTFI27-C-1767225600"), Some("4Q0ZK7MTFI27-C"));
        assert_eq!(before_suffix("U1-20250310-0001-1767225600"), Some("U1-20250310-0001"));
        for text in ["4Q0ZK7MTFI27-C", "U1-20250310-0001", "", "A-176722560", "A-17672256000", "A-17672256x0"]
        {
            assert_eq!(before_suffix(text), None, "{text}");
        }
    }

    /// Users, days and numbers up to the largest that fit together.
    fn orders() -> impl Strategy<Value = OrderId> {
        let day = (0..46_656_u64).prop_map(|days| Day::default() + chrono::Days::new(days));
        (prop_oneof![1..40_u64, 1..1_679_616_u64], day, prop_oneof![1..40_u32, 1..1_679_616_u32])
            .prop_map(|(user, day, number)| OrderId { user: UserId(user), day, number })
    }

    proptest! {
        #[test]
        fn tags_of_different_codes_or_orders_differ_whatever_becomes_of_their_letters(
            (one, other) in (any::<u64>(), any::<u64>()),
            (first, second) in (orders(), orders()),
            same_code in any::<bool>(),
            same_order in any::<bool>(),
        ) {
            let codes = (TagCode::of_number(one), TagCode::of_number(if same_code { one } else { other }));
            let orders = (first, if same_order { first } else { second });
            let tags = (OrderTag::stamp(codes.0, orders.0).unwrap(), OrderTag::stamp(codes.1, orders.1).unwrap());
            let texts = (tags.0.to_string(), tags.1.to_string());
            let same = codes.0 == codes.1 && orders.0 == orders.1;
            prop_assert_eq!(texts.0.to_lowercase() == texts.1.to_lowercase(), same);
            prop_assert!(texts.0.len() <= OrderTag::LONGEST);
            prop_assert!(texts.0.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'-'));
            prop_assert_eq!(texts.0.parse::<OrderTag>().unwrap(), tags.0);
            prop_assert_eq!(before_suffix(&texts.0), None);
        }

        #[test]
        fn reading_a_tag_never_fails_badly(text in "\\PC{0,24}") {
            let _none = text.parse::<OrderTag>();
            let _none = before_suffix(&text);
        }
    }
}
