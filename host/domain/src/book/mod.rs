//! The books of one user: a fold of the order journal.
//!
//! Cash comes from the money of fills and charges, the cost of what is held from lots, the realised result from
//! matching the two first in, first out. The three are kept apart, so that [`Book::difference`] is a real check.
//!
//! A daemon holds the books of thousands of users, so they stay small: closed orders are forgotten
//! ([`Book::drop_closed`]), and of each day's fills only those of recent days are kept ([`KEPT_DAYS`]).

mod apply;
mod days;
mod funds;
mod held_shares;
mod holding_change;
mod holdings;
mod outside;
mod part;
mod results;
mod snapshot;
mod trades;
mod withdrawal;

use serde::{Deserialize, Serialize};

use crate::charges::{BrokeragePlan, ChargesError, DayFill};
use crate::ids::{ActionId, OrderId, UserId};
use crate::instruments::Symbol;
use crate::money::Paise;
use crate::numbers::counted;
use crate::orders::machine::TransitionError;
use crate::orders::{Order, OrderState, OrderTag, Side};
use crate::strategies::StrategyName;
use crate::time::Day;

pub use apply::Applied;
pub use days::KEPT_DAYS;
pub use held_shares::HeldShares;
pub use holding_change::{HoldingChange, HoldingPart};
pub use holdings::{HeldEntry, OpenLot, Position, PositionEntry};
pub use part::{Part, TimedEvent};
pub use results::StrategyResult;
pub use trades::{ClosedLot, OrderFill, TradeEvent, Trades};
pub use withdrawal::{FillWithdrawal, standing_entries};

use days::RecentDays;
use holdings::Holdings;
use results::Results;

/// The books of one user.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Book {
    user: UserId,
    capital: Paise,
    plan: BrokeragePlan,
    /// Sequence of the last journal entry applied.
    sequence: u64,
    /// Sorted by id, which is the order in which they were placed.
    orders: Vec<Order>,
    /// The highest order number of each day that is not forgotten.
    numbers: Vec<(Day, u32)>,
    /// Orders of earlier days may be missing from `orders`.
    forgotten_before: Option<Day>,
    holdings: Holdings,
    days: RecentDays,
    cash: Paise,
    realised: Paise,
    charges: Paise,
    /// The last two of each strategy.
    results: Results,
    /// Income that is no trading cash.
    income: Paise,
    /// Corporate actions that are booked and not undone, by number.
    applied: Vec<ActionId>,
}

/// A journal entry that does not fit the books. The books are as they were before it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BookError {
    /// An entry is missing or came twice.
    #[error("the journal of user {user} continues with entry {expected}, but entry {found} was given")]
    Sequence {
        /// The user whose books they are.
        user: UserId,
        /// Sequence number that was expected.
        expected: u64,
        /// Sequence number that was given.
        found: u64,
    },
    /// The entry belongs to another user.
    #[error("order {order} does not belong to user {user}")]
    OtherUser {
        /// The user whose books they are.
        user: UserId,
        /// Id of the order that the entry names; it belongs to another user.
        order: OrderId,
    },
    /// A new order on a day whose order numbers are no longer known.
    #[error("order {order} is of a day before {before}, and orders of those days are forgotten")]
    Pruned {
        /// Id of the order.
        order: OrderId,
        /// First day still known.
        before: Day,
    },
    /// An entry about what is held has the id of an order.
    #[error("the entry about what is held names the order {order}")]
    NotAboutHoldings {
        /// Id that the entry names.
        order: OrderId,
    },
    /// The event contradicts the order.
    #[error(transparent)]
    Order(#[from] TransitionError),
    /// More was sold than the books hold for the order's strategy.
    #[error("order {order} sold {} of {symbol}, but its strategy holds {held}", counted(*sold, "share", "shares"))]
    SoldMoreThanHeld {
        /// Id of the sell order.
        order: OrderId,
        /// Symbol that was sold.
        symbol: Symbol,
        /// Shares of the fill.
        sold: u32,
        /// Shares that its strategy holds.
        held: u32,
    },
    /// More shares than the books can count.
    #[error("order {order} would bring the shares of {symbol} above {}", u32::MAX)]
    TooManyShares {
        /// Id of the buy order.
        order: OrderId,
        /// Symbol that was bought.
        symbol: Symbol,
    },
    /// A corporate action would bring more shares than the books can count.
    #[error("{what}: the shares of {symbol} would be above {}", u32::MAX)]
    TooManySharesByAction {
        /// Symbol that would become too many.
        symbol: Symbol,
        /// The action in plain words.
        what: String,
    },
    /// A corporate action is in the books already.
    #[error("{what}: it is in the books already")]
    ActionTwice {
        /// The action in plain words.
        what: String,
    },
    /// A corporate action that is not in the books cannot be taken back.
    #[error("{what}: it is not in the books, so it cannot be taken back")]
    ActionNotApplied {
        /// The action in plain words.
        what: String,
    },
    /// The lots that an entry names are not those of the books.
    #[error("{what}: the lots of {symbol} are not those that it is about; shares were traded since")]
    HoldingDiffers {
        /// Symbol of the position.
        symbol: Symbol,
        /// The action in plain words.
        what: String,
    },
    /// A change of holdings does not keep their cost.
    #[error("{what}: the cost of what is held would not stay the same")]
    Unbalanced {
        /// The action in plain words.
        what: String,
    },
    /// A fill that is to be taken back is not in the books.
    #[error("order {order} has no fill {key} in the books")]
    NoSuchFill {
        /// Id of the order.
        order: OrderId,
        /// Key of the fill.
        key: String,
    },
    /// Shares of a fill that is to be taken back were sold since, and the strategy had too few others then.
    #[error("of the {symbol} that order {order} bought, {} sold since", counted(*quantity, "share was", "shares were"))]
    WithdrawnSharesSold {
        /// Id of the buy order.
        order: OrderId,
        /// Symbol of the shares.
        symbol: Symbol,
        /// Shares that were sold of those that it bought.
        quantity: u32,
    },
    /// The fills of the date of a fill that is to be taken back are not kept any more, so its charges cannot be known.
    #[error("the fill {key} of {day} is too old to be taken back")]
    WithdrawnTooLate {
        /// Key of the fill.
        key: String,
        /// Date of the fill.
        day: Day,
    },
    /// The rates of the day are not known.
    #[error(transparent)]
    Charges(#[from] ChargesError),
    /// A snapshot that cannot be read or written.
    #[error("the snapshot of the books cannot be used: {0}")]
    Snapshot(String),
}

impl Book {
    /// Opens the books of a user with this much cash, on the plan without brokerage (`trade_api`).
    pub fn open(user: UserId, capital: Paise) -> Self {
        Self::open_on_plan(user, capital, Self::usual_plan())
    }

    /// Returns the plan of books that are opened without one: the plan without brokerage (`trade_api`).
    pub fn usual_plan() -> BrokeragePlan {
        let plan = crate::charges::ChargeSchedule::embedded().and_then(|schedule| schedule.plan("trade_api"));
        // Without a table of charges no fill can be booked at all, so the plan is never used then.
        plan.unwrap_or_default()
    }

    /// Opens the books of a user whose broker charges by this plan.
    pub fn open_on_plan(user: UserId, capital: Paise, plan: BrokeragePlan) -> Self {
        Self {
            user,
            capital,
            plan,
            sequence: 0,
            orders: Vec::new(),
            numbers: Vec::new(),
            forgotten_before: None,
            holdings: Holdings::default(),
            days: RecentDays::default(),
            cash: capital,
            realised: Paise::ZERO,
            charges: Paise::ZERO,
            results: Results::default(),
            income: Paise::ZERO,
            applied: Vec::new(),
        }
    }

    /// Returns the user of the book.
    pub fn user(&self) -> UserId {
        self.user
    }

    /// Returns the capital: all money paid in, less all money paid out.
    pub fn capital(&self) -> Paise {
        self.capital
    }

    /// Pays money in or out, so that `capital` is what was paid in altogether. Only cash changes by it, so it can
    /// be done at any time and the books stay conserved; whether enough is free is for the caller to ask.
    pub fn set_capital(&mut self, capital: Paise) {
        self.cash += capital - self.capital;
        self.capital = capital;
    }

    /// The sequence that the next journal entry must have.
    pub fn next_sequence(&self) -> u64 {
        self.sequence.saturating_add(1)
    }

    /// The id of the next order of a trading date.
    pub fn next_order_id(&self, day: Day) -> OrderId {
        let last = self.numbers.iter().find(|(of, _)| *of == day).map_or(0, |(_, number)| *number);
        OrderId { user: self.user, day, number: last.saturating_add(1) }
    }

    /// An order that is not forgotten.
    pub fn order(&self, id: &OrderId) -> Option<&Order> {
        self.place_of(id).ok().and_then(|place| self.orders.get(place))
    }

    /// The order that a broker tells of: the one with this number at the broker, or else the one with this tag, unless
    /// the broker has given that one another number. A tag alone names an order only as it was given.
    pub fn order_at_broker(&self, broker_id: Option<&str>, tag: &str) -> Option<&Order> {
        let tagged = self.order_tagged(tag);
        let Some(broker_id) = broker_id else { return tagged };
        let has_number = |order: &&Order| order.broker_id.as_deref() == Some(broker_id);
        match tagged {
            Some(order) if has_number(&order) => Some(order),
            tagged => {
                let numbered = self.orders.iter().rev().find(has_number);
                numbered.or_else(|| tagged.filter(|order| order.broker_id.is_none()))
            }
        }
    }

    fn order_tagged(&self, tag: &str) -> Option<&Order> {
        match tag.parse::<OrderTag>() {
            Ok(tag) => self.order(&tag.order()).filter(|order| order.tag == Some(tag)),
            Err(_) => self.order(&tag.parse().ok()?).filter(|order| order.tag.is_none()),
        }
    }

    /// Every order that is not forgotten, oldest first.
    pub fn orders(&self) -> impl Iterator<Item = &Order> {
        self.orders.iter()
    }

    /// Orders that have not ended, oldest first.
    pub fn active_orders(&self) -> impl Iterator<Item = &Order> {
        self.orders.iter().filter(|order| !order.state.is_final())
    }

    /// Rejected orders that may be tried again, oldest first.
    pub fn retryable_orders(&self) -> impl Iterator<Item = &Order> {
        self.orders.iter().filter(|order| order.state == OrderState::Rejected && order.retryable)
    }

    /// Orders of a trading date and orders that changed on that date, oldest first.
    pub fn orders_on(&self, day: Day) -> impl Iterator<Item = &Order> {
        self.orders.iter().filter(move |order| order.day() == day || order.updated_at.ist_day() == day)
    }

    /// What each strategy holds, sorted by symbol and then by strategy.
    pub fn positions(&self) -> Vec<Position> {
        self.holdings.positions()
    }

    /// What a strategy holds of a symbol, if anything.
    pub fn position(&self, strategy: StrategyName, symbol: &Symbol) -> Option<Position> {
        self.holdings.position(strategy, symbol)
    }

    /// The lots of a position that are still held, the first to be sold first; none of what is not held.
    pub fn lots(&self, strategy: StrategyName, symbol: &Symbol) -> Vec<OpenLot> {
        self.holdings.lots(strategy, symbol)
    }

    /// Symbols held, sorted, each once.
    pub fn held_symbols(&self) -> impl Iterator<Item = &Symbol> {
        self.holdings.symbols()
    }

    /// Which strategy holds which symbol, sorted by symbol.
    pub fn holders(&self) -> impl Iterator<Item = (StrategyName, &Symbol)> {
        self.holdings.holders()
    }

    /// Shares held of a symbol by all strategies together, as the broker counts them.
    pub fn held(&self, symbol: &Symbol) -> u32 {
        self.holdings.held(symbol)
    }

    /// Shares of a symbol that a strategy holds.
    pub fn held_by(&self, strategy: StrategyName, symbol: &Symbol) -> u32 {
        self.holdings.held_by(strategy, symbol)
    }

    /// What the lots of a symbol cost, those of all strategies together, charges not included.
    pub fn invested_in(&self, symbol: &Symbol) -> Paise {
        self.holdings.invested_in(symbol)
    }

    /// Returns whether no fill of a share is of a day or a later one; false where the fills since that day are not kept any more.
    pub fn is_untraded_since(&self, symbol: &Symbol, day: Day) -> bool {
        let traded = |fill: &DayFill| fill.symbol == *symbol;
        day >= self.days.kept_from() && !self.days.fills_since(day).any(traded)
    }

    /// The first day since which every fill is kept: earlier ones may be forgotten.
    pub fn fills_kept_from(&self) -> Day {
        self.days.kept_from()
    }

    /// The shares of the fills that are kept; most more than once.
    pub fn recently_traded(&self) -> impl Iterator<Item = &Symbol> {
        self.days.fills_since(Day::MIN).map(|fill| &fill.symbol)
    }

    /// What each strategy has brought and cost since the books were opened, by name.
    pub fn results(&self) -> &[StrategyResult] {
        self.results.all()
    }

    /// The same of one day; empty for days that are no longer kept.
    pub fn results_on(&self, day: Day) -> &[StrategyResult] {
        self.days.get(day).map_or(&[], |day| day.results.all())
    }

    /// Money on the account, charges paid; may be below zero when a market order cost more than was held back.
    pub fn cash(&self) -> Paise {
        self.cash
    }

    /// Returns the cost of the lots still held, without charges.
    pub fn invested(&self) -> Paise {
        self.holdings.invested()
    }

    /// Sale value less first-in-first-out cost since the books were opened, charges not included.
    pub fn realised(&self) -> Paise {
        self.realised
    }

    /// The part of [`Book::realised`] of one day; zero for days that are no longer kept.
    pub fn realised_on(&self, day: Day) -> Paise {
        self.days.get(day).map_or(Paise::ZERO, |day| day.realised)
    }

    /// Charges since the books were opened.
    pub fn charges(&self) -> Paise {
        self.charges
    }

    /// Charges of one day; zero for days that are no longer kept.
    pub fn charges_on(&self, day: Day) -> Paise {
        self.days.get(day).map_or(Paise::ZERO, |day| day.charges)
    }

    /// Executions of one day, in the order they were told; empty for days that are no longer kept.
    pub fn fills_on(&self, day: Day) -> &[DayFill] {
        self.days.get(day).map_or(&[], |day| day.fills.as_slice())
    }

    /// Capital plus realised result less charges, less what cash and lots really are: zero, or the books are wrong.
    pub fn difference(&self) -> Paise {
        self.capital + self.realised - self.charges - (self.cash + self.invested())
    }

    /// Forgets orders of days before `before` that have ended and will not be tried again.
    ///
    /// A late fill of a forgotten order is an error, so keep the days in which one may still be told.
    pub fn drop_closed(&mut self, before: Day) {
        self.forget(|order| order.day() < before);
        self.numbers.retain(|(day, _)| *day >= before);
        self.forgotten_before = self.forgotten_before.max(Some(before));
    }

    /// Forgets ended sells of days before `before`; the numbers of those days stay known.
    ///
    /// Each position has a new sell every day, so they are most of what would be kept; and no signal hangs on a
    /// sell, so they need not be kept as long as buys. For late fills the same holds as for [`Book::drop_closed`].
    pub fn drop_closed_sells(&mut self, before: Day) {
        self.forget(|order| order.request.side == Side::Sell && order.day() < before);
    }

    fn forget(&mut self, old: impl Fn(&Order) -> bool) {
        self.orders.retain(|order| !old(order) || !order.state.is_final() || order.retryable);
        self.orders.shrink_to_fit();
    }

    fn place_of(&self, id: &OrderId) -> Result<usize, usize> {
        self.orders.binary_search_by(|order| order.id.cmp(id))
    }
}

#[cfg(test)]
mod action_tests;
#[cfg(test)]
mod property_tests;
#[cfg(test)]
mod tests;
