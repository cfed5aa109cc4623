//! `prahari worker`: one task's module in a process of its own, started by the daemon.

use std::process::ExitCode;

/// Works for the daemon on the other end of standard input until SIGTERM or the end of the daemon.
pub fn worker() -> ExitCode {
    prahari_runtime::work_for_daemon()
}
