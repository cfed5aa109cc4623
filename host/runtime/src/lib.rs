//! Runs task modules: WebAssembly components that can do nothing but what passes the gate, within limits that hold.
//!
//! A [`Runtime`] loads a [`Module`] once and runs it as often as wanted, each time in a fresh store. What the guest
//! asks arrives as [`HostCall`]s at a [`HostServices`]; what it did comes back as a [`RunReport`] with a [`Recording`]
//! that [`replay::replay`] can check.

pub mod abi;
mod budget;
mod cache;
mod call;
mod check;
mod compile;
mod config;
mod cost;
mod description;
mod gate;
mod grant;
mod hash;
mod lanes;
mod limits;
mod link;
pub mod measure;
mod meter;
mod module;
mod outcome;
mod own_folder;
mod price;
mod recording;
mod remote;
pub mod replay;
mod reply;
mod run;
mod runtime;
pub mod scripted;
mod services;
pub mod shadow;
mod state;
mod wasi;
mod work;

pub use budget::Budget;
pub use cache::CacheError;
pub use call::HostCall;
pub use check::{CheckError, check as price};
pub use compile::{CompileError, compile_stdin_to_stdout};
pub use config::{Compiler, ModuleLimits, RuntimeConfig, WorkerProgram};
pub use description::DescriptionError;
pub use gate::Usage;
pub use grant::Grant;
pub use hash::{ModuleHash, ModuleHashError};
pub use limits::TICK;
pub use module::Module;
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
pub use work::{HostWork, Output};
