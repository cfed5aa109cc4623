//! The servers here answer each command with a line that the test gives, as RFC 5321 lets them: a greeting of 220, EHLO with the
//! extensions, 354 for DATA, 2yz for done, 4yz for not now, 5yz for not at all.

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;

use super::*;

/// A server that answers one connection: `answers` are a beginning of a command and what is said to it. Tells what it was sent.
async fn server(answers: &'static [(&'static str, &'static str)]) -> (u16, tokio::task::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let told = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let (reader, mut writer) = stream.into_split();
        let (mut reader, mut got, mut in_text) = (BufReader::new(reader), String::new(), false);
        writer.write_all(b"220 mail.test ready\r\n").await.unwrap();
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).await.unwrap_or(0) == 0 {
                return got;
            }
            got.push_str(&line);
            if in_text && line != ".\r\n" {
                continue;
            }
            let command = if in_text { "." } else { line.trim_end() };
            in_text = command == "DATA";
            let own = answers.iter().find(|(beginning, _)| command.starts_with(beginning));
            let answer = own.map_or_else(|| usual(command), |(_, answer)| *answer);
            if answer.is_empty() {
                return got;
            }
            in_text &= answer.starts_with('3');
            writer.write_all(format!("{answer}\r\n").as_bytes()).await.unwrap();
        }
    });
    (port, told)
}

fn usual(command: &str) -> &'static str {
    match command.split(' ').next().unwrap_or_default() {
        "EHLO" => "250-mail.test\r\n250-8BITMIME\r\n250 AUTH PLAIN LOGIN",
        "AUTH" => "235 2.7.0 welcome",
        "DATA" => "354 go on",
        "QUIT" => "221 bye",
        _ => "250 2.0.0 done",
    }
}

fn to(port: u16) -> MailDestination {
    let log_in = MailLogIn { user: "prahari".to_owned(), password: Secret::new("passwordXQZW".to_owned()) };
    let server = MailServer {
        host: "127.0.0.1".to_owned(),
        port,
        security: MailSecurity::None,
        log_in: Some(log_in),
        from: "prahari@mail.test".to_owned(),
    };
    MailDestination { server, address: Secret::new("asha@example.org".to_owned()) }
}

fn message(title: &str, body: &str) -> OutgoingMessage {
    OutgoingMessage {
        id: "prahari-5-7".to_owned(),
        kind: "error".to_owned(),
        level: "error".to_owned(),
        title: title.to_owned(),
        body: body.to_owned(),
        at: Timestamp(1_735_789_500_000),
        more: 0,
        says_how_many: false,
        repeated: false,
        attempted_at: Timestamp(1_735_789_500_000),
    }
}

fn courier() -> MailCourier {
    MailCourier::new(Reach::Local)
}

#[tokio::test]
async fn a_message_is_handed_over_as_plain_text_under_its_own_name() {
    let (port, told) = server(&[]).await;
    courier().deliver(&to(port), &message("Bought", "10 TCS\n.hidden")).await.unwrap();
    let got = told.await.unwrap();
    for part in [
        "EHLO mail.test\r\n",
        "MAIL FROM:<prahari@mail.test>",
        "RCPT TO:<asha@example.org>",
        "Message-ID: <prahari-5-7@mail.test>\r\n",
        "Subject: Bought\r\n",
        "Auto-Submitted: auto-generated\r\n",
        "Date: Thu, 02 Jan 2025 03:45:00 +0000\r\n",
        "Content-Type: text/plain; charset=utf-8\r\n",
        "\r\n10 TCS\r\n..hidden",
    ] {
        assert!(got.contains(part), "{part:?} in {got}");
    }
    assert_eq!(got.matches("Bought").count(), 1, "the text does not repeat the subject: {got}");
}

#[tokio::test]
async fn no_title_adds_a_header_or_a_command() {
    let (port, told) = server(&[]).await;
    let title = "Bought\r\nBcc: eve@example.org\r\n\r\n.\r\nRCPT TO:<eve@example.org>";
    courier().deliver(&to(port), &message(title, "a\r\n.\r\nMAIL FROM:<eve@example.org>")).await.unwrap();
    let got = told.await.unwrap();
    assert!(!got.lines().any(|line| line.starts_with("Bcc") || line.starts_with("RCPT TO:<eve")), "{got}");
    let text = got.lines().position(|line| line == "DATA").unwrap();
    let end = got.lines().position(|line| line == ".").unwrap();
    let within = got.lines().position(|line| line.contains("MAIL FROM:<eve")).unwrap();
    assert!((text..end).contains(&within), "{got}");
}

#[tokio::test]
async fn what_the_server_says_decides_whether_it_is_tried_again_and_tells_neither_address_nor_password() {
    for (command, answer, again, perhaps_arrived) in [
        ("RCPT", "550 5.1.1 <asha@example.org> is unknown", false, false),
        ("RCPT", "450 4.2.1 greylisted", true, false),
        (".", "554 5.7.1 spam", false, false),
        (".", "451 4.3.0 later", true, false),
        (".", "", true, true),
        ("EHLO", "554 5.0.0 not you", true, false),
        ("AUTH", "535 5.7.8 wrong", true, false),
    ] {
        let answers: &'static [(&'static str, &'static str)] = Box::leak(Box::new([(command, answer)]));
        let (port, told) = server(answers).await;
        let failed = courier().deliver(&to(port), &message("Bought", "10 TCS")).await.unwrap_err();
        told.abort();
        assert_eq!((failed.again, failed.perhaps_arrived), (again, perhaps_arrived), "{answer}: {failed:?}");
        assert!(!failed.reason.contains("asha@") && !failed.reason.contains("XQZW"), "{failed:?}");
    }
}

#[tokio::test]
async fn a_server_without_starttls_gets_neither_password_nor_message() {
    let (port, told) = server(&[]).await;
    let mut to = to(port);
    to.server.security = MailSecurity::Starttls;
    let failed = courier().deliver(&to, &message("Bought", "10 TCS")).await.unwrap_err();
    assert!(failed.again && failed.reason.contains("STARTTLS"), "{failed:?}");
    let got = told.await.unwrap();
    assert!(!got.contains("AUTH") && !got.contains("MAIL"), "{got}");
}

#[test]
fn a_server_is_checked_and_an_address_is_shown_without_most_of_it() {
    let public = MailCourier::new(Reach::Public);
    let server = |host: &str, security| MailServer { host: host.to_owned(), security, ..to(465).server };
    assert!(public.check(&server("mail.example.org", MailSecurity::Tls)).is_ok());
    assert!(public.check(&server("mail.example.org", MailSecurity::Starttls)).is_ok());
    for (server, field) in [
        (server("mail.example.org", MailSecurity::None), "security: "),
        (server("127.0.0.1", MailSecurity::Tls), "host: "),
        (server("no host", MailSecurity::Tls), "host: "),
        (MailServer { from: "nobody".to_owned(), ..server("mail.example.org", MailSecurity::Tls) }, "from: "),
        (MailServer { port: 0, ..server("mail.example.org", MailSecurity::Tls) }, "port: "),
    ] {
        let why = public.check(&server).unwrap_err();
        assert!(why.starts_with(field), "{why}");
    }
    assert_eq!(MailCourier::check_address(" asha@example.org ").unwrap(), "asha@example.org");
    for text in ["", "asha", "a@b@c", "asha@example.org\r\nBcc: x@y.z", "आशा@example.org", &"a".repeat(300)]
    {
        assert!(MailCourier::check_address(text).is_err(), "{text:?}");
    }
    assert_eq!(MailCourier::shown("asha@example.org"), "a…@example.org");
}

#[tokio::test]
async fn a_refused_log_in_is_told_to_the_admin_alone_and_without_what_was_sent() {
    let plain = data_encoding::BASE64.encode(b"\0prahari\0passwordXQZW");
    for (command, code) in [("AUTH", "535"), ("MAIL", "530")] {
        for form in [plain.as_str(), "passwordXQZW", "password%58QZW", "cGFzc3dvcmRYUVpX"] {
            let answer: &'static str = format!("{code} 5.7.8 echo {form}").leak();
            let answers: &'static [(&'static str, &'static str)] = Box::leak(Box::new([(command, answer)]));
            let (port, told) = server(answers).await;
            let failed = courier().deliver(&to(port), &message("Bought", "10 TCS")).await.unwrap_err();
            told.abort();
            let reason = "the mail server does not let the installation in; an admin can see to it";
            assert_eq!((failed.reason.as_str(), failed.again), (reason, true), "{failed:?}");
            let admin = failed.for_admin();
            assert!(admin.contains(code) && admin.ends_with("echo [masked]"), "{admin}");
        }
    }
}
