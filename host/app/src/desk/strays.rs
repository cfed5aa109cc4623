//! Open orders at the broker that Prahari has placed and these books do not know: those of a time since a backup that was restored,
//! or of a second installation on the same account.
//!
//! The form of their tag says what placed them, and nothing says which decision they were for. So none is adopted, and while one
//! stands nothing more of its share and side is sent: it could be the same decision a second time. A person looks at it.

use std::collections::BTreeMap;

use prahari_brokers::{BrokerOrder, BrokerOrderState};
use prahari_domain::instruments::Symbol;
use prahari_domain::orders::Side;
use prahari_domain::risk::{Refusal, RefusalCode};
use prahari_domain::time::{Day, Timestamp};

use super::Desk;
use super::their_book::TheirBook;

/// An open order at the broker with a tag of Prahari's, which is none of the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stray {
    /// Order number at the broker.
    pub broker_id: String,
    /// The share.
    pub symbol: Symbol,
    /// The side.
    pub side: Side,
    /// Total shares in force.
    pub quantity: u32,
    /// Shares filled so far.
    pub filled: u32,
    /// The tag at the broker.
    pub tag: String,
    /// The trading date on which the broker's book showed it last. That book knows its own date only.
    seen_on: Day,
}

impl Stray {
    fn of(known: &BrokerOrder, now: Timestamp) -> Self {
        Self {
            broker_id: known.broker_id.clone(),
            symbol: known.symbol.clone(),
            side: known.side,
            quantity: known.quantity,
            filled: known.filled,
            tag: known.tag.clone(),
            seen_on: now.ist_day(),
        }
    }

    /// Returns the sentence for whoever has to look at it.
    pub fn in_words(&self) -> String {
        let Self { broker_id, symbol, side, quantity, tag, .. } = self;
        let side = match side {
            Side::Buy => "buy",
            Side::Sell => "sell",
        };
        format!(
            "order {broker_id} at the broker, {side} {quantity} {symbol}, is of another start of Prahari (tag {tag}) and not in these \
             books, as after a backup was restored: nothing more is sent to {side} {symbol} while it stands; cancel it at the broker, \
             or let it end there"
        )
    }
}

/// What there is to tell of such orders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StrayNews {
    /// All that stand now.
    pub open: Vec<Stray>,
    /// Those that have ended since this was last told: number at the broker, and how in a sentence.
    pub ended: Vec<(String, String)>,
}

/// What a desk knows of such orders.
#[derive(Debug, Default)]
pub(super) struct Strays {
    /// By number at the broker.
    open: BTreeMap<String, Stray>,
    /// Set once the broker's book was looked at: until then nobody knows which alerts of before are over.
    looked: bool,
    news: Option<StrayNews>,
}

impl Strays {
    /// Returns whether none is known.
    pub fn is_empty(&self) -> bool {
        self.open.is_empty()
    }

    /// Those that stand, as far as is known.
    pub fn open(&self) -> impl Iterator<Item = &Stray> {
        self.open.values()
    }

    /// Returns why nothing of a share and side is sent.
    pub fn against(&self, symbol: &Symbol, side: Side) -> Option<Refusal> {
        let stray = self.open.values().find(|stray| stray.symbol == *symbol && stray.side == side)?;
        Some(Refusal { code: RefusalCode::Unsettled, detail: stray.in_words() })
    }

    /// Takes up which stand by now.
    fn take_up(&mut self, open: BTreeMap<String, Stray>, theirs: &TheirBook) {
        let numbers = |strays: &BTreeMap<String, Stray>| strays.keys().cloned().collect::<Vec<_>>();
        if !self.looked || numbers(&self.open) != numbers(&open) {
            let over = self.open.keys().filter(|number| !open.contains_key(*number));
            let ended = over.map(|number| (number.clone(), how_it_ended(theirs.numbered(number))));
            let mut ended: Vec<_> = ended.collect();
            let earlier = self.news.take().map(|news| news.ended);
            ended.splice(0..0, earlier.into_iter().flatten());
            self.news = Some(StrayNews { open: open.values().cloned().collect(), ended });
        }
        (self.open, self.looked) = (open, true);
    }
}

impl Desk {
    /// Takes out what there is to tell of open orders that the books do not know, unless as much was told.
    pub(super) fn take_stray_news(&mut self) -> Option<StrayNews> {
        self.strays.news.take()
    }

    /// Looks which open orders of the broker's book Prahari has placed that our books do not know. One row that is missing in one
    /// answer is no proof, so it stands until the book shows its end, or knows its date no more.
    pub(super) fn look_for_strays(&mut self, theirs: &TheirBook, now: Timestamp) {
        // A simulated account is in the database, and goes back with it.
        if self.link.simulated.is_some() {
            return;
        }
        let shown = theirs.unclaimed(&self.book).map(|known| Stray::of(known, now));
        let mut open: BTreeMap<String, Stray> = shown.map(|stray| (stray.broker_id.clone(), stray)).collect();
        for (number, stray) in &self.strays.open {
            if theirs.numbered(number).is_none() && stray.seen_on == now.ist_day() {
                open.entry(number.clone()).or_insert_with(|| stray.clone());
            }
        }
        if self.strays.open.keys().any(|number| !open.contains_key(number)) {
            // What it did shows in the shares.
            self.outside.look_soon();
        }
        self.strays.take_up(open, theirs);
    }
}

/// Says how an order ended that the broker's book shows no more as open.
fn how_it_ended(known: Option<&BrokerOrder>) -> String {
    let Some(known) = known else {
        return "the broker's book of a later date does not show it".to_owned();
    };
    let (number, filled, quantity) = (&known.broker_id, known.filled, known.quantity);
    let end = match &known.state {
        BrokerOrderState::Filled => "was filled",
        BrokerOrderState::Cancelled { .. } => "was cancelled",
        BrokerOrderState::Rejected { .. } => "was rejected",
        BrokerOrderState::Expired { .. } => "expired",
        BrokerOrderState::Open => "is known to these books now",
    };
    format!("order {number} {end}: {filled} of {quantity} were executed")
}
