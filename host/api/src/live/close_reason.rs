//! Why a stream ends.

use axum::extract::ws::CloseFrame;

/// Reasons why a stream ends. Codes from 4000 are ours; those below are RFC 6455's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CloseReason {
    /// The client went, or broke the protocol.
    Gone,
    /// It took no data for too long.
    Stuck,
    /// It answered no pings.
    Silent,
    /// It sent a message.
    Spoken,
    /// The session has ended, the token was revoked, or the user was deactivated.
    SignedOut,
    /// It may listen, but to other things than when it began.
    OtherRights,
    /// The right to listen could not be checked.
    Unsure,
    /// The daemon is stopping.
    Stopping,
}

impl CloseReason {
    /// Returns the close frame for the client; `None` when it is not listening.
    pub(super) fn frame(self) -> Option<CloseFrame> {
        let (code, reason) = match self {
            Self::Gone | Self::Stuck => return None,
            Self::Stopping => (1001, "the daemon stops"),
            Self::Spoken => (1008, "nothing may be sent on this stream"),
            Self::Unsure => (1013, "the session cannot be checked at present; try again"),
            Self::SignedOut => (4401, "you are not signed in any more"),
            Self::OtherRights => (4401, "your rights have changed; connect again"),
            Self::Silent => (4408, "pings were not answered"),
        };
        Some(CloseFrame { code, reason: reason.into() })
    }
}
