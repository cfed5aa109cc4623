//! What the paper broker checks before it takes an order, a change or a cancellation. A refusal is a sentence.

use prahari_domain::calendar::{Calendar, Phase};
use prahari_domain::charges::ChargesError;
use prahari_domain::ids::OrderId;
use prahari_domain::instruments::{Instrument, Symbol};
use prahari_domain::money::{Paise, rupees};
use prahari_domain::numbers::counted;
use prahari_domain::orders::{OrderKind, Side, Variety};
use prahari_domain::time::{Day, Timestamp};

use super::account::{Account, Tariff, cost};
use super::order::PaperOrder;
use crate::broker::BrokerError;
use crate::sessions::Sessions;

/// An after-market order is for the next session, which is never further away than this many days.
const LONGEST_WAIT_DAYS: usize = 14;

/// What an order is to look like: a new one, or one after a change.
pub(super) struct OrderCheck<'a> {
    pub id: OrderId,
    pub symbol: &'a Symbol,
    pub side: Side,
    /// Shares still to be traded.
    pub quantity: u32,
    pub session: Day,
    pub reserve_price: Paise,
}

/// A refusal that trying again does not change.
pub(super) fn refuse(reason: impl Into<String>) -> BrokerError {
    BrokerError::Refused { reason: reason.into(), retryable: false }
}

/// The day whose session a new order is for, if it can be taken now.
pub(super) fn session_of(
    calendar: &Calendar,
    variety: Variety,
    kind: OrderKind,
    auction_share: bool,
    now: Timestamp,
) -> Result<Day, BrokerError> {
    match variety {
        Variety::AfterMarket if !calendar.after_market_open(now) => {
            Err(refuse(format!("after-market orders are not taken at {now}")))
        }
        Variety::AfterMarket => next_session(calendar, now).ok_or_else(|| {
            refuse(format!("no session is known in the {LONGEST_WAIT_DAYS} days after {now}"))
        }),
        Variety::Regular => {
            phase_takes(calendar.phase_at(now, auction_share), [kind])?;
            Ok(now.ist_day())
        }
    }
}

/// Checks that an order that is already here can be changed or cancelled now; `becomes` is the kind that it will
/// have.
pub(super) fn can_change(
    calendar: &Calendar,
    order: &PaperOrder,
    becomes: OrderKind,
    auction_share: bool,
    now: Timestamp,
) -> Result<(), BrokerError> {
    let waits = calendar.session(order.session).is_some_and(|session| now < session.pre_open);
    match waits {
        true if calendar.after_market_open(now) => Ok(()),
        true => Err(refuse(format!("after-market orders cannot be changed at {now}"))),
        false => phase_takes(calendar.phase_at(now, auction_share), [order.kind, becomes]),
    }
}

/// The auctions at the close and the session after it are not simulated.
fn phase_takes<const N: usize>(phase: Phase, kinds: [OrderKind; N]) -> Result<(), BrokerError> {
    let market = kinds.contains(&OrderKind::Market);
    match phase {
        Phase::PreOpen | Phase::Continuous => Ok(()),
        Phase::PreOpenLimitOnly if !market => Ok(()),
        Phase::PreOpenLimitOnly => Err(refuse("market orders are currently not allowed")),
        Phase::PreOpenMatching => Err(refuse("no orders are taken while the pre-open session is matched")),
        Phase::Closed => Err(refuse("the market is closed")),
        Phase::ClosingReference
        | Phase::ClosingAuction
        | Phase::ClosingAuctionLimitOnly
        | Phase::ClosingMatching
        | Phase::PostClose => Err(refuse("the paper broker takes no orders after continuous trading")),
    }
}

fn next_session(calendar: &Calendar, now: Timestamp) -> Option<Day> {
    let days = now.ist_day().iter_days().take(LONGEST_WAIT_DAYS);
    days.filter_map(|day| calendar.session(day))
        .find(|session| now < session.pre_open)
        .map(|session| session.day)
}

/// The exchange's rules on quantity and price.
pub(super) fn check_instrument(
    instrument: &Instrument,
    quantity: u32,
    kind: OrderKind,
) -> Result<(), BrokerError> {
    let Instrument { symbol, tick, lot, freeze_quantity, band_low, band_high, .. } = instrument;
    let shares = |one: &str, many: &str| {
        counted(quantity, &format!("share of {symbol} {one}"), &format!("shares of {symbol} {many}"))
    };
    if quantity == 0 || quantity.checked_rem(*lot) != Some(0) {
        return Err(refuse(format!("{} no multiple of the lot of {lot}", shares("is", "are"))));
    }
    if quantity > *freeze_quantity {
        let is_above = shares("is above", "are above");
        return Err(refuse(format!("{is_above} the freeze quantity of {freeze_quantity}")));
    }
    let OrderKind::Limit(limit) = kind else { return Ok(()) };
    if limit != limit.round_down_to(*tick) {
        return Err(refuse(format!(
            "{} is not a multiple of the tick of {symbol}, {}",
            rupees(limit),
            rupees(*tick)
        )));
    }
    if limit < *band_low || limit > *band_high {
        return Err(refuse(format!(
            "{} is outside the band of {symbol}, {} to {}",
            rupees(limit),
            rupees(*band_low),
            rupees(*band_high)
        )));
    }
    Ok(())
}

/// Checks that the account covers an order: cash for a buy, shares for a sell.
pub(super) fn check_account(
    account: &Account,
    wanted: &OrderCheck<'_>,
    tariff: &Tariff,
) -> Result<(), BrokerError> {
    let OrderCheck { id, symbol, side, quantity, .. } = *wanted;
    match side {
        Side::Buy => {
            let (needed, available) =
                money(account, wanted, tariff).map_err(|error| refuse(error.to_string()))?;
            if needed > available {
                let need = counted(
                    quantity,
                    &format!("share of {symbol} needs"),
                    &format!("shares of {symbol} need"),
                );
                let reason = format!("{need} {}, and {} is available", rupees(needed), rupees(available));
                return Err(BrokerError::Refused { reason, retryable: true });
            }
        }
        Side::Sell => {
            let free = account.held(symbol).saturating_sub(account.offered(symbol, Some(id)));
            if quantity > free {
                let shares = counted(free, "share", "shares");
                return Err(refuse(format!("{shares} of {symbol} can be sold, not {quantity}")));
            }
        }
    }
    Ok(())
}

fn money(
    account: &Account,
    wanted: &OrderCheck<'_>,
    tariff: &Tariff,
) -> Result<(Paise, Paise), ChargesError> {
    let needed = cost(wanted.quantity, wanted.reserve_price, wanted.session, tariff)?;
    Ok((needed, account.kept.cash - account.reserved(Some(wanted.id), tariff)?))
}
