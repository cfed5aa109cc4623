//! Says when the clock does not simply go on: while it stands before what is done already nothing is started, and
//! what it jumped over is passed at once.

use prahari_domain::numbers::counted;
use prahari_domain::time::Timestamp;
use prahari_store::{AlertCode, NewAlert};

use super::Rooms;
use crate::clock::{Clock, Reading};
use crate::error::AppError;

/// A clock that is put right by less than this is no news: everything is planned by the minute.
const JUMP_MS: i64 = 60_000;

/// How far the clock may be behind what is done without a word, because it is put right all the time.
const BEHIND_MS: i64 = 2_000;

/// Subject of the alerts about the clock.
const SUBJECT: &str = "clock";

/// Watches the clock for the scheduler.
pub(super) struct ClockWatch {
    /// What the clock showed when it was last looked at.
    seen: Reading,
    /// Whether the clock is behind what is done; not known before the first look, because the last process may have
    /// left an alert.
    behind: Option<bool>,
    jump: Option<Jump>,
}

/// A jump whose instants are being passed.
struct Jump {
    from: Timestamp,
    to: Timestamp,
    passed: u32,
}

impl ClockWatch {
    pub(super) fn new(clock: &Clock) -> Self {
        Self { seen: clock.read(), behind: None, jump: None }
    }

    /// Returns what the clock showed when it was last looked at.
    pub(super) fn seen(&self) -> Reading {
        self.seen
    }

    /// Looks at the clock. `cursor` is the last instant that is done.
    pub(super) async fn look(&mut self, rooms: &Rooms, cursor: Timestamp) -> Result<(), AppError> {
        if rooms.handles.clock.is_lockstep() {
            return Ok(());
        }
        let Reading { wall, pace } = rooms.handles.clock.read();
        let before = std::mem::replace(&mut self.seen, Reading { wall, pace });
        let jumped = wall.millis_since(before.wall) - (pace - before.pace);
        if jumped >= JUMP_MS {
            tracing::warn!(from = %before.wall, to = %wall, "the clock jumped forward");
            rooms.ledger.remember_jump(before.wall, wall);
            let from = self.jump.as_ref().map_or(before.wall, |jump| jump.from);
            let passed = self.jump.as_ref().map_or(0, |jump| jump.passed);
            self.jump = Some(Jump { from, to: wall, passed });
        } else if jumped <= -JUMP_MS {
            tracing::warn!(from = %before.wall, to = %wall, "the clock was set back");
        }
        self.say_whether_behind(rooms, cursor).await
    }

    async fn say_whether_behind(&mut self, rooms: &Rooms, cursor: Timestamp) -> Result<(), AppError> {
        let missing = cursor.millis_since(self.seen.wall);
        // Once it is said, it holds until the cursor is reached.
        let behind = missing > if self.behind == Some(true) { 0 } else { BEHIND_MS };
        if self.behind == Some(behind) {
            return Ok(());
        }
        self.behind = Some(behind);
        if behind {
            let detail = format!(
                "the clock stands at {}, and everything until {cursor} is done already: nothing is started until the clock gets there",
                self.seen.wall
            );
            let (subject, code) = (SUBJECT.to_owned(), AlertCode::ClockSetBack);
            rooms.notices.raise(NewAlert { code, user: None, subject, detail }).await?;
        } else {
            let resolution = "the clock has reached what was done";
            rooms.notices.clear(AlertCode::ClockSetBack, None, SUBJECT, resolution).await?;
        }
        Ok(())
    }

    /// An instant is passed on which something is due.
    pub(super) fn passes(&mut self, instant: Timestamp) {
        if let Some(jump) = self.jump.as_mut().filter(|jump| (jump.from..=jump.to).contains(&instant)) {
            jump.passed += 1;
        }
    }

    /// Notes the next instant and raises the alert of a jump before it. A jump over which nothing was due
    /// raises none.
    pub(super) async fn goes_on_to(&mut self, rooms: &Rooms, instant: Timestamp) -> Result<(), AppError> {
        let Some(Jump { from, to, passed }) = self.jump.take_if(|jump| instant > jump.to) else {
            return Ok(());
        };
        if passed == 0 {
            return Ok(());
        }
        let instants = counted(
            passed,
            "instant at which something was due was",
            "instants at which something was due were",
        );
        let detail = format!(
            "the clock jumped from {from} to {to}, because it was set or the machine was asleep: {instants} passed at once"
        );
        let (subject, code) = (from.to_string(), AlertCode::ClockJumped);
        rooms.notices.raise(NewAlert { code, user: None, subject, detail }).await?;
        Ok(())
    }
}
