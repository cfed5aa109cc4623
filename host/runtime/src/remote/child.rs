//! The worker's side: a process that runs one module for the daemon that started it.

use std::io::Write;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::process::ExitCode;
use std::sync::Arc;

use async_trait::async_trait;
use nix::sys::resource::{Resource, setrlimit};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc;
use wasmtime::component::Component;

use super::protocol::{
    self, Done, FrameError, FromWorker, LARGEST_FRAME_BYTES, Load, Run, ToWorker, frame_bytes,
};
use crate::abi::v1::bindings::TaskPre;
use crate::call::{HostCall, HostReply};
use crate::config;
use crate::cpu_permits::CpuPermits;
use crate::limits::Ticker;
use crate::linker;
use crate::module;
use crate::outcome::RunOutcome;
use crate::run::{self, returned};
use crate::services::HostServices;
use crate::state::RunState;

/// Runs the worker: it loads and runs what the daemon sends over the socket on standard input, until SIGTERM or
/// the end of the daemon. On failure it prints one line to standard error and returns exit code 1.
///
/// The binary's hidden subcommand calls this before it does anything else.
pub fn work_for_daemon() -> ExitCode {
    match work() {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => fail(&reason),
    }
}

fn fail(reason: &str) -> ExitCode {
    // The daemon reads this; if it is gone there is nobody to tell.
    let _ = writeln!(std::io::stderr(), "{reason}");
    ExitCode::FAILURE
}

fn work() -> Result<(), String> {
    limit(Resource::RLIMIT_CORE)?;
    let line = std::io::stdin().as_fd().try_clone_to_owned().map(UnixStream::from);
    let line = line.map_err(|error| format!("there is no line to a daemon: {error}"))?;
    let reading = line.try_clone().map_err(|error| format!("there is no line to a daemon: {error}"))?;
    let (heard, inbox) = mpsc::unbounded_channel();
    std::thread::Builder::new()
        .name("prahari-line".to_owned())
        .spawn(move || listen(reading, &heard))
        .map_err(|error| format!("the line cannot be listened to: {error}"))?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| format!("the worker cannot be started: {error}"))?;
    runtime.block_on(serve(Line { line, inbox, calls: 0, frame_bytes: 0, too_large: false }))
}

/// Passes on what the daemon says. It has a thread of its own, so that the end of the daemon is the end of this process
/// even while a guest computes: nobody would hear what the guest finds out.
fn listen(mut line: UnixStream, heard: &mpsc::UnboundedSender<ToWorker>) {
    loop {
        match protocol::read_blocking(&mut line, LARGEST_FRAME_BYTES) {
            Ok(frame) => {
                if heard.send(frame).is_err() {
                    return;
                }
            }
            Err(FrameError::Closed) => std::process::exit(0),
            Err(error) => {
                fail(&format!("the daemon is not understood: {error}"));
                std::process::exit(1)
            }
        }
    }
}

async fn serve(mut line: Line) -> Result<(), String> {
    let mut stopped =
        signal(SignalKind::terminate()).map_err(|error| format!("signals cannot be heard: {error}"))?;
    let Some(ToWorker::Load(load)) = line.inbox.recv().await else {
        return Err("the daemon did not say what to run".to_owned());
    };
    let guest = Guest::load(load).await?;
    // All that is needed is open. What comes from here on can open no file, no socket and no process.
    limit(Resource::RLIMIT_NOFILE)?;
    limit(Resource::RLIMIT_FSIZE)?;
    line.say(&FromWorker::Ready)?;
    while let Some(run) = next_run(&mut line, &mut stopped).await? {
        let done = guest.run(run, &mut line).await;
        line.say(&FromWorker::Done(done))?;
    }
    Ok(())
}

/// Waits for a run; none when the worker is to end.
async fn next_run(line: &mut Line, stopped: &mut Signal) -> Result<Option<Run>, String> {
    loop {
        let frame = tokio::select! {
            biased;
            _ = stopped.recv() => return Ok(None),
            frame = line.inbox.recv() => frame,
        };
        match frame {
            Some(ToWorker::Run(run)) => return Ok(Some(run)),
            // To a call that its run did not wait for any more.
            Some(ToWorker::Reply(..)) => {}
            Some(ToWorker::Load(_)) => return Err("the daemon said twice what to run".to_owned()),
            None => return Ok(None),
        }
    }
}

fn limit(resource: Resource) -> Result<(), String> {
    setrlimit(resource, 0, 0).map_err(|error| format!("the worker's limits cannot be set: {error}"))
}

/// The module that the worker has loaded.
struct Guest {
    pre: TaskPre<RunState>,
    permits: Arc<CpuPermits>,
    ticker: Ticker,
}

impl Guest {
    async fn load(load: Load) -> Result<Self, String> {
        if load.version != protocol::VERSION {
            let (theirs, ours) = (&load.version, protocol::VERSION);
            return Err(format!("the daemon is {theirs} and this program {ours}: restart the daemon"));
        }
        let says = |error: wasmtime::Error| format!("the module cannot be loaded: {error:#}");
        let largest = usize::try_from(load.largest_memory_bytes).unwrap_or(usize::MAX);
        let engine = config::running_engine(1, largest).map_err(says)?;
        // SAFETY: `deserialize` demands bytes that `Engine::precompile_component` made and nobody changed. They
        // come over the socket that this process was started with, whose other end only its starter holds: the
        // daemon, which serialised them from a component that it runs itself, compiled or verified by the rules of
        // its cache. A starter of another kind that sends other bytes gains nothing: the code runs with the rights
        // of this process, which are the starter's own and were passed through no boundary. That the engine's
        // version and settings fit is checked by wasmtime.
        let component = unsafe { Component::deserialize(&engine, &load.code) }.map_err(says)?;
        let linker = linker::linker(&engine).map_err(says)?;
        let pre = module::link(&linker, &component).map_err(says)?;
        let ticker = Ticker::start(engine).map_err(|error| format!("no thread for the ticks: {error}"))?;
        let guest = Self { pre, permits: Arc::new(CpuPermits::alone()), ticker };
        // What the first instance has to open is opened by this one.
        let _ticking = guest.ticker.hold();
        let described = run::describe(&guest.pre, &guest.permits, load.describe).await.ended;
        described.map_err(|outcome| format!("the module did not describe itself: {}", outcome.detail()))?;
        drop(_ticking);
        Ok(guest)
    }

    async fn run(&self, run: Run, line: &mut Line) -> Done {
        let _ticking = self.ticker.hold();
        line.frame_bytes = frame_bytes(run.budget);
        let guest = run::run_ungated(&self.pre, &self.permits, &run.context, run.budget, line).await;
        let output = &run.budget.output;
        let outcome = guest.ended.map_or_else(|outcome| outcome, |result| returned(result, output));
        let outcome = if std::mem::take(&mut line.too_large) { RunOutcome::ByteLimit } else { outcome };
        let cpu_micros = u64::try_from(guest.cpu.as_micros()).unwrap_or(u64::MAX);
        Done { outcome, cpu_micros, peak_memory: guest.peak_memory }
    }
}

/// The line to the daemon.
struct Line {
    line: UnixStream,
    inbox: mpsc::UnboundedReceiver<ToWorker>,
    /// Numbers the calls: a run at its wall limit does not wait for a reply, which then comes during the next one.
    calls: u32,
    /// Longest frame that the daemon would read during this run.
    frame_bytes: u64,
    /// The guest asked more than that at once.
    too_large: bool,
}

impl Line {
    fn say(&mut self, what: &FromWorker) -> Result<(), String> {
        self.write(&protocol::frame(what).map_err(|error| format!("nothing can be said: {error}"))?)
    }

    fn ask(&mut self, call: &HostCall) -> Result<(), String> {
        let frame = protocol::frame(&FromWorker::Call(self.calls, call.clone()));
        match frame {
            Ok(frame) if u64::try_from(frame.len()).unwrap_or(u64::MAX) <= self.frame_bytes => {
                self.write(&frame)
            }
            _ => {
                self.too_large = true;
                Err("the call is larger than all calls of a run may be together".to_owned())
            }
        }
    }

    /// Writes to the end. Nothing else could be done meanwhile: the guest waits, and the daemon limits the time.
    fn write(&mut self, frame: &[u8]) -> Result<(), String> {
        self.line.write_all(frame).map_err(|error| format!("the line to the daemon failed: {error}"))
    }
}

#[async_trait]
impl HostServices for Line {
    async fn call(&mut self, call: &HostCall) -> HostReply {
        self.calls = self.calls.wrapping_add(1);
        let number = self.calls;
        if let Err(reason) = self.ask(call) {
            return HostReply::Failed(reason);
        }
        loop {
            match self.inbox.recv().await {
                Some(ToWorker::Reply(answered, reply)) if answered == number => return reply,
                Some(ToWorker::Reply(..)) => {}
                other => return HostReply::Failed(format!("the daemon did not reply: {other:?}")),
            }
        }
    }
}
