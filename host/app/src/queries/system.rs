//! Whether the daemon does its work.

use prahari_store::AlertRow;

use super::Queries;

/// Whether the daemon can do its work, and what somebody has to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    /// What failed, one sentence; none while nothing has.
    pub problem: Option<String>,
    /// The open alerts about the installation, oldest first.
    pub alerts: Vec<AlertRow>,
}

impl Queries {
    /// Returns whether rows are written and can be read, with `most_alerts` open alerts about the installation at
    /// most.
    pub async fn health(&self, most_alerts: u32) -> Health {
        let (alerts, unread) = match self.open_installation_alerts(most_alerts).await {
            Ok(alerts) => (alerts, None),
            Err(error) => (Vec::new(), Some(error.to_string())),
        };
        let stopped = self.store.health().err();
        Health { problem: stopped.map(|stopped| stopped.to_string()).or(unread), alerts }
    }
}
