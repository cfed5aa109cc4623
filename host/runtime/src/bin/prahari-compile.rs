//! Compiles the module on standard input; what the daemon's hidden subcommand does, alone.

use std::process::ExitCode;

fn main() -> ExitCode {
    prahari_runtime::compile_stdin_to_stdout()
}
