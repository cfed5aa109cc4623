//! The one gate that every host call passes: permission, budget, record, effect, in this order.

mod allowance;

use prahari_domain::numbers::counted;

use self::allowance::unavailable;
use crate::abi::latest::{HostError, Refusal, RefusalCode};
use crate::budget::Budget;
use crate::call::{HostCall, HostReply};
use crate::grant::Grant;
use crate::outcome::Stop;
use crate::recording::{Answerer, Recorder};
use crate::usage::Usage;

/// Decision of the gate about a call.
pub(crate) enum Admission {
    /// It goes to the services; `refused` order requests were cut off its end.
    Passed { call: HostCall, refused: usize },
    /// The gate answered it.
    Answered(HostReply),
}

/// The gate of one run.
pub(crate) struct Gate {
    grant: Grant,
    budget: Budget,
    usage: Usage,
    recorder: Recorder,
}

impl Gate {
    pub(crate) fn new(grant: Grant, budget: Budget) -> Self {
        Self { grant, budget, usage: Usage::default(), recorder: Recorder::default() }
    }

    /// Permission, budget and record of one call. `Err` ends the run.
    pub(crate) fn admit(&mut self, mut call: HostCall) -> Result<Admission, Stop> {
        self.count_call()?;
        let fits = self.count_bytes(&call);
        let denied = self.denied(&call);
        if denied.is_none() {
            self.count_log(&call)?;
        }
        let answer = match denied {
            None if fits => self.charge(&call),
            None => Some(unavailable(format!(
                "one run may send the host {} bytes in its calls",
                self.budget.work.call_bytes
            ))),
            denied => denied,
        };
        if !fits {
            // What is too much to be served is too much to be kept.
            call = call.emptied();
        }
        self.recorder.call(&call);
        self.check_bytes()?;
        if let Some(reply) = answer {
            self.usage.refused = self.usage.refused.saturating_add(1);
            return self.answer_itself(reply);
        }
        self.pass(call)
    }

    /// Records the reply of the services and completes it for the guest. `Err` ends the run.
    pub(crate) fn answered(&mut self, mut reply: HostReply, refused: usize) -> Result<HostReply, Stop> {
        match &mut reply {
            HostReply::Placed(answers) => answers.extend(self.order_refusals(refused)),
            HostReply::Cancelled(answers) => answers.extend(self.change_refusals(refused)),
            _ => {}
        }
        self.recorder.reply(Answerer::Services, &reply);
        if let HostReply::Failed(reason) = reply {
            return Err(Stop::HostFailed(reason));
        }
        self.usage.rows = self.usage.rows.saturating_add(reply.unasked_rows());
        self.check_bytes()?;
        Ok(reply)
    }

    /// Returns the usage so far.
    pub(crate) fn usage(&self) -> Usage {
        Usage { boundary_bytes: self.recorder.bytes(), ..self.usage }
    }

    /// The record of the calls; the gate keeps nothing.
    pub(crate) fn take_recorder(&mut self) -> Recorder {
        std::mem::take(&mut self.recorder)
    }

    fn denied(&self, call: &HostCall) -> Option<HostReply> {
        let capability = call.capability();
        (!self.grant.allows(capability)).then_some(HostReply::Refused(HostError::Denied(capability)))
    }

    fn count_call(&mut self) -> Result<(), Stop> {
        if self.usage.calls >= self.budget.host_calls {
            return Err(Stop::CallLimit);
        }
        self.usage.calls += 1;
        Ok(())
    }

    /// Returns whether the call is within the bytes that calls may carry. One that is not counts for none of them.
    fn count_bytes(&mut self, call: &HostCall) -> bool {
        let bytes = self.usage.call_bytes.saturating_add(call.bytes());
        let fits = bytes <= self.budget.work.call_bytes;
        if fits {
            self.usage.call_bytes = bytes;
        }
        fits
    }

    fn count_log(&mut self, call: &HostCall) -> Result<(), Stop> {
        let HostCall::Log { message, .. } = call else { return Ok(()) };
        let bytes = u64::try_from(message.len()).unwrap_or(u64::MAX);
        self.usage.log_bytes = self.usage.log_bytes.saturating_add(bytes);
        self.usage.log_lines = self.usage.log_lines.saturating_add(1);
        let lines = self.usage.log_lines > self.budget.output.log_lines;
        if lines || self.usage.log_bytes > self.budget.log_bytes { Err(Stop::LogLimit) } else { Ok(()) }
    }

    /// Charges what the call costs, or refuses it and charges nothing.
    fn charge(&mut self, call: &HostCall) -> Option<HostReply> {
        match allowance::charged(self.usage, &self.budget, call) {
            Ok(usage) => {
                self.usage = usage;
                None
            }
            Err(reply) => Some(*reply),
        }
    }

    /// Passes a call on to the services, without the part that exceeds the budget.
    fn pass(&mut self, mut call: HostCall) -> Result<Admission, Stop> {
        let refused = self.cut_orders(&mut call);
        if refused > 0 && matches!(&call, HostCall::Place { requests } if requests.is_empty()) {
            return self.answer_itself(HostReply::Placed(self.order_refusals(refused)));
        }
        if refused > 0 && matches!(&call, HostCall::Cancel { order_ids, .. } if order_ids.is_empty()) {
            return self.answer_itself(HostReply::Cancelled(self.change_refusals(refused)));
        }
        if let HostCall::Log { message, .. } = &mut call {
            cut_line(message, self.budget.output.item_bytes);
        }
        Ok(Admission::Passed { call, refused })
    }

    fn check_bytes(&self) -> Result<(), Stop> {
        if self.recorder.bytes() > self.budget.boundary_bytes { Err(Stop::ByteLimit) } else { Ok(()) }
    }

    fn answer_itself(&mut self, reply: HostReply) -> Result<Admission, Stop> {
        self.recorder.reply(Answerer::Gate, &reply);
        self.check_bytes()?;
        Ok(Admission::Answered(reply))
    }

    /// Cuts what is beyond the run's budget of orders off the call and says how many they were.
    fn cut_orders(&mut self, call: &mut HostCall) -> usize {
        match call {
            HostCall::Place { requests } => cut(requests, &mut self.usage.orders, self.budget.orders),
            HostCall::Cancel { order_ids, .. } => {
                cut(order_ids, &mut self.usage.order_changes, self.budget.work.order_changes)
            }
            _ => 0,
        }
    }

    fn order_refusals(&self, count: usize) -> Vec<Result<String, Refusal>> {
        let refusal = Refusal {
            code: RefusalCode::OrdersPerRun,
            detail: format!("one run may place at most {}", counted(self.budget.orders, "order", "orders")),
        };
        vec![Err(refusal); count]
    }

    fn change_refusals(&self, count: usize) -> Vec<Result<(), Refusal>> {
        vec![Err(allowance::change_refusal(&self.budget)); count]
    }
}

/// Cuts the entries beyond what is left of a limit off the list, counts the others, and says how many were cut.
fn cut<T>(list: &mut Vec<T>, used: &mut u32, limit: u32) -> usize {
    let left = limit.saturating_sub(*used);
    let passed = list.len().min(usize::try_from(left).unwrap_or(usize::MAX));
    let refused = list.len() - passed;
    list.truncate(passed);
    *used = used.saturating_add(u32::try_from(passed).unwrap_or(u32::MAX));
    refused
}

/// Ends a line where one thing that is left behind has to end.
fn cut_line(line: &mut String, most: u64) {
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    if line.len() > most {
        line.truncate(line.floor_char_boundary(most));
    }
}

#[cfg(test)]
mod tests;
