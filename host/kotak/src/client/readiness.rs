//! The question that proves the way to the broker and the clock, and that no login is needed for; and that for the addresses from
//! which the broker takes orders, which goes with a session only.

use std::time::Duration;

use super::login::address_in;
use super::{KotakClient, LONGEST_BODY};
use crate::error::{Call, KotakError};
use crate::http::exchange;
use crate::http::reach::below;
use crate::session::Session;
use crate::wire::body;
use crate::wire::listed::{ListedAddresses, listed};

/// How our clock stands to the broker's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ClockOffset {
    /// By how many milliseconds ours is ahead; negative when it is behind.
    pub(crate) ahead: i64,
    /// How far off that may be, in milliseconds: the broker tells whole seconds, and an answer takes its time.
    pub(crate) within: i64,
}

/// What one question showed.
#[derive(Debug)]
pub(crate) struct LineProof {
    /// The address from which the broker sees us.
    pub(crate) address: Result<String, KotakError>,
    /// How the clocks stand; none where no answer told a time.
    pub(crate) clock: Option<ClockOffset>,
}

impl KotakClient {
    /// Asks for our address, with the keys of a session where there is one. What an answer says that refuses this still tells
    /// the time.
    pub(crate) async fn look(&self, session: Option<&Session>, within: Duration) -> LineProof {
        let request = self.open_request(below(&self.settings.login, "login/1.0/get-client-ip"));
        let request = match session {
            Some(session) => {
                request.header("Auth", session.token.expose()).header("Sid", session.sid.expose())
            }
            None => request,
        };
        let asked = self.pace.now();
        let raw = exchange(request, LONGEST_BODY, within).await;
        let took = self.pace.now().millis_since(asked).max(0);
        let dated = raw.as_ref().ok().and_then(|raw| raw.dated);
        // In the middle of the second that was told, and of the time that it took.
        let clock = dated.map(|dated| ClockOffset {
            ahead: asked.plus_millis(took / 2).millis_since(dated.plus_millis(500)),
            within: took / 2 + 500,
        });
        let address = body::json(Call::Address, raw, &self.masker).and_then(|answer| address_in(&answer));
        LineProof { address, clock }
    }

    /// Asks from which addresses the broker takes the account's orders. Its pages do not tell of this call, so no answer to it is
    /// taken for news of the session.
    pub(crate) async fn listed_addresses(
        &self,
        session: &Session,
        within: Duration,
    ) -> Result<ListedAddresses, KotakError> {
        let request = self.request(&self.http.reading, session, "registration/subscription", None);
        let raw = exchange(request, LONGEST_BODY, within).await;
        let answer = body::json(Call::Listed, raw, &self.masker)?;
        listed(&answer).map_err(|why| body::misread(Call::Listed, why))
    }
}
