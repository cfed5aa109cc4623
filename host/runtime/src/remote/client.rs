//! The daemon's side of a worker: it is given runs, and each of its calls passes the gate here.

use std::pin::Pin;
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::net::UnixStream;
use tokio::time::Sleep;

use super::process::{Process, WorkerEnd};
use super::protocol::{self, Done, FrameError, FromWorker, Load, Run, SMALL_FRAME_BYTES, ToWorker};
use crate::budget::Budget;
use crate::call::{HostCall, HostReply};
use crate::config::RuntimeConfig;
use crate::gate::{Admission, Gate};
use crate::grant::Grant;
use crate::hash::ModuleHash;
use crate::host_call_channel::{before, measured, wall_timer};
use crate::meter::Meter;
use crate::module::{DescribedSettings, Module};
use crate::outcome::RunOutcome;
use crate::process_usage::ProcessUsage;
use crate::recording::{RecordedRun, Recording};
use crate::run::{RunReport, RunRequest, bounded};
use crate::services::HostServices;

/// Longest time by the real clock from the start of a process to its word that it is ready.
const READY_WITHIN: Duration = Duration::from_secs(30);

/// Time after a run's wall limit within which its worker must have reported it.
const GRACE: Duration = Duration::from_secs(3);

/// Time that a process whose socket is closed has to end; then it is killed.
const END_WITHIN: Duration = Duration::from_secs(2);

/// Reasons why there is no worker.
#[derive(Debug, thiserror::Error)]
pub enum WorkerError {
    /// The process could not be started.
    #[error("the worker {program} cannot be started: {source}")]
    Start {
        /// The path of the program that was to be started.
        program: String,
        /// Why the operating system refused.
        source: std::io::Error,
    },
    /// The module cannot be handed over.
    #[error("the module cannot be given to a worker: {0}")]
    Module(String),
    /// It was started and did not become ready.
    #[error("the worker did not become ready: {0}")]
    NotReady(String),
}

/// A process that runs one module. Dropping it kills the process.
#[derive(Debug)]
pub struct Worker {
    process: Process,
    module: ModuleHash,
    wanted: Grant,
    settings: DescribedSettings,
    /// The socket to the process; held for the length of a run, since a worker runs one at a time.
    line: tokio::sync::Mutex<UnixStream>,
}

/// Sends what to run and reads the answer. It reads while it still writes, because a program that is no worker
/// may never read.
async fn introduce(line: &mut UnixStream, load: &[u8]) -> Result<FromWorker, FrameError> {
    let (mut hears, mut says) = line.split();
    let saying = async {
        match says.write_all(load).await {
            Ok(()) => std::future::pending().await,
            Err(error) => FrameError::Io(error),
        }
    };
    tokio::select! {
        answer = protocol::read(&mut hears, SMALL_FRAME_BYTES) => answer,
        error = saying => Err(error),
    }
}

impl Worker {
    /// Starts a process and gives it the module.
    pub(crate) async fn start(config: &RuntimeConfig, module: &Module) -> Result<Self, WorkerError> {
        let code = module
            .pre()
            .instance_pre()
            .component()
            .serialize()
            .map_err(|error| WorkerError::Module(format!("{error:#}")))?;
        let load = ToWorker::Load(Load {
            version: protocol::VERSION.to_owned(),
            code,
            largest_memory_bytes: u64::try_from(config.largest_memory_bytes).unwrap_or(u64::MAX),
            describe: config.describe,
        });
        let load = protocol::frame(&load).map_err(|error| WorkerError::Module(error.to_string()))?;
        let (process, mut line) = Process::start(&config.worker).map_err(|source| WorkerError::Start {
            program: config.worker.program.display().to_string(),
            source,
        })?;
        let fault = match tokio::time::timeout(READY_WITHIN, introduce(&mut line, &load)).await {
            Ok(Ok(FromWorker::Ready)) => {
                let (wanted, settings) = (module.wanted(), module.described_settings());
                let (module, line) = (module.hash(), tokio::sync::Mutex::new(line));
                return Ok(Self { process, module, wanted, settings, line });
            }
            Ok(Ok(_)) => Some("it said something else than that it is ready".to_owned()),
            // The end of the process says more than the end of its line.
            Ok(Err(FrameError::Closed | FrameError::Io(_))) => None,
            Ok(Err(error)) => Some(error.to_string()),
            Err(_) => Some(format!("it took longer than {} s", READY_WITHIN.as_secs())),
        };
        Err(WorkerError::NotReady(end_of(&process, fault).await))
    }

    /// The hash of the module that it runs.
    pub fn module(&self) -> ModuleHash {
        self.module
    }

    /// The capabilities that its module asked for.
    pub fn wanted(&self) -> Grant {
        self.wanted
    }

    /// Returns the schema of the settings that its module describes.
    pub fn described_settings(&self) -> DescribedSettings {
        self.settings.clone()
    }

    /// The process id of the worker.
    pub fn pid(&self) -> u32 {
        self.process.pid()
    }

    /// Returns the processor time and memory that its process uses, as the operating system says; none when it has ended or
    /// the platform does not tell.
    pub fn usage(&self) -> Option<ProcessUsage> {
        self.process.usage()
    }

    /// Waits until the process has ended, and returns why.
    pub async fn ended(&self) -> WorkerEnd {
        self.process.ended().await
    }

    /// Returns a future of the worker's end that does not keep the worker alive.
    pub fn end(&self) -> impl Future<Output = WorkerEnd> + Send + 'static {
        self.process.end()
    }

    /// Asks the worker to end after its current run (SIGTERM), and kills it after `patience` of real time.
    pub async fn stop(&self, patience: Duration) -> WorkerEnd {
        self.process.stop(patience).await
    }

    /// Runs the module once, as [`Runtime::run`](crate::Runtime::run) does in this process; a worker that ends or
    /// breaks the protocol ends the run as [`RunOutcome::WorkerEnded`].
    ///
    /// Dropping the future leaves the worker in the middle of a run, so only a shutdown should do that.
    pub async fn run(&self, request: RunRequest, services: &mut dyn HostServices) -> RunReport {
        let mut line = self.line.lock().await;
        let mut talk = Talk::new(&mut line, &self.process, &request);
        let done = match talk.run(&request, services).await {
            Ok(done) => done,
            Err(fault) => {
                let reason = end_of(&self.process, fault).await;
                Done { outcome: RunOutcome::WorkerEnded(reason), cpu_micros: 0, peak_memory: 0 }
            }
        };
        let usage = talk.gate.usage();
        let run = RecordedRun {
            module: self.module,
            context: request.context,
            grant: request.grant,
            budget: request.budget,
            usage,
            outcome: done.outcome.clone(),
            cpu_micros: done.cpu_micros,
            peak_memory: done.peak_memory,
            cause: None,
        };
        RunReport {
            outcome: done.outcome,
            usage,
            cpu: Duration::from_micros(done.cpu_micros),
            host: talk.host.used(),
            peak_memory: done.peak_memory,
            recording: Recording::new(run, talk.gate.take_recorder()),
        }
    }
}

/// Ends a worker that is of no use any more and says why: for its fault, or as its process ended.
async fn end_of(process: &Process, fault: Option<String>) -> String {
    if let Some(fault) = fault {
        process.kill_for(fault);
    }
    if let Ok(end) = tokio::time::timeout(END_WITHIN, process.ended()).await {
        return end.reason;
    }
    process.kill_for("it closed its line and went on running");
    process.ended().await.reason
}

/// Why a run cannot go on: what the worker did wrong, or nothing when it ended.
type Fault = Option<String>;

/// One run over the line.
struct Talk<'a> {
    line: &'a mut UnixStream,
    process: &'a Process,
    gate: Gate,
    budget: Budget,
    /// Measures the time that the host spends on the calls.
    host: Meter,
    /// The end that was decided here; from then on the worker may only say that it is done.
    decided: Option<RunOutcome>,
    /// Ends at the run's wall limit.
    wall: Pin<Box<Sleep>>,
    /// Ends when the worker must have ended the run.
    patience: Pin<Box<Sleep>>,
    frame_bytes: u64,
}

impl<'a> Talk<'a> {
    fn new(line: &'a mut UnixStream, process: &'a Process, request: &RunRequest) -> Self {
        let wall = Duration::from_millis(request.budget.wall_ms);
        Self {
            line,
            process,
            gate: Gate::new(request.grant, request.budget),
            budget: request.budget,
            host: Meter::default(),
            decided: None,
            wall: Box::pin(wall_timer(wall)),
            patience: Box::pin(wall_timer(wall.saturating_add(GRACE))),
            frame_bytes: protocol::frame_bytes(request.budget),
        }
    }

    async fn run(&mut self, request: &RunRequest, services: &mut dyn HostServices) -> Result<Done, Fault> {
        let run = Run { context: request.context.clone(), budget: request.budget };
        self.say(&ToWorker::Run(run)).await?;
        loop {
            let (number, call) = match self.hear().await? {
                FromWorker::Ready => return Err(Some("it was ready twice".to_owned())),
                FromWorker::Done(done) => return Ok(self.judged(done)),
                FromWorker::Call(number, call) => (number, call),
            };
            if self.decided.is_some() {
                return Err(Some("it went on with a run that was stopped".to_owned()));
            }
            let reply = self.answer(call, services).await?;
            self.say(&ToWorker::Reply(number, reply)).await?;
        }
    }

    /// One call through the gate and to the services, as in a run of this process.
    async fn answer(&mut self, call: HostCall, services: &mut dyn HostServices) -> Result<HostReply, Fault> {
        let answered = match self.gate.admit(call) {
            Ok(Admission::Answered(reply)) => Ok(reply),
            Ok(Admission::Passed { call, refused }) => {
                let Some(reply) = self.serve(&call, services).await? else {
                    return Ok(self.decide(RunOutcome::WallLimit));
                };
                self.gate.answered(reply, refused)
            }
            Err(stop) => Err(stop),
        };
        let reply = answered.unwrap_or_else(|stop| self.decide(stop.outcome()));
        if self.wall.is_elapsed() {
            return Ok(self.decide(RunOutcome::WallLimit));
        }
        let host_limit = Duration::from_millis(self.budget.work.host_ms);
        Ok(if self.host.used() > host_limit { self.decide(RunOutcome::HostLimit) } else { reply })
    }

    /// The reply of the services; none at the wall limit. What has an effect is waited for, whatever becomes of the
    /// worker; anything else is dropped with it.
    async fn serve(
        &mut self,
        call: &HostCall,
        services: &mut dyn HostServices,
    ) -> Result<Option<HostReply>, Fault> {
        if call.has_effect() {
            return Ok(Some(measured(&self.host, services.call(call)).await));
        }
        tokio::select! {
            reply = before(self.wall.as_mut(), measured(&self.host, services.call(call))) => Ok(reply),
            _ = self.process.ended() => Err(None),
        }
    }

    /// Ends the run by a decision of this side; the first one stays.
    fn decide(&mut self, outcome: RunOutcome) -> HostReply {
        self.decided.get_or_insert(outcome);
        HostReply::Failed("the run was stopped".to_owned())
    }

    /// Returns how the run ended: by what was decided here, else as the worker says, within bounds.
    fn judged(&mut self, done: Done) -> Done {
        let outcome = self.decided.take().unwrap_or_else(|| bounded(done.outcome, &self.budget.output));
        Done { outcome, ..done }
    }

    async fn say(&mut self, what: &ToWorker) -> Result<(), Fault> {
        let frame = protocol::frame(what).map_err(|error| Some(error.to_string()))?;
        match before(self.patience.as_mut(), self.line.write_all(&frame)).await {
            Some(Ok(())) => Ok(()),
            Some(Err(_)) => Err(None),
            None => Err(Some("it did not listen until the time limit of its run".to_owned())),
        }
    }

    async fn hear(&mut self) -> Result<FromWorker, Fault> {
        match before(self.patience.as_mut(), protocol::read(self.line, self.frame_bytes)).await {
            Some(Ok(frame)) => Ok(frame),
            Some(Err(FrameError::Closed | FrameError::Io(_))) => Err(None),
            Some(Err(error)) => Err(Some(error.to_string())),
            None => Err(Some("it did not end its run at the time limit".to_owned())),
        }
    }
}

#[cfg(test)]
#[path = "client_tests.rs"]
mod tests;
