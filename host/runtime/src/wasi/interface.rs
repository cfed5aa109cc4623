//! Which function does what.

use wasmtime::component::LinkerInstance;
use wasmtime::{Error, Result};

use super::{clocks, handles, nothing, random, streams};
use crate::state::RunState;

/// Defines one function of an interface, such as `now` of `wasi:clocks/wall-clock`, named without its version.
pub(super) fn define(instance: &mut LinkerInstance<'_, RunState>, interface: &str, name: &str) -> Result<()> {
    match (interface, name) {
        ("wasi:clocks/wall-clock", "now") => clocks::define_date(instance, name),
        ("wasi:clocks/wall-clock", "resolution") => clocks::define_date_resolution(instance, name),
        ("wasi:clocks/monotonic-clock", "now") => clocks::define_instant(instance, name),
        ("wasi:clocks/monotonic-clock", "resolution") => clocks::define_resolution(instance, name),
        ("wasi:clocks/monotonic-clock", "subscribe-instant" | "subscribe-duration") => {
            clocks::define_timer(instance, name)
        }
        ("wasi:random/random", "get-random-bytes")
        | ("wasi:random/insecure", "get-insecure-random-bytes") => random::define_bytes(instance, name),
        ("wasi:random/random", "get-random-u64") | ("wasi:random/insecure", "get-insecure-random-u64") => {
            random::define_number(instance, name)
        }
        ("wasi:random/insecure-seed", "insecure-seed") => random::define_seed(instance, name),
        ("wasi:cli/stdin", "get-stdin") => streams::define_input(instance, name),
        ("wasi:cli/stdout", "get-stdout") => streams::define_output(instance, name, handles::OUT),
        ("wasi:cli/stderr", "get-stderr") => streams::define_output(instance, name, handles::ERR),
        ("wasi:cli/exit", _) => define_exit(instance, name),
        ("wasi:io/streams", _) => streams::define_method(instance, name),
        ("wasi:io/poll", _) => clocks::define_poll(instance, name),
        _ => nothing::define(instance, interface, name),
    }
}

/// A task ends by returning; leaving in the middle tells nobody what was done.
fn define_exit(instance: &mut LinkerInstance<'_, RunState>, name: &str) -> Result<()> {
    instance.func_new(name, |_, _, _, _| Err(Error::msg("the module called exit instead of returning")))
}
