//! A simulated year of one user, all tasks.

use std::sync::Arc;
use std::time::Duration;

use prahari_app::clock::Clock;
use prahari_app::simulation::Simulation;
use prahari_store::Durability;

use super::bare::BareRun;
use super::line::Line;
use crate::cli::Market;
use crate::exit::Failure;
use crate::wiring::{self, Draws};

pub const NAME: &str = "simulated year, one user, all tasks";

const MOST_SECONDS: f64 = 10.0;

/// Simulates as `prahari simulate` does.
pub async fn measure() -> Result<Vec<Line>, Failure> {
    let calendar = wiring::calendar()?;
    let day = |text: &str| text.parse().map_err(Failure::work);
    let (from, to) = (day("2025-01-01")?, day("2025-12-31")?);
    let simulation = Simulation {
        market: "synthetic".to_owned(),
        from,
        to,
        users: 1,
        seed: 1,
        bars: None,
        unknown_days_closed: false,
    };
    let market = wiring::market(&[Market::Synthetic.into()], &calendar, simulation.seed, from, to)?;
    let (runtime, modules) = wiring::modules(&[]).await?;
    let database = wiring::database(None, Durability::Off)?;
    let store = database.store.clone();
    let start = simulation.prepare(&store, false).await.map_err(Failure::work)?;
    let parts = (runtime, Arc::new(modules));
    let clock = Clock::at(start);
    let draws = Draws::simulated(simulation.seed);
    let daemon = wiring::daemon(clock, store.clone(), market, calendar, draws, parts).await?;
    let report = simulation.run(&daemon).await.map_err(Failure::work)?;
    store.close().await.map_err(Failure::work)?;
    if !report.is_sound() {
        return Err(Failure::work("the slots or the books of the simulated year do not add up"));
    }
    let runs = u32::try_from(report.runs.total).unwrap_or(u32::MAX);
    let raw: Duration = BareRun::new()?.usual()? * runs;
    Ok(vec![Line {
        name: NAME,
        bar: "<= 10 s",
        value: report.wall_seconds,
        raw: Some(raw.as_secs_f64()),
        unit: "s",
        pass: report.wall_seconds <= MOST_SECONDS,
    }])
}
