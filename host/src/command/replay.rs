//! `prahari replay`: recorded runs again, every call and the outcome compared.

use prahari_app::modules::Modules;
use prahari_domain::ids::RunId;
use prahari_runtime::replay::{Difference, replay as replay_recording};
use prahari_runtime::{Recording, Runtime};
use prahari_store::{Durability, RunFilter, RunRow, Store};

use crate::cli::Replay;
use crate::exit::{Failure, say};
use crate::wiring;

/// The most differences printed for one run; the first is what matters.
const SHOWN_DIFFERENCES: usize = 5;

/// How many runs are read from the database at a time.
const PAGE: u32 = 1_000;

/// Replays one run or all of them.
pub async fn replay(options: Replay) -> Result<(), Failure> {
    if !options.db.is_file() {
        return Err(Failure::input(format!("there is no database {}", options.db.display())));
    }
    let (runtime, modules) = wiring::modules(&options.modules).await?;
    let store = Store::open(&options.db, Durability::Full).map_err(Failure::input)?;
    let mut replayer =
        Replaying { store: &store, runtime: &runtime, modules: &modules, tally: Tally::default() };
    match options.run {
        Some(run) => replayer.one(RunId(run)).await?,
        None => replayer.all().await?,
    }
    let Tally { replayed, differing, without } = replayer.tally;
    say!("replayed {replayed} runs: {differing} differ; {without} have no recording");
    if differing == 0 {
        Ok(())
    } else {
        Err(Failure::work(format!("{differing} runs did not replay the same")))
    }
}

#[derive(Default)]
struct Tally {
    replayed: u64,
    differing: u64,
    without: u64,
}

struct Replaying<'a> {
    store: &'a Store,
    runtime: &'a Runtime,
    modules: &'a Modules,
    tally: Tally,
}

impl Replaying<'_> {
    async fn one(&mut self, run: RunId) -> Result<(), Failure> {
        let row = self.store.system().find_run(run).await.map_err(Failure::work)?;
        let row = row.ok_or_else(|| Failure::input(format!("there is no run {run} in this database")))?;
        self.replay(&row).await
    }

    async fn all(&mut self) -> Result<(), Failure> {
        for user in self.store.system().users().await.map_err(Failure::work)? {
            let mut after = None;
            loop {
                let filter = RunFilter { after, limit: PAGE, ..RunFilter::default() };
                let rows = self.store.user(user.id).runs(filter).await.map_err(Failure::work)?;
                let Some(last) = rows.last() else { break };
                after = Some(last.place());
                for row in &rows {
                    self.replay(row).await?;
                }
            }
        }
        Ok(())
    }

    async fn replay(&mut self, row: &RunRow) -> Result<(), Failure> {
        let Some(bytes) = self.store.user(row.user).recording(row.id).await.map_err(Failure::work)? else {
            self.tally.without += 1;
            return Ok(());
        };
        let recording =
            Recording::decode(&bytes).map_err(|error| Failure::work(format!("run {}: {error}", row.id)))?;
        // The version that ran, when it is here; else the one that would run now, which is a comparison too.
        let hash = recording.run.module;
        let module = match self.modules.with_hash(row.task, hash).await.map_err(Failure::work)? {
            Some(module) => module,
            None => self.modules.of(row.task).map_err(Failure::work)?,
        };
        let report = replay_recording(self.runtime, &module, &recording)
            .await
            .map_err(|error| Failure::work(format!("run {}: {error}", row.id)))?;
        self.tally.replayed += 1;
        if !report.is_same() {
            self.tally.differing += 1;
            say!("run {} ({}) differs:", row.id, row.task);
            report.differences.iter().take(SHOWN_DIFFERENCES).for_each(print_difference);
        }
        Ok(())
    }
}

fn print_difference(difference: &Difference) {
    match difference {
        Difference::Call { index, expected, got } => {
            say!("  call {index}: recorded {expected:?}");
            say!("  call {index}: replayed {got:?}");
        }
        Difference::Outcome { expected, got } => {
            say!("  outcome: recorded {expected:?}, replayed {got:?}")
        }
    }
}
