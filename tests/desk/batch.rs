//! An error late in a batch hides nothing of what was answered before it in the same call.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests; clippy exempts only the tests themselves"
)]

use std::sync::Arc;

use prahari_app::daemon::Daemon;
use prahari_domain::orders::OrderTag;
use prahari_domain::tasks::Task;
use prahari_runtime::abi::latest::{Refusal, RefusalCode};
use prahari_runtime::{HostCall, HostReply};
use prahari_store::HaltCode;

use super::LOW;
use crate::support::desk_fixture::{ask, buy, to_host};
use crate::support::fake_broker::Mishap;
use crate::support::{ADMIN, MONDAY, TestHost, at, stop};

type Answers<T> = Vec<Result<T, Refusal>>;

/// A daemon whose broker has this mishap with an order of the symbol.
async fn with(mishap: Mishap, symbol: &str) -> (TestHost, Arc<Daemon>) {
    let mut house = TestHost::new(1);
    house.make_flat();
    let daemon = house.start(at(MONDAY, "10:00")).await;
    will_have(&house, mishap, symbol);
    (house, daemon)
}

fn will_have(house: &TestHost, mishap: Mishap, symbol: &str) {
    house.mishaps.lock().unwrap().insert(symbol.parse().unwrap(), mishap);
}

/// Buys one share of each in one call.
async fn place(daemon: &Daemon, symbols: &[&str]) -> Answers<String> {
    let requests = symbols.iter().map(|symbol| to_host(&buy(symbol, 1, LOW))).collect();
    match ask(daemon, ADMIN, Task::literal("buy_orders"), HostCall::Place { requests }).await {
        HostReply::Placed(answers) => answers,
        hidden => panic!("the answers to single orders are hidden behind {hidden:?}"),
    }
}

async fn cancel(daemon: &Daemon, order_ids: Vec<String>) -> Answers<()> {
    let call = HostCall::Cancel { order_ids, reason: "test".to_owned() };
    match ask(daemon, ADMIN, Task::literal("buy_orders"), call).await {
        HostReply::Cancelled(answers) => answers,
        hidden => panic!("the answers to single cancellations are hidden behind {hidden:?}"),
    }
}

/// Our id of the order that has a tag.
fn id_of(tag: &str) -> String {
    tag.parse::<OrderTag>().unwrap().order().to_string()
}

/// The symbols that the broker has orders of, with our ids, by the broker's book when it can be had again.
async fn at_broker(house: &TestHost, daemon: &Daemon) -> Vec<(String, String)> {
    house.unreachable.lock().unwrap().remove(&ADMIN);
    let broker = daemon.users.find(ADMIN).unwrap().link().broker;
    let book = broker.book().await.unwrap();
    book.into_iter().map(|order| (order.symbol.to_string(), id_of(&order.tag))).collect()
}

#[tokio::test]
async fn an_error_late_in_a_batch_hides_no_id_of_an_order_already_placed() {
    let (house, daemon) = with(Mishap::LineCut, "XYZ").await;
    let answers = place(&daemon, &["ABC", "XYZ", "PQR", "DEF"]).await;
    let [Ok(first), Err(unknown), Err(third), Err(fourth)] = answers.as_slice() else {
        panic!("{answers:?}")
    };
    for refusal in [unknown, third, fourth] {
        assert_eq!(refusal.code, RefusalCode::Unsettled, "{refusal:?}");
        assert!(refusal.detail.ends_with("the line is cut"), "{refusal:?}");
    }
    let theirs = at_broker(&house, &daemon).await;
    assert_eq!((theirs.len(), &theirs[0]), (2, &("ABC".to_owned(), first.clone())), "{theirs:?}");
    assert_eq!(theirs[1].0, "XYZ", "it had arrived");
    stop(daemon).await;
}

#[tokio::test]
async fn an_error_after_an_order_of_unknown_outcome_does_not_say_that_nothing_was_done() {
    let (house, daemon) = with(Mishap::LineCut, "ABC").await;
    let answers = place(&daemon, &["ABC", "XYZ"]).await;
    let codes: Vec<_> = answers.iter().map(|answer| answer.as_ref().unwrap_err().code).collect();
    assert_eq!(codes, [RefusalCode::Unsettled; 2]);
    assert_eq!(at_broker(&house, &daemon).await.len(), 1, "it may have arrived, and had");
    stop(daemon).await;
}

#[tokio::test]
async fn a_journal_that_is_refused_late_in_a_batch_hides_no_id_and_halts_the_user() {
    let (house, daemon) = with(Mishap::JournalTaken, "ABC").await;
    let answers = place(&daemon, &["ABC", "XYZ", "PQR"]).await;
    let [Ok(first), Err(refused), Err(_)] = answers.as_slice() else { panic!("{answers:?}") };
    let sentence = "the journal of user 1 continues with entry 4, not with entry 3";
    assert_eq!((refused.code, refused.detail.as_str()), (RefusalCode::Unsettled, sentence));
    assert_eq!(at_broker(&house, &daemon).await, [("ABC".to_owned(), first.clone())]);
    let halts = daemon.store.user(ADMIN).open_halts().await.unwrap();
    assert_eq!((halts.len(), halts[0].code), (1, HaltCode::JournalDamaged), "{halts:?}");
    stop(daemon).await;
}

#[tokio::test]
async fn an_error_late_among_cancellations_hides_none_that_was_done() {
    let (house, daemon) = with(Mishap::LineCut, "NONE").await;
    let placed = place(&daemon, &["ABC", "XYZ", "PQR"]).await;
    let ids = placed.into_iter().collect::<Result<Vec<_>, _>>().unwrap();
    will_have(&house, Mishap::LineCut, "XYZ");
    let answers = cancel(&daemon, ids).await;
    let [Ok(()), Err(unknown), Err(last)] = answers.as_slice() else { panic!("{answers:?}") };
    assert_eq!((unknown.code, last.code), (RefusalCode::Unsettled, RefusalCode::Unsettled));
    stop(daemon).await;
}
