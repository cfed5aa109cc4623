//! One linker for components of every supported version.

use wasmtime::Engine;
use wasmtime::component::{HasSelf, Linker};

use super::{v1, v1_1};
use crate::state::RunState;

/// The host functions of every supported version.
pub(crate) fn linker(engine: &Engine) -> wasmtime::Result<Linker<RunState>> {
    let mut linker = Linker::new(engine);
    v1::bindings::Task::add_to_linker::<_, HasSelf<_>>(&mut linker, |state: &mut RunState| state)?;
    let additions = v1_1::bindings::Additions::add_to_linker::<_, HasSelf<_>>;
    additions(&mut linker, |state: &mut RunState| state)?;
    Ok(linker)
}
