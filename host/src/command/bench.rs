//! `prahari bench`: the budgets, one JSON line each, beside the raw limit measured in the same run.
//!
//! What is measured is what the daemon runs: the same wiring, the real database on a real disk, child processes of
//! this very program where a whole process is the subject.

mod bare;
mod book;
mod child;
mod gate;
mod lateness;
mod line;
mod memory;
mod module;
mod order;
mod replay;
mod start;
mod tick;
mod world;
mod year;

use std::future::Future;
use std::pin::Pin;

use line::Line;

use crate::cli::Bench;
use crate::exit::Failure;

/// Gives the lines of a subject.
type Measurement = Pin<Box<dyn Future<Output = Result<Vec<Line>, Failure>> + Send>>;

/// Values that are measured together, because their preparation is shared.
struct Subject {
    /// The names of its lines.
    names: &'static [&'static str],
    measure: fn() -> Measurement,
}

/// Subjects of the bench, in the order in which they are printed.
const SUBJECTS: [Subject; 9] = [
    Subject { names: &[gate::NAME], measure: || Box::pin(gate::measure()) },
    Subject { names: &[tick::TICK, tick::OPENING], measure: || Box::pin(tick::measure()) },
    Subject {
        names: &[lateness::ALONE, lateness::HOLDING, lateness::OPENING],
        measure: || Box::pin(lateness::measure()),
    },
    Subject { names: &[memory::IDLE, memory::BUSY], measure: || Box::pin(memory::measure()) },
    Subject { names: &[start::NAME], measure: || Box::pin(start::measure()) },
    Subject { names: &[order::NAME], measure: || Box::pin(order::measure()) },
    Subject { names: &[module::UPLOAD, module::SHADOW], measure: || Box::pin(module::measure()) },
    Subject { names: &[replay::SPEED, replay::KEPT], measure: || Box::pin(replay::measure()) },
    Subject { names: &[year::NAME], measure: || Box::pin(year::measure()) },
];

/// Measures the budgets whose name contains the given text.
pub async fn bench(options: Bench) -> Result<(), Failure> {
    let wanted = options.name.unwrap_or_default();
    let chosen = |name: &&str| name.contains(&wanted);
    let subjects: Vec<&Subject> =
        SUBJECTS.iter().filter(|subject| subject.names.iter().any(&chosen)).collect();
    if subjects.is_empty() {
        return Err(Failure::input(format!("no bench has {wanted:?} in its name")));
    }
    for subject in subjects {
        for line in (subject.measure)().await?.iter().filter(|line| chosen(&line.name)) {
            println!("{}", line.json());
        }
    }
    Ok(())
}
