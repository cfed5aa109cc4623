//! What brings messages to users and hears what they ask, wired as far as the operator lets it go.

use std::sync::Arc;

use prahari_app::accounts::Accounts;
use prahari_app::channels::{ChannelDeps, Channels};
use prahari_app::chats::{ChatDeps, Chats};
use prahari_app::clock::Clock;
use prahari_app::daemon::Daemon;
use prahari_app::vault::Vault;
use prahari_couriers::{Authorities, Couriers, MailCourier, Reach, Telegram, WebhookCourier};

use crate::cli::Serve;
use crate::exit::Failure;

/// The channels of a daemon, and what speaks with Telegram for them.
pub(super) struct Messages {
    /// The channels.
    pub(super) channels: Arc<Channels>,
    telegram: Arc<Telegram>,
}

/// What speaks with the server of Telegram that the options name.
pub(super) fn telegram(options: &Serve) -> Result<Telegram, Failure> {
    let server = &options.telegram_server;
    Telegram::at(server).map_err(|why| Failure::input(format!("--telegram-server {server}: {why}")))
}

impl Messages {
    /// Over the channels of the daemon's database.
    pub(super) async fn load(options: &Serve, daemon: &Daemon, vault: Arc<Vault>) -> Result<Self, Failure> {
        let reach = |is_local: bool| if is_local { Reach::Local } else { Reach::Public };
        let authorities = Authorities::with_files(&options.extra_authorities)
            .map_err(|why| Failure::input(format!("--extra-ca {why}")))?;
        let telegram = Arc::new(telegram(options)?.trusting(authorities.clone()));
        let mail = Arc::new(MailCourier::new(reach(options.local_mail)).trusting(authorities.clone()));
        let couriers = Couriers {
            webhooks: WebhookCourier::new(reach(options.local_webhooks)).trusting(authorities),
            telegram: telegram.clone(),
            mail: mail.clone(),
        };
        let deps = ChannelDeps {
            clock: daemon.clock.clone(),
            real: Clock::System,
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
        let channels = Channels::load(deps).await.map(Arc::new).map_err(Failure::work)?;
        Ok(Self { channels, telegram })
    }

    /// What answers users who write to the installation's bot.
    pub(super) fn chats(&self, daemon: &Daemon, accounts: &Accounts) -> Arc<Chats> {
        Chats::new(ChatDeps {
            clock: daemon.clock.clone(),
            real: Clock::System,
            store: daemon.store.clone(),
            shutdown: daemon.shutdown.clone(),
            users: daemon.users.clone(),
            settings: daemon.settings.clone(),
            services: daemon.services.clone(),
            queries: daemon.queries.clone(),
            audit: accounts.audit().clone(),
            channels: self.channels.clone(),
            telegram: self.telegram.clone(),
        })
    }
}
