//! Matching: what happens to a user's orders as time passes.
//!
//! - An after-market order waits for the pre-open session of its day and takes part in the auction there.
//! - The auction fills at the day's open price; a limit order only if that price is within its limit.
//! - In continuous trading, each whole minute from the order's arrival on: a limit order fills when the minute
//!   reaches its limit, at the limit or at the minute's open if that is better; a market order fills at the
//!   minute's open with slippage, at most at the worst price of the minute: nothing is filled at a price that was
//!   not traded.
//! - Nothing is filled outside the day's band, and nobody takes the other side at a locked circuit; see [`super::circuit`].
//! - No order takes more than a share of a minute's volume (of the first minute's in the auction, where no volume is
//!   known); the rest goes on.
//! - What is open at the end of its session expires then.
//!
//! A minute is matched when it is over, so nothing is decided by prices that are not known yet. What happens to a user
//! depends on that user's orders only.

use std::collections::BTreeSet;

use prahari_domain::charges::ChargesError;
use prahari_domain::ids::{OrderId, UserId};
use prahari_domain::money::{Paise, rupees};
use prahari_domain::numbers::counted;
use prahari_domain::orders::{OrderKind, Side};
use prahari_domain::time::{Day, Timestamp};

use super::account::{Account, Tariff};
use super::circuit::Circuit;
use super::order::{PaperOrder, PaperState};
use super::settings::PaperSettings;
use crate::market::{MarketData, MarketError, MinuteBar};
use crate::seeded_hash::SeededHash;
use crate::sessions::{Session, Sessions};

const MINUTE_MS: i64 = 60_000;

/// Inputs of the matching.
pub(super) struct Matcher<'a> {
    pub user: UserId,
    pub market: &'a dyn MarketData,
    pub sessions: &'a dyn Sessions,
    pub tariff: &'a Tariff,
    pub settings: &'a PaperSettings,
}

/// Matching stopped; everything up to there is booked, and the rest is matched the next time.
#[derive(Debug, thiserror::Error)]
pub(super) enum MatchError {
    #[error(transparent)]
    Market(#[from] MarketError),
    #[error(transparent)]
    Charges(#[from] ChargesError),
}

impl Matcher<'_> {
    /// Brings every order of the account up to `now`, in the order in which things happen.
    pub async fn advance(&self, account: &mut Account, now: Timestamp) -> Result<(), MatchError> {
        for day in days_due(account, now) {
            match self.sessions.session(day) {
                Some(session) => self.advance_day(account, &session, now).await?,
                None => {
                    let reason = format!("no session was held on {day}");
                    self.expire(account, day, &reason, now);
                }
            }
        }
        Ok(())
    }

    async fn advance_day(
        &self,
        account: &mut Account,
        session: &Session,
        now: Timestamp,
    ) -> Result<(), MatchError> {
        if session.auction <= now {
            self.auction(account, session).await?;
        }
        for (starts, ends) in &session.windows {
            let first = first_unmatched(account, session.day).unwrap_or(*ends);
            let mut minute = round_up(first).max(*starts);
            while minute < *ends && minute.plus_millis(MINUTE_MS) <= now {
                self.minute(account, session.day, minute).await?;
                if first_unmatched(account, session.day).is_none() {
                    return Ok(());
                }
                minute = minute.plus_millis(MINUTE_MS);
            }
        }
        if session.closes() <= now {
            let reason = "the session ended before it was filled".to_owned();
            self.expire(account, session.day, &reason, session.closes());
        }
        Ok(())
    }

    /// Matches what was entered before the auction at the day's open.
    async fn auction(&self, account: &mut Account, session: &Session) -> Result<(), MatchError> {
        for id in open_before(account, session.day, session.auction) {
            let Some(order) = account.orders.get(&id) else { continue };
            let bar = self.market.minute(&order.symbol, session.opens()).await?;
            if let Some(bar) = bar.filter(|bar| accepts(order, bar.open)) {
                let circuit = self.circuit(order, &bar).await?;
                if circuit.lets_through(order.side, bar.open, &bar) {
                    self.execute(account, id, bar.open, bar.volume, session.auction)?;
                }
            }
            matched(account, id, session.auction);
        }
        Ok(())
    }

    /// Matches one whole minute of continuous trading.
    async fn minute(&self, account: &mut Account, day: Day, minute: Timestamp) -> Result<(), MatchError> {
        for id in open_before(account, day, minute.plus_millis(1)) {
            let Some(order) = account.orders.get(&id) else { continue };
            if let Some(bar) = self.market.minute(&order.symbol, minute).await?
                && let Some(price) = self.price(order, &bar).await?
            {
                self.execute(account, id, price, bar.volume, minute)?;
            }
            matched(account, id, minute.plus_millis(MINUTE_MS));
        }
        Ok(())
    }

    /// The price at which an order is filled within a minute, if it is.
    async fn price(&self, order: &PaperOrder, bar: &MinuteBar) -> Result<Option<Paise>, MatchError> {
        let reached = match (order.kind, order.side) {
            (OrderKind::Limit(limit), Side::Buy) => bar.low <= limit,
            (OrderKind::Limit(limit), Side::Sell) => bar.high >= limit,
            (OrderKind::Market, _) => true,
        };
        if !reached {
            return Ok(None);
        }
        let circuit = self.circuit(order, bar).await?;
        let price = match (order.kind, order.side) {
            (OrderKind::Limit(limit), Side::Buy) => limit.min(bar.open),
            (OrderKind::Limit(limit), Side::Sell) => limit.max(bar.open),
            (OrderKind::Market, side) => self.slipped(order, side, bar, circuit.tick()),
        };
        Ok(Some(price).filter(|price| circuit.lets_through(order.side, *price, bar)))
    }

    /// The price limits of an order's share in a minute.
    async fn circuit(&self, order: &PaperOrder, bar: &MinuteBar) -> Result<Circuit, MatchError> {
        let symbol = std::slice::from_ref(&order.symbol);
        let instruments = self.market.instruments(symbol, bar.at).await?;
        let quotes = self.market.quotes(symbol, bar.at).await?;
        let (instrument, quote) =
            (instruments.into_iter().flatten().next(), quotes.into_iter().flatten().next());
        Ok(Circuit { instrument, quote })
    }

    /// The minute's open, worse by the slippage, rounded against the user, and no worse than the minute's worst price.
    fn slipped(&self, order: &PaperOrder, side: Side, bar: &MinuteBar, tick: Paise) -> Paise {
        let (least, greatest) = (self.settings.slippage_least, self.settings.slippage_greatest);
        let draw = SeededHash::new(self.settings.seed).with_text("slippage").with(self.user.0);
        let draw = draw.with_text(&order.id.to_string()).with(bar.at.0.cast_unsigned());
        let millionths = i64::from(least) + draw.below(u64::from(greatest - least) + 1).cast_signed();
        let slipped = |share| bar.open.scale(share, 1_000_000).unwrap_or(bar.open);
        match side {
            Side::Buy => slipped(1_000_000 + millionths).round_up_to(tick).min(bar.high),
            Side::Sell => slipped(1_000_000 - millionths).round_down_to(tick).max(bar.low),
        }
    }

    /// Fills what volume, cash and holdings allow. What cash or holdings do not allow is cancelled: keeping it
    /// would only try the same again each minute.
    fn execute(
        &self,
        account: &mut Account,
        id: OrderId,
        price: Paise,
        volume: u64,
        at: Timestamp,
    ) -> Result<(), MatchError> {
        let Some(order) = account.orders.get(&id) else { return Ok(()) };
        let wanted = order.remaining().min(self.share_of(volume));
        if wanted == 0 {
            return Ok(());
        }
        let (possible, reason) = match order.side {
            Side::Buy => {
                let affordable = account.affordable(id, wanted, price, at.ist_day(), self.tariff)?;
                (
                    affordable,
                    format!(
                        "cash does not cover more than {affordable} of {} at {}",
                        counted(wanted, "share", "shares"),
                        rupees(price)
                    ),
                )
            }
            Side::Sell => {
                let held = account.held(&order.symbol).min(wanted);
                (held, format!("only {held} of {} held", counted(wanted, "share is", "shares are")))
            }
        };
        if possible > 0 {
            account.fill(id, possible, price, at, self.tariff)?;
        }
        if possible < wanted {
            account.end(id, PaperState::Cancelled(reason), at);
        }
        Ok(())
    }

    /// Returns what one order may take of a minute's volume.
    fn share_of(&self, volume: u64) -> u32 {
        if volume == 0 {
            return 0;
        }
        let share = u128::from(volume) * u128::from(self.settings.volume_percent) / 100;
        u32::try_from(share).unwrap_or(u32::MAX).max(1)
    }

    fn expire(&self, account: &mut Account, day: Day, reason: &str, at: Timestamp) {
        for id in open_before(account, day, Timestamp(i64::MAX)) {
            account.end(id, PaperState::Expired(reason.to_owned()), at);
        }
    }
}

/// The sessions that open orders wait for or are in, up to today.
fn days_due(account: &Account, now: Timestamp) -> BTreeSet<Day> {
    let today = now.ist_day();
    let open = account.orders.values().filter(|order| order.is_open());
    open.map(|order| order.session).filter(|day| *day <= today).collect()
}

/// Open orders of a session that are matched up to an instant before this one.
fn open_before(account: &Account, day: Day, instant: Timestamp) -> Vec<OrderId> {
    let open = account.orders.values().filter(|order| order.is_open() && order.session == day);
    open.filter(|order| order.matched_until < instant).map(|order| order.id).collect()
}

fn first_unmatched(account: &Account, day: Day) -> Option<Timestamp> {
    let open = account.orders.values().filter(|order| order.is_open() && order.session == day);
    open.map(|order| order.matched_until).min()
}

fn matched(account: &mut Account, id: OrderId, until: Timestamp) {
    if let Some(order) = account.orders.get_mut(&id) {
        order.matched_until = order.matched_until.max(until);
    }
}

/// Returns whether an order trades at the auction's price.
fn accepts(order: &PaperOrder, price: Paise) -> bool {
    match (order.kind, order.side) {
        (OrderKind::Market, _) => true,
        (OrderKind::Limit(limit), Side::Buy) => price <= limit,
        (OrderKind::Limit(limit), Side::Sell) => price >= limit,
    }
}

/// The first whole minute that does not begin before an instant.
fn round_up(at: Timestamp) -> Timestamp {
    at.plus_millis((-at.0).rem_euclid(MINUTE_MS))
}
