//! Links the WASI interfaces that a component imports.
//!
//! It goes by the component's own imports: its version of WASI decides which functions there are and how they look, and
//! what is not imported is not there. A component without WASI is linked without any of this.

use wasmtime::Result;
use wasmtime::component::types::ComponentItem;
use wasmtime::component::{Component, Linker};

use super::{handles, interface, offers};
use crate::state::RunState;

/// A linker that has what this component imports of WASI too; none when it imports nothing of it.
pub(crate) fn linker_for(
    linker: &Linker<RunState>,
    component: &Component,
) -> Result<Option<Linker<RunState>>> {
    let engine = linker.engine();
    let ty = component.component_type();
    let mut own = None;
    for (name, import) in ty.imports(engine).filter(|(name, _)| offers(name)) {
        let ComponentItem::ComponentInstance(import) = import.ty else {
            continue;
        };
        let mut instance = own.get_or_insert_with(|| linker.clone()).instance(name)?;
        let interface = name.split_once('@').map_or(name, |(interface, _)| interface);
        for (name, item) in import.exports(engine) {
            match item.ty {
                ComponentItem::Resource(_) => handles::define(&mut instance, name)?,
                ComponentItem::ComponentFunc(_) => interface::define(&mut instance, interface, name)?,
                _ => {}
            }
        }
    }
    Ok(own)
}
