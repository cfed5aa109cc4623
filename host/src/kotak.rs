//! Kotak Neo as the daemon has it: over the credentials that are sealed in its database.

use std::net::IpAddr;
use std::sync::Arc;

use async_trait::async_trait;
use prahari_app::vault::{KotakCredentials, Vault};
use prahari_brokers::Pace;
use prahari_domain::ids::UserId;
use prahari_domain::time::Day;
use prahari_kotak::{
    CredentialSource, Credentials, KeptSession, KotakBrokerage, KotakSettings, LoginCounts, LoginRecord,
    LoginRecords, Outbound, PriceAccount, Sessions,
};
use prahari_secrets::{OneTimeCodes, Secret, TotpStep};
use prahari_store::{BrokerLoginsRow, SessionChange, Store, StoreError};

/// Name of the broker in the registry.
pub const KOTAK: &str = "kotak-neo";

/// Where a user enters what is missing.
const WHERE: &str = "in the console under Settings, Broker";

/// The credentials in a database, opened for one login each; and what is kept there of logins, with the session of the day, sealed
/// as they are.
pub struct SealedCredentials {
    store: Store,
    vault: Arc<Vault>,
}

impl SealedCredentials {
    /// Those of this database, sealed under the keys of this vault.
    pub fn new(store: Store, vault: Arc<Vault>) -> Self {
        Self { store, vault }
    }
}

/// Creates the broker, which nobody logs in at by that.
///
/// # Errors
/// One sentence, when the address of the login may not be spoken to.
pub fn brokerage(
    settings: KotakSettings,
    pace: Arc<dyn Pace>,
    kept: Arc<impl CredentialSource + LoginRecords + 'static>,
) -> Result<KotakBrokerage, String> {
    let settings = Arc::new(settings);
    let sessions = Sessions::kept(settings.clone(), pace.clone(), kept.clone(), kept)?;
    Ok(KotakBrokerage::new(settings, pace, Arc::new(sessions)))
}

/// The user of this name, with whose session prices are had; they may come and go while the daemon runs.
pub struct NamedUser {
    store: Store,
    name: String,
}

impl NamedUser {
    /// The user of this name in this database, whom nobody looks for yet.
    pub fn new(store: Store, name: String) -> Self {
        Self { store, name }
    }
}

#[async_trait]
impl PriceAccount for NamedUser {
    async fn user(&self) -> Result<UserId, String> {
        let name = &self.name;
        let user = self.store.system().user_named(name).await.map_err(|error| {
            tracing::error!(%error, "the user with whose session prices are had cannot be read");
            "the users cannot be read from the database; the daemon's log says why".to_owned()
        })?;
        match user {
            Some(user) if user.active => Ok(user.id),
            Some(_) => Err(format!(
                "{name}, with whose session prices are had, is suspended; name another in --market"
            )),
            None => Err(format!("there is no user {name}, with whose session prices are to be had")),
        }
    }
}

#[async_trait]
impl CredentialSource for SealedCredentials {
    async fn credentials(&self, user: UserId) -> Result<Credentials, String> {
        let row = self.store.user(user).credentials().await.map_err(|error| {
            tracing::error!(%user, %error, "the credentials of a user cannot be read");
            "the credentials cannot be read from the database; the daemon's log says why".to_owned()
        })?;
        let row = row.ok_or_else(|| format!("no credentials of Kotak Neo are kept; enter them {WHERE}"))?;
        let opened = self.vault.open_credentials(user, &row.sealed).map_err(|_| {
            format!(
                "the credentials are sealed under another key and cannot be opened; enter them {WHERE} again"
            )
        })?;
        complete(&opened)
    }
}

#[async_trait]
impl LoginRecords for SealedCredentials {
    async fn record(&self, user: UserId) -> Result<Option<LoginRecord>, String> {
        let row =
            self.store.user(user).broker_logins(KOTAK).await.map_err(|error| unreadable(user, &error))?;
        Ok(row.map(record))
    }

    async fn session(&self, user: UserId, day: Day) -> Result<Option<Secret>, String> {
        let sealed = self.store.user(user).broker_session(KOTAK, day).await;
        let Some(sealed) = sealed.map_err(|error| unreadable(user, &error))? else { return Ok(None) };
        let opened = self.vault.open_broker_session(user, &sealed);
        opened.map(Some).map_err(|_| "it is sealed under another key, or damaged".to_owned())
    }

    async fn save(&self, user: UserId, record: LoginRecord, session: KeptSession) -> Result<(), String> {
        let day = record.day;
        let change = match session {
            KeptSession::Same => SessionChange::Same,
            KeptSession::Remove => SessionChange::Remove,
            KeptSession::Keep(session) => match self.vault.seal_broker_session(user, &session) {
                Ok(sealed) => SessionChange::Keep { day, sealed },
                Err(error) => {
                    tracing::error!(%user, %error, "the session at the broker is not kept for the next start");
                    SessionChange::Remove
                }
            },
        };
        let saved = self.store.user(user).save_broker_logins(KOTAK, row(record), change).await;
        saved.map_err(|error| {
            tracing::error!(%user, %error, "what is known of logins at the broker cannot be written");
            "what is known of logins cannot be written into the database; the daemon's log says why"
                .to_owned()
        })
    }
}

fn unreadable(user: UserId, error: &StoreError) -> String {
    tracing::error!(%user, %error, "what is known of logins at the broker cannot be read");
    "what is known of logins cannot be read from the database; the daemon's log says why".to_owned()
}

fn record(row: BrokerLoginsRow) -> LoginRecord {
    let BrokerLoginsRow { day, tried, succeeded, failed, forgiven, doubted, .. } = row;
    LoginRecord {
        day,
        counts: LoginCounts { tried, succeeded, failed, forgiven },
        doubted,
        refusals: row.refusals,
        fruitless: row.fruitless,
        begun_at: row.begun_at,
        blocked: row.blocked,
        cooling: row.cooling,
        last_success: row.last_success,
        last_step: row.last_step.map(TotpStep),
    }
}

fn row(record: LoginRecord) -> BrokerLoginsRow {
    let LoginCounts { tried, succeeded, failed, forgiven } = record.counts;
    BrokerLoginsRow {
        day: record.day,
        tried,
        succeeded,
        failed,
        forgiven,
        doubted: record.doubted,
        refusals: record.refusals,
        fruitless: record.fruitless,
        begun_at: record.begun_at,
        blocked: record.blocked,
        cooling: record.cooling,
        last_success: record.last_success,
        last_step: record.last_step.map(|TotpStep(step)| step),
    }
}

/// What a login takes, of what the user has entered; what was opened is wiped when it is dropped.
fn complete(kept: &KotakCredentials) -> Result<Credentials, String> {
    let needed = [
        ("access token (consumer key)", &kept.consumer_key),
        ("mobile number", &kept.mobile),
        ("client code (UCC)", &kept.ucc),
        ("PIN (MPIN)", &kept.mpin),
    ];
    let missing: Vec<&str> =
        needed.iter().filter(|(_, value)| value.is_none()).map(|(name, _)| *name).collect();
    let ([Some(token), Some(mobile), Some(code), Some(pin)], []) =
        ([&kept.consumer_key, &kept.mobile, &kept.ucc, &kept.mpin], missing.as_slice())
    else {
        let what = if missing.len() == 1 { "it" } else { "them" };
        return Err(format!("the credentials lack: {}; enter {what} {WHERE}", missing.join(", ")));
    };
    let codes = kept.totp_secret.as_deref().map(|text| {
        OneTimeCodes::from_base32(text).ok_or_else(|| {
            format!("no one-time code can be made of the authenticator's secret; enter it {WHERE} again")
        })
    });
    let secret = |text: &String| Secret::new(text.clone());
    Ok(Credentials {
        access_token: secret(token),
        mobile: secret(mobile),
        client_code: secret(code),
        pin: secret(pin),
        codes: codes.transpose()?,
        outbound: kept.outbound.as_deref().map_or(Outbound::Direct, outbound),
    })
}

/// An address of this machine, or else a proxy.
fn outbound(text: &str) -> Outbound {
    match text.parse::<IpAddr>() {
        Ok(address) => Outbound::Address(address),
        Err(_) => Outbound::Proxy(Secret::new(text.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept() -> KotakCredentials {
        let text = |text: &str| Some(text.to_owned());
        KotakCredentials {
            consumer_key: text("00000000-0000-4000-8000-0000000000ab"),
            mobile: text("+910000000001"),
            ucc: text("ZZ9Z9"),
            mpin: text("000001"),
            totp_secret: None,
            outbound: None,
        }
    }

    #[test]
    fn what_is_missing_is_named_with_where_to_enter_it_and_nothing_of_the_rest() {
        let mut kept = kept();
        assert!(complete(&kept).is_ok_and(|credentials| credentials.codes.is_none()));
        (kept.mpin, kept.mobile) = (None, None);
        let why = complete(&kept).unwrap_err();
        assert_eq!(
            why,
            "the credentials lack: mobile number, PIN (MPIN); enter them in the console under Settings, Broker"
        );
        kept.mobile = Some("+910000000001".to_owned());
        let one = "the credentials lack: PIN (MPIN); enter it in the console under Settings, Broker";
        assert_eq!(complete(&kept).unwrap_err(), one);
        kept = self::kept();
        kept.totp_secret = Some("AAAA".to_owned());
        assert!(complete(&kept).unwrap_err().starts_with("no one-time code can be made"));
    }

    #[test]
    fn calls_leave_from_an_address_or_through_a_proxy() {
        let mut kept = kept();
        let of = |kept: &KotakCredentials| complete(kept).unwrap().outbound;
        assert!(matches!(of(&kept), Outbound::Direct));
        kept.outbound = Some("192.0.2.7".to_owned());
        assert!(matches!(of(&kept), Outbound::Address(address) if address.to_string() == "192.0.2.7"));
        kept.outbound = Some("http://user:word@127.0.0.1:3128".to_owned());
        assert!(matches!(of(&kept), Outbound::Proxy(_)));
    }
}
