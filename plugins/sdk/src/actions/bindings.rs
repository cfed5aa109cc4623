//! The generated bindings of `prahari:task/actions@1.3.0`, beside those of the world that tasks are built against.

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
    path: "../../wit/prahari-task@1.3.0",
    inline: "
        package prahari:sdk;

        world adjusts-by-actions {
            import prahari:task/actions@1.3.0;
        }
    ",
    world: "prahari:sdk/adjusts-by-actions",
    with: { "prahari:task/types@1.3.0": crate::bindings::prahari::task::types },
    additional_derives: [PartialEq],
    generate_all,
});
