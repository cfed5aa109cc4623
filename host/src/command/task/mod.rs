//! `prahari task`: what people who write tasks work with.

mod build;
mod check;
mod component;
mod new;
mod report;
mod run;
mod shares;

use std::process::ExitCode;

use super::on_runtime;
use crate::cli::TaskCommand;
use crate::exit::Failure;

/// Does what was asked.
pub fn task(command: TaskCommand) -> Result<ExitCode, Failure> {
    match command {
        TaskCommand::New(options) => new::new(&options),
        TaskCommand::Build { folder } => on_runtime(build::build(folder)),
        TaskCommand::Check { file } => on_runtime(check::check(file)),
        TaskCommand::Run(options) => on_runtime(run::run(options)),
    }
}
