//! Carriers: by what messages of some kinds leave the installation. An admin sets them; what is secret of them is
//! sealed, and opened once, when the daemon starts.

use parking_lot::RwLock;
use prahari_couriers::{MailLogIn, MailSecurity, MailServer};
use prahari_domain::time::Timestamp;
use prahari_secrets::{Secret, SecretError};
use prahari_store::{CarrierKind, CarrierRow, Store};
use serde::{Deserialize, Serialize};
use tokio::sync::{Mutex, Notify};
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::error::AppError;
use crate::vault::Vault;

/// The installation's bot.
#[derive(Debug, Clone)]
pub struct Bot {
    /// Its name on Telegram, without the `@`.
    pub name: String,
    /// Who knows it is the bot.
    pub(crate) token: Secret,
    /// Time at which it was set.
    pub changed_at: Timestamp,
}

/// The installation's mail server.
#[derive(Debug, Clone)]
pub struct Mail {
    /// The server.
    pub server: MailServer,
    /// Time at which it was set.
    pub changed_at: Timestamp,
}

/// The form in which a carrier is sealed.
#[derive(Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
#[serde(rename_all = "snake_case")]
enum Kept {
    Telegram { token: String },
    Email { password: Option<String> },
}

/// The form of what is not sealed of a bot.
#[derive(Serialize, Deserialize)]
struct ShownBot {
    name: String,
}

/// The form of what is not sealed of a mail server.
#[derive(Serialize, Deserialize)]
struct ShownMail {
    host: String,
    port: u16,
    security: String,
    user: Option<String>,
    from: String,
}

/// The carriers of the installation, as they are used.
#[derive(Default)]
pub(super) struct Carriers {
    bot: RwLock<Option<Bot>>,
    mail: RwLock<Option<Mail>>,
    /// Notified when the bot is another one, or none.
    bot_changed: Notify,
    /// Held while one is written down and put in force, so that database and memory agree.
    changing: Mutex<()>,
}

impl Carriers {
    /// The carriers of a database. One that cannot be used is left out, and whoever runs the daemon is told.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub(super) async fn load(store: &Store, vault: &Vault) -> Result<Self, AppError> {
        let carriers = Self::default();
        for row in store.system().carriers().await? {
            if let Err(error) = carriers.take(vault, &row) {
                tracing::warn!(kind = %row.kind, %error, "a carrier of messages cannot be used; set it anew");
            }
        }
        Ok(carriers)
    }

    /// The bot, if there is one.
    pub(super) fn bot(&self) -> Option<Bot> {
        self.bot.read().clone()
    }

    /// Notified when the bot is another one, or none.
    pub(super) fn bot_changed(&self) -> &Notify {
        &self.bot_changed
    }

    /// Writes a bot down and puts it in force.
    ///
    /// # Errors
    /// When it cannot be sealed or written; the one before stays in force then.
    pub(super) async fn set_bot(&self, store: &Store, vault: &Vault, bot: Bot) -> Result<(), AppError> {
        let _changing = self.changing.lock().await;
        let sealed = seal(vault, &Kept::Telegram { token: bot.token.expose().to_owned() })?;
        let shown = serde_json::to_string(&ShownBot { name: bot.name.clone() })?;
        let row = CarrierRow { kind: CarrierKind::Telegram, shown, sealed, changed_at: bot.changed_at };
        store.system().set_carrier(row).await?;
        *self.bot.write() = Some(bot);
        self.bot_changed.notify_one();
        Ok(())
    }

    /// The mail server, if there is one.
    pub(super) fn mail(&self) -> Option<Mail> {
        self.mail.read().clone()
    }

    /// Writes a mail server down and puts it in force.
    ///
    /// # Errors
    /// When it cannot be sealed or written; the one before stays in force then.
    pub(super) async fn set_mail(&self, store: &Store, vault: &Vault, mail: Mail) -> Result<(), AppError> {
        let _changing = self.changing.lock().await;
        let password = mail.server.log_in.as_ref().map(|log_in| log_in.password.expose().to_owned());
        let sealed = seal(vault, &Kept::Email { password })?;
        let shown = serde_json::to_string(&ShownMail::of(&mail.server))?;
        let row = CarrierRow { kind: CarrierKind::Email, shown, sealed, changed_at: mail.changed_at };
        store.system().set_carrier(row).await?;
        *self.mail.write() = Some(mail);
        Ok(())
    }

    /// Removes a carrier; returns whether there was one.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(super) async fn remove(&self, store: &Store, kind: CarrierKind) -> Result<bool, AppError> {
        let _changing = self.changing.lock().await;
        let removed = store.system().remove_carrier(kind).await?;
        match kind {
            CarrierKind::Telegram => {
                *self.bot.write() = None;
                self.bot_changed.notify_one();
            }
            CarrierKind::Email => *self.mail.write() = None,
        }
        Ok(removed)
    }

    /// Takes over what a row holds.
    fn take(&self, vault: &Vault, row: &CarrierRow) -> Result<(), AppError> {
        let opened = vault.open_carrier(&row.sealed)?;
        let kept: Kept = serde_json::from_slice(&opened).map_err(|_| SecretError::Sealed)?;
        match &kept {
            Kept::Telegram { token } => {
                let ShownBot { name } = serde_json::from_str(&row.shown)?;
                let (token, changed_at) = (Secret::new(token.clone()), row.changed_at);
                *self.bot.write() = Some(Bot { name, token, changed_at });
            }
            Kept::Email { password } => {
                let shown: ShownMail = serde_json::from_str(&row.shown)?;
                let server = shown.with(password.clone()).ok_or(SecretError::Sealed)?;
                *self.mail.write() = Some(Mail { server, changed_at: row.changed_at });
            }
        }
        Ok(())
    }
}

impl ShownMail {
    fn of(server: &MailServer) -> Self {
        Self {
            host: server.host.clone(),
            port: server.port,
            security: security_name(server.security).to_owned(),
            user: server.log_in.as_ref().map(|log_in| log_in.user.clone()),
            from: server.from.clone(),
        }
    }

    /// The server, with its password; none when they do not belong together.
    fn with(self, password: Option<String>) -> Option<MailServer> {
        let Self { host, port, security, user, from } = self;
        let log_in = match (user, password) {
            (Some(user), Some(password)) => Some(MailLogIn { user, password: Secret::new(password) }),
            (None, None) => None,
            _ => return None,
        };
        Some(MailServer { host, port, security: security_of(&security)?, log_in, from })
    }
}

/// Returns the name of a way of speaking with a mail server, in the database and the API.
pub fn security_name(security: MailSecurity) -> &'static str {
    match security {
        MailSecurity::Tls => "tls",
        MailSecurity::Starttls => "starttls",
        MailSecurity::None => "none",
    }
}

/// The way of speaking with a mail server that has this name.
fn security_of(name: &str) -> Option<MailSecurity> {
    let all = [MailSecurity::Tls, MailSecurity::Starttls, MailSecurity::None];
    all.into_iter().find(|security| security_name(*security) == name)
}

fn seal(vault: &Vault, kept: &Kept) -> Result<Vec<u8>, SecretError> {
    let mut json = serde_json::to_vec(kept).map_err(|_| SecretError::Sealed)?;
    let sealed = vault.seal_carrier(&json);
    // Wiped, because it holds what was just sealed.
    json.zeroize();
    sealed
}
