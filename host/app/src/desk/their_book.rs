//! The broker's book, in which an order of ours is found by the broker's number, and before that is known by its tag.
//!
//! A number names one order. A tag is evidence: a broker may write it anew or put a time behind it, a restored copy of
//! a database knows orders that another goes on with, and people place orders in the same account. So a tag proves an
//! order only as it was given, and only where the rest does not speak against it. What is not proven is nobody's here.

use std::collections::HashMap;

use prahari_brokers::{BrokerError, BrokerOrder, BrokerOrderState};
use prahari_domain::book::Book;
use prahari_domain::ids::OrderId;
use prahari_domain::instruments::Symbol;
use prahari_domain::orders::{
    BrokerTerms, Fill, Order, OrderEvent, OrderKind, OrderState, OrderTag, Side, before_suffix,
};
use prahari_domain::risk::{Refusal, RefusalCode};
use prahari_domain::time::{Day, Timestamp};
use serde::{Deserialize, Serialize};

use super::Desk;
use super::external_sale::is_booked;
use crate::error::AppError;

/// How far the clocks of broker and daemon may be apart: what the broker took earlier than this before an intent was
/// written down does not come from it.
const CLOCKS_APART_MS: i64 = 60_000;

/// The most orders that a sentence names.
const MOST_NAMED: usize = 3;

/// The broker's book at one moment.
pub(super) struct TheirBook {
    orders: Vec<BrokerOrder>,
    by_number: HashMap<String, usize>,
    /// By tag as it is shown, and by what stands before the time that a cancellation puts behind it.
    by_tag: HashMap<String, Vec<usize>>,
}

/// What a broker's book says of a tag.
pub(super) enum Tagged<'a> {
    /// It is that of our order.
    Ours(&'a BrokerOrder),
    /// It is that of another order.
    Others(&'a BrokerOrder),
    /// No order has it, or it is not certain which.
    Unproven,
}

/// An order at the broker that nobody knows, and that is like one of ours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LikeIt {
    /// Order number at the broker.
    pub broker_id: String,
    /// Total shares in force.
    pub quantity: u32,
    /// Shares filled so far.
    pub filled: u32,
    /// Whether it stands; otherwise it has ended.
    pub is_open: bool,
    /// Time at which the broker took it.
    pub accepted_at: Timestamp,
}

impl LikeIt {
    fn of(known: &BrokerOrder) -> Self {
        Self {
            broker_id: known.broker_id.clone(),
            quantity: known.quantity,
            filled: known.filled,
            is_open: known.state == BrokerOrderState::Open,
            accepted_at: known.accepted_at,
        }
    }
}

/// Names orders that are like one of ours, as a part of a sentence; none when there are none.
pub(super) fn in_words(alike: &[LikeIt]) -> Option<String> {
    let numbers: Vec<&str> = alike.iter().map(|known| known.broker_id.as_str()).collect();
    let is_any = !numbers.is_empty();
    is_any.then(|| format!("like it, and under another tag, is {} at the broker", numbers.join(", ")))
}

impl TheirBook {
    /// The book with an index of its numbers and of its tags.
    pub fn new(orders: Vec<BrokerOrder>) -> Self {
        let mut by_number = HashMap::with_capacity(orders.len());
        let mut by_tag: HashMap<String, Vec<usize>> = HashMap::with_capacity(orders.len());
        for (place, order) in orders.iter().enumerate() {
            by_number.insert(order.broker_id.clone(), place);
            let given = before_suffix(&order.tag).into_iter().chain([order.tag.as_str()]);
            given.for_each(|tag| by_tag.entry(tag.to_owned()).or_default().push(place));
        }
        Self { orders, by_number, by_tag }
    }

    /// Our order, if the broker's book has it for certain: by its number, and while that is not known by its tag.
    pub fn find(&self, ours: &Order, book: &Book) -> Option<&BrokerOrder> {
        if let Some(number) = &ours.broker_id {
            let known = self.numbered(number);
            // Some brokers give another number with a change. Ids were tags before, and those come again elsewhere.
            if known.is_some() || ours.tag.is_none() {
                return known;
            }
        }
        match self.tagged(ours, book) {
            Tagged::Ours(known) => Some(known),
            Tagged::Others(_) | Tagged::Unproven => None,
        }
    }

    /// Returns whose the tag of our order is.
    pub fn tagged(&self, ours: &Order, book: &Book) -> Tagged<'_> {
        let tag = ours.broker_tag();
        let (given, suffixed): (Vec<_>, Vec<_>) = self.with_tag(&tag).partition(|known| known.tag == tag);
        let is_ours = |known: &&BrokerOrder| can_be(known, ours) && !is_of_another(known, ours, book);
        let mut certain = given.iter().copied().filter(is_ours);
        match (certain.next(), certain.next()) {
            (Some(known), None) => return Tagged::Ours(known),
            (Some(_), Some(_)) => return Tagged::Unproven,
            (None, _) => {}
        }
        // No change makes another share of an order.
        if let Some(other) = given.iter().copied().find(|known| known.symbol != ours.request.symbol) {
            return Tagged::Others(other);
        }
        // A tag with a time behind it proves nothing alone: everything else has to agree too.
        let mut certain = suffixed.iter().copied().filter(is_ours).filter(|known| agrees(known, ours));
        match (certain.next(), certain.next()) {
            (Some(known), None) => Tagged::Ours(known),
            (Some(_), Some(_)) | (None, _) => Tagged::Unproven,
        }
    }

    /// Executions of a symbol and side on one date, of orders that are not ours, that are not booked yet, oldest first.
    pub fn fills_of_others(&self, symbol: &Symbol, side: Side, day: Day, book: &Book) -> Vec<Fill> {
        let is_of_others =
            |known: &&BrokerOrder| known.symbol == *symbol && known.side == side && !is_known(known, book);
        let fills = self.orders.iter().filter(is_of_others).flat_map(|known| &known.fills);
        let is_new = |fill: &&Fill| {
            fill.at.ist_day() == day && !book.orders().any(|order| is_booked(order, &fill.key))
        };
        let mut fills: Vec<Fill> = fills.filter(is_new).cloned().collect();
        fills.sort_by(|a, b| (a.at, &a.key).cmp(&(b.at, &b.key)));
        fills
    }

    /// The orders that nobody knows and that are like ours, for a person to judge: a few of them.
    pub fn alike(&self, ours: &Order, book: &Book) -> Vec<LikeIt> {
        let is_nobodys = |known: &&BrokerOrder| {
            let tag = before_suffix(&known.tag).unwrap_or(&known.tag);
            tag.parse::<OrderTag>().is_err() && tag.parse::<OrderId>().is_err()
        };
        let like_ours = |known: &&BrokerOrder| {
            known.symbol == ours.request.symbol && is_since(known, ours) && agrees(known, ours)
        };
        self.orders
            .iter()
            .filter(is_nobodys)
            .filter(like_ours)
            .filter(|known| !is_of_another(known, ours, book))
            .map(LikeIt::of)
            .take(MOST_NAMED)
            .collect()
    }

    /// The order with a number, if the book shows it.
    pub fn numbered(&self, number: &str) -> Option<&BrokerOrder> {
        self.by_number.get(number).and_then(|place| self.orders.get(*place))
    }

    /// The open orders with a tag of Prahari's that none of our orders has.
    pub fn unclaimed<'a>(&'a self, book: &'a Book) -> impl Iterator<Item = &'a BrokerOrder> {
        let is_prahari = |known: &&BrokerOrder| known.tag.parse::<OrderTag>().is_ok();
        let open = self.orders.iter().filter(|known| known.state == BrokerOrderState::Open);
        open.filter(is_prahari).filter(move |known| !is_known(known, book))
    }

    fn with_tag(&self, tag: &str) -> impl Iterator<Item = &BrokerOrder> {
        self.by_tag.get(tag).into_iter().flatten().filter_map(|place| self.orders.get(*place))
    }
}

/// Returns whether nothing speaks against it that an order with our tag is ours. Ids were tags before, and come again
/// elsewhere: such an order must not have been there before the intent.
fn can_be(known: &BrokerOrder, ours: &Order) -> bool {
    known.symbol == ours.request.symbol && (ours.tag.is_some() || is_since(known, ours))
}

/// Returns whether the broker took an order after ours was intended.
fn is_since(known: &BrokerOrder, ours: &Order) -> bool {
    known.accepted_at.millis_since(ours.placed_at) >= -CLOCKS_APART_MS
}

/// Returns whether quantity and kind are those of our order; a market order may be shown as a limit order.
fn agrees(known: &BrokerOrder, ours: &Order) -> bool {
    let same_kind = known.kind == ours.request.kind || ours.request.kind == OrderKind::Market;
    known.quantity == ours.request.quantity && same_kind
}

/// The kind that an order of ours has at the broker, in the words of our books: a market order is shown with the limit that we
/// made for it, or that the broker makes of each where `makes_limits`; any other limit is somebody's change.
pub(super) fn kind_of(known: &BrokerOrder, ours: &Order, makes_limits: bool) -> OrderKind {
    let OrderKind::Limit(limit) = known.kind else { return known.kind };
    let is_brokers = makes_limits && ours.request.kind == OrderKind::Market && ours.terms.limit.is_none();
    let is_ours = ours.request.kind != known.kind && ours.terms.may_stand_at(limit);
    if is_ours || is_brokers { OrderKind::Market } else { known.kind }
}

/// What the broker shows beside an order of ours that our books do not have, or have no more after a change: the limit that we
/// made for a market order, and the algo id.
pub(super) fn terms_of(known: &BrokerOrder, ours: &Order, is_changed: bool) -> BrokerTerms {
    let stands = match known.kind {
        OrderKind::Limit(limit) if known.kind != ours.request.kind => Some(limit),
        OrderKind::Limit(_) | OrderKind::Market => None,
    };
    let stands = stands.filter(|limit| ours.terms.may_stand_at(*limit));
    BrokerTerms {
        limit: stands.filter(|limit| is_changed || ours.terms.asked == Some(*limit)),
        asked: None,
        algo_id: known.algo_id.clone().filter(|id| ours.terms.algo_id.as_ref() != Some(id)),
    }
}

/// Returns whether an order of the broker's book is one of ours, by its number or its tag.
fn is_known(known: &BrokerOrder, book: &Book) -> bool {
    book.order_at_broker(Some(&known.broker_id), &known.tag).is_some()
        // With a change some brokers give an order another number.
        || book.order_at_broker(None, &known.tag).is_some()
}

/// Returns whether the broker's number is that of another order of ours.
fn is_of_another(known: &BrokerOrder, ours: &Order, book: &Book) -> bool {
    let number = Some(known.broker_id.as_str());
    book.orders().any(|order| order.id != ours.id && order.broker_id.as_deref() == number)
}

impl Desk {
    /// Books what the broker's book says of an order whose tag the broker has already. It is never sent again.
    pub(super) async fn look_up(
        &mut self,
        order: &Order,
        was_reconciled: bool,
        now: Timestamp,
    ) -> Result<Result<OrderId, Refusal>, AppError> {
        let refused = BrokerError::TagInUse;
        let theirs = match self.ask_book().await {
            Ok(theirs) => theirs,
            Err(error) => {
                return self
                    .stays_unknown(order.id, format!("{refused}, and its book cannot be had: {error}"), now)
                    .await;
            }
        };
        match theirs.tagged(order, &self.book) {
            Tagged::Ours(known) => self.catch_up(order, known, now, &mut Vec::new()).await?,
            Tagged::Others(other) => {
                let reason =
                    format!("the broker has another order, {}, under the tag of this one", other.broker_id);
                self.record(order.id, now, OrderEvent::refused(reason, false)).await?;
            }
            Tagged::Unproven => {
                return self
                    .stays_unknown(order.id, format!("{refused}, and its book does not show it"), now)
                    .await;
            }
        }
        self.needs_reconcile = !was_reconciled;
        let refused = self.book.order(&order.id).filter(|order| order.state == OrderState::Rejected);
        Ok(match refused {
            Some(refused) => Err(Refusal { code: RefusalCode::Broker, detail: refused.reason.clone() }),
            None => Ok(order.id),
        })
    }

    async fn stays_unknown(
        &mut self,
        id: OrderId,
        reason: String,
        now: Timestamp,
    ) -> Result<Result<OrderId, Refusal>, AppError> {
        let refusal = Refusal { code: RefusalCode::Unsettled, detail: reason.clone() };
        self.record(id, now, OrderEvent::OutcomeUnknown { reason }).await?;
        Ok(Err(refusal))
    }
}

#[cfg(test)]
pub(super) mod tests {
    use prahari_domain::ids::{RunId, UserId};
    use prahari_domain::money::Paise;
    use prahari_domain::orders::machine::transition;
    use prahari_domain::orders::{JournalEntry, OrderRequest, Product, Purpose, TagCode, Variety};
    use prahari_domain::strategies::StrategyName;

    use super::*;

    const USER: UserId = UserId(1);
    const INTENDED: Timestamp = Timestamp(1_741_581_000_000);

    fn intent(number: u32, symbol: &str) -> JournalEntry {
        let order = OrderId { user: USER, day: INTENDED.ist_day(), number };
        let request = OrderRequest {
            symbol: symbol.parse().unwrap(),
            side: Side::Buy,
            quantity: 10,
            kind: OrderKind::Limit(Paise(9_000)),
            variety: Variety::Regular,
            product: Product::Delivery,
            purpose: Purpose::Entry,
            signal: None,
            rsi: None,
            retry_of: None,
        };
        let event = OrderEvent::Intended {
            request,
            run: RunId(1),
            first_placed_at: INTENDED,
            strategy: StrategyName::REBOUND,
            tag: Some(OrderTag::stamp(TagCode::of_number(3), order).unwrap()),
        };
        JournalEntry { sequence: u64::from(number), order, at: INTENDED, event }
    }

    /// An order of a side and a quantity.
    pub fn order_of(side: Side, quantity: u32) -> Order {
        let mut order = ours();
        (order.request.side, order.request.quantity) = (side, quantity);
        order
    }

    fn ours() -> Order {
        transition(None, &intent(1, "ABC")).unwrap().order
    }

    fn no_others() -> Book {
        Book::open(USER, Paise::rupees(1))
    }

    /// An order of the broker's that looks as ours does.
    fn known(number: &str, tag: &str) -> BrokerOrder {
        BrokerOrder {
            tag: tag.to_owned(),
            broker_id: number.to_owned(),
            symbol: "ABC".parse().unwrap(),
            side: Side::Buy,
            quantity: 10,
            kind: OrderKind::Limit(Paise(9_000)),
            algo_id: None,
            state: BrokerOrderState::Open,
            filled: 0,
            fills: Vec::new(),
            accepted_at: INTENDED,
            modified_at: INTENDED,
            changed_at: INTENDED,
        }
    }

    fn found(rows: Vec<BrokerOrder>, ours: &Order) -> Option<String> {
        TheirBook::new(rows).find(ours, &no_others()).map(|known| known.broker_id.clone())
    }

    #[test]
    fn a_number_names_an_order_whatever_its_tag_and_a_tag_counts_while_no_number_is_known() {
        let (order, tag) = (ours(), ours().broker_tag());
        let numbered = Order { broker_id: Some("B1".to_owned()), ..order.clone() };
        let rows = || vec![known("B1", "17-ADMINAPI"), known("B2", &tag)];
        assert_eq!(found(rows(), &numbered).as_deref(), Some("B1"));
        assert_eq!(found(rows(), &order).as_deref(), Some("B2"));
        // With a change the broker gave it another number.
        assert_eq!(found(vec![known("B7", &tag)], &numbered).as_deref(), Some("B7"));
        assert_eq!(found(vec![known("B7", "17-ADMINAPI")], &numbered), None);
        // An id that was a tag comes again elsewhere.
        let before_tags = Order { tag: None, ..numbered };
        assert_eq!(found(vec![known("B7", &before_tags.id.to_string())], &before_tags), None);
    }

    #[test]
    fn a_tag_proves_nothing_where_the_rest_speaks_against_it() {
        let (order, tag) = (ours(), ours().broker_tag());
        let share = BrokerOrder { symbol: "XYZ".parse().unwrap(), ..known("B1", &tag) };
        let book = TheirBook::new(vec![share]);
        assert!(matches!(book.tagged(&order, &no_others()), Tagged::Others(_)));
        assert!(book.find(&order, &no_others()).is_none());
        // An id from before there were tags may be another order's; the code in a tag is nobody else's.
        let taken = |tag: &str, before: i64| {
            vec![BrokerOrder { accepted_at: INTENDED.plus_millis(-before), ..known("B1", tag) }]
        };
        let (of_before, id) = (Order { tag: None, ..order.clone() }, order.id.to_string());
        assert_eq!(found(taken(&id, 60_001), &of_before), None);
        let early = TheirBook::new(taken(&id, 60_001));
        assert!(matches!(early.tagged(&of_before, &no_others()), Tagged::Unproven));
        assert_eq!(found(taken(&id, 60_000), &of_before).as_deref(), Some("B1"));
        assert_eq!(found(taken(&tag, 3_600_000), &order).as_deref(), Some("B1"));
        // Quantity and limit may have been changed since on another screen.
        let changed = BrokerOrder { quantity: 99, kind: OrderKind::Limit(Paise(1)), ..known("B1", &tag) };
        assert_eq!(found(vec![changed], &order).as_deref(), Some("B1"));
        let twice = TheirBook::new(vec![known("B1", &tag), known("B2", &tag)]);
        assert!(matches!(twice.tagged(&order, &no_others()), Tagged::Unproven));
    }

    #[test]
    fn a_number_of_another_order_of_ours_is_not_taken_for_this_one() {
        let mut book = no_others();
        book.apply(&intent(1, "XYZ")).unwrap();
        let accepted = OrderEvent::Accepted { broker_id: "B1".to_owned() };
        let entry = JournalEntry { sequence: 2, event: accepted, ..intent(1, "XYZ") };
        book.apply(&entry).unwrap();
        let order = transition(None, &intent(2, "ABC")).unwrap().order;
        let theirs = TheirBook::new(vec![known("B1", &order.broker_tag())]);
        assert!(theirs.find(&order, &book).is_none());
        assert!(theirs.find(&order, &no_others()).is_some());
    }

    #[test]
    fn a_suffixed_tag_needs_everything_else_to_agree() {
        let (order, tag) = (ours(), format!("{}-1741581060", ours().broker_tag()));
        assert_eq!(found(vec![known("B1", &tag)], &order).as_deref(), Some("B1"));
        let other = BrokerOrder { quantity: 11, ..known("B1", &tag) };
        assert_eq!(found(vec![other], &order), None);
        let other = BrokerOrder { kind: OrderKind::Market, ..known("B1", &tag) };
        assert_eq!(found(vec![other], &order), None);
        assert_eq!(found(vec![known("B1", &tag), known("B2", &tag)], &order), None);
        // A market order is shown as the limit order that it has become.
        let mut market = order;
        market.request.kind = OrderKind::Market;
        assert_eq!(found(vec![known("B1", &tag)], &market).as_deref(), Some("B1"));
    }

    #[test]
    fn what_is_like_ours_is_named_unless_somebody_knows_it() {
        let order = ours();
        let of_other_start = OrderTag::stamp(TagCode::of_number(4), order.id).unwrap().to_string();
        let rows = vec![
            known("B1", "17-ADMINAPI"),
            known("B2", &of_other_start),
            BrokerOrder { quantity: 11, ..known("B3", "") },
            BrokerOrder { accepted_at: INTENDED.plus_millis(-60_001), ..known("B7", "") },
            known("B4", ""),
            known("B5", ""),
            known("B6", ""),
        ];
        let said = in_words(&TheirBook::new(rows).alike(&order, &no_others()));
        assert_eq!(said.as_deref(), Some("like it, and under another tag, is B1, B4, B5 at the broker"));
        let nobodys = TheirBook::new(vec![known("B2", "U1-20250310-0001")]).alike(&order, &no_others());
        assert_eq!(in_words(&nobodys), None);
    }
}
