//! Codes by which somebody shows that a chat or a mailbox is theirs: each once, for ten minutes.
//!
//! They are kept in memory only: after a restart one asks for another.

use std::collections::BTreeMap;

use parking_lot::Mutex;
use prahari_domain::ids::UserId;
use prahari_domain::time::Timestamp;
use prahari_secrets::{RecoveryCode, SecretError, TokenHash};

/// Time for which a code can be used.
pub(super) const CODE_MS: i64 = 10 * 60_000;

/// Most wrong codes of a user before the right one does not help either. It cannot be guessed in any number of tries; this
/// bounds what trying costs.
const MOST_TRIES: u32 = 10;

/// A code that was just made, to be shown once.
pub struct IssuedCode {
    /// The code.
    pub code: RecoveryCode,
    /// Time from which it does not help any more, real time.
    pub expires_at: Timestamp,
}

/// The codes that wait to be used: at most one of each user, with what it is for.
pub(super) struct Codes<T>(Mutex<BTreeMap<UserId, Pending<T>>>);

struct Pending<T> {
    hash: TokenHash,
    expires_at: Timestamp,
    tries: u32,
    purpose: T,
}

impl<T> Default for Codes<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T> Codes<T> {
    /// Makes a code for a user, in place of the one before.
    ///
    /// # Errors
    /// When the system gives no random numbers.
    pub(super) fn issue(&self, user: UserId, now: Timestamp, purpose: T) -> Result<IssuedCode, SecretError> {
        let (code, expires_at) = (RecoveryCode::generate()?, now.plus_millis(CODE_MS));
        let pending = Pending { hash: code.hash(), expires_at, tries: 0, purpose };
        self.0.lock().insert(user, pending);
        Ok(IssuedCode { code, expires_at })
    }

    /// Uses a code of whichever user; none when it is nobody's or too old.
    pub(super) fn take(&self, typed: &str, now: Timestamp) -> Option<(UserId, T)> {
        let hash = RecoveryCode::hash_of(typed);
        let mut codes = self.0.lock();
        codes.retain(|_, pending| pending.expires_at > now);
        let user = codes.iter().find(|(_, pending)| pending.hash == hash).map(|(user, _)| *user)?;
        codes.remove(&user).map(|pending| (user, pending.purpose))
    }

    /// Uses the code of a user; none when it is another one, too old, or was tried too often.
    pub(super) fn take_of(&self, user: UserId, typed: &str, now: Timestamp) -> Option<T> {
        let hash = RecoveryCode::hash_of(typed);
        let mut codes = self.0.lock();
        codes.retain(|_, pending| pending.expires_at > now && pending.tries < MOST_TRIES);
        let pending = codes.get_mut(&user)?;
        pending.tries += 1;
        if pending.hash == hash { codes.remove(&user).map(|pending| pending.purpose) } else { None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_000_000);

    #[test]
    fn a_code_helps_its_user_once_and_for_ten_minutes() {
        let codes = Codes::default();
        let code = codes.issue(UserId(2), NOW, "a chat").unwrap();
        assert_eq!(code.expires_at, NOW.plus_minutes(10));
        assert_eq!(codes.take("another", NOW), None);
        let typed = code.code.expose().to_uppercase();
        assert_eq!(codes.take(&typed, NOW.plus_millis(CODE_MS - 1)), Some((UserId(2), "a chat")));
        assert_eq!(codes.take(&typed, NOW), None);
        let code = codes.issue(UserId(2), NOW, "a chat").unwrap();
        assert_eq!(codes.take(code.code.expose(), NOW.plus_millis(CODE_MS)), None);
    }

    #[test]
    fn a_code_is_replaced_by_the_next_and_helps_nobody_else() {
        let codes = Codes::default();
        let first = codes.issue(UserId(2), NOW, 1).unwrap();
        let second = codes.issue(UserId(2), NOW, 2).unwrap();
        assert_eq!(codes.take(first.code.expose(), NOW), None);
        assert_eq!(codes.take_of(UserId(3), second.code.expose(), NOW), None);
        assert_eq!(codes.take_of(UserId(2), second.code.expose(), NOW), Some(2));
    }

    #[test]
    fn tries_are_bounded() {
        let codes = Codes::default();
        let code = codes.issue(UserId(2), NOW, ()).unwrap();
        for _ in 0..MOST_TRIES {
            assert_eq!(codes.take_of(UserId(2), "wrong", NOW), None);
        }
        assert_eq!(codes.take_of(UserId(2), code.code.expose(), NOW), None);
    }
}
