//! Verdicts on runs written down by hand; those on real tasks are whole-system tests.

use super::*;
use crate::abi::latest::{Capability, Refusal, RefusalCode, RunContext, Side, Summary, Trigger};
use crate::abi::latest::{broker, decision, log, market, notify, state};
use crate::budget::Budget;
use crate::call::HostReply;
use crate::grant::Grant;
use crate::hash::ModuleHash;
use crate::recording::Answerer;
use crate::services::HostServices;
use crate::usage::Usage;

fn order(symbol: &str, quantity: u32) -> broker::OrderRequest {
    broker::OrderRequest {
        symbol: symbol.to_owned(),
        side: Side::Sell,
        quantity,
        kind: broker::OrderKind::Limit(152_345),
        variety: broker::Variety::Regular,
        product: broker::Product::Delivery,
        purpose: broker::Purpose::Exit("ema9_target".to_owned()),
        signal_id: None,
        rsi: Some(f64::NAN),
        retry_of: None,
    }
}

fn place(orders: &[(&str, u32)]) -> HostCall {
    HostCall::Place { requests: orders.iter().map(|(symbol, quantity)| order(symbol, *quantity)).collect() }
}

/// A buy of one symbol.
fn bid(symbol: &str, quantity: u32) -> HostCall {
    let purpose = broker::Purpose::Entry;
    let request = broker::OrderRequest { side: Side::Buy, purpose, ..order(symbol, quantity) };
    HostCall::Place { requests: vec![request] }
}

fn quotes(symbols: &[&str]) -> HostCall {
    HostCall::Quotes { symbols: symbols.iter().map(|symbol| (*symbol).to_owned()).collect() }
}

fn quote(symbol: &str) -> Option<market::Quote> {
    Some(market::Quote {
        symbol: symbol.to_owned(),
        last: 100,
        indicative: None,
        open: None,
        high: None,
        low: None,
        previous_close: 99,
        volume: 1,
        at: 2,
    })
}

fn said(message: &str) -> HostCall {
    HostCall::Log { level: log::Level::Info, message: message.to_owned() }
}

fn noted(title: &str) -> HostCall {
    HostCall::Notify { level: notify::Level::Info, title: title.to_owned(), body: String::new() }
}

fn remembered(key: &str, value: u8) -> HostCall {
    HostCall::SetState { entries: vec![state::Entry { key: key.to_owned(), value: Some(vec![value]) }] }
}

fn decided(reason: &str) -> HostCall {
    let entry = decision::Entry {
        symbol: "A".to_owned(),
        action: "hold".to_owned(),
        reason: reason.to_owned(),
        evidence: Vec::new(),
    };
    HostCall::RecordDecisions { entries: vec![entry] }
}

fn funds(available: i64) -> HostReply {
    HostReply::Funds(broker::Funds { cash: available, reserved: 0, available })
}

fn placed(ids: &[&str]) -> HostReply {
    HostReply::Placed(ids.iter().map(|id| Ok((*id).to_owned())).collect())
}

/// A run that reads, places A and B, and tells of it.
fn recorded() -> Vec<RecordedCall> {
    [
        (quotes(&["A", "B"]), HostReply::Quotes(vec![quote("A"), quote("B")])),
        (HostCall::Funds, funds(1_000)),
        (place(&[("A", 10), ("B", 20)]), placed(&["U-1", "U-2"])),
        (HostCall::Funds, funds(400)),
        (remembered("k", 1), HostReply::StateSet),
        (said("two orders"), HostReply::Logged),
    ]
    .map(|(call, reply)| RecordedCall { call, answer: Some((Answerer::Services, reply)) })
    .to_vec()
}

fn good() -> RunOutcome {
    RunOutcome::Succeeded(Summary { text: "done".to_owned(), counters: Vec::new() })
}

fn recorded_run() -> RecordedRun {
    RecordedRun {
        module: ModuleHash::of(b"module"),
        context: RunContext {
            run_id: 1,
            user_id: 2,
            task: "sell_monitor".to_owned(),
            day: 20_090,
            due_at: 3,
            now: 4,
            trigger: Trigger::Scheduled,
        },
        grant: Grant::all(),
        budget: Budget::default(),
        usage: Usage::default(),
        outcome: good(),
        cpu_micros: 5,
        peak_memory: 6,
        cause: None,
    }
}

/// A candidate that makes these calls and ends so; with the replies that it was given.
async fn perform(wanted: &[HostCall], outcome: RunOutcome, terms: &Terms) -> (ShadowRun, Vec<HostReply>) {
    let recorded = recorded();
    let mut answers = Answers::new(&recorded, terms);
    let mut calls: Vec<RecordedCall> = Vec::new();
    let mut replies = Vec::new();
    for call in wanted {
        let reply = answers.call(call).await;
        replies.push(reply.clone());
        calls.push(RecordedCall { call: call.clone(), answer: Some((Answerer::Services, reply)) });
        if answers.stopped.is_some() {
            break;
        }
    }
    let Answers { diverged, stopped, .. } = answers;
    let run = recorded_run();
    let seen = Seen { run: &run, recorded: &recorded, calls: &calls, outcome: &outcome, diverged, stopped };
    let (verdict, minor) = seen.judge(terms);
    (ShadowRun { verdict, minor, cpu: Duration::ZERO, peak_memory: 0 }, replies)
}

async fn verdict(wanted: &[HostCall]) -> Verdict {
    perform(wanted, good(), &Terms::default()).await.0.verdict
}

fn wanted() -> Vec<HostCall> {
    recorded().into_iter().map(|recorded| recorded.call).collect()
}

fn changed(verdict: Verdict) -> (usize, String, Vec<TradeMatch>) {
    match verdict {
        Verdict::Changed { first_call, difference, orders } => {
            (first_call, difference, orders.into_iter().map(|line| line.standing).collect())
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_same_calls_are_identical_and_are_answered_as_recorded() {
    let (run, replies) = perform(&wanted(), good(), &Terms::default()).await;
    assert_eq!((run.verdict, run.minor), (Verdict::Identical, Vec::new()));
    let expected: Vec<HostReply> = recorded().into_iter().map(|it| it.answer.unwrap().1).collect();
    assert_eq!(replies, expected);
}

#[tokio::test]
async fn other_batches_less_reading_and_other_words_change_nothing() {
    let calls = [
        HostCall::Funds,
        quotes(&["B"]),
        place(&[("A", 10)]),
        place(&[("B", 20)]),
        said("one"),
        said("and another"),
        decided("why_not"),
        remembered("k", 9),
        remembered("k", 1),
    ];
    let (run, replies) = perform(&calls, good(), &Terms::default()).await;
    assert_eq!(run.verdict, Verdict::Identical);
    assert_eq!(run.minor, [Minor::Decisions, Minor::Log]);
    assert_eq!(replies[1], HostReply::Quotes(vec![quote("B")]));
    assert_eq!(replies[3], placed(&["U-2"]));
}

#[tokio::test]
async fn the_funds_after_an_order_are_not_those_before_it() {
    let (_, replies) =
        perform(&[place(&[("A", 10), ("B", 20)]), HostCall::Funds], good(), &Terms::default()).await;
    assert_eq!(replies[1], funds(400));
    let between = verdict(&[place(&[("A", 10)]), HostCall::Funds]).await;
    assert_eq!(between, Verdict::Lacking { call: Box::new(HostCall::Funds) });
}

#[tokio::test]
async fn a_question_that_was_not_asked_is_lacking() {
    let call = quotes(&["A", "C"]);
    assert_eq!(verdict(std::slice::from_ref(&call)).await, Verdict::Lacking { call: Box::new(call) });
    let call = HostCall::GetState { keys: vec!["k".to_owned()] };
    assert_eq!(verdict(std::slice::from_ref(&call)).await, Verdict::Lacking { call: Box::new(call) });
}

#[tokio::test]
async fn another_order_stops_the_run_because_its_answer_is_not_known() {
    let calls = [HostCall::Funds, place(&[("A", 20)]), place(&[("B", 20)])];
    let (first_call, difference, orders) = changed(verdict(&calls).await);
    assert_eq!(first_call, 1);
    assert_eq!(
        difference,
        "sell 20 A at ₹1,523.45 (exit ema9_target, RSI NaN) instead of sell 10 A at ₹1,523.45 (exit ema9_target, RSI NaN)"
    );
    assert_eq!(orders, [TradeMatch::Other, TradeMatch::NotReached]);
}

#[tokio::test]
async fn an_order_that_is_left_out_is_missing_and_the_others_are_still_answered() {
    let calls = [HostCall::Funds, place(&[("B", 20)]), remembered("k", 1)];
    let (first_call, _, orders) = changed(verdict(&calls).await);
    assert_eq!((first_call, orders), (2, vec![TradeMatch::Same, TradeMatch::Missing]));
    let (first_call, _, orders) = changed(verdict(&[place(&[("B", 20), ("A", 10)])]).await);
    assert_eq!((first_call, orders), (0, vec![TradeMatch::Same, TradeMatch::Moved]));
}

#[tokio::test]
async fn a_buy_outside_the_grant_is_refused_by_the_gate_and_the_run_goes_on() {
    let terms = Terms { symbols: Some(["A".to_owned()].into()), ..Terms::default() };
    // B is not in the grant either, and may be sold.
    let calls = [bid("X", 1), place(&[("A", 10), ("B", 20)]), remembered("k", 1)];
    let (run, replies) = perform(&calls, good(), &terms).await;
    let reason = "X is not in the grant".to_owned();
    let refusal = Refusal { code: RefusalCode::Symbol, detail: reason.clone() };
    assert_eq!(replies[0], HostReply::Placed(vec![Err(refusal)]));
    let (first_call, _, orders) = changed(run.verdict);
    assert_eq!(first_call, 0);
    assert_eq!(orders, [TradeMatch::Refused(reason), TradeMatch::Same, TradeMatch::Same]);
}

#[tokio::test]
async fn a_buy_above_the_granted_value_is_refused_by_the_gate_and_a_sell_is_not() {
    let value = 152_345 * 20;
    let calls = [bid("X", 20), place(&[("A", 10), ("B", 20)]), HostCall::Funds, remembered("k", 1)];
    let less = Terms { max_order_value: Some(value - 1), ..Terms::default() };
    let (_, _, orders) = changed(perform(&calls, good(), &less).await.0.verdict);
    let reason = "buys of ₹30,468.99 at most are in the grant, and this one is ₹30,469.00".to_owned();
    assert_eq!(orders, [TradeMatch::Refused(reason), TradeMatch::Same, TradeMatch::Same]);
    let allowed = Terms { max_order_value: Some(value), ..Terms::default() };
    let (_, _, orders) = changed(perform(&calls, good(), &allowed).await.0.verdict);
    assert_eq!(orders[0], TradeMatch::Other, "its answer is not known, but it would be sent");
}

#[tokio::test]
async fn memory_and_messages_are_effects() {
    let mut calls = wanted();
    calls[4] = remembered("k", 2);
    let (first_call, difference, _) = changed(verdict(&calls).await);
    assert_eq!((first_call, difference.as_str()), (4, "it remembers something else under \"k\""));
    let (first_call, difference, _) = changed(verdict(&[wanted(), vec![noted("hello")]].concat()).await);
    assert_eq!((first_call, difference.as_str()), (6, "notify.send: another message to the user"));
}

#[tokio::test]
async fn a_trap_and_a_limit_are_named_by_their_outcome() {
    for outcome in [RunOutcome::Trapped("unreachable".to_owned()), RunOutcome::CpuLimit] {
        let (run, _) = perform(&wanted(), outcome.clone(), &Terms::default()).await;
        assert_eq!(run.verdict, Verdict::Trapped { outcome });
    }
    let failed = RunOutcome::TaskFailed(crate::abi::latest::TaskError::Denied(Capability::Log));
    let (first_call, difference, _) = changed(perform(&wanted(), failed, &Terms::default()).await.0.verdict);
    assert_eq!(first_call, 6);
    assert!(difference.starts_with("it ended as task_failed ("), "{difference}");
}
