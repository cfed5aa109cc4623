use super::*;

async fn faulty(faults: PaperFaults) -> Bench {
    Bench::with(PaperSettings { faults, ..PaperSettings::default() }, Arc::default(), Arc::default()).await
}

async fn tags(bench: &Bench) -> usize {
    bench.broker.book(USER).await.unwrap().len()
}

#[tokio::test]
async fn a_lost_reply_hides_an_order_that_was_taken() {
    let bench = faulty(PaperFaults { lose_reply: 1_000, ..PaperFaults::default() }).await;
    let answer = bench.place(&limit(1, Side::Buy, 10, 9_900), at(TODAY, "10:00")).await;
    assert_eq!(answer, Err(BrokerError::Unclear("no answer to place of U7-20250102-0001".into())));
    assert_eq!(tags(&bench).await, 1);
}

#[tokio::test]
async fn a_lost_request_looks_the_same_and_leaves_nothing() {
    let bench = faulty(PaperFaults { lose_request: 1_000, ..PaperFaults::default() }).await;
    let answer = bench.place(&limit(1, Side::Buy, 10, 9_900), at(TODAY, "10:00")).await;
    assert_eq!(answer, Err(BrokerError::Unclear("no answer to place of U7-20250102-0001".into())));
    assert_eq!(tags(&bench).await, 0);
}

#[tokio::test]
async fn a_broker_that_is_down_says_so() {
    let bench = faulty(PaperFaults { down: 1_000, ..PaperFaults::default() }).await;
    let order = limit(1, Side::Buy, 10, 9_900);
    let now = at(TODAY, "10:00");
    let down = |call: &str| Err(BrokerError::Unavailable(format!("down for {call} of U7-20250102-0001")));
    assert_eq!(bench.broker.place(USER, &order, now).await.map(|_| ()), down("place"));
    assert_eq!(bench.broker.modify(USER, &order, 5, OrderKind::Market, now).await, down("modify"));
    assert_eq!(bench.broker.cancel(USER, &order, now).await, down("cancel"));
    assert_eq!(tags(&bench).await, 0);
}

#[tokio::test]
async fn faults_strike_at_their_rate_and_always_at_the_same_calls() {
    let faults = PaperFaults { lose_reply: 200, lose_request: 100, down: 100, late_ms: 0 };
    let mut runs = Vec::new();
    for _ in 0..2 {
        let bench = faulty(faults).await;
        let mut answers = Vec::new();
        for number in 1..=500 {
            answers.push(bench.place(&limit(number, Side::Buy, 1, 9_900), at(TODAY, "10:00")).await);
        }
        let unclear = answers.iter().filter(|answer| matches!(answer, Err(BrokerError::Unclear(_)))).count();
        let down = answers.iter().filter(|answer| matches!(answer, Err(BrokerError::Unavailable(_)))).count();
        let taken = answers.iter().filter(|answer| answer.is_ok()).count();
        assert!((110..190).contains(&unclear) && (25..75).contains(&down), "{unclear} {down}");
        assert!(tags(&bench).await > taken + 60);
        runs.push(answers);
    }
    assert_eq!(runs[0], runs[1]);
}

#[tokio::test]
async fn late_reports_come_late_with_the_time_at_which_it_happened() {
    let bench = faulty(PaperFaults { late_ms: 90_000, ..PaperFaults::default() }).await;
    bench.place(&limit(1, Side::Buy, 10, 10_000), at(TODAY, "10:00")).await.unwrap();
    assert_eq!(bench.advance(at(TODAY, "10:01")).await, []);
    assert!(bench.broker.has_open(USER));
    assert_eq!(bench.broker.book(USER).await.unwrap()[0].filled, 10);
    assert_eq!(bench.fills(at(TODAY, "10:01:30")).await, [(10, Paise(10_000), "10:00".into())]);
    assert!(!bench.broker.has_open(USER));
}
