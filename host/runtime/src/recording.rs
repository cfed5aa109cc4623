//! The record of a run: everything that went into it and everything it said, so that it can be replayed.
//!
//! Calls and replies are written down in their compact form as they pass the gate, so no value is cloned for the
//! record; the whole is compressed once, at the end.

use std::cell::RefCell;

use serde::{Deserialize, Serialize};
use zstd::bulk::{Compressor, Decompressor};

use crate::abi::latest::RunContext;
use crate::budget::Budget;
use crate::call::{HostCall, HostReply};
use crate::gate::Usage;
use crate::grant::Grant;
use crate::hash::ModuleHash;
use crate::outcome::RunOutcome;

/// Format of encoded recordings; a reader refuses any other.
const FORMAT: u8 = 1;

/// Largest recording that is read back, uncompressed: above every budget's boundary bytes.
const MAX_RAW_BYTES: u64 = 1 << 30;

/// Recordings smaller than this are kept as they are: compressing them takes longer than it saves.
const COMPRESSED_FROM_BYTES: usize = 512;

/// A level without entropy coding of literals: recordings are written each minute for every user and mostly never read.
/// Level 1 takes twice as long for the same size of a usual one (12 us instead of 6 for 1 kB), and ten times as long
/// for prices in bulk, to save an eighth of them.
const COMPRESSION_LEVEL: i32 = -1;

/// Why a recording cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum RecordingError {
    /// Written by another version of the host.
    #[error("the recording has format {found}, this host reads format {FORMAT}")]
    Format {
        /// Its format.
        found: u8,
    },
    /// Bytes are missing or wrong.
    #[error("the recording is damaged: {0}")]
    Damaged(String),
    /// It could not be compressed.
    #[error("the recording could not be compressed: {0}")]
    Compression(std::io::Error),
}

/// Who answered a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Answerer {
    /// The gate: a denial, or orders beyond the budget.
    Gate,
    /// The services behind it.
    Services,
}

/// One call and what the guest was answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecordedCall {
    /// As the guest made it.
    pub call: HostCall,
    /// As the guest saw it; none when the run was stopped before the reply.
    pub answer: Option<(Answerer, HostReply)>,
}

/// A run's inputs and end, without its calls.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecordedRun {
    /// Which module ran.
    pub module: ModuleHash,
    /// What it was told.
    pub context: RunContext,
    /// What it was granted.
    pub grant: Grant,
    /// What it was allowed.
    pub budget: Budget,
    /// What it used.
    pub usage: Usage,
    /// How it ended.
    pub outcome: RunOutcome,
    /// Processor time in microseconds.
    pub cpu_micros: u64,
    /// Most bytes of memory it had.
    pub peak_memory: u64,
}

/// The record of one run.
#[derive(Debug, Clone, PartialEq)]
pub struct Recording {
    /// Inputs and end.
    pub run: RecordedRun,
    calls: Vec<u8>,
}

impl Recording {
    pub(crate) fn new(run: RecordedRun, recorder: Recorder) -> Self {
        Self { run, calls: recorder.finish() }
    }

    /// The calls in the order they were made.
    pub fn calls(&self) -> Result<Vec<RecordedCall>, RecordingError> {
        let mut calls = Vec::new();
        let mut rest = self.calls.as_slice();
        while !rest.is_empty() {
            let (call, after) = postcard::take_from_bytes(rest).map_err(damaged)?;
            calls.push(call);
            rest = after;
        }
        Ok(calls)
    }

    /// Compresses the recording for storage. The compression context of the thread is used again and again: making
    /// one costs more than compressing a usual run.
    pub fn encode(&self) -> Result<Vec<u8>, RecordingError> {
        let raw = Vec::with_capacity(self.calls.len() + 512);
        let mut raw = postcard::to_extend(&self.run, raw).map_err(damaged)?;
        raw.extend_from_slice(&self.calls);
        let compressed = raw.len() >= COMPRESSED_FROM_BYTES;
        let header = (FORMAT, compressed, u64::try_from(raw.len()).unwrap_or(u64::MAX));
        let mut encoded = postcard::to_extend(&header, Vec::with_capacity(raw.len())).map_err(damaged)?;
        if compressed {
            encoded.extend(compress(&raw).map_err(RecordingError::Compression)?);
        } else {
            encoded.extend(raw);
        }
        Ok(encoded)
    }

    /// Reads an encoded recording.
    pub fn decode(encoded: &[u8]) -> Result<Self, RecordingError> {
        let (format, rest) = postcard::take_from_bytes::<u8>(encoded).map_err(damaged)?;
        if format != FORMAT {
            return Err(RecordingError::Format { found: format });
        }
        let ((compressed, length), rest) = postcard::take_from_bytes::<(bool, u64)>(rest).map_err(damaged)?;
        if length > MAX_RAW_BYTES {
            return Err(RecordingError::Damaged(format!("it claims to hold {length} bytes")));
        }
        let length = usize::try_from(length).map_err(damaged)?;
        let raw = if compressed { decompress(rest, length)? } else { rest.to_vec() };
        if raw.len() != length {
            return Err(RecordingError::Damaged(format!("{} bytes of {length} are there", raw.len())));
        }
        let (run, calls) = postcard::take_from_bytes(&raw).map_err(damaged)?;
        Ok(Self { run, calls: calls.to_vec() })
    }
}

fn compress(raw: &[u8]) -> std::io::Result<Vec<u8>> {
    thread_local! {
        static COMPRESSOR: RefCell<Option<Compressor<'static>>> = const { RefCell::new(None) };
    }
    COMPRESSOR.with_borrow_mut(|kept| {
        let compressor = match kept {
            Some(compressor) => compressor,
            None => kept.insert(Compressor::new(COMPRESSION_LEVEL)?),
        };
        compressor.compress(raw)
    })
}

fn decompress(compressed: &[u8], length: usize) -> Result<Vec<u8>, RecordingError> {
    Decompressor::new().and_then(|mut it| it.decompress(compressed, length)).map_err(damaged)
}

fn damaged(error: impl std::fmt::Display) -> RecordingError {
    RecordingError::Damaged(error.to_string())
}

/// Writes calls and replies down as they happen, in the form in which `RecordedCall` is read back.
#[derive(Debug, Default)]
pub(crate) struct Recorder {
    written: Vec<u8>,
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
        if self.open {
            self.open = false;
            self.write(&Some((answerer, reply)));
        }
    }

    /// Bytes written so far.
    pub(crate) fn bytes(&self) -> u64 {
        u64::try_from(self.written.len()).unwrap_or(u64::MAX)
    }

    fn finish(mut self) -> Vec<u8> {
        self.close();
        self.written
    }

    fn close(&mut self) {
        if std::mem::take(&mut self.open) {
            self.write(&None::<(Answerer, HostReply)>);
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
    use crate::abi::latest::{Capability, HostError, Summary, Trigger};

    /// A recording with this many quote calls.
    fn recording(calls: usize) -> Recording {
        let mut recorder = Recorder::default();
        for number in 0..calls {
            recorder.call(&HostCall::Quotes { symbols: vec![format!("SYMBOL{number}")] });
            recorder.reply(Answerer::Services, &HostReply::Quotes(vec![None]));
        }
        let context = RunContext {
            run_id: 1,
            user_id: 2,
            task: "buy_orders".to_owned(),
            day: 20_090,
            due_at: 3,
            now: 4,
            trigger: Trigger::Manual,
        };
        let run = RecordedRun {
            module: ModuleHash::of(b"module"),
            context,
            grant: Grant::all(),
            budget: Budget::default(),
            usage: Usage::default(),
            outcome: RunOutcome::Succeeded(Summary { text: "done".to_owned(), counters: Vec::new() }),
            cpu_micros: 5,
            peak_memory: 6,
        };
        Recording::new(run, recorder)
    }

    #[test]
    fn small_and_large_recordings_read_back() {
        for calls in [0, 1, 500] {
            let recording = recording(calls);
            let encoded = recording.encode().unwrap();
            assert_eq!(Recording::decode(&encoded).unwrap(), recording);
            assert_eq!(recording.calls().unwrap().len(), calls);
        }
    }

    #[test]
    fn large_recordings_are_compressed() {
        let encoded = recording(500).encode().unwrap().len();
        assert!(encoded < 500 * 10, "{encoded} bytes");
    }

    #[test]
    fn a_call_without_reply_is_kept() {
        let mut recorder = Recorder::default();
        recorder.call(&HostCall::Universe);
        recorder.call(&HostCall::Positions);
        recorder.reply(Answerer::Gate, &HostReply::Refused(HostError::Denied(Capability::BrokerRead)));
        let calls = Recording { calls: recorder.finish(), ..recording(0) }.calls().unwrap();
        assert_eq!(calls[0], RecordedCall { call: HostCall::Universe, answer: None });
        assert!(matches!(calls[1].answer, Some((Answerer::Gate, _))));
    }

    #[test]
    fn damaged_recordings_are_refused() {
        for whole in [recording(2).encode().unwrap(), recording(500).encode().unwrap()] {
            for length in 0..whole.len().min(600) {
                let read = Recording::decode(&whole[..length]);
                assert!(matches!(read, Err(RecordingError::Damaged(_))), "{length} bytes were read");
            }
        }
    }

    #[test]
    fn recordings_of_earlier_hosts_keep_their_meaning() {
        // The last variants before 1.1.0 by their places: `RecordDecisions` 25, `Refused` 26, `Failed` 27.
        let written = [25, 0, 1, 1, 26, 1, 1, b'x', 2, 1, 1, 27, 1, b'y'];
        let calls = Recording { calls: written.to_vec(), ..recording(0) }.calls().unwrap();
        let expected = [
            (
                HostCall::RecordDecisions { entries: Vec::new() },
                HostReply::Refused(HostError::Invalid("x".to_owned())),
            ),
            (HostCall::AfterMarketOpen, HostReply::Failed("y".to_owned())),
        ];
        let expected =
            expected.map(|(call, reply)| RecordedCall { call, answer: Some((Answerer::Services, reply)) });
        assert_eq!(calls, expected);
    }

    #[test]
    fn another_format_is_refused_by_its_number() {
        let mut encoded = recording(1).encode().unwrap();
        encoded[0] = 9;
        let error = Recording::decode(&encoded).unwrap_err();
        assert_eq!(error.to_string(), "the recording has format 9, this host reads format 1");
    }
}
