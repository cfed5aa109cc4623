//! What users set takes effect on the running daemon: when it should, for whom it should, and once.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "support/daemon.rs"]
mod support;

mod settings {
    pub mod routes;
    pub mod tasks;
    pub mod trading_state;
}

use std::sync::Arc;

use prahari_app::daemon::Daemon;
use prahari_app::desk::OrderContext;
use prahari_app::error::AppError;
use prahari_app::runs::LiveServices;
use prahari_app::settings::Change;
use prahari_domain::ids::{RunId, UserId};
use prahari_domain::instruments::Symbol;
use prahari_domain::orders::{OrderKind, OrderRequest};
use prahari_domain::risk::RefusalCode;
use prahari_domain::settings::{NotificationKind, Silence, Values};
use prahari_domain::strategies::StrategyName;
use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;
use prahari_runtime::abi::latest::notify::Level;
use prahari_runtime::abi::latest::selection::{Choice, PastGate};
use prahari_runtime::{HostCall, HostReply, HostServices};
use prahari_store::{NotificationFilter, StoreError};
use serde_json::{Value, json};
use support::desk_fixture::buy;
use support::{ADMIN, MONDAY, OTHER, TestHost, at, run, start_services, stop};

fn values(json: Value) -> Values {
    let Value::Object(values) = json else { panic!("{json} is no object") };
    values
}

fn order_context(now: Timestamp) -> OrderContext {
    OrderContext { run: RunId(900), strategy: StrategyName::REBOUND, day: now.ist_day(), now }
}

/// Tries to buy one share of something, well below its price, and says which rule refused it.
async fn try_to_buy(daemon: &Daemon, user: UserId, nth: usize) -> Result<(), RefusalCode> {
    let now = daemon.clock.now();
    let symbol: Symbol = daemon.trading.market.universe().await.unwrap()[nth].clone();
    let instrument = daemon
        .trading
        .market
        .instruments(std::slice::from_ref(&symbol), now)
        .await
        .unwrap()
        .remove(0)
        .unwrap();
    let kind = OrderKind::Limit(instrument.band_low.round_up_to(instrument.tick));
    let request = OrderRequest { symbol, kind, ..buy("ABC", 1, 0) };
    let user = daemon.users.find(user).unwrap();
    let answer = user.desk.lock().await.place(request, order_context(now)).await.unwrap();
    answer.map(|_| ()).map_err(|refusal| refusal.code)
}

/// A daemon in the middle of a session, with every service on.
async fn at_ten(house: &TestHost) -> Arc<Daemon> {
    let daemon = house.start(at(MONDAY, "09:00")).await;
    start_services(&daemon).await;
    run(&daemon, at(MONDAY, "10:00")).await;
    daemon
}

async fn set_own(daemon: &Daemon, user: UserId, change: Value) -> Result<u64, AppError> {
    let user = daemon.users.find(user).unwrap();
    daemon.settings.change_own_limits(&user, Change::Merge(&values(change)), None).await?.save().await
}

async fn set_limits(daemon: &Daemon, user: UserId, change: Value) -> Result<u64, AppError> {
    let user = daemon.users.find(user).unwrap();
    daemon.settings.change_limits(&user, Change::Merge(&values(change)), None).await?.save().await
}

#[tokio::test]
async fn a_users_kill_switch_refuses_the_next_order_of_that_user_and_of_nobody_else() {
    let house = TestHost::new(2);
    let daemon = at_ten(&house).await;
    assert_eq!(try_to_buy(&daemon, OTHER, 0).await, Ok(()));
    set_own(&daemon, OTHER, json!({ "kill_switch": true })).await.unwrap();
    assert_eq!(try_to_buy(&daemon, OTHER, 1).await, Err(RefusalCode::KillSwitch));
    assert_eq!(try_to_buy(&daemon, ADMIN, 1).await, Ok(()));
    set_own(&daemon, OTHER, json!({ "kill_switch": null })).await.unwrap();
    assert_eq!(try_to_buy(&daemon, OTHER, 1).await, Ok(()));

    // What an admin has switched off for a user, the user cannot switch on again.
    set_limits(&daemon, OTHER, json!({ "kill_switch": true })).await.unwrap();
    set_own(&daemon, OTHER, json!({ "kill_switch": false })).await.unwrap();
    assert_eq!(try_to_buy(&daemon, OTHER, 2).await, Err(RefusalCode::KillSwitch));
    run(&daemon, at(MONDAY, "10:05")).await;
}

#[tokio::test]
async fn the_daemons_kill_switch_refuses_the_next_order_of_everybody_and_stays_over_a_restart() {
    let house = TestHost::new(2);
    let daemon = at_ten(&house).await;
    assert_eq!(try_to_buy(&daemon, OTHER, 0).await, Ok(()));
    daemon.settings.set_kill_switch(true).await.unwrap();
    for user in [ADMIN, OTHER] {
        assert_eq!(try_to_buy(&daemon, user, 1).await, Err(RefusalCode::KillSwitch));
    }
    run(&daemon, at(MONDAY, "10:01")).await;
    stop(daemon).await;

    let daemon = house.start(at(MONDAY, "10:01")).await;
    assert!(daemon.settings.is_kill_switch_on());
    for user in [ADMIN, OTHER] {
        assert_eq!(try_to_buy(&daemon, user, 1).await, Err(RefusalCode::KillSwitch));
    }
    daemon.settings.set_kill_switch(false).await.unwrap();
    for user in [ADMIN, OTHER] {
        assert_eq!(try_to_buy(&daemon, user, 1).await, Ok(()));
    }
}

#[tokio::test]
async fn a_kill_switch_does_not_wait_for_the_desk() {
    let house = TestHost::new(1);
    let daemon = house.start(at(MONDAY, "10:00")).await;
    let user = daemon.users.find(ADMIN).unwrap();
    let desk = user.desk.lock().await;
    set_own(&daemon, ADMIN, json!({ "kill_switch": true })).await.unwrap();
    assert!(desk.limits().in_force().kill_switch);
}

#[tokio::test]
async fn users_tighten_their_limits_and_never_loosen_what_the_admin_has_set() {
    let house = TestHost::new(1);
    let daemon = house.start(at(MONDAY, "10:00")).await;
    let user = daemon.users.find(ADMIN).unwrap();
    let refused = set_own(&daemon, ADMIN, json!({ "max_buys_per_day": 51 })).await.unwrap_err();
    assert!(refused.to_string().starts_with("max_buys_per_day may only be tightened"), "{refused}");
    assert_eq!(set_own(&daemon, ADMIN, json!({ "max_buys_per_day": 5 })).await.unwrap(), 2);
    assert_eq!(set_limits(&daemon, ADMIN, json!({ "max_buys_per_day": 1 })).await.unwrap(), 3);
    assert_eq!(user.settings.limits().in_force().max_buys_per_day, 1);
    assert_eq!(try_to_buy(&daemon, ADMIN, 0).await, Ok(()));
    assert_eq!(try_to_buy(&daemon, ADMIN, 1).await, Err(RefusalCode::OrdersPerDay));

    assert_eq!(set_limits(&daemon, ADMIN, json!({ "max_buys_per_day": null })).await.unwrap(), 4);
    let set = user.settings.limits().set();
    assert_eq!((set.value.admin.max_buys_per_day, set.value.own.max_buys_per_day), (50, Some(5)));
    stop(daemon).await;
    let again = house.start(at(MONDAY, "10:01")).await;
    let limits = again.users.find(ADMIN).unwrap().settings.limits().set();
    assert_eq!(*limits, *set);
}

#[tokio::test]
async fn a_run_that_started_before_a_change_sees_the_old_strategy_and_the_next_one_the_new() {
    let house = TestHost::new(2);
    let daemon = house.start(at(MONDAY, "10:00")).await;
    let user = daemon.users.find(OTHER).unwrap();
    let period = async |services: &mut LiveServices<'_>| match services.call(&HostCall::GetConfig).await {
        HostReply::Config(strategy) => strategy.rsi_period,
        other => panic!("{other:?}"),
    };
    let order_context = order_context(daemon.clock.now());
    let mut before = LiveServices::new(&daemon.runs, &user, Task::literal("sell_monitor"), order_context);
    let change = values(json!({ "rsi_period": 14, "user_capital_paise": 5_000_000 }));
    let change = daemon.settings.change_strategy(&user, Change::Merge(&change), Some(1)).await.unwrap();
    assert_eq!(period(&mut before).await, 10);
    assert_eq!(change.save().await.unwrap(), 2);
    assert_eq!(period(&mut before).await, 10);
    let mut after = LiveServices::new(&daemon.runs, &user, Task::literal("sell_monitor"), order_context);
    assert_eq!(period(&mut after).await, 14);
    let admin = daemon.users.find(ADMIN).unwrap();
    assert_eq!(
        period(&mut LiveServices::new(&daemon.runs, &admin, Task::literal("sell_monitor"), order_context))
            .await,
        10
    );

    let reset =
        daemon.settings.change_strategy(&user, Change::Reset, None).await.unwrap().save().await.unwrap();
    assert_eq!((reset, user.settings.strategy().value.rsi_period), (3, 10));
}

#[tokio::test]
async fn a_run_sees_how_its_user_has_buys_chosen() {
    let house = TestHost::new(2);
    let daemon = house.start(at(MONDAY, "10:00")).await;
    let asked = async |user| {
        let user = daemon.users.find(user).unwrap();
        let (task, context) = (Task::literal("buy_orders"), order_context(daemon.clock.now()));
        match LiveServices::new(&daemon.runs, &user, task, context).call(&HostCall::GetSelection).await {
            HostReply::Selection(choice) => choice,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(
        asked(OTHER).await,
        Choice { past_gate: None, by_priority: false },
        "by default nothing is asked"
    );
    let change =
        values(json!({ "past_gate": true, "past_gate_min_win_rate_pct": 70, "rank_by_priority": true }));
    let user = daemon.users.find(OTHER).unwrap();
    let change = daemon.settings.change_strategy(&user, Change::Merge(&change), None).await.unwrap();
    change.save().await.unwrap();
    let gate = PastGate { win_rate: 70.0, average_profit: 1.5, score: 45.0, combined: 25.0 };
    assert_eq!(asked(OTHER).await, Choice { past_gate: Some(gate), by_priority: true });
    assert_eq!(asked(ADMIN).await.past_gate, None, "each user has their own");
    for beyond in [json!({ "past_gate_min_win_rate_pct": 100.1 }), json!({ "past_gate_min_score": -1 })] {
        let refused =
            daemon.settings.change_strategy(&user, Change::Merge(&values(beyond)), None).await.err();
        let sentence = refused.unwrap().to_string();
        assert!(sentence.contains("but must be from 0.0 to 100.0"), "{sentence}");
    }
}

#[tokio::test]
async fn of_changes_at_the_same_time_with_the_same_expected_version_one_wins() {
    let house = TestHost::new(1);
    let daemon = house.start(at(MONDAY, "10:00")).await;
    let user = daemon.users.find(ADMIN).unwrap();
    for version in 1..=20_u64 {
        // Never the period that is in force: that would be no change, and refuse nobody.
        let first = if version % 2 == 1 { 17 } else { 1 };
        let changes = (first..first + 16).map(|period| {
            let (daemon, user) = (daemon.clone(), user.clone());
            tokio::spawn(async move {
                let change = values(json!({ "rsi_period": period }));
                let change =
                    daemon.settings.change_strategy(&user, Change::Merge(&change), Some(version)).await?;
                change.save().await.map(|_| period)
            })
        });
        let mut won = Vec::new();
        for change in changes.collect::<Vec<_>>() {
            match change.await.unwrap() {
                Ok(period) => won.push(period),
                Err(AppError::Store(StoreError::SettingsChanged { expected, found, .. })) => {
                    assert_eq!((expected, found), (version, version + 1));
                }
                Err(error) => panic!("{error}"),
            }
        }
        let strategy = user.settings.strategy();
        assert_eq!((won, strategy.version), (vec![strategy.value.rsi_period], version + 1));
    }
}

#[tokio::test]
async fn a_change_that_is_refused_changes_nothing() {
    let house = TestHost::new(1);
    let daemon = house.start(at(MONDAY, "10:00")).await;
    let user = daemon.users.find(ADMIN).unwrap();
    let before = user.settings.strategy();
    for (change, sentence) in [
        (json!({ "rsi_period": 14, "rsi_exit": 101 }), "rsi_exit is 101, but must be from 30.0 to 100.0"),
        (json!({ "rsi_period": 14, "stop_loss": 1 }), "there is no setting \"stop_loss\""),
        (json!({ "rsi_period": "14" }), "rsi_period must be a whole number"),
        (
            json!({ "rsi_oversold": 20 }),
            "rsi_extreme_oversold is 20, but must be below rsi_oversold, which is 20",
        ),
    ] {
        let error =
            daemon.settings.change_strategy(&user, Change::Merge(&values(change)), None).await.err().unwrap();
        assert_eq!(error.to_string(), sentence);
    }
    assert_eq!(user.settings.strategy(), before);
    assert_eq!(daemon.store.user(ADMIN).find().await.unwrap().unwrap().strategy_version, 1);
}

#[tokio::test]
async fn messages_are_all_kept_and_those_that_may_not_disturb_are_marked() {
    let house = TestHost::new(2);
    let daemon = house.start(at(MONDAY, "23:30")).await;
    let other = daemon.users.find(OTHER).unwrap();
    let change = values(json!({ "quiet_from": "22:00", "quiet_until": "07:30", "warning": true }));
    daemon
        .settings
        .change_preferences(&other, Change::Merge(&change), None)
        .await
        .unwrap()
        .save()
        .await
        .unwrap();
    let order_context = order_context(daemon.clock.now());
    for user in [ADMIN, OTHER] {
        let user = daemon.users.find(user).unwrap();
        let mut services =
            LiveServices::new(&daemon.runs, &user, Task::literal("eod_cleanup"), order_context);
        for level in [Level::Info, Level::Warning, Level::Error] {
            let call = HostCall::Notify { level, title: "title".to_owned(), body: "body".to_owned() };
            assert!(matches!(services.call(&call).await, HostReply::Notified));
        }
    }
    daemon.store.flush().await.unwrap();
    let kept = async |user| {
        let mut rows = daemon.store.user(user).notifications(NotificationFilter::default()).await.unwrap();
        rows.reverse();
        rows.into_iter().map(|row| (row.kind, row.silence)).collect::<Vec<_>>()
    };
    let (off, quiet) = (Some(Silence::SwitchedOff), Some(Silence::QuietHours));
    let kinds = [NotificationKind::Info, NotificationKind::Warning, NotificationKind::Error];
    let with = |silence: [Option<Silence>; 3]| kinds.into_iter().zip(silence).collect::<Vec<_>>();
    assert_eq!(kept(ADMIN).await, with([off, off, None]));
    assert_eq!(kept(OTHER).await, with([off, quiet, quiet]));
}
