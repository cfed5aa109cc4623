//! Faults of answers and reports: each does what it says, when it says.

use kotak_sim::{Answer, Call, Calls, Effect, Fault, HoldingSpec, KotakSim, Row, Rule, SimClock, When};
use serde_json::{Value, json};

use crate::client::{Client, ask, monday, rows, soon, until};

const BOOK: &str = "/quick/user/orders";

fn once(client: &Client, call: Call, fault: Fault) {
    client.sim.add_fault(Rule::new(call, When::Nth(1), fault));
}

fn last_arrival(sim: &KotakSim) -> (Effect, Answer) {
    let arrival = sim.arrivals().pop().unwrap();
    (arrival.effect, arrival.answer)
}

#[tokio::test]
async fn faults_strike_by_number_by_time_and_by_account() {
    let client = Client::new().await;
    let now = client.sim.now();
    let codes = |client: Client, count: usize| async move {
        let mut statuses = Vec::new();
        for _ in 0..count {
            statuses.push(client.get(BOOK).await.status);
        }
        statuses
    };
    let cases = [
        (When::Nth(2), [200, 429, 200, 200]),
        (When::First(2), [429, 429, 200, 200]),
        (When::After(3), [200, 200, 200, 429]),
        (When::Each(2), [200, 429, 200, 429]),
        (When::Always, [429, 429, 429, 429]),
        (When::Between { from: now, until: now + 1 }, [429, 429, 429, 429]),
        (When::Between { from: now + 1, until: now + 2 }, [200, 200, 200, 200]),
    ];
    for (when, expected) in cases {
        client.sim.clear_faults();
        client.sim.add_fault(Rule::new(Call::Book, when, Fault::RateLimited));
        assert_eq!(codes(client.clone(), 4).await, expected, "{when:?}");
        let struck = expected.iter().filter(|status| **status == 429).count() as u64;
        assert_eq!(client.sim.struck_faults()[0].1, struck);
    }
    client.sim.clear_faults();
    client.sim.add_fault(Rule::of(Calls::Reports, When::Always, Fault::RateLimited).for_account("Z0008"));
    assert_eq!(codes(client.clone(), 1).await, [200]);
    client.sim.add_fault(Rule::of(Calls::Reports, When::Always, Fault::RateLimited).for_account("Z0007"));
    assert_eq!(codes(client.clone(), 1).await, [429]);
    assert_eq!(client.place("U7-1", json!({})).await.status, 200);
}

#[tokio::test]
async fn an_order_is_taken_and_its_connection_cut_or_it_never_arrives() {
    let client = Client::new().await;
    for (after_effect, orders, effect) in [(false, 0, Effect::NotReached), (true, 1, Effect::Taken)] {
        once(&client, Call::Place, Fault::Cut { after_effect });
        let tag = format!("U7-{after_effect}");
        let order = crate::client::order(&tag, json!({}));
        assert!(client.try_post("/quick/order/rule/ms/place", &order).await.is_none());
        assert_eq!(client.sim.orders("Z0007").len(), orders);
        assert_eq!(last_arrival(&client.sim), (effect, Answer::Nothing));
        client.sim.clear_faults();
    }
    // What was taken is known by its tag.
    assert_eq!(client.place("U7-true", json!({})).await.code(), 32);
    assert_eq!(client.book().await[0]["GuiOrdId"], "U7-true");
}

#[tokio::test]
async fn a_call_without_an_answer_hangs_until_the_caller_goes() {
    let client = Client::new().await;
    once(&client, Call::Place, Fault::NoAnswer { after_effect: true });
    let asking = {
        let client = client.clone();
        tokio::spawn(async move { client.place("U7-1", json!({})).await })
    };
    until("the order", || !client.sim.orders("Z0007").is_empty()).await;
    client.sim.advance(3_600_000);
    assert_eq!(client.get(BOOK).await.json()["data"][0]["GuiOrdId"], "U7-1");
    assert!(!asking.is_finished());
    assert_eq!(last_arrival(&client.sim), (Effect::Taken, Answer::Nothing));
    asking.abort();
}

#[tokio::test]
async fn a_slow_report_hangs_while_the_order_executes() {
    let client = Client::new().await;
    client.placed("U7-1", json!({})).await;
    once(&client, Call::Book, Fault::Slow { ms: 60_000 });
    let asking = {
        let client = client.clone();
        tokio::spawn(async move { client.book().await })
    };
    until("the call", || client.sim.calls(Call::Book, Some("Z0007")) == 1).await;
    client.sim.set_price("DEMO-EQ", 24_900).unwrap();
    client.sim.advance(59_999);
    assert_eq!(client.book().await[0]["ordSt"], "complete");
    assert!(!asking.is_finished());
    client.sim.advance(1);
    // It says what was true when it was asked.
    assert_eq!(soon("the report", asking).await.unwrap()[0]["ordSt"], "open");
}

#[tokio::test]
async fn an_order_reaches_the_order_system_late_even_when_its_caller_has_gone() {
    let client = Client::new().await;
    once(&client, Call::Place, Fault::SlowEffect { ms: 4_300 });
    let asking = {
        let client = client.clone();
        tokio::spawn(async move { client.place("U7-1", json!({})).await })
    };
    until("the call", || client.sim.calls(Call::Place, None) == 1).await;
    asking.abort();
    assert!(client.sim.orders("Z0007").is_empty());
    client.sim.advance(4_300);
    until("the order", || !client.sim.orders("Z0007").is_empty()).await;
    assert_eq!(client.sim.orders("Z0007")[0].entered, monday("09:20:15") + 300);
    assert_eq!(client.sim.arrivals()[0].at, monday("09:20:11"));
}

#[tokio::test]
async fn a_clock_that_is_asked_moves_what_waits_when_it_is_told_that_time_passed() {
    let time = std::sync::Arc::new(std::sync::atomic::AtomicI64::new(monday("09:20:11")));
    let clock = {
        let time = time.clone();
        SimClock::asked(move || time.load(std::sync::atomic::Ordering::SeqCst))
    };
    let mut client = Client::new().await;
    client.sim = KotakSim::start(clock).await.unwrap();
    client.sim.add_account(client.spec.clone());
    client.sim.add_fault(Rule::new(Call::Book, When::Nth(1), Fault::Slow { ms: 1_000 }));
    client.log_in().await;
    let asking = {
        let client = client.clone();
        tokio::spawn(async move { client.get(BOOK).await })
    };
    until("the call", || client.sim.calls(Call::Book, None) == 1).await;
    time.fetch_add(1_000, std::sync::atomic::Ordering::SeqCst);
    client.sim.tick();
    assert_eq!(soon("the report", asking).await.unwrap().code(), 5203);
}

#[tokio::test]
async fn half_an_answer_breaks_off_and_wrong_json_does_not() {
    let client = Client::new().await;
    once(&client, Call::Place, Fault::Truncated);
    let heard = client.place("U7-1", json!({})).await;
    assert_eq!((heard.status, heard.body.len()), (200, heard.length / 2));
    assert_eq!(last_arrival(&client.sim), (Effect::Taken, Answer::Spoilt));
    once(&client, Call::Book, Fault::WrongJson);
    let heard = client.get(BOOK).await;
    assert_eq!(heard.body.len(), heard.length);
    assert!(serde_json::from_str::<Value>(&heard.body).is_err());
}

#[tokio::test]
async fn any_other_answer_with_or_without_effect() {
    let client = Client::new().await;
    let page = "<html><body>502 Bad Gateway</body></html>";
    for (status, body, after_effect) in
        [(502, page, true), (503, "", false), (200, "", true), (500, "{}", false)]
    {
        client.sim.clear_faults();
        let before = client.sim.orders("Z0007").len();
        once(&client, Call::Place, Fault::Answer { status, body: body.to_owned(), after_effect });
        let heard = client.place(&format!("U7-{status}-{after_effect}"), json!({})).await;
        assert_eq!((heard.status, heard.body.as_str()), (status, body));
        assert_eq!(client.sim.orders("Z0007").len() - before, usize::from(after_effect));
    }
}

#[tokio::test]
async fn reports_are_empty_lag_or_lack_a_row() {
    let client = Client::new().await;
    client.placed("U7-1", json!({})).await;
    client.sim.advance(2_000);
    client.placed("U7-2", json!({"pr": "251.00"})).await;
    client.sim.advance(2_000);
    client.placed("U7-3", json!({})).await;
    let tags = |rows: &[Value]| {
        rows.iter().map(|row| row["GuiOrdId"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let cases = [
        (Fault::Empty, vec![]),
        (Fault::Lag { ms: 1 }, vec!["U7-1", "U7-2"]),
        (Fault::Lag { ms: 2_001 }, vec!["U7-1"]),
        (Fault::RowMissing(Row::First), vec!["U7-2", "U7-3"]),
        (Fault::RowMissing(Row::Last), vec!["U7-1", "U7-2"]),
        (Fault::RowMissing(Row::At(1)), vec!["U7-1", "U7-3"]),
    ];
    for (fault, expected) in cases {
        client.sim.clear_faults();
        once(&client, Call::Book, fault.clone());
        assert_eq!(tags(&client.book().await), expected, "{fault:?}");
        assert_eq!(client.book().await.len(), 3);
    }
    // Trades lag as well, and an earlier state of an order is shown.
    once(&client, Call::Trades, Fault::Lag { ms: 2_001 });
    assert_eq!(client.get("/quick/user/trades").await.code(), 5203);
    assert_eq!(rows(&client.get("/quick/user/trades").await).len(), 1);
    client.sim.set_price("DEMO-EQ", 24_000).unwrap();
    client.sim.advance(1);
    once(&client, Call::Book, Fault::Lag { ms: 1_000 });
    let states: Vec<Value> = client.book().await.iter().map(|row| row["ordSt"].clone()).collect();
    assert_eq!(states, ["open", "complete"]);
}

#[tokio::test]
async fn a_row_is_missing_once_in_positions_and_holdings() {
    let client = Client::new().await;
    client.placed("U7-1", json!({"pr": "251.00"})).await;
    let held = HoldingSpec { symbol: "DEMOS-EQ".to_owned(), quantity: 1, average: 300_000, pledged: 0 };
    client.sim.change_account("Z0007", |spec| spec.holdings.push(held)).unwrap();
    once(&client, Call::Positions, Fault::RowMissing(Row::First));
    once(&client, Call::Holdings, Fault::RowMissing(Row::First));
    assert_eq!(client.get("/portfolio/v2/positions").await.code(), 5203);
    assert!(client.get("/portfolio/v1/holdings").await.body.contains("No holdings found"));
    assert_eq!(rows(&client.get("/portfolio/v2/positions").await).len(), 1);
    assert_eq!(rows(&client.get("/portfolio/v1/holdings").await).len(), 1);
}

#[tokio::test]
async fn numbers_come_as_texts_and_limits_as_zeroes() {
    let client = Client::new().await;
    client.placed("U7-1", json!({})).await;
    once(&client, Call::Book, Fault::NumbersAsTexts);
    let row = client.book().await.remove(0);
    assert_eq!((&row["qty"], &row["boeSec"]), (&json!("4"), &json!("1793591411")));
    once(&client, Call::Limits, Fault::AllZero);
    let all = json!({"seg": "ALL", "exch": "ALL", "prod": "ALL"});
    assert_eq!(client.post("/quick/user/limits", &all).await.json()["CollateralValue"], "0");
    assert_eq!(client.post("/quick/user/limits", &all).await.json()["CollateralValue"], "100000");
}

#[tokio::test]
async fn quotes_are_stale_incomplete_or_too_many_at_once() {
    let client = Client::new().await;
    client.sim.advance(200_000);
    client.sim.set_price("DEMO-EQ", 26_000).unwrap();
    let path = "/script-details/1.0/quotes/neosymbol/nse_cm|90001/all";
    once(&client, Call::Quotes, Fault::Lag { ms: 200_000 });
    let row = client.get_as_application(path).await.json()[0].clone();
    assert_eq!((&row["ltp"], &row["lstup_time"]), (&json!("250.7500"), &json!("1793591411")));
    once(&client, Call::Quotes, Fault::RowMissing(Row::First));
    assert_eq!(client.get_as_application(path).await.code(), 1009);
    client.sim.clear_faults();
    client.sim.add_fault(Rule::new(Call::Quotes, When::First(4), Fault::Slow { ms: 1_000 }));
    let before = client.sim.calls(Call::Quotes, None);
    let asking: Vec<_> = (0..4)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { client.get_as_application(path).await.status })
        })
        .collect();
    until("four calls", || client.sim.calls(Call::Quotes, None) == before + 4).await;
    assert_eq!(client.get_as_application(path).await.status, 429);
    client.sim.change_facts(|facts| facts.quotes_in_flight = None);
    assert_eq!(client.get_as_application(path).await.status, 200);
    client.sim.advance(1_000);
    for asked in asking {
        assert_eq!(soon("a quote", asked).await.unwrap(), 200);
    }
    assert_eq!(client.get_as_application(path).await.status, 200);
}

#[tokio::test]
async fn the_files_are_of_yesterday_or_half() {
    let client = Client::new().await;
    once(&client, Call::FilePaths, Fault::Lag { ms: 86_400_000 });
    let paths = client.get_as_application("/script-details/1.0/masterscrip/file-paths").await.json();
    let path = paths["data"]["filesPaths"][5].as_str().unwrap();
    assert!(path.ends_with("/2026-11-01/transformed-v1/nse_cm-v1.csv"), "{path}");
    once(&client, Call::File, Fault::Truncated);
    let path = path.strip_prefix(&client.sim.url()).unwrap();
    let heard = client.ask("GET", path, &[], "").await;
    assert_eq!(heard.body.len(), heard.length / 2);
}

#[tokio::test]
async fn while_it_is_down_nobody_listens_and_then_it_is_back_at_the_same_address() {
    let client = Client::new().await;
    client.placed("U7-1", json!({})).await;
    client.sim.down_between(monday("09:21:00"), monday("09:23:00"));
    assert_eq!(client.get(BOOK).await.code(), 200);
    let kept = tokio::net::TcpStream::connect(client.sim.address()).await.unwrap();
    client.sim.set_now(monday("09:21:00"));
    // The connection that was open ends.
    let mut byte = [0];
    let read = soon("an end", async {
        kept.readable().await.unwrap();
        kept.try_read(&mut byte)
    });
    assert!(matches!(read.await, Ok(0) | Err(_)));
    let refused = async {
        let asked = ask(client.sim.address(), client.from, "GET", "/", &[], "");
        asked.await.is_none()
    };
    assert!(soon("a refusal", refused).await);
    client.sim.set_now(monday("09:23:00"));
    let back = async {
        while client.try_ask("GET", "/5config/config", &[], "").await.is_none() {
            tokio::task::yield_now().await;
        }
    };
    soon("the broker", back).await;
    assert_eq!(client.book().await[0]["GuiOrdId"], "U7-1");
}
