//! `prahari:task@1.0.0`: its generated bindings.

/// Generated from the WIT package; the documentation of each item stands there.
#[expect(missing_docs, reason = "generated code; some helper types of the generator carry no documentation")]
#[allow(clippy::all, clippy::restriction, reason = "generated code")]
pub mod bindings {
    wasmtime::component::bindgen!({
        path: "../../wit/prahari-task@1.0.0",
        world: "task",
        imports: { default: async | trappable },
        exports: { default: async },
        additional_derives: [Clone, PartialEq, serde::Serialize, serde::Deserialize],
    });
}
