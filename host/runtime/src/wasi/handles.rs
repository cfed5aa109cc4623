//! The things that a guest holds handles of. None of them is anything in the host: the number of a handle says which
//! stream it is, and there is nothing to keep.

use wasmtime::component::{LinkerInstance, Resource, ResourceType};
use wasmtime::{Result, StoreContextMut};

use super::Wasi;
use crate::state::RunState;

/// Most handles at once. A guest needs three streams and a handful of clocks; each handle costs the host some memory
/// that no other limit counts.
const MOST: u32 = 1_000;

/// `output-stream`: [`OUT`] or [`ERR`].
pub(super) struct OutputStream;

/// `input-stream`, always at its end.
pub(super) struct InputStream;

/// `pollable`, always ready.
pub(super) struct Pollable;

/// The `error` of a stream. There is never one.
pub(super) struct StreamFault;

/// Everything else that has handles: files, sockets, the network. They cannot do anything.
pub(super) struct Empty;

/// The number of standard output.
pub(super) const OUT: u32 = 1;

/// The number of standard error.
pub(super) const ERR: u32 = 2;

impl Wasi {
    /// A new handle for the guest.
    pub(super) fn handle<T: 'static>(&mut self, number: u32) -> Result<Resource<T>> {
        let used = self.used();
        if used.handles >= MOST {
            wasmtime::bail!("the module holds more than {MOST} WASI handles at once");
        }
        used.handles += 1;
        Ok(Resource::new_own(number))
    }

    fn dropped(&mut self) {
        let used = self.used();
        used.handles = used.handles.saturating_sub(1);
    }
}

/// Defines a type of handles by its name.
pub(super) fn define(instance: &mut LinkerInstance<'_, RunState>, name: &str) -> Result<()> {
    let ty = match name {
        "output-stream" => ResourceType::host::<OutputStream>(),
        "input-stream" => ResourceType::host::<InputStream>(),
        "pollable" => ResourceType::host::<Pollable>(),
        "error" => ResourceType::host::<StreamFault>(),
        _ => ResourceType::host::<Empty>(),
    };
    instance.resource(name, ty, |mut store: StoreContextMut<'_, RunState>, _| {
        store.data_mut().wasi.dropped();
        Ok(())
    })
}
