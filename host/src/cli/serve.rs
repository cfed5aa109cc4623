//! The command line of `prahari serve`.

use std::net::SocketAddr;
use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{ArgGroup, Args};
use prahari_api::STARTS_PER_HOUR;
use prahari_couriers::TELEGRAM_SERVER;
use prahari_kotak::{LOGIN_ADDRESS, Protection};

use super::connecting::Connecting;
use super::log::LogOptions;
use super::{MarketLink, OwnModule, UnknownDays, YahooOptions};

/// Options of `serve`.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("faster").args(["speed", "demo"]).multiple(true)))]
pub struct Serve {
    /// Address and port to listen on.
    #[arg(long, default_value = "127.0.0.1:8700")]
    pub listen: SocketAddr,
    /// A name under which it may be asked, such as that of a proxy before it; may be given several times. It always
    /// answers to localhost and the address that it listens on, and to nothing else: see docs/SECURITY.md.
    #[arg(long = "host", value_name = "NAME")]
    pub hosts: Vec<String>,
    /// The database; it is made when it is missing. A demonstration can do without: then it is gone at the end.
    #[arg(long, required_unless_present = "demo")]
    pub db: Option<PathBuf>,
    /// The key file under which credentials are sealed; it is made when it is missing. Without it the name of the
    /// database with .key added.
    #[arg(long, requires = "db")]
    pub key: Option<PathBuf>,
    /// A demonstration: made-up users with a known password, and some weeks behind them. Nights and closed days pass quickly.
    #[arg(long)]
    pub demo: bool,
    /// How many made-up users a new demonstration gets, 5 without it; the first is the admin. A database keeps those that it
    /// was begun with.
    #[arg(long, requires = "demo", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub users: Option<u32>,
    /// Source of prices: synthetic, csv:DIR, csv-raw:DIR, bhavcopy:DIR, yahoo or kotak:USER, which has prices of the running day
    /// with the session of that user at the broker. Given several times, they are asked in that order. ANSWERS=MARKET asks a
    /// source only for these of bars, quotes, instruments and actions, as in quotes=yahoo.
    #[arg(long = "market", value_name = "MARKET", default_value = "synthetic")]
    pub markets: Vec<MarketLink>,
    /// Run on a virtual clock this many times as fast as the real one; without it on the real clock, and a demonstration 60
    /// times as fast.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=3600))]
    pub speed: Option<u32>,
    /// With --speed or --demo: the day to start on, at 08:55 IST; by default the last day before today with an ordinary session.
    /// An existing database goes on where it stopped.
    #[arg(long, requires = "faster", value_parser = super::values::date)]
    pub from: Option<NaiveDate>,
    /// How many days before its start a new demonstration simulates first, so that there is something to see; 45 without it. A
    /// database keeps those that it was begun with.
    #[arg(long, requires = "demo", value_parser = clap::value_parser!(u32).range(0..=365))]
    pub history: Option<u32>,
    /// What weekdays are taken for after the last day of which the holidays are known.
    #[arg(long, value_enum, default_value_t)]
    pub unknown_days: UnknownDays,
    /// Most starts of a user's services within an hour, restarts and individual services among them; and as many
    /// restarts of all services at once.
    #[arg(long, default_value_t = STARTS_PER_HOUR, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub service_starts_per_hour: u32,
    /// Let webhooks of users also go to addresses of this machine and its network, and without TLS to this machine. Every user
    /// can then make the daemon send requests there; without it they go over TLS to the internet only.
    #[arg(long)]
    pub local_webhooks: bool,
    /// Let the mail server that an admin sets be one of this machine or its network, and without TLS on this machine; without it
    /// messages are handed over on the internet and with TLS only.
    #[arg(long)]
    pub local_mail: bool,
    /// Certificates, in the form of PEM, of authorities that are trusted beside those of the system by whatever brings messages:
    /// of a mail server or a webhook with a certificate of your own network. May be given several times.
    #[arg(long = "extra-ca", value_name = "FILE")]
    pub extra_authorities: Vec<PathBuf>,
    /// The server of Telegram's Bot API: Telegram's own, or one that you run. Without TLS (http) only one on this machine, because
    /// the token of the bot is part of each address.
    #[arg(long, value_name = "URL", default_value = TELEGRAM_SERVER)]
    pub telegram_server: String,
    /// Where users log in at the broker Kotak Neo: the broker's own address, or a fake of it on this machine, and then only this
    /// machine is spoken to. A clock that is faster than the real one trades with a fake only, and a demonstration with neither.
    #[arg(long, value_name = "URL", default_value = LOGIN_ADDRESS)]
    pub kotak_login: String,
    /// The folder that backups of the database are put into, where something else makes them: the doctor says when the newest is
    /// more than two days old. The daemon writes nothing there.
    #[arg(long, value_name = "DIR", requires = "db")]
    pub backups: Option<PathBuf>,
    /// How far from the last price a market order may be executed at Kotak Neo, which takes limits only: `grid` as the broker has
    /// it, 2 % of a price below 100 rupees, 1 % up to 500 and half a percent above, or a percentage from 0.1 to 5.
    #[arg(long, value_name = "PERCENT", default_value_t = Protection::Grid)]
    pub kotak_protection: Protection,
    /// Seed of the made-up market and of the paper broker, 1 when none is named; a database keeps the one it was
    /// begun with.
    #[arg(long)]
    pub seed: Option<u64>,
    /// Run a component of your own for a task that comes with the program, in this process only. A task of your own is added to
    /// the running daemon with `prahari task add`.
    #[arg(long = "module", value_name = "TASK=FILE")]
    pub modules: Vec<OwnModule>,
    /// Keep the components that stand in this folder, and those that come into it, as versions of their tasks; to
    /// run one stays the act of an admin. A file is for the task that its name begins with, else for the one that
    /// it names itself after.
    #[arg(long, value_name = "DIR")]
    pub watch_modules: Option<PathBuf>,
    // Last, because their headings hold for whatever follows.
    #[command(flatten)]
    pub log: LogOptions,
    #[command(flatten)]
    pub connections: Connecting,
    #[command(flatten)]
    pub yahoo: YahooOptions,
}
