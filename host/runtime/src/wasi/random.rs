//! Random numbers of a run: a hash of what the run is, so that its replay draws the same ones. They are unlike from run to
//! run and from user to user, and no secret.

use blake3::{Hasher, OutputReader};
use wasmtime::Result;
use wasmtime::component::LinkerInstance;

use super::{Origin, Wasi};
use crate::state::RunState;

/// What the hash is for; it tells these numbers from every other hash of the same values.
const PURPOSE: &str = "prahari 2026-11 random numbers of a run for WASI";

/// Most bytes of one call. Interpreters ask for some thousand once.
const MOST_BYTES: u64 = 64 << 10;

/// The endless row of bytes that belongs to a run.
pub(super) fn numbers(origin: Origin) -> OutputReader {
    let Origin { run, user, day, due_at, now } = origin;
    let mut hasher = Hasher::new_derive_key(PURPOSE);
    hasher.update(&run.to_le_bytes()).update(&user.to_le_bytes()).update(&day.to_le_bytes());
    hasher.update(&due_at.to_le_bytes()).update(&now.to_le_bytes());
    hasher.finalize_xof()
}

impl Wasi {
    fn number(&mut self) -> u64 {
        let mut bytes = [0; 8];
        self.used().random.fill(&mut bytes);
        u64::from_le_bytes(bytes)
    }

    fn bytes(&mut self, count: u64) -> Result<Vec<u8>> {
        if count > MOST_BYTES {
            wasmtime::bail!("the module asked for {count} random bytes at once; {MOST_BYTES} are allowed");
        }
        let mut bytes = vec![0; usize::try_from(count)?];
        self.used().random.fill(&mut bytes);
        Ok(bytes)
    }
}

/// `get-random-bytes`
pub(super) fn define_bytes(instance: &mut LinkerInstance<'_, RunState>, name: &str) -> Result<()> {
    instance.func_wrap(name, |mut store, (count,): (u64,)| Ok((store.data_mut().wasi.bytes(count)?,)))
}

/// `get-random-u64`
pub(super) fn define_number(instance: &mut LinkerInstance<'_, RunState>, name: &str) -> Result<()> {
    instance.func_wrap(name, |mut store, (): ()| Ok((store.data_mut().wasi.number(),)))
}

/// `insecure-seed`
pub(super) fn define_seed(instance: &mut LinkerInstance<'_, RunState>, name: &str) -> Result<()> {
    instance.func_wrap(name, |mut store, (): ()| {
        let wasi = &mut store.data_mut().wasi;
        Ok(((wasi.number(), wasi.number()),))
    })
}
