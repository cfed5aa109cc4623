//! Runs task modules: WebAssembly components that can do nothing but what passes the gate, within limits that hold.
//!
//! A [`Runtime`] loads a [`Module`] once and runs it as often as wanted, each time in a fresh store. What the guest
//! asks arrives as [`HostCall`]s at a [`HostServices`]; what it did comes back as a [`RunReport`] with a [`Recording`]
//! that [`replay::replay`] can check.
//!
//! Its modules stand on each other, and each knows only those below it:
//!
//! ```text
//! shadow                                      another version on a recorded run's inputs
//! replay                                      the same version again
//! runtime, remote                             load and run, here or in a process of its own
//! run, module                                 one run in a fresh store; a module that is ready to run
//! linker                                      what the imports of a component do to the store
//! state                                       what the store of a run holds
//! gate, host_call_channel, wasi, limits       what a call passes, how it gets out, what else a guest reaches
//! recording, services, cost, cpu_permits      what is kept of calls, who answers them, what they cost
//! call, reply                                 what a task can ask and be answered
//! grant, budget, usage, outcome               what a run may do, may use, has used, and came to
//! abi                                         the types of the boundary, generated from the WIT
//! ```
//!
//! Beside them stands what happens before a module is loaded: `check` and `price` look at it, `compile` compiles it in
//! another process, `cache` keeps the result. `settings_schema` reads what a module says that its users can set.

pub mod abi;
mod budget;
mod cache;
mod call;
mod check;
mod compile;
mod config;
mod cost;
mod cpu_permits;
mod description;
mod gate;
mod grant;
mod hash;
mod host_call_channel;
mod limits;
mod linker;
mod log_lines;
pub mod measure;
mod meter;
mod module;
mod outcome;
mod price;
pub mod process_usage;
mod recording;
mod remote;
pub mod replay;
mod reply;
mod run;
mod runtime;
pub mod scripted;
mod services;
mod settings_schema;
pub mod shadow;
mod state;
mod usage;
mod wasi;
mod work;

pub use budget::Budget;
pub use cache::CacheError;
pub use call::HostCall;
pub use check::{CheckError, check as price};
pub use compile::{CompileError, compile_stdin_to_stdout};
pub use config::{Compiler, ModuleLimits, RuntimeConfig, WorkerProgram};
pub use description::DescriptionError;
pub use grant::Grant;
pub use hash::{ModuleHash, ModuleHashError};
pub use limits::TICK;
pub use module::{DescribedSettings, Module};
pub use outcome::{RunOutcome, capability_name};
pub use recording::{
    Answerer, EncodedRecording, RecordedCall, RecordedRun, Recording, RecordingError, ReplyHash,
    SHARED_REPLIES_BYTES, SharedReplies, SharedReply,
};
pub use remote::{Worker, WorkerEnd, WorkerError, work_for_daemon};
pub use reply::HostReply;
pub use run::{RunReport, RunRequest};
pub use runtime::{LoadError, Runtime, RuntimeError};
pub use services::HostServices;
pub use settings_schema::{
    MOST_SETTINGS_BYTES, MOST_SETTINGS_DEPTH, MisfitError, SettingsSchema, SettingsSchemaError, TaskValues,
    check_size,
};
pub use usage::Usage;
pub use work::{HostWork, Output};
