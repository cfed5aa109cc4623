//! The `prahari` binary: parses the command line, builds what it asks for, runs it, returns an exit code.

mod addresses;
mod allocator;
mod cli;
mod command;
mod components;
mod exit;
mod fetched;
mod given_file;
mod kotak;
mod logging;
mod templates;
mod wiring;

use std::process::ExitCode;

fn main() -> ExitCode {
    allocator::bound();
    exit::tell_panics_safely();
    let cli = cli::Cli::read();
    let done = logging::start(&cli.command).and_then(|()| command::run(cli.command));
    logging::end();
    exit::report(done)
}
