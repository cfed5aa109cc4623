//! Messages that only try a channel: they make others hurry and keep none waiting.

use super::*;

#[tokio::test]
async fn a_test_tries_at_once_what_waits_for_a_later_attempt() {
    let (mut world, id, _delivering) = World::delivering().await;
    world.courier.answers.lock().push_back(failed());
    world.notify("waits", None).await;
    world.next().await;
    world.settled().await;
    world.channels.test(world.asha, id).await.unwrap();
    let titles = [world.next().await.title, world.next().await.title];
    assert_eq!(titles, ["waits", "A test from Prahari"]);
}

#[tokio::test]
async fn a_test_that_fails_is_given_up_within_minutes_and_no_message_waits_for_it() {
    let (mut world, id, _delivering) = World::delivering().await;
    world.courier.answers.lock().extend([failed(), Some(Ok(())), failed()]);
    world.channels.test(world.asha, id).await.unwrap();
    assert_eq!(world.next().await.kind, "test");
    world.settled().await;
    world.notify("news", None).await;
    assert_eq!(world.next().await.title, "news");
    let rows = world.settled().await;
    let states = (rows[0].state, rows[1].state);
    assert_eq!(states, (DeliveryState::Delivered, DeliveryState::Waiting), "{rows:?}");
    world.hand.pass_until(rows[1].due_at.unwrap());
    assert_eq!(world.next().await.kind, "test");
    let rows = world.settled().await;
    let reason = "the test could not be delivered within 5 minutes; at last: no connection";
    assert_eq!((rows[1].state, rows[1].reason.as_str()), (DeliveryState::GivenUp, reason));
    // Where a message waits, a test is delivered all the same.
    world.courier.answers.lock().extend([failed(), failed(), Some(Ok(()))]);
    world.notify("waits", None).await;
    assert_eq!(world.next().await.title, "waits");
    world.settled().await;
    world.channels.test(world.asha, id).await.unwrap();
    assert_eq!([world.next().await.title, world.next().await.kind], ["waits", "test"]);
    let rows = world.settled().await;
    assert_eq!((rows[0].state, rows[1].state), (DeliveryState::Delivered, DeliveryState::Waiting));
}
