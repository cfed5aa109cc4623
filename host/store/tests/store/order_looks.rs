//! Looks for orders of unknown outcome: bounded for each order, counted, and gone when the outcome is known.

use prahari_domain::ids::{OrderId, UserId};
use prahari_domain::time::Timestamp;
use prahari_store::{NEWEST_LOOKS, OrderLookRow, UserScope};

use crate::support::{TestStore, order_id};

fn look(order: OrderId, number: u64) -> OrderLookRow {
    OrderLookRow {
        order,
        number,
        at: Timestamp(number.cast_signed()),
        alike: format!("[{number}]"),
        holdings: (number > 1).then(|| "nothing of it shows there".to_owned()),
    }
}

#[expect(clippy::unwrap_used, reason = "a helper of tests; clippy exempts only the tests themselves")]
async fn numbers(scope: &UserScope, order: OrderId) -> Vec<u64> {
    let looks = scope.order_looks().await.unwrap().into_iter();
    looks.filter(|look| look.order == order).map(|look| look.number).collect()
}

#[tokio::test]
async fn of_each_order_the_first_look_and_the_newest_are_kept_until_its_outcome_is_known() {
    let test = TestStore::new();
    let user = test.store.user(UserId(1));
    let (searched, other) = (order_id(1, 1), order_id(1, 2));
    let last = NEWEST_LOOKS + 5;
    for number in 1..=last {
        user.keep_order_looks(vec![look(searched, number)], Vec::new()).await.unwrap();
    }
    user.keep_order_looks(vec![look(other, 1)], Vec::new()).await.unwrap();
    let newest = last - NEWEST_LOOKS + 1..=last;
    assert_eq!(numbers(&user, searched).await, [1].into_iter().chain(newest).collect::<Vec<_>>());
    assert_eq!(numbers(&user, other).await, [1]);
    let kept = user.order_looks().await.unwrap();
    assert_eq!((&kept[0], kept.iter().rev().nth(1)), (&look(searched, 1), Some(&look(searched, last))));

    // The same look again is the same row, and another user's orders are not reached.
    user.keep_order_looks(vec![look(searched, last)], vec![other]).await.unwrap();
    test.store.user(UserId(2)).keep_order_looks(Vec::new(), vec![searched]).await.unwrap();
    assert_eq!(numbers(&user, searched).await.len() as u64, NEWEST_LOOKS + 1);
    assert!(numbers(&user, other).await.is_empty());
}
