//! The brokers at whom money is real.

use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use prahari_app::brokers::Brokers;
use prahari_app::clock::Clock;
use prahari_app::vault::Vault;
use prahari_brokers::{MarketData, Pace};
use prahari_domain::calendar::CalendarHandle;
use prahari_domain::time::Timestamp;
use prahari_kotak::{KotakBrokerage, KotakSettings};
use prahari_store::Store;

use crate::cli::{MarketLink, Serve};
use crate::exit::Failure;
use crate::kotak::{self, KOTAK, NamedUser, SealedCredentials};

/// How Kotak Neo is spoken to.
pub(super) fn kotak_settings(options: &Serve) -> Result<KotakSettings, Failure> {
    let settings = KotakSettings::for_login(&options.kotak_login).map_err(refused)?;
    Ok(KotakSettings { protection: options.kotak_protection, ..settings })
}

fn refused(why: String) -> Failure {
    Failure::input(format!("--kotak-login: {why}"))
}

/// Kotak Neo as the daemon has it: one for trading and for prices, so that nothing logs in twice.
pub(super) struct Kotak {
    broker: Arc<KotakBrokerage>,
    time: Arc<LateTime>,
}

/// The time of the daemon, whose clock begins when everything else is there; until then, real time.
#[derive(Default)]
struct LateTime(OnceLock<Clock>);

#[async_trait]
impl Pace for LateTime {
    fn now(&self) -> Timestamp {
        self.0.get().map_or_else(|| Clock::System.now(), Clock::now)
    }

    async fn wait_until(&self, instant: Timestamp) {
        match self.0.get() {
            Some(clock) => Pace::wait_until(clock, instant).await,
            None => Pace::wait_until(&Clock::System, instant).await,
        }
    }
}

/// The broker, where users can be linked with it. The world outside goes by real time: a clock that is faster has none but a fake
/// on this machine, and a demonstration none at all.
pub(super) fn kotak(
    settings: KotakSettings,
    (options, clock): (&Serve, &Clock),
    store: &Store,
    vault: &Arc<Vault>,
) -> Result<Option<Kotak>, Failure> {
    let is_real = matches!(clock, Clock::System);
    if options.demo || !(is_real || settings.stays_here()) {
        return Ok(None);
    }
    let credentials = Arc::new(SealedCredentials::new(store.clone(), vault.clone()));
    let time = Arc::new(LateTime::default());
    let broker = kotak::brokerage(settings, time.clone(), credentials).map_err(refused)?;
    Ok(Some(Kotak { broker: Arc::new(broker), time }))
}

/// The prices of Kotak Neo with the session of the user whom a `--market` names, if one does.
pub(super) fn kotak_market(
    kotak: Option<&Kotak>,
    options: &Serve,
    store: &Store,
    calendar: &Arc<CalendarHandle>,
) -> Result<Option<Arc<dyn MarketData>>, Failure> {
    let Some(user) = MarketLink::kotak_user(&options.markets) else { return Ok(None) };
    let Some(kotak) = kotak else {
        let why = if options.demo {
            "is not for a demonstration, which lives through days at once"
        } else {
            "goes by real time: a faster clock has prices of a fake on this machine, named with --kotak-login"
        };
        return Err(Failure::input(format!("--market kotak:{user} {why}")));
    };
    let account = Arc::new(NamedUser::new(store.clone(), user.to_owned()));
    Ok(Some(Arc::new(kotak.broker.market(calendar.clone(), account))))
}

/// The brokers beside paper with which users can be linked, on the daemon's clock.
pub(super) fn beside_paper(kotak: Option<&Kotak>, clock: &Clock) -> Brokers {
    let Some(kotak) = kotak else { return Brokers::default() };
    // The first is the daemon's; only a demonstration, which has no such broker, lives through days on another before.
    kotak.time.0.get_or_init(|| clock.clone());
    Brokers::default().with(KOTAK, kotak.broker.clone())
}
