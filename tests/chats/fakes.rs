//! The servers of these tests keep what they promise.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;

use data_encoding::BASE64;
use serde_json::{Value, json};

use crate::fake_smtp::{self, FakeSmtp};
use crate::fake_telegram::{BOT, FakeTelegram, TOKEN};
use crate::support::http_client::http_client;

async fn call(telegram: &FakeTelegram, token: &str, method: &str, body: Value) -> (u16, Value) {
    let url = format!("{}/bot{token}/{method}", telegram.url);
    let answer = http_client().post(url).json(&body).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_fake_telegram_knows_its_bot_and_refuses_others() {
    let telegram = FakeTelegram::start();
    let (status, me) = call(&telegram, TOKEN, "getMe", json!({})).await;
    assert_eq!((status, &me["ok"], &me["result"]["username"]), (200, &json!(true), &json!(BOT)));
    let (status, no) = call(&telegram, "1:ABCDEFGHIJ", "getMe", json!({})).await;
    assert_eq!((status, &no["ok"], &no["description"]), (401, &json!(false), &json!("Unauthorized")));
    assert_eq!(call(&telegram, TOKEN, "deleteEverything", json!({})).await.0, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_fake_telegram_gives_updates_again_until_they_are_confirmed() {
    let telegram = FakeTelegram::start();
    for text in ["one", "two", "three"] {
        telegram.write(7, text);
    }
    let updates = async |offset: i64, limit: u32| {
        let (_, found) =
            call(&telegram, TOKEN, "getUpdates", json!({ "offset": offset, "limit": limit })).await;
        let found = found["result"].as_array().unwrap().clone();
        found
            .iter()
            .map(|update| {
                (
                    update["update_id"].as_i64().unwrap(),
                    update["message"]["text"].as_str().unwrap().to_owned(),
                )
            })
            .collect::<Vec<_>>()
    };
    let first = updates(0, 2).await;
    assert_eq!(first.iter().map(|(_, text)| text.as_str()).collect::<Vec<_>>(), ["one", "two"]);
    assert_eq!(updates(0, 100).await.len(), 3);
    let next = first[1].0 + 1;
    assert_eq!(updates(next, 100).await, [(next, "three".to_owned())]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_fake_telegram_refuses_what_the_real_one_does() {
    let telegram = FakeTelegram::start();
    let send = async |chat: i64, text: &str| {
        call(&telegram, TOKEN, "sendMessage", json!({ "chat_id": chat, "text": text })).await
    };
    assert_eq!(send(7, "hello").await.0, 200);
    assert_eq!(telegram.next().text, "hello");
    assert_eq!(send(7, &"x".repeat(4_097)).await.1["description"], "Bad Request: message is too long");
    assert_eq!(send(0, "hello").await.1["description"], "Bad Request: chat not found");
    telegram.be_busy(5);
    let (status, busy) = send(7, "hello").await;
    assert_eq!((status, &busy["parameters"]["retry_after"]), (429, &json!(5)));
    telegram.block(7, true);
    assert_eq!(send(7, "hello").await.0, 403);
    telegram.block(7, false);
    assert_eq!(send(7, "again").await.0, 200);
    assert_eq!(telegram.next().text, "again");
    telegram.be_down(true);
    let url = format!("{}/bot{TOKEN}/getMe", telegram.url);
    assert!(http_client().post(url).json(&json!({})).send().await.is_err());
    telegram.wait_until_refused(1);
}

/// Says each line and returns what is answered, one line each.
fn talk(smtp: &FakeSmtp, lines: &[&str]) -> Vec<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", smtp.port)).unwrap();
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut read = || {
        let mut line = String::new();
        // The last line of a reply has a space behind its number.
        while line.as_bytes().get(3) != Some(&b' ') {
            line.clear();
            assert!(reader.read_line(&mut line).unwrap() > 0, "the server has gone");
        }
        line.trim_end().to_owned()
    };
    let mut said = vec![read()];
    for line in lines {
        stream.write_all(format!("{line}\r\n").as_bytes()).unwrap();
        said.push(read());
    }
    said
}

#[test]
fn the_fake_mail_server_keeps_the_order_of_commands_and_takes_a_message_apart() {
    let smtp = FakeSmtp::start();
    let said = talk(&smtp, &["EHLO me", "MAIL FROM:<a@b.c>", "DATA", "AUTH PLAIN AAAA", "NONSENSE", "QUIT"]);
    let codes: Vec<&str> = said.iter().map(|line| &line[..3]).collect();
    assert_eq!(codes, ["220", "250", "530", "503", "535", "500", "221"]);
    let log_in = BASE64.encode(format!("\0{}\0{}", fake_smtp::USER, fake_smtp::PASSWORD).as_bytes());
    let log_in = format!("AUTH PLAIN {log_in}");
    let text = "Subject: hello\r\n\r\n..dot\r\n.";
    let lines = ["EHLO me", &log_in, "MAIL FROM:<a@b.c>", "RCPT TO:<d@e.f>", "DATA", text, "QUIT"];
    let said = talk(&smtp, &lines);
    let codes: Vec<&str> = said.iter().map(|line| &line[..3]).collect();
    assert_eq!(codes, ["220", "250", "235", "250", "250", "354", "250", "221"]);
    let mail = smtp.next();
    assert_eq!((mail.from.as_str(), mail.to.as_str()), ("a@b.c", "d@e.f"));
    assert_eq!((mail.header("Subject"), mail.text.as_str()), ("hello", "Subject: hello\n\n.dot\n"));
    smtp.reply("RCPT", "450 4.2.1 later");
    let said = talk(&smtp, &["EHLO me", &log_in, "MAIL FROM:<a@b.c>", "RCPT TO:<d@e.f>", "RCPT TO:<d@e.f>"]);
    assert!(said[4].starts_with("450") && said[5].starts_with("250"), "{said:?}");
    assert!(smtp.is_quiet());
}
