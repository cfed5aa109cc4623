//! Taking, changing and ending orders.

use std::future::Future;

use prahari_domain::ids::{OrderId, UserId};
use prahari_domain::instruments::{Instrument, Symbol};
use prahari_domain::money::Paise;
use prahari_domain::orders::{Order, OrderKind, Side};
use prahari_domain::time::Timestamp;

use super::account::Account;
use super::intake::{self, OrderCheck, refuse};
use super::matching::{MatchError, Matcher};
use super::order::{PaperOrder, PaperState};
use super::settings::Fault;
use super::{Desk, PaperBroker};
use crate::broker::BrokerError;

impl PaperBroker {
    /// Carries a call out, or not, and lets its answer through, or not.
    pub(super) async fn with_faults<T>(
        &self,
        call: &str,
        user: UserId,
        order: &Order,
        now: Timestamp,
        work: impl Future<Output = Result<T, BrokerError>>,
    ) -> Result<T, BrokerError> {
        let tag = order.id.to_string();
        match self.settings.faults.pick_fault(self.settings.seed, user, call, &tag, now) {
            None => work.await,
            Some(Fault::Down) => Err(BrokerError::Unavailable(format!("down for {call} of {tag}"))),
            Some(Fault::LoseRequest) => Err(BrokerError::Unclear(format!("no answer to {call} of {tag}"))),
            Some(Fault::LoseReply) => {
                let _lost = work.await;
                Err(BrokerError::Unclear(format!("no answer to {call} of {tag}")))
            }
        }
    }

    /// Takes an order, unless it is here already, and answers the broker's number.
    pub(super) async fn take(
        &self,
        user: UserId,
        desk: &Desk,
        order: &Order,
        now: Timestamp,
    ) -> Result<String, BrokerError> {
        let mut held = desk.lock().await;
        if let Some(known) = self.known(user, &held.account, order.id, now).await? {
            return Ok(known);
        }
        let request = &order.request;
        let instrument = self.instrument(&request.symbol, now).await?;
        intake::check_instrument(&instrument, request.quantity, request.kind)?;
        let auction_share = instrument.closing_auction;
        let session =
            intake::session_of(&self.calendar.current(), request.variety, request.kind, auction_share, now)?;
        self.catch_up(user, &mut held.account, now).await?;
        let reserve_price = self.reserve_price(&request.symbol, request.side, request.kind, now).await?;
        let taken = PaperOrder::new(order, session, reserve_price, now);
        intake::check_account(&held.account, &wanted(&taken), &self.tariff)?;
        let broker_id = taken.broker_id();
        held.account.orders.insert(order.id, taken);
        held.account.touch(order.id);
        self.save(user, &mut held.account, now.ist_day()).await?;
        Ok(broker_id)
    }

    /// Gives an order another total quantity and kind.
    pub(super) async fn change(
        &self,
        user: UserId,
        desk: &Desk,
        tag: OrderId,
        quantity: u32,
        kind: OrderKind,
        now: Timestamp,
    ) -> Result<(), BrokerError> {
        let mut held = desk.lock().await;
        self.catch_up(user, &mut held.account, now).await?;
        let mut order = open_order(&held.account, tag)?.clone();
        let instrument = self.instrument(&order.symbol, now).await?;
        intake::check_instrument(&instrument, quantity, kind)?;
        intake::can_change(&self.calendar.current(), &order, kind, instrument.closing_auction, now)?;
        if quantity <= order.filled {
            return Err(refuse(format!("{} shares of order {tag} are filled already", order.filled)));
        }
        order.reserve_price = self.reserve_price(&order.symbol, order.side, kind, now).await?;
        (order.quantity, order.kind) = (quantity, kind);
        (order.modified_at, order.changed_at, order.matched_until) = (now, now, now);
        intake::check_account(&held.account, &wanted(&order), &self.tariff)?;
        held.account.orders.insert(tag, order);
        held.account.touch(tag);
        self.save(user, &mut held.account, now.ist_day()).await
    }

    /// Cancels an order. The answer says so; no event does.
    pub(super) async fn end(
        &self,
        user: UserId,
        desk: &Desk,
        tag: OrderId,
        now: Timestamp,
    ) -> Result<(), BrokerError> {
        let mut held = desk.lock().await;
        self.catch_up(user, &mut held.account, now).await?;
        let order = open_order(&held.account, tag)?;
        let instrument = self.instrument(&order.symbol, now).await?;
        intake::can_change(&self.calendar.current(), order, order.kind, instrument.closing_auction, now)?;
        if let Some(order) = held.account.orders.get_mut(&tag) {
            order.end(PaperState::Cancelled("cancelled as asked".to_owned()), now);
        }
        held.account.touch(tag);
        self.save(user, &mut held.account, now.ist_day()).await
    }

    /// Matches up to `now` and writes down what that changed; reports wait for [`crate::SimulatedAccount::advance`].
    async fn catch_up(&self, user: UserId, account: &mut Account, now: Timestamp) -> Result<(), BrokerError> {
        let matched = self.match_up(user, account, now).await;
        self.save(user, account, now.ist_day()).await?;
        matched
    }

    /// Matches up to `now`, in memory.
    pub(super) async fn match_up(
        &self,
        user: UserId,
        account: &mut Account,
        now: Timestamp,
    ) -> Result<(), BrokerError> {
        let matcher = Matcher {
            user,
            market: self.market.as_ref(),
            sessions: self.calendar.as_ref(),
            tariff: &self.tariff,
            settings: &self.settings,
        };
        let matched: Result<(), MatchError> = matcher.advance(account, now).await;
        matched.map_err(|error| BrokerError::Unavailable(error.to_string()))
    }

    /// The number of an order that was taken before. Orders of earlier days may have left the book, so the store is
    /// asked.
    async fn known(
        &self,
        user: UserId,
        account: &Account,
        tag: OrderId,
        now: Timestamp,
    ) -> Result<Option<String>, BrokerError> {
        if let Some(order) = account.orders.get(&tag) {
            return Ok(Some(order.broker_id()));
        }
        if tag.day >= now.ist_day() {
            return Ok(None);
        }
        let row = self.store.order(user, &tag.to_string()).await;
        let row = row.map_err(|error| BrokerError::Unavailable(error.to_string()))?;
        let order = row.map(|row| postcard::from_bytes::<PaperOrder>(&row.data)).transpose();
        let order =
            order.map_err(|error| BrokerError::Unavailable(format!("order {tag} is damaged: {error}")))?;
        Ok(order.map(|order| order.broker_id()))
    }

    async fn instrument(&self, symbol: &Symbol, now: Timestamp) -> Result<Instrument, BrokerError> {
        let found = self.market.instruments(std::slice::from_ref(symbol), now).await;
        let found = found.map_err(|error| BrokerError::Unavailable(error.to_string()))?;
        found.into_iter().flatten().next().ok_or_else(|| refuse(format!("{symbol} is not traded")))
    }

    /// Returns the price per share at which cash is held back: the limit, or for a market buy the last price with
    /// the greatest slippage. A market sell holds back nothing.
    async fn reserve_price(
        &self,
        symbol: &Symbol,
        side: Side,
        kind: OrderKind,
        now: Timestamp,
    ) -> Result<Paise, BrokerError> {
        match (kind, side) {
            (OrderKind::Limit(limit), _) => Ok(limit),
            (OrderKind::Market, Side::Sell) => Ok(Paise::ZERO),
            (OrderKind::Market, Side::Buy) => {
                let quotes = self.market.quotes(std::slice::from_ref(symbol), now).await;
                let quotes = quotes.map_err(|error| BrokerError::Unavailable(error.to_string()))?;
                let last = quotes.into_iter().flatten().next().map(|quote| quote.last);
                let share = 1_000_000 + i64::from(self.settings.slippage_greatest);
                last.and_then(|last| last.scale(share, 1_000_000))
                    .ok_or_else(|| refuse(format!("{symbol} has no price")))
            }
        }
    }
}

fn open_order(account: &Account, tag: OrderId) -> Result<&PaperOrder, BrokerError> {
    let order = account.orders.get(&tag).ok_or_else(|| refuse(format!("there is no order {tag}")))?;
    match &order.state {
        PaperState::Open => Ok(order),
        PaperState::Filled => Err(refuse(format!("order {tag} is filled already"))),
        PaperState::Cancelled(_) => Err(refuse(format!("order {tag} is cancelled already"))),
        PaperState::Expired(_) => Err(refuse(format!("order {tag} has expired"))),
    }
}

fn wanted(order: &PaperOrder) -> OrderCheck<'_> {
    OrderCheck {
        tag: order.tag,
        symbol: &order.symbol,
        side: order.side,
        quantity: order.remaining(),
        session: order.session,
        reserve_price: order.reserve_price,
    }
}
