//! Why somebody is not let in, or an account is not changed.

use prahari_secrets::SecretError;
use prahari_store::StoreError;

use super::MOST_TOKENS;

/// A refusal with one sentence for the caller, or a failure of the daemon.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// The store failed, or refused a change that was asked for, such as the use of an old link.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A secret could not be made, sealed or opened.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// The daemon stops, and hashes no password any more.
    #[error("the daemon is ending")]
    Ending,
    /// Unknown name, wrong password, or inactive user; the answer does not say which.
    #[error("name or password is wrong")]
    WrongCredentials,
    /// Name and password are right, and the user has an authenticator.
    #[error("this user logs in with an authenticator as well: send its code, or a recovery code")]
    TotpRequired,
    /// A code of an authenticator that is wrong or was used.
    #[error("this code is wrong or was used before")]
    WrongTotp,
    /// A change asks for the present password, and another was given.
    #[error("this is not your present password")]
    WrongPassword,
    /// Attempts from the same address or at the same account failed too often.
    #[error("too many attempts failed; try again in {retry_after_s} seconds")]
    TooManyAttempts {
        /// Whole seconds until the next attempt is heard.
        retry_after_s: u64,
    },
    /// A token of the scope `read` was used to change something.
    #[error("this API token may look, but change nothing")]
    ReadOnlyToken,
    /// The session by which a change is made was ended meanwhile.
    #[error("your session has ended")]
    SessionEnded,
    /// The user was deactivated before their session began.
    #[error("this user is not active any more")]
    NotActive,
    /// An authenticator that is to be enabled was never begun with.
    #[error("begin with an authenticator first")]
    TotpNotBegun,
    /// A name that nobody may have.
    #[error("a user's name has 1 to {longest} of the characters a-z, 0-9, and . - _ @ +")]
    InvalidName {
        /// Most characters of a name.
        longest: usize,
    },
    /// A password that is quickly guessed.
    #[error("this password cannot be used: {0}")]
    WeakPassword(&'static str),
    /// An unrevoked token of the user has this name.
    #[error("you have a token of this name already; revoke it first")]
    TokenNameTaken,
    /// A field of a wanted token that cannot be; the sentence begins with its name.
    #[error("{0}")]
    InvalidToken(String),
    /// A token of the scope `admin` for somebody who is none.
    #[error("only an admin may make a token of the scope admin")]
    TokenForAdmins,
    /// The user has as many unrevoked tokens as one may.
    #[error("you have {MOST_TOKENS} tokens already; revoke one first")]
    TooManyTokens,
    /// The entry at this index of the tokens to keep names no token. The name is not repeated, because it may
    /// be a token by mistake.
    #[error("keep_tokens[{0}]: you have no API token of this name")]
    UnknownTokenName(usize),
    /// The entry at this index of the tokens to keep names several tokens.
    #[error("keep_tokens[{0}]: you have several API tokens of this name; revoke the others first")]
    AmbiguousTokenName(usize),
    /// The user has no session of this number, or not any more.
    #[error("you have no session {0}")]
    UnknownSession(u64),
    /// The user has no token of this number, or it was revoked before.
    #[error("you have no token {0}")]
    UnknownToken(u64),
    /// The user has kept no credentials of a broker.
    #[error("there are no credentials to delete")]
    NoCredentials,
}
