use super::*;
use crate::abi::latest::{Capability, Side, broker, decision, log, market, notify, signals, state};
use crate::work::{HostWork, Output};

fn place(count: usize) -> HostCall {
    let request = broker::OrderRequest {
        symbol: "INFY".to_owned(),
        side: Side::Buy,
        quantity: 1,
        kind: broker::OrderKind::Market,
        variety: broker::Variety::Regular,
        product: broker::Product::Delivery,
        purpose: broker::Purpose::Entry,
        signal_id: None,
        rsi: None,
        retry_of: None,
    };
    HostCall::Place { requests: vec![request; count] }
}

fn write(bytes: usize) -> HostCall {
    HostCall::Log { level: log::Level::Info, message: "x".repeat(bytes) }
}

fn gate(budget: Budget) -> Gate {
    Gate::new(Grant::all(), budget)
}

fn passed(admission: Result<Admission, Stop>) -> (HostCall, usize) {
    match admission {
        Ok(Admission::Passed { call, refused }) => (call, refused),
        Ok(Admission::Answered(reply)) => panic!("the gate answered {reply:?}"),
        Err(stop) => panic!("the gate stopped the run: {stop:?}"),
    }
}

#[test]
fn every_capability_is_denied_unless_granted() {
    let mut gate = Gate::new(Grant::all().without(Capability::BrokerTrade), Budget::default());
    let denied = gate.admit(place(1)).unwrap_or_else(|stop| panic!("{stop:?}"));
    let expected = HostReply::Refused(HostError::Denied(Capability::BrokerTrade));
    assert!(matches!(denied, Admission::Answered(reply) if reply == expected));
    assert_eq!(passed(gate.admit(HostCall::Positions)).0, HostCall::Positions);
    assert_eq!((gate.usage().calls, gate.usage().orders), (2, 0));
}

#[test]
fn orders_beyond_the_budget_are_refused_in_their_place() {
    let mut gate = gate(Budget { orders: 3, ..Budget::default() });
    let (call, refused) = passed(gate.admit(place(5)));
    assert_eq!((call, refused), (place(3), 2));
    let ours = vec![Ok("U1-20250102-0001".to_owned()); 3];
    let reply = gate.answered(HostReply::Placed(ours), refused).unwrap();
    let HostReply::Placed(answers) = reply else { panic!("{reply:?}") };
    let codes: Vec<_> = answers.iter().map(|it| it.as_ref().err().map(|refusal| refusal.code)).collect();
    let over = Some(RefusalCode::OrdersPerRun);
    assert_eq!(codes, [None, None, None, over, over]);
    assert!(matches!(gate.admit(place(1)), Ok(Admission::Answered(HostReply::Placed(it))) if it.len() == 1));
    assert_eq!(gate.usage().orders, 3);
}

#[test]
fn one_call_more_than_allowed_stops_the_run() {
    let mut gate = Gate::new(Grant::none(), Budget { host_calls: 2, ..Budget::default() });
    assert!(gate.admit(HostCall::Funds).is_ok());
    assert!(gate.admit(HostCall::Funds).is_ok());
    assert_eq!(gate.admit(HostCall::Funds).err(), Some(Stop::CallLimit));
}

#[test]
fn log_bytes_are_counted_only_when_the_log_is_granted() {
    let budget = Budget { log_bytes: 10, ..Budget::default() };
    let mut granted = gate(budget);
    assert!(granted.admit(write(10)).is_ok());
    assert_eq!(granted.admit(write(1)).err(), Some(Stop::LogLimit));
    let mut denied = Gate::new(Grant::none(), budget);
    assert!(denied.admit(write(1_000)).is_ok());
}

#[test]
fn calls_and_replies_share_the_byte_budget() {
    let mut calls = gate(Budget { boundary_bytes: 100, ..Budget::default() });
    assert_eq!(calls.admit(write(100)).err(), Some(Stop::ByteLimit));
    let mut replies = gate(Budget { boundary_bytes: 100, ..Budget::default() });
    passed(replies.admit(HostCall::Universe));
    let reply = HostReply::Universe(vec!["SYMBOL".to_owned(); 50]);
    assert_eq!(replies.answered(reply, 0).err(), Some(Stop::ByteLimit));
}

#[test]
fn a_host_that_cannot_go_on_stops_the_run() {
    let mut gate = gate(Budget::default());
    passed(gate.admit(HostCall::Universe));
    let stop = gate.answered(HostReply::Failed("the store is gone".to_owned()), 0);
    assert_eq!(stop.err(), Some(Stop::HostFailed("the store is gone".to_owned())));
}

/// The sentence with which the gate refuses a call.
fn refusal(gate: &mut Gate, call: HostCall) -> String {
    match gate.admit(call) {
        Ok(Admission::Answered(HostReply::Refused(
            HostError::Unavailable(why) | HostError::Invalid(why),
        ))) => why,
        Ok(Admission::Answered(reply)) => panic!("the gate answered {reply:?}"),
        Ok(Admission::Passed { .. }) => panic!("the call passed"),
        Err(stop) => panic!("the gate stopped the run: {stop:?}"),
    }
}

fn decisions(count: usize, bytes: usize) -> HostCall {
    let entry = decision::Entry {
        symbol: "INFY".to_owned(),
        action: "skip".to_owned(),
        reason: "x".repeat(bytes),
        evidence: Vec::new(),
    };
    HostCall::RecordDecisions { entries: vec![entry; count] }
}

fn notify(bytes: usize) -> HostCall {
    HostCall::Notify { level: notify::Level::Info, title: "x".repeat(bytes), body: String::new() }
}

fn draft(reason: usize) -> signals::SignalDraft {
    signals::SignalDraft {
        symbol: "INFY".to_owned(),
        kind: signals::SignalKind::Exit("x".repeat(reason)),
        last_close: 1,
        rsi: 1.0,
        ema9: 1,
        ema200: 1,
        average_volume: 1,
        strength_score: 1.0,
        backtest_score: 1.0,
        combined_score: 1.0,
        priority_score: 1.0,
        buy_low: 1,
        buy_high: 1,
        stop: 1,
        target: 1,
        reasons: Vec::new(),
    }
}

fn publish(count: usize) -> HostCall {
    HostCall::PublishSignals { drafts: vec![draft(1); count] }
}

fn set_state(count: usize) -> HostCall {
    let entry = state::Entry { key: "kept".to_owned(), value: None };
    HostCall::SetState { entries: vec![entry; count] }
}

fn cancel(count: usize) -> HostCall {
    HostCall::Cancel { order_ids: vec!["U1-20250102-0001".to_owned(); count], reason: "enough".to_owned() }
}

fn output(output: Output) -> Gate {
    gate(Budget { output, ..Budget::default() })
}

fn work(work: HostWork) -> Gate {
    gate(Budget { work, ..Budget::default() })
}

#[test]
fn whatever_a_run_leaves_behind_beyond_its_number_is_refused_and_the_run_goes_on() {
    let of = Output::default();
    let cases: [(&str, Gate, HostCall, HostCall); 5] = [
        ("decisions", output(Output { decisions: 3, ..of }), decisions(3, 9), decisions(1, 9)),
        (
            "bytes of decisions",
            output(Output { decision_bytes: 250, ..of }),
            decisions(3, 9),
            decisions(1, 9),
        ),
        ("messages to the user", output(Output { notifications: 1, ..of }), notify(9), notify(9)),
        ("signals to publish", output(Output { signals: 3, ..of }), publish(3), publish(1)),
        ("changes of its state", output(Output { state_changes: 3, ..of }), set_state(3), set_state(1)),
    ];
    for (of, mut gate, most, more) in cases {
        passed(gate.admit(most));
        let used = gate.usage();
        let why = refusal(&mut gate, more);
        assert!(why.contains(of), "{of}: {why}");
        let after = Usage { calls: 2, refused: 1, ..used };
        assert_eq!(
            Usage { boundary_bytes: 0, call_bytes: 0, ..gate.usage() },
            Usage { boundary_bytes: 0, call_bytes: 0, ..after }
        );
        passed(gate.admit(HostCall::Universe));
    }
}

#[test]
fn one_thing_that_is_too_large_is_refused_and_a_line_is_cut() {
    let mut gate = output(Output { item_bytes: 500, ..Output::default() });
    for (most, more) in [
        (decisions(1, 400), decisions(1, 500)),
        (notify(500), notify(501)),
        (publish(1), HostCall::PublishSignals { drafts: vec![draft(1), draft(500)] }),
    ] {
        passed(gate.admit(most));
        let why = refusal(&mut gate, more);
        assert!(why.contains("may have 500 bytes"), "{why}");
    }
    let line = HostCall::Log { level: log::Level::Info, message: "é".repeat(400) };
    let HostCall::Log { message, .. } = passed(gate.admit(line)).0 else { panic!("another call") };
    assert_eq!(message, "é".repeat(250));
}

#[test]
fn rows_are_counted_before_the_call_and_with_the_reply() {
    let mut named = work(HostWork { rows: 100, ..HostWork::default() });
    let candles = |count| HostCall::Candles {
        symbols: vec!["INFY".to_owned(); 9],
        interval: market::Interval::Daily,
        count,
        forming: false,
    };
    assert!(refusal(&mut named, candles(u32::MAX)).contains("rows"));
    passed(named.admit(candles(10)));
    assert_eq!(named.usage().rows, 91);
    assert!(refusal(&mut named, candles(1)).contains("rows"));
    let mut told = work(HostWork { rows: 10, ..HostWork::default() });
    passed(told.admit(HostCall::Universe));
    told.answered(HostReply::Universe(vec!["INFY".to_owned(); 50]), 0).unwrap();
    assert!(refusal(&mut told, HostCall::Universe).contains("51 are used"));
}

#[test]
fn a_call_that_carries_too_much_is_refused_and_recorded_empty() {
    let mut gate = work(HostWork { call_bytes: 1_000, ..HostWork::default() });
    assert!(refusal(&mut gate, set_state(1_000)).contains("1000 bytes"));
    assert!(gate.usage().boundary_bytes < 100, "{:?}", gate.usage());
    passed(gate.admit(set_state(1)));
    let mut denied = Gate::new(
        Grant::none(),
        Budget { work: HostWork { call_bytes: 1_000, ..HostWork::default() }, ..Budget::default() },
    );
    assert!(matches!(
        denied.admit(set_state(1_000)),
        Ok(Admission::Answered(HostReply::Refused(HostError::Denied(Capability::State))))
    ));
    assert!(denied.usage().boundary_bytes < 100, "{:?}", denied.usage());
}

#[test]
fn changes_of_orders_beyond_the_budget_are_refused_in_their_place() {
    let mut gate = work(HostWork { order_changes: 3, ..HostWork::default() });
    let modify = || HostCall::Modify {
        order_id: "U1-20250102-0001".to_owned(),
        change: broker::OrderChange { quantity: Some(1), kind: None },
    };
    passed(gate.admit(modify()));
    let (call, refused) = passed(gate.admit(cancel(5)));
    assert_eq!((call, refused), (cancel(2), 3));
    let reply = gate.answered(HostReply::Cancelled(vec![Ok(()); 2]), refused).unwrap();
    let HostReply::Cancelled(answers) = reply else { panic!("{reply:?}") };
    let codes: Vec<_> = answers.iter().map(|it| it.as_ref().err().map(|refusal| refusal.code)).collect();
    let over = Some(RefusalCode::OrdersPerRun);
    assert_eq!(codes, [None, None, over, over, over]);
    assert!(matches!(
        gate.admit(modify()),
        Ok(Admission::Answered(HostReply::Modified(Err(refusal)))) if refusal.code == RefusalCode::OrdersPerRun
    ));
    assert!(
        matches!(gate.admit(cancel(2)), Ok(Admission::Answered(HostReply::Cancelled(it))) if it.len() == 2)
    );
    assert_eq!(gate.usage().order_changes, 3);
}

#[test]
fn questions_to_the_broker_have_a_number() {
    let mut gate = work(HostWork { broker_questions: 3, ..HostWork::default() });
    for call in [HostCall::Holdings, HostCall::Reconcile, HostCall::CloseDay] {
        passed(gate.admit(call));
    }
    for call in [HostCall::Holdings, HostCall::Reconcile, HostCall::CloseDay] {
        assert!(refusal(&mut gate, call).contains("questions to the broker"));
    }
}

#[test]
fn a_line_too_many_stops_the_run_and_a_full_day_drops_lines() {
    let mut gate = output(Output { log_lines: 2, ..Output::default() });
    passed(gate.admit(write(0)));
    passed(gate.admit(write(0)));
    assert_eq!(gate.admit(write(0)).err(), Some(Stop::LogLimit));
    let mut full = output(Output { kept_log_bytes: 10, ..Output::default() });
    passed(full.admit(write(10)));
    assert!(matches!(full.admit(write(1)), Ok(Admission::Answered(HostReply::Logged))));
    assert_eq!((full.usage().log_bytes, full.usage().kept_log_bytes), (11, 10));
}

#[test]
fn without_bounds_everything_passes_as_it_did() {
    let (work, output) = (HostWork::unbounded(), Output::unbounded());
    let mut gate = gate(Budget { work, output, ..Budget::default() });
    for call in
        [decisions(5_000, 10), notify(100_000), publish(5_000), set_state(5_000), cancel(500), write(20_000)]
    {
        assert_eq!(passed(gate.admit(call.clone())).0, call);
    }
}
