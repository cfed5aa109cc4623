//! What `prahari:task@1.3.0` adds to 1.2.0: the generated bindings of its one new interface.

/// Generated from the WIT package; the documentation of each item stands there.
#[expect(missing_docs, reason = "generated code; some helper types of the generator carry no documentation")]
#[allow(clippy::all, clippy::restriction, reason = "generated code")]
pub mod bindings {
    wasmtime::component::bindgen!({
        path: "../../wit/prahari-task@1.3.0",
        inline: "
            package prahari:host;

            world additions {
                import prahari:task/actions@1.3.0;
            }
        ",
        world: "prahari:host/additions",
        with: { "prahari:task/types@1.3.0": crate::abi::v1::bindings::prahari::task::types },
        imports: { default: async | trappable },
        additional_derives: [Clone, PartialEq, serde::Serialize, serde::Deserialize],
    });
}

/// The interface by which a task is told of actions; its version stands after it.
pub(crate) const ACTIONS: &str = "prahari:task/actions@";
