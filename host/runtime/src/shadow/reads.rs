//! The recorded answers to questions, found by what was asked: the call as a whole, or its symbols one by one.

use std::collections::HashMap;

use crate::abi::latest::market;
use crate::call::{HostCall, HostReply};
use crate::recording::{Answerer, RecordedCall};

use super::trade::Traded;

/// How far a run is with what changes the answers to its own questions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Progress {
    /// Trades that went past the gate.
    pub trades: usize,
    /// Publications of signals so far.
    pub published: usize,
}

/// A recorded read and its reply.
struct Read<'a> {
    at: Progress,
    call: &'a HostCall,
    reply: &'a HostReply,
    used: bool,
}

/// The questions of one recording.
pub(super) struct Reads<'a> {
    reads: Vec<Read<'a>>,
    /// Places in `reads` by the call in its recorded form.
    by_call: HashMap<Vec<u8>, Vec<usize>>,
}

impl<'a> Reads<'a> {
    /// Collects the questions among these calls that the services answered; `trades` are those of the same calls.
    pub(super) fn of(calls: &'a [RecordedCall], trades: &[Traded]) -> Self {
        let mut reads = Self { reads: Vec::new(), by_call: HashMap::new() };
        let mut at = Progress::default();
        for (index, recorded) in calls.iter().enumerate() {
            let Some((Answerer::Services, reply)) = &recorded.answer else { continue };
            if recorded.call.has_effect() {
                let passed = |traded: &&Traded| traded.call == index && traded.passed_gate();
                at.trades += trades.iter().filter(passed).count();
                at.published += usize::from(matches!(recorded.call, HostCall::PublishSignals { .. }));
                continue;
            }
            reads.by_call.entry(key(&recorded.call)).or_default().push(reads.reads.len());
            reads.reads.push(Read { at, call: &recorded.call, reply, used: false });
        }
        reads
    }

    /// The answer to a question. `at` says how far the candidate is, none when its way is another than the recorded
    /// one.
    ///
    /// A question that trades or publications change the answer of is answered only from the same progress: the funds
    /// after an order are not the funds before it.
    pub(super) fn answer(&mut self, call: &HostCall, at: Option<Progress>) -> Option<HostReply> {
        self.whole(call, at).or_else(|| self.one_by_one(call))
    }

    /// Answers with the reply to an equal call: the first one not used yet, else the last one.
    fn whole(&mut self, call: &HostCall, at: Option<Progress>) -> Option<HostReply> {
        let indices = self.by_call.get(&key(call))?;
        let fits = |index: &&usize| {
            let read = self.reads.get(**index);
            read.is_some_and(|read| at.is_none_or(|at| fits(call, read.at, at)))
        };
        let is_unused = |index: &&usize| self.reads.get(**index).is_some_and(|read| !read.used);
        let fitting: Vec<&usize> = indices.iter().filter(fits).collect();
        let index = fitting.iter().copied().find(is_unused).or_else(|| fitting.last().copied())?;
        let read = self.reads.get_mut(*index)?;
        read.used = true;
        Some(read.reply.clone())
    }

    /// Symbol by symbol, from whatever batches they were asked in.
    fn one_by_one(&self, call: &HostCall) -> Option<HostReply> {
        match call {
            HostCall::Phases { symbols } => self.batch(symbols, phase).map(HostReply::Phases),
            HostCall::Quotes { symbols } => self.batch(symbols, quote).map(HostReply::Quotes),
            HostCall::Instruments { symbols } => self.batch(symbols, instrument).map(HostReply::Instruments),
            HostCall::Candles { symbols, interval, count, forming } => {
                let wanted = Wanted { interval: *interval, count: *count, forming: *forming };
                self.batch(symbols, |read, symbol| wanted.candles(read, symbol)).map(HostReply::Candles)
            }
            _ => None,
        }
    }

    fn batch<T>(&self, symbols: &[String], find: impl Fn(Pair<'_>, &str) -> Option<T>) -> Option<Vec<T>> {
        let one = |symbol: &String| {
            self.reads.iter().find_map(|read| find(Pair { call: read.call, reply: read.reply }, symbol))
        };
        symbols.iter().map(one).collect()
    }
}

fn key(call: &HostCall) -> Vec<u8> {
    postcard::to_extend(call, Vec::new()).unwrap_or_default()
}

/// Returns whether the answer that was given there holds here.
fn fits(call: &HostCall, there: Progress, here: Progress) -> bool {
    match call {
        HostCall::Orders { .. } | HostCall::Positions | HostCall::Holdings | HostCall::Funds => {
            there.trades == here.trades
        }
        HostCall::ReadSignals => there == here,
        _ => true,
    }
}

/// A question and its answer.
#[derive(Clone, Copy)]
struct Pair<'a> {
    call: &'a HostCall,
    reply: &'a HostReply,
}

fn nth<T: Clone>(symbols: &[String], answers: &[T], symbol: &str) -> Option<T> {
    let index = symbols.iter().position(|asked| asked == symbol)?;
    answers.get(index).cloned()
}

fn phase(pair: Pair<'_>, symbol: &str) -> Option<crate::abi::latest::calendar::Phase> {
    match (pair.call, pair.reply) {
        (HostCall::Phases { symbols }, HostReply::Phases(phases)) => nth(symbols, phases, symbol),
        _ => None,
    }
}

fn quote(pair: Pair<'_>, symbol: &str) -> Option<Option<market::Quote>> {
    match (pair.call, pair.reply) {
        (HostCall::Quotes { symbols }, HostReply::Quotes(quotes)) => nth(symbols, quotes, symbol),
        _ => None,
    }
}

fn instrument(pair: Pair<'_>, symbol: &str) -> Option<Option<market::Instrument>> {
    match (pair.call, pair.reply) {
        (HostCall::Instruments { symbols }, HostReply::Instruments(found)) => nth(symbols, found, symbol),
        _ => None,
    }
}

/// Candles of one kind.
struct Wanted {
    interval: market::Interval,
    count: u32,
    forming: bool,
}

impl Wanted {
    /// The newest of a list that has at least as many as wanted, or all there are.
    fn candles(&self, pair: Pair<'_>, symbol: &str) -> Option<Vec<market::Candle>> {
        let (HostCall::Candles { symbols, interval, count, forming }, HostReply::Candles(lists)) =
            (pair.call, pair.reply)
        else {
            return None;
        };
        if *interval != self.interval || *forming != self.forming || *count < self.count {
            return None;
        }
        let all = nth(symbols, lists, symbol)?;
        let surplus = all.len().saturating_sub(usize::try_from(self.count).unwrap_or(usize::MAX));
        Some(all.into_iter().skip(surplus).collect())
    }
}
