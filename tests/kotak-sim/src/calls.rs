//! The calls that a client can make, and the frames that the feeds send: what faults are scheduled by.

use serde::{Deserialize, Serialize};

/// One kind of call, or of frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Call {
    /// First step of the login, with the TOTP.
    Login,
    /// Second step of the login, with the MPIN.
    Validate,
    /// End of a session.
    Logout,
    /// The caller's address as the broker sees it.
    ClientAddress,
    /// The addresses that are listed for an account.
    Subscription,
    /// A new order.
    Place,
    /// A change of an order.
    Modify,
    /// The withdrawal of an order.
    Cancel,
    /// All orders of today, or one by its number.
    Book,
    /// The states that an order went through.
    History,
    /// All fills of today.
    Trades,
    /// Positions of today and carried ones.
    Positions,
    /// Settled shares.
    Holdings,
    /// Cash and margins.
    Limits,
    /// The margin that an order would need.
    Margin,
    /// Prices now.
    Quotes,
    /// Candles of the past.
    Candles,
    /// Where the files of instruments are.
    FilePaths,
    /// A file of instruments.
    File,
    /// Where the feeds are.
    FeedConfig,
    /// A connection to the order feed.
    OrderFeed,
    /// A connection to the market feed.
    MarketFeed,
    /// A frame that the order feed sends, acknowledgements left out.
    OrderFrame,
    /// A frame of prices that the market feed sends.
    MarketFrame,
}

/// A choice of calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Calls {
    /// Each call of REST; connections and frames of feeds are left out.
    Any,
    /// Place, modify, cancel.
    Orders,
    /// Book, history, trades, positions, holdings, limits, margin.
    Reports,
    /// One kind.
    One(Call),
}

impl Call {
    /// Whether it trades.
    pub fn trades(self) -> bool {
        matches!(self, Self::Place | Self::Modify | Self::Cancel)
    }

    fn reports(self) -> bool {
        use Call::{Book, History, Holdings, Limits, Margin, Positions, Trades};
        matches!(self, Book | History | Trades | Positions | Holdings | Limits | Margin)
    }

    fn feeds(self) -> bool {
        matches!(self, Self::OrderFeed | Self::MarketFeed | Self::OrderFrame | Self::MarketFrame)
    }
}

impl Calls {
    /// Whether `call` is among them.
    pub fn has(self, call: Call) -> bool {
        match self {
            Self::Any => !call.feeds(),
            Self::Orders => call.trades(),
            Self::Reports => call.reports(),
            Self::One(one) => one == call,
        }
    }
}
