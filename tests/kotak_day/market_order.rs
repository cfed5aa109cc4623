//! A market order's way: a limit at the broker, a market order in our books, whoever reads them when.

use kotak_sim::{Call, Fault};
use prahari_app::desk::{Difference, DifferenceKind};
use prahari_domain::ids::OrderId;
use prahari_domain::money::Paise;
use prahari_domain::orders::{Order, OrderKind, OrderState, Side};
use prahari_runtime::abi::latest::broker;

use crate::checks::{books_are_the_brokers, nothing_is_doubled_or_hidden};
use crate::live_day::LiveDay;
use crate::support::{ADMIN, MONDAY, at};

async fn reconciled(live: &LiveDay) -> Vec<Difference> {
    let user = live.daemon.users.find(ADMIN).unwrap();
    user.desk.lock().await.reconcile(live.now()).await.unwrap()
}

async fn order(live: &LiveDay, id: &str) -> Order {
    let (user, id) = (live.daemon.users.find(ADMIN).unwrap(), id.parse::<OrderId>().unwrap());
    user.desk.lock().await.book().order(&id).cloned().unwrap()
}

#[tokio::test]
async fn a_market_order_is_a_limit_at_the_broker_and_no_change_after_a_restart() {
    let mut live = LiveDay::begin(1, &[], at(MONDAY, "10:00")).await;
    let share = live.shares[0].clone();
    let request = live.limit(&share, Side::Buy, 5, 0).await;
    let request = broker::OrderRequest { kind: broker::OrderKind::Market, ..request };
    let price = live.price(&share).await.unwrap();
    live.outside.next(Call::Place, Fault::FillsAtMost(2));
    let id = live.place(ADMIN, request).await.unwrap();
    live.outside.pass_until(live.now().plus_minutes(1)).await;

    // At the broker it is a limit within the grid, which is two percent at most.
    let there = live.outside.orders(ADMIN).remove(0);
    assert!(there.price >= price && there.price <= price + price / 50, "{there:?} at {price}");
    assert_eq!(there.filled, 2, "{there:?}");
    let is_execution = |difference: &Difference| difference.kind == DifferenceKind::MissedFill;
    assert!(reconciled(&live).await.iter().all(is_execution));

    // Another process knows what was sent, and finds nothing that others did.
    live.restart().await;
    assert_eq!(reconciled(&live).await, []);
    let ours = order(&live, &id).await;
    assert_eq!((ours.request.kind, ours.terms.limit), (OrderKind::Market, Some(Paise(there.price))));
    assert_eq!((ours.state, ours.filled), (OrderState::PartiallyFilled, 2));

    live.outside.trade(share.as_str(), price);
    live.outside.pass_until(live.now().plus_minutes(1)).await;
    assert!(reconciled(&live).await.iter().all(is_execution));
    assert_eq!(order(&live, &id).await.state, OrderState::Filled);
    nothing_is_doubled_or_hidden(&live.outside, &live.daemon, ADMIN).await;
    books_are_the_brokers(&live.outside, &live.daemon, ADMIN).await;
    live.end().await;
}
