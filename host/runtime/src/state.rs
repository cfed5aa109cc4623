//! What the host keeps in the store of one run.

use std::sync::Arc;

use wasmtime::Error;
use wasmtime_wasi::{WasiCtxView, WasiView};

use crate::abi::latest::log;
use crate::call::{HostCall, HostReply};
use crate::gate::{Admission, Gate};
use crate::host_call_channel::HostCallChannel;
use crate::limits::MemoryLimiter;
use crate::outcome::Stop;
use crate::wasi::Wasi;

/// The data of a run's store.
pub struct RunState {
    /// None in a worker: there the gate stands in the daemon, on the way to the services.
    pub(crate) gate: Option<Gate>,
    pub(crate) limiter: MemoryLimiter,
    pub(crate) wasi: Wasi,
    channel: Arc<HostCallChannel>,
    stopped: Option<Stop>,
}

impl RunState {
    pub(crate) fn new(
        gate: Option<Gate>,
        limiter: MemoryLimiter,
        channel: Arc<HostCallChannel>,
        wasi: Wasi,
    ) -> Self {
        Self { gate, limiter, wasi, channel, stopped: None }
    }

    /// Takes one call through the gate and to the services. An error ends the guest.
    pub(crate) async fn ask(&mut self, call: HostCall) -> wasmtime::Result<HostReply> {
        let answered = match &mut self.gate {
            Some(gate) => match gate.admit(call) {
                Ok(Admission::Answered(reply)) => Ok(reply),
                Ok(Admission::Passed { call, refused }) => {
                    let reply = self.channel.ask(call).await;
                    gate.answered(reply, refused)
                }
                Err(stop) => Err(stop),
            },
            None => match self.channel.ask(call).await {
                HostReply::Failed(reason) => Err(Stop::HostFailed(reason)),
                reply => Ok(reply),
            },
        };
        answered.map_err(|stop| self.stop(stop))
    }

    /// Writes a line to the task's log. Without the capability it is dropped: the guest is not told.
    pub(crate) async fn log(&mut self, level: log::Level, message: String) -> wasmtime::Result<()> {
        match self.ask(HostCall::Log { level, message }).await? {
            HostReply::Logged | HostReply::Refused(_) => Ok(()),
            other => Err(self.mismatch("Logged", &other)),
        }
    }

    /// Logs the lines that the guest printed, at the end also what no line break ended.
    pub(crate) async fn log_printed(&mut self, at_end: bool) -> wasmtime::Result<()> {
        for (level, line) in self.wasi.take_printed(at_end) {
            self.log(level, line).await?;
        }
        Ok(())
    }

    /// A reply that does not belong to the call: a fault of the host, which ends the run and nothing else.
    pub(crate) fn mismatch(&mut self, wanted: &str, got: &HostReply) -> Error {
        let got = got.name();
        self.stop(Stop::HostFailed(format!("a call that is answered with {wanted} was answered with {got}")))
    }

    /// Stores the reason why the guest is stopped; the first one stays.
    pub(crate) fn stop(&mut self, stop: Stop) -> Error {
        let stop = self.stopped.get_or_insert(stop);
        Error::msg(format!("stopped by the host: {stop:?}"))
    }

    pub(crate) fn is_stopped(&self) -> bool {
        self.stopped.is_some()
    }

    pub(crate) fn take_stop(&mut self) -> Option<Stop> {
        self.stopped.take()
    }

    pub(crate) fn channel(&self) -> &Arc<HostCallChannel> {
        &self.channel
    }
}

impl WasiView for RunState {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        self.wasi.view()
    }
}
