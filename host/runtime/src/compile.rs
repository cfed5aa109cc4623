//! Compiling a module, in a child process that may be killed.
//!
//! A small hostile module can keep a compiler busy for very long or make it take all memory, and compiled code can not
//! be interrupted from inside. So the compiler runs in a process of its own, with the kernel's limits on processor
//! time and memory and the parent's on the wall clock.

use std::io::{Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::{ExitCode, ExitStatus, Stdio};
use std::time::Duration;

use nix::sys::resource::{Resource, setrlimit};
use nix::sys::signal::Signal;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};

use crate::config::{self, Compiler};

/// Most machine code that is read back from the child: 20 times the largest known.
const MAX_CODE_BYTES: u64 = 1 << 30;

/// Most of the child's message that is kept.
const MAX_MESSAGE_BYTES: u64 = 4 << 10;

/// The exit code of a Rust program that panicked.
const PANICKED: i32 = 101;

/// A component that is priced above so many points is compiled after everything else on the machine; one below is
/// done within about a second, and a person or the start of the daemon waits for it.
const LONG_FROM_POINTS: u64 = 1_000_000;

/// How much a long compilation steps back: all 39 steps that there are (`nice`), so that it ends at the lowest
/// priority whatever the daemon was given; the system takes more steps than are left for the last one. It gets what
/// is left of the processors, and a thread of the daemon that has something to do takes one from it at once.
const LONG_NICENESS: u8 = 39;

/// Reasons why a module could not be compiled.
#[derive(Debug, thiserror::Error)]
pub enum CompileError {
    /// The child could not be started or talked to.
    #[error("the module compiler {program} cannot be run: {source}")]
    Start {
        /// The path of the compiler that was to be started.
        program: String,
        /// Why the operating system refused.
        source: std::io::Error,
    },
    /// The compiler refused the module.
    #[error("the module does not compile: {0}")]
    Refused(String),
    /// It took too long by the wall clock and was killed.
    #[error("the module was not compiled within {} seconds", .0.as_secs())]
    WallTime(Duration),
    /// It took too much processor time and was killed.
    #[error("the module needs more than {0} seconds of processor time to compile")]
    CpuTime(u64),
    /// It took too much memory, or something else killed it.
    #[error("the module compiler was ended by {0}; the module may need too much memory to compile")]
    Killed(String),
}

/// Returns whether the compilation of a component that is priced at so many points steps back.
pub(crate) const fn is_long(points: u64) -> bool {
    points >= LONG_FROM_POINTS
}

/// Compiles a component, priced at so many points, in the child process and returns its machine code.
pub(crate) async fn compile(
    compiler: &Compiler,
    component: Vec<u8>,
    points: u64,
) -> Result<Vec<u8>, CompileError> {
    let failed = |source| CompileError::Start { program: compiler.program.display().to_string(), source };
    let mut child = start(compiler).map_err(failed)?;
    #[expect(
        clippy::disallowed_methods,
        reason = "the compiler's time limit is real time even when the clock is virtual"
    )]
    let limit = tokio::time::sleep(compiler.wall);
    let ended = tokio::select! {
        ended = converse(&mut child, Limits::of(compiler, points), component) => Some(ended),
        () = limit => None,
    };
    // Also reaps a child that has ended already; killing that one changes nothing.
    child.kill().await.map_err(failed)?;
    let Some(ended) = ended else {
        return Err(CompileError::WallTime(compiler.wall));
    };
    let (status, code, message) = ended.map_err(failed)?;
    judge(compiler, status, code, message)
}

fn start(compiler: &Compiler) -> std::io::Result<Child> {
    Command::new(&compiler.program)
        .args(&compiler.args)
        // Nothing of this process's environment is the compiler's business.
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
}

/// Sends the limits and the component while reading code and message, then waits for the end.
async fn converse(
    child: &mut Child,
    limits: Limits,
    component: Vec<u8>,
) -> std::io::Result<(ExitStatus, Vec<u8>, Vec<u8>)> {
    let stdin = child.stdin.take();
    let stdout = child.stdout.take();
    let stderr = child.stderr.take();
    let send = async {
        if let Some(mut stdin) = stdin {
            // A child that ended early does not read everything; its status says why.
            let _ = stdin.write_all(&limits.to_bytes()).await;
            let _ = stdin.write_all(&component).await;
            let _ = stdin.shutdown().await;
        }
    };
    let ((), code, message) =
        tokio::join!(send, read_all(stdout, MAX_CODE_BYTES), read_all(stderr, MAX_MESSAGE_BYTES));
    let status = child.wait().await?;
    Ok((status, code?, message?))
}

async fn read_all<R: tokio::io::AsyncRead + Unpin>(from: Option<R>, limit: u64) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if let Some(from) = from {
        from.take(limit).read_to_end(&mut bytes).await?;
    }
    Ok(bytes)
}

fn judge(
    compiler: &Compiler,
    status: ExitStatus,
    code: Vec<u8>,
    message: Vec<u8>,
) -> Result<Vec<u8>, CompileError> {
    if status.success() {
        return Ok(code);
    }
    match status.signal().map(Signal::try_from) {
        Some(Ok(Signal::SIGXCPU)) => Err(CompileError::CpuTime(compiler.cpu_seconds)),
        Some(Ok(signal)) => Err(CompileError::Killed(signal.to_string())),
        Some(Err(_)) => Err(CompileError::Killed("an unknown signal".to_owned())),
        None => {
            let message = String::from_utf8_lossy(&message).trim().to_owned();
            if status.code() == Some(PANICKED) {
                // Its message is about our own code, for us.
                tracing::error!(message, "the module compiler failed on a module");
                return Err(CompileError::Refused("the compiler itself failed on it".to_owned()));
            }
            Err(CompileError::Refused(if message.is_empty() { status.to_string() } else { message }))
        }
    }
}

/// What the child limits itself to; the first bytes of its input.
struct Limits {
    cpu_seconds: u64,
    memory_bytes: u64,
    niceness: u8,
}

impl Limits {
    fn of(compiler: &Compiler, points: u64) -> Self {
        let niceness = if is_long(points) { LONG_NICENESS } else { 0 };
        Self { cpu_seconds: compiler.cpu_seconds, memory_bytes: compiler.memory_bytes, niceness }
    }

    fn to_bytes(&self) -> Vec<u8> {
        let numbers = [self.cpu_seconds, self.memory_bytes, self.niceness.into()];
        numbers.map(u64::to_le_bytes).concat()
    }

    fn read(from: &mut impl Read) -> std::io::Result<Self> {
        let mut number = || {
            let mut bytes = [0; 8];
            from.read_exact(&mut bytes)?;
            Ok::<_, std::io::Error>(u64::from_le_bytes(bytes))
        };
        let (cpu_seconds, memory_bytes, niceness) = (number()?, number()?, number()?);
        Ok(Self { cpu_seconds, memory_bytes, niceness: u8::try_from(niceness).unwrap_or(LONG_NICENESS) })
    }

    fn set(&self) -> nix::Result<()> {
        // SAFETY: `nice` takes a number by value and touches no memory of this process. It is a foreign function
        // for no other reason than that its wrapper is missing in `nix`. Stepping back is allowed to everybody, so
        // its answer, which is ambiguous, is not looked at. It counts for this thread and those that it starts: all
        // of the compiler's.
        let _niceness = unsafe { nix::libc::nice(self.niceness.into()) };
        // The kernel sends a signal that names the reason at the first number and kills at the second.
        setrlimit(Resource::RLIMIT_CPU, self.cpu_seconds, self.cpu_seconds.saturating_add(1))?;
        setrlimit(Resource::RLIMIT_AS, self.memory_bytes, self.memory_bytes)?;
        setrlimit(Resource::RLIMIT_CORE, 0, 0)
    }
}

/// The child's side: reads limits and a component from standard input, limits itself, and writes the machine code to
/// standard output. On failure the reason is one line on standard error and the exit code is 1.
///
/// The binary's hidden subcommand calls this before it does anything else.
pub fn compile_stdin_to_stdout() -> ExitCode {
    match compile_here() {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            // The parent reads this; if it is gone there is nobody to tell.
            let _ = writeln!(std::io::stderr(), "{reason}");
            ExitCode::FAILURE
        }
    }
}

fn compile_here() -> Result<(), String> {
    let mut input = std::io::stdin().lock();
    let limits = Limits::read(&mut input).map_err(|error| format!("no limits were given: {error}"))?;
    limits.set().map_err(|error| format!("the limits cannot be set: {error}"))?;
    let mut component = Vec::new();
    input.read_to_end(&mut component).map_err(|error| format!("the module cannot be read: {error}"))?;
    let engine = config::compiling_engine().map_err(|error| format!("{error:#}"))?;
    let code = engine.precompile_component(&component).map_err(|error| format!("{error:#}"))?;
    let mut output = std::io::stdout().lock();
    output
        .write_all(&code)
        .and_then(|()| output.flush())
        .map_err(|error| format!("the machine code cannot be written: {error}"))
}
