//! Whether the daemon does its work.

use prahari_store::AlertRow;

use super::Queries;

/// Whether the daemon can do its work, and what somebody has to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    /// What failed, in one sentence; none while nothing has.
    pub problem: Option<String>,
    /// The open alerts about the installation, oldest first.
    pub alerts: Vec<AlertRow>,
}

impl Queries {
    /// Whether rows are written and can be read, with `most_alerts` open alerts about the installation at most.
    pub async fn health(&self, most_alerts: u32) -> Health {
        let open = self.open_installation_alerts(most_alerts).await;
        let stopped = self.store.health().err();
        let unread = open.as_ref().err().map(ToString::to_string);
        let problem = stopped.map(|stopped| stopped.to_string()).or(unread);
        Health { problem, alerts: open.unwrap_or_else(|_| Vec::new()) }
    }
}
