//! How many files and sockets the system lets the daemon have, and what part of them connections may take.

use nix::sys::resource::{Resource, getrlimit, setrlimit};

/// Descriptors that connections never take: the database with its readers, workers, compilations, files that are read.
const LEAST_RESERVED: usize = 128;

/// Raises the number of descriptors to the most that the system allows, and answers how many of them connections
/// may take: three quarters, so that no flood keeps a worker from being started or the database from being read.
pub fn for_connections() -> usize {
    let descriptors = raise().unwrap_or_else(|error| {
        tracing::warn!(%error, "the number of descriptors cannot be raised");
        getrlimit(Resource::RLIMIT_NOFILE).map_or(0, |(soft, _)| soft)
    });
    let descriptors = usize::try_from(descriptors).unwrap_or(usize::MAX);
    let reserved = (descriptors / 4).max(LEAST_RESERVED);
    descriptors.saturating_sub(reserved).max(1)
}

fn raise() -> nix::Result<u64> {
    let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE)?;
    if soft < hard {
        setrlimit(Resource::RLIMIT_NOFILE, hard, hard)?;
    }
    Ok(hard)
}
