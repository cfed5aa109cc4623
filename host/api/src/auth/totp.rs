//! The authenticator of a user.

use prahari_domain::ids::UserId;
use prahari_secrets::{RECOVERY_CODES, RecoveryCode, Secret, TotpSecret};

use super::{Auth, failed};
use crate::problem::{Code, Problem};

impl Auth {
    /// Makes a secret for an authenticator, which is not asked for before it has shown a code.
    pub(crate) async fn begin_totp(&self, user: UserId) -> Result<TotpSecret, Problem> {
        let secret = TotpSecret::generate().map_err(failed)?;
        let sealed = self.vault.seal_totp(user, &secret).map_err(failed)?;
        self.store.user(user).begin_totp(sealed).await?;
        Ok(secret)
    }

    /// Puts the authenticator that was begun into use when its code is right; answers new recovery codes.
    pub(crate) async fn enable_totp(
        &self,
        user: UserId,
        code: &Secret,
    ) -> Result<Vec<RecoveryCode>, Problem> {
        let scope = self.store.user(user);
        let not_begun = || Problem::new(Code::TotpNotBegun, "begin with an authenticator first");
        let sealed = scope.log_in().await?.totp_pending.ok_or_else(not_begun)?;
        let secret = self.vault.open_totp(user, &sealed).map_err(failed)?;
        let step = secret.check(code.expose(), self.unix_seconds()).ok_or_else(wrong_totp)?;
        let codes: Result<Vec<_>, _> = (0..RECOVERY_CODES).map(|_| RecoveryCode::generate()).collect();
        let codes = codes.map_err(failed)?;
        let hashes = codes.iter().map(|code| *code.hash().as_bytes()).collect();
        if scope.enable_totp(sealed, step.0, hashes).await? { Ok(codes) } else { Err(not_begun()) }
    }

    /// Whether a code of the authenticator, or one for recovery, is right and was not used before. It is used by this.
    pub(super) async fn use_code(&self, user: UserId, sealed: &[u8], code: &Secret) -> Result<bool, Problem> {
        let scope = self.store.user(user);
        let secret = self.vault.open_totp(user, sealed).map_err(failed)?;
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

pub(super) fn wrong_totp() -> Problem {
    Problem::new(Code::WrongTotp, "this code is wrong or was used before")
}
