//! A demerger: no price and no trading before its special pre-open is over and its open is booked.

use prahari_app::daemon::Daemon;
use prahari_domain::actions::{ActionKind, ActionState, Ratio};
use prahari_domain::ids::UserId;
use prahari_domain::money::Paise;
use prahari_domain::orders::{OrderKind, OrderRequest, OrderState, Variety};
use prahari_domain::risk::{Refusal, RefusalCode};
use prahari_domain::time::{Timestamp, day_number};
use prahari_runtime::abi::latest::calendar::Phase;
use prahari_runtime::abi::latest::market::Interval;
use prahari_runtime::{HostCall, HostReply};
use prahari_store::{AlertCode, AlertFilter, AlertRow, HaltFilter};

use super::world::{
    TASK, WEDNESDAY, action, date, folder, held, house, monday_evening, only_action, symbol, without_order,
};
use crate::support::desk_fixture::{ask, buy, order_context, sell};
use crate::support::{ADMIN, MONDAY, OTHER, TUESDAY, at, run, stop};

fn demerger(parent_share: Option<u32>) -> ActionKind {
    ActionKind::Demerger { child: Some(symbol("ABCX")), ratio: Ratio::ONE, parent_share }
}

/// A demerger as the exchange's lists tell it.
const WITHOUT_TERMS: ActionKind = ActionKind::Demerger { child: None, ratio: Ratio::ONE, parent_share: None };

/// The alerts of a user about missing terms, those that are over as well.
async fn of_terms(daemon: &Daemon, user: UserId) -> Vec<AlertRow> {
    let all = AlertFilter { open: None, before: None, limit: 50 };
    let alerts = daemon.store.user(user).alerts(all).await.unwrap();
    alerts.into_iter().filter(|alert| alert.code == AlertCode::ActionWithoutTerms).collect()
}

/// Why the admin's desk refuses an order.
async fn refused(daemon: &Daemon, request: OrderRequest, now: Timestamp) -> Refusal {
    let user = daemon.users.find(ADMIN).unwrap();
    let mut desk = user.desk.lock().await;
    desk.place(request, order_context(now)).await.unwrap().unwrap_err()
}

/// The phases of ABC and XYZ, as a task is told them.
async fn phases(daemon: &Daemon) -> Vec<Phase> {
    let symbols = ["ABC", "XYZ"].map(str::to_owned).to_vec();
    let HostReply::Phases(phases) = ask(daemon, ADMIN, TASK, HostCall::Phases { symbols }).await else {
        panic!()
    };
    phases
}

#[tokio::test]
async fn a_demerger_without_terms_waits_for_the_open_and_divides_the_cost_by_it() {
    let folder = folder(6_000);
    let house = house(&folder);
    let (daemon, amo) = monday_evening(&house).await;
    daemon.actions.add(action(TUESDAY, demerger(None)), "asha").await.unwrap();
    run(&daemon, at(TUESDAY, "09:00:30")).await;
    assert_eq!(held(&daemon, "ABC").await, (11, 110_000), "before the open nobody knows");
    {
        let user = daemon.users.find(ADMIN).unwrap();
        let desk = user.desk.lock().await;
        assert_eq!(desk.book().order(&amo).unwrap().state, OrderState::Cancelled);
    }
    // This source derives a path of the day from 09:15 on; what it calls an open then is none.
    run(&daemon, at(TUESDAY, "09:59:30")).await;
    assert_eq!(held(&daemon, "ABC").await, (11, 110_000), "before 10:00 there is no open");
    run(&daemon, at(TUESDAY, "10:01:30")).await;
    assert_eq!((held(&daemon, "ABC").await, held(&daemon, "ABCX").await), ((11, 66_000), (11, 44_000)));
    let row = only_action(&daemon).await;
    assert_eq!(
        (row.state, row.price_factor().unwrap().to_string()),
        (ActionState::Applied, "3/5".to_owned())
    );
}

#[tokio::test]
async fn a_demerged_share_is_neither_bought_nor_sold_before_its_open_is_booked() {
    let folder = folder(6_000);
    let house = house(&folder);
    let (daemon, _) = monday_evening(&house).await;
    daemon.actions.add(action(TUESDAY, demerger(None)), "asha").await.unwrap();

    // After-market orders of the morning too.
    run(&daemon, at(TUESDAY, "08:30")).await;
    let after_market = OrderRequest { variety: Variety::AfterMarket, ..sell("ABC", 11, 10_000) };
    let refusal = refused(&daemon, after_market, at(TUESDAY, "08:30")).await;
    assert_eq!(refusal.code, RefusalCode::SessionClosed, "{refusal}");
    assert!(refusal.detail.starts_with("ABC is demerged on 2025-03-11: "), "{refusal}");

    run(&daemon, at(TUESDAY, "09:30")).await;
    let now = at(TUESDAY, "09:30");
    for request in [buy("ABC", 1, 6_000), sell("ABC", 11, 6_000)] {
        let refusal = refused(&daemon, OrderRequest { kind: OrderKind::Market, ..request }, now).await;
        assert_eq!(refusal.code, RefusalCode::SessionClosed);
        assert_eq!(
            refusal.detail,
            "ABC is demerged on 2025-03-11: it has no price before its special pre-open ends at 10:00, and no orders of \
             it are accepted until then"
        );
    }
    assert_eq!(phases(&daemon).await, [Phase::PreOpenMatching, Phase::Continuous]);
    // Nor by somebody who holds none of it; other shares are traded.
    let other = daemon.users.find(OTHER).unwrap();
    let market = |symbol: &str| OrderRequest { kind: OrderKind::Market, ..buy(symbol, 1, 4_000) };
    let refusal =
        other.desk.lock().await.place(market("ABC"), order_context(now)).await.unwrap().unwrap_err();
    assert_eq!(refusal.code, RefusalCode::SessionClosed);
    other.desk.lock().await.place(market("XYZ"), order_context(now)).await.unwrap().unwrap();

    run(&daemon, at(TUESDAY, "10:05")).await;
    assert_eq!(phases(&daemon).await, [Phase::Continuous, Phase::Continuous]);
    let now = at(TUESDAY, "10:05");
    other.desk.lock().await.place(market("ABC"), order_context(now)).await.unwrap().unwrap();
}

/// What a task is told that ABC and XYZ cost.
async fn quoted(daemon: &Daemon) -> Vec<Option<i64>> {
    let symbols = ["ABC", "XYZ"].map(str::to_owned).to_vec();
    let HostReply::Quotes(quotes) = ask(daemon, ADMIN, TASK, HostCall::Quotes { symbols }).await else {
        panic!()
    };
    quotes.into_iter().map(|quote| quote.map(|quote| quote.last)).collect()
}

/// The day of the newest bar of ABC that a task is told, the running one included.
async fn newest_bar(daemon: &Daemon) -> i32 {
    let call = HostCall::Candles {
        symbols: vec!["ABC".to_owned()],
        interval: Interval::Daily,
        count: 3,
        forming: true,
    };
    let HostReply::Candles(bars) = ask(daemon, ADMIN, TASK, call).await else { panic!() };
    bars[0].last().unwrap().day
}

#[tokio::test]
async fn neither_tasks_nor_pages_are_told_a_price_of_a_demerged_share_before_it_has_one() {
    for kind in [demerger(Some(6_000)), demerger(None), WITHOUT_TERMS] {
        let folder = folder(6_000);
        let house = house(&folder);
        let (daemon, _) = monday_evening(&house).await;
        daemon.actions.add(action(TUESDAY, kind.clone()), "asha").await.unwrap();
        assert_eq!(quoted(&daemon).await, [Some(10_000), Some(4_000)], "{kind}");
        let times =
            [("08:30", false), ("09:15:30", false), ("09:31", false), ("09:59", false), ("10:05", true)];
        for (time, is_told) in times {
            run(&daemon, at(TUESDAY, time)).await;
            let expected = [is_told.then_some(6_000), Some(4_000)];
            assert_eq!(quoted(&daemon).await, expected, "{kind} at {time}");
            let newest = if is_told { TUESDAY } else { MONDAY };
            assert_eq!(newest_bar(&daemon).await, day_number(date(newest)), "{kind} at {time}");
            let shown = daemon.queries.market_quotes(&[symbol("ABC"), symbol("XYZ")]).await.unwrap();
            let shown: Vec<_> = shown.into_iter().map(|quote| quote.map(|quote| quote.last.0)).collect();
            assert_eq!(shown, expected, "{kind} at {time}");
        }
        stop(daemon).await;
    }
}

#[tokio::test]
async fn without_a_price_there_is_no_trading_after_the_special_pre_open_either() {
    // No bar of the ex-date: the share has not opened.
    let folder = folder(6_000);
    let days = ["2025-03-05", "2025-03-06", "2025-03-07", "2025-03-10", "2025-03-12"];
    let bars: Vec<(&str, i64)> = days.iter().map(|day| (*day, 10_000)).collect();
    std::fs::write(folder.path().join("ABC.csv"), super::world::bars(&bars)).unwrap();
    for parent_share in [None, Some(6_000)] {
        let house = house(&folder);
        let (daemon, _) = monday_evening(&house).await;
        daemon.actions.add(action(TUESDAY, demerger(parent_share)), "asha").await.unwrap();
        run(&daemon, at(TUESDAY, "11:00")).await;
        let request = OrderRequest { kind: OrderKind::Market, ..sell("ABC", 11, 10_000) };
        let refusal = refused(&daemon, request, at(TUESDAY, "11:00")).await;
        assert_eq!(
            refusal.detail,
            "ABC is demerged on 2025-03-11 and its open is not known yet: no orders of it are accepted without a price",
            "{parent_share:?}"
        );
        // Where the terms say how the cost is divided, the books need no open.
        let cost = if parent_share.is_some() { 66_000 } else { 110_000 };
        assert_eq!(held(&daemon, "ABC").await, (11, cost), "{parent_share:?}");
        let told = of_terms(&daemon, ADMIN).await;
        assert_eq!(told.len(), usize::from(parent_share.is_none()), "{told:?}");
        crate::support::stop(daemon).await;
    }
}

#[tokio::test]
async fn what_a_source_calls_an_open_before_the_special_pre_open_is_over_is_no_jump() {
    let folder = folder(6_000);
    let house = house(&folder);
    let (daemon, _) = monday_evening(&house).await;
    // The open is far from what these terms make of the close; the source tells a price from 09:15 on.
    daemon.actions.add_confirmed(action(TUESDAY, demerger(Some(9_500))), "asha").await.unwrap();
    let halted = async || {
        let open = HaltFilter { open: Some(true), before: None, limit: 10 };
        daemon.store.user(ADMIN).halts(open).await.unwrap().len()
    };
    run(&daemon, at(TUESDAY, "09:59")).await;
    assert_eq!(halted().await, 0, "there is no open yet");
    run(&daemon, at(TUESDAY, "10:05")).await;
    assert_eq!(halted().await, 1);
}

#[tokio::test]
async fn who_holds_a_demerged_share_is_told_once_that_its_terms_are_missing_until_they_are_given() {
    let folder = folder(6_000);
    let house = house(&folder);
    let (daemon, _) = monday_evening(&house).await;
    let row = daemon.actions.add(action(TUESDAY, WITHOUT_TERMS), "asha").await.unwrap();
    assert_eq!(of_terms(&daemon, ADMIN).await, [], "nothing before the ex-date");
    run(&daemon, at(TUESDAY, "09:00:30")).await;
    let [told] = of_terms(&daemon, ADMIN).await.try_into().unwrap();
    assert_eq!((told.subject.as_str(), told.resolved_at), ("ABC 2025-03-11 demerger", None));
    let says = "ABC on 2025-03-11: demerger: nobody has told which company its holders get shares of, so the books have none of \
                them and their whole cost in ABC; until an admin has entered it with its terms, or has undone it (action 1)";
    assert_eq!(told.detail, says);
    assert_eq!(of_terms(&daemon, OTHER).await, [], "they hold none of it");
    run(&daemon, at(TUESDAY, "10:05")).await;
    assert_eq!(daemon.actions.find(row.id).await.unwrap().state, ActionState::Applied);
    stop(daemon).await;

    let daemon = house.start(at(TUESDAY, "10:06")).await;
    run(&daemon, at(TUESDAY, "10:10")).await;
    assert_eq!(of_terms(&daemon, ADMIN).await, [told], "once, over a restart too");
    daemon.actions.undo(row.id, "its terms are told now", "asha").await.unwrap();
    let [over] = of_terms(&daemon, ADMIN).await.try_into().unwrap();
    assert!(over.resolved_at.is_some());
    assert_eq!(over.resolution, "the action is taken back");
    daemon.actions.add_confirmed(action(TUESDAY, demerger(Some(6_000))), "asha").await.unwrap();
    assert_eq!((held(&daemon, "ABC").await, held(&daemon, "ABCX").await), ((11, 66_000), (11, 44_000)));
    assert_eq!(of_terms(&daemon, ADMIN).await, [over]);
    stop(daemon).await;
}

#[tokio::test]
async fn terms_that_are_given_before_the_open_end_what_was_told_of_them() {
    let folder = folder(6_000);
    let house = house(&folder);
    let (daemon, _) = monday_evening(&house).await;
    let row = daemon.actions.add(action(TUESDAY, WITHOUT_TERMS), "asha").await.unwrap();
    run(&daemon, at(TUESDAY, "09:00:30")).await;
    let same = daemon.actions.add_confirmed(action(TUESDAY, demerger(Some(6_000))), "asha").await.unwrap();
    assert_eq!((same.id, held(&daemon, "ABCX").await), (row.id, (11, 44_000)));
    let [over] = of_terms(&daemon, ADMIN).await.try_into().unwrap();
    assert!(over.resolved_at.is_some());
    assert_eq!(over.resolution, "its terms are known");
    stop(daemon).await;
}

#[tokio::test]
async fn a_halt_for_a_jump_across_a_demerger_without_terms_names_it() {
    // A demerger takes something away, and this price rose by half.
    let folder = folder(15_000);
    let house = house(&folder);
    let (daemon, _) = monday_evening(&house).await;
    daemon.actions.add(action(TUESDAY, WITHOUT_TERMS), "asha").await.unwrap();
    run(&daemon, at(TUESDAY, "10:05")).await;
    let open = HaltFilter { open: Some(true), before: None, limit: 10 };
    let [halt] = daemon.store.user(ADMIN).halts(open).await.unwrap().try_into().unwrap();
    let names = "which the demerger of 2025-03-11 does not explain as it is known: until an admin has entered it with its terms \
                 (action 1)";
    assert!(halt.reason.contains(names), "{halt:?}");
    stop(daemon).await;
}

#[tokio::test]
async fn a_new_company_without_a_price_counts_at_its_cost_and_is_told_of_on_its_second_day() {
    let folder = folder(6_000);
    std::fs::remove_file(folder.path().join("ABCX.csv")).unwrap();
    let house = house(&folder);
    let daemon = without_order(&house).await;
    daemon.actions.add(action(TUESDAY, demerger(Some(6_000))), "asha").await.unwrap();
    let told = async || {
        let open = AlertFilter { open: Some(true), before: None, limit: 50 };
        let alerts = daemon.store.user(ADMIN).alerts(open).await.unwrap();
        let of_code = alerts.into_iter().filter(|alert| alert.code == AlertCode::PriceMissing);
        of_code.map(|alert| alert.detail).collect::<Vec<_>>()
    };
    run(&daemon, at(TUESDAY, "20:00")).await;
    assert_eq!(held(&daemon, "ABCX").await, (11, 44_000));
    assert_eq!(told().await, Vec::<String>::new(), "it did not exist on Monday");
    let valued = {
        let user = daemon.users.find(ADMIN).unwrap();
        let desk = user.desk.lock().await;
        desk.valuations(daemon.clock.now()).await
    };
    let told_of = |name: &str| valued.iter().find(|valued| valued.position.symbol == symbol(name)).unwrap();
    let child = told_of("ABCX");
    // Its lots are of the Monday on which shares of ABC were bought, and nobody paid a price for it then.
    assert_eq!(
        (child.price, child.value(), child.unpriced, child.at_cost),
        (Paise(4_000), Paise(44_000), true, true)
    );
    assert_eq!(child.at.ist_day().to_string(), TUESDAY);
    assert!(!told_of("ABC").at_cost);
    run(&daemon, at(WEDNESDAY, "20:00")).await;
    let detail =
        "ABCX had no new price on two trading days, 2025-03-11 and 2025-03-12: the market source has none";
    assert_eq!(told().await, [detail]);
    stop(daemon).await;
}
