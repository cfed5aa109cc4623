//! What a user's session manager remembers, and what each event means for the next login.

use std::time::Duration;

use prahari_domain::numbers::counted;
use prahari_domain::time::{Day, Timestamp};
use prahari_secrets::TotpStep;

use super::manager::InUse;
use super::record::{LoginCounts, LoginRecord};
use super::state::SessionState;
use crate::error::{Call, KotakError, Meaning};
use crate::mask::Masked;
use crate::proof::{Next, proof_of};
use crate::settings::KotakSettings;

/// Why a login counts as refused whose answer nobody heard.
const CUT_OFF: &str = "the daemon ended before the broker had answered";

#[derive(Default)]
pub(super) struct Inner {
    pub(super) current: Option<InUse>,
    /// Why there is no session; none before the first.
    pub(super) over: Option<(Timestamp, Masked)>,
    pub(super) logging_in: Option<Timestamp>,
    pub(super) cooling: Option<(Timestamp, Masked)>,
    /// Since when and why nobody logs in until a person allows it.
    pub(super) blocked: Option<(Timestamp, Masked)>,
    pub(super) needs_code: bool,
    pub(super) refusals: u32,
    /// Why the last login failed, as the log was told.
    pub(super) failure: Option<Masked>,
    /// Logins in a row that were said to be over as soon as they were used.
    pub(super) fruitless: u32,
    pub(super) generation: u64,
    /// Grows when the session is forgotten: a login that began before is not kept.
    pub(super) epoch: u64,
    pub(super) last_step: Option<TotpStep>,
    /// Day on which a session was doubted: once is enough to find out.
    pub(super) doubted: Option<Day>,
    counts: Option<(Day, LoginCounts)>,
    /// When the login began of which something may have been sent, and whose answer is not known yet.
    begun: Option<Timestamp>,
    last_success: Option<Timestamp>,
    pub(super) last_answer: Option<Timestamp>,
    /// Generation of the session that is kept for the next start; 0 is one that nobody can use.
    pub(super) stored: Option<u64>,
    /// Whether the daemon stops: what is kept is left to the next start.
    pub(super) is_left: bool,
}

impl Inner {
    pub(super) fn state(&self, now: Timestamp) -> SessionState {
        if let Some((session, _)) = &self.current {
            return SessionState::Active { since: session.since, day: session.day };
        }
        if let Some(since) = self.logging_in {
            return SessionState::LoggingIn { since };
        }
        if let Some((_, reason)) = &self.blocked {
            return SessionState::Blocked { reason: reason.clone() };
        }
        if let Some((until, reason)) = self.cooling.as_ref().filter(|(until, _)| *until > now) {
            return SessionState::CoolingDown { until: *until, reason: reason.clone() };
        }
        if self.needs_code {
            return SessionState::NeedsCode;
        }
        match &self.over {
            Some((at, reason)) => SessionState::Over { at: *at, reason: reason.clone() },
            None => SessionState::None { reason: Masked::ours("nobody has logged in yet") },
        }
    }

    pub(super) fn logins_on(&self, day: Day) -> u32 {
        self.counts_of(day).succeeded
    }

    /// The logins of a day that count towards the most that happen by themselves.
    pub(super) fn counted_on(&self, day: Day) -> u32 {
        let counts = self.counts_of(day);
        counts.succeeded.saturating_sub(counts.forgiven)
    }

    fn counts_of(&self, day: Day) -> LoginCounts {
        self.counts.filter(|(of, _)| *of == day).map_or(LoginCounts::default(), |(_, counts)| counts)
    }

    fn count(&mut self, day: Day) -> &mut LoginCounts {
        if self.counts.is_some_and(|(of, _)| of != day) {
            self.counts = None;
        }
        &mut self.counts.get_or_insert_with(|| (day, LoginCounts::default())).1
    }

    /// A person allows logins again.
    pub(super) fn allow_again(&mut self) {
        (self.blocked, self.cooling) = (None, None);
        (self.refusals, self.fruitless) = (0, 0);
        if let Some((_, counts)) = &mut self.counts {
            counts.forgiven = counts.succeeded;
        }
    }

    /// From here on something of a login may have been sent.
    pub(super) fn begins(&mut self, now: Timestamp, step: Option<TotpStep>) {
        self.count(now.ist_day()).tried += 1;
        self.begun = Some(now);
        self.last_step = step.or(self.last_step);
    }

    /// Counts a login that the broker took, whatever becomes of its session.
    pub(super) fn logged_in(&mut self, now: Timestamp) -> u32 {
        self.begun = None;
        self.last_success = Some(now);
        let counts = self.count(now.ist_day());
        counts.succeeded += 1;
        counts.succeeded
    }

    /// What a login that failed means for the next. Answers whether any of it had begun, so that it has to be kept.
    pub(super) fn failed(&mut self, error: &KotakError, now: Timestamp, settings: &KotakSettings) -> bool {
        let had_begun = self.begun.take().is_some();
        if had_begun {
            let counts = self.count(now.ist_day());
            if was_sent(error) {
                counts.failed += 1;
            } else {
                counts.tried = counts.tried.saturating_sub(1);
            }
        }
        if self.needs_code && error.meaning == Meaning::NotSent {
            return had_begun;
        }
        if proof_of(error.call, error.meaning).next == Next::CountRefusal {
            self.refused(&error.said, now, settings);
        }
        self.cooling = Some((now.plus_millis(millis(settings.cool_down)), error.said.clone()));
        had_begun
    }

    fn refused(&mut self, said: &Masked, at: Timestamp, settings: &KotakSettings) {
        self.refusals = self.refusals.saturating_add(1);
        if self.refusals >= settings.refusals {
            let times = counted(self.refusals, "time", "times");
            self.blocked = Some((at, Masked::ours(format!("refused {times}: {said}"))));
        }
    }

    /// Takes up what an earlier process has kept. Whether a login that was cut off was refused, nobody knows: it counts as if it
    /// had been, so that no number of restarts has an account locked. Answers whether that was so.
    pub(super) fn restore(&mut self, record: LoginRecord, settings: &KotakSettings) -> bool {
        let masked = |(at, why): (Timestamp, String)| (at, Masked::ours(why));
        self.counts = Some((record.day, record.counts));
        self.doubted = record.doubted.then_some(record.day);
        (self.refusals, self.fruitless) = (record.refusals, record.fruitless);
        self.blocked = record.blocked.map(masked);
        self.cooling = record.cooling.map(masked);
        (self.last_success, self.last_step) = (record.last_success, record.last_step);
        let Some(begun) = record.begun_at else { return false };
        let said = Masked::ours(CUT_OFF);
        self.count(record.day).failed += 1;
        self.refused(&said, begun, settings);
        self.cooling = Some((begun.plus_millis(millis(settings.cool_down)), said));
        true
    }

    /// What is to be kept.
    pub(super) fn record(&self, now: Timestamp) -> LoginRecord {
        let day = now.ist_day();
        let text = |(at, why): &(Timestamp, Masked)| (*at, why.to_string());
        LoginRecord {
            day,
            counts: self.counts_of(day),
            doubted: self.doubted == Some(day),
            refusals: self.refusals,
            fruitless: self.fruitless,
            begun_at: self.begun,
            blocked: self.blocked.as_ref().map(text),
            cooling: self.cooling.as_ref().map(text),
            last_success: self.last_success,
            last_step: self.last_step,
        }
    }
}

/// Whether anything of a login that failed may have left this machine.
pub(super) fn was_sent(error: &KotakError) -> bool {
    // The second step follows one that was answered.
    !(error.call == Call::LogIn && error.meaning == Meaning::NotSent)
}

pub(super) fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
