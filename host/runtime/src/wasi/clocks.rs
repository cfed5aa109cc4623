//! Clocks that stand at the run's `now`, and waiting, which is over at once.

use wasmtime::component::{ComponentType, Lift, LinkerInstance, Lower, Resource};
use wasmtime::{Result, StoreContextMut};

use super::Wasi;
use super::handles::Pollable;
use super::nothing;
use crate::state::RunState;

/// A millisecond, the resolution of every instant here, in nanoseconds.
const MILLISECOND: u32 = 1_000_000;

/// `datetime` since the epoch.
#[derive(Debug, Clone, Copy, ComponentType, Lift, Lower)]
#[component(record)]
struct Datetime {
    seconds: u64,
    nanoseconds: u32,
}

impl Wasi {
    /// Milliseconds since the epoch.
    fn now(&self) -> u64 {
        u64::try_from(self.origin.now).unwrap_or(0)
    }

    fn date(&self) -> Datetime {
        let now = self.now();
        let milliseconds = u32::try_from(now % 1_000).unwrap_or(0);
        Datetime { seconds: now / 1_000, nanoseconds: milliseconds * MILLISECOND }
    }
}

/// `wall-clock.now`
pub(super) fn define_date(instance: &mut LinkerInstance<'_, RunState>, name: &str) -> Result<()> {
    instance.func_wrap(name, |store, (): ()| Ok((store.data().wasi.date(),)))
}

/// `wall-clock.resolution`
pub(super) fn define_date_resolution(instance: &mut LinkerInstance<'_, RunState>, name: &str) -> Result<()> {
    instance.func_wrap(name, |_, (): ()| Ok((Datetime { seconds: 0, nanoseconds: MILLISECOND },)))
}

/// `monotonic-clock.now`
pub(super) fn define_instant(instance: &mut LinkerInstance<'_, RunState>, name: &str) -> Result<()> {
    instance.func_wrap(name, |store, (): ()| {
        Ok((store.data().wasi.now().saturating_mul(u64::from(MILLISECOND)),))
    })
}

/// `monotonic-clock.resolution`
pub(super) fn define_resolution(instance: &mut LinkerInstance<'_, RunState>, name: &str) -> Result<()> {
    instance.func_wrap(name, |_, (): ()| Ok((u64::from(MILLISECOND),)))
}

/// `subscribe-instant` and `subscribe-duration`: a task does not wait, whatever it waits for.
pub(super) fn define_timer(instance: &mut LinkerInstance<'_, RunState>, name: &str) -> Result<()> {
    instance.func_wrap(name, |mut store, (_,): (u64,)| ready(&mut store))
}

/// The functions of `wasi:io/poll`: everything is ready.
pub(super) fn define_poll(instance: &mut LinkerInstance<'_, RunState>, name: &str) -> Result<()> {
    match name {
        "poll" => instance.func_wrap(name, |_, (asked,): (Vec<Resource<Pollable>>,)| {
            Ok(((0..u32::try_from(asked.len())?).collect::<Vec<_>>(),))
        }),
        "[method]pollable.ready" => instance.func_wrap(name, |_, (_,): (Resource<Pollable>,)| Ok((true,))),
        "[method]pollable.block" => instance.func_wrap(name, |_, (_,): (Resource<Pollable>,)| Ok(())),
        _ => nothing::define(instance, "wasi:io/poll", name),
    }
}

/// Something to wait for that has happened already.
pub(super) fn ready(store: &mut StoreContextMut<'_, RunState>) -> Result<(Resource<Pollable>,)> {
    Ok((store.data_mut().wasi.handle(0)?,))
}
