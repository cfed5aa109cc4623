//! Recordings as bytes, and back.
//!
//! Format 4 is a header (format, whether what follows is compressed, its length) and then the run, the price that it
//! happened because of, the places of shared replies, and the calls without them. Format 3 has no such price. In format 2 the run has a budget without bounds on the host's work
//! and on what the run leaves behind. Format 1 has the same run, no places and the calls in full.

use std::cell::RefCell;
use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use zstd::bulk::Compressor;

use super::decompress::{check_length, damaged, decompress};
use super::earlier::EarlierRun;
use super::shared::{ReplyHash, SharedReplies, SharedReply};
use super::{RecordedRun, Recording, RecordingError};

/// Format of encoded recordings.
pub(super) const FORMAT: u8 = 4;

/// The format of hosts whose runs never happened because of a price.
const FORMAT_WITHOUT_CAUSE: u8 = 3;

/// The format of hosts that bounded neither their own work nor what a run leaves behind.
const FORMAT_WITHOUT_BOUNDS: u8 = 2;

/// The format of hosts that kept every reply in each recording.
const FORMAT_WITHOUT_SHARED: u8 = 1;

/// Recordings smaller than this are kept as they are: compressing them takes longer than it saves.
const COMPRESSED_FROM_BYTES: usize = 512;

/// A level without entropy coding of literals: recordings are written each minute for every user and mostly never read.
/// Level 1 takes twice as long for the same size of a usual one (12 us instead of 6 for 1 kB).
const COMPRESSION_LEVEL: i32 = -1;

/// A recording as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EncodedRecording {
    /// The recording without its shared replies, behind a header; compressed unless it is small.
    pub data: Vec<u8>,
    /// The shared replies that it uses, each once.
    pub replies: Vec<SharedReply>,
}

/// Position of a shared reply in the recording.
#[derive(Serialize, Deserialize)]
struct SharedReplyAt {
    /// Bytes of calls between the place before and this one.
    after: u64,
    reply: ReplyHash,
}

impl Recording {
    /// Compresses the recording for storage. The compression context of the thread is used again and again: making
    /// one costs more than compressing a usual run.
    pub fn encode(&self, shared: &SharedReplies) -> Result<EncodedRecording, RecordingError> {
        let mut replies: Vec<SharedReply> = Vec::new();
        let mut insertions = Vec::with_capacity(self.shared.len());
        let mut own = Vec::with_capacity(self.shared.len() + 1);
        let mut end = 0;
        for part in &self.shared {
            let (Some(before), Some(content)) =
                (self.calls.get(end..part.start), self.calls.get(part.clone()))
            else {
                return Err(RecordingError::Damaged("a shared part lies outside of the calls".to_owned()));
            };
            let reply = shared.share(content)?;
            insertions.push(SharedReplyAt { after: before.len() as u64, reply: reply.hash });
            own.push(before);
            end = part.end;
            if replies.iter().all(|kept| kept.hash != reply.hash) {
                replies.push(reply);
            }
        }
        own.push(self.calls.get(end..).unwrap_or_default());
        let capacity = own.iter().map(|part| part.len()).sum::<usize>() + 512;
        let mut raw = postcard::to_extend(&self.run, Vec::with_capacity(capacity)).map_err(damaged)?;
        raw = postcard::to_extend(&self.run.cause, raw).map_err(damaged)?;
        raw = postcard::to_extend(&insertions, raw).map_err(damaged)?;
        own.iter().for_each(|part| raw.extend_from_slice(part));
        Ok(EncodedRecording { data: pack(&raw)?, replies })
    }

    /// Reads an encoded recording.
    ///
    /// # Errors
    /// When it was written by a later host, is damaged, or a shared reply is damaged or missing.
    pub fn decode(encoded: &EncodedRecording) -> Result<Self, RecordingError> {
        let (format, rest) = postcard::take_from_bytes::<u8>(&encoded.data).map_err(damaged)?;
        if !(FORMAT_WITHOUT_SHARED..=FORMAT).contains(&format) {
            return Err(RecordingError::Format { found: format });
        }
        let raw = unpack(rest)?;
        let (run, rest) = read_run(format, &raw)?;
        if format == FORMAT_WITHOUT_SHARED {
            return Ok(Self { run, calls: rest.to_vec(), shared: Vec::new() });
        }
        let (insertions, own) = postcard::take_from_bytes::<Vec<SharedReplyAt>>(rest).map_err(damaged)?;
        let mut recording = Self { run, calls: Vec::with_capacity(own.len()), shared: Vec::new() };
        recording.put_back(&insertions, own, &encoded.replies)?;
        Ok(recording)
    }

    /// Reads the run of an encoded recording without its calls, from [`EncodedRecording::data`] alone.
    ///
    /// # Errors
    /// When it was written by a later host, or is damaged.
    pub fn decode_run(data: &[u8]) -> Result<RecordedRun, RecordingError> {
        let (format, rest) = postcard::take_from_bytes::<u8>(data).map_err(damaged)?;
        if !(FORMAT_WITHOUT_SHARED..=FORMAT).contains(&format) {
            return Err(RecordingError::Format { found: format });
        }
        Ok(read_run(format, &unpack(rest)?)?.0)
    }

    /// The calls in full.
    fn put_back(
        &mut self,
        insertions: &[SharedReplyAt],
        own: &[u8],
        replies: &[SharedReply],
    ) -> Result<(), RecordingError> {
        let by_hash: HashMap<ReplyHash, &SharedReply> =
            replies.iter().map(|reply| (reply.hash, reply)).collect();
        let mut own = own;
        for insertion in insertions {
            let (before, after) = usize::try_from(insertion.after)
                .ok()
                .and_then(|length| own.split_at_checked(length))
                .ok_or_else(|| damaged("a shared reply belongs behind its end"))?;
            let reply =
                by_hash.get(&insertion.reply).ok_or(RecordingError::Missing { hash: insertion.reply })?;
            let content = reply.content()?;
            self.calls.extend_from_slice(before);
            let start = self.calls.len();
            self.calls.extend_from_slice(&content);
            self.shared.push(start..self.calls.len());
            check_length(self.calls.len() as u64)?;
            own = after;
        }
        self.calls.extend_from_slice(own);
        Ok(())
    }
}

/// The run, and the bytes behind it.
fn read_run(format: u8, raw: &[u8]) -> Result<(RecordedRun, &[u8]), RecordingError> {
    if format > FORMAT_WITHOUT_CAUSE {
        let (run, rest) = postcard::take_from_bytes::<RecordedRun>(raw).map_err(damaged)?;
        let (cause, rest) = postcard::take_from_bytes(rest).map_err(damaged)?;
        return Ok((RecordedRun { cause, ..run }, rest));
    }
    if format > FORMAT_WITHOUT_BOUNDS {
        return postcard::take_from_bytes(raw).map_err(damaged);
    }
    let (run, rest) = postcard::take_from_bytes::<EarlierRun>(raw).map_err(damaged)?;
    Ok((run.into(), rest))
}

/// Header and bytes, compressed when that saves something.
fn pack(raw: &[u8]) -> Result<Vec<u8>, RecordingError> {
    let compressed = raw.len() >= COMPRESSED_FROM_BYTES;
    let header = (FORMAT, compressed, raw.len() as u64);
    let mut packed = postcard::to_extend(&header, Vec::with_capacity(raw.len())).map_err(damaged)?;
    if compressed {
        packed.extend(compress(raw).map_err(RecordingError::Compression)?);
    } else {
        packed.extend_from_slice(raw);
    }
    Ok(packed)
}

/// The bytes behind the format.
fn unpack(packed: &[u8]) -> Result<Vec<u8>, RecordingError> {
    let ((compressed, length), rest) = postcard::take_from_bytes::<(bool, u64)>(packed).map_err(damaged)?;
    if compressed {
        return decompress(rest, length);
    }
    if rest.len() as u64 != length {
        return Err(damaged(format!("{} bytes of {length} are there", rest.len())));
    }
    Ok(rest.to_vec())
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
