//! What the commands refuse beside what the fake itself does: what the broker or the exchange could never do, each with a sentence.

use crate::account::AccountSpec;
use crate::exchange::PRODUCTS;
use crate::fault::{Fault, Rule};
use crate::instruments::InstrumentSpec;
use crate::sim::{AppOrder, KotakSim};
use crate::time::{LATEST, Millis};

/// Longest time that passes at once, or that a fault lasts: 400 days in milliseconds.
const LONGEST: Millis = 400 * 86_400_000;

/// Highest price of an order and of a fill by hand, in paise: a crore of rupees.
pub(crate) const HIGHEST: i64 = 1_000_000_000;

/// Most shares of one order, also of a share that has no freeze quantity.
pub(crate) const MOST_SHARES: i64 = 99_999_999;

type Checked = Result<(), String>;

/// Whether it can be this time next.
pub(crate) fn time(known: Millis, now: Millis) -> Checked {
    if now < known {
        return Err(format!("time does not go back from {known} to {now}"));
    }
    if now > LATEST {
        return Err(format!("{now} is after the year 2099, where the time of the fake ends"));
    }
    Ok(())
}

/// Whether so much time can pass; the time that it is then.
pub(crate) fn advance(known: Millis, ms: Millis) -> Result<Millis, String> {
    if ms < 0 {
        return Err(format!("time does not go back by {} ms", ms.unsigned_abs()));
    }
    let then = known.checked_add(ms).filter(|_| ms <= LONGEST);
    let then = then.ok_or_else(|| format!("{ms} ms are more than 400 days, the most that pass at once"))?;
    time(known, then).map(|()| then)
}

/// Whether a fault can strike somebody, and do what it says.
pub(crate) fn rule(sim: &KotakSim, rule: &Rule) -> Checked {
    if !rule.when.can_strike() {
        return Err(format!("{:?} is no time at which a fault can strike", rule.when));
    }
    if let Some(ucc) = &rule.account {
        sim.cash(ucc).map_err(|error| error.to_string())?;
    }
    match &rule.fault {
        Fault::FillsAtMost(quantity) if *quantity < 1 => {
            Err(format!("fills_at_most {quantity}: an order is filled by 1 share at least, or `rests`"))
        }
        Fault::Answer { status, .. } if !(200..=599).contains(status) => {
            Err(format!("{status} is no status of an answer: 200 to 599"))
        }
        Fault::Slow { ms }
        | Fault::SlowEffect { ms }
        | Fault::Lag { ms }
        | Fault::RejectLate { ms, .. }
        | Fault::Stalls { ms }
        | Fault::Invisible { ms }
            if !(0..=LONGEST).contains(ms) =>
        {
            Err(format!("{ms} ms: a fault lasts from 0 ms to 400 days"))
        }
        _ => Ok(()),
    }
}

/// Whether an account can be added.
pub(crate) fn account(sim: &KotakSim, spec: &AccountSpec) -> Checked {
    if sim.cash(&spec.ucc).is_ok() {
        return Err(format!("there is an account {} already", spec.ucc));
    }
    if let Some(carried) = spec.carried.iter().find(|carried| !PRODUCTS.contains(&carried.product.as_str())) {
        return Err(format!("{} is none of {}", carried.product, PRODUCTS.join(", ")));
    }
    let is_odd = |quantity: i64, pledged: i64| quantity < 0 || !(0..=quantity).contains(&pledged);
    match spec.holdings.iter().find(|held| is_odd(held.quantity, held.pledged)) {
        Some(held) => {
            let (quantity, pledged, symbol) = (held.quantity, held.pledged, &held.symbol);
            Err(format!("{quantity} shares of {symbol}, {pledged} of them pledged, cannot be held"))
        }
        None => Ok(()),
    }
}

/// Whether the exchange can trade at a price, with this quantity at most. Of what is not listed, the fake itself says so.
pub(crate) fn price(sim: &KotakSim, symbol: &str, paise: i64, available: Option<i64>) -> Checked {
    if let Some(available) = available.filter(|available| *available < 0) {
        return Err(format!("{available} shares cannot be available: 0 or more"));
    }
    let listed = sim.instruments();
    let Some(spec) = listed.iter().map(|listed| &listed.spec).find(|spec| spec.trading_symbol == symbol)
    else {
        return Ok(());
    };
    let (low, high, tick) = (spec.low, spec.high, spec.tick);
    if high > 0 && !(low..=high).contains(&paise) {
        return Err(format!("{paise} paise of {symbol} are outside its band, {low} to {high}"));
    }
    if paise > HIGHEST {
        return Err(format!("{paise} paise of {symbol} are more than {HIGHEST}"));
    }
    // An index is computed, and no order names its price.
    if !spec.series.is_empty() && tick > 0 && paise % tick != 0 {
        return Err(format!("{paise} paise of {symbol} are no multiple of its tick, {tick}"));
    }
    Ok(())
}

/// Whether an order can be filled by hand at a price, which may be any.
pub(crate) fn fill(paise: i64) -> Checked {
    if paise > HIGHEST { Err(format!("{paise} paise are more than {HIGHEST}")) } else { Ok(()) }
}

/// Whether an order of the app can be one of this instrument. A price outside the band is taken and rejected in the book.
pub(crate) fn app_order(order: &AppOrder, of: &InstrumentSpec) -> Checked {
    let (symbol, quantity, price) = (&order.symbol, order.quantity, order.price);
    if of.series.is_empty() {
        return Err(format!("{symbol} is an index, which nobody trades"));
    }
    let most = of.freeze.unwrap_or(MOST_SHARES).min(MOST_SHARES);
    if quantity > most {
        return Err(format!("{quantity} of {symbol} are more than {most}, the most of one order"));
    }
    if price > HIGHEST {
        return Err(format!("a limit of {price} paise for {symbol} is more than {HIGHEST}"));
    }
    Ok(())
}

/// Whether the exchange gives a reason.
pub(crate) fn reason(reason: &str) -> Checked {
    if reason.trim().is_empty() { Err("a rejection has a reason".to_owned()) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_goes_on_by_400_days_at_most_and_to_the_end_of_2099() {
        assert_eq!(advance(0, LONGEST), Ok(LONGEST));
        assert!(advance(0, LONGEST + 1).is_err());
        assert_eq!(advance(LATEST - 1, 1), Ok(LATEST));
        assert!(advance(LATEST, 1).is_err());
        assert!(advance(LATEST, i64::MAX).is_err() && advance(0, -1).is_err());
        assert_eq!(time(7, 7), Ok(()));
        assert_eq!(time(7, LATEST), Ok(()));
        assert!(time(7, LATEST + 1).is_err() && time(7, i64::MAX).is_err() && time(7, 6).is_err());
    }
}
