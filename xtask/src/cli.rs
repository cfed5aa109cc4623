//! The commands and their arguments.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use crate::failure::Outcome;
use crate::wasm_target::Way;
use crate::{
    bench, build, components, examples, fmt, kotak_client, lint, run, schemathesis, test, tidy, wasm_target,
    web,
};

/// Builds, runs and checks Prahari.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Builds everything and starts the daemon; arguments after `--` go to `prahari serve`
    Run {
        /// Arguments of `prahari serve`
        #[arg(last = true)]
        arguments: Vec<String>,
    },
    /// Runs every check and every test, its own set-up included
    Test,
    /// Builds the components, the console and the binary to install, target/release/prahari
    Build,
    /// Builds the seven task components into target/components and verifies them
    Components {
        /// Build with this toolchain instead of whatever works
        #[arg(long)]
        way: Option<Way>,
    },
    /// Builds the console into the folder from which the binary embeds it
    Web,
    /// Tries the console in Chromium, against the daemon that the tests build
    BrowserTests,
    /// Provides a compiler for the wasm target
    WasmTarget {
        /// Use only this way instead of whatever works
        #[arg(long)]
        way: Option<Way>,
    },
    /// Measures against the budgets and prints them beside the raw limits
    Bench {
        /// Only the benches whose name contains this
        name: Option<String>,
        /// Another `prahari`, such as that of an earlier version: both are measured in turns
        #[arg(long, value_name = "BINARY")]
        against: Option<PathBuf>,
    },
    /// Sends made-up requests to every route of a running daemon
    Schemathesis,
    /// Lets the broker's own Python client trade against the fake of the broker
    KotakClient,
    /// Builds the same task in Rust, Python and JavaScript and compares what they do
    Examples,
    /// Formats the code
    Fmt,
    /// Checks formatting, house rules and clippy's lints
    Lint,
    /// Checks the house rules only
    Tidy,
    /// Records the released WIT packages, which never change from then on
    FreezeWit,
}

impl Cli {
    /// Does what was asked for.
    pub fn run(self) -> Outcome<()> {
        match self.command {
            Command::Run { arguments } => run::command(&arguments),
            Command::Test => test::command(),
            Command::Build => build::command(build::Profile::Release).map(drop),
            Command::Components { way } => components::command(way),
            Command::Web => web::command(),
            Command::BrowserTests => web::browser_tests(),
            Command::WasmTarget { way } => wasm_target::command(way),
            Command::Bench { name, against } => bench::command(name.as_deref(), against.as_deref()),
            Command::Schemathesis => schemathesis::command(),
            Command::KotakClient => kotak_client::command(),
            Command::Examples => examples::command(),
            Command::Fmt => fmt::command(),
            Command::Lint => lint::command(),
            Command::Tidy => tidy::command(),
            Command::FreezeWit => tidy::freeze_wit(),
        }
    }
}
