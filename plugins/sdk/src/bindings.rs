//! The generated bindings of `prahari:task/task-with-manifest@1.2.0`. Outside a component the types are plain data; calling an
//! import there is a fault, which is why tasks call a [`Host`](crate::Host) instead.

#![allow(missing_docs, clippy::all, clippy::pedantic, reason = "generated; the WIT holds the documentation")]
#![allow(
    clippy::undocumented_unsafe_blocks,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::unimplemented,
    reason = "generated; its panics are unreachable for lists and strings that the host has lifted"
)]

wit_bindgen::generate!({
    path: "../../wit/prahari-task@1.2.0",
    world: "task-with-manifest",
    pub_export_macro: true,
    default_bindings_module: "prahari_sdk::bindings",
    additional_derives: [PartialEq],
    generate_all,
});
