//! Standard output and error, which go to the task's log line by line, and standard input, which is at its end.

use wasmtime::component::{ComponentType, LinkerInstance, Lower, Resource};
use wasmtime::{Result, StoreContextMut};

use super::handles::{ERR, InputStream, OutputStream, StreamFault};
use super::{Wasi, clocks, nothing};
use crate::abi::latest::log;
use crate::state::RunState;

/// How important a line of standard output is.
pub(super) const OUT_LEVEL: log::Level = log::Level::Info;

/// How important a line of standard error is.
pub(super) const ERR_LEVEL: log::Level = log::Level::Warn;

/// Bytes that a stream says it takes at once.
const AT_ONCE: u64 = 64 << 10;

/// `stream-error`. Reading finds the end, writing never fails.
#[derive(ComponentType, Lower)]
#[component(variant)]
enum StreamError {
    #[component(name = "last-operation-failed")]
    #[expect(dead_code, reason = "nothing fails, and the type has to be that of WASI")]
    LastOperationFailed(Resource<StreamFault>),
    #[component(name = "closed")]
    Closed,
}

impl Wasi {
    fn lines(&mut self, stream: u32, written: &[u8]) -> (log::Level, Vec<String>) {
        let used = self.used();
        if stream == ERR { (ERR_LEVEL, used.err.take(written)) } else { (OUT_LEVEL, used.out.take(written)) }
    }
}

/// `get-stdin`
pub(super) fn define_input(instance: &mut LinkerInstance<'_, RunState>, name: &str) -> Result<()> {
    instance.func_wrap(name, |mut store, (): ()| {
        store.data_mut().wasi.handle::<InputStream>(0).map(|input| (input,))
    })
}

/// `get-stdout` and `get-stderr`
pub(super) fn define_output(
    instance: &mut LinkerInstance<'_, RunState>,
    name: &str,
    number: u32,
) -> Result<()> {
    instance.func_wrap(name, move |mut store, (): ()| {
        store.data_mut().wasi.handle::<OutputStream>(number).map(|output| (output,))
    })
}

/// A method of a stream. Those that copy from stream to stream are not there.
pub(super) fn define_method(instance: &mut LinkerInstance<'_, RunState>, name: &str) -> Result<()> {
    match name {
        "[method]output-stream.check-write" => instance
            .func_wrap(name, |_, (_,): (Resource<OutputStream>,)| Ok((Ok::<_, StreamError>(AT_ONCE),))),
        "[method]output-stream.write" | "[method]output-stream.blocking-write-and-flush" => instance
            .func_wrap_async(name, |store, (stream, written): (Resource<OutputStream>, Vec<u8>)| {
                Box::new(write(store, stream, written))
            }),
        "[method]output-stream.flush" | "[method]output-stream.blocking-flush" => {
            instance.func_wrap(name, |_, (_,): (Resource<OutputStream>,)| Ok((Ok::<(), StreamError>(()),)))
        }
        "[method]output-stream.subscribe" => {
            instance.func_wrap(name, |mut store, (_,): (Resource<OutputStream>,)| clocks::ready(&mut store))
        }
        "[method]input-stream.read" | "[method]input-stream.blocking-read" => instance
            .func_wrap(name, |_, (_, _): (Resource<InputStream>, u64)| {
                Ok((Err::<Vec<u8>, _>(StreamError::Closed),))
            }),
        "[method]input-stream.skip" | "[method]input-stream.blocking-skip" => instance
            .func_wrap(name, |_, (_, _): (Resource<InputStream>, u64)| {
                Ok((Err::<u64, _>(StreamError::Closed),))
            }),
        "[method]input-stream.subscribe" => {
            instance.func_wrap(name, |mut store, (_,): (Resource<InputStream>,)| clocks::ready(&mut store))
        }
        _ => nothing::define(instance, "wasi:io/streams", name),
    }
}

async fn write(
    mut store: StoreContextMut<'_, RunState>,
    stream: Resource<OutputStream>,
    written: Vec<u8>,
) -> Result<(Result<(), StreamError>,)> {
    let state = store.data_mut();
    let (level, lines) = state.wasi.lines(stream.rep(), &written);
    for line in lines {
        state.log(level, line).await?;
    }
    Ok((Ok(()),))
}
