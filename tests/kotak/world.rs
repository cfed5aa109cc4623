//! A daemon whose users can trade over the fake, with the clock of both.

use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use kotak_sim::{AccountSpec, InstrumentSpec, KotakSim, SimClock};
use prahari_app::brokers::Brokers;
use prahari_app::clock::Clock;
use prahari_brokers::{Answers, Chain, MarketData};
use prahari_domain::calendar::CalendarHandle;
use prahari_domain::ids::UserId;
use prahari_domain::orders::OrderRequest;
use prahari_domain::tasks::Task;
use prahari_domain::time::{Day, Timestamp};
use prahari_kotak::{
    CredentialSource, Credentials, KeptSession, KotakSettings, LoginRecord, LoginRecords, PriceAccount,
};
use prahari_runtime::{HostCall, HostReply};
use prahari_secrets::Secret;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::sync::Notify;

use crate::support::console::{Client, Console, PASSWORD};
use crate::support::desk_fixture::{ask, to_host};
use crate::support::fake_broker::{FlatMarket, PRICE};
use crate::support::{OTHER, TestHost};
use crate::wired::{KOTAK, NamedUser, SealedCredentials, brokerage};

pub const CREDENTIALS: &str = "/api/v1/user/broker/credentials";
pub const BROKER: &str = "/api/v1/user/broker";
pub const LOGIN: &str = "/api/v1/user/broker/login";
pub const UNBLOCK: &str = "/api/v1/user/broker/unblock";
pub const OF_OTHER: &str = "/api/v1/users/2/broker";

/// The daemon's credentials, which are there only when its database is.
struct Late(Arc<OnceLock<SealedCredentials>>);

#[async_trait]
impl CredentialSource for Late {
    async fn credentials(&self, user: UserId) -> Result<Credentials, String> {
        self.0.get().unwrap().credentials(user).await
    }
}

#[async_trait]
impl LoginRecords for Late {
    async fn record(&self, user: UserId) -> Result<Option<LoginRecord>, String> {
        self.0.get().unwrap().record(user).await
    }

    async fn session(&self, user: UserId, day: Day) -> Result<Option<Secret>, String> {
        self.0.get().unwrap().session(user, day).await
    }

    async fn save(&self, user: UserId, record: LoginRecord, session: KeptSession) -> Result<(), String> {
        self.0.get().unwrap().save(user, record, session).await
    }
}

/// The user with whose session prices are had, who is there only when the database is.
struct LateUser(Arc<OnceLock<NamedUser>>);

#[async_trait]
impl PriceAccount for LateUser {
    async fn user(&self) -> Result<UserId, String> {
        self.0.get().ok_or("there is no database yet")?.user().await
    }
}

/// A daemon, its people, and the broker that they can trade with.
pub struct World {
    pub console: Console,
    pub sim: KotakSim,
    /// The account of the user whom most tests are about.
    pub spec: AccountSpec,
}

impl World {
    /// With three users, the clock at `now`, and everybody on paper.
    pub async fn new(now: Timestamp) -> Self {
        Self::with(3, now, |_| {}).await
    }

    pub async fn with(users: u32, now: Timestamp, change: impl FnOnce(&mut KotakSettings)) -> Self {
        Self::build(users, now, change, false).await
    }

    /// With three users, whose prices of the running day are the broker's, had with the session of the user whom most tests
    /// are about.
    pub async fn on_its_prices(now: Timestamp) -> Self {
        Self::build(3, now, |settings| settings.market_feed = false, true).await
    }

    async fn build(
        users: u32,
        now: Timestamp,
        change: impl FnOnce(&mut KotakSettings),
        is_source: bool,
    ) -> Self {
        let clock = Clock::at(now);
        let asked = clock.clone();
        let sim = KotakSim::start(SimClock::asked(move || asked.now().0)).await.unwrap();
        sim.list_instrument(InstrumentSpec::share("91001", "ABC", "INE000A01001", PRICE.0));
        sim.set_price("ABC-EQ", PRICE.0).unwrap();
        // Six digits that stand in no other number of a day.
        let spec = AccountSpec { mpin: "918273".to_owned(), ..AccountSpec::numbered(7) };
        sim.add_account(spec.clone());
        let mut settings = KotakSettings::for_login(&sim.url()).unwrap();
        // A feed waits all the time, and would make the virtual time run.
        (settings.fewest_shares, settings.order_feed) = (1, false);
        change(&mut settings);
        let kept: Arc<OnceLock<SealedCredentials>> = Arc::default();
        let broker = brokerage(settings, Arc::new(clock.clone()), Arc::new(Late(kept.clone()))).unwrap();
        let named: Arc<OnceLock<NamedUser>> = Arc::default();
        let mut house = TestHost::new(users);
        house.make_flat();
        if is_source {
            let calendar = CalendarHandle::embedded().unwrap();
            let flat: Arc<dyn MarketData> = Arc::new(FlatMarket::new(calendar.clone()));
            let prices: Arc<dyn MarketData> =
                Arc::new(broker.market(calendar.clone(), Arc::new(LateUser(named.clone()))));
            let answers = |text: &str| text.parse::<Answers>().unwrap();
            let links = [(flat, answers("bars")), (prices, answers("quotes,instruments"))];
            house = house.on(Arc::new(Chain::of(links, calendar)));
        }
        house.brokers = Brokers::default().with(KOTAK, Arc::new(broker));
        let daemon = house.start_on(clock, &[]).await;
        let console = Console::over(house, daemon).await;
        let sealed = SealedCredentials::new(console.daemon.store.clone(), console.vault.clone());
        assert!(kept.set(sealed).is_ok());
        assert!(named.set(NamedUser::new(console.daemon.store.clone(), "user2".to_owned())).is_ok());
        Self { console, sim, spec }
    }

    /// The same, with the user's credentials entered and their broker set by the admin.
    pub async fn live(now: Timestamp) -> Self {
        let world = Self::new(now).await;
        world.enter(&world.credentials()).await;
        world.go_live().await;
        world
    }

    /// What the user enters.
    pub fn credentials(&self) -> Value {
        let AccountSpec { access_token, mobile, ucc, mpin, totp_secret, .. } = &self.spec;
        json!({
            "consumer_key": access_token, "mobile": mobile, "ucc": ucc, "mpin": mpin, "totp_secret": totp_secret,
        })
    }

    pub async fn enter(&self, credentials: &Value) {
        self.console.user().await.send(Method::PUT, CREDENTIALS, credentials.clone()).await.ok();
    }

    pub async fn go_live(&self) -> Value {
        let body = json!({ "broker": KOTAK, "password": PASSWORD });
        self.console.admin().await.send(Method::PUT, OF_OTHER, body).await.ok()
    }

    /// The session as the user sees it.
    pub async fn session(&self, user: &Client) -> Value {
        user.get(BROKER).await.ok()["session"].clone()
    }

    /// Logins at the broker that succeeded, of the user whom most tests are about.
    pub fn logins(&self) -> usize {
        self.sim.logins(&self.spec.ucc).iter().filter(|login| login.complete).count()
    }

    /// Lets time pass until an instant, in which nothing is scheduled.
    pub async fn pass_until(&self, instant: Timestamp) {
        self.console.daemon.clock.wait_until(instant, &Notify::new()).await;
        self.sim.tick();
    }

    pub async fn pass_seconds(&self, seconds: i64) {
        self.pass_until(self.console.daemon.clock.now().plus_millis(seconds * 1_000)).await;
    }

    /// Places an order as a task of the user does; answers its id.
    pub async fn place(&self, request: &OrderRequest) -> String {
        self.place_for(OTHER, request).await.unwrap_or_else(|refused| panic!("{refused}"))
    }

    /// The same for any user; the refusal, where it was refused.
    pub async fn place_for(&self, user: UserId, request: &OrderRequest) -> Result<String, String> {
        let requests = vec![to_host(request)];
        let call = HostCall::Place { requests };
        match ask(&self.console.daemon, user, Task::literal("buy_orders"), call).await {
            HostReply::Placed(mut answers) => answers.remove(0).map_err(|refused| format!("{refused:?}")),
            other => Err(format!("{other:?}")),
        }
    }

    /// Has the desk ask the broker what became of the user's orders, as each minute does.
    pub async fn sync(&self) {
        self.sync_of(OTHER).await;
    }

    /// The same of any user.
    pub async fn sync_of(&self, user: UserId) {
        let user = self.console.daemon.users.find(user).unwrap();
        let mut desk = user.desk.lock().await;
        desk.sync_fills(self.console.daemon.clock.now()).await.unwrap();
    }

    /// An order as the API shows it.
    pub async fn order(&self, user: &Client, id: &str) -> Value {
        self.console.daemon.store.flush().await.unwrap();
        user.get(&format!("/api/v1/orders/{id}")).await.ok()["order"].clone()
    }
}
