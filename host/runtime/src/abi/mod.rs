//! The versions of the task boundary that this host speaks: one file per released WIT package, and `latest`, the
//! one whose types the rest of the host uses.
//!
//! A released package keeps its file for ever, so that components built against it keep loading. When a newer
//! package is added, its file becomes `latest` and the older adapters convert to its types.

pub mod latest;
pub mod v1;

/// Versions of `prahari:task` that components may be built against, oldest first.
pub const SUPPORTED_VERSIONS: [&str; 1] = ["1.0.0"];
