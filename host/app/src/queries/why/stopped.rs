//! What kept orders back before any run: halts, kill switches, an unexplained jump of the price, a service that was off.

use prahari_domain::instruments::Symbol;
use prahari_domain::time::Timestamp;
use prahari_store::{HaltFilter, HaltRow};

use super::{Asked, Link, Links, Says, StepKind, StepSubject};
use crate::error::AppError;
use crate::queries::UserQueries;

/// Most halts that are looked at, the newest ones.
const MOST_LOOKED_AT: u32 = 200;

/// Most halts that are told.
const MOST_HALTS: usize = 10;

/// Events of the service log after which a service is off.
const OFF: [&str; 2] = ["service_stopped", "service_failed"];

/// What kept orders back.
pub(super) struct Stopped {
    pub links: Links,
    /// Whether it is known that the service was turned on or off by the end of the day.
    pub has_service: bool,
}

impl UserQueries<'_> {
    pub(super) async fn stopped(
        &self,
        asked: &Asked,
        since: Option<Timestamp>,
        without_runs: bool,
    ) -> Result<Stopped, AppError> {
        let filter = HaltFilter { open: None, before: None, limit: MOST_LOOKED_AT };
        let halts = self.scope.halts(filter).await?;
        let is_full = halts.len() >= MOST_LOOKED_AT as usize;
        let cut =
            is_full && halts.last().is_some_and(|oldest| oldest.since >= Timestamp::start_of(asked.day));
        let held = halts.into_iter().filter(|halt| concerns(halt, asked));
        let mut links: Vec<Link> = held.map(|halt| of_halt(halt, &asked.symbol, since)).collect();
        links.extend(self.kill_switch(asked).or_else(|| self.reduce_only(asked)));
        let turn = self.scope.last_service_turn(Timestamp::end_of(asked.day)).await?;
        let has_service = turn.is_some();
        if without_runs && asked.exchange.open {
            let (at, found) = match turn {
                Some(turn) if OFF.contains(&turn.event.as_str()) => {
                    (Some(turn.at), format!("the service of this user was off: {}", turn.message))
                }
                Some(turn) => (
                    Some(turn.at),
                    format!("no task that may trade was due; last of the service: {}", turn.message),
                ),
                None => (None, "the service of this user was off, and no line says since when".to_owned()),
            };
            links.push(Link::new(StepKind::Halt, at, found, Says::Stops));
        }
        Ok(Stopped { links: Links::newest(links, MOST_HALTS, StepKind::Halt, cut), has_service })
    }

    /// The same with the jump of the share that nobody has explained, where it had come by the day: the gate lets no buy of it
    /// through. What the gate refused because of one that was explained since says so itself.
    pub(super) async fn with_jump(&self, asked: &Asked, mut stopped: Stopped) -> Stopped {
        if !asked.exchange.open {
            return stopped;
        }
        let jump = self.all.trading.unexplained_jump(&asked.symbol, asked.now).await;
        let jump = jump.unwrap_or_else(|error| {
            tracing::warn!(symbol = %asked.symbol, %error, "the jumps of a share cannot be asked for");
            None
        });
        if let Some(jump) = jump.filter(|jump| jump.day <= asked.day) {
            stopped.links.links.push(of_jump(self.all.trading.jumps.refusal(&jump)));
        }
        stopped
    }

    /// The kill switch that is on now: what it was on an earlier day is told by what the gate refused.
    fn kill_switch(&self, asked: &Asked) -> Option<Link> {
        let is_today = asked.now.ist_day() == asked.day;
        let is_on = is_today && self.user.settings.limits().in_force().kill_switch;
        let found = "a kill switch is on now: no order of this user is placed or changed".to_owned();
        is_on.then(|| Link::new(StepKind::Halt, None, found, Says::Stops))
    }

    /// The trading state as it is now, where it lets no buy through; likewise.
    fn reduce_only(&self, asked: &Asked) -> Option<Link> {
        let is_today = asked.now.ist_day() == asked.day;
        let limits = self.user.settings.limits().in_force();
        let reason = limits.reduce_only.as_ref().filter(|_| is_today)?;
        let found =
            format!("the trading state is reduce-only now, and nothing of this user is bought: {reason}");
        let since = self.user.settings.limits().set().value.states.reduce_only().map(|stated| stated.since);
        Some(Link::new(StepKind::Halt, since, found, Says::Stops))
    }
}

/// An unexplained jump ends the chain as it would end at the gate.
fn of_jump(found: String) -> Link {
    Link::new(StepKind::Halt, None, found, Says::Stops)
}

/// Whether a halt held at some time of the day, and for the share.
fn concerns(halt: &HaltRow, asked: &Asked) -> bool {
    let began = halt.since < Timestamp::end_of(asked.day);
    let ended = halt.lifted_at.is_some_and(|at| at <= Timestamp::start_of(asked.day));
    began && !ended && halt.symbol.as_ref().is_none_or(|symbol| *symbol == asked.symbol)
}

/// A halt ends the chain unless it was lifted before there was a signal.
fn of_halt(halt: HaltRow, symbol: &Symbol, signalled: Option<Timestamp>) -> Link {
    let what = match halt.symbol {
        Some(_) => format!("orders of {symbol} were halted for this user"),
        None => "every order of this user was halted".to_owned(),
    };
    let lifted = halt.lifted_at.map_or_else(String::new, |at| format!("; lifted on {at}"));
    let passed = halt.lifted_at.zip(signalled).is_some_and(|(lifted, signalled)| lifted <= signalled);
    let says = if passed { Says::Passes } else { Says::Stops };
    let found = format!("{what}: {}{lifted}", halt.reason);
    Link::new(StepKind::Halt, Some(halt.since), found, says).about(StepSubject::Halt(halt.id))
}

#[cfg(test)]
mod tests {
    use prahari_domain::ids::UserId;
    use prahari_store::HaltCode;

    use super::*;

    fn halt(lifted_at: Option<i64>) -> HaltRow {
        HaltRow {
            id: 3,
            user: UserId(2),
            symbol: None,
            code: HaltCode::BooksContradicted,
            reason: "the books".to_owned(),
            since: Timestamp(10),
            lifted_at: lifted_at.map(Timestamp),
            lifted_by: None,
            explanation: String::new(),
        }
    }

    #[test]
    fn a_halt_that_was_lifted_before_the_signal_ended_nothing() {
        let symbol = Symbol::new("TCS").unwrap();
        let says = |lifted_at, signalled: Option<i64>| {
            of_halt(halt(lifted_at), &symbol, signalled.map(Timestamp)).says
        };
        assert_eq!(says(None, Some(30)), Says::Stops);
        assert_eq!(says(Some(40), Some(30)), Says::Stops);
        assert_eq!(says(Some(20), Some(30)), Says::Passes);
        assert_eq!(says(Some(20), None), Says::Stops);
    }
}
