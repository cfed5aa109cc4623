//! Identifiers, each its own type so that one cannot be taken for another.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::time::Day;

macro_rules! number_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub u64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

number_id!(
    /// A user of the daemon. Numbered from 1.
    UserId
);
number_id!(
    /// One execution of a task. Numbered from 1 over all users; 0 stands for none, such as of an order that others placed.
    RunId
);

impl RunId {
    /// Returns the run; none where it stands for none.
    pub fn if_any(self) -> Option<Self> {
        (self.0 > 0).then_some(self)
    }
}

number_id!(
    /// A published signal. Numbered from 1.
    SignalId
);
number_id!(
    /// A corporate action that the installation knows. Numbered from 1.
    ActionId
);
number_id!(
    /// A corporate action that a source told and that something speaks against. Numbered from 1.
    DoubtId
);

/// Our own id of an order, given before anything is sent. To the broker an order is named by its
/// [`crate::orders::OrderTag`], because a copy of a database goes on with the same ids.
///
/// It counts per user and trading date, so that it does not depend on what other users do. Written as
/// `U7-20250102-0001`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrderId {
    /// User of the order.
    pub user: UserId,
    /// The trading date it was placed for.
    pub day: Day,
    /// Number within user and trading date; the first is 1.
    pub number: u32,
}

impl OrderId {
    /// The id in entries of the journal that are about what is held: the number 0, which no order has, and the ex-date of
    /// the corporate action.
    pub const fn of_holdings(user: UserId, ex_day: Day) -> Self {
        Self { user, day: ex_day, number: 0 }
    }

    /// Returns whether it stands for what is held, and for no order.
    pub const fn is_about_holdings(&self) -> bool {
        self.number == 0
    }
}

impl fmt::Display for OrderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "U{}-{}-{:04}", self.user, self.day.format("%Y%m%d"), self.number)
    }
}

/// A text that is not an order id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an order id such as U7-20250102-0001")]
pub struct OrderIdError(pub String);

impl FromStr for OrderId {
    type Err = OrderIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parse = || {
            let mut parts = text.strip_prefix('U')?.splitn(3, '-');
            let user = UserId(parts.next()?.parse().ok()?);
            let day = Day::parse_from_str(parts.next()?, "%Y%m%d").ok()?;
            let number = parts.next()?.parse().ok()?;
            Some(Self { user, day, number })
        };
        parse().ok_or_else(|| OrderIdError(text.to_owned()))
    }
}

impl Serialize for OrderId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for OrderId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_id_reads_back_what_it_prints() {
        let id = OrderId { user: UserId(7), day: Day::from_ymd_opt(2025, 1, 2).unwrap(), number: 12 };
        assert_eq!(id.to_string(), "U7-20250102-0012");
        assert_eq!(id.to_string().parse(), Ok(id));
        assert!("U7-20250102".parse::<OrderId>().is_err());
        assert!("7-20250102-1".parse::<OrderId>().is_err());
    }
}
