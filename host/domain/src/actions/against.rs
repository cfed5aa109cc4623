//! What prices around an ex-date say against an action.

use crate::instruments::Candle;
use crate::money::{Paise, rupees};
use crate::price_jump::PriceJump;
use crate::time::Day;

use super::{CorporateAction, PriceFactor};

/// Returns what the bars around an ex-date say against an action that changes prices by `expected`, alone or with others of that day:
/// neither open nor close is where it leads to. `as_traded` is the close of before as it was traded, which the bar may not have any
/// more.
pub fn against_move(
    action: &CorporateAction,
    expected: PriceFactor,
    (before, of_day): (&Candle, &Candle),
    as_traded: Paise,
) -> Option<String> {
    if expected.matches(before.close, of_day.open) || expected.matches(before.close, of_day.close) {
        return None;
    }
    let came = PriceJump {
        symbol: action.symbol().clone(),
        day: of_day.day,
        open: of_day.open,
        previous_day: before.day,
        previous_close: as_traded,
    };
    let led_to = expected.apply(before.close).unwrap_or(before.close);
    Some(format!("{came}, and it leads to an open of about {}", rupees(led_to)))
}

/// Returns what the close before an ex-date, as it was traded, says against a dividend: a whole share cost less.
pub fn against_close(per_share: Paise, day: Day, close: Paise) -> Option<String> {
    (per_share > close).then(|| {
        format!("it is more than a whole share cost at the close of {day}, which was {}", rupees(close))
    })
}
