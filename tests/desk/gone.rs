//! Whoever asks the desk may go away at any moment: a deadline, a stop, a request that was given up.

use futures::FutureExt;
use prahari_app::error::AppError;
use prahari_domain::money::Paise;
use prahari_domain::orders::OrderKind;

use super::LOW;
use crate::support::desk_fixture::{DeskFixture, buy, order_context};
use crate::support::fake_broker::PRICE;
use crate::support::{MONDAY, at};

/// Polls a piece of work this many times, with the rest of the world going on in between, and then gives up on it.
/// Answers whether it came to its end before.
async fn give_up_after(polls: usize, work: impl Future) -> bool {
    let mut work = Box::pin(work.fuse());
    for _ in 0..polls {
        if futures::poll!(&mut work).is_ready() {
            return true;
        }
        tokio::task::yield_now().await;
    }
    false
}

#[tokio::test]
async fn a_request_that_is_given_up_at_any_point_leaves_books_and_journal_alike() {
    let ten = at(MONDAY, "10:00");
    for polls in 0..12 {
        let mut trader = DeskFixture::new(ten).await;
        let standing = trader.placed(buy("XYZ", 10, LOW), ten).await;
        give_up_after(polls, trader.desk.place(buy("ABC", 10, PRICE.0), order_context(ten))).await;
        give_up_after(polls, trader.desk.sync_fills(at(MONDAY, "10:01"))).await;
        let kind = Some(OrderKind::Limit(Paise(LOW + 5)));
        give_up_after(polls, trader.desk.modify(standing, None, kind, order_context(at(MONDAY, "10:01"))))
            .await;
        give_up_after(polls, trader.desk.cancel(standing, "given up", order_context(at(MONDAY, "10:01"))))
            .await;
        // Nothing was entered twice or left out: the next entry follows the last.
        trader.reconciled(at(MONDAY, "10:02")).await;
        trader.desk.sync_fills(at(MONDAY, "10:03")).await.unwrap();
        let placed = trader.place(buy("PQR", 1, LOW), at(MONDAY, "10:03")).await;
        assert!(matches!(placed, Ok::<_, AppError>(Ok(_))), "after {polls} polls: {placed:?}");
        assert_eq!(trader.folded().await, *trader.desk.book(), "after {polls} polls");
        let (ours, theirs) = (trader.desk.book().cash(), trader.theirs().await);
        assert!(theirs.iter().filter(|order| order.symbol.as_str() == "ABC").count() <= 1, "{ours}");
    }
}
