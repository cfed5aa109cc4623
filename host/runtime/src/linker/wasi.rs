//! WASI 0.2 as a run has it: the functions of wasmtime-wasi, and in place of some of them our own, so that nothing
//! waits on the real clock, draws real random numbers, or prints past the gate.

use wasmtime::component::{Component, Linker, LinkerInstance, Resource, ResourceTable};
use wasmtime::{Error, Result, StoreContextMut};
use wasmtime_wasi::p2::bindings::io::streams::StreamError;
use wasmtime_wasi::p2::{DynOutputStream, DynPollable, Pollable, add_to_linker_async, subscribe};
use wasmtime_wasi::{WasiView, async_trait};

use crate::state::RunState;

/// The version under which the library links; the linker takes it for every other 0.2.
const VERSION: &str = "0.2.12";

/// Most random bytes of one call. Interpreters ask for some thousand once.
const MOST_RANDOM_BYTES: u64 = 64 << 10;

/// What a task does not have and cannot be told that it does not.
const DENIED: [(&str, &str); 5] = [
    ("wasi:io/streams", "[method]output-stream.write-zeroes"),
    ("wasi:io/streams", "[method]output-stream.blocking-write-zeroes-and-flush"),
    ("wasi:io/streams", "[method]output-stream.splice"),
    ("wasi:io/streams", "[method]output-stream.blocking-splice"),
    ("wasi:sockets/instance-network", "instance-network"),
];

/// A linker that has WASI too, for a component that imports any of it; none for all others, which carry nothing for it.
pub(super) fn linker_for(
    linker: &Linker<RunState>,
    component: &Component,
) -> Result<Option<Linker<RunState>>> {
    let ty = component.component_type();
    if !ty.imports(linker.engine()).any(|(name, _)| name.starts_with("wasi:")) {
        return Ok(None);
    }
    let mut linker = linker.clone();
    add_to_linker_async(&mut linker)?;
    linker.allow_shadowing(true);
    define_time(&mut linker)?;
    define_random(&mut linker)?;
    define_output(&mut linker)?;
    for (name, function) in DENIED {
        let why = format!("the module called {name} {function}, which a task does not have");
        define_stop(&mut interface(&mut linker, name)?, function, why)?;
    }
    for function in ["exit", "exit-with-code"] {
        let why = "the module called exit instead of returning".to_owned();
        define_stop(&mut interface(&mut linker, "wasi:cli/exit")?, function, why)?;
    }
    Ok(Some(linker))
}

fn interface<'a>(linker: &'a mut Linker<RunState>, name: &str) -> Result<LinkerInstance<'a, RunState>> {
    linker.instance(&format!("{name}@{VERSION}"))
}

fn define_stop(instance: &mut LinkerInstance<'_, RunState>, function: &str, why: String) -> Result<()> {
    instance.func_new(function, move |_, _, _, _| Err(Error::msg(why.clone())))
}

/// A task does not wait, whatever it waits for: all that there is to wait for has happened.
fn define_time(linker: &mut Linker<RunState>) -> Result<()> {
    let mut clock = interface(linker, "wasi:clocks/monotonic-clock")?;
    for function in ["subscribe-instant", "subscribe-duration"] {
        clock.func_wrap(function, |mut store, (_,): (u64,)| Ok((over(store.data_mut().ctx().table)?,)))?;
    }
    interface(linker, "wasi:io/poll")?.func_wrap("poll", |_, (asked,): (Vec<Resource<DynPollable>>,)| {
        Ok(((0..u32::try_from(asked.len())?).collect::<Vec<_>>(),))
    })
}

/// A time that has come.
struct Over;

#[async_trait]
impl Pollable for Over {
    async fn ready(&mut self) {}
}

fn over(table: &mut ResourceTable) -> Result<Resource<DynPollable>> {
    let over = table.push(Over)?;
    subscribe(table, over)
}

/// All of them draw from the run's one row of bytes, as they always did; the library draws four bytes of it for one.
fn define_random(linker: &mut Linker<RunState>) -> Result<()> {
    for (name, bytes, number) in [
        ("wasi:random/random", "get-random-bytes", "get-random-u64"),
        ("wasi:random/insecure", "get-insecure-random-bytes", "get-insecure-random-u64"),
    ] {
        let mut random = interface(linker, name)?;
        random.func_wrap(bytes, |mut store, (count,): (u64,)| Ok((random_bytes(&mut store, count)?,)))?;
        random.func_wrap(number, |mut store, (): ()| Ok((random_number(&mut store),)))?;
    }
    interface(linker, "wasi:random/insecure-seed")?.func_wrap("insecure-seed", |mut store, (): ()| {
        Ok(((random_number(&mut store), random_number(&mut store)),))
    })
}

fn random_bytes(store: &mut StoreContextMut<'_, RunState>, count: u64) -> Result<Vec<u8>> {
    if count > MOST_RANDOM_BYTES {
        wasmtime::bail!("the module asked for {count} random bytes at once; {MOST_RANDOM_BYTES} are allowed");
    }
    let mut bytes = vec![0; usize::try_from(count)?];
    store.data_mut().wasi.random().fill(&mut bytes);
    Ok(bytes)
}

fn random_number(store: &mut StoreContextMut<'_, RunState>) -> u64 {
    let mut bytes = [0; 8];
    store.data_mut().wasi.random().fill(&mut bytes);
    u64::from_le_bytes(bytes)
}

/// Logs what is written before the guest goes on: a run that is stopped from outside keeps its last line, and the
/// host never holds more than one write.
fn define_output(linker: &mut Linker<RunState>) -> Result<()> {
    let mut streams = interface(linker, "wasi:io/streams")?;
    for function in ["[method]output-stream.write", "[method]output-stream.blocking-write-and-flush"] {
        streams
            .func_wrap_async(function, |store, (stream, written)| Box::new(write(store, stream, written)))?;
    }
    Ok(())
}

async fn write(
    mut store: StoreContextMut<'_, RunState>,
    stream: Resource<DynOutputStream>,
    written: Vec<u8>,
) -> Result<(Result<(), StreamError>,)> {
    let state = store.data_mut();
    state.ctx().table.get_mut(&stream)?.write(written.into())?;
    state.log_printed(false).await?;
    Ok((Ok(()),))
}
