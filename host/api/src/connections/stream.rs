//! A live stream, as it is counted.

use std::sync::Arc;

use prahari_domain::ids::UserId;

use super::Connections;

/// One live stream of a user; it is counted until this is dropped.
#[derive(Debug)]
pub(crate) struct Stream {
    all: Arc<Connections>,
    user: UserId,
}

impl Stream {
    pub(super) fn new(all: Arc<Connections>, user: UserId) -> Self {
        Self { all, user }
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.all.close_stream(self.user);
    }
}
