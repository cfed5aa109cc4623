//! The authenticator of a user.

use prahari_domain::ids::UserId;
use prahari_secrets::{RECOVERY_CODES, RecoveryCode, Secret, TotpSecret};

use super::{AccountError, Accounts};

impl Accounts {
    /// Makes a secret for an authenticator, which is not asked for before it has shown a code.
    ///
    /// # Errors
    /// When the system gives no random numbers, or it cannot be written.
    pub async fn begin_totp(&self, user: UserId) -> Result<TotpSecret, AccountError> {
        let secret = TotpSecret::generate()?;
        let sealed = self.vault.seal_totp(user, &secret)?;
        self.store.user(user).begin_totp(sealed).await?;
        Ok(secret)
    }

    /// Puts the authenticator that was begun into use when its code is right; returns new recovery codes.
    ///
    /// # Errors
    /// [`AccountError::TotpNotBegun`], [`AccountError::WrongTotp`], or when it cannot be read or written.
    pub async fn enable_totp(&self, user: UserId, code: &Secret) -> Result<Vec<RecoveryCode>, AccountError> {
        let scope = self.store.user(user);
        let sealed = scope.log_in().await?.totp_pending.ok_or(AccountError::TotpNotBegun)?;
        let secret = self.vault.open_totp(user, &sealed)?;
        let step = secret.check(code.expose(), self.unix_seconds()).ok_or(AccountError::WrongTotp)?;
        let codes = (0..RECOVERY_CODES).map(|_| RecoveryCode::generate()).collect::<Result<Vec<_>, _>>()?;
        let hashes = codes.iter().map(|code| *code.hash().as_bytes()).collect();
        let enabled = scope.enable_totp(sealed, step.0, hashes).await?;
        if enabled { Ok(codes) } else { Err(AccountError::TotpNotBegun) }
    }

    /// Does not ask for the authenticator of a user any more.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn disable_totp(&self, user: UserId) -> Result<(), AccountError> {
        Ok(self.store.user(user).disable_totp().await?)
    }

    /// Returns whether a code of the authenticator, or one for recovery, is right and was not used before. It is
    /// used by this.
    pub(super) async fn use_code(
        &self,
        user: UserId,
        sealed: &[u8],
        code: &Secret,
    ) -> Result<bool, AccountError> {
        let scope = self.store.user(user);
        let secret = self.vault.open_totp(user, sealed)?;
        if let Some(step) = secret.check(code.expose(), self.unix_seconds()) {
            return Ok(scope.use_totp_step(step.0).await?);
        }
        let hash = RecoveryCode::hash_of(code.expose());
        Ok(scope.use_recovery_code(*hash.as_bytes(), self.now()).await?)
    }

    fn unix_seconds(&self) -> u64 {
        (self.now().0.max(0) / 1_000).unsigned_abs()
    }
}
