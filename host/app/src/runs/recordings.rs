//! Recordings between the runtime, which makes and reads them, and the store, which keeps them.

use std::sync::Arc;

use prahari_domain::ids::RunId;
use prahari_runtime::{EncodedRecording, Recording, RecordingError, ReplyHash, SharedReplies, SharedReply};
use prahari_store::{RecordingRow, SharedReplyRow, UserScope};

use crate::error::AppError;

/// The recording of a run, while it is kept; none when the run is another user's too.
///
/// # Errors
/// When the database cannot be read, or the recording or a reply that it shares with others is damaged or missing.
pub async fn find_recording(scope: &UserScope, run: RunId) -> Result<Option<Recording>, AppError> {
    scope.recording(run).await?.map(|row| read(run, row)).transpose()
}

/// The recording that a row holds.
pub(crate) fn read(run: RunId, RecordingRow { data, replies }: RecordingRow) -> Result<Recording, AppError> {
    let replies =
        replies.into_iter().map(|SharedReplyRow { hash, data }| SharedReply { hash: ReplyHash(hash), data });
    let encoded = EncodedRecording { data, replies: replies.collect() };
    Recording::decode(&encoded).map_err(|source| AppError::Recording { run, source })
}

/// Recordings larger than this are compressed beside the work of others: it takes some milliseconds.
const LARGE_BYTES: usize = 1 << 20;

/// A recording as the store keeps it.
pub(crate) async fn row_of(
    recording: Recording,
    shared: &Arc<SharedReplies>,
) -> Result<RecordingRow, RecordingError> {
    if recording.bytes() < LARGE_BYTES {
        return encoded(&recording, shared);
    }
    let shared = Arc::clone(shared);
    let encoding = tokio::task::spawn_blocking(move || encoded(&recording, &shared));
    // It is cancelled only when the program ends.
    encoding.await.unwrap_or_else(|error| Err(RecordingError::Damaged(error.to_string())))
}

/// Returns the size in bytes, shared replies included.
pub(crate) fn size_of(row: &RecordingRow) -> u64 {
    let replies = row.replies.iter().map(|reply| reply.data.len()).sum::<usize>();
    (row.data.len() + replies) as u64
}

fn encoded(recording: &Recording, shared: &SharedReplies) -> Result<RecordingRow, RecordingError> {
    let EncodedRecording { data, replies } = recording.encode(shared)?;
    let replies = replies.into_iter().map(|SharedReply { hash, data }| SharedReplyRow { hash: hash.0, data });
    Ok(RecordingRow { data, replies: replies.collect() })
}
