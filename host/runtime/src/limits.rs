//! Limits on time and memory: the summing memory limiter, and the ticks that let a guest be interrupted.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use wasmtime::{Engine, ResourceLimiter, Result};

/// Longest time that a guest may hold a thread before it must let other tasks run. Shorter costs more switches,
/// longer makes other runs late; one tick is also the precision of the processor limit.
pub const TICK: Duration = Duration::from_millis(5);

/// Ticks without any run after which the ticking thread sleeps until the next run, so that an idle daemon is idle.
const IDLE_TICKS: u32 = 200;

/// A table element is a pointer on the host.
const TABLE_ELEMENT_BYTES: usize = size_of::<usize>();

/// Counts all memories and tables of a store together; the store's own limits are for each alone.
#[derive(Debug)]
pub(crate) struct MemoryLimiter {
    limit: usize,
    used: usize,
    peak: usize,
    /// What the last growth added: given back when the allocator then refuses it.
    last: usize,
    pub(crate) exceeded: bool,
}

impl MemoryLimiter {
    pub(crate) fn new(limit: u64) -> Self {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        Self { limit, used: 0, peak: 0, last: 0, exceeded: false }
    }

    /// The most bytes the store ever had.
    pub(crate) fn peak(&self) -> u64 {
        u64::try_from(self.peak).unwrap_or(u64::MAX)
    }

    fn grow(&mut self, current: usize, desired: usize, maximum: Option<usize>, unit: usize) -> Result<bool> {
        if maximum.is_some_and(|maximum| desired > maximum) {
            // Past the module's own maximum: an ordinary failed growth that the guest sees.
            return Ok(false);
        }
        let added = desired.saturating_sub(current).saturating_mul(unit);
        let used = self.used.saturating_add(added);
        if used > self.limit {
            self.exceeded = true;
            wasmtime::bail!("the memory limit of {} bytes is reached", self.limit);
        }
        self.last = added;
        self.used = used;
        self.peak = self.peak.max(used);
        Ok(true)
    }

    fn refused(&mut self, error: wasmtime::Error) -> Result<()> {
        self.used = self.used.saturating_sub(std::mem::take(&mut self.last));
        self.exceeded = true;
        Err(error)
    }
}

impl ResourceLimiter for MemoryLimiter {
    fn memory_growing(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> Result<bool> {
        self.grow(current, desired, maximum, 1)
    }

    fn memory_grow_failed(&mut self, error: wasmtime::Error) -> Result<()> {
        self.refused(error)
    }

    fn table_growing(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> Result<bool> {
        // The maximum given here is that of the table's slot in the pool when the module names none, so it cannot be
        // told from the module's own; a table that reaches either is no table a compiler made.
        if maximum.is_some_and(|maximum| desired > maximum) {
            self.exceeded = true;
            wasmtime::bail!("a table would have {desired} elements");
        }
        self.grow(current, desired, None, TABLE_ELEMENT_BYTES)
    }

    fn table_grow_failed(&mut self, error: wasmtime::Error) -> Result<()> {
        self.refused(error)
    }
}

/// The thread that advances the engine's epoch every `TICK` while any run is under way.
#[derive(Debug)]
pub(crate) struct Ticker {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Shared {
    running: AtomicUsize,
    asleep: AtomicBool,
    ended: AtomicBool,
}

impl Ticker {
    /// Starts the thread that advances the epoch.
    pub(crate) fn start(engine: Engine) -> std::io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let of_thread = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name("prahari-ticks".to_owned())
            .spawn(move || tick(&engine, &of_thread))?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// Keeps ticks coming until the value is dropped.
    pub(crate) fn hold(&self) -> Ticking<'_> {
        self.shared.running.fetch_add(1, Ordering::SeqCst);
        if self.shared.asleep.load(Ordering::SeqCst)
            && let Some(thread) = &self.thread
        {
            thread.thread().unpark();
        }
        Ticking(&self.shared)
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        self.shared.ended.store(true, Ordering::SeqCst);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            // It cannot have panicked, and there is nothing to do about it in a drop.
            let _ = thread.join();
        }
    }
}

/// A run that needs ticks.
pub(crate) struct Ticking<'a>(&'a Shared);

impl Drop for Ticking<'_> {
    fn drop(&mut self) {
        self.0.running.fetch_sub(1, Ordering::SeqCst);
    }
}

fn tick(engine: &Engine, shared: &Shared) {
    let mut idle = 0;
    while !shared.ended.load(Ordering::SeqCst) {
        std::thread::park_timeout(TICK);
        engine.increment_epoch();
        idle = if shared.running.load(Ordering::SeqCst) == 0 { idle + 1 } else { 0 };
        if idle >= IDLE_TICKS {
            idle = 0;
            sleep_until_needed(shared);
        }
    }
}

fn sleep_until_needed(shared: &Shared) {
    shared.asleep.store(true, Ordering::SeqCst);
    // A run that began before `asleep` was seen is seen here; one that begins later unparks.
    while shared.running.load(Ordering::SeqCst) == 0 && !shared.ended.load(Ordering::SeqCst) {
        std::thread::park();
    }
    shared.asleep.store(false, Ordering::SeqCst);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memories_and_tables_are_summed() {
        let mut limiter = MemoryLimiter::new(1_000);
        assert!(limiter.memory_growing(0, 600, None).unwrap());
        assert!(limiter.table_growing(0, 50, None).unwrap());
        assert!(limiter.memory_growing(0, 1, None).is_err());
        assert!(limiter.exceeded);
        assert_eq!(limiter.peak(), 1_000);
    }

    #[test]
    fn growing_past_a_modules_own_maximum_only_fails() {
        let mut limiter = MemoryLimiter::new(1_000);
        assert!(!limiter.memory_growing(0, 600, Some(500)).unwrap());
        assert!(!limiter.exceeded);
        assert_eq!(limiter.peak(), 0);
    }

    #[test]
    fn the_ticking_thread_ends_with_its_owner() {
        let ticker = Ticker::start(Engine::default()).unwrap();
        let shared = Arc::clone(&ticker.shared);
        drop(ticker.hold());
        drop(ticker);
        // The thread held the only other reference, and dropping the ticker waited for it.
        assert_eq!(Arc::strong_count(&shared), 1);
    }
}
