//! What every handler can reach.

use std::sync::Arc;

use prahari_app::daemon::Daemon;

use crate::auth::Auth;
use crate::uploads::Uploads;

/// The state of the server. Clones share it.
#[derive(Clone)]
pub struct Api {
    /// The running application.
    pub daemon: Arc<Daemon>,
    /// Who may come in.
    pub auth: Arc<Auth>,
    /// Whether this is a demonstration, whose passwords everybody knows.
    pub demonstration: bool,
    pub(crate) uploads: Arc<Uploads>,
}

impl Api {
    /// Of a real installation.
    pub fn new(daemon: Arc<Daemon>, auth: Arc<Auth>) -> Self {
        Self { daemon, auth, demonstration: false, uploads: Arc::default() }
    }

    /// The same, and says of itself that it is a demonstration.
    #[must_use]
    pub fn as_demonstration(self) -> Self {
        Self { demonstration: true, ..self }
    }
}
