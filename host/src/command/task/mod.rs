//! `prahari task`: what people who write tasks work with.

mod build;
mod check;
mod component;
mod new;
mod remote;
mod report;
mod run;
mod settings;
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
        TaskCommand::Add { file, manifest, daemon } => remote::add(&daemon, &file, manifest.as_deref()),
        TaskCommand::Remove { task, daemon } => remote::remove(&daemon, task),
        TaskCommand::Accept { task, version, daemon } => remote::accept(&daemon, task, version),
        TaskCommand::List { daemon } => remote::list(&daemon),
        TaskCommand::Settings(options) => settings::settings(&options),
        TaskCommand::Run(options) => on_runtime(run::run(options)),
    }
}
