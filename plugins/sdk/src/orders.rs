//! Words about orders that several tasks need.

use crate::{
    Host, Order, OrderFilter, OrderKind, OrderRequest, OrderState, Paise, Phase, Purpose, Refusal,
    RefusalCode, Side,
};

/// Which orders a phase of the session takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accepts {
    /// None: an order can be neither entered, changed nor cancelled.
    Nothing,
    /// Limit orders only; market orders are frozen.
    LimitOnly,
    /// Limit and market orders.
    Everything,
}

/// What a phase takes. The post-close session is left out on purpose: it takes only market orders at the close
/// price, and no task trades in it.
pub fn accepts(phase: Phase) -> Accepts {
    match phase {
        Phase::PreOpen | Phase::Continuous | Phase::ClosingAuction => Accepts::Everything,
        Phase::PreOpenLimitOnly | Phase::ClosingAuctionLimitOnly => Accepts::LimitOnly,
        Phase::Closed
        | Phase::PreOpenMatching
        | Phase::ClosingReference
        | Phase::ClosingMatching
        | Phase::PostClose => Accepts::Nothing,
    }
}

/// Whether an order buys.
pub fn is_buy(order: &Order) -> bool {
    order.side == Side::Buy
}

/// Whether an order is a first buy; these count towards the portfolio limit, re-entries do not.
pub fn is_entry(order: &Order) -> bool {
    is_buy(order) && order.purpose == Purpose::Entry
}

/// Whether an order was placed by somebody outside and only found at the broker: it is the user's, no task touches it. The
/// host lists it with the exit reason `external`, whatever its side.
pub fn is_external(order: &Order) -> bool {
    matches!(&order.purpose, Purpose::Exit(reason) if reason == "external")
}

/// Whether the broker is known to have the order, so that it can be changed. One whose outcome is not known is
/// left to the host's reconciliation.
pub fn is_at_broker(order: &Order) -> bool {
    matches!(order.state, OrderState::Accepted | OrderState::PartiallyFilled)
}

/// The limit price; `None` for a market order.
pub fn limit(order: &Order) -> Option<Paise> {
    match order.kind {
        OrderKind::Limit(price) => Some(price),
        OrderKind::Market => None,
    }
}

/// Whether every further order of the run would meet the same refusal, so that trying is pointless.
pub fn refuses_all(code: RefusalCode) -> bool {
    use RefusalCode::{DailyLoss, KillSwitch, OrdersPerDay, OrdersPerRun, SessionClosed, Unsettled};
    matches!(code, KillSwitch | OrdersPerDay | OrdersPerRun | DailyLoss | SessionClosed | Unsettled)
}

/// The reason code of an order of which it is not known whether the broker has it.
pub const OUTCOME_UNKNOWN: &str = "outcome_unknown";

/// The counter of such orders.
pub const UNKNOWN_OUTCOME: &str = "unknown_outcome";

/// Returns the id of an order that was sent and of which the host does not know whether the broker has it; none when the refusal says
/// that nothing was sent. [`RefusalCode::Unsettled`] says either, so the books are asked: whoever placed it had no active order of
/// the symbol and side before.
pub fn sent_nevertheless(host: &mut dyn Host, request: &OrderRequest, refusal: &Refusal) -> Option<String> {
    use OrderState::{Intent, Sent, Unknown};
    if refusal.code != RefusalCode::Unsettled {
        return None;
    }
    let is_it = |order: &Order| {
        matches!(order.state, Intent | Sent | Unknown)
            && (order.side, &order.symbol) == (request.side, &request.symbol)
            && !is_external(order)
    };
    host.orders(OrderFilter::Active).ok()?.into_iter().rev().find(is_it).map(|order| order.id)
}

/// A refusal's reason code in decisions.
pub fn reason_of(code: RefusalCode) -> &'static str {
    match code {
        RefusalCode::KillSwitch => "kill_switch",
        RefusalCode::OrderValue => "order_value_limit",
        RefusalCode::OrdersPerDay => "orders_per_day_limit",
        RefusalCode::OrdersPerRun => "orders_per_run_limit",
        RefusalCode::DailyLoss => "daily_loss_limit",
        RefusalCode::PositionSize => "position_size_limit",
        RefusalCode::PositionCount => "portfolio_limit_reached",
        RefusalCode::PriceBand => "outside_price_band",
        RefusalCode::TickSize => "tick_size",
        RefusalCode::FreezeQuantity => "freeze_quantity",
        RefusalCode::Quantity => "invalid_quantity",
        RefusalCode::Symbol => "symbol_refused",
        RefusalCode::Duplicate => "active_order_exists",
        RefusalCode::Holdings => "not_enough_holdings",
        RefusalCode::Funds => "insufficient_funds",
        RefusalCode::MarketOrdersFrozen => "market_orders_frozen",
        RefusalCode::SessionClosed => "session_closed",
        RefusalCode::Unsettled => "earlier_order_unsettled",
        RefusalCode::UnknownOrder => "unknown_order",
        RefusalCode::State => "order_state",
        RefusalCode::Broker => "broker_refused",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn market_orders_are_frozen_in_the_limit_only_phases() {
        assert_eq!(accepts(Phase::PreOpenLimitOnly), Accepts::LimitOnly);
        assert_eq!(accepts(Phase::ClosingAuctionLimitOnly), Accepts::LimitOnly);
        assert_eq!(accepts(Phase::PreOpenMatching), Accepts::Nothing);
        assert_eq!(accepts(Phase::Continuous), Accepts::Everything);
    }

    #[test]
    fn a_refusal_of_one_symbol_does_not_stop_the_others() {
        assert!(!refuses_all(RefusalCode::Funds));
        assert!(!refuses_all(RefusalCode::PriceBand));
        assert!(refuses_all(RefusalCode::KillSwitch));
    }
}
