//! A daemon in the test's process behind a real listener, and people who are logged in to it.

use std::net::SocketAddr;
use std::sync::Arc;

use prahari_api::{Api, ConnectionLimits};
use prahari_app::accounts::{AccountSettings, Accounts};
use prahari_app::channels::{ChannelDeps, Channels};
use prahari_app::clock::Clock;
use prahari_app::daemon::Daemon;
use prahari_app::vault::Vault;
use prahari_couriers::{Couriers, MailCourier, Reach, Telegram, WebhookCourier};
use prahari_domain::ids::UserId;
use prahari_domain::time::Timestamp;
use prahari_secrets::{Cost, Key, KeyRing, Token};
use prahari_store::{NewApiToken, TokenScope};
use reqwest::header::{COOKIE, ORIGIN, SET_COOKIE};
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::http_client::http_client;
use super::{ADMIN, OTHER, TestHost};

/// The third user, who is neither the admin nor the one a test is about.
pub const THIRD: UserId = UserId(3);

/// The password of every user of a console.
pub const PASSWORD: &str = "a password of the tests";

/// Real time when a console starts, as far as log-ins are concerned; it stands still until the test moves it.
pub const START: Timestamp = Timestamp(1_790_000_000_000);

/// Where no server is: no test asks the real Telegram.
const NOWHERE: &str = "http://127.0.0.1:1";

/// What of the outside a console reaches.
pub struct Outside {
    /// Where Telegram is.
    pub telegram: String,
    /// How far webhooks and mail go.
    pub reach: Reach,
}

impl Default for Outside {
    /// Nothing.
    fn default() -> Self {
        Self { telegram: NOWHERE.to_owned(), reach: Reach::Public }
    }
}

/// A daemon that answers requests.
pub struct Console {
    /// Who lives longer than the daemon.
    pub house: TestHost,
    /// The daemon itself.
    pub daemon: Arc<Daemon>,
    /// Who may come in.
    pub accounts: Arc<Accounts>,
    /// Where messages go. On the virtual clock nothing is delivered.
    pub channels: Arc<Channels>,
    /// What speaks with Telegram.
    pub telegram: Arc<Telegram>,
    /// The keys under which everything is sealed.
    pub vault: Arc<Vault>,
    /// Real time, as the log-ins see it.
    pub real: Clock,
    /// Where it listens.
    pub address: SocketAddr,
    http: reqwest::Client,
    stop: oneshot::Sender<()>,
    server: JoinHandle<()>,
}

/// Somebody who sends requests.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    base: String,
    cookie: Option<String>,
    bearer: Option<String>,
}

impl Console {
    /// With three users, the first of them the admin, and the daemon's clock at `now`.
    pub async fn start(now: Timestamp) -> Self {
        Self::of(TestHost::new(3), now).await
    }

    /// The same in a house of one's own; at least three users are expected by the clients below.
    pub async fn of(house: TestHost, now: Timestamp) -> Self {
        let daemon = house.start(now).await;
        Self::over(house, daemon).await
    }

    /// The same over a daemon that was started in the house.
    pub async fn over(house: TestHost, daemon: Arc<Daemon>) -> Self {
        Self::limited(house, daemon, ConnectionLimits::default()).await
    }

    /// The same with other limits of connections.
    pub async fn limited(house: TestHost, daemon: Arc<Daemon>, limits: ConnectionLimits) -> Self {
        Self::reaching(house, daemon, limits, &Outside::default()).await
    }

    /// The same with something of the outside within reach.
    pub async fn reaching(
        house: TestHost,
        daemon: Arc<Daemon>,
        limits: ConnectionLimits,
        outside: &Outside,
    ) -> Self {
        let real = Clock::at(START);
        let vault = Arc::new(Vault::new(KeyRing::new(Key::generate().unwrap(), Vec::new())));
        let settings = AccountSettings { clock: real.clone(), cost: Cost::ForTestsOnly };
        let (channels, telegram) = channels(&daemon, vault.clone(), outside).await;
        let accounts = Accounts::new(daemon.store.clone(), daemon.events.clone(), vault.clone(), settings);
        let accounts = Arc::new(accounts.unwrap());
        for user in daemon.users.all() {
            accounts.give_password(user.id, PASSWORD.to_owned()).await.unwrap();
        }
        let listener = prahari_api::bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let api = Api::new(daemon.clone(), accounts.clone(), channels.clone());
        let api = api.with_limits(limits).with_starts_per_hour(100_000);
        let server = tokio::spawn(async move {
            let stopped = async move {
                let _either_way = stopped.await;
            };
            prahari_api::serve(listener, api, stopped).await;
        });
        let http = http_client();
        Self { house, daemon, accounts, channels, telegram, vault, real, address, http, stop, server }
    }

    /// Somebody who is not logged in.
    pub fn nobody(&self) -> Client {
        Client {
            http: self.http.clone(),
            base: format!("http://{}", self.address),
            cookie: None,
            bearer: None,
        }
    }

    /// The admin with a session.
    pub async fn admin(&self) -> Client {
        self.logged_in(ADMIN).await
    }

    /// A user with a session: the one that tests are about.
    pub async fn user(&self) -> Client {
        self.logged_in(OTHER).await
    }

    /// Another user with a session.
    pub async fn other_user(&self) -> Client {
        self.logged_in(THIRD).await
    }

    /// The user of this name with a session.
    pub async fn user_named(&self, name: &str) -> Client {
        self.nobody().log_in(name, PASSWORD).await
    }

    /// Somebody with a session, begun with the password.
    pub async fn logged_in(&self, user: UserId) -> Client {
        let name = self.daemon.users.find(user).unwrap().name.clone();
        self.nobody().log_in(&name, PASSWORD).await
    }

    /// A script with a token of a user.
    pub async fn token(&self, user: UserId, scope: TokenScope) -> Client {
        self.nobody().with_bearer(&self.secret_token(user, scope).await)
    }

    /// A token of a user, as a script sends it.
    pub async fn secret_token(&self, user: UserId, scope: TokenScope) -> String {
        let token = Token::generate().unwrap();
        let new = NewApiToken {
            hash: *token.hash().as_bytes(),
            name: "of a test".to_owned(),
            scope,
            now: self.real.now(),
            expires_at: None,
            session: None,
        };
        self.daemon.store.user(user).create_api_token(new).await.unwrap();
        token.expose().to_owned()
    }

    /// A script whose token was the user's and is revoked.
    pub async fn revoked(&self, user: UserId) -> Client {
        let client = self.token(user, TokenScope::Admin).await;
        let scope = self.daemon.store.user(user);
        let id = scope.api_tokens().await.unwrap()[0].id;
        assert!(scope.revoke_api_token(id, self.real.now()).await.unwrap());
        client
    }

    /// Moves real time, as the log-ins see it.
    pub async fn pass_seconds(&self, seconds: i64) {
        let until = self.real.now().plus_millis(seconds * 1_000);
        self.real.wait_until(until, &tokio::sync::Notify::new()).await;
    }

    /// Ends server and daemon, and closes the database.
    pub async fn stop(self) -> TestHost {
        let _ended_already = self.stop.send(());
        self.server.await.unwrap();
        self.daemon.store.close().await.unwrap();
        self.house
    }
}

/// The channels of a daemon, and what speaks with Telegram for them.
pub async fn channels(
    daemon: &Daemon,
    vault: Arc<Vault>,
    outside: &Outside,
) -> (Arc<Channels>, Arc<Telegram>) {
    let telegram = Arc::new(Telegram::at(&outside.telegram).unwrap());
    let mail = Arc::new(MailCourier::new(outside.reach));
    let couriers = Couriers {
        webhooks: WebhookCourier::new(outside.reach),
        telegram: telegram.clone(),
        mail: mail.clone(),
    };
    let deps = ChannelDeps {
        clock: daemon.clock.clone(),
        real: daemon.clock.clone(),
        store: daemon.store.clone(),
        outbox: daemon.notices.outbox(),
        events: daemon.events.clone(),
        shutdown: daemon.shutdown.clone(),
        vault,
        courier: Arc::new(couriers),
        telegram: telegram.clone(),
        mail,
        quiet: daemon.users.quiet_hours(),
    };
    (Arc::new(Channels::load(deps).await.unwrap()), telegram)
}

impl Client {
    /// A request to a path such as `/api/v1/auth/me`, with the session or token, and as the console's page would
    /// send it.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let mut request =
            self.http.request(method, format!("{}{path}", self.base)).header(ORIGIN, &self.base);
        if let Some(cookie) = &self.cookie {
            request = request.header(COOKIE, cookie);
        }
        if let Some(bearer) = &self.bearer {
            request = request.bearer_auth(bearer);
        }
        request
    }

    /// Asks for a path.
    pub async fn get(&self, path: &str) -> Answer {
        Answer::of(self.request(Method::GET, path).send().await.unwrap()).await
    }

    /// Posts JSON.
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        Answer::of(self.request(Method::POST, path).json(&body).send().await.unwrap()).await
    }

    /// Posts a component.
    pub async fn upload(&self, path: &str, component: &[u8]) -> Answer {
        let request = self.request(Method::POST, path).header("content-type", "application/octet-stream");
        Answer::of(request.body(component.to_vec()).send().await.unwrap()).await
    }

    /// Any method with JSON.
    pub async fn send(&self, method: Method, path: &str, body: Value) -> Answer {
        Answer::of(self.request(method, path).json(&body).send().await.unwrap()).await
    }

    /// Deletes what is at a path.
    pub async fn delete(&self, path: &str) -> Answer {
        Answer::of(self.request(Method::DELETE, path).send().await.unwrap()).await
    }

    /// The same client with the session that a log-in begins.
    pub async fn log_in(&self, name: &str, password: &str) -> Self {
        let answer = self.post("/api/v1/auth/login", json!({ "name": name, "password": password })).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        self.with_cookie(&answer.cookie.unwrap())
    }

    /// The same client with a session's cookie.
    pub fn with_cookie(&self, cookie: &str) -> Self {
        Self { cookie: Some(cookie.to_owned()), ..self.clone() }
    }

    /// The same client with an API token.
    pub fn with_bearer(&self, token: &str) -> Self {
        Self { bearer: Some(token.to_owned()), ..self.clone() }
    }

    /// The token that it shows.
    pub fn bearer(&self) -> Option<&str> {
        self.bearer.as_deref()
    }

    /// What the client shows as its session, for requests of other kinds.
    pub fn cookie(&self) -> Option<&str> {
        self.cookie.as_deref()
    }
}

/// An answer, read to its end.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Its status.
    pub status: StatusCode,
    /// Its body.
    pub text: String,
    /// `name=value` of the cookie that it sets.
    pub cookie: Option<String>,
    /// All that it says about that cookie.
    pub set_cookie: Option<String>,
    /// When it says to try again, in seconds.
    pub retry_after: Option<u64>,
}

impl Answer {
    /// Reads an answer to its end.
    pub async fn of(response: Response) -> Self {
        let header =
            |name: &str| response.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        let set_cookie = header(SET_COOKIE.as_str());
        let cookie = set_cookie.as_ref().map(|text| text.split(';').next().unwrap().to_owned());
        let retry_after = header("retry-after").map(|seconds| seconds.parse().unwrap());
        let status = response.status();
        Self { status, text: response.text().await.unwrap(), cookie, set_cookie, retry_after }
    }

    /// The body as JSON; null when there is none.
    pub fn json(&self) -> Value {
        if self.text.is_empty() { Value::Null } else { serde_json::from_str(&self.text).unwrap() }
    }

    /// The code of a problem; empty when it is none.
    pub fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }

    /// The body of an answer that should be a success.
    pub fn ok(&self) -> Value {
        assert!(self.status.is_success(), "{}: {}", self.status, self.text);
        self.json()
    }

    /// Status and code of an answer that should be a problem.
    pub fn problem(&self) -> (u16, String) {
        assert!(!self.status.is_success(), "{}: {}", self.status, self.text);
        (self.status.as_u16(), self.code())
    }
}
