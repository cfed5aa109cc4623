//! Looks of the doctor: one of each user and date, forgotten in batches.

use prahari_domain::ids::UserId;
use prahari_domain::time::{Day, Timestamp};
use prahari_store::{ReadinessOutcome, ReadinessRow};

use crate::support::{TestStore, day};

fn look(of: Day, outcome: ReadinessOutcome) -> ReadinessRow {
    ReadinessRow {
        day: of,
        due_at: Timestamp(1),
        looked_at: (outcome != ReadinessOutcome::Missed).then_some(Timestamp(2)),
        outcome,
        reason: String::new(),
        checks: "[]".to_owned(),
    }
}

#[tokio::test]
async fn the_first_look_of_a_date_stays_also_across_a_restart() {
    let test = TestStore::new();
    let monday = look(day("2025-03-10"), ReadinessOutcome::Failed);
    assert!(test.store.user(UserId(1)).keep_readiness(monday.clone()).await.unwrap());
    let test = test.reopen().await;
    let user = test.store.user(UserId(1));
    assert!(!user.keep_readiness(look(monday.day, ReadinessOutcome::Ok)).await.unwrap());
    assert_eq!(user.readiness_of(monday.day).await.unwrap(), Some(monday.clone()));
    let tuesday = look(day("2025-03-11"), ReadinessOutcome::Missed);
    assert!(user.keep_readiness(tuesday.clone()).await.unwrap());
    assert_eq!(user.readiness(9).await.unwrap(), [tuesday.clone(), monday.clone()]);
    assert_eq!(user.readiness(1).await.unwrap(), [tuesday]);
    assert_eq!(test.store.system().users_with_readiness(monday.day).await.unwrap(), [UserId(1)]);
}

#[tokio::test]
async fn old_looks_are_forgotten_a_batch_at_a_time() {
    let test = TestStore::new();
    let old = day("2025-03-10");
    for user in 1..=501 {
        let user = test.store.user(UserId(user));
        user.keep_readiness(look(old, ReadinessOutcome::Ok)).await.unwrap();
    }
    let system = test.store.system();
    test.store.user(UserId(1)).keep_readiness(look(day("2025-03-11"), ReadinessOutcome::Ok)).await.unwrap();
    let before = day("2025-03-11");
    for expected in [500, 1, 0] {
        assert_eq!(system.prune_readiness(before).await.unwrap(), expected);
    }
    assert_eq!(test.store.user(UserId(1)).readiness(9).await.unwrap().len(), 1);
}
