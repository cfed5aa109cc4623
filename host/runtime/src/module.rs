//! A loaded module: compiled, linked, and asked what it is.

use wasmtime::Engine;
use wasmtime::component::{Component, HasSelf, InstancePre, Linker};

use crate::abi::latest::TaskInfo;
use crate::abi::v1::bindings::{Task, TaskPre};
use crate::hash::ModuleHash;
use crate::state::RunState;

/// One version of a task's module, ready to run as often and for as many users as wanted.
pub struct Module {
    hash: ModuleHash,
    info: TaskInfo,
    pre: TaskPre<RunState>,
}

impl Module {
    pub(crate) fn new(hash: ModuleHash, info: TaskInfo, pre: TaskPre<RunState>) -> Self {
        Self { hash, info, pre }
    }

    /// Its content's hash.
    pub fn hash(&self) -> ModuleHash {
        self.hash
    }

    /// What it says of itself; it grants nothing.
    pub fn info(&self) -> &TaskInfo {
        &self.info
    }

    pub(crate) fn pre(&self) -> &TaskPre<RunState> {
        &self.pre
    }
}

impl std::fmt::Debug for Module {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Module").field("hash", &self.hash).field("info", &self.info).finish_non_exhaustive()
    }
}

/// The host functions of every supported version.
pub(crate) fn linker(engine: &Engine) -> wasmtime::Result<Linker<RunState>> {
    let mut linker = Linker::new(engine);
    Task::add_to_linker::<_, HasSelf<_>>(&mut linker, |state: &mut RunState| state)?;
    Ok(linker)
}

/// Links a component once, so that a run only has to instantiate it.
pub(crate) fn link(linker: &Linker<RunState>, component: &Component) -> wasmtime::Result<TaskPre<RunState>> {
    let pre: InstancePre<RunState> = linker.instantiate_pre(component)?;
    TaskPre::new(pre)
}
