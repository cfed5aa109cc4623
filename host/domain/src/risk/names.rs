//! What a request names besides symbol, numbers and price: what it is for, at which level, on which signal, instead
//! of which earlier order. All of it comes from a guest, and all of it ends in the journal.

use crate::orders::{OrderRequest, OrderState, Purpose, Side};

use super::{Refusal, RefusalCode, RiskView, foreign};

/// The levels of RSI at which a position may be bought again.
const REENTRY_LEVELS: [u8; 3] = [30, 20, 10];

/// Most characters of the reason code of a sell.
const LONGEST_REASON: usize = 120;

fn refuse(code: RefusalCode, detail: impl Into<String>) -> Result<(), Refusal> {
    Err(Refusal { code, detail: detail.into() })
}

/// Checks that a new order's request fits itself and the user's books.
pub(super) fn check(request: &OrderRequest, view: &RiskView<'_>) -> Result<(), Refusal> {
    purpose(request)?;
    rsi(request)?;
    signal(request, view)?;
    retry(request, view)
}

fn purpose(request: &OrderRequest) -> Result<(), Refusal> {
    match (&request.purpose, request.side) {
        (Purpose::Entry, Side::Buy) => Ok(()),
        (Purpose::Reentry { level, cycle }, Side::Buy) => {
            if REENTRY_LEVELS.contains(level) && *cycle > 0 {
                return Ok(());
            }
            let detail = format!(
                "no re-entry is at level {level} of cycle {cycle}: levels are 30, 20 and 10, cycles from 1"
            );
            refuse(RefusalCode::Request, detail)
        }
        (Purpose::Exit(reason), Side::Sell) => {
            let length = reason.chars().count();
            if length <= LONGEST_REASON {
                return Ok(());
            }
            let detail =
                format!("the reason of a sell has {length} characters: at most {LONGEST_REASON} are kept");
            refuse(RefusalCode::Request, detail)
        }
        (Purpose::Entry | Purpose::Reentry { .. }, Side::Sell) => {
            refuse(RefusalCode::Request, "a sell cannot be an entry or a re-entry")
        }
        (Purpose::Exit(_), Side::Buy) => refuse(RefusalCode::Request, "a buy cannot be an exit"),
        (Purpose::External, _) => {
            refuse(RefusalCode::Request, "an order that is placed here cannot be one from outside")
        }
    }
}

fn rsi(request: &OrderRequest) -> Result<(), Refusal> {
    match request.rsi.filter(|rsi| !(0.0..=100.0).contains(rsi)) {
        Some(rsi) => refuse(RefusalCode::Request, format!("an RSI of {rsi} is not between 0 and 100")),
        None => Ok(()),
    }
}

/// A signal that the user was shown, or on which an order of theirs was placed before.
fn signal(request: &OrderRequest, view: &RiskView<'_>) -> Result<(), Refusal> {
    let Some(signal) = request.signal else { return Ok(()) };
    if view.signal_stands || view.book.orders().any(|order| order.request.signal == Some(signal)) {
        return Ok(());
    }
    refuse(RefusalCode::Request, format!("this user has no signal {}", signal.0))
}

fn retry(request: &OrderRequest, view: &RiskView<'_>) -> Result<(), Refusal> {
    let Some(id) = request.retry_of else { return Ok(()) };
    let Some(earlier) = view.book.order(&id) else {
        return refuse(RefusalCode::UnknownOrder, format!("this user has no order {id} to try again"));
    };
    if earlier.strategy != view.strategy {
        return Err(foreign(earlier, view.strategy));
    }
    if earlier.state != OrderState::Rejected || !earlier.retryable {
        let detail = format!("order {id} is {} and not to be tried again", earlier.state.in_words());
        return refuse(RefusalCode::State, detail);
    }
    if earlier.request.symbol != request.symbol || earlier.request.side != request.side {
        let detail = format!("order {id} is of another symbol or side than the one that is to try it again");
        return refuse(RefusalCode::Request, detail);
    }
    Ok(())
}
