//! Market orders at a broker that has none: each is sent with a limit, which is no change by anybody, and stays in the books
//! what was asked for.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests; clippy exempts only the tests themselves"
)]

use std::sync::Arc;

use prahari_app::desk::DifferenceKind::{MissedFill, SettledOrder};
use prahari_domain::ids::OrderId;
use prahari_domain::money::Paise;
use prahari_domain::orders::{BrokerTerms, OrderKind, OrderRequest, OrderState, TagCode};
use prahari_domain::risk::{RefusalCode, RiskLimits};

use crate::support::desk_fixture::{USER, buy, order_context};
use crate::support::live_broker::{LiveBroker, Loss, MakesLimits};
use crate::support::live_desk::{Installation, LOW, kinds, ten};

const RESTARTED: TagCode = TagCode::of_number(2);

/// One percent above the price of every share, which is what the broker asks for.
const LIMIT: Paise = Paise(10_100);

async fn trader(makes: MakesLimits) -> (Arc<LiveBroker>, Installation) {
    let broker = Arc::new(LiveBroker::default());
    broker.set_makes_limits(USER, makes);
    let mut trader = Installation::new(&broker).await;
    assert_eq!(trader.reconciled().await, []);
    (broker, trader)
}

fn market_buy(symbol: &str) -> OrderRequest {
    OrderRequest { kind: OrderKind::Market, ..buy(symbol, 10, LOW) }
}

/// The kind of an order in the books, and the limit with which it stands at the broker.
fn stands(trader: &Installation, id: OrderId) -> (OrderKind, Option<Paise>) {
    let order = trader.order(id);
    (order.request.kind, order.terms.limit)
}

#[tokio::test]
async fn a_market_order_is_sent_with_a_limit_that_is_no_change_by_others() {
    let (broker, mut trader) = trader(MakesLimits::Asks).await;
    let id = trader.place(market_buy("ABC")).await.unwrap();
    assert_eq!(broker.shown(USER, &id.to_string()).kind, OrderKind::Limit(LIMIT));
    assert_eq!(stands(&trader, id), (OrderKind::Market, Some(LIMIT)));
    // The limit is on disk before anything leaves.
    assert_eq!(trader.events(id).await, ["intended", "terms", "sent", "accepted"]);
    // A part of it is executed, the broker tags it, and another process reads what is there.
    trader.execute(id, 4);
    broker.show(USER, &id.to_string(), |known| known.algo_id = Some("99999".to_owned()));
    trader.restart(RESTARTED).await;
    assert_eq!(kinds(&trader.reconciled().await), [MissedFill]);
    assert_eq!(trader.state(id), (OrderState::PartiallyFilled, 4));
    assert_eq!(stands(&trader, id), (OrderKind::Market, Some(LIMIT)));
    assert_eq!(trader.order(id).terms.algo_id.as_deref(), Some("99999"));
    assert_eq!(trader.reconciled().await, []);
    assert_eq!(trader.folded().await.order(&id), Some(trader.order(id)));
    // Fewer shares are somebody's change, and not of the limit.
    broker.show(USER, &id.to_string(), |known| known.quantity = 8);
    assert_eq!(kinds(&trader.reconciled().await), [SettledOrder]);
    assert_eq!(stands(&trader, id), (OrderKind::Market, Some(LIMIT)));
    assert_eq!(trader.reconciled().await, []);
    // Another limit is somebody's change, and from then on the order has that limit.
    broker.show(USER, &id.to_string(), |known| known.kind = OrderKind::Limit(Paise(9_900)));
    assert_eq!(kinds(&trader.reconciled().await), [SettledOrder]);
    assert_eq!(stands(&trader, id), (OrderKind::Limit(Paise(9_900)), None));
}

#[tokio::test]
async fn a_limit_that_the_broker_makes_by_itself_is_no_change_either() {
    for (makes, changes, kind) in [
        (MakesLimits::ByItself, vec![], OrderKind::Market),
        // Elsewhere somebody made a limit order of it.
        (MakesLimits::Never, vec![SettledOrder], OrderKind::Limit(LIMIT)),
    ] {
        let (broker, mut trader) = trader(makes).await;
        let id = trader.place(market_buy("ABC")).await.unwrap();
        assert_eq!(trader.events(id).await, ["intended", "sent", "accepted"]);
        broker.show(USER, &id.to_string(), |known| known.kind = OrderKind::Limit(LIMIT));
        trader.restart(RESTARTED).await;
        assert_eq!(kinds(&trader.reconciled().await), changes, "{makes:?}");
        assert_eq!(stands(&trader, id), (kind, None), "{makes:?}");
    }
}

#[tokio::test]
async fn a_market_buy_is_judged_by_what_it_may_cost() {
    for (makes, refused) in [(MakesLimits::Never, false), (MakesLimits::Asks, true)] {
        let (_broker, mut trader) = trader(makes).await;
        // More than ten shares at the last price, and less than at the limit.
        let limits = RiskLimits { max_order_value: Paise(100_500), ..RiskLimits::default() };
        trader.restart_under(RESTARTED, limits).await;
        assert_eq!(trader.reconciled().await, []);
        let placed = trader.place(market_buy("ABC")).await;
        assert_eq!(placed.is_err(), refused, "{placed:?}");
        if let Err(refusal) = placed {
            assert_eq!(refusal.code, RefusalCode::OrderValue);
            assert_eq!(trader.desk.book().orders().count(), 0, "nothing is written down of what is refused");
        }
    }
}

#[tokio::test]
async fn the_limit_of_a_change_counts_when_the_change_was_made() {
    for (loss, changes, kind, terms) in [
        (None, vec![], OrderKind::Market, BrokerTerms::limit(LIMIT)),
        (Some(Loss::Answer), vec![SettledOrder], OrderKind::Market, BrokerTerms::limit(LIMIT)),
        (Some(Loss::Request), vec![], OrderKind::Limit(Paise(LOW)), BrokerTerms::asked(LIMIT)),
        (Some(Loss::Unsent), vec![], OrderKind::Limit(Paise(LOW)), BrokerTerms::default()),
    ] {
        let (broker, mut trader) = trader(MakesLimits::Asks).await;
        let id = trader.place(buy("ABC", 10, LOW)).await.unwrap();
        if let Some(loss) = loss {
            broker.lose_next_change(USER, loss);
        }
        let change = trader.desk.modify(id, None, Some(OrderKind::Market), order_context(ten()));
        assert_eq!(change.await.unwrap().is_ok(), loss.is_none(), "{loss:?}");
        trader.restart(RESTARTED).await;
        assert_eq!(kinds(&trader.reconciled().await), changes, "{loss:?}");
        assert_eq!(trader.order(id).request.kind, kind, "{loss:?}");
        assert_eq!(trader.order(id).terms, terms, "{loss:?}");
        assert_eq!(trader.reconciled().await, [], "{loss:?}");
    }
}
