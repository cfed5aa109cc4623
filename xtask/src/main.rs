//! The build driver: `cargo xtask <command>` does a whole chore, its own set-up included, and says what it does.

mod bench;
mod build;
mod cli;
mod components;
mod examples;
mod failure;
mod fmt;
mod kotak_client;
mod lint;
mod lock;
mod process;
mod python;
mod run;
mod schemathesis;
mod steps;
mod test;
mod tidy;
mod wasm_target;
mod web;
mod workspace;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    match cli::Cli::parse().run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::FAILURE
        }
    }
}
