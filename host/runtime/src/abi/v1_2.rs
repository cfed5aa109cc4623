//! What `prahari:task@1.2.0` adds to 1.1.0: the generated bindings of its new imports, and a manifest that a component may export.
//! The manifest is asked for once, when a module is loaded, and no run calls it, so there is nothing to generate for it.

use wasmtime::Store;
use wasmtime::component::{Component, ComponentExportIndex, InstancePre};

use crate::state::RunState;

/// Generated from the WIT package; the documentation of each item stands there.
#[expect(missing_docs, reason = "generated code; some helper types of the generator carry no documentation")]
#[allow(clippy::all, clippy::restriction, reason = "generated code")]
pub mod bindings {
    wasmtime::component::bindgen!({
        path: "../../wit/prahari-task@1.2.0",
        inline: "
            package prahari:host;

            world additions {
                import prahari:task/selection@1.2.0;
                import prahari:task/settings@1.2.0;
            }
        ",
        world: "prahari:host/additions",
        with: { "prahari:task/types@1.2.0": crate::abi::v1::bindings::prahari::task::types },
        imports: { default: async | trappable },
        additional_derives: [Clone, PartialEq, serde::Serialize, serde::Deserialize],
    });
}

/// The interface, as a component exports it.
const INTERFACE: &str = "prahari:task/manifest@1.2.0";

/// Name of the function that the interface exports.
const FUNCTION: &str = "manifest";

/// Returns where a component exports its manifest, if it does.
pub(crate) fn export(component: &Component) -> Option<ComponentExportIndex> {
    let (_, interface) = component.get_export(None, INTERFACE)?;
    component.get_export(Some(&interface), FUNCTION).map(|(_, function)| function)
}

/// Calls it in a fresh instance.
///
/// # Errors
/// When it is no function of that type, or stops.
pub(crate) async fn call(
    pre: &InstancePre<RunState>,
    store: &mut Store<RunState>,
    export: &ComponentExportIndex,
) -> wasmtime::Result<String> {
    let instance = pre.instantiate_async(&mut *store).await?;
    let function = instance.get_typed_func::<(), (String,)>(&mut *store, export)?;
    let (text,) = function.call_async(&mut *store, ()).await?;
    Ok(text)
}
