//! Answers a candidate's calls from a recording. Nothing is executed, and nothing that the recording does not show
//! is made up.

use async_trait::async_trait;

use crate::call::{HostCall, HostReply};
use crate::recording::{Answerer, RecordedCall};
use crate::replay::same;
use crate::services::HostServices;

use super::memory::Memory;
use super::reads::{Progress, Reads};
use super::terms::Terms;
use super::trade::{Answer, Trade, Traded, join, trades};

/// Reasons why the candidate could not go on.
#[derive(Debug, Clone)]
pub(super) enum Stopped {
    /// It did something whose answer nobody knows, because it was not done.
    Unknown,
    /// It asked for something that the recording does not have.
    Lacking(Box<HostCall>),
}

/// Answers the calls of one candidate's run.
pub(super) struct Answers<'a> {
    recorded: &'a [RecordedCall],
    terms: &'a Terms,
    reads: Reads<'a>,
    memory: Memory,
    trades: Vec<Traded>,
    /// Whether the candidate has made each of `trades`.
    done: Vec<bool>,
    published: Vec<bool>,
    progress: Progress,
    /// Whether the candidate has traded in another order than the recorded run, or left something out.
    pub(super) diverged: bool,
    /// Why the candidate was stopped; none while it runs.
    pub(super) stopped: Option<Stopped>,
}

impl<'a> Answers<'a> {
    /// Creates what answers from these recorded calls; a call that the terms do not grant is refused.
    pub(super) fn new(recorded: &'a [RecordedCall], terms: &'a Terms) -> Self {
        let trades = trades(recorded);
        Self {
            recorded,
            terms,
            reads: Reads::of(recorded, &trades),
            memory: Memory::learn(recorded),
            done: vec![false; trades.len()],
            trades,
            published: vec![false; recorded.len()],
            progress: Progress::default(),
            diverged: false,
            stopped: None,
        }
    }

    fn reply(&mut self, call: &HostCall) -> Result<HostReply, Stopped> {
        if let Some(wanted) = Trade::of(call) {
            return self.trade(call, &wanted);
        }
        let found = match call {
            HostCall::PublishSignals { .. } => return self.publish(call),
            HostCall::SetState { entries } => {
                let reply = self.refusal_of(call).unwrap_or(HostReply::StateSet);
                if reply == HostReply::StateSet {
                    self.memory.write(entries);
                }
                Some(reply)
            }
            HostCall::GetState { keys } => self.memory.values(keys).or_else(|| self.refusal_of(call)),
            HostCall::StateKeys { prefix } => self.memory.keys(prefix).or_else(|| self.refusal_of(call)),
            HostCall::Notify { .. } => self.refusal_of(call).or(Some(HostReply::Notified)),
            HostCall::Log { .. } => Some(HostReply::Logged),
            HostCall::RecordDecisions { .. } => Some(HostReply::DecisionsRecorded),
            question => {
                let at = (!self.diverged).then_some(self.progress);
                self.reads.answer(question, at)
            }
        };
        found.ok_or_else(|| Stopped::Lacking(Box::new(call.clone())))
    }

    /// The answers of the recorded trades that are equal to these.
    fn trade(&mut self, call: &HostCall, wanted: &[Trade]) -> Result<HostReply, Stopped> {
        let mut answers = Vec::with_capacity(wanted.len());
        for trade in wanted {
            answers.push(match self.terms.refusal(trade) {
                Some(refusal) => Answer::Placed(Err(refusal)),
                None => self.recorded_answer(trade).ok_or(Stopped::Unknown)?,
            });
        }
        Ok(join(call, answers))
    }

    fn recorded_answer(&mut self, trade: &Trade) -> Option<Answer> {
        let mut todo = self.trades.iter().enumerate().zip(&self.done).filter(|(_, done)| !**done);
        let first = todo.clone().next().map(|((index, _), _)| index);
        let ((index, traded), _) = todo.find(|((_, traded), _)| traded.trade.is(trade))?;
        // What the gate answered then never reached the services; here it did, and nobody knows their answer.
        let Some((Answerer::Services, answer)) = &traded.answer else { return None };
        self.diverged |= first != Some(index);
        self.progress.trades += usize::from(traded.passed_gate());
        if let Some(done) = self.done.get_mut(index) {
            *done = true;
        }
        Some(answer.clone())
    }

    /// The report on a publication tells what changed for everybody, so only that of the same one is known.
    fn publish(&mut self, call: &HostCall) -> Result<HostReply, Stopped> {
        let mut todo = self.recorded.iter().enumerate().zip(&self.published).filter(|(_, done)| !**done);
        let found = todo.find(|((_, recorded), _)| same(&recorded.call, call));
        let Some(((index, recorded), _)) = found else { return Err(Stopped::Unknown) };
        let Some((Answerer::Services, reply)) = &recorded.answer else { return Err(Stopped::Unknown) };
        self.progress.published += 1;
        if let Some(done) = self.published.get_mut(index) {
            *done = true;
        }
        Ok(reply.clone())
    }

    /// The refusal that the same call met in the recording, if it did.
    fn refusal_of(&self, call: &HostCall) -> Option<HostReply> {
        let is_same = |recorded: &&RecordedCall| same(&recorded.call, call);
        self.recorded.iter().filter(is_same).find_map(|recorded| match &recorded.answer {
            Some((Answerer::Services, reply @ HostReply::Refused(_))) => Some(reply.clone()),
            _ => None,
        })
    }
}

#[async_trait]
impl HostServices for Answers<'_> {
    async fn call(&mut self, call: &HostCall) -> HostReply {
        match self.reply(call) {
            Ok(reply) => reply,
            // The guest ends here: whatever it did next would rest on an answer that nobody gave.
            Err(stopped) => {
                self.stopped = Some(stopped);
                HostReply::Failed("the recording does not say what comes after this call".to_owned())
            }
        }
    }
}
