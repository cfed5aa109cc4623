//! Writes calls and replies down as they happen, in the form in which [`RecordedCall`](super::RecordedCall) is read
//! back.

use std::ops::Range;

use serde::Serialize;

use super::Answerer;
use crate::abi::latest::market::Candle;
use crate::call::{HostCall, HostReply};

/// A list of candles from this size on, some 50 bars, is kept once for all recordings. It costs some 200 bytes
/// there (its hash in three places, a count, two rows) and 40 in each recording that uses it; in a recording it
/// would take 800. The 250 bars of the sell monitor take 4,700. Quotes and instruments are not worth it: one of a
/// symbol has 40 bytes, and all of a call together are other ones for each user.
pub(super) const SHARED_FROM_BYTES: usize = 1024;

/// The record of a run that is under way.
#[derive(Debug, Default)]
pub(crate) struct Recorder {
    written: Vec<u8>,
    /// Parts of `written` that other runs are given alike.
    shared: Vec<Range<usize>>,
    /// Whether the last call has no answer yet.
    open: bool,
}

impl Recorder {
    pub(crate) fn call(&mut self, call: &HostCall) {
        self.close();
        self.write(call);
        self.open = true;
    }

    pub(crate) fn reply(&mut self, answerer: Answerer, reply: &HostReply) {
        if !std::mem::take(&mut self.open) {
            return;
        }
        match reply {
            HostReply::Candles(lists) => self.write_candles(answerer, lists),
            _ => self.write(&Some((answerer, reply))),
        }
    }

    /// Bytes written so far.
    pub(crate) fn bytes(&self) -> u64 {
        u64::try_from(self.written.len()).unwrap_or(u64::MAX)
    }

    /// Returns what was written, and which parts of it other runs are given alike.
    pub(super) fn finish(mut self) -> (Vec<u8>, Vec<Range<usize>>) {
        self.close();
        (self.written, self.shared)
    }

    fn close(&mut self) {
        if std::mem::take(&mut self.open) {
            self.write(&None::<(Answerer, HostReply)>);
        }
    }

    /// Byte for byte as any other reply, list after list, because users who hold other symbols have single lists in
    /// common and never all of them.
    fn write_candles(&mut self, answerer: Answerer, lists: &[Vec<Candle>]) {
        self.write(&Some((answerer, HostReply::Candles(Vec::new()))));
        // The last byte says that there are no lists.
        self.written.pop();
        self.write(&lists.len());
        for list in lists {
            let start = self.written.len();
            self.write(list);
            if self.written.len() - start >= SHARED_FROM_BYTES {
                self.shared.push(start..self.written.len());
            }
        }
    }

    fn write<T: Serialize>(&mut self, value: &T) {
        // Writing to a vector fails only for a serialiser of unknown length, which no boundary type has.
        match postcard::to_extend(value, std::mem::take(&mut self.written)) {
            Ok(written) => self.written = written,
            Err(error) => tracing::error!(%error, "a host call could not be recorded"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candles(count: i32) -> Vec<Candle> {
        let candle = |day| Candle { day, open: 101, high: 190, low: 99, close: 150, volume: 1_000_000 };
        (0..count).map(candle).collect()
    }

    #[test]
    fn candles_are_written_like_any_other_reply_and_the_long_lists_are_marked() {
        for lists in [vec![], vec![candles(0)], vec![candles(300), candles(3), candles(300)]] {
            let reply = HostReply::Candles(lists.clone());
            let mut recorder = Recorder::default();
            recorder.call(&HostCall::Universe);
            recorder.reply(Answerer::Services, &reply);
            let (written, shared) = recorder.finish();
            let plain = postcard::to_extend(&HostCall::Universe, Vec::new()).unwrap();
            let plain = postcard::to_extend(&Some((Answerer::Services, &reply)), plain).unwrap();
            assert_eq!(written, plain);
            let long: Vec<_> = lists.iter().filter(|list| list.len() == 300).collect();
            let marked: Vec<Vec<Candle>> =
                shared.into_iter().map(|part| postcard::from_bytes(&written[part]).unwrap()).collect();
            assert_eq!(marked.iter().collect::<Vec<_>>(), long);
        }
    }
}
