//! Restarts of services, changes of schedules, runs by hand, deactivations and jumps of the clock while slots fall
//! due, and kills among them: one outcome a slot, every tick accounted for, the store alive.

use std::collections::BTreeSet;
use std::sync::Arc;

use prahari_app::daemon::Daemon;
use prahari_app::shutdown::Stop;
use prahari_domain::ids::UserId;
use prahari_domain::tasks::Task;
use prahari_store::{AlertCode, AlertFilter, Role, SlotKind, SlotOutcome, SlotRow};

use super::accounts::{change, each_minute};
use crate::support::living::{Living, accounted_for, closed};
use crate::support::{ADMIN, MONDAY, OTHER, TUESDAY, TestHost, at, heavy, runs, start_services};

/// How many interleavings there are of each kind. Each has exactly one kill, except the undisturbed ones.
pub struct Shares {
    /// Nothing is killed.
    pub undisturbed: u64,
    /// What a kill would leave at some moment is the database of the next daemon.
    pub copied: u64,
    /// A process is killed at some moment, and another one started.
    pub killed: u64,
}

impl Shares {
    /// A thousand with a hundred kills in the long form, of which fifty with five kills always.
    const fn of(heavy: bool) -> Self {
        if heavy {
            Self { undisturbed: 900, copied: 80, killed: 20 }
        } else {
            Self { undisturbed: 45, copied: 3, killed: 2 }
        }
    }

    /// Those of this run of the tests.
    pub fn now() -> Self {
        Self::of(heavy())
    }

    fn sums(&self) -> (u64, u64) {
        let kills = self.copied + self.killed;
        (self.undisturbed + kills, kills)
    }
}

/// A small generator of numbers, the same for the same seed (splitmix64).
pub struct SeededRng(pub u64);

impl SeededRng {
    /// Something below a bound.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }
}

/// How often somebody may do something in an interleaving.
pub const ROUNDS: u64 = 24;

/// Between what the monitor's ticks may be changed to fall.
pub const WINDOWS: [(&str, &str); 4] =
    [("09:15", "15:30"), ("09:15", "09:40"), ("09:20", "15:30"), ("09:25", "12:00")];

/// What somebody does while slots fall due.
#[derive(Debug, Clone, Copy)]
pub enum Act {
    Restart(UserId),
    Stop(UserId),
    Start(UserId),
    RunOnce(UserId, Task),
    Change(usize),
    SetActive(bool),
}

impl Act {
    /// Any of them.
    pub fn any(rng: &mut SeededRng) -> Self {
        let user = if rng.below(2) == 0 { ADMIN } else { OTHER };
        match rng.below(12) {
            0..5 => Self::Restart(user),
            5 => Self::Stop(user),
            6 => Self::Start(user),
            7..9 => {
                let tasks = [
                    Task::literal("sell_monitor"),
                    Task::literal("position_monitor"),
                    Task::literal("buy_orders"),
                ];
                Self::RunOnce(user, tasks[usize::try_from(rng.below(3)).unwrap()])
            }
            9..11 => Self::Change(usize::try_from(rng.below(4)).unwrap()),
            _ => Self::SetActive(rng.below(2) == 0),
        }
    }

    /// Refusals are answers here: somebody else was first, or the user is not active.
    async fn done(self, daemon: Arc<Daemon>) {
        let now = daemon.clock.now();
        match self {
            Self::Restart(user) => drop(daemon.services.restart_service(user).await),
            Self::Stop(user) => drop(daemon.services.stop_service(user).await),
            Self::Start(user) => drop(daemon.services.start_service(user).await),
            Self::RunOnce(user, task) => drop(daemon.runs.run_once(user, task, ADMIN).await),
            Self::Change(which) => {
                let (start, end) = WINDOWS[which];
                let version = daemon.schedules.current().version;
                let calendar = daemon.trading.calendar.current();
                drop(
                    daemon
                        .schedules
                        .change(ADMIN, version, vec![each_minute(start, end)], &calendar, now)
                        .await,
                );
            }
            Self::SetActive(active) => {
                drop(daemon.users_admin.set_access(OTHER, Role::User, active, now).await)
            }
        }
    }
}

/// One interleaving; answers how many kills there were.
async fn interleave(seed: u64, with_kill: bool) -> u64 {
    let mut rng = SeededRng(seed);
    let mut house = TestHost::new(2);
    let mut living = Living::begin(&house, at(MONDAY, "09:14")).await;
    let calendar = living.daemon.trading.calendar.current();
    let now = living.daemon.clock.now();
    // It takes seconds, and nothing here is about it.
    living
        .daemon
        .schedules
        .enable(ADMIN, 1, (&[Task::literal("analysis")], false), &calendar, now)
        .await
        .unwrap();
    start_services(&living.daemon).await;
    let kill_after = with_kill.then(|| rng.below(ROUNDS));
    let mut kills = 0;
    for round in 0..ROUNDS {
        let mut acts = tokio::task::JoinSet::new();
        for _ in 0..rng.below(4) {
            acts.spawn(Act::any(&mut rng).done(living.daemon.clone()));
        }
        let now = living.daemon.clock.now();
        match rng.below(10) {
            0 => living.hand.set(now.plus_minutes(2 + i64::try_from(rng.below(6)).unwrap())),
            1 => living.hand.set(now.plus_minutes(-1)),
            2..4 => living.hand.pass_until(now.plus_minutes(3)),
            _ => living.hand.pass_until(now.plus_minutes(1)),
        }
        if rng.below(2) == 0 {
            acts.join_all().await;
        } else {
            acts.detach_all();
        }
        if rng.below(3) == 0 {
            let now = living.daemon.clock.now();
            living.handed_out(now.plus_minutes(-1)).await;
        }
        if kill_after == Some(round) {
            living = living.kill(&mut house).await;
            kills += 1;
        }
    }
    living.hand.set(at(TUESDAY, "00:01"));
    living.daemon.background.finish().await;
    living.handed_out(at(TUESDAY, "00:00")).await;
    closed(&living.daemon).await;
    all_accounted_for(&living.daemon, with_kill).await;
    living.end().await;
    kills
}

/// Every slot of Monday has its one outcome, every tick its account, and nothing was refused on the way.
pub async fn all_accounted_for(daemon: &Daemon, was_killed: bool) {
    assert!(daemon.store.health().is_ok());
    for user in [ADMIN, OTHER] {
        let slots = accounted_for(daemon, user).await;
        let keys: BTreeSet<_> = slots.iter().map(|slot| (slot.task, slot.due_at)).collect();
        assert_eq!(keys.len(), slots.len(), "{slots:?}");
        if !was_killed {
            as_the_runs_say(daemon, user, &slots).await;
        }
        for slot in slots {
            let ticks = daemon.store.user(user).ticks(slot.task, slot.due_at).await.unwrap();
            let noted = slot.ticks_failed + slot.ticks_skipped + slot.ticks_missed;
            // Of ticks that a kill cut off it may be known only how many they were.
            let kept = u32::try_from(ticks.len()).unwrap();
            assert!(kept == noted || was_killed && kept < noted, "{slot:?} {ticks:?}");
        }
    }
    let any = AlertFilter { open: None, before: None, limit: 1_000 };
    let alerts = daemon.store.system().alerts(any).await.unwrap();
    assert!(alerts.iter().all(|alert| alert.code != AlertCode::WriteRefused), "{alerts:?}");
}

/// Says which seed it was when the test fails.
pub struct Seed(pub u64);

impl Drop for Seed {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the seed was {}", self.0);
        }
    }
}

/// What the ledger says ran is what the runs say: nothing ran for a slot that was withdrawn, and nothing twice.
async fn as_the_runs_say(daemon: &Daemon, user: UserId, slots: &[SlotRow]) {
    for task in crate::support::tasks() {
        let ran = |slot: &SlotRow| match slot.kind {
            SlotKind::Continuous => slot.ticks_ran,
            _ => u32::from(matches!(slot.outcome, Some(SlotOutcome::Ran | SlotOutcome::Late))),
        };
        let ledger: u32 = slots.iter().filter(|slot| slot.task == task).map(ran).sum();
        let runs = runs(daemon, user, task).await;
        let of_slots = runs.iter().filter(|run| run.slot_due.is_some());
        let succeeded = of_slots.filter(|run| run.outcome.as_deref() == Some("succeeded")).count();
        assert_eq!(u32::try_from(succeeded).unwrap(), ledger, "{task} of user {user}: {slots:?}");
    }
}

/// So many interleavings, of the seeds from this one on; answers how many kills there were.
async fn interleavings(count: u64, first: u64, with_kill: bool) -> u64 {
    let mut kills = 0;
    for seed in first..first + count {
        let _told = Seed(seed);
        kills += interleave(seed, with_kill).await;
    }
    println!("{count} interleavings, {kills} kills");
    kills
}

#[test]
fn a_thousand_interleavings_have_a_hundred_kills_and_fifty_of_them_with_five_are_always_tried() {
    assert_eq!((Shares::of(true).sums(), Shares::of(false).sums()), ((1_000, 100), (50, 5)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_happens_while_slots_fall_due_each_has_one_outcome_and_every_tick_its_account() {
    assert_eq!(interleavings(Shares::now().undisturbed, 0, false).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kills_among_it_change_nothing_of_that() {
    let count = Shares::now().copied;
    assert_eq!(interleavings(count, 10_000, true).await, count, "one each");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_user_who_restarts_the_service_in_a_loop_while_ticks_fall_due_ends_nothing() {
    let house = TestHost::new(2);
    let living = Living::begin(&house, at(MONDAY, "09:20")).await;
    let daemon = living.daemon.clone();
    start_services(&daemon).await;
    change(&daemon, vec![each_minute("09:20", "15:00")]).await;
    let restarting = tokio::spawn({
        let daemon = daemon.clone();
        async move {
            while !daemon.shutdown.is_begun() {
                daemon.services.restart_service(OTHER).await.unwrap();
            }
        }
    });
    for minute in 1..40 {
        living.pass_until(at(MONDAY, "09:20").plus_minutes(minute)).await;
    }
    daemon.shutdown.begin(Stop::Asked("the test is over".to_owned()));
    restarting.await.unwrap();
    living.end().await;
    daemon.store.flush().await.unwrap();
    let monitors = crate::support::slots(&daemon, OTHER, MONDAY).await;
    let monitors: Vec<_> =
        monitors.iter().filter(|slot| slot.task == Task::literal("sell_monitor")).collect();
    let sum = |of: fn(&SlotRow) -> u32| monitors.iter().map(|slot| of(slot)).sum::<u32>();
    let noted = sum(|slot| slot.ticks_failed + slot.ticks_skipped + slot.ticks_missed);
    // A tick that fell due between a stop and the start after it is expected of neither. Those from 10:00 to the end of the
    // newest slot are to come: 15:00, or 15:30 where the first restart was still under way at the end.
    let ends_at = monitors.last().unwrap().ends_at.unwrap();
    let to_come = u32::try_from(ends_at.millis_since(at(MONDAY, "10:00")) / 60_000).unwrap();
    assert!([300, 330].contains(&to_come), "{monitors:?}");
    assert!(sum(|slot| slot.ticks_expected) > to_come, "{monitors:?}");
    assert_eq!(sum(|slot| slot.ticks_ran) + noted + to_come, sum(|slot| slot.ticks_expected), "{monitors:?}");
}
