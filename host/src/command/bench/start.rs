//! From the start of the process to its first answer.

use std::process::{Command, Stdio};
use std::time::Duration;

use prahari_app::clock::Stopwatch;

use super::child::Serving;
use super::line::{Line, median, millis};
use super::world::World;
use crate::exit::Failure;

pub const NAME: &str = "daemon start to ready with a warm module cache";

const MOST: Duration = Duration::from_millis(300);

/// Number of starts that are measured.
const STARTS: usize = 7;

/// Measures starts on a database that exists, beside the start of a process that does nothing.
pub async fn measure() -> Result<Vec<Line>, Failure> {
    // Loads every module once, so that the cache is warm.
    let world = World::new().await?;
    let db = world.path("start.db");
    // The first start makes the database.
    drop(Serving::start(&db, 1)?);
    let (mut ready, mut alone) = (Vec::new(), Vec::new());
    for _ in 0..STARTS {
        ready.push(Serving::start(&db, 1)?.ready_after);
        alone.push(process_alone()?);
    }
    let ready = median(&mut ready);
    Ok(vec![Line {
        name: NAME,
        bar: "<= 300 ms (reference: 6 s)",
        value: millis(ready),
        raw: Some(millis(median(&mut alone))),
        unit: "ms",
        pass: ready <= MOST,
    }])
}

fn process_alone() -> Result<Duration, Failure> {
    let program = std::env::current_exe().map_err(Failure::work)?;
    let stopwatch = Stopwatch::start();
    let status = Command::new(program).arg("--version").stdout(Stdio::null()).status();
    let elapsed = stopwatch.elapsed();
    match status.map_err(Failure::work)?.success() {
        true => Ok(elapsed),
        false => Err(Failure::work("the program cannot tell its version")),
    }
}
