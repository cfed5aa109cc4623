//! E-mail by SMTP (RFC 5321), through the mail server that the installation has.
//!
//! A message is plain text with a subject of one line; its Message-ID is its name, so that a mailbox which has had it can tell.
//! One connection for each: the server is looked up once, within reach of the installation, and only that is connected to.

use std::time::{Duration, UNIX_EPOCH};

use lettre::address::Envelope;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, SinglePart};
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{
    AsyncSmtpConnection, CertificateStore, TlsParameters, TlsParametersBuilder,
};
use lettre::transport::smtp::extension::ClientId;
use lettre::{Address, Message};
use prahari_domain::text::{lines, one_line};
use prahari_domain::time::Timestamp;
use prahari_secrets::Secret;
use url::Host;

use crate::address::{lookup, number_of};
use crate::authorities::Authorities;
use crate::cleaner::Cleaner;
use crate::courier::{OutgoingMessage, Undelivered};
use crate::reach::Reach;
use crate::tls;
use crate::webhook::within;

/// Longest time that handing over one message may take, real time: servers make clients wait on purpose.
pub const MAIL_DEADLINE: Duration = Duration::from_secs(30);

/// Longest time for a polite end, after which the connection is just closed.
const QUIT_DEADLINE: Duration = Duration::from_secs(1);

/// Longest address, in bytes (RFC 5321, 4.5.3.1.3, without the brackets).
const LONGEST_ADDRESS: usize = 254;

/// How a mail server is spoken with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailSecurity {
    /// TLS from the first byte, usually on port 465.
    Tls,
    /// TLS once the server was asked for it, usually on port 587. Without it nothing is sent.
    Starttls,
    /// Without TLS; for a server on this machine alone.
    None,
}

/// A mail server, and how it knows the installation.
#[derive(Debug, Clone)]
pub struct MailServer {
    /// Name or number of its host.
    pub host: String,
    /// Port that it listens on.
    pub port: u16,
    /// How it is spoken with.
    pub security: MailSecurity,
    /// What it asks for; nothing of one that asks for none.
    pub log_in: Option<MailLogIn>,
    /// Address that messages are from.
    pub from: String,
}

/// A log-in at a mail server.
#[derive(Debug, Clone)]
pub struct MailLogIn {
    /// Name of the user there.
    pub user: String,
    /// Password of that user.
    pub password: Secret,
}

/// A mailbox, and the server by which messages go there.
#[derive(Debug, Clone)]
pub struct MailDestination {
    /// The server.
    pub server: MailServer,
    /// Address of the mailbox.
    pub address: Secret,
}

/// What stands in a message.
struct Mail<'a> {
    /// Name of the message, the same in every attempt.
    id: &'a str,
    subject: &'a str,
    text: &'a str,
    /// Time of the attempt.
    at: Timestamp,
}

/// Hands messages over to mail servers.
pub struct MailCourier {
    reach: Reach,
    authorities: Authorities,
}

impl MailCourier {
    /// Creates a courier that goes so far and trusts the authorities of the system.
    pub fn new(reach: Reach) -> Self {
        Self { reach, authorities: Authorities::default() }
    }

    /// Trusts these authorities.
    #[must_use]
    pub fn trusting(self, authorities: Authorities) -> Self {
        Self { authorities, ..self }
    }

    /// Returns the address of a mailbox in the form in which it is kept.
    ///
    /// # Errors
    /// One sentence that says why nothing is ever delivered to it; it does not repeat the address.
    pub fn check_address(text: &str) -> Result<String, String> {
        let text = text.trim();
        if text.len() > LONGEST_ADDRESS || !text.is_ascii() {
            return Err(format!("address: at most {LONGEST_ADDRESS} characters of ASCII"));
        }
        let address: Address =
            text.parse().map_err(|_| "address: it has not the form of an e-mail address".to_owned())?;
        Ok(address.to_string())
    }

    /// Returns what pages and logs may say of a mailbox, such as `a…@example.org`.
    pub fn shown(address: &str) -> String {
        let (user, domain) = address.rsplit_once('@').unwrap_or((address, ""));
        let first: String = user.chars().take(1).collect();
        format!("{first}…@{domain}")
    }

    /// Refuses a mail server with which nothing is ever spoken.
    ///
    /// # Errors
    /// One sentence that says why, and begins with the name of the field.
    pub fn check(&self, server: &MailServer) -> Result<(), String> {
        let host = Host::parse(&server.host).map_err(|why| format!("host: {why}"))?;
        if server.port == 0 {
            return Err("port: 1 to 65535".to_owned());
        }
        let is_secure = server.security != MailSecurity::None;
        if !is_secure && self.reach != Reach::Local {
            return Err("security: without TLS only when the operator allows a mail server in this network"
                .to_owned());
        }
        let number = number_of(&host);
        if number.is_some_and(|number| !self.reach.allows(number, is_secure)) {
            return Err("host: it is not on the internet, and the operator does not allow a mail server in this network".to_owned());
        }
        Self::check_address(&server.from).map(|_| ()).map_err(|why| why.replace("address:", "from:"))
    }

    /// Logs in at a mail server and leaves again.
    ///
    /// # Errors
    /// What it does not do, in one sentence.
    pub async fn try_server(&self, server: &MailServer) -> Result<(), Undelivered> {
        let tried = async {
            let connection = self.connect(server, &cleaner_of(server)).await?;
            quit(connection).await;
            Ok(())
        };
        within(MAIL_DEADLINE, tried).await
    }

    /// Hands a message over, and returns once the server has taken it.
    ///
    /// # Errors
    /// Why it was not taken, without a word of the address or the password.
    pub async fn deliver(&self, to: &MailDestination, message: &OutgoingMessage) -> Result<(), Undelivered> {
        // The subject is the title, which nobody has to read twice.
        let text = message.text_below_title();
        let mail = Mail { id: &message.id, subject: &message.title, text: &text, at: message.attempted_at };
        self.send(to, &mail).await
    }

    /// Sends a code to a mailbox, by which its owner shows that it is theirs.
    ///
    /// # Errors
    /// As [`MailCourier::deliver`].
    pub async fn send_code(
        &self,
        to: &MailDestination,
        code: &str,
        at: Timestamp,
    ) -> Result<(), Undelivered> {
        let text = format!(
            "The code is {code}\n\nSomebody asked that messages of an installation of Prahari go to this address. If that was you, enter the \
             code in its console within ten minutes. If it was not, do nothing: nothing more is sent."
        );
        let id = format!("prahari-code-{}", at.0);
        self.send(to, &Mail { id: &id, subject: "Your code for Prahari", text: &text, at }).await
    }

    async fn send(&self, to: &MailDestination, mail: &Mail<'_>) -> Result<(), Undelivered> {
        within(MAIL_DEADLINE, self.hand_over(to, mail)).await
    }

    async fn hand_over(&self, to: &MailDestination, mail: &Mail<'_>) -> Result<(), Undelivered> {
        let message = written(to, mail)?;
        let cleaner = cleaner_of(&to.server).telling(to.address.expose(), "the address");
        let mut connection = self.connect(&to.server, &cleaner).await?;
        let sent = connection.send(message.envelope(), &message.formatted()).await;
        sent.map_err(|error| judge(&error, &cleaner))?;
        quit(connection).await;
        Ok(())
    }

    /// A connection on which the server knows the installation.
    async fn connect(
        &self,
        server: &MailServer,
        cleaner: &Cleaner,
    ) -> Result<AsyncSmtpConnection, Undelivered> {
        let host = Host::parse(&server.host).map_err(|why| Undelivered::for_good(why.to_string()))?;
        let is_secure = server.security != MailSecurity::None;
        let found = lookup(&host, server.port, is_secure, self.reach).await.map_err(Undelivered::not_sent)?;
        let tls = if is_secure { Some(self.parameters(server.host.clone()).await?) } else { None };
        let hello = ClientId::Domain(domain_of(&server.from));
        let implicit = tls.clone().filter(|_| server.security == MailSecurity::Tls);
        let connected = AsyncSmtpConnection::connect_tokio1(
            found.as_slice(),
            Some(MAIL_DEADLINE),
            &hello,
            implicit,
            None,
        );
        let mut connection = connected.await.map_err(|error| not_ready(&error, cleaner))?;
        if let (MailSecurity::Starttls, Some(tls)) = (server.security, tls) {
            connection.starttls(tls, &hello).await.map_err(|error| not_ready(&error, cleaner))?;
        }
        if let Some(log_in) = &server.log_in {
            let credentials = Credentials::new(log_in.user.clone(), log_in.password.expose().to_owned());
            let mechanisms = [Mechanism::Plain, Mechanism::Login];
            let known = connection.auth(&mechanisms, &credentials).await;
            known.map_err(|error| not_let_in(&error, cleaner))?;
        }
        Ok(connection)
    }

    /// What TLS is spoken by with a host.
    async fn parameters(&self, host: String) -> Result<TlsParameters, Undelivered> {
        let certificates = self.authorities.certificates().await?;
        let none = TlsParametersBuilder::new(host).certificate_store(CertificateStore::None);
        let builder = certificates.into_iter().fold(none, TlsParametersBuilder::add_root_certificate);
        builder.build_rustls().map_err(|error| tls::unusable(&error.to_string()))
    }
}

/// The message in the form of RFC 5322.
fn written(to: &MailDestination, mail: &Mail<'_>) -> Result<Message, Undelivered> {
    let failed = |why: &dyn std::fmt::Display| Undelivered::for_good(format!("it cannot be written: {why}"));
    let address = |text: &str| text.parse::<Address>().map_err(|error| failed(&error));
    let (from, to) = (address(&to.server.from)?, address(to.address.expose())?);
    let envelope = Envelope::new(Some(from.clone()), vec![to.clone()]).map_err(|error| failed(&error))?;
    let sent_at = UNIX_EPOCH + Duration::from_millis(u64::try_from(mail.at.0).unwrap_or(0));
    let automatic = HeaderName::new_from_ascii_str("Auto-Submitted");
    Message::builder()
        .envelope(envelope)
        .message_id(Some(format!("<{}@{}>", mail.id, from.domain())))
        .date(sent_at)
        .from(Mailbox::new(Some("Prahari".to_owned()), from))
        .to(Mailbox::new(None, to))
        .subject(one_line(mail.subject).into_owned())
        .raw_header(HeaderValue::new(automatic, "auto-generated".to_owned()))
        .singlepart(SinglePart::builder().header(ContentType::TEXT_PLAIN).body(lines(mail.text).into_owned()))
        .map_err(|error| failed(&error))
}

/// A server that does not get as far as taking a message: whatever it says is not about the message.
fn not_ready(error: &Error, cleaner: &Cleaner) -> Undelivered {
    if is_about_log_in(error) {
        return not_let_in(error, cleaner);
    }
    let why = tls::refused_certificate(error).unwrap_or_else(|| error.to_string());
    Undelivered::not_sent(format!("the mail server is not ready: {}", cleaner.clean(&why)))
}

/// A server that does not let the installation in. What it says is for the admin, who can do something about it.
fn not_let_in(error: &Error, cleaner: &Cleaner) -> Undelivered {
    let said = format!("the mail server refuses the log-in: {}", cleaner.clean(&error.to_string()));
    Undelivered::not_sent("the mail server does not let the installation in; an admin can see to it")
        .telling_admin(said)
}

/// Whether an answer is about who the installation is (RFC 4954, 6), whatever command it was given to.
fn is_about_log_in(error: &Error) -> bool {
    error.status().is_some_and(|code| [432, 454, 530, 534, 535, 538].contains(&u16::from(code)))
}

/// Masks what a server knows the installation by.
fn cleaner_of(server: &MailServer) -> Cleaner {
    let log_in = server.log_in.as_ref();
    log_in.map_or_else(Cleaner::default, |log_in| {
        Cleaner::default().hiding_log_in(&log_in.user, log_in.password.expose())
    })
}

/// What became of a message that was being handed over.
fn judge(error: &Error, cleaner: &Cleaner) -> Undelivered {
    if is_about_log_in(error) {
        return not_let_in(error, cleaner);
    }
    let said = format!("the mail server did not take it: {}", cleaner.clean(&error.to_string()));
    if error.is_permanent() || error.is_client() {
        Undelivered::for_good(said)
    } else if error.is_transient() {
        Undelivered::not_sent(said)
    } else {
        Undelivered::unclear(said)
    }
}

/// Takes leave, and does not wait long for it: whatever was to be done is done.
async fn quit(mut connection: AsyncSmtpConnection) {
    let _either_way = tokio::time::timeout(QUIT_DEADLINE, connection.quit()).await;
}

fn domain_of(address: &str) -> String {
    address.rsplit_once('@').map_or_else(|| "localhost".to_owned(), |(_, domain)| domain.to_owned())
}

#[cfg(test)]
mod tests;
