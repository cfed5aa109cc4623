//! Messages about positions.

use prahari_domain::book::ClosedLot;
use prahari_domain::money::{Paise, rupees};
use prahari_domain::numbers::counted;
use prahari_domain::orders::Order;
use prahari_domain::settings::NotificationKind;
use prahari_store::NotificationLevel;

use super::Words;

/// A position was closed by the last sell of an order: the lots that it had, from the first buy on. None without lots.
pub(crate) fn closed(order: &Order, lots: &[ClosedLot]) -> Option<Words> {
    let first = lots.first()?;
    let quantity: u64 = lots.iter().map(|lot| u64::from(lot.quantity)).sum();
    let sum = |of: fn(&ClosedLot) -> Paise| lots.iter().map(of).sum::<Paise>();
    let (gross, net, charges) = (sum(ClosedLot::gross), sum(ClosedLot::net), sum(|lot| lot.charges));
    let bought = sum(|lot| lot.buy_price.times(lot.quantity).unwrap_or_default());
    let sold = sum(|lot| lot.sell_price.times(lot.quantity).unwrap_or_default());
    let days = lots.iter().map(ClosedLot::days_held).max().unwrap_or(0).max(0);
    let result = match net.0 {
        ..0 => format!("a loss of {}", rupees(-net)),
        0 => "neither profit nor loss".to_owned(),
        1.. => format!("a profit of {}", rupees(net)),
    };
    let held = match days {
        0 => "within a day".to_owned(),
        days => format!("after {}", counted(days.unsigned_abs(), "day", "days")),
    };
    let body = format!(
        "Sold {} at {}, bought at {}, {held}: {} before charges of {}. The last order is {}.",
        counted(quantity, "share", "shares"),
        rupees(mean(sold, quantity)),
        rupees(mean(bought, quantity)),
        rupees(gross),
        rupees(charges),
        order.id
    );
    Some(Words {
        kind: NotificationKind::PositionClosed,
        level: NotificationLevel::Info,
        title: format!("{} is closed with {result}", first.symbol),
        body,
    })
}

fn mean(value: Paise, quantity: u64) -> Paise {
    let quantity = i64::try_from(quantity).unwrap_or(i64::MAX);
    value.scale(1, quantity).unwrap_or_default()
}
