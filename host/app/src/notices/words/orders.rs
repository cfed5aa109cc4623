//! Messages about orders.

use prahari_domain::money::rupees;
use prahari_domain::numbers::counted;
use prahari_domain::orders::{Fill, Order, OrderKind, Side, Variety};
use prahari_domain::settings::NotificationKind;
use prahari_store::NotificationLevel;

use super::{Words, codes};

/// Most orders that a message names one by one.
const NAMED_ORDERS: usize = 10;

/// A run has placed orders; none when the list is empty.
pub(crate) fn placed(orders: &[Order]) -> Option<Words> {
    let title = match orders {
        [] => return None,
        [order] => format!("Order placed: {}", wanted(order)),
        many => format!("{} orders placed", many.len()),
    };
    let body = match orders {
        [order] => format!("The order is {}.", named(order)),
        many => listed(many),
    };
    Some(info(NotificationKind::OrderPlaced, title, body))
}

/// An order is filled, wholly or so far.
pub(crate) fn filled(order: &Order) -> Words {
    let (verb, symbol, price) = (done(order.request.side), &order.request.symbol, average(order));
    let (title, body) = match order.remaining() {
        0 => (
            format!("{verb} {} {symbol} at {price}", order.filled),
            format!("The order {} is filled.", named(order)),
        ),
        left => {
            // A fill may be learnt of after the end of its order.
            let rest = match order.state.is_final() {
                true => "the rest has ended".to_owned(),
                false => format!("{} open", counted(left, "share is", "shares are")),
            };
            (
                format!("{verb} {} of {} {symbol} at {price}", order.filled, order.request.quantity),
                format!("The order {} is filled in part; {rest}.", named(order)),
            )
        }
    };
    info(NotificationKind::OrderFilled, title, body)
}

/// Shares were traded outside, and the books have taken it over.
pub(crate) fn outside(order: &Order) -> Words {
    let (verb, symbol, price) = (done(order.request.side), &order.request.symbol, average(order));
    let how = match order.fill_keys.iter().any(|key| Fill::is_estimate(key)) {
        true => " The price is an estimate, the last one: the broker does not show the trade.",
        false => "",
    };
    let title = format!("{verb} outside: {} {symbol} at {price}", order.filled);
    let body = format!("Nobody here placed the trade. The books have it as order {}.{how}", order.id);
    info(NotificationKind::OrderFilled, title, body)
}

/// An order was refused, by our own checks or by the broker.
pub(crate) fn refused(order: &Order, reason: &str, retryable: bool) -> Words {
    let again = if retryable { " It may be tried again." } else { "" };
    Words {
        kind: NotificationKind::OrderRejected,
        level: NotificationLevel::Warning,
        title: format!("{} was refused", subject(order)),
        body: format!("The order {}: {}{again}", named(order), sentence(reason)),
    }
}

/// An order was withdrawn, whoever did it.
pub(crate) fn withdrawn(order: &Order, reason: &str) -> Words {
    ended(order, "was withdrawn", reason)
}

/// An order ended with its validity.
pub(crate) fn expired(order: &Order, reason: &str) -> Words {
    ended(order, "expired", reason)
}

fn ended(order: &Order, how: &str, reason: &str) -> Words {
    let part = match order.filled {
        0 => "unfilled".to_owned(),
        filled => format!("with {filled} of them {}", done(order.request.side).to_lowercase()),
    };
    let title = format!("{} {how} {part}", subject(order));
    let body = format!("The order {}: {}", named(order), sentence(reason));
    info(NotificationKind::OrderCancelled, title, body)
}

fn info(kind: NotificationKind, title: String, body: String) -> Words {
    Words { kind, level: NotificationLevel::Info, title, body }
}

/// One line for each order, as far as they are named.
fn listed(orders: &[Order]) -> String {
    let mut lines: Vec<String> = orders.iter().take(NAMED_ORDERS).map(wanted).collect();
    let more = orders.len().saturating_sub(NAMED_ORDERS);
    if more > 0 {
        lines.push(format!("and {more} more"));
    }
    lines.join("\n")
}

/// What an order is to do, such as `buy 10 INFY at ₹1,500.00, after market`.
fn wanted(order: &Order) -> String {
    let request = &order.request;
    let side = match request.side {
        Side::Buy => "buy",
        Side::Sell => "sell",
    };
    let price = match request.kind {
        OrderKind::Market => "at the market price".to_owned(),
        OrderKind::Limit(price) => format!("at {}", rupees(price)),
    };
    let variety = match request.variety {
        Variety::Regular => "",
        Variety::AfterMarket => ", after market",
    };
    format!("{side} {} {} {price}{variety}", request.quantity, request.symbol)
}

/// An order as the subject of a sentence, such as `Buy of 10 INFY`.
fn subject(order: &Order) -> String {
    let side = match order.request.side {
        Side::Buy => "Buy",
        Side::Sell => "Sell",
    };
    format!("{side} of {} {}", order.request.quantity, order.request.symbol)
}

/// The id of an order, with its strategy where that is another than that of the tasks which come with the program.
fn named(order: &Order) -> String {
    match order.strategy {
        strategy if strategy.is_rebound() => order.id.to_string(),
        strategy => format!("{} of {strategy}", order.id),
    }
}

const fn done(side: Side) -> &'static str {
    match side {
        Side::Buy => "Bought",
        Side::Sell => "Sold",
    }
}

fn average(order: &Order) -> String {
    rupees(order.average_price().unwrap_or_default())
}

/// A reason as a sentence: those of brokers and tasks often end without a full stop.
fn sentence(reason: &str) -> String {
    let reason = codes::in_sentence(reason.trim_end());
    match reason.chars().last() {
        None => "no reason was given.".to_owned(),
        Some('.' | '!' | '?') => reason,
        Some(_) => format!("{reason}."),
    }
}
