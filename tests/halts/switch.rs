//! The kill switch, turned by several admins at once.

use crate::support::waiting::until;
use crate::support::{MONDAY, TestHost, at, stop};

#[tokio::test]
async fn changes_of_the_kill_switch_at_once_leave_database_and_memory_alike() {
    let house = TestHost::new(1);
    let daemon = house.start(at(MONDAY, "10:00")).await;
    let kept = async || daemon.store.system().meta("kill_switch").await.unwrap().as_deref() == Some("true");
    for round in 0..20 {
        let changes = (0..8).map(|number| daemon.settings.set_kill_switch((number + round) % 3 == 0));
        futures::future::try_join_all(changes).await.unwrap();
        assert_eq!(kept().await, daemon.settings.is_kill_switch_on(), "round {round}");
        // An admin who goes away after asking: the change takes place all the same, or not at all.
        let on = !daemon.settings.is_kill_switch_on();
        drop(futures::poll!(Box::pin(daemon.settings.set_kill_switch(on))));
        daemon.settings.set_kill_switch(!on).await.unwrap();
        assert_eq!((kept().await, daemon.settings.is_kill_switch_on()), (!on, !on), "round {round}");
    }
    // It is on from the moment somebody asks for it.
    daemon.settings.set_kill_switch(false).await.unwrap();
    let mut asked = Box::pin(daemon.settings.set_kill_switch(true));
    until("the kill switch to be on", async || {
        let on = daemon.settings.is_kill_switch_on();
        assert!(on || futures::poll!(&mut asked).is_pending());
        on
    })
    .await;
    asked.await.unwrap();
    stop(daemon).await;
    assert!(house.start(at(MONDAY, "10:00")).await.settings.is_kill_switch_on());
}
