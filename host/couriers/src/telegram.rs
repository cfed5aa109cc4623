//! Telegram's Bot API (<https://core.telegram.org/bots/api>): messages into chats, and what is written there.
//!
//! The token of the bot is part of each address, so no error here tells an address, and whatever the server says is
//! told without the token.

use std::time::Duration;

use prahari_secrets::Secret;
use reqwest::{Client, Response};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::OnceCell;
use url::Url;

use crate::address::is_here;
use crate::authorities::Authorities;
use crate::cleaner::Cleaner;
use crate::courier::{OutgoingMessage, TelegramChat, Undelivered};
use crate::http;
use crate::tls;
use crate::webhook::{DELIVERY_DEADLINE, within};

/// Telegram's own server.
pub const TELEGRAM_SERVER: &str = "https://api.telegram.org";

/// Most characters of a message, as Telegram counts them: in units of UTF-16.
pub const LONGEST_TEXT: usize = 4_096;

/// Time for which the server waits for something to be written, in seconds. Fifty are what it lets a connection wait.
const POLL_S: u64 = 50;

/// Longest time that one look for what was written may take, real time.
const POLL_DEADLINE: Duration = Duration::from_secs(POLL_S + 10);

/// Most updates of one answer. Further ones come with the next.
const MOST_UPDATES: u32 = 20;

/// Most bytes of an answer that are read: twenty messages of the longest kind take a tenth.
const MOST_ANSWER_BYTES: usize = 4 << 20;

/// Most characters of what somebody wrote that are kept; no command is as long.
const LONGEST_COMMAND: usize = 200;

/// Said of a server without TLS that is not of this machine.
const NEEDS_TLS: &str = "the address must begin with https://: without TLS the token of the bot goes to this machine only, by localhost or its number";

/// A client of the Bot API, for whichever bot.
pub struct Telegram {
    server: Url,
    authorities: Authorities,
    client: OnceCell<Client>,
    /// Most bytes of an answer that are read.
    most_bytes: usize,
}

/// Something that happened at the bot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TelegramUpdate {
    /// Its number, which grows.
    pub id: i64,
    /// The message, if it is one with text.
    pub message: Option<ChatMessage>,
}

/// What somebody wrote to the bot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChatMessage {
    /// Number of the chat.
    pub chat: i64,
    /// Whether nobody but the writer reads the chat.
    pub is_private: bool,
    /// The beginning of the text.
    pub text: String,
}

/// The form of every answer.
#[derive(Deserialize)]
struct Reply {
    ok: bool,
    #[serde(default)]
    result: Value,
    #[serde(default)]
    error_code: u16,
    #[serde(default)]
    description: String,
    #[serde(default)]
    parameters: Parameters,
}

#[derive(Deserialize, Default)]
struct Parameters {
    retry_after: Option<u64>,
}

#[derive(Serialize)]
struct Poll {
    offset: i64,
    limit: u32,
    timeout: u64,
    allowed_updates: [&'static str; 1],
}

#[derive(Serialize)]
struct Text<'a> {
    chat_id: i64,
    text: &'a str,
    link_preview_options: NoPreview,
}

#[derive(Serialize)]
struct NoPreview {
    is_disabled: bool,
}

#[derive(Deserialize)]
struct Me {
    username: String,
}

#[derive(Deserialize)]
struct RawUpdate {
    update_id: i64,
    message: Option<Value>,
}

#[derive(Deserialize)]
struct RawMessage {
    chat: RawChat,
    text: String,
}

#[derive(Deserialize)]
struct RawChat {
    id: i64,
    r#type: String,
}

impl Telegram {
    /// A client of the server at this address: Telegram's own, or one that the operator runs. Without TLS it is one of this machine:
    /// the token is part of each address.
    ///
    /// # Errors
    /// One sentence that says why it is no address of such a server.
    pub fn at(server: &str) -> Result<Self, String> {
        let server = Url::parse(server).map_err(|why| format!("the address cannot be read: {why}"))?;
        match server.scheme() {
            "https" => Ok(Self::of(server)),
            "http" if is_here(&server) => Ok(Self::of(server)),
            "http" => Err(NEEDS_TLS.to_owned()),
            _ => Err("the address must begin with https://, or with http:// on this machine".to_owned()),
        }
    }

    fn of(server: Url) -> Self {
        Self {
            server,
            authorities: Authorities::default(),
            client: OnceCell::new(),
            most_bytes: MOST_ANSWER_BYTES,
        }
    }

    /// Trusts these authorities.
    #[must_use]
    pub fn trusting(self, authorities: Authorities) -> Self {
        Self { authorities, ..self }
    }

    /// Returns whether a text has the form of a token, such as `123456:ABC-DEF`.
    pub fn is_token(text: &str) -> bool {
        let Some((bot, rest)) = text.split_once(':') else { return false };
        let is_word = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        let number = (1..=20).contains(&bot.len()) && bot.bytes().all(|byte| byte.is_ascii_digit());
        number && (8..=100).contains(&rest.len()) && rest.bytes().all(is_word)
    }

    /// The name of the bot that a token belongs to, without the `@`.
    ///
    /// # Errors
    /// When the server cannot be asked or does not know the token.
    pub async fn bot_name(&self, token: &Secret) -> Result<String, Undelivered> {
        let me: Me = self.call(token, "getMe", &serde_json::json!({}), DELIVERY_DEADLINE).await?;
        let is_name =
            me.username.len() <= 64 && me.username.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        if is_name {
            Ok(me.username)
        } else {
            Err(Undelivered::for_good("the bot has no name that can be used"))
        }
    }

    /// What was written to the bot from the update `first` on, oldest first. When there is nothing, waits for it for a
    /// while, and returns nothing then. The server forgets what is before `first`.
    ///
    /// # Errors
    /// When the server cannot be asked.
    pub async fn updates(&self, token: &Secret, first: i64) -> Result<Vec<TelegramUpdate>, Undelivered> {
        let poll = Poll { offset: first, limit: MOST_UPDATES, timeout: POLL_S, allowed_updates: ["message"] };
        let found: Vec<RawUpdate> = self.call(token, "getUpdates", &poll, POLL_DEADLINE).await?;
        Ok(found.into_iter().map(TelegramUpdate::from).collect())
    }

    /// Writes a text into a chat; one that is too long is cut.
    ///
    /// # Errors
    /// Why it is not there, without a word of the token.
    pub async fn say(&self, to: &TelegramChat, text: &str) -> Result<(), Undelivered> {
        let text = cut(text);
        let send =
            Text { chat_id: to.chat, text: &text, link_preview_options: NoPreview { is_disabled: true } };
        self.call::<Value>(&to.token, "sendMessage", &send, DELIVERY_DEADLINE).await.map(|_sent| ())
    }

    /// Writes a message into a chat.
    ///
    /// # Errors
    /// As [`Telegram::say`].
    pub async fn deliver(&self, to: &TelegramChat, message: &OutgoingMessage) -> Result<(), Undelivered> {
        self.say(to, &message.text()).await
    }

    async fn call<T: DeserializeOwned>(
        &self,
        token: &Secret,
        method: &str,
        body: &impl Serialize,
        deadline: Duration,
    ) -> Result<T, Undelivered> {
        let cleaner = cleaner_of(token);
        let reply = within(deadline, self.ask(token, method, body, &cleaner)).await?;
        if !reply.ok {
            return Err(judge(&reply, &cleaner));
        }
        serde_json::from_value(reply.result)
            .map_err(|_| Undelivered::unclear("the answer of Telegram cannot be read"))
    }

    async fn ask(
        &self,
        token: &Secret,
        method: &str,
        body: &impl Serialize,
        cleaner: &Cleaner,
    ) -> Result<Reply, Undelivered> {
        let base = self.server.as_str().trim_end_matches('/');
        let address = Secret::new(format!("{base}/bot{}/{method}", token.expose()));
        let address = Url::parse(address.expose())
            .map_err(|_| Undelivered::for_good("the token of the bot is none"))?;
        let sent = self.client().await?.post(address).json(body).send().await;
        read(sent.map_err(|error| http::failed(error, cleaner))?, self.most_bytes, cleaner).await
    }

    /// One client for everything: its connections are used again.
    async fn client(&self) -> Result<&Client, Undelivered> {
        let make = || async {
            let config = match self.server.scheme() {
                "https" => self.authorities.config().await?,
                _ => tls::trusting_nobody()?,
            };
            http::built(http::builder(config))
        };
        self.client.get_or_try_init(make).await
    }
}

impl From<RawUpdate> for TelegramUpdate {
    /// One that is not understood has a number all the same, so that the next are seen.
    fn from(raw: RawUpdate) -> Self {
        let message = raw.message.and_then(|message| serde_json::from_value::<RawMessage>(message).ok());
        let message = message.map(|message| ChatMessage {
            chat: message.chat.id,
            is_private: message.chat.r#type == "private",
            text: message.text.chars().take(LONGEST_COMMAND).collect(),
        });
        Self { id: raw.update_id, message }
    }
}

async fn read(mut response: Response, most_bytes: usize, cleaner: &Cleaner) -> Result<Reply, Undelivered> {
    let status = response.status();
    let mut body = Vec::new();
    while let Some(part) = response.chunk().await.map_err(|error| http::failed(error, cleaner))? {
        if body.len() + part.len() > most_bytes {
            return Err(Undelivered::unclear("the answer of Telegram is too long"));
        }
        body.extend_from_slice(&part);
    }
    let reply = serde_json::from_slice(&body);
    reply.map_err(|_| match status.is_success() {
        true => Undelivered::unclear("the answer of Telegram cannot be read"),
        false => Undelivered::not_sent(format!("Telegram answered {}", status.as_u16())),
    })
}

/// What an answer means that is not a good one.
fn judge(reply: &Reply, cleaner: &Cleaner) -> Undelivered {
    let said = format!("Telegram answered {}: {}", reply.error_code, cleaner.clean(&reply.description));
    match reply.error_code {
        // The bot is blocked, or the account is gone.
        403 => Undelivered::ends_channel(said),
        400 if reply.description.contains("chat not found") => Undelivered::ends_channel(said),
        400 => Undelivered::for_good(said),
        // An admin may mend it: the token is of no bot any more, or another program asks for the same messages.
        401 | 404 | 409 => Undelivered::not_sent(said),
        _ => Undelivered { wait_s: reply.parameters.retry_after, ..Undelivered::not_sent(said) },
    }
}

/// Masks a token, and the part of it that is secret by itself.
fn cleaner_of(token: &Secret) -> Cleaner {
    let secret = token.expose().split_once(':').map_or(token.expose(), |(_, secret)| secret);
    Cleaner::default().telling(token.expose(), "[token]").telling(secret, "[token]")
}

/// The beginning of a text that Telegram takes, with a mark where it was cut.
fn cut(text: &str) -> String {
    if text.encode_utf16().count() <= LONGEST_TEXT {
        return text.to_owned();
    }
    let mut units = 0;
    let fits = |character: &char| {
        units += character.len_utf16();
        units < LONGEST_TEXT
    };
    let mut beginning: String = text.chars().take_while(fits).collect();
    beginning.push('…');
    beginning
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    fn reply(text: &str) -> Undelivered {
        judge(&serde_json::from_str(text).unwrap(), &Cleaner::default())
    }

    #[test]
    fn a_text_is_cut_where_telegram_would_refuse_it() {
        assert_eq!(cut("टीसीएस"), "टीसीएस");
        let whole = "x".repeat(LONGEST_TEXT);
        assert_eq!(cut(&whole), whole);
        for long in ["x".repeat(5_000), "😀".repeat(3_000)] {
            let short = cut(&long);
            assert!(short.encode_utf16().count() <= LONGEST_TEXT && short.ends_with('…'));
            assert!(short.encode_utf16().count() > LONGEST_TEXT - 3);
        }
    }

    #[test]
    fn a_blocked_bot_ends_the_channel_and_a_busy_server_is_left_alone_for_as_long_as_it_asks() {
        let blocked =
            reply(r#"{"ok":false,"error_code":403,"description":"Forbidden: bot was blocked by the user"}"#);
        assert!(blocked.ends_channel && !blocked.again, "{blocked:?}");
        assert_eq!(blocked.reason, "Telegram answered 403: Forbidden: bot was blocked by the user");
        let busy = reply(
            r#"{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 35","parameters":{"retry_after":35}}"#,
        );
        assert!(busy.again && !busy.ends_channel && busy.wait_s == Some(35), "{busy:?}");
        let long = reply(r#"{"ok":false,"error_code":400,"description":"Bad Request: message is too long"}"#);
        assert!(!long.again && !long.ends_channel, "{long:?}");
        let gone = reply(r#"{"ok":false,"error_code":400,"description":"Bad Request: chat not found"}"#);
        assert!(gone.ends_channel, "{gone:?}");
        let revoked = reply(r#"{"ok":false,"error_code":401,"description":"Unauthorized"}"#);
        assert!(revoked.again && !revoked.ends_channel, "{revoked:?}");
    }

    #[test]
    fn a_token_has_a_form_and_is_never_told() {
        assert!(Telegram::is_token("123456:ABC-DEF1234ghIkl-zyx57W2v1u123ew11"));
        for text in
            ["", "123456", "a:ABC-DEF1234", "1:short", "1:ABC/DEF1234", "1:ABC DEF1234", ":ABC-DEF1234"]
        {
            assert!(!Telegram::is_token(text), "{text:?}");
        }
        let token = Secret::new("1:QXZWQXZW".to_owned());
        let answer = r#"{"ok":false,"error_code":404,"description":"no such path /bot1:QXZWQXZW/getMe, /bot1%3AQXZW%51XZW/getMe, %51XZWQXZW, MTpRWFpXUVhaVw=="}"#;
        let failed = judge(&serde_json::from_str(answer).unwrap(), &cleaner_of(&token));
        let said = "no such path /bot[token]/getMe, /bot[token]/getMe, [token], [masked]";
        assert_eq!(failed.reason, format!("Telegram answered 404: {said}"));
    }

    #[test]
    fn an_update_that_is_not_understood_still_counts() {
        let raw: RawUpdate = serde_json::from_str(r#"{"update_id":7,"message":{"chat":{"id":1}}}"#).unwrap();
        assert_eq!(TelegramUpdate::from(raw), TelegramUpdate { id: 7, message: None });
    }

    #[test]
    fn a_token_goes_over_tls_or_stays_on_this_machine() {
        for good in [
            TELEGRAM_SERVER,
            "https://bots.example.org:8443/",
            "http://127.0.0.1:8081",
            "http://[::1]:8081",
            "http://localhost:8081/",
        ] {
            assert!(Telegram::at(good).is_ok(), "{good}");
        }
        for bad in ["http://bots.example.org/", "http://192.168.1.5:8081", "http://127.0.0.1:80@example.org/"]
        {
            assert_eq!(Telegram::at(bad).err().as_deref(), Some(NEEDS_TLS), "{bad}");
        }
        assert!(
            Telegram::at("ftp://127.0.0.1/")
                .err()
                .is_some_and(|why| why.contains("must begin with https://"))
        );
        assert!(Telegram::at("bots").err().is_some_and(|why| why.starts_with("the address cannot be read")));
    }

    /// A server that gives one answer of so many bytes, with its length at the head or without.
    async fn answering(bytes: usize, says_length: bool) -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (begin, end) = (r#"{"ok":true,"result":{"username":"bot"},"x":""#, r#""}"#);
        let body = format!("{begin}{}{end}", "x".repeat(bytes - begin.len() - end.len()));
        let length = if says_length { format!("content-length: {bytes}\r\n") } else { String::new() };
        let answer = format!("HTTP/1.1 200 OK\r\n{length}connection: close\r\n\r\n{body}");
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut head = [0; 4_096];
            let _request = stream.read(&mut head).await;
            let _gone = stream.write_all(answer.as_bytes()).await;
        });
        url
    }

    #[tokio::test]
    async fn of_an_answer_so_many_bytes_are_read_and_no_more_whatever_it_says_of_its_length() {
        let token = Secret::new("1:QXZWQXZW".to_owned());
        for says_length in [true, false] {
            let asked = async |bytes| {
                let telegram = Telegram::at(&answering(bytes, says_length).await).unwrap();
                Telegram { most_bytes: 1_000, ..telegram }.bot_name(&token).await
            };
            assert_eq!(asked(1_000).await.unwrap(), "bot");
            let refused = asked(1_001).await.unwrap_err();
            assert_eq!(refused.reason, "the answer of Telegram is too long");
        }
        assert_eq!(Telegram::at(TELEGRAM_SERVER).unwrap().most_bytes, MOST_ANSWER_BYTES);
    }

    #[tokio::test]
    async fn a_server_that_cannot_be_reached_is_told_without_the_token() {
        let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let closed = free.local_addr().unwrap();
        drop(free);
        let telegram = Telegram::at(&format!("http://{closed}")).unwrap();
        let token = Secret::new("1:QXZWQXZW".to_owned());
        let failed = telegram.bot_name(&token).await.unwrap_err();
        assert!(failed.again && !failed.perhaps_arrived, "{failed:?}");
        assert!(
            failed.reason.starts_with("no connection: ") && !failed.reason.contains("QXZW"),
            "{failed:?}"
        );
    }
}
