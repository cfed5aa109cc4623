//! A worker's process: started with nothing but its socket, watched until its end.

use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream as StdUnixStream;
use std::os::unix::process::ExitStatusExt;
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::net::UnixStream;
use tokio::process::{Child, Command};
use tokio::sync::{mpsc, watch};

use super::lines;
use crate::config::WorkerProgram;
use crate::process_usage::ProcessUsage;

/// The end of a worker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkerEnd {
    /// Reason why the process ended, as a sentence for people.
    pub reason: String,
    /// Whether it was told to stop; an end of any other kind is a failure.
    pub asked: bool,
}

#[derive(Debug, Clone, Copy)]
enum Order {
    Terminate,
    Kill,
}

/// A running process and how to end it. It is killed when this is dropped.
#[derive(Debug)]
pub(crate) struct Process {
    pid: u32,
    orders: mpsc::UnboundedSender<Order>,
    end: watch::Receiver<Option<WorkerEnd>>,
    /// What it did wrong, when that is why it is killed. The first reason stays.
    fault: Arc<OnceLock<String>>,
}

impl Process {
    /// Starts the program with one end of a new socket as its standard input.
    pub(crate) fn start(program: &WorkerProgram) -> std::io::Result<(Self, UnixStream)> {
        let (ours, theirs) = StdUnixStream::pair()?;
        ours.set_nonblocking(true)?;
        let mut child = Command::new(&program.program)
            .args(&program.args)
            // Nothing of this process's environment is the worker's business.
            .env_clear()
            .current_dir("/")
            // What a terminal sends to the daemon's group is for the daemon, which ends its workers itself.
            .process_group(0)
            .stdin(Stdio::from(OwnedFd::from(theirs)))
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let pid = child.id().ok_or_else(|| std::io::Error::other("the process has no id"))?;
        if let Some(stderr) = child.stderr.take() {
            tokio::spawn(lines::forward(stderr, move |line| {
                tracing::warn!(worker = pid, line, "a worker says")
            }));
        }
        let (orders, received) = mpsc::unbounded_channel();
        let (ended, end) = watch::channel(None);
        let fault = Arc::new(OnceLock::new());
        let of_watcher = Arc::clone(&fault);
        tokio::spawn(async move {
            let end = watch_over(child, received, &of_watcher).await;
            tracing::debug!(worker = pid, reason = end.reason, "a worker ended");
            ended.send_replace(Some(end));
        });
        Ok((Self { pid, orders, end, fault }, UnixStream::from_std(ours)?))
    }

    pub(crate) fn pid(&self) -> u32 {
        self.pid
    }

    /// Returns what it uses now; none when it has ended, for its id may be another's by then.
    pub(crate) fn usage(&self) -> Option<ProcessUsage> {
        let usage = ProcessUsage::of(self.pid);
        usage.filter(|_| self.end.borrow().is_none())
    }

    /// Kills it for something it did.
    pub(crate) fn kill_for(&self, fault: impl Into<String>) {
        let _first_stays = self.fault.set(fault.into());
        self.order(Order::Kill);
    }

    /// Asks it to end after its run, and kills it after this long.
    pub(crate) async fn stop(&self, patience: Duration) -> WorkerEnd {
        self.order(Order::Terminate);
        if let Ok(end) = tokio::time::timeout(patience, self.ended()).await {
            return end;
        }
        let seconds = patience.as_secs();
        self.kill_for(format!("it was stopped and did not end within {seconds} s, so it was killed"));
        self.ended().await
    }

    /// Waits for its end.
    pub(crate) async fn ended(&self) -> WorkerEnd {
        self.end().await
    }

    /// Returns a future of the process's end that does not keep the process alive.
    pub(crate) fn end(&self) -> impl Future<Output = WorkerEnd> + Send + 'static {
        let mut end = self.end.clone();
        async move {
            let known = end.wait_for(Option::is_some).await.ok().and_then(|end| end.clone());
            let unwatched = || WorkerEnd { reason: "the daemon stopped watching it".to_owned(), asked: true };
            known.unwrap_or_else(unwatched)
        }
    }

    fn order(&self, order: Order) {
        // Without a watcher the process has ended.
        let _ended_already = self.orders.send(order);
    }
}

/// Waits for the end of the process, and ends it as told, or when nobody holds it any more.
async fn watch_over(
    mut child: Child,
    mut orders: mpsc::UnboundedReceiver<Order>,
    fault: &OnceLock<String>,
) -> WorkerEnd {
    let mut asked = false;
    let status = loop {
        let order = tokio::select! {
            status = child.wait() => break status,
            order = orders.recv() => order,
        };
        match order {
            Some(Order::Terminate) => {
                asked = true;
                terminate(&child);
            }
            // The process may have ended already; `wait` tells.
            Some(Order::Kill) => drop(child.start_kill()),
            None => {
                asked = true;
                drop(child.start_kill());
                break child.wait().await;
            }
        }
    };
    let reason = match (fault.get(), status) {
        (Some(fault), _) => fault.clone(),
        (None, Ok(status)) => why(status, asked),
        (None, Err(error)) => format!("its end could not be waited for: {error}"),
    };
    WorkerEnd { reason, asked }
}

fn terminate(child: &Child) {
    // Its id is its own until it was waited for, which only the caller does.
    if let Some(pid) = child.id().and_then(|pid| i32::try_from(pid).ok())
        && let Err(error) = kill(Pid::from_raw(pid), Signal::SIGTERM)
    {
        tracing::warn!(worker = pid, %error, "a worker could not be told to stop");
    }
}

fn why(status: ExitStatus, asked: bool) -> String {
    match (status.code(), status.signal().map(Signal::try_from)) {
        (Some(0), _) if asked => "it was stopped".to_owned(),
        (Some(code), _) => format!("it ended with exit code {code}"),
        (None, Some(Ok(signal))) => format!("it was ended by {signal}"),
        (None, _) => "it was ended by an unknown signal".to_owned(),
    }
}
