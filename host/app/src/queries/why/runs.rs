//! Slots and runs of tasks that may trade.

use prahari_domain::money::rupees;
use prahari_domain::numbers::counted;
use prahari_domain::time::Timestamp;
use prahari_store::{RunFilter, RunRow, RunTrigger, SlotFilter, SlotKind, SlotOutcome, SlotRow};

use super::{Asked, Link, Links, Says, StepKind, StepSubject};
use crate::error::AppError;
use crate::queries::UserQueries;

/// Most slots of a day that are looked at.
const MOST_LOOKED_AT: u32 = 200;

/// Most slots and runs that are told.
const MOST_RUNS: usize = 20;

/// Most reasons that are told of the ticks of a slot.
const MOST_REASONS: usize = 3;

impl UserQueries<'_> {
    /// The slots of the day and the runs that somebody asked for. A slot that came to nothing ends the chain when it was due after
    /// there was a signal.
    pub(super) async fn slots_and_runs(
        &self,
        asked: &Asked,
        since: Option<Timestamp>,
    ) -> Result<Links, AppError> {
        let (from, to) = (asked.day, asked.day);
        let filter = SlotFilter { from, to, task: None, state: None, after: None, limit: MOST_LOOKED_AT };
        let slots = self.scope.slot_page(filter).await?;
        let mut cut = slots.len() >= MOST_LOOKED_AT as usize;
        let mut links = Vec::new();
        for slot in slots.into_iter().filter(|slot| asked.may_trade(slot.task)) {
            let ticks = self.ticks(&slot).await?;
            let title = asked.title(slot.task);
            links.push(of_slot(slot, &title, &ticks, asked.now, since));
        }
        for trigger in [RunTrigger::RunOnce, RunTrigger::Manual] {
            let filter = RunFilter {
                trigger: Some(trigger),
                since: Some(Timestamp::start_of(asked.day)),
                until: Some(Timestamp::end_of(asked.day)),
                limit: MOST_LOOKED_AT,
                ..RunFilter::default()
            };
            let runs = self.scope.runs(filter).await?;
            cut |= runs.len() >= MOST_LOOKED_AT as usize;
            let of_run = |run: RunRow| of_run(&asked.title(run.task), run);
            links.extend(runs.into_iter().filter(|run| asked.may_trade(run.task)).map(of_run));
        }
        let on_price = self.runs_on_price(asked).await?;
        cut |= on_price.len() >= MOST_LOOKED_AT as usize;
        links.extend(on_price.into_iter().map(|run| of_price_run(&asked.title(run.task), run)));
        Ok(Links::newest(links, MOST_RUNS, StepKind::Run, cut))
    }

    /// The runs of the day that began because the price of the share had changed.
    async fn runs_on_price(&self, asked: &Asked) -> Result<Vec<RunRow>, AppError> {
        let filter = RunFilter {
            on_price: Some(asked.symbol.clone()),
            since: Some(Timestamp::start_of(asked.day)),
            until: Some(Timestamp::end_of(asked.day)),
            limit: MOST_LOOKED_AT,
            ..RunFilter::default()
        };
        let runs = self.scope.runs(filter).await?;
        Ok(runs.into_iter().filter(|run| asked.may_trade(run.task)).collect())
    }

    /// What is to be said of the ticks of a slot beside its own reason; empty when that is nothing.
    async fn ticks(&self, slot: &SlotRow) -> Result<String, AppError> {
        if slot.kind != SlotKind::Continuous {
            return Ok(String::new());
        }
        let reasons = if slot.ticks_failed + slot.ticks_skipped + slot.ticks_missed > 0 {
            self.scope.tick_reasons(slot.task, slot.due_at).await?
        } else {
            Vec::new()
        };
        Ok(of_ticks(slot, reasons))
    }
}

/// How many ticks of a slot succeeded, and why others did not, in brackets; empty where its own reason says all of that: the one of a
/// slot that is over has counted them, and says why ticks were skipped or missed, but not why they failed.
fn of_ticks(slot: &SlotRow, reasons: Vec<(SlotOutcome, String, u32)>) -> String {
    let told = slot.reason.is_empty().then(|| {
        let ticks = counted(slot.ticks_expected, "tick", "ticks");
        format!("{} of {ticks} succeeded", slot.ticks_ran)
    });
    let is_new = |(outcome, reason, _): &(SlotOutcome, String, u32)| {
        *outcome == SlotOutcome::Failed || !slot.reason.contains(reason.as_str())
    };
    let reasons: Vec<_> = reasons.into_iter().filter(is_new).collect();
    let more = reasons.len().saturating_sub(MOST_REASONS);
    let first = reasons.into_iter().take(MOST_REASONS);
    let reasons = first.map(|(outcome, reason, count)| format!("{count} {}: {reason}", outcome.name()));
    let more = (more > 0).then(|| format!("and {}", counted(more, "more reason", "more reasons")));
    let all: Vec<String> = told.into_iter().chain(reasons).chain(more).collect();
    if all.is_empty() { String::new() } else { format!(" ({})", all.join(", ")) }
}

fn of_slot(slot: SlotRow, title: &str, ticks: &str, now: Timestamp, since: Option<Timestamp>) -> Link {
    let task = slot.task;
    let ends_at = slot.ends_at.unwrap_or(slot.due_at);
    let (what, is_nothing) = match slot.outcome {
        Some(SlotOutcome::Ran) => ("ran", false),
        Some(SlotOutcome::Late) => ("ran late", false),
        Some(SlotOutcome::Missed) => ("was missed", true),
        Some(SlotOutcome::Skipped) => ("was skipped", true),
        Some(SlotOutcome::Failed) => ("failed", true),
        None if slot.due_at > now => ("is due and has not run yet", true),
        None if ends_at > now => ("is under way", false),
        None => ("has no outcome yet", true),
    };
    let reason = if slot.reason.is_empty() { String::new() } else { format!(": {}", slot.reason) };
    let concerns = since.is_some_and(|since| ends_at >= since);
    let says = if is_nothing && concerns { Says::Stops } else { Says::Passes };
    let subject = slot.run.map_or(StepSubject::Nothing, StepSubject::Run);
    let found = format!("{title} {what}{reason}{ticks}");
    Link::new(StepKind::Run, Some(slot.due_at), found, says).of(task).about(subject)
}

/// A run that somebody asked for: that it failed says nothing of those that were due.
fn of_run(title: &str, run: RunRow) -> Link {
    let found = format!("{title} was run once, {}", ended(&run));
    beside_slots(run, found)
}

/// A run because of a price: what it missed, the next tick sees.
fn of_price_run(title: &str, run: RunRow) -> Link {
    let price = run.cause.as_ref().map(|cause| format!(" of {}", rupees(cause.price))).unwrap_or_default();
    let found = format!("{title} ran on the price{price}, {}", ended(&run));
    beside_slots(run, found)
}

/// How a run ended, and what came of it.
fn ended(run: &RunRow) -> String {
    let outcome =
        run.outcome.as_deref().map_or_else(|| "it executes".to_owned(), |name| name.replace('_', " "));
    let detail = if run.detail.is_empty() { String::new() } else { format!(": {}", run.detail) };
    format!("{outcome}{detail}")
}

fn beside_slots(run: RunRow, found: String) -> Link {
    Link::new(StepKind::Run, Some(run.started_at), found, Says::Passes)
        .of(run.task)
        .about(StepSubject::Run(run.id))
}

#[cfg(test)]
mod tests {
    use prahari_domain::ids::UserId;
    use prahari_domain::tasks::Task;

    use super::*;

    fn said(outcome: Option<SlotOutcome>, since: Option<i64>) -> (String, Says) {
        let task = Task::literal("evening_buys");
        let day = "2025-03-07".parse().unwrap();
        let planned = SlotRow::planned(UserId(2), task, day, Timestamp(50), SlotKind::OneShot);
        let slot = SlotRow { outcome, reason: "why".to_owned(), ..planned };
        let link = of_slot(slot, "Evening buys", "", Timestamp(40), since.map(Timestamp));
        (link.step.found, link.says)
    }

    #[test]
    fn what_the_reason_of_a_slot_says_of_its_ticks_is_not_said_again() {
        let day = "2025-03-07".parse().unwrap();
        let task = Task::literal("sell_monitor");
        let planned = SlotRow::planned(UserId(2), task, day, Timestamp(50), SlotKind::Continuous);
        let open = SlotRow { ticks_expected: 375, ticks_ran: 370, ticks_missed: 4, ..planned };
        let missed = |reason: &str, count| (SlotOutcome::Missed, reason.to_owned(), count);
        let two = || vec![missed("12:19 was late", 1), missed("13:30 was late", 3)];
        let told = " (370 of 375 ticks succeeded, 1 missed: 12:19 was late, 3 missed: 13:30 was late)";
        assert_eq!(of_ticks(&open, two()), told);
        let reason = "370 of 375 ticks ran, 1 failed, 4 missed (12:19 was late: 1; 13:30 was late: 3)";
        let over = SlotRow { reason: reason.to_owned(), ticks_failed: 1, ..open };
        assert_eq!(of_ticks(&over, two()), "");
        // Why one failed stands nowhere else.
        let failed = (SlotOutcome::Failed, "it trapped".to_owned(), 1);
        assert_eq!(of_ticks(&over, [two(), vec![failed]].concat()), " (1 failed: it trapped)");
    }

    #[test]
    fn a_slot_ends_the_chain_only_when_it_came_to_nothing_after_a_signal() {
        let missed = Some(SlotOutcome::Missed);
        assert_eq!(said(missed, Some(50)), ("Evening buys was missed: why".to_owned(), Says::Stops));
        assert_eq!(said(missed, Some(51)).1, Says::Passes);
        assert_eq!(said(missed, None).1, Says::Passes);
        assert_eq!(
            said(Some(SlotOutcome::Ran), Some(50)),
            ("Evening buys ran: why".to_owned(), Says::Passes)
        );
        let due = "Evening buys is due and has not run yet: why".to_owned();
        assert_eq!(said(None, Some(50)), (due, Says::Stops));
    }
}
