//! The sentences about annulled fills.

use prahari_domain::book::BookError;
use prahari_domain::money::rupees;
use prahari_domain::orders::{Fill, Order, Side};

/// Why a fill that was annulled cannot be taken back.
pub(super) fn not_booked(order: &Order, fills: &[Fill], error: &BookError) -> String {
    format!(
        "order {}: {} was annulled, and the books cannot say so: {error}. What the account owes now has to be looked at in the broker's own application",
        order.id,
        in_words(order, fills)
    )
}

/// That fills are taken back.
pub(super) fn taken_back(order: &Order, fills: &[Fill]) -> String {
    format!("order {}: {} was annulled, and is taken back in the books", order.id, in_words(order, fills))
}

/// That fills are booked again.
pub(super) fn returned(order: &Order, fills: &[Fill]) -> String {
    format!(
        "it is back: order {}: {} is in the broker's book again, and booked again",
        order.id,
        in_words(order, fills)
    )
}

fn in_words(order: &Order, fills: &[Fill]) -> String {
    let side = match order.request.side {
        Side::Buy => "the buy",
        Side::Sell => "the sell",
    };
    let parts: Vec<String> =
        fills.iter().map(|fill| format!("{} at {}", fill.quantity, rupees(fill.price))).collect();
    format!("{side} of {} ({})", order.request.symbol, parts.join(", "))
}

/// The shares of some fills together.
pub(super) fn shares_of(fills: &[Fill]) -> u32 {
    fills.iter().map(|fill| fill.quantity).fold(0, u32::saturating_add)
}
