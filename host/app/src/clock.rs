//! The one place that reads time. Everything else is told the time or asks a [`Clock`].

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use prahari_domain::time::Timestamp;
use tokio::sync::{Notify, watch};

/// The longest uninterrupted wait of a real clock. The machine may be suspended or its clock set while we wait, and
/// the timers of the operating system do not count the time asleep; so a wait is cut into pieces, and after each the
/// wall clock decides.
const LONGEST_WAIT: Duration = Duration::from_secs(20);

/// The daemon's time: the system's, a faster one for demonstrations, or one that jumps for simulations.
#[derive(Debug, Clone)]
pub enum Clock {
    /// The system's wall clock.
    System,
    /// Runs `speed` times as fast as the system's, from a chosen start.
    Scaled(Scaled),
    /// Moves only when it is waited on: it then is at the awaited instant at once.
    Virtual(Arc<AtomicI64>),
    /// Moves only when it is set, and wakes its waiters as the system's clock does; for tests of a clock that
    /// is set.
    Manual(ManualClock),
}

/// A clock that is set, or on which time passes, when somebody says so.
#[derive(Debug, Clone)]
pub struct ManualClock(Arc<watch::Sender<Reading>>);

/// A reading of a clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// Wall time.
    pub wall: Timestamp,
    /// Milliseconds that have passed, as far as the machine was awake and whatever the clock was set to: where the
    /// clock gains or loses against them, it was set or the machine slept. Only differences mean something.
    pub pace: i64,
}

impl ManualClock {
    /// Sets the clock, as an administrator does.
    pub fn set(&self, wall: Timestamp) {
        self.0.send_modify(|hands| hands.wall = wall);
    }

    /// Lets time pass until an instant.
    pub fn pass_until(&self, wall: Timestamp) {
        self.0.send_modify(|hands| {
            hands.pace += wall.millis_since(hands.wall).max(0);
            hands.wall = hands.wall.max(wall);
        });
    }

    fn reading(&self) -> Reading {
        *self.0.borrow()
    }
}

/// A clock that started when the process was at `origin`, and passes its time leg by leg.
#[derive(Debug, Clone)]
pub struct Scaled {
    origin: Instant,
    /// In order; the first begins at once and the last has no end.
    legs: Arc<[Leg]>,
}

/// How fast a clock runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Speed {
    /// Seconds of this clock in a second of the system's; 0 when it moves only as somebody moves it.
    pub times: u32,
    /// Instant of this clock at which it goes on at another speed; none when it keeps this one.
    pub until: Option<Timestamp>,
}

/// A part of the time of a scaled clock that passes at one speed.
#[derive(Debug, Clone, Copy)]
struct Leg {
    /// Nanoseconds of real time after which it begins.
    after: i128,
    /// Instant at which it begins.
    from: Timestamp,
    speed: u32,
}

/// Nanoseconds of a millisecond.
const NANOS: i128 = 1_000_000;

impl Leg {
    /// Nanoseconds of real time after which an instant of this leg comes, rounded up: it has come by then.
    fn reaches(&self, instant: Timestamp) -> i128 {
        let speed = i128::from(self.speed);
        self.after + (i128::from(instant.millis_since(self.from)) * NANOS + speed - 1) / speed
    }
}

impl Scaled {
    fn now(&self) -> Timestamp {
        let elapsed = i128::try_from(self.origin.elapsed().as_nanos()).unwrap_or(i128::MAX);
        let Some(leg) = self.leg(|leg| leg.after <= elapsed) else { return Timestamp(0) };
        let passed = (elapsed - leg.after).saturating_mul(i128::from(leg.speed)) / NANOS;
        leg.from.plus_millis(i64::try_from(passed).unwrap_or(i64::MAX))
    }

    /// Returns the real time until an instant.
    fn until(&self, instant: Timestamp) -> Duration {
        let Some(leg) = self.leg(|leg| leg.from <= instant) else { return Duration::ZERO };
        let elapsed = i128::try_from(self.origin.elapsed().as_nanos()).unwrap_or(i128::MAX);
        let left = (leg.reaches(instant) - elapsed).max(0);
        Duration::from_nanos(u64::try_from(left).unwrap_or(u64::MAX))
    }

    /// Returns the last leg that has begun; before all of them there is none.
    fn leg(&self, has_begun: impl Fn(&Leg) -> bool) -> Option<&Leg> {
        let count = self.legs.partition_point(has_begun);
        self.legs.get(count.checked_sub(1)?)
    }

    fn speed_at(&self, instant: Timestamp) -> Speed {
        let next = self.legs.partition_point(|leg| leg.from <= instant);
        let leg = next.checked_sub(1).and_then(|last| self.legs.get(last));
        Speed {
            times: leg.map_or(1, |leg| leg.speed),
            until: self.legs.get(next).map(|following| following.from),
        }
    }
}

impl Clock {
    /// A clock that stands at `start` until it is waited on.
    pub fn at(start: Timestamp) -> Self {
        Self::Virtual(Arc::new(AtomicI64::new(start.0)))
    }

    /// A clock that starts at `start` and runs `speed` times as fast as the system's.
    pub fn scaled(start: Timestamp, speed: u32) -> Self {
        Self::scaled_with_rests(start, speed, speed, [])
    }

    /// The same, with stretches of time, in order, that pass at the speed `fast`.
    pub fn scaled_with_rests(
        start: Timestamp,
        speed: u32,
        fast: u32,
        rests: impl IntoIterator<Item = (Timestamp, Timestamp)>,
    ) -> Self {
        let (speed, fast) = (speed.max(1), fast.max(1));
        let mut last = Leg { after: 0, from: start, speed };
        let mut legs = Vec::new();
        for (from, to) in rests {
            let from = from.max(last.from);
            if from >= to {
                continue;
            }
            if from > last.from {
                legs.push(last);
            }
            let rest = Leg { after: last.reaches(from), from, speed: fast };
            legs.push(rest);
            last = Leg { after: rest.reaches(to), from: to, speed };
        }
        legs.push(last);
        Self::Scaled(Scaled { origin: monotonic_now(), legs: legs.into() })
    }

    /// A clock that stands at `start` until it is moved by hand.
    pub fn manual(start: Timestamp) -> (Self, ManualClock) {
        let hand = ManualClock(Arc::new(watch::Sender::new(Reading { wall: start, pace: 0 })));
        (Self::Manual(hand.clone()), hand)
    }

    /// Returns a scaled clock set back to its start, for a daemon that was prepared while it ran on; any other
    /// clock as it is.
    #[must_use]
    pub fn restarted(&self) -> Self {
        match self {
            Self::Scaled(Scaled { legs, .. }) => {
                Self::Scaled(Scaled { origin: monotonic_now(), legs: legs.clone() })
            }
            Self::System | Self::Virtual(_) | Self::Manual(_) => self.clone(),
        }
    }

    /// Returns the current time.
    pub fn now(&self) -> Timestamp {
        match self {
            Self::System => system_now(),
            Self::Scaled(scaled) => scaled.now(),
            Self::Virtual(now) => Timestamp(now.load(Ordering::Acquire)),
            Self::Manual(hand) => hand.reading().wall,
        }
    }

    /// Returns how fast the clock runs at `instant`, a time by this clock.
    pub fn speed_at(&self, instant: Timestamp) -> Speed {
        match self {
            Self::System => Speed { times: 1, until: None },
            Self::Scaled(scaled) => scaled.speed_at(instant),
            Self::Virtual(_) | Self::Manual(_) => Speed { times: 0, until: None },
        }
    }

    /// Returns the current reading of the clock.
    pub fn read(&self) -> Reading {
        match self {
            Self::System => {
                static ORIGIN: OnceLock<Instant> = OnceLock::new();
                let elapsed = ORIGIN.get_or_init(monotonic_now).elapsed();
                let pace = i64::try_from(elapsed.as_millis()).unwrap_or(i64::MAX);
                Reading { wall: system_now(), pace }
            }
            Self::Scaled(_) | Self::Virtual(_) => {
                let wall = self.now();
                Reading { wall, pace: wall.0 }
            }
            Self::Manual(hand) => hand.reading(),
        }
    }

    /// Waits until it is worth a look whether the clock was set since it was last looked at, with `seen` as its
    /// reading then.
    pub async fn may_have_changed(&self, seen: Reading) {
        match self {
            Self::Manual(hand) => {
                // The sender lives as long as this clock.
                let mut readings = hand.0.subscribe();
                let _never_closed = readings.wait_for(|now| *now != seen).await;
            }
            _ => pause(LONGEST_WAIT).await,
        }
    }

    /// Returns whether time stands still while work is done, so that an instant is finished before the next begins.
    pub fn is_lockstep(&self) -> bool {
        matches!(self, Self::Virtual(_))
    }

    /// Waits until `instant` or until `interrupt` is notified, whichever is first. Answers whether the instant came.
    pub async fn wait_until(&self, instant: Timestamp, interrupt: &Notify) -> bool {
        if let Self::Virtual(now) = self {
            now.fetch_max(instant.0, Ordering::AcqRel);
            return true;
        }
        if let Self::Manual(hand) = self {
            let mut hands = hand.0.subscribe();
            return tokio::select! {
                _ = hands.wait_for(|hands| hands.wall >= instant) => true,
                () = interrupt.notified() => false,
            };
        }
        loop {
            let left = instant.millis_since(self.now());
            if left <= 0 {
                return true;
            }
            let real = match self {
                Self::Scaled(scaled) => scaled.until(instant),
                Self::System | Self::Virtual(_) | Self::Manual(_) => {
                    Duration::from_millis(left.unsigned_abs())
                }
            };
            tokio::select! {
                () = pause(real.min(LONGEST_WAIT)) => {}
                () = interrupt.notified() => return false,
            }
        }
    }
}

/// Measures how long work takes. Durations are for people and budgets; no decision depends on them.
#[derive(Debug, Clone, Copy)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts measuring.
    pub fn start() -> Self {
        Self(monotonic_now())
    }

    /// Time since the start.
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}

#[expect(clippy::disallowed_methods, reason = "this module is the home of time")]
fn system_now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

#[expect(clippy::disallowed_methods, reason = "this module is the home of time")]
fn monotonic_now() -> Instant {
    Instant::now()
}

#[expect(clippy::disallowed_methods, reason = "this module is the home of time")]
async fn pause(duration: Duration) {
    tokio::time::sleep(duration).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_virtual_clock_is_at_the_awaited_instant_at_once_and_never_goes_back() {
        let clock = Clock::at(Timestamp(1_000));
        assert!(clock.wait_until(Timestamp(5_000), &Notify::new()).await);
        assert_eq!(clock.now(), Timestamp(5_000));
        assert!(clock.wait_until(Timestamp(2_000), &Notify::new()).await);
        assert_eq!(clock.now(), Timestamp(5_000));
    }

    #[tokio::test]
    async fn a_wait_on_a_real_clock_ends_when_it_is_interrupted() {
        let clock = Clock::System;
        let interrupt = Notify::new();
        interrupt.notify_one();
        assert!(!clock.wait_until(clock.now().plus_minutes(60), &interrupt).await);
    }

    #[tokio::test]
    async fn a_clock_that_is_set_differs_from_its_pace_and_one_on_which_time_passes_does_not() {
        let (clock, hand) = Clock::manual(Timestamp(0));
        hand.pass_until(Timestamp(60_000));
        assert_eq!(clock.read(), Reading { wall: Timestamp(60_000), pace: 60_000 });
        assert!(clock.wait_until(Timestamp(60_000), &Notify::new()).await);
        hand.set(Timestamp(10_000));
        assert_eq!(clock.read(), Reading { wall: Timestamp(10_000), pace: 60_000 });
        let waiting = tokio::spawn({
            let clock = clock.clone();
            async move { clock.wait_until(Timestamp(20_000), &Notify::new()).await }
        });
        hand.set(Timestamp(20_000));
        assert!(waiting.await.unwrap());
    }

    #[tokio::test]
    async fn a_clock_that_was_set_after_the_last_look_has_changed_at_once() {
        let (clock, hand) = Clock::manual(Timestamp(0));
        let seen = clock.read();
        hand.set(Timestamp(-60_000));
        let looking = clock.may_have_changed(seen);
        assert!(tokio::time::timeout(Duration::from_secs(10), looking).await.is_ok());
    }

    #[test]
    fn a_scaled_clock_passes_its_rests_faster_and_never_goes_back() {
        let rests = [(1_000, 61_000), (70_000, 60_000), (100_000, 160_000)];
        let rests = rests.map(|(from, to)| (Timestamp(from), Timestamp(to)));
        let Clock::Scaled(clock) = Clock::scaled_with_rests(Timestamp(0), 10, 1_000, rests) else {
            panic!("it is scaled");
        };
        // Real milliseconds: 100 until the rest, 60 for it, 3,900 until the next, 60 for it.
        let legs: Vec<_> = clock.legs.iter().map(|leg| (leg.after / NANOS, leg.from.0, leg.speed)).collect();
        assert_eq!(
            legs,
            [
                (0, 0, 10),
                (100, 1_000, 1_000),
                (160, 61_000, 10),
                (4_060, 100_000, 1_000),
                (4_120, 160_000, 10)
            ]
        );
        let mut last = Timestamp(0);
        for _ in 0..1_000 {
            let now = clock.now();
            assert!(now >= last, "{now:?} after {last:?}");
            last = now;
        }
        let speed = |at| clock.speed_at(Timestamp(at));
        assert_eq!(speed(0), Speed { times: 10, until: Some(Timestamp(1_000)) });
        assert_eq!(speed(1_000), Speed { times: 1_000, until: Some(Timestamp(61_000)) });
        assert_eq!(speed(160_000), Speed { times: 10, until: None });
        assert!(clock.until(Timestamp(160_000)) <= Duration::from_millis(4_120));
        assert_eq!(clock.until(Timestamp(-5)), Duration::ZERO);
    }

    #[test]
    fn a_scaled_clock_may_begin_within_a_rest() {
        let rests = [(Timestamp(-60_000), Timestamp(60_000))];
        let Clock::Scaled(clock) = Clock::scaled_with_rests(Timestamp(0), 10, 1_000, rests) else {
            panic!("it is scaled");
        };
        let legs: Vec<_> = clock.legs.iter().map(|leg| (leg.after / NANOS, leg.from.0, leg.speed)).collect();
        assert_eq!(legs, [(0, 0, 1_000), (60, 60_000, 10)]);
    }

    #[tokio::test]
    async fn a_scaled_clock_reaches_an_hour_within_real_milliseconds() {
        let clock = Clock::scaled(Timestamp(0), 3_600_000);
        assert!(clock.wait_until(Timestamp(3_600_000), &Notify::new()).await);
        assert!(clock.now() >= Timestamp(3_600_000));
    }
}
