//! Settings of the runtime, and the engine that follows from them.

use std::path::PathBuf;
use std::time::Duration;

use wasmtime::{Config, Enabled, Engine, OptLevel, PoolingAllocationConfig};

use crate::budget::Budget;

/// Most core module instances in one component. A Rust task has 3 (itself and two adapters of the encoder), one made
/// from Python about 20.
const CORE_INSTANCES_PER_RUN: u32 = 40;

/// Most memories in one component: a task needs one, a guest with an adapter that has its own two, and one made from
/// JavaScript three, since what it must not reach is a component beside it.
const MEMORIES_PER_RUN: u32 = 3;

/// Most tables in one component, and elements of each: function tables of the guest and of the encoder's adapters.
const TABLES_PER_RUN: u32 = 8;
const TABLE_ELEMENTS: usize = 50_000;

/// Bytes of bookkeeping for one instance; a module with very many functions, globals or imports needs more than this
/// and is refused.
const INSTANCE_BYTES: usize = 4 << 20;

/// Stack that a guest's own calls may use; deeper recursion traps. It is wasmtime's default.
const GUEST_STACK_BYTES: usize = 512 << 10;

/// Stack of a run: the guest's, and as much again for the host functions that lift and record on it.
const RUN_STACK_BYTES: usize = 1 << 20;

/// Touched memory of a slot that is cleared rather than given back to the system between runs. A task touches less than
/// this; giving it back costs a page fault for each page of the next run, half of the time of a usual one. The touched
/// pages are found by the kernel's page map scan where it has one (Linux 6.7): they lie apart, since a guest's stack
/// ends a megabyte above its first byte.
const KEPT_MEMORY_BYTES: usize = 256 << 10;

/// Slots that keep their memory for the module that used them last.
const WARM_SLOTS: u32 = 32;

/// The program that compiles modules, away from this process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compiler {
    /// Path of the program; usually that of this process.
    pub program: PathBuf,
    /// Arguments that make it call `compile_stdin_to_stdout`.
    pub args: Vec<String>,
    /// Longest compilation by the wall clock; then it is killed.
    ///
    /// Default 300 s: the largest module seen, an embedded Python of 18 MB, takes 7 s on a quiet machine, and
    /// everything else on the machine comes before it.
    pub wall: Duration,
    /// Processor seconds over all its threads; the kernel ends it there.
    ///
    /// Default 120 s: an embedded Python needs 10 to 20.
    pub cpu_seconds: u64,
    /// Address space in bytes; allocation fails there and the compilation ends.
    ///
    /// Default 4 GiB: the embedded Python needs under 2.
    pub memory_bytes: u64,
}

impl Compiler {
    /// This program with these arguments and the default limits.
    pub fn new(program: impl Into<PathBuf>, args: &[&str]) -> Self {
        Self {
            program: program.into(),
            args: args.iter().map(|&arg| arg.to_owned()).collect(),
            wall: Duration::from_secs(300),
            cpu_seconds: 120,
            memory_bytes: 4 << 30,
        }
    }
}

/// The program that runs one task's module in a process of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkerProgram {
    /// Path of the program; usually that of this process.
    pub program: PathBuf,
    /// Arguments that make it call `work_for_daemon`.
    pub args: Vec<String>,
}

/// Limits of a module that are checked before it is compiled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ModuleLimits {
    /// Bytes of the component. Default 32 MiB: an embedded Python has 18.
    pub bytes: usize,
    /// Functions over all its core modules. Default 25,000: an embedded Python has 13,500; each costs the compiler time
    /// however empty it is.
    pub functions: u64,
    /// Bytes of the code of one function. Default 1 MiB: the largest of an embedded Python has 427 kB, and what the
    /// compiler does for a function grows faster than its size.
    pub function_bytes: u64,
    /// What compiling it may cost, in points of about a microsecond of one core, as `price.rs` adds them up before
    /// anything is compiled. Default 45 million: an embedded Python has 30, JavaScript 6.5, a task in Rust below
    /// one. Beyond it the module is refused within milliseconds, with what most of the price is for.
    pub points: u64,
    /// Core modules and components inside it. Default 100.
    pub parts: u32,
    /// Components inside components. Default 4: composition tools make two levels.
    pub nesting: u32,
}

impl Default for ModuleLimits {
    fn default() -> Self {
        Self {
            bytes: 32 << 20,
            functions: 25_000,
            function_bytes: 1 << 20,
            points: 45_000_000,
            parts: 100,
            nesting: 4,
        }
    }
}

/// Settings of a runtime.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuntimeConfig {
    /// Folder of compiled modules and of the key that authenticates them; made when missing.
    pub cache: PathBuf,
    /// Program that compiles modules.
    pub compiler: Compiler,
    /// Who runs individual services. Default: the program that compiles, with the argument `worker`.
    pub worker: WorkerProgram,
    /// Limits of a module.
    pub modules: ModuleLimits,
    /// Budget of `describe` when a module is loaded.
    ///
    /// Default: that of a run, but half of its processor time, 10 seconds by the wall clock and no orders. It only
    /// has to answer a constant; an embedded Python needs some milliseconds to get there.
    pub describe: Budget,
    /// Runs inside the guest at the same time; more wait for their turn. A run that waits for a broker counts.
    ///
    /// Default 200: each costs address space (12 GiB) and, when it was ever used, about 0.4 MB of memory.
    pub concurrent_runs: u32,
    /// Largest single memory of a guest in bytes; no budget gives more.
    ///
    /// Default 512 MiB.
    pub largest_memory_bytes: usize,
}

impl RuntimeConfig {
    /// Default settings with this cache folder and compiler.
    pub fn new(cache: impl Into<PathBuf>, compiler: Compiler) -> Self {
        let worker = WorkerProgram { program: compiler.program.clone(), args: vec!["worker".to_owned()] };
        Self {
            cache: cache.into(),
            compiler,
            worker,
            modules: ModuleLimits::default(),
            describe: Budget { cpu_ms: 1_000, wall_ms: 10_000, orders: 0, ..Budget::default() },
            concurrent_runs: 200,
            largest_memory_bytes: 512 << 20,
        }
    }
}

/// The engine that runs modules: so many runs at the same time, each memory of at most so many bytes.
pub(crate) fn running_engine(runs: u32, largest_memory_bytes: usize) -> wasmtime::Result<Engine> {
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(runs)
        .total_stacks(runs)
        .total_core_instances(runs.saturating_mul(CORE_INSTANCES_PER_RUN))
        .total_memories(runs.saturating_mul(MEMORIES_PER_RUN))
        .total_tables(runs.saturating_mul(TABLES_PER_RUN))
        .max_core_instances_per_component(CORE_INSTANCES_PER_RUN)
        .max_memories_per_component(MEMORIES_PER_RUN)
        .max_tables_per_component(TABLES_PER_RUN)
        .max_tables_per_module(TABLES_PER_RUN)
        .max_core_instance_size(INSTANCE_BYTES)
        .max_component_instance_size(INSTANCE_BYTES)
        .table_elements(TABLE_ELEMENTS)
        .max_memory_size(largest_memory_bytes)
        .max_unused_warm_slots(WARM_SLOTS)
        .pagemap_scan(Enabled::Auto)
        .linear_memory_keep_resident(KEPT_MEMORY_BYTES)
        .table_keep_resident(KEPT_MEMORY_BYTES);
    let mut settings = compiling_config();
    settings.allocation_strategy(pool);
    Engine::new(&settings)
}

/// The engine that only compiles; its code runs in the other one, since allocation does not change the code.
pub(crate) fn compiling_engine() -> wasmtime::Result<Engine> {
    Engine::new(&compiling_config())
}

/// Everything that decides what code comes out and how it behaves.
fn compiling_config() -> Config {
    let mut config = Config::new();
    config
        .cranelift_opt_level(OptLevel::Speed)
        // The bits of a NaN would otherwise depend on the processor, and a run must be replayable anywhere.
        .cranelift_nan_canonicalization(true)
        .epoch_interruption(true)
        .max_wasm_stack(GUEST_STACK_BYTES)
        .async_stack_size(RUN_STACK_BYTES)
        // Nobody sees the guest's stack traces; the tables for them are a third of the compiled code.
        .generate_address_map(false)
        .native_unwind_info(false)
        .concurrency_support(false);
    // Only what compilers to wasm emit without being asked; each feature less is code of the engine a guest cannot
    // reach. Vector instructions are left out until a task needs them.
    config
        .wasm_simd(false)
        .wasm_relaxed_simd(false)
        .wasm_memory64(false)
        // The engine's own adapter between two components of a guest sees the memory of both. A guest made from
        // JavaScript has a second component for what it must not reach.
        .wasm_multi_memory(true)
        .wasm_tail_call(false)
        .wasm_extended_const(true)
        .wasm_bulk_memory(true)
        .wasm_multi_value(true);
    config
}
