//! The one gate that every host call passes: permission, budget, record, effect, in this order.

use serde::{Deserialize, Serialize};

use crate::abi::latest::{HostError, Refusal, RefusalCode};
use crate::budget::Budget;
use crate::call::{HostCall, HostReply};
use crate::grant::Grant;
use crate::recording::{Answerer, Recorder};
use crate::state::Stop;

/// What the gate decided about a call.
pub(crate) enum Admission {
    /// It goes to the services; `refused` order requests were cut off its end.
    Passed { call: HostCall, refused: usize },
    /// The gate answered it.
    Answered(HostReply),
}

/// What a run has used of its budget.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Host calls, refused ones included.
    pub calls: u32,
    /// Order requests passed on to the desk.
    pub orders: u32,
    /// Bytes of log messages.
    pub log_bytes: u64,
    /// Bytes of calls and replies as recorded.
    pub boundary_bytes: u64,
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
        let denied = self.denied(&call);
        self.spend(&call, denied.is_some())?;
        self.recorder.call(&call);
        self.check_bytes()?;
        if let Some(reply) = denied {
            return self.answer_itself(reply);
        }
        let refused = self.cut_orders(&mut call);
        if refused > 0 && matches!(&call, HostCall::Place { requests } if requests.is_empty()) {
            return self.answer_itself(HostReply::Placed(self.order_refusals(refused)));
        }
        Ok(Admission::Passed { call, refused })
    }

    /// Records the reply of the services and completes it for the guest. `Err` ends the run.
    pub(crate) fn answered(&mut self, mut reply: HostReply, refused: usize) -> Result<HostReply, Stop> {
        if let HostReply::Placed(answers) = &mut reply {
            answers.extend(self.order_refusals(refused));
        }
        self.recorder.reply(Answerer::Services, &reply);
        if let HostReply::Failed(reason) = reply {
            return Err(Stop::HostFailed(reason));
        }
        self.check_bytes()?;
        Ok(reply)
    }

    /// What was used so far.
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

    fn spend(&mut self, call: &HostCall, denied: bool) -> Result<(), Stop> {
        if self.usage.calls >= self.budget.host_calls {
            return Err(Stop::CallLimit);
        }
        self.usage.calls += 1;
        if let HostCall::Log { message, .. } = call
            && !denied
        {
            let bytes = u64::try_from(message.len()).unwrap_or(u64::MAX);
            self.usage.log_bytes = self.usage.log_bytes.saturating_add(bytes);
            if self.usage.log_bytes > self.budget.log_bytes {
                return Err(Stop::LogLimit);
            }
        }
        Ok(())
    }

    fn check_bytes(&self) -> Result<(), Stop> {
        if self.recorder.bytes() > self.budget.boundary_bytes { Err(Stop::ByteLimit) } else { Ok(()) }
    }

    fn answer_itself(&mut self, reply: HostReply) -> Result<Admission, Stop> {
        self.recorder.reply(Answerer::Gate, &reply);
        self.check_bytes()?;
        Ok(Admission::Answered(reply))
    }

    /// Cuts the requests beyond the run's order budget off the call and says how many they were.
    fn cut_orders(&mut self, call: &mut HostCall) -> usize {
        let HostCall::Place { requests } = call else {
            return 0;
        };
        let left = self.budget.orders.saturating_sub(self.usage.orders);
        let passed = requests.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        let refused = requests.len() - passed;
        requests.truncate(passed);
        self.usage.orders = self.usage.orders.saturating_add(u32::try_from(passed).unwrap_or(u32::MAX));
        refused
    }

    fn order_refusals(&self, count: usize) -> Vec<Result<String, Refusal>> {
        let refusal = Refusal {
            code: RefusalCode::OrdersPerRun,
            detail: format!("one run may place at most {} orders", self.budget.orders),
        };
        vec![Err(refusal); count]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::abi::latest::{Capability, Side, broker, log};

    fn place(count: usize) -> HostCall {
        let request = broker::OrderRequest {
            symbol: "INFY".to_owned(),
            side: Side::Buy,
            quantity: 1,
            kind: broker::OrderKind::Market,
            variety: broker::Variety::Regular,
            product: broker::Product::Delivery,
            purpose: broker::Purpose::Entry,
            signal_id: None,
            rsi: None,
            retry_of: None,
        };
        HostCall::Place { requests: vec![request; count] }
    }

    fn write(bytes: usize) -> HostCall {
        HostCall::Log { level: log::Level::Info, message: "x".repeat(bytes) }
    }

    fn gate(budget: Budget) -> Gate {
        Gate::new(Grant::all(), budget)
    }

    fn passed(admission: Result<Admission, Stop>) -> (HostCall, usize) {
        match admission {
            Ok(Admission::Passed { call, refused }) => (call, refused),
            Ok(Admission::Answered(reply)) => panic!("the gate answered {reply:?}"),
            Err(stop) => panic!("the gate stopped the run: {stop:?}"),
        }
    }

    #[test]
    fn every_capability_is_denied_unless_granted() {
        let mut gate = Gate::new(Grant::all().without(Capability::BrokerTrade), Budget::default());
        let denied = gate.admit(place(1)).unwrap_or_else(|stop| panic!("{stop:?}"));
        let expected = HostReply::Refused(HostError::Denied(Capability::BrokerTrade));
        assert!(matches!(denied, Admission::Answered(reply) if reply == expected));
        assert_eq!(passed(gate.admit(HostCall::Positions)).0, HostCall::Positions);
        assert_eq!((gate.usage().calls, gate.usage().orders), (2, 0));
    }

    #[test]
    fn orders_beyond_the_budget_are_refused_in_their_place() {
        let mut gate = gate(Budget { orders: 3, ..Budget::default() });
        let (call, refused) = passed(gate.admit(place(5)));
        assert_eq!((call, refused), (place(3), 2));
        let ours = vec![Ok("U1-20250102-0001".to_owned()); 3];
        let reply = gate.answered(HostReply::Placed(ours), refused).unwrap();
        let HostReply::Placed(answers) = reply else { panic!("{reply:?}") };
        let codes: Vec<_> = answers.iter().map(|it| it.as_ref().err().map(|refusal| refusal.code)).collect();
        let over = Some(RefusalCode::OrdersPerRun);
        assert_eq!(codes, [None, None, None, over, over]);
        assert!(
            matches!(gate.admit(place(1)), Ok(Admission::Answered(HostReply::Placed(it))) if it.len() == 1)
        );
        assert_eq!(gate.usage().orders, 3);
    }

    #[test]
    fn one_call_more_than_allowed_stops_the_run() {
        let mut gate = Gate::new(Grant::none(), Budget { host_calls: 2, ..Budget::default() });
        assert!(gate.admit(HostCall::Funds).is_ok());
        assert!(gate.admit(HostCall::Funds).is_ok());
        assert_eq!(gate.admit(HostCall::Funds).err(), Some(Stop::CallLimit));
    }

    #[test]
    fn log_bytes_are_counted_only_when_the_log_is_granted() {
        let budget = Budget { log_bytes: 10, ..Budget::default() };
        let mut granted = gate(budget);
        assert!(granted.admit(write(10)).is_ok());
        assert_eq!(granted.admit(write(1)).err(), Some(Stop::LogLimit));
        let mut denied = Gate::new(Grant::none(), budget);
        assert!(denied.admit(write(1_000)).is_ok());
    }

    #[test]
    fn calls_and_replies_share_the_byte_budget() {
        let mut calls = gate(Budget { boundary_bytes: 100, ..Budget::default() });
        assert_eq!(calls.admit(write(100)).err(), Some(Stop::ByteLimit));
        let mut replies = gate(Budget { boundary_bytes: 100, ..Budget::default() });
        passed(replies.admit(HostCall::Universe));
        let reply = HostReply::Universe(vec!["SYMBOL".to_owned(); 50]);
        assert_eq!(replies.answered(reply, 0).err(), Some(Stop::ByteLimit));
    }

    #[test]
    fn a_host_that_cannot_go_on_stops_the_run() {
        let mut gate = gate(Budget::default());
        passed(gate.admit(HostCall::Universe));
        let stop = gate.answered(HostReply::Failed("the store is gone".to_owned()), 0);
        assert_eq!(stop.err(), Some(Stop::HostFailed("the store is gone".to_owned())));
    }
}
