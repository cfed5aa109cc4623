//! A day that is closed and opened again while it goes on: the ledger and the watchdog agree on what it had.

use prahari_app::daemon::Daemon;
use prahari_app::watchdog::Watchdog;
use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;

use super::house::living::{Living, accounted_for, closed};
use super::house::waiting::until;
use super::house::{ADMIN, MONDAY, OTHER, TUESDAY, TestHost, at, slots};
use super::{import, with_2025, with_holiday};

/// Whether the sell monitor of both users has an account of a tick this late.
async fn has_ticked(daemon: &Daemon, tick: Timestamp) -> bool {
    daemon.store.flush().await.unwrap();
    for user in [ADMIN, OTHER] {
        let slots = slots(daemon, user, MONDAY).await;
        let mut monitors = slots.iter().filter(|slot| slot.task == Task::literal("sell_monitor"));
        if !monitors.any(|slot| slot.last_tick_at >= Some(tick)) {
            return false;
        }
    }
    true
}

/// Lets the clock go on minute by minute, each of whose ticks has its account before the next.
async fn pass_minutes(living: &Living, from: Timestamp, to: Timestamp) {
    let mut minute = from;
    while minute <= to {
        living.pass_until(minute).await;
        until("the tick of a minute", async || has_ticked(&living.daemon, minute).await).await;
        minute = minute.plus_minutes(1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_had_its_time_while_the_day_was_closed_is_expected_by_nobody_when_it_is_opened_again() {
    let mut house = TestHost::new(2);
    let living = Living::at_work(&house, at(MONDAY, "11:14:30"), &[]).await;
    let mut watchdog = Watchdog::new(&living.daemon.maintenance);
    pass_minutes(&living, at(MONDAY, "11:15"), at(MONDAY, "11:22")).await;
    import(&living.daemon, &with_holiday(MONDAY, "Day of mourning")).await.unwrap();
    for minute in ["11:23", "11:27", "11:31"] {
        living.hand.pass_until(at(MONDAY, minute));
        assert_eq!(
            watchdog.check(&living.daemon.maintenance).await.unwrap(),
            [],
            "nothing is expected of a closed day"
        );
    }
    import(&living.daemon, &with_2025(|_| ())).await.unwrap();
    assert_eq!(watchdog.check(&living.daemon.maintenance).await.unwrap(), [], "when it is opened");

    // The slot of 11:30 would be given up by 11:38, and the ticks of a quarter of an hour are watched after that.
    let mut minute = at(MONDAY, "11:32");
    while minute <= at(MONDAY, "11:47") {
        pass_minutes(&living, minute, minute).await;
        assert_eq!(watchdog.check(&living.daemon.maintenance).await.unwrap(), [], "{minute}");
        minute = minute.plus_minutes(1);
    }
    for user in [ADMIN, OTHER] {
        let slots = slots(&living.daemon, user, MONDAY).await;
        assert!(slots.iter().all(|slot| slot.due_at != at(MONDAY, "11:30")), "{slots:?}");
        let mut monitors = slots.iter().filter(|slot| slot.task == Task::literal("position_monitor"));
        assert!(monitors.any(|slot| slot.due_at == at(MONDAY, "12:30")), "{slots:?}");
    }

    // A daemon that is started after it, and has never looked, knows of it too.
    let living = living.kill(&mut house).await;
    let mut watchdog = Watchdog::new(&living.daemon.maintenance);
    pass_minutes(&living, at(MONDAY, "11:48"), at(MONDAY, "11:54")).await;
    assert_eq!(watchdog.check(&living.daemon.maintenance).await.unwrap(), [], "after a start");

    living.pass_until(at(TUESDAY, "00:00")).await;
    closed(&living.daemon).await;
    assert_eq!(watchdog.check(&living.daemon.maintenance).await.unwrap(), [], "when the day is over");
    for user in [ADMIN, OTHER] {
        accounted_for(&living.daemon, user).await;
    }
    living.end().await;
}
