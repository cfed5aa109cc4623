//! The runtime: loads modules and runs them. One is shared by all users.

use std::sync::Arc;

use tokio::sync::Semaphore;
use wasmtime::component::{Component, Linker};

use crate::abi;
use crate::cache::{Cache, CacheError};
use crate::check::{self, CheckError};
use crate::compile::{self, CompileError};
use crate::config::{self, RuntimeConfig};
use crate::cpu_permits::CpuPermits;
use crate::description::{self, DescriptionError};
use crate::hash::ModuleHash;
use crate::limits::Ticker;
use crate::linker;
use crate::module::{self, Module};
use crate::outcome::RunOutcome;
use crate::recording::{RecordedRun, Recording};
use crate::remote::{Worker, WorkerError};
use crate::run::{self, RunReport, RunRequest};
use crate::services::HostServices;
use crate::state::RunState;

/// Reasons why a runtime cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum RuntimeError {
    /// The engine refuses the settings, or the system the address space.
    #[error("the WebAssembly engine cannot be started: {0:#}")]
    Engine(wasmtime::Error),
    /// The thread for the ticks cannot be started.
    #[error("the thread that limits running time cannot be started: {0}")]
    Thread(std::io::Error),
    /// The cache folder cannot be used.
    #[error(transparent)]
    Cache(#[from] CacheError),
}

/// Reasons why a module cannot be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// It is not a component that this host may run.
    #[error(transparent)]
    Check(#[from] CheckError),
    /// It could not be compiled.
    #[error(transparent)]
    Compile(#[from] CompileError),
    /// The imports or exports do not have the types of the interface, or the component needs more than a run
    /// may have.
    #[error("the module does not fit the task boundary: {0}")]
    Link(String),
    /// Asking it what it is went wrong.
    #[error("the module did not describe itself: {}", .0.detail())]
    Describe(RunOutcome),
    /// Asking it for its manifest went wrong.
    #[error("the module did not say its manifest: {}", .0.detail())]
    Manifest(RunOutcome),
    /// The description of the module is too large.
    #[error(transparent)]
    Description(#[from] DescriptionError),
    /// The host is shutting down.
    #[error("the module was not loaded because the host is stopping")]
    Stopping,
}

/// Loads and runs modules. Share it in an `Arc`; every method takes `&self` and may be called by any number of tasks.
pub struct Runtime {
    config: RuntimeConfig,
    linker: Linker<RunState>,
    cache: Arc<Cache>,
    instances: Semaphore,
    /// Held while a module compiles: the compiler takes whatever processors it finds, and those who run have to
    /// have some too.
    compiling: tokio::sync::Mutex<()>,
    /// Held while a long compilation runs at low priority; short ones do not wait for it.
    compiling_long: tokio::sync::Mutex<()>,
    permits: Arc<CpuPermits>,
    ticker: Ticker,
}

impl Runtime {
    /// Makes a runtime: reserves address space, opens the cache folder, starts the ticking thread, which ends with
    /// the runtime.
    pub fn new(config: RuntimeConfig) -> Result<Self, RuntimeError> {
        let engine = config::running_engine(config.concurrent_runs, config.largest_memory_bytes)
            .map_err(RuntimeError::Engine)?;
        let linker = linker::linker(&engine).map_err(RuntimeError::Engine)?;
        let cache = Arc::new(Cache::open(&config.cache, &engine)?);
        let ticker = Ticker::start(engine).map_err(RuntimeError::Thread)?;
        let instances =
            Semaphore::new(usize::try_from(config.concurrent_runs).unwrap_or(Semaphore::MAX_PERMITS));
        let (compiling, compiling_long) = Default::default();
        Ok(Self {
            config,
            linker,
            cache,
            instances,
            compiling,
            compiling_long,
            permits: Arc::default(),
            ticker,
        })
    }

    /// Checks, compiles (or finds compiled), links and describes a component.
    pub async fn load(&self, component: &[u8]) -> Result<Arc<Module>, LoadError> {
        let hash = ModuleHash::of(component);
        let compiled = self.compiled(hash, component).await?;
        let pre =
            module::link(&self.linker, &compiled).map_err(|error| LoadError::Link(format!("{error:#}")))?;
        let _instance = self.instances.acquire().await.map_err(|_| LoadError::Stopping)?;
        let _ticking = self.ticker.hold();
        let described = run::describe(&pre, &self.permits, self.config.describe).await;
        let info = description::cleaned(described.ended.map_err(LoadError::Describe)?)?;
        let manifest = match abi::manifest_export(&compiled) {
            None => None,
            Some(export) => {
                let said = run::manifest(&pre, &export, &self.permits, self.config.describe).await;
                Some(description::bounded_manifest(said.ended.map_err(LoadError::Manifest)?)?)
            }
        };
        Ok(Arc::new(Module::new(hash, info, manifest, pre)))
    }

    /// Runs a module once, in a fresh store. Waits while as many runs as allowed are under way.
    ///
    /// Dropping the future ends the guest; a host call that was under way is dropped with it, so only a shutdown
    /// should do that.
    pub async fn run(
        &self,
        module: &Module,
        request: RunRequest,
        services: &mut dyn HostServices,
    ) -> RunReport {
        // The semaphore is never closed; without a place the pool would only refuse the run with its own message.
        let _instance = self.instances.acquire().await;
        let _ticking = self.ticker.hold();
        let guest = run::run(module.pre(), &self.permits, &request, services).await;
        let output = &request.budget.output;
        let outcome = guest.ended.map_or_else(|outcome| outcome, |result| run::returned(result, output));
        let run = RecordedRun {
            module: module.hash(),
            context: request.context,
            grant: request.grant,
            budget: request.budget,
            usage: guest.usage,
            outcome: outcome.clone(),
            cpu_micros: u64::try_from(guest.cpu.as_micros()).unwrap_or(u64::MAX),
            peak_memory: guest.peak_memory,
            cause: None,
        };
        RunReport {
            outcome,
            usage: guest.usage,
            cpu: guest.cpu,
            host: guest.host,
            peak_memory: guest.peak_memory,
            recording: Recording::new(run, guest.recorder),
        }
    }

    /// Starts a process that runs this module and nothing else, with no more rights than a guest has.
    ///
    /// # Errors
    /// When the process cannot be started or does not become ready.
    pub async fn start_worker(&self, module: &Module) -> Result<Worker, WorkerError> {
        Worker::start(&self.config, module).await
    }

    async fn compiled(&self, hash: ModuleHash, component: &[u8]) -> Result<Component, LoadError> {
        if let Some(component) = self.cached(hash).await? {
            return Ok(component);
        }
        let limits = self.config.modules;
        let bytes = component.to_vec();
        let (bytes, points) =
            blocking(move || check::check(&bytes, &limits).map(|points| (bytes, points))).await??;
        let turn = if compile::is_long(points) { &self.compiling_long } else { &self.compiling };
        let _compiling = turn.lock().await;
        // Somebody else may have brought the same module meanwhile.
        if let Some(component) = self.cached(hash).await? {
            return Ok(component);
        }
        let code = compile::compile(&self.config.compiler, bytes, points).await?;
        let cache = Arc::clone(&self.cache);
        blocking(move || cache.store_and_load(hash, &code))
            .await?
            .map_err(|error| LoadError::Link(format!("{error:#}")))
    }

    async fn cached(&self, hash: ModuleHash) -> Result<Option<Component>, LoadError> {
        let cache = Arc::clone(&self.cache);
        blocking(move || cache.load(hash)).await
    }
}

impl std::fmt::Debug for Runtime {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Runtime").field("config", &self.config).finish_non_exhaustive()
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, LoadError> {
    tokio::task::spawn_blocking(work).await.map_err(|_| LoadError::Stopping)
}
