//! Notices: the alerts about conditions that last, and the messages to users, marked by what each of them prefers.
//! What a message says is written in `words`, from typed facts.

mod alerts;
mod gathered;
mod messages;
mod strays;
pub(crate) mod words;

use std::sync::Arc;

use parking_lot::Mutex;
use prahari_domain::ids::UserId;
use prahari_store::AlertCode;

pub(crate) use gathered::{Gathered, Lines};
pub(crate) use words::Words;

use crate::channels::Outbox;
use crate::handles::Handles;
use crate::users::Users;

/// Raises alerts and sends messages.
pub struct Notices {
    handles: Handles,
    users: Arc<Users>,
    /// Messages about alerts that wait, because their user was told of one of the kind a while ago.
    gathered: Mutex<Gathered<(UserId, AlertCode)>>,
}

impl Notices {
    pub(crate) fn new(handles: Handles, users: Arc<Users>) -> Self {
        Self { handles, users, gathered: Mutex::default() }
    }

    /// Returns what wakes whoever delivers messages to the users' channels.
    pub fn outbox(&self) -> Arc<Outbox> {
        self.handles.outbox.clone()
    }
}
