//! The evening's clean-up in a daemon whose books and the broker's have come apart.

use prahari_domain::orders::OrderState;
use prahari_domain::tasks::Task;

use crate::pushes::Live;
use crate::support::{OTHER, runs, stop};

const CLEANUP: Task = Task::literal("eod_cleanup");

#[tokio::test]
async fn a_fill_that_nobody_told_is_found_counted_and_booked_by_the_evenings_clean_up() {
    let live = Live::new().await;
    let id = live.buy("ABC", 10).await;
    // The broker has executed it and says nothing.
    live.execute(&id, 10);
    assert_eq!(live.order_of(OTHER, &id).await.state, OrderState::Accepted);
    live.daemon.runs.run_once(OTHER, CLEANUP, OTHER).await.unwrap();
    live.daemon.background.finish().await;
    live.daemon.store.flush().await.unwrap();

    let run = runs(&live.daemon, OTHER, CLEANUP).await.remove(0);
    assert_eq!(run.outcome.as_deref(), Some("succeeded"), "{run:?}");
    for name in ["differences", "fills"] {
        assert!(run.counters.counted.contains(&(name.to_owned(), 1)), "{name}: {run:?}");
    }
    let decided = live.daemon.store.user(OTHER).decisions_of(run.id).await.unwrap();
    let found: Vec<_> = decided.iter().filter(|decision| decision.action == "reconcile").collect();
    assert_eq!(found.len(), 1, "{decided:?}");
    assert_eq!((found[0].symbol.as_str(), found[0].reason.as_str()), ("ABC", "missed_fill"), "{found:?}");
    assert_eq!(live.order_of(OTHER, &id).await.state, OrderState::Filled);
    stop(live.daemon).await;
}
