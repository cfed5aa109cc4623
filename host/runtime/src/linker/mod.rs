//! What the imports of a component are linked with: one adapter per released version of the boundary, and WASI.

mod v1;
mod v1_1;
mod v1_2;
mod v1_3;
mod wasi;

use wasmtime::Engine;
use wasmtime::component::{Component, HasSelf, InstancePre, Linker};

use crate::abi;
use crate::state::RunState;

/// The host functions of every supported version of the boundary.
pub(crate) fn linker(engine: &Engine) -> wasmtime::Result<Linker<RunState>> {
    let mut linker = Linker::new(engine);
    abi::v1::bindings::Task::add_to_linker::<_, HasSelf<_>>(&mut linker, |state: &mut RunState| state)?;
    let second = abi::v1_1::bindings::Additions::add_to_linker::<_, HasSelf<_>>;
    second(&mut linker, |state: &mut RunState| state)?;
    let third = abi::v1_2::bindings::Additions::add_to_linker::<_, HasSelf<_>>;
    third(&mut linker, |state: &mut RunState| state)?;
    let fourth = abi::v1_3::bindings::Additions::add_to_linker::<_, HasSelf<_>>;
    fourth(&mut linker, |state: &mut RunState| state)?;
    Ok(linker)
}

/// Links a component once, so that a run only has to instantiate it.
pub(crate) fn link(
    linker: &Linker<RunState>,
    component: &Component,
) -> wasmtime::Result<InstancePre<RunState>> {
    let with_wasi = wasi::linker_for(linker, component)?;
    with_wasi.as_ref().unwrap_or(linker).instantiate_pre(component)
}
