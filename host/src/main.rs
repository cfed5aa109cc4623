//! The `prahari` binary: parses the command line, builds what it asks for, runs it, returns an exit code.

mod cli;
mod command;
mod components;
mod exit;
mod logging;
mod templates;
mod wiring;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    logging::start(cli.command.is_interactive());
    exit::report(command::run(cli.command))
}
