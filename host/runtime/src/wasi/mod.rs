//! What a guest gets that was built for WASI 0.2: the library wasmtime-wasi with nothing in it, with a clock that
//! stands at the run's `now`, random numbers that follow from the run, and the task's log as output.

mod printer;

use std::time::Duration;

use blake3::{Hasher, OutputReader};
use wasmtime::component::ResourceTable;
use wasmtime_wasi::{HostMonotonicClock, HostWallClock, WasiCtx, WasiCtxView};

use crate::abi::latest::{RunContext, log::Level};
use printer::Printer;

/// Most handles at once, a timer being two; a guest needs a dozen, and no other limit counts their memory.
pub(crate) const MOST_HANDLES: usize = 1_000;

/// What WASI has to remember during one run. A run that never calls it pays for none of it.
#[derive(Default)]
pub(crate) struct Wasi {
    /// Run, user, day, due and now, from which clock and random numbers follow; `describe` has zeros.
    run: (u64, u64, i32, i64, i64),
    used: Option<Box<Used>>,
}

struct Used {
    context: WasiCtx,
    table: ResourceTable,
    random: OutputReader,
    out: Printer,
    err: Printer,
}

impl Wasi {
    pub(crate) fn new(run: &RunContext) -> Self {
        Self { run: (run.run_id, run.user_id, run.day, run.due_at, run.now), used: None }
    }

    /// Returns the view that the WASI library works with.
    pub(crate) fn view(&mut self) -> WasiCtxView<'_> {
        let used = self.used();
        WasiCtxView { ctx: &mut used.context, table: &mut used.table }
    }

    /// The endless row of bytes that the guest draws from.
    pub(crate) fn random(&mut self) -> &mut OutputReader {
        &mut self.used().random
    }

    /// Takes the lines that were printed, at the end also what no line break ended.
    pub(crate) fn take_printed(&mut self, at_end: bool) -> impl Iterator<Item = (Level, String)> + use<> {
        let lines = |it: &Printer| it.0.lock().take(at_end);
        let (out, err) = self.used.as_ref().map(|it| (lines(&it.out), lines(&it.err))).unwrap_or_default();
        let out = out.into_iter().map(|line| (Level::Info, line));
        out.chain(err.into_iter().map(|line| (Level::Warn, line)))
    }

    fn used(&mut self) -> &mut Used {
        let (run, user, day, due_at, now) = self.run;
        self.used.get_or_insert_with(|| {
            let mut random = Hasher::new_derive_key("prahari 2026-11 random numbers of a run for WASI");
            random.update(&run.to_le_bytes()).update(&user.to_le_bytes()).update(&day.to_le_bytes());
            random.update(&due_at.to_le_bytes()).update(&now.to_le_bytes());
            let clock = || Stopped(u64::try_from(now).unwrap_or(0));
            let (out, err) = (Printer::default(), Printer::default());
            let mut context = WasiCtx::builder();
            context.wall_clock(clock()).monotonic_clock(clock()).stdout(out.clone()).stderr(err.clone());
            let context = context.allow_tcp(false).allow_udp(false).allow_ip_name_lookup(false).build();
            let mut table = ResourceTable::new();
            table.set_max_capacity(MOST_HANDLES);
            Box::new(Used { context, table, random: random.finalize_xof(), out, err })
        })
    }
}

/// A clock that stands at so many milliseconds since the epoch.
struct Stopped(u64);

impl HostWallClock for Stopped {
    fn resolution(&self) -> Duration {
        Duration::from_millis(1)
    }

    fn now(&self) -> Duration {
        Duration::from_millis(self.0)
    }
}

impl HostMonotonicClock for Stopped {
    fn resolution(&self) -> u64 {
        1_000_000
    }

    fn now(&self) -> u64 {
        self.0.saturating_mul(1_000_000)
    }
}
