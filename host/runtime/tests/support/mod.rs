//! Guests from text and a runtime to run them in.
#![allow(dead_code, reason = "each test file uses its part")]

pub mod built;
pub mod guests;

use std::path::Path;
use std::sync::Arc;

use prahari_runtime::abi::latest::{RunContext, Trigger};
use prahari_runtime::{Budget, Compiler, Grant, Module, RunRequest, Runtime, RuntimeConfig};

pub use guests::component;

/// A folder of its own, and a runtime whose cache is in it.
pub struct TestHost {
    pub runtime: Arc<Runtime>,
    pub folder: tempfile::TempDir,
}

impl TestHost {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let runtime = Arc::new(Runtime::new(config(folder.path())).unwrap());
        Self { runtime, folder }
    }

    /// Loads a guest of `tests/guests`.
    pub async fn guest(&self, name: &str) -> Arc<Module> {
        self.runtime.load(&component("guests", name)).await.unwrap()
    }

    /// Loads a guest of `tests/hostile`.
    pub async fn hostile(&self, name: &str) -> Arc<Module> {
        self.runtime.load(&component("hostile", name)).await.unwrap()
    }
}

pub fn config(folder: &Path) -> RuntimeConfig {
    RuntimeConfig { concurrent_runs: 20, ..RuntimeConfig::new(folder.join("modules"), compiler()) }
}

pub fn compiler() -> Compiler {
    Compiler::new(env!("CARGO_BIN_EXE_prahari-compile"), &[])
}

pub fn context() -> RunContext {
    RunContext {
        run_id: 1,
        user_id: 7,
        task: "sell_monitor".to_owned(),
        day: 20_090,
        due_at: 1_735_789_500_000,
        now: 1_735_789_500_012,
        trigger: Trigger::Scheduled,
    }
}

/// Everything granted, this budget.
pub fn request(budget: Budget) -> RunRequest {
    RunRequest { context: context(), grant: Grant::all(), budget }
}
