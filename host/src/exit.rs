//! How a command ends: an exit code, and for a failure one line on standard error.

use std::fmt;
use std::process::ExitCode;

/// Why a command failed.
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
            eprintln!("error: {}", one_line(&reason));
            ExitCode::from(2)
        }
        Err(Failure::Work(reason)) => {
            eprintln!("error: {}", one_line(&reason));
            ExitCode::from(1)
        }
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Prints a line of a command's answer. When nobody reads it any more, as behind `| head`, there is nobody to tell.
macro_rules! say {
    ($($format:tt)*) => {{
        use std::io::Write as _;
        let _nobody_reads = writeln!(std::io::stdout(), $($format)*);
    }};
}
pub(crate) use say;
