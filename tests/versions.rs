//! Components built against different versions of the task boundary, beside each other on one daemon.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "support/daemon.rs"]
mod support;

use prahari_app::daemon::Daemon;
use prahari_app::runs::recordings::find_recording;
use prahari_domain::book::Book;
use prahari_domain::money::Paise;
use prahari_domain::orders::Side;
use prahari_domain::tasks::Task;
use prahari_runtime::abi::latest::charges::Trade;
use prahari_runtime::abi::latest::{Capability, HostError, Side as TaskSide};
use prahari_runtime::replay::replay;
use prahari_runtime::{Answerer, HostCall, HostReply, RecordedCall, Recording};
use prahari_store::SlotOutcome;
use support::{ADMIN, MONDAY, TestHost, at, day, end_of, guests, run, runs, start_services, stop};

/// The call of `guests::asks_for_charges`.
fn asked() -> HostCall {
    HostCall::EstimateCharges { trades: vec![Trade { side: TaskSide::Buy, quantity: 10, price: 150_000 }] }
}

async fn recording(daemon: &Daemon, task: Task) -> Recording {
    let run = runs(daemon, ADMIN, task).await.remove(0);
    find_recording(&daemon.store.user(ADMIN), run.id).await.unwrap().unwrap()
}

#[tokio::test]
async fn a_component_of_the_first_version_runs_beside_one_that_uses_what_the_second_added() {
    let house = TestHost::new(1);
    let (first, second) = (guests::asks_for_holdings(), guests::asks_for_charges());
    let own: [(Task, &[u8]); 2] =
        [(Task::literal("eod_cleanup"), &first), (Task::literal("buy_orders"), &second)];
    let daemon = house.start_with(at(MONDAY, "15:50"), &own).await;
    start_services(&daemon).await;
    run(&daemon, at(MONDAY, "18:30")).await;
    for task in [Task::literal("buy_orders"), Task::literal("eod_cleanup")] {
        let (outcome, reason) = end_of(&daemon, ADMIN, MONDAY, task).await;
        assert_eq!(outcome, SlotOutcome::Ran, "{task}: {reason}");
    }
    let calls = recording(&daemon, Task::literal("eod_cleanup")).await.calls().unwrap();
    assert_eq!(calls.iter().map(|it| it.call.function()).collect::<Vec<_>>(), ["broker.holdings"]);

    let recording = recording(&daemon, Task::literal("buy_orders")).await;
    let book = Book::open(ADMIN, Paise(0));
    let charges = book.estimated_charges(Side::Buy, Paise(1_500_000), day(MONDAY)).unwrap();
    assert!(charges > Paise(1_500) && charges < Paise(3_000), "about a thousandth: {charges:?}");
    let reply = HostReply::ChargesEstimated(vec![charges.0]);
    let expected = RecordedCall { call: asked(), answer: Some((Answerer::Services, reply)) };
    assert_eq!(recording.calls().unwrap(), [expected]);
    let module = house.runtime.load(&second).await.unwrap();
    assert!(replay(&house.runtime, &module, &recording).await.unwrap().is_same());
    stop(daemon).await;
}

#[tokio::test]
async fn the_new_import_goes_through_the_line_of_a_worker() {
    let house = TestHost::new(1);
    let own = guests::asks_for_charges();
    let daemon = house.start_with(at(MONDAY, "09:00"), &[(Task::literal("position_monitor"), &own)]).await;
    daemon.services.start_individual(ADMIN, Task::literal("position_monitor")).await.unwrap();
    run(&daemon, at(MONDAY, "09:31")).await;
    let calls = recording(&daemon, Task::literal("position_monitor")).await.calls().unwrap();
    assert_eq!(calls.len(), 1);
    assert_eq!(calls[0].call, asked());
    assert!(
        matches!(calls[0].answer, Some((Answerer::Services, HostReply::ChargesEstimated(_)))),
        "{calls:?}"
    );
    stop(daemon).await;
}

#[tokio::test]
async fn the_new_import_needs_its_capability() {
    // The analysis may not see the broker.
    let house = TestHost::new(1);
    let own = guests::asks_for_charges();
    let daemon = house.start_with(at(MONDAY, "15:50"), &[(Task::literal("analysis"), &own)]).await;
    start_services(&daemon).await;
    run(&daemon, at(MONDAY, "16:01")).await;
    let denied = HostReply::Refused(HostError::Denied(Capability::BrokerRead));
    let calls = recording(&daemon, Task::literal("analysis")).await.calls().unwrap();
    assert_eq!(calls, [RecordedCall { call: asked(), answer: Some((Answerer::Gate, denied)) }]);
    stop(daemon).await;
}

#[tokio::test]
async fn a_component_of_a_version_to_come_is_refused_with_the_supported_ones() {
    let error = TestHost::new(1).runtime.load(&guests::of_a_later_version()).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the module was built against version 1.4.0 of prahari:task; this host supports 1.0.0, 1.1.0, 1.2.0, 1.3.0"
    );
}
