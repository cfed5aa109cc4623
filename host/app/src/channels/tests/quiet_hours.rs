//! What comes in quiet hours is held back until they end, and goes then, once.

use super::*;

impl World {
    /// Sends a message that came in quiet hours, which end `minutes` from now.
    async fn hold(&self, kind: NotificationKind, title: &str, minutes: i64) {
        let level = match kind {
            NotificationKind::Error => NotificationLevel::Error,
            _ => NotificationLevel::Info,
        };
        let held_until = Some(self.channels.clock.now().plus_minutes(minutes));
        let loud = self.message((level, kind), title);
        self.queue(NewNotification { silence: Some(Silence::QuietHours), held_until, ..loud }).await;
    }
}

#[tokio::test]
async fn what_is_held_goes_when_the_quiet_hours_end_once_and_not_for_a_test() {
    let (mut world, id, _delivering) = World::delivering().await;
    world.hold(NotificationKind::OrderFilled, "first fill", 90).await;
    world.hold(NotificationKind::OrderFilled, "second fill", 90).await;
    world.hold(NotificationKind::Error, "act", 90).await;
    world.channels.test(world.asha, id).await.unwrap();
    assert_eq!(world.next().await.kind, "test");
    let rows = world.settled().await;
    let held =
        |row: &&DeliveryRow| row.state == DeliveryState::Waiting && row.reason.starts_with("held until ");
    assert_eq!((rows.len(), rows.iter().filter(held).count()), (3, 2), "{rows:?}");
    world.pass_minutes(89);
    // What goes on meanwhile does not let it go either.
    world.notify("loud", None).await;
    assert_eq!(world.next().await.title, "loud");
    world.settled().await;
    world.pass_minutes(1);
    let (digest, act) = (world.next().await, world.next().await);
    assert_eq!((digest.title.as_str(), digest.body.as_str()), ("2 orders filled", "first fill\nsecond fill"));
    assert_eq!((act.title.as_str(), act.repeated), ("act", false));
    let rows = world.settled().await;
    let is_over = |row: &DeliveryRow| {
        (row.state, row.attempts, row.reason.as_str()) == (DeliveryState::Delivered, 1, "")
    };
    assert!(rows.iter().all(is_over), "{rows:?}");
    world.notify("afterwards", None).await;
    assert_eq!(world.next().await.title, "afterwards");
}

#[tokio::test]
async fn what_is_held_for_a_channel_that_is_removed_is_given_up_with_the_reason() {
    let (world, id, _delivering) = World::delivering().await;
    world.hold(NotificationKind::Error, "act", 90).await;
    world.channels.remove(world.asha, id).await.unwrap();
    let rows = world.settled().await;
    assert_eq!((rows[0].state, rows[0].reason.as_str()), (DeliveryState::GivenUp, "the channel was removed"));
}

#[tokio::test]
async fn what_was_not_delivered_before_the_quiet_hours_waits_for_their_end_and_a_test_does_not() {
    let (mut world, id, _delivering) = World::delivering().await;
    world.courier.answers.lock().push_back(failed());
    world.notify("before", None).await;
    assert_eq!(world.next().await.title, "before");
    world.settled().await;
    let ends = START.plus_minutes(90);
    *world.quiet_until.lock() = Some(ends);
    world.pass_minutes(2);
    world.channels.test(world.asha, id).await.unwrap();
    assert_eq!(world.next().await.kind, "test");
    let rows = world.settled().await;
    let held = &rows[1];
    assert_eq!((held.state, held.due_at, held.attempts), (DeliveryState::Waiting, Some(ends), 1), "{held:?}");
    assert!(held.reason.starts_with("held until "), "{held:?}");
    world.hand.pass_until(ends);
    assert_eq!(world.next().await.title, "before");
    let rows = world.settled().await;
    assert_eq!((rows[1].state, rows[1].attempts, rows[1].repeated), (DeliveryState::Delivered, 2, false));
}
