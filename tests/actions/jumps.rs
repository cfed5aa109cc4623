//! A gap is an action only with a row of the day and the matching ratio.

use prahari_domain::actions::{ActionKind, CorporateAction, Origin, Provenance, Ratio};
use prahari_domain::money::Paise;
use prahari_domain::orders::OrderKind;
use prahari_domain::price_jump::is_outside_band;
use prahari_store::HaltFilter;

use super::world::{action, bars, date, folder, house, house_of, monday_evening, symbol};
use crate::support::desk_fixture::{buy, order_context};
use crate::support::{ADMIN, MONDAY, OTHER, TUESDAY, at, run, start_services, stop};

async fn halted(daemon: &prahari_app::daemon::Daemon) -> Vec<String> {
    let filter = HaltFilter { open: Some(true), before: None, limit: 10 };
    let halts = daemon.store.user(ADMIN).halts(filter).await.unwrap();
    halts.into_iter().map(|halt| halt.reason).collect()
}

#[tokio::test]
async fn a_gap_without_a_row_and_a_row_whose_ratio_does_not_match_halt_the_share() {
    let bonus = |new, held| ActionKind::Bonus { new, held };
    let wrong = [
        (5_000, None),
        (5_000, Some(bonus(2, 1))),
        // A row without its gap: the books would have been changed for nothing.
        (10_000, Some(ActionKind::Split { ratio: Ratio::new(5, 1).unwrap() })),
    ];
    for (price, kind) in wrong {
        let folder = folder(price);
        let house = house(&folder);
        let (daemon, _) = monday_evening(&house).await;
        let named = format!("{kind:?}");
        if let Some(kind) = kind.clone() {
            daemon.actions.add(action(TUESDAY, kind), "asha").await.unwrap();
        }
        run(&daemon, at(TUESDAY, "09:20")).await;
        let halted = halted(&daemon).await;
        assert_eq!(halted.len(), 1, "{named}");
        assert!(halted[0].starts_with("ABC opened at "), "{named}: {halted:?}");
        let says = match &kind {
            None => "a corporate action or a fault, until".to_owned(),
            Some(kind) => format!("), and the {kind} of 2025-03-11 did not come so: until"),
        };
        assert!(halted[0].contains(&says), "{named}: {halted:?}");
        stop(daemon).await;
    }
}

#[tokio::test]
async fn an_action_whose_change_does_not_come_is_a_jump_of_a_share_that_nobody_holds_too() {
    let folder = folder(10_000);
    let house = house(&folder);
    let (daemon, _) = monday_evening(&house).await;
    let provenance = Provenance { origin: Origin::Admin, teller: "asha".to_owned() };
    let kind = ActionKind::Split { ratio: Ratio::new(5, 1).unwrap() };
    let split = CorporateAction::new(symbol("XYZ"), date(TUESDAY), kind, provenance, "").unwrap();
    daemon.actions.add(split, "asha").await.unwrap();
    run(&daemon, at(TUESDAY, "09:20")).await;
    daemon.store.flush().await.unwrap();
    let jumps = daemon.store.system().price_jumps(10).await.unwrap();
    let jumps: Vec<_> = jumps.iter().map(|row| (row.jump.symbol.as_str(), row.jump.day)).collect();
    assert_eq!(jumps, [("XYZ", date(TUESDAY))]);
    assert_eq!(halted(&daemon).await, Vec::<String>::new());
    stop(daemon).await;
}

/// Real ex-dates: share, last session and its close as traded, ex-date and its open as traded, the actions.
#[tokio::test]
async fn real_actions_are_gaps_that_their_rows_explain() {
    let bonus = |new, held| ActionKind::Bonus { new, held };
    let split = |new| ActionKind::Split { ratio: Ratio::new(new, 1).unwrap() };
    let real = [
        ("RELIANCE", ("2024-10-25", 265_570), ("2024-10-28", 133_700), vec![bonus(1, 1)]),
        ("BPCL", ("2024-06-20", 62_624), ("2024-06-21", 31_800), vec![bonus(1, 1)]),
        ("NESTLEIND", ("2024-01-04", 2_711_640), ("2024-01-05", 275_400), vec![split(10)]),
        ("TATASTEEL", ("2022-07-27", 95_940), ("2022-07-28", 9_810), vec![split(10)]),
        ("BEL", ("2022-09-14", 33_590), ("2022-09-15", 11_465), vec![bonus(2, 1)]),
        ("BAJFINANCE", ("2025-06-13", 933_100), ("2025-06-16", 95_600), vec![split(2), bonus(4, 1)]),
    ];
    for (name, (cum, close), (ex, open), kinds) in real {
        // The calendar begins in 2023.
        let (cum, ex) = match cum {
            "2022-07-27" => ("2024-07-30", "2024-07-31"),
            "2022-09-14" => ("2024-09-17", "2024-09-18"),
            _ => (cum, ex),
        };
        assert!(is_outside_band(Paise(close), Paise(open)), "{name}");
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(format!("{name}.csv")), bars(&[(cum, close), (ex, open)])).unwrap();
        let house = house_of(&folder, 1);
        let daemon = house.start(at(cum, "10:00")).await;
        start_services(&daemon).await;
        let user = daemon.users.find(ADMIN).unwrap();
        let mut request = buy(name, 3, close);
        request.kind = OrderKind::Market;
        user.desk.lock().await.place(request, order_context(at(cum, "10:00"))).await.unwrap().unwrap();
        run(&daemon, at(cum, "20:00")).await;
        let (cash, cost) = {
            let desk = user.desk.lock().await;
            assert_eq!(desk.book().held(&symbol(name)), 3, "{name}");
            (desk.book().cash(), desk.book().invested())
        };
        let rows = kinds.iter().map(|kind| {
            let provenance = Provenance { origin: Origin::File, teller: "bc.csv".to_owned() };
            CorporateAction::new(symbol(name), date(ex), kind.clone(), provenance, "").unwrap()
        });
        daemon.actions.import(rows.collect(), "asha").await.unwrap();
        run(&daemon, at(ex, "09:20")).await;
        assert_eq!(halted(&daemon).await, Vec::<String>::new(), "{name}");
        let times: u32 = kinds.iter().map(|kind| kind.share_ratio().unwrap().new_shares()).product();
        let desk = user.desk.lock().await;
        assert_eq!(desk.book().held(&symbol(name)), 3 * times, "{name}");
        assert_eq!((desk.book().cash(), desk.book().invested()), (cash, cost), "{name}");
        drop(desk);
        stop(daemon).await;
    }
}

/// The steps of the answer why ABC was not traded by the second user on a day.
async fn why(daemon: &prahari_app::daemon::Daemon, on: &str) -> Vec<String> {
    let user = daemon.users.find(OTHER).unwrap();
    let told = daemon.queries.of(&user).why_no_trade(symbol("ABC"), Some(date(on))).await.unwrap();
    told.unwrap().steps.into_iter().map(|step| step.found).collect()
}

#[tokio::test]
async fn why_no_trade_tells_the_bar_in_the_prices_of_its_day_and_a_jump_that_nobody_has_explained() {
    for (price, kind) in
        [(2_000, Some(ActionKind::Split { ratio: Ratio::new(5, 1).unwrap() })), (5_000, None)]
    {
        let folder = folder(price);
        let house = house(&folder);
        let (daemon, _) = monday_evening(&house).await;
        let is_jump = kind.is_none();
        if let Some(kind) = kind {
            daemon.actions.add(action(TUESDAY, kind), "asha").await.unwrap();
        }
        run(&daemon, at(TUESDAY, "09:20")).await;
        let monday = why(&daemon, MONDAY).await;
        let bar = "has the bar of ABC of 2025-03-10, close ₹100.00";
        assert!(monday.iter().any(|found| found.ends_with(bar)), "{monday:?}");
        let is_told = |found: &String| found.contains("nobody buys it before an admin has explained it");
        assert!(!monday.iter().any(is_told), "it had not come: {monday:?}");
        let tuesday = why(&daemon, TUESDAY).await;
        assert_eq!(tuesday.iter().any(is_told), is_jump, "{tuesday:?}");
        stop(daemon).await;
    }
}
