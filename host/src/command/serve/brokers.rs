//! The brokers at whom money is real.

use std::sync::Arc;

use prahari_app::brokers::Brokers;
use prahari_app::clock::Clock;
use prahari_app::vault::Vault;
use prahari_kotak::KotakSettings;
use prahari_store::Store;

use crate::cli::Serve;
use crate::exit::Failure;
use crate::kotak::{self, KOTAK, SealedCredentials};

/// How Kotak Neo is spoken to.
pub(super) fn kotak_settings(options: &Serve) -> Result<KotakSettings, Failure> {
    KotakSettings::for_login(&options.kotak_login).map_err(refused)
}

fn refused(why: String) -> Failure {
    Failure::input(format!("--kotak-login: {why}"))
}

/// The brokers beside paper with which users can be linked. The world outside goes by real time: a clock that is faster has
/// none but a fake on this machine, and a demonstration none at all.
pub(super) fn beside_paper(
    settings: KotakSettings,
    (options, clock): (&Serve, &Clock),
    store: &Store,
    vault: &Arc<Vault>,
) -> Result<Brokers, Failure> {
    let is_real = matches!(clock, Clock::System);
    if options.demo || !(is_real || settings.stays_here()) {
        return Ok(Brokers::default());
    }
    let credentials = Arc::new(SealedCredentials::new(store.clone(), vault.clone()));
    let broker = kotak::brokerage(settings, Arc::new(clock.clone()), credentials).map_err(refused)?;
    Ok(Brokers::default().with(KOTAK, Arc::new(broker)))
}
