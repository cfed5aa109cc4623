//! The command line of `prahari module`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use prahari_domain::tasks::Task;

use super::AtDaemon;

/// Options of `module`.
#[derive(Debug, Args)]
pub struct Module {
    #[command(flatten)]
    pub daemon: AtDaemon,
    /// Command to run.
    #[command(subcommand)]
    pub command: ModuleCommand,
}

/// What can be done with versions of modules.
#[derive(Debug, Subcommand)]
pub enum ModuleCommand {
    /// Bring a component as a new version; it does not run before it is activated.
    Add {
        /// Task whose module it is.
        task: Task,
        /// Path of the component.
        file: PathBuf,
    },
    /// List the versions of every task's module, or of one.
    List {
        /// Only versions of this task's module.
        task: Option<Task>,
    },
    /// Run a version from the next run on.
    Activate {
        /// Name of the task.
        task: Task,
        /// The number of the module's version, from 1.
        version: u64,
        /// Reason, for the history.
        #[arg(long, default_value = "")]
        reason: String,
        /// Without an accepted trial, also of a task that may place orders.
        #[arg(long)]
        force: bool,
    },
    /// Try a version on recorded runs, and say what it would have done otherwise; where none was ever recorded, simulate the last
    /// month with it.
    Shadow {
        /// Name of the task.
        task: Task,
        /// The number of the module's version, from 1.
        version: u64,
        /// Number of trading days to try, the last ones.
        #[arg(long, default_value_t = 5)]
        days: u32,
    },
    /// Agree with what the last trial of a version showed.
    Accept {
        /// Name of the task.
        task: Task,
        /// The number of the module's version, from 1.
        version: u64,
        /// Also where nothing could be compared.
        #[arg(long)]
        force: bool,
    },
    /// Run the version again that was active before the present one.
    Rollback {
        /// Name of the task.
        task: Task,
        /// Reason, for the history.
        #[arg(long, default_value = "")]
        reason: String,
    },
    /// Let a user stay with a version.
    Pin {
        /// Name of the task.
        task: Task,
        /// The number of the module's version, from 1.
        version: u64,
        /// The user that it is about.
        user: u64,
        /// Without an accepted trial, also of a task that may place orders.
        #[arg(long)]
        force: bool,
    },
    /// Let a user follow the active version again.
    Unpin {
        /// Name of the task.
        task: Task,
        /// The user that it is about.
        user: u64,
    },
    /// Remove a version that nobody's runs are given.
    Remove {
        /// Name of the task.
        task: Task,
        /// The number of the module's version, from 1.
        version: u64,
    },
}
