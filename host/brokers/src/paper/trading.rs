//! Taking, changing and ending orders.

use std::future::Future;

use prahari_domain::ids::{OrderId, UserId};
use prahari_domain::instruments::{Instrument, Symbol};
use prahari_domain::money::Paise;
use prahari_domain::numbers::counted;
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
        let id = order.id.to_string();
        match self.settings.faults.pick_fault(self.settings.seed, user, call, &id, now) {
            None => work.await,
            Some(Fault::Down) => Err(BrokerError::Unavailable(format!("down for {call} of {id}"))),
            Some(Fault::LoseRequest) => Err(BrokerError::Unclear(format!("no answer to {call} of {id}"))),
            Some(Fault::LoseReply) => {
                let _lost = work.await;
                Err(BrokerError::Unclear(format!("no answer to {call} of {id}")))
            }
        }
    }

    /// Takes an order and answers the broker's number. One that is here already is refused, also when it has ended.
    pub(super) async fn take(
        &self,
        user: UserId,
        desk: &Desk,
        order: &Order,
        now: Timestamp,
    ) -> Result<String, BrokerError> {
        let mut held = desk.lock().await;
        if let Some(known) = self.known(user, &held.account, order.id, now).await? {
            if known.tag == order.tag {
                return Err(BrokerError::TagInUse);
            }
            return Err(refuse(format!("order {} is here already, with another tag", order.id)));
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
        id: OrderId,
        quantity: u32,
        kind: OrderKind,
        now: Timestamp,
    ) -> Result<(), BrokerError> {
        let mut held = desk.lock().await;
        self.catch_up(user, &mut held.account, now).await?;
        let mut order = open_order(&held.account, id)?.clone();
        let instrument = self.instrument(&order.symbol, now).await?;
        intake::check_instrument(&instrument, quantity, kind)?;
        intake::can_change(&self.calendar.current(), &order, kind, instrument.closing_auction, now)?;
        if quantity <= order.filled {
            let filled = counted(
                order.filled,
                &format!("share of order {id} is"),
                &format!("shares of order {id} are"),
            );
            return Err(refuse(format!("{filled} filled already")));
        }
        order.reserve_price = self.reserve_price(&order.symbol, order.side, kind, now).await?;
        (order.quantity, order.kind) = (quantity, kind);
        (order.modified_at, order.changed_at, order.matched_until) = (now, now, now);
        intake::check_account(&held.account, &wanted(&order), &self.tariff)?;
        held.account.orders.insert(id, order);
        held.account.touch(id);
        self.save(user, &mut held.account, now.ist_day()).await
    }

    /// Cancels an order. The answer says so; no event does.
    pub(super) async fn end(
        &self,
        user: UserId,
        desk: &Desk,
        id: OrderId,
        now: Timestamp,
    ) -> Result<(), BrokerError> {
        let mut held = desk.lock().await;
        self.catch_up(user, &mut held.account, now).await?;
        let order = open_order(&held.account, id)?;
        let instrument = self.instrument(&order.symbol, now).await?;
        intake::can_change(&self.calendar.current(), order, order.kind, instrument.closing_auction, now)?;
        if let Some(order) = held.account.orders.get_mut(&id) {
            order.end(PaperState::Cancelled("cancelled as asked".to_owned()), now);
        }
        held.account.touch(id);
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

    /// An order that was taken before. Orders of earlier days may have left the book, so the store is
    /// asked.
    async fn known(
        &self,
        user: UserId,
        account: &Account,
        id: OrderId,
        now: Timestamp,
    ) -> Result<Option<PaperOrder>, BrokerError> {
        if let Some(order) = account.orders.get(&id) {
            return Ok(Some(order.clone()));
        }
        if id.day >= now.ist_day() {
            return Ok(None);
        }
        let row = self.store.order(user, &id.to_string()).await;
        let row = row.map_err(|error| BrokerError::Unavailable(error.to_string()))?;
        let order = row.map(|row| PaperOrder::read(&row.data)).transpose();
        order.map_err(|error| BrokerError::Unavailable(format!("order {id} is damaged: {error}")))
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

fn open_order(account: &Account, id: OrderId) -> Result<&PaperOrder, BrokerError> {
    let order = account.orders.get(&id).ok_or_else(|| refuse(format!("there is no order {id}")))?;
    match &order.state {
        PaperState::Open => Ok(order),
        PaperState::Filled => Err(refuse(format!("order {id} is filled already"))),
        PaperState::Cancelled(_) => Err(refuse(format!("order {id} is cancelled already"))),
        PaperState::Expired(_) => Err(refuse(format!("order {id} has expired"))),
    }
}

fn wanted(order: &PaperOrder) -> OrderCheck<'_> {
    OrderCheck {
        id: order.id,
        symbol: &order.symbol,
        side: order.side,
        quantity: order.remaining(),
        session: order.session,
        reserve_price: order.reserve_price,
    }
}
