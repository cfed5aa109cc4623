use super::*;
use crate::ids::{RunId, UserId};
use crate::orders::{OrderRequest, Product, Purpose, Side, TagCode, Variety};

fn id() -> OrderId {
    OrderId { user: UserId(1), day: "2025-01-02".parse().unwrap(), number: 1 }
}

fn request() -> OrderRequest {
    OrderRequest {
        symbol: "TCS".parse().unwrap(),
        side: Side::Buy,
        quantity: 10,
        kind: OrderKind::Limit(Paise(400_000)),
        variety: Variety::Regular,
        product: Product::Delivery,
        purpose: Purpose::Entry,
        signal: None,
        rsi: None,
        retry_of: None,
    }
}

fn intended() -> OrderEvent {
    OrderEvent::Intended {
        request: request(),
        run: RunId(1),
        first_placed_at: Timestamp(1),
        strategy: StrategyName::REBOUND,
        tag: None,
    }
}

fn accepted() -> OrderEvent {
    OrderEvent::Accepted { broker_id: "B1".into() }
}

fn fill(key: &str, quantity: u32) -> OrderEvent {
    OrderEvent::Filled(Fill { key: key.into(), quantity, price: Paise(399_000), at: Timestamp(5) })
}

fn changed(quantity: u32) -> OrderEvent {
    OrderEvent::Changed { quantity, kind: OrderKind::Market }
}

fn rejected(retryable: bool) -> OrderEvent {
    OrderEvent::refused("no margin", retryable)
}

fn why() -> String {
    "because".into()
}

fn apply(order: Option<&Order>, event: OrderEvent) -> Outcome {
    transition(order, &JournalEntry { sequence: 1, order: id(), at: Timestamp(9), event })
}

fn after(events: &[OrderEvent]) -> Order {
    let mut order = None;
    for event in events {
        order = Some(apply(order.as_ref(), event.clone()).unwrap().order);
    }
    order.unwrap()
}

/// An order in each state, by the shortest way there; ended ones also with a part filled.
fn in_state(state: OrderState) -> Order {
    let mut events = vec![intended()];
    events.extend(match state {
        OrderState::Intent => vec![],
        OrderState::Sent => vec![OrderEvent::Sent],
        OrderState::Accepted => vec![OrderEvent::Sent, accepted()],
        OrderState::Rejected => vec![OrderEvent::Sent, rejected(true)],
        OrderState::Unknown => vec![OrderEvent::Sent, OrderEvent::OutcomeUnknown { reason: why() }],
        OrderState::PartiallyFilled => vec![OrderEvent::Sent, accepted(), fill("a", 4)],
        OrderState::Filled => vec![OrderEvent::Sent, accepted(), fill("a", 10)],
        OrderState::Cancelled => {
            vec![OrderEvent::Sent, accepted(), fill("a", 4), OrderEvent::Cancelled { reason: why() }]
        }
        OrderState::Expired => vec![OrderEvent::Sent, accepted(), OrderEvent::Expired { reason: why() }],
    });
    let order = after(&events);
    assert_eq!(order.state, state);
    order
}

/// What an event does: `=` nothing new, `!` impossible, otherwise the state afterwards.
fn outcome(state: OrderState, event: &OrderEvent) -> String {
    match apply(Some(&in_state(state)), event.clone()) {
        Ok(transition) if !transition.changed => "=".into(),
        Ok(transition) => transition.order.state.name().into(),
        Err(_) => "!".into(),
    }
}

#[test]
fn every_event_in_every_state_does_what_the_table_says() {
    // Columns: intent, sent, accepted, rejected, unknown, partially_filled, filled, cancelled, expired.
    let table: [(OrderEvent, &str); 16] = [
        (intended(), "= ! ! ! ! ! ! ! !"),
        (OrderEvent::Sent, "sent = ! ! ! ! ! ! !"),
        (accepted(), "accepted accepted = ! accepted = = = ="),
        (rejected(false), "rejected rejected rejected = rejected cancelled = = ="),
        (OrderEvent::OutcomeUnknown { reason: why() }, "unknown unknown = = = = = = ="),
        (OrderEvent::NotAtBroker, "= intent ! = intent ! = = ="),
        (
            OrderEvent::ChangeRequested { quantity: 8, kind: OrderKind::Market, run: None },
            "! ! accepted ! ! partially_filled ! ! !",
        ),
        (changed(12), "! ! accepted = ! partially_filled partially_filled = ="),
        (changed(4), "! ! accepted = ! filled ! = ="),
        (OrderEvent::ChangeRefused { reason: why() }, "! ! accepted = ! partially_filled = = ="),
        (
            OrderEvent::CancelRequested { reason: why() },
            "intent sent accepted ! unknown partially_filled ! ! !",
        ),
        (
            fill("b", 3),
            "partially_filled partially_filled partially_filled partially_filled partially_filled partially_filled ! cancelled expired",
        ),
        (
            OrderEvent::Cancelled { reason: why() },
            "cancelled cancelled cancelled = cancelled cancelled = = =",
        ),
        (OrderEvent::Expired { reason: why() }, "expired expired expired = expired expired = = ="),
        (OrderEvent::RetryGivenUp { reason: why() }, "! ! ! rejected ! ! ! ! !"),
        (
            OrderEvent::Terms(BrokerTerms::limit(Paise(101))),
            "intent sent accepted rejected unknown partially_filled filled cancelled expired",
        ),
    ];
    for (event, expected) in table {
        let found: Vec<String> = OrderState::ALL.iter().map(|state| outcome(*state, &event)).collect();
        assert_eq!(found.join(" "), expected, "{event:?}");
    }
}

#[test]
fn an_order_begins_with_its_intent() {
    assert_eq!(apply(None, OrderEvent::Sent), Err(TransitionError::NoIntent { order: id(), event: "sent" }));
    let nothing = OrderRequest { quantity: 0, ..request() };
    let event = OrderEvent::Intended {
        request: nothing,
        run: RunId(1),
        first_placed_at: Timestamp(1),
        strategy: StrategyName::REBOUND,
        tag: None,
    };
    assert!(matches!(apply(None, event), Err(TransitionError::BadNumbers { .. })));
}

#[test]
fn a_known_fill_changes_nothing_in_any_state() {
    for state in [OrderState::PartiallyFilled, OrderState::Filled, OrderState::Cancelled] {
        let order = in_state(state);
        let again = apply(Some(&order), fill("a", 4)).unwrap();
        assert_eq!((again.order, again.effects, again.changed), (order, vec![], false));
    }
}

#[test]
fn a_late_fill_counts_after_a_cancellation_and_completes_the_order() {
    let late = apply(Some(&in_state(OrderState::Cancelled)), fill("b", 6)).unwrap();
    assert_eq!(
        (late.order.state, late.order.filled, late.order.reason.as_str()),
        (OrderState::Filled, 10, "")
    );
    assert!(matches!(late.effects.as_slice(), [Effect::Executed(_)]));
}

#[test]
fn a_fill_of_a_rejected_order_takes_it_off_the_retries() {
    let order = apply(Some(&in_state(OrderState::Rejected)), fill("b", 3)).unwrap().order;
    assert_eq!((order.state, order.retryable), (OrderState::PartiallyFilled, false));
}

#[test]
fn an_order_is_never_filled_beyond_its_quantity() {
    let overfilled = apply(Some(&in_state(OrderState::PartiallyFilled)), fill("b", 7));
    assert!(matches!(overfilled, Err(TransitionError::Overfilled { quantity: 7, remaining: 6, .. })));
}

#[test]
fn the_broker_cannot_give_an_order_a_second_number() {
    let other = OrderEvent::Accepted { broker_id: "B2".into() };
    let refused = apply(Some(&in_state(OrderState::Accepted)), other);
    assert!(matches!(refused, Err(TransitionError::OtherBrokerId { .. })));
}

#[test]
fn the_end_of_an_order_is_told_once() {
    let filled = apply(Some(&in_state(OrderState::PartiallyFilled)), fill("b", 6)).unwrap();
    assert!(matches!(filled.effects.as_slice(), [Effect::Executed(_), Effect::Closed(OrderState::Filled)]));
    let cancelled =
        apply(Some(&in_state(OrderState::Sent)), OrderEvent::Cancelled { reason: why() }).unwrap();
    assert_eq!(cancelled.effects, vec![Effect::Closed(OrderState::Cancelled)]);
}

#[test]
fn a_retry_given_up_keeps_both_reasons() {
    let order = apply(Some(&in_state(OrderState::Rejected)), OrderEvent::RetryGivenUp { reason: why() })
        .unwrap()
        .order;
    assert_eq!((order.retryable, order.reason.as_str()), (false, "no margin; given up: because"));
}

#[test]
fn an_order_keeps_the_tag_that_it_was_intended_with_and_takes_no_other_orders() {
    let entry = |sequence, event| JournalEntry { sequence, order: id(), at: Timestamp(1), event };
    let with = |tag| {
        let OrderEvent::Intended { request, run, first_placed_at, strategy, .. } = intended() else {
            panic!("it is one")
        };
        OrderEvent::Intended { request, run, first_placed_at, strategy, tag }
    };
    let code = TagCode::of_number(77);
    let tag = OrderTag::stamp(code, id()).unwrap();
    let order = transition(None, &entry(1, with(Some(tag)))).unwrap().order;
    assert_eq!((order.tag, order.broker_tag()), (Some(tag), tag.to_string()));
    assert!(!transition(Some(&order), &entry(2, with(Some(tag)))).unwrap().changed);
    let other_code = OrderTag::stamp(TagCode::of_number(78), id()).unwrap();
    for other in [None, Some(other_code)] {
        let told = transition(Some(&order), &entry(2, with(other)));
        assert_eq!(told, Err(TransitionError::IdInUse { order: id() }));
    }
    let of_another = OrderTag::stamp(code, OrderId { number: 999, ..id() }).unwrap();
    let told = transition(None, &entry(1, with(Some(of_another))));
    assert_eq!(told, Err(TransitionError::OtherTag { order: id(), tag: of_another }));
    let before_tags = transition(None, &entry(1, intended())).unwrap().order;
    assert_eq!(before_tags.broker_tag(), id().to_string());
}

#[test]
fn a_market_order_is_sent_with_its_limit_and_stays_what_was_asked_for() {
    let market = OrderEvent::Changed { quantity: 10, kind: OrderKind::Market };
    let order = after(&[intended(), OrderEvent::Sent, accepted(), market]);
    assert_eq!(order.as_sent(), order, "nobody made a limit for it");
    let told = |order: &Order, event| apply(Some(order), event).unwrap().order;
    let limited = told(&order, OrderEvent::Terms(BrokerTerms::limit(Paise(401))));
    assert_eq!(limited.request.kind, OrderKind::Market);
    assert_eq!(limited.as_sent().request.kind, OrderKind::Limit(Paise(401)));
    // A change asks for another limit. Refused, it stands with the first; made, with the other.
    let asked = told(&limited, OrderEvent::Terms(BrokerTerms::asked(Paise(405))));
    assert!(asked.terms.may_stand_at(Paise(401)) && asked.terms.may_stand_at(Paise(405)));
    let refused = told(&asked, OrderEvent::ChangeRefused { reason: why() });
    assert_eq!(refused.terms, BrokerTerms::limit(Paise(401)));
    let made = told(&asked, OrderEvent::Terms(BrokerTerms::limit(Paise(405))));
    assert_eq!(made.terms, BrokerTerms::limit(Paise(405)));
    // What is told again, and what says nothing, is no news; the algo id stays beside the limit.
    assert!(!apply(Some(&made), OrderEvent::Terms(BrokerTerms::limit(Paise(405)))).unwrap().changed);
    assert!(!apply(Some(&made), OrderEvent::Terms(BrokerTerms::default())).unwrap().changed);
    let algo = BrokerTerms { algo_id: Some("99999".into()), ..BrokerTerms::default() };
    let tagged = told(&made, OrderEvent::Terms(algo));
    assert_eq!((tagged.terms.limit, tagged.terms.algo_id.as_deref()), (Some(Paise(405)), Some("99999")));
    // Somebody makes a limit order of it: then that is its limit.
    let by_others = told(&tagged, OrderEvent::Changed { quantity: 10, kind: OrderKind::Limit(Paise(390)) });
    assert_eq!(by_others.as_sent().request.kind, OrderKind::Limit(Paise(390)));
    assert_eq!(by_others.terms.limit, None);
    assert!(apply(Some(&order), OrderEvent::Terms(BrokerTerms::limit(Paise(0)))).is_err());
}
