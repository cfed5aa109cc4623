//! A run in a process of its own, the worker.
//!
//! The worker holds wasmtime and one module. It has one way out: the socket that the daemon gave it, over which it asks
//! each host call and hears the reply. It has no key, no database, no environment, and, once it is ready, can open
//! nothing any more. The daemon does not trust it: each call passes the gate there, with the grant and budget of the
//! run, and what breaks the protocol ends the worker.
//!
//! The worker ends with the daemon because its end of the socket closes then. The kernel's parent-death signal is
//! left out on purpose: it is sent when the thread that started the worker ends, and threads of an async runtime
//! come and go.

mod child;
mod client;
mod lines;
mod process;
mod protocol;

pub use child::work_for_daemon;
pub use client::{Worker, WorkerError};
pub use process::WorkerEnd;
