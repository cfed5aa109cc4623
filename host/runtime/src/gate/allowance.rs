//! Whether what a call costs is within what the run may still cost and leave behind.

use prahari_domain::numbers::counted;

use crate::abi::latest::{HostError, Refusal, RefusalCode};
use crate::budget::Budget;
use crate::call::{HostCall, HostReply};
use crate::usage::Usage;

/// Returns what the run has used with this call, or the refusal of it.
pub(super) fn charged(used: Usage, budget: &Budget, call: &HostCall) -> Result<Usage, Box<HostReply>> {
    let Budget { work, output, .. } = budget;
    let mut usage = used;
    spend(&mut usage.rows, call.rows(), work.rows, "rows of its calls and their answers")?;
    if call.largest_item() > output.item_bytes {
        let (found, most) = (call.largest_item(), output.item_bytes);
        return Err(Box::new(invalid(format!(
            "{}: one thing that a run leaves behind may have {most} bytes, and one of these has {found}",
            call.function()
        ))));
    }
    match call {
        HostCall::RecordDecisions { entries } => {
            spend(&mut usage.decisions, count(entries), output.decisions, "decisions")?;
            spend(&mut usage.decision_bytes, call.bytes(), output.decision_bytes, "bytes of decisions")?;
        }
        HostCall::Notify { .. } => {
            spend(&mut usage.notifications, 1, output.notifications, "messages to the user")?;
        }
        HostCall::PublishSignals { drafts } => {
            spend(&mut usage.signals, count(drafts), output.signals, "signals to publish")?;
        }
        HostCall::SetState { entries } => {
            spend(&mut usage.state_changes, count(entries), output.state_changes, "changes of its state")?;
        }
        HostCall::Holdings | HostCall::Reconcile | HostCall::CloseDay => {
            spend(&mut usage.broker_questions, 1, work.broker_questions, "questions to the broker")?;
        }
        HostCall::Modify { .. } => {
            let changes = spend(&mut usage.order_changes, 1, work.order_changes, "changes of orders");
            changes.map_err(|_| Box::new(HostReply::Modified(Err(change_refusal(budget)))))?;
        }
        HostCall::Log { message, .. } => {
            let kept = u64::try_from(message.len()).unwrap_or(u64::MAX).min(output.item_bytes);
            let full = spend(&mut usage.kept_log_bytes, kept, output.kept_log_bytes, "bytes of its log");
            full.map_err(|_| Box::new(HostReply::Logged))?;
        }
        _ => {}
    }
    Ok(usage)
}

/// Returns why an order is not changed: the run has changed as many as it may.
pub(super) fn change_refusal(budget: &Budget) -> Refusal {
    Refusal {
        code: RefusalCode::OrdersPerRun,
        detail: format!(
            "one run may change or cancel at most {}",
            counted(budget.work.order_changes, "order", "orders")
        ),
    }
}

pub(super) fn unavailable(what: String) -> HostReply {
    HostReply::Refused(HostError::Unavailable(what))
}

fn invalid(what: String) -> HostReply {
    HostReply::Refused(HostError::Invalid(what))
}

/// Adds to what was used, unless that is more than the limit.
fn spend<T>(used: &mut T, more: T, limit: T, of: &str) -> Result<(), Box<HostReply>>
where
    T: Copy + Ord + std::fmt::Display + Saturating,
{
    let after = used.plus(more);
    if after > limit {
        let sentence = format!("this run may have {limit} {of}: {used} are used, and this call needs {more}");
        return Err(Box::new(unavailable(sentence)));
    }
    *used = after;
    Ok(())
}

/// Numbers of two widths that add up without overflow.
trait Saturating {
    fn plus(self, more: Self) -> Self;
}

impl Saturating for u32 {
    fn plus(self, more: Self) -> Self {
        self.saturating_add(more)
    }
}

impl Saturating for u64 {
    fn plus(self, more: Self) -> Self {
        self.saturating_add(more)
    }
}

fn count<T>(list: &[T]) -> u32 {
    u32::try_from(list.len()).unwrap_or(u32::MAX)
}
