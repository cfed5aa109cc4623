//! What a guest gets that was built for WASI 0.2, by `cargo build --target wasm32-wasip2`, componentize-py or jco: the
//! run's own clock, which stands still, random numbers derived from the run, and standard output into the task's log.
//!
//! Everything else of WASI is there and empty: no environment, arguments, input, files or sockets. A function that can
//! say so answers with an empty list, with none, or with an error; one that cannot stops the run. So a run stays a
//! function of its module, its context and the replies to its calls, and a replay needs to know nothing more.

mod clocks;
mod handles;
mod interface;
mod lines;
mod linker;
mod nothing;
mod random;
mod streams;

use blake3::OutputReader;

use crate::abi::latest::{RunContext, log};
use crate::state::RunState;
use lines::Lines;

pub(crate) use linker::linker_for;

/// The packages that are offered, whatever of them is empty.
const PACKAGES: [&str; 6] =
    ["wasi:cli/", "wasi:clocks/", "wasi:filesystem/", "wasi:io/", "wasi:random/", "wasi:sockets/"];

/// Whether a component may import the interface of this full name, such as `wasi:io/streams@0.2.6`.
pub(crate) fn offers(import: &str) -> bool {
    let of_our_version = import.split_once('@').is_some_and(|(_, version)| version.starts_with("0.2."));
    of_our_version && PACKAGES.iter().any(|package| import.starts_with(package))
}

/// What clock and random numbers of a run follow from. `describe` has no run; there all is zero.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Origin {
    run: u64,
    user: u64,
    day: i32,
    due_at: i64,
    now: i64,
}

impl From<&RunContext> for Origin {
    fn from(context: &RunContext) -> Self {
        let RunContext { run_id, user_id, day, due_at, now, .. } = *context;
        Self { run: run_id, user: user_id, day, due_at, now }
    }
}

/// What WASI has to remember during one run. A run that never calls it pays for none of it.
pub(crate) struct Wasi {
    origin: Origin,
    used: Option<Box<Used>>,
}

struct Used {
    random: OutputReader,
    out: Lines,
    err: Lines,
    /// Handles that the guest holds.
    handles: u32,
}

impl Wasi {
    pub(crate) fn new(origin: Origin) -> Self {
        Self { origin, used: None }
    }

    fn used(&mut self) -> &mut Used {
        let origin = self.origin;
        self.used.get_or_insert_with(|| {
            let random = random::numbers(origin);
            Box::new(Used { random, out: Lines::default(), err: Lines::default(), handles: 0 })
        })
    }

    /// Takes what was written to the streams and not ended by a line break.
    fn take_unfinished(&mut self) -> impl Iterator<Item = (log::Level, String)> + use<> {
        let rest = |lines: &mut Lines, level| lines.take_rest().map(|line| (level, line));
        let used = self.used.as_mut();
        let rest = used
            .map(|used| [rest(&mut used.out, streams::OUT_LEVEL), rest(&mut used.err, streams::ERR_LEVEL)]);
        rest.into_iter().flatten().flatten()
    }
}

/// Logs what the guest wrote last without ending the line. For the end of a run.
pub(crate) async fn end(state: &mut RunState) -> wasmtime::Result<()> {
    for (level, line) in state.wasi.take_unfinished() {
        state.log(level, line).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_packages_of_wasi_that_can_be_empty_are_offered() {
        assert!(offers("wasi:io/streams@0.2.0"));
        assert!(offers("wasi:filesystem/types@0.2.12"));
        for other in
            ["wasi:http/types@0.2.6", "wasi:io/streams@0.3.0", "wasi:io/streams", "wasix:io/streams@0.2.0"]
        {
            assert!(!offers(other), "{other}");
        }
    }
}
