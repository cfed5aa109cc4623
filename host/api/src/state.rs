//! What every handler can reach.

use std::sync::Arc;

use prahari_app::daemon::Daemon;

use crate::auth::Auth;

/// The state of the server. Clones share it.
#[derive(Clone)]
pub struct Api {
    /// The running application.
    pub daemon: Arc<Daemon>,
    /// Who may come in.
    pub auth: Arc<Auth>,
}
