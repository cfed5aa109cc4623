//! A daemon on a clock that is moved by hand, with a Telegram and a mail server on this machine.

use prahari_api::ConnectionLimits;
use prahari_app::channels::{DeliveryFilter, DeliveryRow};
use prahari_app::chats::{ChatDeps, Chats};
use prahari_app::clock::ManualClock;
use prahari_couriers::Reach;
use prahari_domain::settings::NotificationKind;
use prahari_domain::time::Timestamp;
use prahari_store::{NewNotification, NotificationLevel, NotificationRow};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::fake_smtp::{self, FakeSmtp};
use crate::fake_telegram::{FakeTelegram, TOKEN};
use crate::support::console::{Client, Console, Outside};
use crate::support::{FRIDAY, OTHER, TestHost, at};

/// The caller's channels.
pub const CHANNELS: &str = "/api/v1/user/channels";

/// The installation's bot.
pub const BOT: &str = "/api/v1/system/carriers/telegram";

/// The installation's mail server.
pub const MAIL: &str = "/api/v1/system/carriers/email";

/// The chat of the user that tests are about.
pub const CHAT: i64 = 7;

/// The daemon and the servers.
pub struct World {
    /// The daemon and who is logged in to it.
    pub console: Console,
    /// Telegram.
    pub telegram: FakeTelegram,
    /// The mail server.
    pub smtp: FakeSmtp,
    hand: ManualClock,
    running: [JoinSet<()>; 2],
}

impl World {
    /// Without a bot and a mail server.
    pub async fn bare() -> Self {
        let (telegram, smtp) = (FakeTelegram::start(), FakeSmtp::start());
        let house = TestHost::new(3);
        let (daemon, hand) = house.start_manual(at(FRIDAY, "10:00"), &[]).await;
        let outside = Outside { telegram: telegram.url.clone(), reach: Reach::Local };
        let console = Console::reaching(house, daemon, ConnectionLimits::default(), &outside).await;
        let running = [console.channels.start(), chats(&console).start()];
        Self { console, telegram, smtp, hand, running }
    }

    /// With a bot that an admin has set.
    pub async fn with_bot() -> Self {
        let world = Self::bare().await;
        let admin = world.console.admin().await;
        admin.send(Method::PUT, BOT, json!({ "token": TOKEN })).await.ok();
        world
    }

    /// With a mail server that an admin has set.
    pub async fn with_mail() -> Self {
        let world = Self::bare().await;
        let admin = world.console.admin().await;
        admin.send(Method::PUT, MAIL, world.mail_server()).await.ok();
        world
    }

    /// The mail server, as an admin sets it.
    pub fn mail_server(&self) -> Value {
        json!({
            "host": "127.0.0.1", "port": self.smtp.port, "security": "none",
            "user": fake_smtp::USER, "password": fake_smtp::PASSWORD, "from": "prahari@mail.test",
        })
    }

    /// Connects a chat with a user; returns the number of the channel.
    pub async fn connect(&self, user: &Client, chat: i64) -> u64 {
        let begun = user.post(&format!("{CHANNELS}/telegram"), json!({ "name": "phone" })).await.ok();
        self.telegram.write(chat, &format!("/start {}", begun["code"].as_str().unwrap()));
        let answer = self.telegram.next();
        assert!(answer.chat == chat && answer.text.starts_with("Connected."), "{answer:?}");
        let listed = user.get(CHANNELS).await.ok();
        listed["items"].as_array().unwrap().last().unwrap()["id"].as_u64().unwrap()
    }

    /// Queues a test of a channel; answers its number.
    pub async fn test(&self, user: &Client, channel: u64) -> u64 {
        let queued = user.post(&format!("{CHANNELS}/{channel}/test"), json!({})).await.ok();
        queued["delivery"].as_u64().unwrap()
    }

    /// Queues a message for the channels of the user that tests are about; answers the number of its newest delivery.
    pub async fn tell(&self, title: &str) -> u64 {
        let daemon = &self.console.daemon;
        let row = NotificationRow {
            id: None,
            at: daemon.clock.now(),
            level: NotificationLevel::Error,
            title: title.to_owned(),
            body: "Somebody has to look.".to_owned(),
            run: None,
        };
        daemon
            .store
            .user(OTHER)
            .notify(NewNotification::disturbing(row, NotificationKind::Error))
            .await
            .unwrap();
        daemon.notices.outbox().message_queued(OTHER);
        let filter = DeliveryFilter { channel: None, state: None, after: None, limit: 1 };
        self.console.channels.deliveries(OTHER, filter).await.unwrap()[0].id
    }

    /// A delivery to the user that tests are about, once it is as the test wants it.
    pub async fn delivery(&self, id: u64, wanted: impl Fn(&DeliveryRow) -> bool) -> DeliveryRow {
        for _ in 0..20_000 {
            let filter = DeliveryFilter { channel: None, state: None, after: Some(id + 1), limit: 1 };
            let rows = self.console.channels.deliveries(OTHER, filter).await.unwrap();
            match rows.first() {
                Some(row) if row.id == id && wanted(row) => return row.clone(),
                _ => tokio::task::yield_now().await,
            }
        }
        panic!("the delivery {id} does not become so");
    }

    /// Lets time pass until an instant.
    pub fn pass_until(&self, instant: Timestamp) {
        self.hand.pass_until(instant);
    }

    /// Lets minutes pass.
    pub fn pass_minutes(&self, minutes: i64) {
        self.hand.pass_until(self.console.daemon.clock.now().plus_minutes(minutes));
    }

    /// Ends everything and closes the database.
    pub async fn stop(self) -> TestHost {
        for mut part in self.running {
            part.shutdown().await;
        }
        self.console.stop().await
    }
}

fn chats(console: &Console) -> std::sync::Arc<Chats> {
    let daemon = &console.daemon;
    Chats::new(ChatDeps {
        clock: daemon.clock.clone(),
        real: daemon.clock.clone(),
        store: daemon.store.clone(),
        shutdown: daemon.shutdown.clone(),
        users: daemon.users.clone(),
        settings: daemon.settings.clone(),
        services: daemon.services.clone(),
        queries: daemon.queries.clone(),
        audit: console.accounts.audit().clone(),
        channels: console.channels.clone(),
        telegram: console.telegram.clone(),
    })
}
