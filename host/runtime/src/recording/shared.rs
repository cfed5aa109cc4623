//! Replies that many runs are given alike: kept once, under the hash of what they say.
//!
//! They are reached by their hash alone and have no owner, so nothing of a user may be one: only the recorder decides
//! what is shared, and it shares candles.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use parking_lot::Mutex;

use super::RecordingError;
use super::decompress::{damaged, decompress};

/// Most memory of [`SharedReplies`], in bytes of its replies and its books on them: the candles of a thousand
/// symbols as the sell monitor asks for them at the open, when every user does. What does not fit is compressed
/// again, which costs time and nothing else.
pub const SHARED_REPLIES_BYTES: usize = 4 << 20;

/// What the books on one reply take: its hash, its place in the table, the counts beside the data.
const ENTRY_BYTES: usize = 96;

/// Each is compressed once for all who use it, so the level takes its time: a sixth less is kept of candles than at the
/// level of recordings. Higher ones save a few hundredths more for several times the work.
const COMPRESSION_LEVEL: i32 = 3;

/// BLAKE3 of what a shared reply says, before it is compressed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct ReplyHash(pub [u8; 32]);

impl ReplyHash {
    fn of(content: &[u8]) -> Self {
        Self(*blake3::hash(content).as_bytes())
    }
}

impl fmt::Display for ReplyHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(blake3::Hash::from_bytes(self.0).to_hex().as_str())
    }
}

impl fmt::Debug for ReplyHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ReplyHash({self})")
    }
}

/// A shared reply as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedReply {
    /// The hash of its content before compression, by which it is found.
    pub hash: ReplyHash,
    /// The compressed content, behind its length in bytes.
    pub data: Arc<[u8]>,
}

impl SharedReply {
    fn new(hash: ReplyHash, content: &[u8]) -> Result<Self, RecordingError> {
        let length = u64::try_from(content.len()).unwrap_or(u64::MAX);
        let mut data = postcard::to_extend(&length, Vec::new()).map_err(damaged)?;
        let compressed = zstd::bulk::compress(content, COMPRESSION_LEVEL);
        data.extend(compressed.map_err(RecordingError::Compression)?);
        Ok(Self { hash, data: data.into() })
    }

    /// Returns what it says, if that is what its hash stands for.
    pub(super) fn content(&self) -> Result<Vec<u8>, RecordingError> {
        let named = |what: String| RecordingError::Reply { hash: self.hash, what };
        let read = || {
            let (length, compressed) = postcard::take_from_bytes::<u64>(&self.data).map_err(damaged)?;
            decompress(compressed, length)
        };
        let content = read().map_err(|error: RecordingError| match error {
            RecordingError::Damaged(what) => named(what),
            other => named(other.to_string()),
        })?;
        match ReplyHash::of(&content) {
            hash if hash == self.hash => Ok(content),
            other => Err(named(format!("what it says has the hash {other}"))),
        }
    }
}

/// The shared replies of late. Each is compressed once, however many runs record it, and all of them hold one copy.
#[derive(Debug, Default)]
pub struct SharedReplies {
    kept: Mutex<Generations>,
}

/// Two halves: when the young one is full it becomes the old one, whose replies go unless they are used again.
#[derive(Debug, Default)]
struct Generations {
    young: HashMap<ReplyHash, Arc<[u8]>>,
    young_bytes: usize,
    old: HashMap<ReplyHash, Arc<[u8]>>,
}

impl SharedReplies {
    /// The shared reply that says this.
    pub(super) fn share(&self, content: &[u8]) -> Result<SharedReply, RecordingError> {
        let hash = ReplyHash::of(content);
        if let Some(data) = self.locked(|kept| kept.find(hash)) {
            return Ok(SharedReply { hash, data });
        }
        let reply = SharedReply::new(hash, content)?;
        self.locked(|kept| kept.keep(hash, reply.data.clone()));
        Ok(reply)
    }

    fn locked<T>(&self, work: impl FnOnce(&mut Generations) -> T) -> T {
        work(&mut self.kept.lock())
    }
}

impl Generations {
    fn find(&mut self, hash: ReplyHash) -> Option<Arc<[u8]>> {
        if let Some(data) = self.young.get(&hash) {
            return Some(data.clone());
        }
        let data = self.old.remove(&hash)?;
        self.keep(hash, data.clone());
        Some(data)
    }

    fn keep(&mut self, hash: ReplyHash, data: Arc<[u8]>) {
        let bytes = data.len() + ENTRY_BYTES;
        if bytes > SHARED_REPLIES_BYTES / 2 {
            return;
        }
        if self.young_bytes + bytes > SHARED_REPLIES_BYTES / 2 {
            self.old = std::mem::take(&mut self.young);
            self.young_bytes = 0;
        }
        if self.young.insert(hash, data).is_none() {
            self.young_bytes += bytes;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bytes that do not become smaller.
    fn noise(seed: u64, length: usize) -> Vec<u8> {
        let mut bytes = vec![0; length];
        blake3::Hasher::new().update(&seed.to_le_bytes()).finalize_xof().fill(&mut bytes);
        bytes
    }

    fn bytes_of(replies: &SharedReplies) -> usize {
        replies.locked(|kept| {
            kept.young.values().chain(kept.old.values()).map(|data| data.len() + ENTRY_BYTES).sum()
        })
    }

    #[test]
    fn the_same_content_is_compressed_once_and_held_once() {
        let replies = SharedReplies::default();
        let first = replies.share(&noise(1, 2_000)).unwrap();
        let again = replies.share(&noise(1, 2_000)).unwrap();
        assert!(Arc::ptr_eq(&first.data, &again.data));
        assert_eq!(first.content().unwrap(), noise(1, 2_000));
        assert_ne!(replies.share(&noise(2, 2_000)).unwrap().hash, first.hash);
    }

    #[test]
    fn no_more_is_held_than_the_bound_whatever_is_shared() {
        let replies = SharedReplies::default();
        for seed in 0..3_000 {
            let first = replies.share(&noise(0, 4_000)).unwrap();
            replies.share(&noise(seed, 4_000)).unwrap();
            assert!(bytes_of(&replies) <= SHARED_REPLIES_BYTES, "{} bytes", bytes_of(&replies));
            let again = replies.share(&noise(0, 4_000)).unwrap();
            assert!(Arc::ptr_eq(&first.data, &again.data), "what is in use stays");
        }
        assert!(bytes_of(&replies) > SHARED_REPLIES_BYTES / 2, "{} bytes", bytes_of(&replies));
        replies.share(&noise(9, SHARED_REPLIES_BYTES)).unwrap();
        assert!(bytes_of(&replies) <= SHARED_REPLIES_BYTES);
    }

    #[test]
    fn a_damaged_reply_is_named_by_its_hash() {
        let whole = SharedReplies::default().share(&[7; 5_000]).unwrap();
        for changed in 0..whole.data.len() {
            let mut data = whole.data.to_vec();
            data[changed] ^= 1;
            let Err(error) = (SharedReply { data: data.into(), ..whole.clone() }).content() else {
                // Some bits of a frame's header mean nothing.
                continue;
            };
            let hash = whole.hash.to_string();
            assert!(
                error.to_string().starts_with(&format!("the shared reply {hash} is damaged: ")),
                "{error}"
            );
        }
        let other = SharedReplies::default().share(&[8; 5_000]).unwrap();
        let error = (SharedReply { data: other.data, ..whole }).content().unwrap_err();
        assert!(error.to_string().ends_with(&format!("what it says has the hash {}", other.hash)), "{error}");
    }
}
