//! A broker's own list of shares counts where the source of the market says otherwise: what it would refuse is refused before
//! anything is written down.
#![allow(clippy::unwrap_used, reason = "helpers of tests; clippy exempts only the tests themselves")]

use std::sync::Arc;

use prahari_app::desk::DifferenceKind::MissedFill;
use prahari_brokers::ShareRules;
use prahari_domain::money::Paise;
use prahari_domain::orders::{OrderKind, OrderRequest, Variety};
use prahari_domain::risk::RefusalCode;

use crate::support::desk_fixture::{USER, buy, order_context, sell};
use crate::support::live_broker::LiveBroker;
use crate::support::live_desk::{Installation, LOW, kinds, ten};
use crate::support::{MONDAY, at};

/// A broker whose list has another tick, freeze quantity and band than the market, which has 5 paise, a million shares, and
/// 80 to 120 rupees.
fn rules() -> ShareRules {
    ShareRules {
        series: "EQ".to_owned(),
        tick: Paise(50),
        lot: 1,
        freeze_quantity: Some(20),
        band_low: Some(Paise(8_500)),
        band_high: Some(Paise(11_500)),
    }
}

async fn trader() -> (Arc<LiveBroker>, Installation) {
    let broker = Arc::new(LiveBroker::default());
    broker.set_rules(USER, "ABC", rules());
    let mut trader = Installation::new(&broker).await;
    assert_eq!(trader.reconciled().await, []);
    (broker, trader)
}

/// The refusal of an order of which nothing is written down or sent.
async fn refused(trader: &mut Installation, request: OrderRequest) -> RefusalCode {
    let (orders, requests) = (trader.desk.book().orders().count(), trader.broker.requests(USER).len());
    let now = if request.variety == Variety::AfterMarket { at(MONDAY, "16:30") } else { ten() };
    let refusal = trader.place_at(request, now).await.unwrap_err();
    assert_eq!(trader.desk.book().orders().count(), orders, "{refusal:?}");
    assert_eq!(trader.broker.requests(USER).len(), requests, "{refusal:?}");
    refusal.code
}

#[tokio::test]
async fn an_order_against_the_list_of_the_broker_is_refused_before_anything_is_written_down() {
    let (_broker, mut trader) = trader().await;
    for variety in [Variety::Regular, Variety::AfterMarket] {
        for (quantity, limit, code) in [
            (10, 9_005, RefusalCode::TickSize),
            (10, 8_450, RefusalCode::PriceBand),
            (10, 11_550, RefusalCode::PriceBand),
            (21, 9_000, RefusalCode::FreezeQuantity),
        ] {
            let request = OrderRequest { variety, ..buy("ABC", quantity, limit) };
            assert_eq!(refused(&mut trader, request).await, code, "{variety:?} {quantity} at {limit}");
        }
        // Of another share the list says nothing, and what the market says counts.
        if variety == Variety::Regular {
            trader.place(buy("XYZ", 21, 9_005)).await.unwrap();
        }
    }
}

#[tokio::test]
async fn what_is_held_is_offered_and_changed_on_the_tick_of_the_broker_alone() {
    let (broker, mut trader) = trader().await;
    let bought = trader.place(buy("ABC", 10, LOW)).await.unwrap();
    trader.execute(bought, 10);
    assert_eq!(kinds(&trader.reconciled().await), [MissedFill]);
    for _ in 0..3 {
        assert_eq!(refused(&mut trader, sell("ABC", 10, 10_035)).await, RefusalCode::TickSize);
    }
    let offer = trader.place(sell("ABC", 10, 10_050)).await.unwrap();
    let to = |limit| Some(OrderKind::Limit(Paise(limit)));
    let changed = trader.desk.modify(offer, None, to(10_005), order_context(ten())).await.unwrap();
    assert_eq!(changed.unwrap_err().code, RefusalCode::TickSize);
    let changed = trader.desk.modify(offer, None, to(10_000), order_context(ten())).await.unwrap();
    changed.unwrap();
    assert_eq!(broker.shown(USER, &offer.to_string()).kind, OrderKind::Limit(Paise(10_000)));
    let told = trader.events(offer).await;
    assert_eq!(told, ["intended", "sent", "accepted", "change_requested", "changed"]);
}
