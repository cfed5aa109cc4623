//! Differences between the shares that a user's broker holds and those of the books, and which shares are of others.

mod keep;
mod list;
mod of_others;

use rusqlite::Row;

use prahari_domain::ids::UserId;
use prahari_domain::instruments::Symbol;
use prahari_domain::money::Paise;
use prahari_domain::strategies::StrategyName;
use prahari_domain::time::Timestamp;

use crate::columns::{
    instant, named, optional_instant, optional_parsed, optional_user, parsed, unsigned, user,
};
use crate::errors::StoreError;

/// Most differences of a user that are open at once: more than anybody holds.
pub const MOST_OPEN_DIFFERENCES: u32 = 500;

/// Most differences of a user that are kept once they have ended, the newest.
pub const MOST_ENDED_DIFFERENCES: u32 = 1_000;

named! {
    /// What a difference is put down to.
    DifferenceCause {
        /// Shares of the books were sold outside.
        ExternalSale = "external_sale",
        /// Shares were bought outside.
        ExternalPurchase = "external_purchase",
        /// Shares that were never in the books, and of which no purchase is seen.
        OpeningHolding = "opening_holding",
        /// Shares of the books are missing, and nothing says why.
        Unexplained = "unexplained",
    }
}

named! {
    /// How far a difference has come.
    DifferenceState {
        /// It stands, and somebody has to say what becomes of it.
        Open = "open",
        /// The daemon has booked it as a sale.
        Booked = "booked",
        /// A person has had it taken into the books.
        Adopted = "adopted",
        /// A person has said that the shares are not Prahari's.
        Ignored = "ignored",
        /// Broker and books were the same again.
        Gone = "gone",
    }
}

/// A difference as it is seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDifference {
    /// Symbol of the shares.
    pub symbol: Symbol,
    /// What it is put down to.
    pub cause: DifferenceCause,
    /// Shares by which broker and books differ, without those of others.
    pub quantity: u32,
    /// Shares that the broker holds.
    pub broker_quantity: u32,
    /// Shares of the books.
    pub book_quantity: u32,
    /// What a share cost, in paise, as the broker says; none where it does not know.
    pub broker_cost: Option<Paise>,
    /// What was seen, one sentence.
    pub detail: String,
    /// Time at which it was seen.
    pub seen_at: Timestamp,
}

/// How a difference ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DifferenceEnd {
    /// State that it ends in.
    pub state: DifferenceState,
    /// Time of the end.
    pub at: Timestamp,
    /// Who decided it; none where the daemon did.
    pub by: Option<UserId>,
    /// Price per share at which it was booked, in paise.
    pub price: Option<Paise>,
    /// Whether that price is an estimate.
    pub estimated: bool,
    /// Strategy whose shares they are now.
    pub strategy: Option<StrategyName>,
}

impl DifferenceEnd {
    /// The end that nobody decided.
    pub fn by_itself(state: DifferenceState, at: Timestamp) -> Self {
        Self { state, at, by: None, price: None, estimated: false, strategy: None }
    }
}

/// Row of a difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DifferenceRow {
    /// Id; newer rows have higher ids.
    pub id: u64,
    /// The user whose account it is about.
    pub user: UserId,
    /// As it was last seen; the time is that at which it was first seen.
    pub seen: NewDifference,
    /// How far it has come.
    pub state: DifferenceState,
    /// Time at which it ended; none while it is open.
    pub ended_at: Option<Timestamp>,
    /// Who decided it; none while it is open, and where the daemon did.
    pub decided_by: Option<UserId>,
    /// Price per share at which it was booked, in paise.
    pub price: Option<Paise>,
    /// Whether that price is an estimate.
    pub estimated: bool,
    /// Strategy that the shares were given to.
    pub strategy: Option<StrategyName>,
}

/// Selects the differences to list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DifferenceFilter {
    /// Only open ones (true) or only those that have ended (false).
    pub open: Option<bool>,
    /// Older than this one: the last one of the page before.
    pub before: Option<u64>,
    /// At most this many, the newest ones.
    pub limit: u32,
}

fn read(row: &Row<'_>) -> Result<DifferenceRow, StoreError> {
    Ok(DifferenceRow {
        id: unsigned(row, "id")?,
        user: user(row, "user_id")?,
        seen: NewDifference {
            symbol: parsed(row, "symbol")?,
            cause: parsed(row, "cause")?,
            quantity: row.get("quantity")?,
            broker_quantity: row.get("broker_quantity")?,
            book_quantity: row.get("book_quantity")?,
            broker_cost: row.get::<_, Option<i64>>("broker_cost")?.map(Paise),
            detail: row.get("detail")?,
            seen_at: instant(row, "seen_at")?,
        },
        state: parsed(row, "state")?,
        ended_at: optional_instant(row, "ended_at")?,
        decided_by: optional_user(row, "decided_by")?,
        price: row.get::<_, Option<i64>>("price")?.map(Paise),
        estimated: row.get("estimated")?,
        strategy: optional_parsed(row, "strategy")?,
    })
}
