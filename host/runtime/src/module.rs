//! A loaded module: compiled, linked, and asked what it is.

use std::sync::{Arc, OnceLock};

use wasmtime::component::{Component, Linker};

use crate::abi::latest::TaskInfo;
use crate::abi::v1::bindings::TaskPre;
use crate::abi::v1_3::ACTIONS;
use crate::grant::Grant;
use crate::hash::ModuleHash;
use crate::linker;
use crate::settings_schema::{SettingsSchema, SettingsSchemaError};
use crate::state::RunState;

/// Schema of a task's own settings; none when the module describes none, and why it cannot be used when it cannot.
pub type DescribedSettings = Result<Option<Arc<SettingsSchema>>, SettingsSchemaError>;

/// One version of a task's module, ready to run as often and for as many users as wanted.
pub struct Module {
    hash: ModuleHash,
    info: TaskInfo,
    manifest: Option<String>,
    pre: TaskPre<RunState>,
    settings: OnceLock<DescribedSettings>,
}

impl Module {
    pub(crate) fn new(
        hash: ModuleHash,
        info: TaskInfo,
        manifest: Option<String>,
        pre: TaskPre<RunState>,
    ) -> Self {
        Self { hash, info, manifest, pre, settings: OnceLock::new() }
    }

    /// The hash of the component's bytes.
    pub fn hash(&self) -> ModuleHash {
        self.hash
    }

    /// Returns what it asked to be granted. A run gets no more of it than its user allows, and nothing else.
    pub fn wanted(&self) -> Grant {
        self.info.capabilities.iter().copied().collect()
    }

    /// Returns the module's description of itself; it grants nothing.
    pub fn info(&self) -> &TaskInfo {
        &self.info
    }

    /// The manifest that it exports, as it says it: nobody has accepted it by that. None when it exports none.
    pub fn manifest(&self) -> Option<&str> {
        self.manifest.as_deref()
    }

    /// Returns the schema of the settings that users have for this task. A module whose schema cannot be used loads all the
    /// same: it may have been made when nobody read that.
    pub fn described_settings(&self) -> DescribedSettings {
        let read = || Ok(SettingsSchema::read(&self.info.config_schema)?.map(Arc::new));
        self.settings.get_or_init(read).clone()
    }

    /// Returns whether it asks for corporate actions by itself, and so adjusts what it remembers of a share.
    pub fn adjusts_by_actions(&self) -> bool {
        let component = self.pre.instance_pre().component();
        let component_type = component.component_type();
        component_type.imports(component.engine()).any(|(name, _)| name.starts_with(ACTIONS))
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

/// Links a component once, so that a run only has to instantiate it. What a task exports is the same in every version.
pub(crate) fn link(linker: &Linker<RunState>, component: &Component) -> wasmtime::Result<TaskPre<RunState>> {
    TaskPre::new(linker::link(linker, component)?)
}
