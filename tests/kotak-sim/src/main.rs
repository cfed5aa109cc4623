//! The fake as a program, for a client that is one: `kotak-sim --now "2026-11-02 09:20:00" --account 7`.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use kotak_sim::{AccountSpec, COMMANDS, Facts, KotakSim, LATEST, SimClock, SimError, ist};

/// A fake of the broker Kotak Neo. Prints its address, the address of its commands, and its accounts as JSON lines.
#[derive(Parser)]
#[command(after_help = COMMANDS)]
struct Options {
    /// Where the broker listens.
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// Where commands are taken.
    #[arg(long, default_value = "127.0.0.1:0")]
    control: SocketAddr,
    /// The time it is, in IST, as `2026-11-02 09:20:00`, or in milliseconds since the epoch.
    #[arg(long)]
    now: String,
    /// Lets time pass: a second each second. Without it the time stands still until a command moves it.
    #[arg(long)]
    running: bool,
    /// The numbers of made-up accounts.
    #[arg(long = "account", default_value = "1")]
    accounts: Vec<u32>,
    /// A file with facts in JSON that differ from the usual ones.
    #[arg(long)]
    facts: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Options::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(options: Options) -> Result<(), Box<dyn std::error::Error>> {
    let now = ist(&options.now).or_else(|| options.now.parse().ok());
    let now = now
        .filter(|now| (0..=LATEST).contains(now))
        .ok_or_else(|| format!("--now {}: write it as 2026-11-02 09:20:00", options.now))?;
    let facts = match &options.facts {
        Some(path) => read_facts(path)?,
        None => Facts::default(),
    };
    let sim = KotakSim::start_at(options.listen, SimClock::told(now), facts).await?;
    println!("{}", serde_json::json!({"url": sim.url()}));
    println!(
        "{}",
        serde_json::json!({"control": format!("http://{}", control(&sim, options.control).await?)})
    );
    for number in options.accounts {
        let spec = AccountSpec::numbered(number);
        let line = serde_json::to_string(&spec)?;
        // Whoever reads the line may trade at once.
        sim.add_account(spec);
        println!("{line}");
    }
    if options.running {
        let mut seconds = tokio::time::interval(std::time::Duration::from_secs(1));
        seconds.tick().await;
        loop {
            seconds.tick().await;
            sim.advance(1000);
        }
    }
    std::future::pending().await
}

async fn control(sim: &KotakSim, address: SocketAddr) -> Result<SocketAddr, SimError> {
    sim.serve_control(address).await
}

fn read_facts(path: &std::path::Path) -> Result<Facts, Box<dyn std::error::Error>> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?)
}
