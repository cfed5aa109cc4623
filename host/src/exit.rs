//! What a command says and how it ends: lines on standard output, an exit code, and for a failure one line on
//! standard error.
//!
//! Everything goes through [`text`]: names of files and what stands in them may have been chosen by somebody who
//! wants the terminal to obey them.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::fmt;
use std::io::{self, Write};
use std::process::ExitCode;

use prahari_domain::text;

/// Reasons why a command failed.
#[derive(Debug)]
pub enum Failure {
    /// What the user gave cannot be used: exit code 2, nothing was changed.
    Input(String),
    /// The work went wrong: exit code 1.
    Work(String),
}

impl Failure {
    /// The input is unusable.
    pub fn input(reason: impl fmt::Display) -> Self {
        Self::Input(reason.to_string())
    }

    /// The work went wrong.
    pub fn work(reason: impl fmt::Display) -> Self {
        Self::Work(reason.to_string())
    }
}

/// Prints a failure, once, and gives the exit code.
pub fn report(result: Result<ExitCode, Failure>) -> ExitCode {
    match result {
        Ok(code) => code,
        Err(Failure::Input(reason)) => {
            complain(&reason);
            ExitCode::from(2)
        }
        Err(Failure::Work(reason)) => {
            complain(&reason);
            ExitCode::from(1)
        }
    }
}

/// Prints why something failed, on one line. Reasons of libraries may have several, which are put behind each other.
pub fn complain(reason: &str) {
    let line = reason.split_whitespace().collect::<Vec<_>>().join(" ");
    let _nobody_reads = writeln!(io::stderr(), "error: {}", text::one_line(&line));
}

/// Prints what is odd although the work was done, on one line.
pub fn warn(reason: &str) {
    let _nobody_reads = writeln!(io::stderr(), "warning: {}", text::one_line(reason));
}

/// Has a panic, which is a fault of ours or of a library's, told on one line: its message may repeat what a file held.
pub fn tell_panics_safely() {
    std::panic::set_hook(Box::new(|panic| {
        let thread = std::thread::current();
        let name = thread.name().unwrap_or("without a name");
        let line = format!("the thread {name} {panic}");
        let _nobody_reads = writeln!(io::stderr(), "{}", text::one_line(&line));
        let backtrace = Backtrace::capture();
        if backtrace.status() == BacktraceStatus::Captured {
            let _nobody_reads = writeln!(io::stderr(), "{}", text::lines(&backtrace.to_string()));
        }
    }));
}

/// Prints one line. When nobody reads it any more, as behind `| head`, there is nobody to tell.
pub fn print_line(line: fmt::Arguments<'_>) {
    let _nobody_reads = try_print_line(line);
}

/// Prints one line of many; answers whether somebody reads it.
pub fn try_print_line(line: fmt::Arguments<'_>) -> bool {
    writeln!(io::stdout(), "{}", text::one_line(&line.to_string())).is_ok()
}

/// Prints JSON that is laid out over lines; within its strings nothing is a line.
pub fn print_document(document: &str) {
    let _nobody_reads = writeln!(io::stdout(), "{}", text::lines(document));
}

/// Prints one line of a command's answer.
macro_rules! say {
    ($($format:tt)*) => { $crate::exit::print_line(format_args!($($format)*)) };
}
pub(crate) use say;
