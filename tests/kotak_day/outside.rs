//! What lies outside the daemon: the fake, the accounts of the users there, and the clock of both sides.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use kotak_sim::{AccountSpec, Call, Facts, Fault, InstrumentSpec, KotakSim, OrderView, Rule, SimClock, When};
use prahari_app::clock::Clock;
use prahari_app::simulation::{PAPER_CAPITAL, create_users};
use prahari_brokers::Pace;
use prahari_domain::ids::UserId;
use prahari_domain::time::Timestamp;
use prahari_kotak::{CredentialSource, Credentials, KotakBrokerage, KotakSettings, Outbound, Sessions};
use prahari_secrets::{OneTimeCodes, Secret};
use prahari_store::{Durability, Store};

/// What the registry calls the broker.
pub const KOTAK: &str = "kotak-neo";

/// The fake with an account for each user.
pub struct Outside {
    /// The fake.
    pub sim: KotakSim,
    /// The time of daemon, client and fake.
    pub clock: Clock,
    accounts: Arc<BTreeMap<UserId, AccountSpec>>,
    settings: Arc<KotakSettings>,
}

impl Outside {
    /// With an account for each of this many users, who have the capital of their books there, and the demo market.
    pub async fn open(clock: Clock, users: u32) -> Self {
        let asked = clock.clone();
        let sim =
            KotakSim::start_with(SimClock::asked(move || asked.now().0), Facts::default()).await.unwrap();
        let account = |number: u32| {
            let spec = AccountSpec { cash: PAPER_CAPITAL.0, ..recognisable(number) };
            (UserId(u64::from(number)), spec)
        };
        let accounts: BTreeMap<UserId, AccountSpec> = (1..=users).map(account).collect();
        accounts.values().for_each(|spec| sim.add_account(spec.clone()));
        let settings = KotakSettings {
            fewest_shares: 1,
            // A feed waits for the clock all the time; on one that jumps to what is waited for, time would run.
            order_feed: false,
            ..KotakSettings::at(sim.url().parse().unwrap())
        };
        Self { sim, clock, accounts: Arc::new(accounts), settings: Arc::new(settings) }
    }

    /// Lists shares that trade at a price, in paise, within a band that nothing leaves.
    pub fn list<'a>(&self, symbols: impl IntoIterator<Item = &'a str>, price: i64) {
        for (number, symbol) in (1..).zip(symbols) {
            let (token, isin) = ((91_000 + number).to_string(), format!("INE{number:06}A01"));
            let share = InstrumentSpec::share(&token, symbol, &isin, price);
            self.sim.list_instrument(share.with_band(1, 1, 100_000_000));
            self.trade(symbol, price);
        }
    }

    /// The market trades a share at a price, in paise.
    pub fn trade(&self, symbol: &str, price: i64) {
        self.sim.set_price(&format!("{symbol}-EQ"), price).unwrap();
    }

    /// The account of a user.
    pub fn account(&self, user: UserId) -> &AccountSpec {
        &self.accounts[&user]
    }

    /// The broker as a process finds it that has just begun: nobody is logged in.
    pub fn brokerage(&self) -> Arc<KotakBrokerage> {
        let pace = Arc::new(SharedPace { clock: self.clock.clone(), sim: self.sim.clone() });
        let kept = Arc::new(Kept(self.accounts.clone()));
        let sessions = Arc::new(Sessions::new(self.settings.clone(), pace.clone(), kept).unwrap());
        Arc::new(KotakBrokerage::new(self.settings.clone(), pace, sessions))
    }

    /// Logins of a user that succeeded.
    pub fn logins(&self, user: UserId) -> usize {
        self.sim.logins(&self.account(user).ucc).iter().filter(|login| login.complete).count()
    }

    /// The orders of a user, as they truly are.
    pub fn orders(&self, user: UserId) -> Vec<OrderView> {
        self.sim.orders(&self.account(user).ucc)
    }

    /// The next call of this kind goes wrong so.
    pub fn next(&self, call: Call, fault: Fault) {
        self.sim.add_fault(Rule::new(call, When::First(1), fault));
    }

    /// Lets time pass until an instant, and what is due at the broker happen.
    pub async fn pass_until(&self, instant: Timestamp) {
        Pace::wait_until(&self.clock, instant).await;
        self.sim.tick();
    }
}

/// An account of which everything is easy to find again, and nothing is part of something else.
fn recognisable(number: u32) -> AccountSpec {
    AccountSpec {
        access_token: format!("consumer-XQZW-{number:04}-token"),
        mobile: format!("+9198765{number:05}"),
        ucc: format!("YQ{number:03}"),
        pan: format!("XQZPW{number:04}K"),
        mpin: format!("{:06}", 918_000 + number),
        ..AccountSpec::numbered(number)
    }
}

/// A database in a folder whose users trade at this broker.
pub async fn users_of_kotak(database: &Path, users: u32, now: Timestamp) {
    let store = Store::open(database, Durability::Off).unwrap();
    create_users(&store, users, now).await.unwrap();
    for user in (1..=u64::from(users)).map(UserId) {
        store.user(user).save_broker(KOTAK.to_owned()).await.unwrap();
    }
    store.close().await.unwrap();
}

/// The clock of the daemon, of which the fake hears when time has passed.
struct SharedPace {
    clock: Clock,
    sim: KotakSim,
}

#[async_trait]
impl Pace for SharedPace {
    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    async fn wait_until(&self, instant: Timestamp) {
        Pace::wait_until(&self.clock, instant).await;
        self.sim.tick();
    }
}

/// What users log in with.
struct Kept(Arc<BTreeMap<UserId, AccountSpec>>);

#[async_trait]
impl CredentialSource for Kept {
    async fn credentials(&self, user: UserId) -> Result<Credentials, String> {
        let spec = self.0.get(&user).ok_or_else(|| format!("user {user} has no account"))?;
        let secret = |text: &str| Secret::new(text.to_owned());
        Ok(Credentials {
            access_token: secret(&spec.access_token),
            mobile: secret(&spec.mobile),
            client_code: secret(&spec.ucc),
            pin: secret(&spec.mpin),
            codes: OneTimeCodes::from_base32(&spec.totp_secret),
            outbound: Outbound::Direct,
        })
    }
}
