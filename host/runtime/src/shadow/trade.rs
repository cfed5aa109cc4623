//! The trading calls of a run, order by order: a batch of three orders and three calls of one order are the same.

use std::fmt;

use prahari_domain::money::{Paise, rupees};
use prahari_domain::numbers::counted;
use serde::{Deserialize, Serialize};

use crate::abi::latest::{Refusal, RefusalCode, Side, broker};
use crate::call::{HostCall, HostReply};
use crate::recording::{Answerer, RecordedCall};
use crate::replay::same;

/// One thing that a run wanted done at the broker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Trade {
    /// One order of a `broker.place`.
    Place(broker::OrderRequest),
    /// `broker.modify`
    Modify {
        /// Our id of the order.
        order_id: String,
        /// New quantity, and new kind with its limit price; none leaves it as it is.
        change: broker::OrderChange,
    },
    /// One order of a `broker.cancel`.
    Cancel {
        /// Our id of the order.
        order_id: String,
        /// Kept with the order.
        reason: String,
    },
    /// `broker.reconcile`
    Reconcile,
    /// `broker.close-day`
    CloseDay,
}

/// Answer to one trade.
#[derive(Debug, Clone)]
pub(super) enum Answer {
    /// To one order of a `broker.place`.
    Placed(Result<String, Refusal>),
    /// To a change or one cancellation.
    Changed(Result<(), Refusal>),
    /// To the call as a whole.
    Whole(HostReply),
}

/// A trade of a run, with what became of it.
#[derive(Debug, Clone)]
pub(super) struct Traded {
    /// Which call of the run it belongs to, from 0.
    pub call: usize,
    pub trade: Trade,
    /// None when the run was stopped before the answer.
    pub answer: Option<(Answerer, Answer)>,
}

impl Trade {
    /// The trades of a call; none when the call does not trade.
    pub(super) fn of(call: &HostCall) -> Option<Vec<Self>> {
        match call {
            HostCall::Place { requests } => Some(requests.iter().cloned().map(Self::Place).collect()),
            HostCall::Modify { order_id, change } => {
                Some(vec![Self::Modify { order_id: order_id.clone(), change: *change }])
            }
            HostCall::Cancel { order_ids, reason } => {
                let one = |id: &String| Self::Cancel { order_id: id.clone(), reason: reason.clone() };
                Some(order_ids.iter().map(one).collect())
            }
            HostCall::Reconcile => Some(vec![Self::Reconcile]),
            HostCall::CloseDay => Some(vec![Self::CloseDay]),
            _ => None,
        }
    }

    /// Returns whether both are the same in every detail.
    pub(super) fn is(&self, other: &Self) -> bool {
        same(self, other)
    }

    /// Returns whether both do the same kind of thing.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
    }

    /// The symbol or the order that it is about; empty when it is about everything.
    pub(super) fn subject(&self) -> &str {
        match self {
            Self::Place(request) => &request.symbol,
            Self::Modify { order_id, .. } | Self::Cancel { order_id, .. } => order_id,
            Self::Reconcile | Self::CloseDay => "",
        }
    }
}

impl Traded {
    /// Returns whether it went past the gate, so that it may have changed the books.
    pub(super) fn passed_gate(&self) -> bool {
        matches!(self.answer, Some((Answerer::Services, _))) && self.refusal_of_gate().is_none()
    }

    /// Returns whether it was refused, by whomever.
    pub(super) fn was_refused(&self) -> bool {
        let is_refusal = |answer: &Answer| match answer {
            Answer::Placed(answer) => answer.is_err(),
            Answer::Changed(answer) => answer.is_err(),
            Answer::Whole(reply) => matches!(reply, HostReply::Refused(_)),
        };
        self.answer.as_ref().is_some_and(|(_, answer)| is_refusal(answer))
    }

    /// Returns why the gate refused it, if it did.
    pub(super) fn refusal_of_gate(&self) -> Option<String> {
        match &self.answer {
            Some((_, Answer::Placed(Err(refusal)))) if refusal.code == RefusalCode::OrdersPerRun => {
                Some(refusal.detail.clone())
            }
            Some((Answerer::Gate, answer)) => Some(match answer {
                Answer::Placed(Err(refusal)) | Answer::Changed(Err(refusal)) => refusal.detail.clone(),
                _ => "trading is not granted".to_owned(),
            }),
            _ => None,
        }
    }
}

/// Every trade of these calls, in order.
pub(super) fn trades(calls: &[RecordedCall]) -> Vec<Traded> {
    let of_call = |(call, recorded): (usize, &RecordedCall)| {
        let trades = Trade::of(&recorded.call).unwrap_or_default();
        let answers = split(recorded.answer.as_ref(), trades.len());
        let traded = trades.into_iter().zip(answers);
        traded.map(|(trade, answer)| Traded { call, trade, answer }).collect::<Vec<_>>()
    };
    calls.iter().enumerate().flat_map(of_call).collect()
}

/// One answer for each trade of a call.
fn split(answer: Option<&(Answerer, HostReply)>, count: usize) -> Vec<Option<(Answerer, Answer)>> {
    let Some((answerer, reply)) = answer else { return vec![None; count] };
    let each: Vec<Answer> = match reply {
        HostReply::Placed(answers) => answers.iter().cloned().map(Answer::Placed).collect(),
        HostReply::Cancelled(answers) => answers.iter().cloned().map(Answer::Changed).collect(),
        HostReply::Modified(answer) => vec![Answer::Changed(answer.clone())],
        whole => vec![Answer::Whole(whole.clone()); count],
    };
    let mut each: Vec<_> = each.into_iter().map(|answer| Some((*answerer, answer))).collect();
    each.resize(count, None);
    each
}

/// The reply to a call from the answers to its trades.
pub(super) fn join(call: &HostCall, answers: Vec<Answer>) -> HostReply {
    let (mut placed, mut changed) = (Vec::new(), Vec::new());
    for answer in answers {
        match answer {
            Answer::Placed(answer) => placed.push(answer),
            Answer::Changed(answer) => changed.push(answer),
            Answer::Whole(reply) => return reply,
        }
    }
    match (call, changed.pop()) {
        (HostCall::Modify { .. }, Some(answer)) => HostReply::Modified(answer),
        (HostCall::Cancel { .. }, last) => {
            changed.extend(last);
            HostReply::Cancelled(changed)
        }
        _ => HostReply::Placed(placed),
    }
}

impl fmt::Display for Trade {
    /// Such as `sell 10 INFY at ₹1,523.45 (exit ema9_target)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Place(request) => order(f, request),
            Self::Modify { order_id, change } => {
                write!(f, "change order {order_id}")?;
                let shares = change.quantity.map(|quantity| counted(quantity, "share", "shares"));
                shares.map_or(Ok(()), |shares| write!(f, " to {shares}"))?;
                change.kind.map_or(Ok(()), |kind| write!(f, " {}", price(kind)))
            }
            Self::Cancel { order_id, reason } => write!(f, "cancel order {order_id} ({reason})"),
            Self::Reconcile => f.write_str("reconcile the books with the broker"),
            Self::CloseDay => f.write_str("close the trading date"),
        }
    }
}

fn order(f: &mut fmt::Formatter<'_>, request: &broker::OrderRequest) -> fmt::Result {
    let side = if request.side == Side::Buy { "buy" } else { "sell" };
    write!(f, "{side} {} {} {} (", request.quantity, request.symbol, price(request.kind))?;
    match &request.purpose {
        broker::Purpose::Entry => f.write_str("entry")?,
        broker::Purpose::Reentry(rung) => write!(f, "re-entry {} of cycle {}", rung.level, rung.cycle)?,
        broker::Purpose::Exit(reason) => write!(f, "exit {reason}")?,
    }
    if request.variety == broker::Variety::AfterMarket {
        f.write_str(", after market")?;
    }
    if request.product == broker::Product::Intraday {
        f.write_str(", intraday")?;
    }
    request.signal_id.map_or(Ok(()), |signal| write!(f, ", signal {signal}"))?;
    request.rsi.map_or(Ok(()), |rsi| write!(f, ", RSI {rsi:.2}"))?;
    request.retry_of.as_ref().map_or(Ok(()), |order| write!(f, ", retry of {order}"))?;
    f.write_str(")")
}

fn price(kind: broker::OrderKind) -> String {
    match kind {
        broker::OrderKind::Market => "at market".to_owned(),
        broker::OrderKind::Limit(price) => format!("at {}", rupees(Paise(price))),
    }
}
