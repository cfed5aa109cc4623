//! Shares whose tick at the broker is another than that of the source of the market.

use prahari_domain::instruments::Symbol;
use prahari_domain::orders::{Order, OrderKind, OrderState, Side};
use prahari_runtime::abi::latest::broker;
use prahari_runtime::{HostCall, HostReply};

use crate::checks::{books_are_the_brokers, nothing_is_doubled_or_hidden};
use crate::live_day::LiveDay;
use crate::support::{ADMIN, MONDAY, at};

/// The tick in the broker's file, in paise, which no share of the market has.
const TICK: i64 = 50;

/// A share at whose price a tick of 50 paise leaves a limit near it.
async fn share_of(live: &LiveDay) -> Symbol {
    for share in &live.shares {
        if live.price(share).await.is_some_and(|price| (10_000..400_000).contains(&price)) {
            return share.clone();
        }
    }
    panic!("every share is too cheap or too dear: {:?}", live.shares);
}

/// The broker lists every share of the market on another tick.
fn list_on_tick(live: &LiveDay) {
    let names: Vec<String> = live.shares.iter().map(|share| format!("{share}-EQ")).collect();
    for listed in live.outside.sim.instruments() {
        if names.contains(&listed.spec.trading_symbol) {
            live.outside.sim.list_instrument(listed.spec.with_band(TICK, TICK, 100_000_000));
        }
    }
}

async fn orders_of(live: &LiveDay, share: &Symbol, side: Side) -> Vec<Order> {
    let user = live.daemon.users.find(ADMIN).unwrap();
    let desk = user.desk.lock().await;
    let of = |order: &&Order| order.request.symbol == *share && order.request.side == side;
    desk.book().orders().filter(of).cloned().collect()
}

#[tokio::test]
async fn what_is_held_is_offered_at_the_first_try_on_the_tick_of_the_brokers_file() {
    let live = LiveDay::begin(1, &[], at(MONDAY, "08:50")).await;
    list_on_tick(&live);
    live.daemon.services.start_service(ADMIN).await.unwrap();
    live.pass_until(at(MONDAY, "09:16")).await;
    let share = share_of(&live).await;
    live.outside.trade(share.as_str(), live.price(&share).await.unwrap());
    let request = live.limit(&share, Side::Buy, 5, 0).await;
    let bought = broker::OrderRequest { kind: broker::OrderKind::Market, ..request.clone() };
    live.place(ADMIN, bought).await.unwrap();

    // The broker's file is here, and the task is told what counts there.
    let told = live.ask(ADMIN, HostCall::Instruments { symbols: vec![share.to_string()] }).await;
    let HostReply::Instruments(told) = told else { panic!("{told:?}") };
    assert_eq!(told[0].as_ref().unwrap().tick, TICK);
    // A limit on another tick is refused by the desk, and no order is written down for it.
    let broker::OrderKind::Limit(limit) = request.kind else { panic!("{request:?}") };
    let off = live.limit(&share, Side::Sell, 5, 0).await;
    let off = broker::OrderRequest { kind: broker::OrderKind::Limit(limit + 10), ..off };
    let refusal = live.place(ADMIN, off).await.unwrap_err();
    assert!(refusal.ends_with("is not a multiple of the tick of ₹0.50"), "{refusal}");
    assert_eq!(orders_of(&live, &share, Side::Sell).await, []);

    live.pass_until(at(MONDAY, "09:22")).await;
    let sells = orders_of(&live, &share, Side::Sell).await;
    assert!(!sells.is_empty(), "what is held is offered");
    for sell in &sells {
        assert_ne!(sell.state, OrderState::Rejected, "{sell:?}");
        if let OrderKind::Limit(limit) = sell.request.kind {
            assert_eq!(limit.0 % TICK, 0, "{sell:?}");
        }
    }
    let user = live.daemon.users.find(ADMIN).unwrap();
    user.desk.lock().await.reconcile(live.now()).await.unwrap();
    nothing_is_doubled_or_hidden(&live.outside, &live.daemon, ADMIN).await;
    books_are_the_brokers(&live.outside, &live.daemon, ADMIN).await;
    live.end().await;
}
