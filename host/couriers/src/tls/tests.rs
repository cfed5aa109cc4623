//! Certificates of an authority that these tests make: trusted when the operator adds it, refused with its reason otherwise, by
//! mail servers that begin with TLS or are asked for it, and by webhooks.

use std::path::PathBuf;
use std::sync::Arc;

use prahari_domain::time::Timestamp;
use prahari_secrets::{Secret, SigningKey};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd};
use rustls::ServerConfig;
use rustls::crypto::ring::default_provider;
use rustls::pki_types::PrivateKeyDer;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

use crate::authorities::Authorities;
use crate::courier::{OutgoingMessage, Webhook};
use crate::mail::{MailCourier, MailDestination, MailLogIn, MailSecurity, MailServer};
use crate::reach::Reach;
use crate::webhook::WebhookCourier;

/// An authority of a network of one's own.
struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    folder: TempDir,
}

impl Authority {
    fn named(name: &str) -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        Self { issuer, folder: tempfile::tempdir().unwrap() }
    }

    /// What trusts it, beside the authorities of the system: by a file, as an operator names one.
    fn added(&self) -> Authorities {
        let file: PathBuf = self.folder.path().join("ca.pem");
        std::fs::write(&file, self.issuer.pem()).unwrap();
        Authorities::with_files(&[file]).unwrap()
    }

    /// A server's side of TLS with a certificate for a name, valid in these years.
    fn server(&self, name: &str, years: (i32, i32)) -> TlsAcceptor {
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        (params.not_before, params.not_after) =
            (date_time_ymd(years.0, 1, 15), date_time_ymd(years.1, 1, 15));
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(default_provider()));
        let config = config.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
        let config = config.with_single_cert(vec![certificate.der().clone()], key).unwrap();
        TlsAcceptor::from(Arc::new(config))
    }
}

/// Years in which a certificate is valid, whenever the tests run.
const ALWAYS: (i32, i32) = (2020, 2200);

/// What a server was sent, before TLS and within.
#[derive(Default)]
struct Got {
    plain: String,
    sealed: String,
}

/// A mail server for one connection (RFC 5321; RFC 3207 for STARTTLS, after which everything begins anew).
async fn mail_server(acceptor: TlsAcceptor, security: MailSecurity) -> (u16, JoinHandle<Got>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let told = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut got = Got::default();
        if security == MailSecurity::Starttls {
            stream.write_all(b"220 localhost ready\r\n").await.unwrap();
            let mut plain = BufReader::new(stream);
            if !talk(&mut plain, &mut got.plain, "250-localhost\r\n250 STARTTLS").await {
                return got;
            }
            stream = plain.into_inner();
        }
        // A client that does not trust the certificate ends here.
        let Ok(mut sealed) = acceptor.accept(stream).await else { return got };
        if security == MailSecurity::Tls && sealed.write_all(b"220 localhost ready\r\n").await.is_err() {
            return got;
        }
        talk(&mut BufReader::new(sealed), &mut got.sealed, "250-localhost\r\n250 AUTH PLAIN").await;
        got
    });
    (port, told)
}

/// Answers commands until the client leaves, or asks for TLS; whether it did.
async fn talk<S>(stream: &mut BufReader<S>, got: &mut String, extensions: &str) -> bool
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut in_text = false;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.unwrap_or(0) == 0 {
            return false;
        }
        got.push_str(&line);
        if in_text && line != ".\r\n" {
            continue;
        }
        in_text = line == "DATA\r\n";
        let answer = match line.split([' ', '\r']).next().unwrap() {
            "EHLO" => extensions,
            "STARTTLS" => "220 go ahead",
            "AUTH" => "235 2.7.0 welcome",
            "DATA" => "354 go on",
            "QUIT" => "221 bye",
            _ => "250 2.0.0 done",
        };
        if stream.write_all(format!("{answer}\r\n").as_bytes()).await.is_err() {
            return false;
        }
        if line == "STARTTLS\r\n" {
            return true;
        }
    }
}

fn mailbox(port: u16, security: MailSecurity) -> MailDestination {
    let log_in = MailLogIn { user: "prahari".to_owned(), password: Secret::new("passwordXQZW".to_owned()) };
    let host = "localhost".to_owned();
    let server =
        MailServer { host, port, security, log_in: Some(log_in), from: "prahari@mail.test".to_owned() };
    MailDestination { server, address: Secret::new("asha@example.org".to_owned()) }
}

fn message() -> OutgoingMessage {
    OutgoingMessage {
        id: "prahari-5-7".to_owned(),
        kind: "error".to_owned(),
        level: "error".to_owned(),
        title: "Bought".to_owned(),
        body: "10 TCS".to_owned(),
        at: Timestamp(1_735_789_500_000),
        more: 0,
        says_how_many: false,
        repeated: false,
        attempted_at: Timestamp(1_735_789_500_000),
    }
}

const BOTH: [MailSecurity; 2] = [MailSecurity::Tls, MailSecurity::Starttls];

#[tokio::test]
async fn a_mail_server_whose_authority_the_operator_added_gets_log_in_and_message_within_tls_only() {
    let authority = Authority::named("one");
    let courier = MailCourier::new(Reach::Local).trusting(authority.added());
    for security in BOTH {
        let (port, told) = mail_server(authority.server("localhost", ALWAYS), security).await;
        courier.deliver(&mailbox(port, security), &message()).await.unwrap();
        let got = told.await.unwrap();
        let plain: Vec<&str> = got.plain.lines().collect();
        let before: &[&str] = match security {
            MailSecurity::Starttls => &["EHLO mail.test", "STARTTLS"],
            _ => &[],
        };
        assert_eq!(plain, before, "{security:?}");
        for part in ["AUTH PLAIN ", "RCPT TO:<asha@example.org>", "Subject: Bought\r\n", "\r\n10 TCS\r\n"] {
            assert!(got.sealed.contains(part), "{part:?} in {}", got.sealed);
        }
    }
}

#[tokio::test]
async fn a_certificate_that_is_not_right_is_refused_with_its_reason_before_anything_is_sent() {
    let (authority, another) = (Authority::named("one"), Authority::named("another"));
    let courier = MailCourier::new(Reach::Local).trusting(authority.added());
    for (acceptor, why) in [
        (another.server("localhost", ALWAYS), "is from an issuer that this machine does not trust"),
        (authority.server("mail.other.test", ALWAYS), "is for another name than localhost"),
        (authority.server("localhost", (2020, 2021)), "expired on 15 Jan 2021"),
        (authority.server("localhost", (2190, 2200)), "is not valid before 15 Jan 2190"),
    ] {
        for security in BOTH {
            let (port, told) = mail_server(acceptor.clone(), security).await;
            let failed = courier.deliver(&mailbox(port, security), &message()).await.unwrap_err();
            assert_eq!(failed.reason, format!("the mail server is not ready: its certificate {why}"));
            assert!(failed.again && !failed.perhaps_arrived, "an admin may mend it: {failed:?}");
            let got = told.await.unwrap();
            assert!(got.sealed.is_empty() && !got.plain.contains("AUTH"), "{} {}", got.plain, got.sealed);
        }
    }
}

/// A receiver of one webhook; tells what it was sent.
async fn receiver(acceptor: TlsAcceptor) -> (String, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://localhost:{}/secretXQZW", listener.local_addr().unwrap().port());
    let told = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let Ok(mut sealed) = acceptor.accept(stream).await else { return String::new() };
        let (mut got, mut part) = (Vec::new(), [0; 4_096]);
        // The body is one line of JSON that ends so.
        while !got.ends_with(b"}}") {
            match sealed.read(&mut part).await {
                Ok(count) if count > 0 => got.extend_from_slice(&part[..count]),
                _ => break,
            }
        }
        let _gone = sealed.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await;
        String::from_utf8(got).unwrap()
    });
    (url, told)
}

#[tokio::test]
async fn a_webhook_of_an_authority_that_the_operator_added_is_sent_to_and_of_any_other_is_not() {
    // Of the same name, so that only its signature tells them apart.
    let (authority, another) = (Authority::named("one"), Authority::named("one"));
    let courier = WebhookCourier::new(Reach::Local).trusting(authority.added());
    let to = |url: String| Webhook { url: Secret::new(url), key: SigningKey::generate().unwrap() };
    let (url, told) = receiver(authority.server("localhost", ALWAYS)).await;
    courier.deliver(&to(url), &message()).await.unwrap();
    let got = told.await.unwrap();
    assert!(got.starts_with("POST /secretXQZW HTTP/1.1\r\n") && got.contains("\"10 TCS\""), "{got}");
    for (acceptor, why) in [
        (another.server("localhost", ALWAYS), "is from an issuer that this machine does not trust"),
        (authority.server("hooks.other.test", ALWAYS), "is for another name than localhost"),
        (authority.server("localhost", (2020, 2021)), "expired on 15 Jan 2021"),
    ] {
        let (url, told) = receiver(acceptor).await;
        let failed = courier.deliver(&to(url), &message()).await.unwrap_err();
        assert_eq!(failed.reason, format!("no connection: its certificate {why}"));
        assert_eq!(told.await.unwrap(), "");
    }
    // Without the operator's word the system's list decides.
    let (url, told) = receiver(authority.server("localhost", ALWAYS)).await;
    let failed = WebhookCourier::new(Reach::Local).deliver(&to(url), &message()).await.unwrap_err();
    assert!(failed.again && !failed.perhaps_arrived, "{failed:?}");
    assert_eq!(told.await.unwrap(), "");
}
