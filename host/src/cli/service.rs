//! The command line of `prahari service`.

use clap::{Args, Subcommand, ValueEnum};
use prahari_domain::tasks::Task;

use super::AtDaemon;

/// Options of `service`.
#[derive(Debug, Args)]
pub struct ServiceOptions {
    #[command(flatten)]
    pub daemon: AtDaemon,
    /// Id of the user whose services they are; those of the token's user without it.
    #[arg(long, global = true)]
    pub user: Option<u64>,
    /// Command to run.
    #[command(subcommand)]
    pub command: ServiceCommand,
}

/// What can be done with the services of a user.
#[derive(Debug, Subcommand)]
pub enum ServiceCommand {
    /// Show how the unified service and each task's own one stand.
    Status,
    /// Start the unified service, or one task in a process of its own.
    Start {
        /// Name of the task.
        #[arg(long)]
        task: Option<Task>,
        /// What becomes of it when its process ends by itself; without it that stays as it was, which is never at first.
        #[arg(long, value_enum, requires = "task")]
        restart: Option<RestartName>,
    },
    /// Stop the unified service, or a task's own one, also while it waits to be started again.
    Stop {
        /// Name of the task.
        #[arg(long)]
        task: Option<Task>,
    },
    /// Stop the unified service and start it again, by the schedules as they are now.
    Restart,
    /// Set what becomes of a task's own service when its process ends by itself.
    Set {
        /// Name of the task.
        #[arg(long)]
        task: Task,
        /// Whether the daemon starts it again.
        #[arg(long, value_enum)]
        restart: RestartName,
    },
}

/// What becomes of a service whose process ended by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RestartName {
    /// It stays stopped until somebody starts it.
    Never,
    /// It is started again, up to three times in a row.
    OnFailure,
}

impl RestartName {
    /// Returns the name in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Never => "never",
            Self::OnFailure => "on_failure",
        }
    }
}
