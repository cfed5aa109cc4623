//! What a broker's log-in needs. It goes in and is read by the log-in alone.

use prahari_domain::ids::UserId;
use prahari_domain::time::Timestamp;
use prahari_store::CredentialsRow;

use super::{AccountError, Accounts};
use crate::vault::KotakCredentials;

/// Which credentials of a user are kept, without what they are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeptCredentials {
    /// The names of the fields that are set; empty when there are none.
    pub fields: Vec<String>,
    /// Time at which they were saved; none when there are none.
    pub updated_at: Option<Timestamp>,
}

impl Accounts {
    /// Returns which credentials of a user are kept, and since when.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn kept_credentials(&self, user: UserId) -> Result<KeptCredentials, AccountError> {
        let row = self.store.user(user).credentials().await?;
        let kept = row.map(|row| KeptCredentials { fields: row.fields, updated_at: Some(row.updated_at) });
        Ok(kept.unwrap_or_default())
    }

    /// Seals and keeps the credentials of a user in place of earlier ones. `broker` is the name of the broker they
    /// are for.
    ///
    /// # Errors
    /// When they cannot be sealed or written.
    pub async fn save_credentials(
        &self,
        user: UserId,
        broker: &str,
        credentials: &KotakCredentials,
    ) -> Result<KeptCredentials, AccountError> {
        let sealed = self.vault.seal_credentials(user, credentials)?;
        let (fields, updated_at) = (credentials.fields(), self.now());
        let row = CredentialsRow { broker: broker.to_owned(), sealed, fields: fields.clone(), updated_at };
        self.store.user(user).save_credentials(row).await?;
        Ok(KeptCredentials { fields, updated_at: Some(updated_at) })
    }

    /// Deletes the credentials of a user.
    ///
    /// # Errors
    /// [`AccountError::NoCredentials`], or when it cannot be written.
    pub async fn delete_credentials(&self, user: UserId) -> Result<(), AccountError> {
        let deleted = self.store.user(user).delete_credentials().await?;
        if deleted { Ok(()) } else { Err(AccountError::NoCredentials) }
    }
}
