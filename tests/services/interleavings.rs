//! Restarts of services, changes of schedules, runs by hand, deactivations and jumps of the clock while slots fall due, and kills
//! among them: one outcome a slot, every tick accounted for, the store alive.

use std::sync::Arc;

use prahari_app::clock::ByHand;
use prahari_app::daemon::Daemon;
use prahari_app::stop::Stop;
use prahari_domain::ids::UserId;
use prahari_domain::tasks::Task;
use prahari_store::{AlertCode, AlertFilter, Role, SlotRow};

use super::accounts::{accounted_for, change, closed, each_minute, handed_out};
use crate::support::{ADMIN, House, MONDAY, OTHER, TUESDAY, at, heavy, start_services};

/// A small generator of numbers, the same for the same seed (splitmix64).
struct Draw(u64);

impl Draw {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }
}

/// What somebody does while slots fall due.
#[derive(Debug, Clone, Copy)]
enum Act {
    Restart(UserId),
    Stop(UserId),
    Start(UserId),
    RunOnce(UserId, Task),
    Change(u64),
    SetActive(bool),
}

impl Act {
    fn any(draw: &mut Draw) -> Self {
        let user = if draw.below(2) == 0 { ADMIN } else { OTHER };
        match draw.below(12) {
            0..5 => Self::Restart(user),
            5 => Self::Stop(user),
            6 => Self::Start(user),
            7..9 => {
                let tasks = [Task::SellMonitor, Task::PositionMonitor, Task::BuyOrders];
                Self::RunOnce(user, tasks[usize::try_from(draw.below(3)).unwrap()])
            }
            9..11 => Self::Change(draw.below(4)),
            _ => Self::SetActive(draw.below(2) == 0),
        }
    }

    /// Refusals are answers here: somebody else was first, or the user is not active.
    async fn done(self, daemon: Arc<Daemon>) {
        let now = daemon.clock.now();
        match self {
            Self::Restart(user) => drop(daemon.restart_service(user).await),
            Self::Stop(user) => drop(daemon.stop_service(user).await),
            Self::Start(user) => drop(daemon.start_service(user).await),
            Self::RunOnce(user, task) => drop(daemon.run_once(user, task, ADMIN).await),
            Self::Change(which) => {
                let windows =
                    [("09:15", "15:30"), ("09:15", "09:40"), ("09:20", "15:30"), ("09:25", "12:00")];
                let (start, end) = windows[usize::try_from(which).unwrap()];
                let version = daemon.schedules.current().version;
                let calendar = daemon.venue.calendar.current();
                drop(
                    daemon
                        .schedules
                        .change(ADMIN, version, vec![each_minute(start, end)], &calendar, now)
                        .await,
                );
            }
            Self::SetActive(active) => drop(daemon.set_access(OTHER, Role::User, active, now).await),
        }
    }
}

type Running = tokio::task::JoinHandle<Result<(), prahari_app::error::AppError>>;

struct Living {
    daemon: Arc<Daemon>,
    hand: ByHand,
    scheduler: Running,
}

impl Living {
    async fn begin(house: &House, now: prahari_domain::time::Timestamp) -> Self {
        let (daemon, hand) = house.start_by_hand(now, &[]).await;
        let scheduler = tokio::spawn({
            let daemon = daemon.clone();
            async move { daemon.scheduler().run(None).await }
        });
        Self { daemon, hand, scheduler }
    }

    /// What a kill leaves is all that the next one finds.
    async fn kill(self, house: &mut House) -> Self {
        let now = self.daemon.clock.now();
        let old = house.crash();
        self.scheduler.abort();
        let _cancelled = self.scheduler.await;
        self.daemon.store.close().await.unwrap();
        drop(old);
        Self::begin(house, now).await
    }
}

async fn interleave(seed: u64, kills: u64) {
    let mut draw = Draw(seed);
    let mut house = House::new(2);
    let mut living = Living::begin(&house, at(MONDAY, "09:14")).await;
    let calendar = living.daemon.venue.calendar.current();
    let now = living.daemon.clock.now();
    // It takes seconds, and nothing here is about it.
    living.daemon.schedules.enable(ADMIN, 1, (&[Task::Analysis], false), &calendar, now).await.unwrap();
    start_services(&living.daemon).await;
    let mut left = kills;
    for _ in 0..24 {
        let mut acts = tokio::task::JoinSet::new();
        for _ in 0..draw.below(4) {
            acts.spawn(Act::any(&mut draw).done(living.daemon.clone()));
        }
        let now = living.daemon.clock.now();
        match draw.below(10) {
            0 => living.hand.set(now.plus_minutes(2 + i64::try_from(draw.below(6)).unwrap())),
            1 => living.hand.set(now.plus_minutes(-1)),
            2..4 => living.hand.pass_until(now.plus_minutes(3)),
            _ => living.hand.pass_until(now.plus_minutes(1)),
        }
        if draw.below(2) == 0 {
            acts.join_all().await;
        } else {
            acts.detach_all();
        }
        if draw.below(3) == 0 {
            let now = living.daemon.clock.now();
            handed_out(&living.daemon, now.plus_minutes(-1)).await;
        }
        if left > 0 && draw.below(24 / (kills + 1)) == 0 {
            left -= 1;
            living = living.kill(&mut house).await;
        }
    }
    living.hand.set(at(TUESDAY, "00:01"));
    living.daemon.finish_background().await;
    handed_out(&living.daemon, at(TUESDAY, "00:00")).await;
    closed(&living.daemon).await;
    assert!(living.daemon.store.health().is_ok());
    for user in [ADMIN, OTHER] {
        for slot in accounted_for(&living.daemon, user).await {
            let ticks = living.daemon.store.user(user).ticks(slot.task, slot.due_at).await.unwrap();
            let noted = slot.ticks_failed + slot.ticks_skipped + slot.ticks_missed;
            // Of ticks that a kill cut off it may be known only how many they were.
            let kept = u32::try_from(ticks.len()).unwrap();
            assert!(kept == noted || kills > 0 && kept < noted, "{slot:?} {ticks:?}");
        }
    }
    let refused = AlertFilter { open: None, before: None, limit: 1_000 };
    let alerts = living.daemon.store.system().alerts(refused).await.unwrap();
    assert!(alerts.iter().all(|alert| alert.code != AlertCode::WriteRefused), "{alerts:?}");
    living.daemon.stop(Stop::Asked("the test is over".to_owned()));
    living.scheduler.await.unwrap().unwrap();
}

/// Says which seed it was when the test fails.
struct Seed(u64);

impl Drop for Seed {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the seed was {}", self.0);
        }
    }
}

async fn seeds(range: std::ops::Range<u64>, kills: u64) {
    for seed in range {
        let _told = Seed(seed);
        interleave(seed, kills).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_happens_while_slots_fall_due_each_has_one_outcome_and_every_tick_its_account() {
    seeds(0..if heavy() { 900 } else { 45 }, 0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kills_among_it_change_nothing_of_that() {
    // Up to two kills each: at least a hundred of them in the long form.
    seeds(10_000..if heavy() { 10_100 } else { 10_005 }, 2).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_user_who_restarts_the_service_in_a_loop_while_ticks_fall_due_ends_nothing() {
    let house = House::new(2);
    let living = Living::begin(&house, at(MONDAY, "09:20")).await;
    let Living { daemon, hand, scheduler } = living;
    start_services(&daemon).await;
    change(&daemon, vec![each_minute("09:20", "15:00")]).await;
    let restarting = tokio::spawn({
        let daemon = daemon.clone();
        async move {
            while !daemon.is_stopping() {
                daemon.restart_service(OTHER).await.unwrap();
            }
        }
    });
    for minute in 1..40 {
        hand.pass_until(at(MONDAY, "09:20").plus_minutes(minute));
        handed_out(&daemon, at(MONDAY, "09:20").plus_minutes(minute)).await;
    }
    daemon.stop(Stop::Asked("the test is over".to_owned()));
    restarting.await.unwrap();
    scheduler.await.unwrap().unwrap();
    daemon.store.settle().await.unwrap();
    let monitors = crate::support::slots(&daemon, OTHER, MONDAY).await;
    let monitors: Vec<_> = monitors.iter().filter(|slot| slot.task == Task::SellMonitor).collect();
    let sum = |of: fn(&SlotRow) -> u32| monitors.iter().map(|slot| of(slot)).sum::<u32>();
    let noted = sum(|slot| slot.ticks_failed + slot.ticks_skipped + slot.ticks_missed);
    // A tick that fell due between a stop and the start after it is expected of neither. Those of 10:00 to 14:59 are to come.
    assert!(sum(|slot| slot.ticks_expected) > 300, "{monitors:?}");
    assert_eq!(sum(|slot| slot.ticks_ran) + noted + 300, sum(|slot| slot.ticks_expected), "{monitors:?}");
}
