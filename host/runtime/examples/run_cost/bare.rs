//! The same component on wasmtime alone: pooled, precompiled, linked once, without limits, gate or record.

use prahari_runtime::abi::latest::{RunContext, Summary, TaskError, log};
use wasmtime::component::{Component, ComponentExportIndex, InstancePre, Linker};
use wasmtime::{Config, Enabled, Engine, PoolingAllocationConfig, Store};

const KEPT_BYTES: usize = 256 << 10;

/// A component ready to be run.
pub struct Bare {
    engine: Engine,
    pre: InstancePre<u64>,
    run: ComponentExportIndex,
}

impl Bare {
    /// Compiles and links it; its one import is the log.
    pub fn new(component: &[u8]) -> wasmtime::Result<Self> {
        // The pool keeps memory between runs as the runtime's does, so that the ratio shows the gate and not the pool.
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

    /// One run in a fresh store.
    pub fn run(&self, context: &RunContext) -> wasmtime::Result<u64> {
        let mut store = Store::new(&self.engine, 0);
        let instance = self.pre.instantiate(&mut store)?;
        let run = instance
            .get_typed_func::<(&RunContext,), (Result<Summary, TaskError>,)>(&mut store, &self.run)?;
        run.call(&mut store, (context,))?.0.map_err(|error| wasmtime::Error::msg(format!("{error:?}")))?;
        Ok(*store.data())
    }
}
