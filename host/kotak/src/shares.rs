//! The file of all shares, fetched once a day for all users.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use prahari_domain::time::Day;

use crate::error::{Call, KotakError};
use crate::scrip::ScripMaster;
use crate::session::UserSession;

/// The shares of a day, shared by all users: the file says the same to everybody.
#[derive(Default)]
pub struct Shares {
    kept: Mutex<Option<(Day, Arc<ScripMaster>)>>,
    /// Held by the one who fetches; the others find the file afterwards.
    one_fetch: tokio::sync::Mutex<()>,
}

impl Shares {
    /// Returns the shares of a day, and fetches them with this user's session if they are not there.
    ///
    /// # Errors
    /// Those of the calls, and when the file is of an earlier day than the one before: its names and ticks may be others.
    pub async fn of(
        self: &Arc<Self>,
        day: Day,
        session: &Arc<UserSession>,
    ) -> Result<Arc<ScripMaster>, KotakError> {
        if let Some(found) = self.kept(day) {
            return Ok(found);
        }
        // In a task of its own: an order waits some seconds for the file, which may take longer, and the next one finds it.
        let (this, session) = (self.clone(), session.clone());
        let fetching = tokio::spawn(async move { this.fetch(day, &session).await });
        let ended = || KotakError::not_sent(Call::Shares, "the fetch was ended");
        fetching.await.unwrap_or_else(|_| Err(ended()))
    }

    async fn fetch(&self, day: Day, session: &Arc<UserSession>) -> Result<Arc<ScripMaster>, KotakError> {
        // Whoever cannot log in keeps nobody else waiting, and neither does one whose download stands still.
        session.ready().await?;
        let _one = tokio::time::timeout(FOR_ANOTHER, self.one_fetch.lock()).await.ok();
        if let Some(found) = self.kept(day) {
            return Ok(found);
        }
        let read = session.shares().await?;
        self.keep(day, read)
    }

    /// Keeps what was read for a day.
    ///
    /// # Errors
    /// When it is of another day, before which or so long after which it cannot be used.
    fn keep(&self, day: Day, read: ScripMaster) -> Result<Arc<ScripMaster>, KotakError> {
        if let Some(dated) =
            read.dated.filter(|dated| *dated > day || (day - *dated).num_days() > OLDEST_DAYS)
        {
            return Err(crate::wire::body::misread(Call::Shares, format!("the file is of {dated}")));
        }
        let read = Arc::new(read);
        tracing::info!(%day, shares = read.len(), dated = ?read.dated, "the broker's file of shares was read");
        *self.kept.lock() = Some((day, read.clone()));
        Ok(read)
    }

    /// Returns the shares of a day, if they are there.
    pub fn kept(&self, day: Day) -> Option<Arc<ScripMaster>> {
        self.kept.lock().as_ref().filter(|(of, _)| *of == day).map(|(_, shares)| shares.clone())
    }
}

/// How long a user waits for the file that another one fetches, before they fetch it for themselves.
const FOR_ANOTHER: Duration = Duration::from_secs(3);

/// Age of a file, in days, up to which it is taken: over a long weekend the file of the last session is the newest.
const OLDEST_DAYS: i64 = 5;
