//! The command line of `prahari module`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use prahari_domain::tasks::Task;

/// Options of `module`.
#[derive(Debug, Args)]
pub struct Module {
    /// Where the daemon listens.
    #[arg(long, default_value = "http://127.0.0.1:8700", global = true)]
    pub url: String,
    /// A file with an API token of an admin, of scope admin; without it the environment variable PRAHARI_TOKEN.
    #[arg(long, global = true)]
    pub token_file: Option<PathBuf>,
    /// What to do.
    #[command(subcommand)]
    pub command: ModuleCommand,
}

/// What can be done with versions of modules.
#[derive(Debug, Subcommand)]
pub enum ModuleCommand {
    /// Bring a component as a new version; it does not run before it is activated.
    Add {
        /// For which task.
        task: Task,
        /// The component.
        file: PathBuf,
    },
    /// List the versions.
    List {
        /// Of this task only.
        task: Option<Task>,
    },
    /// Run a version from the next run on.
    Activate {
        /// Of which task.
        task: Task,
        /// The number of the module's version, from 1.
        version: u64,
        /// Why, for the history.
        #[arg(long, default_value = "")]
        reason: String,
        /// Without an accepted trial, also of a task that may place orders.
        #[arg(long)]
        force: bool,
    },
    /// Try a version on recorded runs, and say what it would have done otherwise.
    Shadow {
        /// Of which task.
        task: Task,
        /// The number of the module's version, from 1.
        version: u64,
        /// On how many of the last trading days.
        #[arg(long, default_value_t = 5)]
        days: u32,
    },
    /// Agree with what the last trial of a version showed.
    Accept {
        /// Of which task.
        task: Task,
        /// The number of the module's version, from 1.
        version: u64,
    },
    /// Run the version again that was active before the present one.
    Rollback {
        /// Of which task.
        task: Task,
        /// Why, for the history.
        #[arg(long, default_value = "")]
        reason: String,
    },
    /// Let a user stay with a version.
    Pin {
        /// Of which task.
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
        /// Of which task.
        task: Task,
        /// The user that it is about.
        user: u64,
    },
    /// Remove a version that nobody's runs are given.
    Remove {
        /// Of which task.
        task: Task,
        /// The number of the module's version, from 1.
        version: u64,
    },
}
