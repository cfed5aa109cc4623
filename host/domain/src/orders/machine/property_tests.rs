//! The machine is total, and telling a fact twice changes nothing.

use proptest::prelude::*;

use super::*;
use crate::ids::{RunId, UserId};
use crate::orders::{OrderRequest, Product, Purpose, Side, Variety};

fn id() -> OrderId {
    OrderId { user: UserId(1), day: "2025-01-02".parse().unwrap(), number: 1 }
}

fn kind() -> impl Strategy<Value = OrderKind> {
    prop_oneof![
        Just(OrderKind::Market),
        prop_oneof![-5..2_000_i64, Just(i64::MAX)].prop_map(|p| OrderKind::Limit(Paise(p)))
    ]
}

/// Mostly sensible numbers, sometimes the ends of their type.
fn quantity() -> impl Strategy<Value = u32> {
    prop_oneof![8 => 0..30_u32, 1 => Just(u32::MAX)]
}

fn fill() -> impl Strategy<Value = Fill> {
    let price = prop_oneof![8 => 0..2_000_i64, 1 => Just(i64::MAX), 1 => Just(i64::MIN)];
    ("[a-d]", quantity(), price).prop_map(|(key, quantity, price)| Fill {
        key,
        quantity,
        price: Paise(price),
        at: Timestamp(1),
    })
}

fn intended() -> impl Strategy<Value = OrderEvent> {
    (quantity(), kind(), any::<bool>()).prop_map(|(quantity, kind, buys)| OrderEvent::Intended {
        request: OrderRequest {
            symbol: "TCS".parse().unwrap(),
            side: if buys { Side::Buy } else { Side::Sell },
            quantity,
            kind,
            variety: Variety::Regular,
            product: Product::Delivery,
            purpose: Purpose::Entry,
            signal: None,
            rsi: None,
            retry_of: None,
        },
        run: RunId(1),
        first_placed_at: Timestamp(1),
        strategy: StrategyName::REBOUND,
        tag: None,
    })
}

fn event() -> impl Strategy<Value = OrderEvent> {
    let reason = "why".to_owned();
    prop_oneof![
        1 => intended(),
        1 => Just(OrderEvent::Sent),
        1 => "B[12]".prop_map(|broker_id| OrderEvent::Accepted { broker_id }),
        1 => any::<bool>().prop_map(|retryable| OrderEvent::refused("no", retryable)),
        1 => Just(OrderEvent::OutcomeUnknown { reason: reason.clone() }),
        1 => Just(OrderEvent::NotAtBroker),
        1 => (quantity(), kind()).prop_map(|(quantity, kind)| OrderEvent::ChangeRequested { quantity, kind, run: None }),
        1 => (quantity(), kind()).prop_map(|(quantity, kind)| OrderEvent::Changed { quantity, kind }),
        1 => Just(OrderEvent::ChangeRefused { reason: reason.clone() }),
        1 => Just(OrderEvent::CancelRequested { reason: reason.clone() }),
        4 => fill().prop_map(OrderEvent::Filled),
        1 => Just(OrderEvent::Cancelled { reason: reason.clone() }),
        1 => Just(OrderEvent::Expired { reason: reason.clone() }),
        1 => Just(OrderEvent::RetryGivenUp { reason }),
    ]
}

fn apply(order: Option<&Order>, event: OrderEvent, at: i64) -> Result<Transition, TransitionError> {
    transition(order, &JournalEntry { sequence: 1, order: id(), at: Timestamp(at), event })
}

/// What must hold of any order that the machine has let come about.
fn check(order: &Order) {
    assert!(order.filled <= order.request.quantity && order.request.quantity > 0);
    assert_eq!(order.filled == 0, order.fill_keys.is_empty());
    assert_eq!(order.fill_value > Paise::ZERO, order.filled > 0);
    assert_eq!(order.state == OrderState::Filled, order.remaining() == 0);
    if order.state == OrderState::PartiallyFilled {
        assert!(order.filled > 0);
    }
    if matches!(
        order.state,
        OrderState::Intent | OrderState::Sent | OrderState::Accepted | OrderState::Unknown
    ) {
        assert_eq!(order.filled, 0);
    }
    assert!(!order.retryable || order.state == OrderState::Rejected);
}

proptest! {
    #[test]
    fn any_events_in_any_order_leave_a_sound_order(first in intended(), events in prop::collection::vec(event(), 0..40)) {
        let mut order = apply(None, first, 0).ok().map(|opened| opened.order);
        for (at, event) in (1..).zip(events) {
            let Some(before) = order.as_ref() else { break };
            let Ok(after) = apply(Some(before), event.clone(), at) else { continue };
            check(&after.order);
            if !after.changed {
                prop_assert_eq!(&after.order, before);
                prop_assert!(after.effects.is_empty());
            }
            let executed: u32 = after.effects.iter().map(|effect| match effect {
                Effect::Executed(fill) => fill.quantity,
                Effect::Withdrawn(_) | Effect::Closed(_) => 0,
            }).sum();
            prop_assert_eq!(after.order.filled, before.filled + executed);
            let closed = after.effects.contains(&Effect::Closed(after.order.state));
            prop_assert_eq!(closed, after.order.state.is_final() && !before.state.is_final());
            if event.is_fact() {
                let again = apply(Some(&after.order), event, at + 1).unwrap();
                prop_assert!(!again.changed);
                prop_assert_eq!(&again.order, &after.order);
            }
            order = Some(after.order);
        }
    }
}
