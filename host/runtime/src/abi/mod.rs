//! The versions of the task boundary that this host speaks: one file per released WIT package, and `latest`, the
//! types that the rest of the host uses.
//!
//! A released package keeps its file for ever, so that components built against it keep loading. What a minor
//! version adds is an interface of its own: its file holds that interface and nothing else, and the records that it
//! has in common with older ones are theirs (`with` of `bindgen!`), so that there is nothing to convert. The
//! adapters are in `linker`. The linker takes `prahari:task/market@1.0.0` for `prahari:task/market@1.1.0`, because
//! within a major version an interface of one name is the same in each; that a module names no version that this
//! host lacks is checked when it is loaded.

pub mod latest;
pub mod v1;
pub mod v1_1;
pub mod v1_2;
pub mod v1_3;

pub(crate) use v1_2::{call as call_manifest, export as manifest_export};

/// Versions of `prahari:task` that components may be built against, oldest first.
pub const SUPPORTED_VERSIONS: [&str; 4] = ["1.0.0", "1.1.0", "1.2.0", "1.3.0"];
