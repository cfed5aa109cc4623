//! The rules of the position monitor, one sentence each; those of the ladder stand beside it.

use prahari_sdk::{
    OrderKind, Paise, PositionEntry, Purpose, ReentryLevel, ReentrySignal, ScriptedHost, Side, SignalKind,
    Summary, Task,
};

use crate::PositionMonitor;

const TODAY: i32 = 20_000;

/// A share that fell all along to 100 rupees, so that its RSI is 0, held from a first buy at RSI 25.
fn falling() -> ScriptedHost {
    let closes: Vec<Paise> = (0..250).map(|day| 12_490 - day * 10).collect();
    ScriptedHost::at(TODAY, 9, 30).share_with_history("ACME", &closes, 9_990).position("ACME", 10, 11_000)
}

fn run(host: &mut ScriptedHost) -> Summary {
    let context = host.context("position_monitor");
    PositionMonitor::run(host, &context).unwrap()
}

fn held_for(host: &mut ScriptedHost, reason: &str) {
    run(host);
    assert!(host.published.is_empty());
    assert_eq!(host.reasons("ACME"), [reason]);
}

#[test]
fn a_fall_through_a_free_rung_publishes_a_re_entry() {
    let mut host = falling();
    run(&mut host);
    let draft = &host.published[0];
    assert_eq!(draft.kind, SignalKind::Reentry(ReentrySignal { level: 10, cycle: 1 }));
    assert_eq!((draft.last_close, draft.average_volume, draft.priority_score), (9_990, 1_000_000, 100.0));
    assert_eq!(host.reasons("ACME"), ["reentry_level_reached"]);
}

#[test]
fn the_line_counts_what_there_is_one_of_in_the_singular() {
    assert_eq!(run(&mut falling()).text, "1 position: 1 re-entry, 0 exits");
    let mut host = falling().share("OTHER", 10_000).position("OTHER", 10, 10_000);
    host.trade_at("ACME", 10_100);
    host.quotes.remove("OTHER");
    assert_eq!(run(&mut host).text, "2 positions: 0 re-entries, 1 exit");
}

#[test]
fn the_next_hour_publishes_the_same_rung_of_the_same_cycle() {
    let mut host = falling();
    run(&mut host);
    run(&mut host);
    assert_eq!(host.published[0], host.published[1]);
}

#[test]
fn a_recovered_rsi_publishes_an_exit() {
    let mut host = falling();
    host.trade_at("ACME", 10_100);
    run(&mut host);
    assert_eq!(host.published[0].kind, SignalKind::Exit("rsi_exit".to_owned()));
    assert_eq!(host.reasons("ACME"), ["rsi_exit"]);
}

#[test]
fn a_price_at_ema9_publishes_an_exit() {
    let mut host = falling();
    host.trade_at("ACME", 10_045);
    run(&mut host);
    assert_eq!(host.published[0].kind, SignalKind::Exit("ema9_target".to_owned()));
}

#[test]
fn the_exit_level_is_the_users_setting() {
    let mut host = falling();
    host.strategy.rsi_exit = 20.0;
    host.trade_at("ACME", 10_030);
    run(&mut host);
    assert_eq!(host.reasons("ACME"), ["rsi_exit"]);
}

#[test]
fn between_ladder_and_target_nothing_is_published() {
    let mut host = falling();
    // 40 paise up on an average loss of 9 a day: RSI 30.8, and still below EMA9.
    host.trade_at("ACME", 10_039);
    held_for(&mut host, "rsi_above_ladder");
}

#[test]
fn a_rung_bought_in_this_cycle_is_not_published_again() {
    let mut host = falling();
    bought(&mut host, 10, 1, TODAY - 1);
    held_for(&mut host, "level_already_taken");
}

#[test]
fn a_close_above_the_ladder_begins_a_new_cycle_at_the_next_fall() {
    let mut host = falling();
    bought(&mut host, 10, 1, TODAY - 1);
    recover_yesterday(&mut host);
    run(&mut host);
    assert_eq!(host.published[0].kind, SignalKind::Reentry(ReentrySignal { level: 30, cycle: 2 }));
    assert_eq!(host.reasons("ACME"), ["reentry_level_reached"]);
}

#[test]
fn the_new_cycle_is_remembered_the_next_day() {
    let mut host = falling();
    bought(&mut host, 10, 1, TODAY - 1);
    recover_yesterday(&mut host);
    run(&mut host);
    bought(&mut host, 30, 2, TODAY);
    let close = host.quotes["ACME"].last;
    let mut bar = *host.daily["ACME"].last().unwrap();
    (bar.day, bar.close) = (TODAY, close);
    host.daily.get_mut("ACME").unwrap().push(bar);
    (host.day, host.now) = (TODAY + 1, host.now + 86_400_000);
    host.forget();
    held_for(&mut host, "level_already_taken");
}

#[test]
fn a_level_bought_today_is_not_published_again_in_a_new_cycle() {
    let mut host = falling();
    bought(&mut host, 30, 1, TODAY);
    recover_yesterday(&mut host);
    held_for(&mut host, "level_taken_today");
}

#[test]
fn a_level_ordered_today_is_not_published_again() {
    let mut host = falling();
    let rung = Purpose::Reentry(ReentryLevel { level: 10, cycle: 1 });
    let id = host.add_order("ACME", Side::Buy, 1, OrderKind::Market, rung);
    host.order_mut(&id).unwrap().state = prahari_sdk::OrderState::Cancelled;
    held_for(&mut host, "level_taken_today");
}

#[test]
fn a_share_with_an_active_buy_is_held() {
    let mut host = falling();
    host.add_order("ACME", Side::Buy, 1, OrderKind::Market, Purpose::Entry);
    held_for(&mut host, "active_order_exists");
}

#[test]
fn a_first_buy_without_an_rsi_is_held() {
    let mut host = falling();
    host.positions[0].entries[0].rsi = None;
    held_for(&mut host, "entry_rsi_unknown");
}

#[test]
fn a_price_far_from_the_average_price_is_not_believed() {
    let mut host = falling();
    host.positions[0].average_price = 30_000;
    held_for(&mut host, "price_not_sane");
}

#[test]
fn a_price_far_from_ema200_is_not_believed() {
    let mut host = falling();
    host.trade_at("ACME", 3_800);
    host.positions[0].average_price = 4_000;
    held_for(&mut host, "price_not_sane");
}

#[test]
fn a_share_that_has_not_traded_today_is_held() {
    let mut host = falling();
    host.quotes.get_mut("ACME").unwrap().open = None;
    held_for(&mut host, "price_unavailable");
}

#[test]
fn a_share_without_history_is_held() {
    let mut host = falling();
    host.daily.clear();
    held_for(&mut host, "history_unavailable");
}

#[test]
fn the_memory_of_a_closed_position_is_dropped() {
    let mut host = falling();
    run(&mut host);
    assert_eq!(host.state.len(), 1);
    host.positions.clear();
    run(&mut host);
    assert!(host.state.is_empty());
}

#[test]
fn a_position_opened_anew_begins_its_first_cycle() {
    let mut host = falling();
    bought(&mut host, 10, 4, TODAY - 1);
    run(&mut host);
    let position = &mut host.positions[0];
    position.opened_on = TODAY;
    position.entries.truncate(1);
    host.forget();
    run(&mut host);
    assert_eq!(host.published[0].kind, SignalKind::Reentry(ReentrySignal { level: 10, cycle: 1 }));
}

fn bought(host: &mut ScriptedHost, level: u8, cycle: u32, day: i32) {
    let purpose = Purpose::Reentry(ReentryLevel { level, cycle });
    let order_id = format!("{level}-{cycle}");
    host.positions[0].entries.push(PositionEntry {
        order_id,
        purpose,
        quantity: 1,
        price: 100,
        rsi: None,
        day,
    });
}

/// Yesterday closed 50 paise up, at RSI 36; now the price is down again so that the RSI is between 20 and 30.
fn recover_yesterday(host: &mut ScriptedHost) {
    host.daily.get_mut("ACME").unwrap().last_mut().unwrap().close = 10_060;
    host.trade_at("ACME", 10_030);
}
