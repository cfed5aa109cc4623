//! What daemon and worker say to each other: frames of a length and a postcard value over a socket.

use std::io::Read;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncRead, AsyncReadExt};

use crate::abi::latest::RunContext;
use crate::budget::Budget;
use crate::call::{HostCall, HostReply};
use crate::outcome::RunOutcome;

/// Both sides must be of the same build: postcard does not tell one version of a type from another.
pub(crate) const VERSION: &str = concat!("prahari-worker/2 ", env!("CARGO_PKG_VERSION"));

/// Longest frame of a worker that has no run, and what a frame may have beyond the bytes of its run's budget.
pub(crate) const SMALL_FRAME_BYTES: u64 = 256 << 10;

/// Longest frame that a worker takes from its daemon: above the machine code of every module.
pub(crate) const LARGEST_FRAME_BYTES: u64 = 1 << 30;

/// Longest frame of a worker during a run of this budget.
pub(crate) fn frame_bytes(budget: Budget) -> u64 {
    budget.boundary_bytes.saturating_add(SMALL_FRAME_BYTES)
}

/// A message from the daemon to the worker.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum ToWorker {
    /// The first message: the module to load.
    Load(Load),
    /// Run the module once.
    Run(Run),
    /// The reply to the call of this number.
    Reply(u32, HostReply),
}

/// A module for a worker.
#[derive(Serialize, Deserialize)]
pub(crate) struct Load {
    /// [`VERSION`] of the daemon.
    pub(crate) version: String,
    /// Machine code of the engine that both sides have.
    pub(crate) code: Vec<u8>,
    /// Largest single memory of a guest, in bytes.
    pub(crate) largest_memory_bytes: u64,
    /// The limits of the call of `describe`.
    pub(crate) describe: Budget,
}

impl std::fmt::Debug for Load {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Load").field("code", &self.code.len()).finish_non_exhaustive()
    }
}

/// One run. The grant stays with the gate, in the daemon.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Run {
    /// The context that the task is called with.
    pub(crate) context: RunContext,
    /// What it may use; time and memory are the worker's to limit.
    pub(crate) budget: Budget,
}

/// A message from the worker to the daemon.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum FromWorker {
    /// The module is loaded.
    Ready,
    /// The guest asks; calls of a worker are numbered.
    Call(u32, HostCall),
    /// The run has ended.
    Done(Done),
}

/// The end of a run, as the worker has it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Done {
    pub(crate) outcome: RunOutcome,
    pub(crate) cpu_micros: u64,
    pub(crate) peak_memory: u64,
}

/// Reasons why a frame could not be read or written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FrameError {
    /// The other side has closed the line.
    #[error("it closed the line")]
    Closed,
    /// Reading from or writing to the socket failed.
    #[error("the line failed: {0}")]
    Io(std::io::Error),
    /// The frame is longer than it may be.
    #[error("it sent a frame of {length} bytes where at most {limit} are allowed")]
    TooLarge { length: u64, limit: u64 },
    /// The bytes are no frame.
    #[error("it sent {0} bytes that are no message")]
    Malformed(usize),
}

/// A value as a frame.
pub(crate) fn frame<T: Serialize>(value: &T) -> Result<Vec<u8>, FrameError> {
    let written = postcard::to_extend(value, vec![0; 4]).map_err(|_| FrameError::Malformed(0))?;
    let length = written.len().saturating_sub(4);
    let too_large = || FrameError::TooLarge {
        length: u64::try_from(length).unwrap_or(u64::MAX),
        limit: u64::from(u32::MAX),
    };
    let prefix = u32::try_from(length).map_err(|_| too_large())?.to_le_bytes();
    let mut frame = written;
    frame.iter_mut().zip(prefix).for_each(|(byte, value)| *byte = value);
    Ok(frame)
}

/// Reads one frame of at most `limit` bytes. The bytes are taken as they come, so that a length alone costs nothing.
pub(crate) async fn read<T: DeserializeOwned>(
    from: &mut (impl AsyncRead + Unpin),
    limit: u64,
) -> Result<T, FrameError> {
    let mut prefix = [0; 4];
    from.read_exact(&mut prefix).await.map_err(ended)?;
    let length = checked(prefix, limit)?;
    let mut bytes = Vec::new();
    from.take(length).read_to_end(&mut bytes).await.map_err(FrameError::Io)?;
    value(&bytes, length)
}

/// Reads a message on a thread, blocking.
pub(crate) fn read_blocking<T: DeserializeOwned>(from: &mut impl Read, limit: u64) -> Result<T, FrameError> {
    let mut prefix = [0; 4];
    from.read_exact(&mut prefix).map_err(ended)?;
    let length = checked(prefix, limit)?;
    let mut bytes = Vec::new();
    from.take(length).read_to_end(&mut bytes).map_err(FrameError::Io)?;
    value(&bytes, length)
}

fn ended(error: std::io::Error) -> FrameError {
    match error.kind() {
        std::io::ErrorKind::UnexpectedEof | std::io::ErrorKind::ConnectionReset => FrameError::Closed,
        _ => FrameError::Io(error),
    }
}

fn checked(prefix: [u8; 4], limit: u64) -> Result<u64, FrameError> {
    let length = u64::from(u32::from_le_bytes(prefix));
    if length > limit { Err(FrameError::TooLarge { length, limit }) } else { Ok(length) }
}

fn value<T: DeserializeOwned>(bytes: &[u8], length: u64) -> Result<T, FrameError> {
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) < length {
        return Err(FrameError::Closed);
    }
    match postcard::take_from_bytes(bytes) {
        Ok((value, [])) => Ok(value),
        _ => Err(FrameError::Malformed(bytes.len())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_reads_back() {
        let frame = frame(&FromWorker::Call(7, HostCall::Universe)).unwrap();
        let read: FromWorker = read_blocking(&mut frame.as_slice(), 100).unwrap();
        assert!(matches!(read, FromWorker::Call(7, HostCall::Universe)));
    }

    #[test]
    fn a_length_beyond_the_limit_is_refused_before_a_byte_is_taken() {
        let mut giant: &[u8] = &[0xff; 4];
        let error = read_blocking::<FromWorker>(&mut giant, 100).unwrap_err();
        assert_eq!(error.to_string(), "it sent a frame of 4294967295 bytes where at most 100 are allowed");
    }

    #[test]
    fn bytes_that_are_no_message_and_bytes_after_one_are_refused() {
        for bytes in [&[1, 0, 0, 0, 99][..], &[2, 0, 0, 0, 0, 0], &[0, 0, 0, 0]] {
            let mut bytes = bytes;
            let error = read_blocking::<FromWorker>(&mut bytes, 100).unwrap_err();
            assert!(matches!(error, FrameError::Malformed(_)), "{error}");
        }
    }
}
