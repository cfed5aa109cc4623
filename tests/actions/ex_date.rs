//! Each kind of action on a held share with an open order and a remembered level.

use prahari_app::actions::ActionFilter;
use prahari_domain::actions::{ActionKind, ActionState, Ratio};
use prahari_domain::money::Paise;
use prahari_domain::orders::OrderState;
use prahari_domain::time::day_number;
use prahari_runtime::abi::latest::actions::{Action, Change, Ratio as PriceRatio};
use prahari_runtime::abi::latest::types::HostError;
use prahari_runtime::{HostCall, HostReply};
use prahari_store::{HaltFilter, NotificationFilter};

use super::world::{TASK, WEDNESDAY, action, bars, date, folder, held, house, monday_evening, symbol, worth};
use crate::support::desk_fixture::ask;
use crate::support::{ADMIN, TUESDAY, at, run, stop};

fn ratio(new: u64, old: u64) -> Ratio {
    Ratio::new(new, old).unwrap()
}

/// What is expected the next morning.
struct Case {
    kind: ActionKind,
    /// The price of ABC from Tuesday on, in paise.
    price: i64,
    /// Shares of ABC, and their cost.
    abc: (u32, i64),
    /// The same of another share.
    other: Option<(&'static str, u32, i64)>,
    /// Cash that comes in.
    cash: i64,
    withdrawn: bool,
}

#[tokio::test]
async fn the_next_morning_quantities_cost_orders_and_levels_are_right_and_cash_is_what_it_was() {
    let (split, bonus) = (ActionKind::Split { ratio: ratio(5, 1) }, ActionKind::Bonus { new: 1, held: 1 });
    let consolidation = ActionKind::Consolidation { ratio: ratio(1, 2) };
    let demerger = |ratio, parent_share| ActionKind::Demerger {
        child: Some(symbol("ABCX")),
        ratio,
        parent_share: Some(parent_share),
    };
    let stays =
        |kind, withdrawn| Case { kind, price: 10_000, abc: (11, 110_000), other: None, cash: 0, withdrawn };
    let cases = [
        Case { price: 2_000, abc: (55, 110_000), ..stays(split, true) },
        Case { price: 5_000, abc: (22, 110_000), ..stays(bonus, true) },
        // Eleven shares are five and a half; the half is paid at its cost.
        Case { price: 20_000, abc: (5, 100_000), cash: 10_000, ..stays(consolidation, true) },
        Case {
            price: 6_000,
            abc: (11, 66_000),
            other: Some(("ABCX", 11, 44_000)),
            ..stays(demerger(Ratio::ONE, 6_000), true)
        },
        // One for two: five and a half of the new company.
        Case {
            price: 8_000,
            abc: (11, 88_000),
            other: Some(("ABCX", 5, 20_000)),
            cash: 2_000,
            ..stays(demerger(ratio(1, 2), 8_000), true)
        },
        Case {
            abc: (0, 0),
            other: Some(("ABCNEW", 11, 110_000)),
            ..stays(ActionKind::SymbolChange { to: symbol("ABCNEW") }, true)
        },
        stays(ActionKind::Dividend { per_share: Paise(147) }, false),
        stays(ActionKind::Rights { new: 1, held: 4, premium: None }, false),
    ];
    for case in cases {
        let name = case.kind.to_string();
        let folder = folder(case.price);
        if let ActionKind::SymbolChange { to } = &case.kind {
            // Trading goes on at the price of before.
            let days = bars(&[TUESDAY, WEDNESDAY].map(|day| (day, case.price)));
            std::fs::write(folder.path().join(format!("{to}.csv")), days).unwrap();
        }
        let house = house(&folder);
        let (daemon, amo) = monday_evening(&house).await;
        let before = worth(&daemon, ADMIN).await;
        daemon.actions.add_confirmed(action(TUESDAY, case.kind.clone()), "asha").await.unwrap();
        assert_eq!(held(&daemon, "ABC").await, (11, 110_000), "{name}: nothing before the ex-date");
        run(&daemon, at(TUESDAY, "09:00:30")).await;

        assert_eq!(held(&daemon, "ABC").await, case.abc, "{name}");
        if let Some((other, shares, cost)) = case.other {
            assert_eq!(held(&daemon, other).await, (shares, cost), "{name}");
        }
        let after = worth(&daemon, ADMIN).await;
        assert_eq!(after.0 - before.0, case.cash, "{name}: cash");
        assert_eq!(after.1, before.1, "{name}: cash and holdings together");
        let user = daemon.users.find(ADMIN).unwrap();
        {
            let mut desk = user.desk.lock().await;
            let order = desk.book().order(&amo).unwrap();
            let state = if case.withdrawn { OrderState::Cancelled } else { OrderState::Accepted };
            assert_eq!(order.state, state, "{name}");
            assert_eq!(
                order.reason.contains("ABC on 2025-03-11"),
                case.withdrawn,
                "{name}: {}",
                order.reason
            );
            assert_eq!(desk.book().difference(), Paise::ZERO, "{name}");
            let dividend = if matches!(case.kind, ActionKind::Dividend { .. }) { 11 * 147 } else { 0 };
            assert_eq!(desk.book().income(), Paise(dividend), "{name}");
            let now = at(TUESDAY, "09:00:30");
            assert_eq!(desk.reconcile(now).await.unwrap(), [], "{name}: the paper account says the same");
        }
        let kept: Vec<String> = user.runs.memory()[&TASK].keys().cloned().collect();
        assert_eq!(kept.contains(&"sell/ABC".to_owned()), !case.withdrawn, "{name}: {kept:?}");
        assert!(kept.contains(&"sell/XYZ".to_owned()), "{name}: {kept:?}");
        let [row] = daemon.actions.list(filter()).await.unwrap().try_into().unwrap();
        assert_eq!(row.state, ActionState::Applied, "{name}");
        // The open is no jump, and nobody is halted.
        run(&daemon, at(TUESDAY, "09:20")).await;
        let halts = HaltFilter { open: Some(true), before: None, limit: 10 };
        assert_eq!(daemon.store.user(ADMIN).halts(halts).await.unwrap(), [], "{name}");
        stop(daemon).await;
    }
}

fn filter() -> ActionFilter {
    ActionFilter { limit: 10, ..ActionFilter::default() }
}

#[tokio::test]
async fn a_task_that_asks_is_told_what_became_of_prices_and_names_up_to_the_day_of_its_run() {
    let folder = folder(5_000);
    let house = house(&folder);
    let (daemon, _) = monday_evening(&house).await;
    let rows = vec![
        action(TUESDAY, ActionKind::Bonus { new: 1, held: 1 }),
        action(TUESDAY, ActionKind::SymbolChange { to: symbol("ABCNEW") }),
    ];
    daemon.actions.import_confirmed(rows, "asha").await.unwrap();
    let since = |day: &str| HostCall::ActionsSince {
        symbols: vec!["ABC".to_owned(), "XYZ".to_owned(), "not one".to_owned()],
        day: day_number(date(day)),
    };
    let asked = ask(&daemon, ADMIN, TASK, since("2025-03-07")).await;
    assert_eq!(asked, HostReply::Actions(Vec::new()), "nothing before the ex-date");
    run(&daemon, at(TUESDAY, "09:00:30")).await;
    let of = |change| Action { symbol: "ABC".to_owned(), ex_day: day_number(date(TUESDAY)), change };
    let told = vec![
        of(Change::Prices(PriceRatio { numerator: 1, denominator: 2 })),
        of(Change::Renamed("ABCNEW".to_owned())),
    ];
    assert_eq!(ask(&daemon, ADMIN, TASK, since("2025-03-07")).await, HostReply::Actions(told));
    assert_eq!(ask(&daemon, ADMIN, TASK, since(TUESDAY)).await, HostReply::Actions(Vec::new()));
    let many = HostCall::ActionsSince { symbols: vec!["ABC".to_owned(); 1_001], day: 0 };
    let HostReply::Refused(HostError::Invalid(why)) = ask(&daemon, ADMIN, TASK, many).await else { panic!() };
    assert_eq!(why, "symbols: 1001 in one call, allowed are 1000");
}

#[tokio::test]
async fn a_user_is_told_once_and_a_restart_changes_nothing() {
    let folder = folder(5_000);
    let house = house(&folder);
    let (daemon, _) = monday_evening(&house).await;
    daemon.actions.add(action(TUESDAY, ActionKind::Bonus { new: 1, held: 1 }), "asha").await.unwrap();
    run(&daemon, at(TUESDAY, "09:00:30")).await;
    stop(daemon).await;
    let daemon = house.start(at(TUESDAY, "09:01")).await;
    run(&daemon, at(TUESDAY, "09:05")).await;
    assert_eq!(held(&daemon, "ABC").await, (22, 110_000));
    daemon.store.flush().await.unwrap();
    let told = daemon.store.user(ADMIN).notifications(NotificationFilter::default()).await.unwrap();
    let of_action: Vec<_> = told.iter().filter(|kept| kept.row.title.contains("bonus")).collect();
    assert_eq!(of_action.len(), 1, "{told:?}");
    assert_eq!(of_action[0].row.title, "ABC on 2025-03-11: bonus of 1 new for 1 held");
    assert_eq!(of_action[0].row.body, "11 ABC of rebound become 22.");
    let [row] = daemon.actions.list(filter()).await.unwrap().try_into().unwrap();
    let applied = daemon.actions.applied_to(row.id).await.unwrap();
    assert_eq!(applied.len(), 1);
    assert_eq!((applied[0].user, applied[0].shares.clone()), (ADMIN, vec![(symbol("ABC"), 11)]));
}

#[tokio::test]
async fn after_a_day_on_which_the_daemon_was_down_the_order_of_before_is_withdrawn_and_not_filled() {
    let folder = folder(5_000);
    let house = house(&folder);
    let (daemon, amo) = monday_evening(&house).await;
    let before = worth(&daemon, ADMIN).await;
    daemon.actions.add(action(TUESDAY, ActionKind::Bonus { new: 1, held: 1 }), "asha").await.unwrap();
    stop(daemon).await;
    let daemon = house.start(at(WEDNESDAY, "08:00")).await;
    // The bid of 95 rupees would have bought at 50 on Tuesday.
    assert_eq!(held(&daemon, "ABC").await, (22, 110_000));
    assert_eq!(worth(&daemon, ADMIN).await, before);
    let user = daemon.users.find(ADMIN).unwrap();
    let mut desk = user.desk.lock().await;
    assert_eq!(desk.book().order(&amo).unwrap().state, OrderState::Cancelled);
    assert_eq!(desk.reconcile(at(WEDNESDAY, "08:00")).await.unwrap(), []);
}
