//! A dividend is for who held the shares before its ex-date, in the shares of that day: told or corrected after they were sold, after a
//! bonus of the same ex-date, and under the name that they have by then.

use std::sync::Arc;

use prahari_app::daemon::Daemon;
use prahari_domain::actions::{ActionKind, ActionState, CorporateAction};
use prahari_domain::money::Paise;
use prahari_domain::orders::OrderKind;

use super::world::{WEDNESDAY, action, date, folder, held, house, monday_evening, symbol};
use crate::support::desk_fixture::{order_context, sell};
use crate::support::{ADMIN, TUESDAY, at, run, stop};

const fn dividend(paise: i64) -> ActionKind {
    ActionKind::Dividend { per_share: Paise(paise) }
}

/// What ABC has paid the admin beside their cash.
async fn income(daemon: &Daemon) -> Paise {
    let user = daemon.users.find(ADMIN).unwrap();
    daemon.queries.of(&user).holdings().await.funds.income
}

/// Sells on Tuesday morning what the admin holds of ABC.
async fn sell_all(daemon: &Arc<Daemon>) {
    let now = at(TUESDAY, "09:20");
    run(daemon, now).await;
    let user = daemon.users.find(ADMIN).unwrap();
    {
        let mut desk = user.desk.lock().await;
        let open: Vec<_> = desk.book().active_orders().map(|order| (order.id, order.strategy)).collect();
        for (order, strategy) in open {
            let mut order_context = order_context(now);
            order_context.strategy = strategy;
            desk.cancel(order, "by hand", order_context).await.unwrap().unwrap();
        }
        let mut request = sell("ABC", desk.book().held(&symbol("ABC")), 10_000);
        request.kind = OrderKind::Market;
        desk.place(request, order_context(now)).await.unwrap().unwrap();
    }
    run(daemon, at(TUESDAY, "20:00")).await;
    assert_eq!(held(daemon, "ABC").await, (0, 0));
}

#[tokio::test]
async fn a_dividend_that_is_told_after_the_sale_is_of_who_held_the_shares_before_the_ex_date() {
    let folder = folder(10_000);
    let house = house(&folder);
    let (daemon, _) = monday_evening(&house).await;
    sell_all(&daemon).await;
    let row = daemon.actions.add(action(TUESDAY, dividend(147)), "asha").await.unwrap();
    assert_eq!((row.state, income(&daemon).await), (ActionState::Applied, Paise(1_617)));
    // Told the next day as well; and for the next ex-date nothing was held any more.
    daemon.actions.undo(row.id, "it was entered too early", "asha").await.unwrap();
    run(&daemon, at(WEDNESDAY, "10:00")).await;
    assert_eq!(income(&daemon).await, Paise::ZERO);
    daemon.actions.add_confirmed(action(TUESDAY, dividend(147)), "asha").await.unwrap();
    assert_eq!(income(&daemon).await, Paise(1_617));
    let row = daemon.actions.add_confirmed(action(WEDNESDAY, dividend(500)), "asha").await.unwrap();
    assert_eq!((row.state, income(&daemon).await), (ActionState::Applied, Paise(1_617)));
    stop(daemon).await;
}

#[tokio::test]
async fn a_dividend_that_is_corrected_after_the_sale_is_paid_again_and_each_entry_says_its_own_amount() {
    let folder = folder(10_000);
    let house = house(&folder);
    let (daemon, _) = monday_evening(&house).await;
    let row = daemon.actions.add(action(TUESDAY, dividend(1_255)), "asha").await.unwrap();
    sell_all(&daemon).await;
    assert_eq!(income(&daemon).await, Paise(13_805));
    daemon.actions.undo(row.id, "the company paid 13 rupees", "asha").await.unwrap();
    assert_eq!(income(&daemon).await, Paise::ZERO);
    let same = daemon.actions.add_confirmed(action(TUESDAY, dividend(1_300)), "asha").await.unwrap();
    assert_eq!((same.id, same.state), (row.id, ActionState::Applied));
    assert_eq!((income(&daemon).await, held(&daemon, "ABC").await), (Paise(14_300), (0, 0)));

    let booked = {
        let user = daemon.users.find(ADMIN).unwrap();
        daemon.queries.of(&user).applied_actions(None, None, 10).await.unwrap().items
    };
    let said: Vec<_> =
        booked.iter().map(|of| (of.entry.change.per_share(), of.entry.change.income())).collect();
    let expected = [(1_300, 14_300), (1_255, -13_805), (1_255, 13_805)];
    assert_eq!(said, expected.map(|(per_share, income)| (Some(Paise(per_share)), Paise(income))));
    stop(daemon).await;

    // The books of the next start have it.
    let daemon = house.start(at(WEDNESDAY, "10:00")).await;
    assert_eq!(income(&daemon).await, Paise(14_300));
    stop(daemon).await;
}

#[tokio::test]
async fn a_dividend_that_is_told_after_a_bonus_of_its_ex_date_is_for_the_shares_of_before() {
    let folder = folder(5_000);
    let house = house(&folder);
    let (daemon, _) = monday_evening(&house).await;
    daemon.actions.add(action(TUESDAY, ActionKind::Bonus { new: 1, held: 1 }), "asha").await.unwrap();
    run(&daemon, at(TUESDAY, "09:00:30")).await;
    assert_eq!(held(&daemon, "ABC").await, (22, 110_000));
    daemon.actions.add_confirmed(action(TUESDAY, dividend(147)), "asha").await.unwrap();
    assert_eq!(income(&daemon).await, Paise(1_617));
    // The next one is for all of them.
    run(&daemon, at(TUESDAY, "20:00")).await;
    daemon.actions.add_confirmed(action(WEDNESDAY, dividend(100)), "asha").await.unwrap();
    run(&daemon, at(WEDNESDAY, "09:00:30")).await;
    assert_eq!(income(&daemon).await, Paise(1_617 + 2_200));
    stop(daemon).await;
}

#[tokio::test]
async fn a_dividend_of_before_a_new_symbol_is_paid_under_either_name() {
    let folder = folder(10_000);
    let house = house(&folder);
    let (daemon, _) = monday_evening(&house).await;
    let change = action(WEDNESDAY, ActionKind::SymbolChange { to: symbol("ABCNEW") });
    daemon.actions.add_confirmed(change, "asha").await.unwrap();
    run(&daemon, at(TUESDAY, "20:00")).await;
    run(&daemon, at(WEDNESDAY, "09:05")).await;
    assert_eq!(held(&daemon, "ABCNEW").await, (11, 110_000));
    let provenance = action(TUESDAY, dividend(200)).provenance().clone();
    let named = CorporateAction::new(symbol("ABCNEW"), date(TUESDAY), dividend(200), provenance, "").unwrap();
    let row = daemon.actions.add_confirmed(named, "asha").await.unwrap();
    assert_eq!((row.state, income(&daemon).await), (ActionState::Applied, Paise(2_200)));
    daemon.actions.undo(row.id, "it has the other name", "asha").await.unwrap();
    daemon.actions.add_confirmed(action(TUESDAY, dividend(200)), "asha").await.unwrap();
    assert_eq!(income(&daemon).await, Paise(2_200));
    stop(daemon).await;
}
