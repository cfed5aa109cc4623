//! What a run costs on wasmtime alone: the raw limit that the benchmarks set beside the runtime's own cost.
//!
//! Nothing of the daemon uses it. Guests that are not trusted must never come here: there are no limits.

use wasmtime::component::{Component, ComponentExportIndex, InstancePre, Linker};
use wasmtime::{Config, Enabled, Engine, PoolingAllocationConfig, Store};

use crate::abi::latest::{RunContext, Summary, TaskError, log};

/// A task that writes one line to the log and succeeds: the component of `tests/guests/log_once.wat`.
pub const LOG_ONCE: &[u8] = include_bytes!("log_once.wasm");

/// Memory kept per instance: as much as the runtime keeps, so that the comparison shows the gate and not the
/// pool.
const KEPT_BYTES: usize = 256 << 10;

/// A component ready to be run without limits, gate or record: pooled, compiled, linked once.
pub struct Bare {
    engine: Engine,
    pre: InstancePre<u64>,
    run: ComponentExportIndex,
}

impl Bare {
    /// Compiles and links a task whose one import is the log.
    ///
    /// # Errors
    /// When it does not compile, imports something else, or the system has no address space for the pool.
    pub fn new(component: &[u8]) -> wasmtime::Result<Self> {
        let mut pool = PoolingAllocationConfig::new();
        pool.pagemap_scan(Enabled::Auto);
        pool.linear_memory_keep_resident(KEPT_BYTES).table_keep_resident(KEPT_BYTES);
        let mut config = Config::new();
        config.allocation_strategy(pool);
        let engine = Engine::new(&config)?;
        let component = Component::from_binary(&engine, component)?;
        let mut linker = Linker::<u64>::new(&engine);
        linker.instance("prahari:task/log@1.0.0")?.func_wrap(
            "write",
            |mut store, (_, message): (log::Level, String)| {
                *store.data_mut() += u64::try_from(message.len())?;
                Ok(())
            },
        )?;
        let pre = linker.instantiate_pre(&component)?;
        let run =
            component.get_export_index(None, "run").ok_or_else(|| wasmtime::Error::msg("no export run"))?;
        Ok(Self { engine, pre, run })
    }

    /// One run in a fresh store; answers the bytes it logged.
    ///
    /// # Errors
    /// When the guest traps or fails.
    pub fn run(&self, context: &RunContext) -> wasmtime::Result<u64> {
        let mut store = Store::new(&self.engine, 0);
        let instance = self.pre.instantiate(&mut store)?;
        let run = instance
            .get_typed_func::<(&RunContext,), (Result<Summary, TaskError>,)>(&mut store, &self.run)?;
        run.call(&mut store, (context,))?.0.map_err(|error| wasmtime::Error::msg(format!("{error:?}")))?;
        Ok(*store.data())
    }
}
