//! `prahari replay`: recorded runs again, every call and the outcome compared; or another module on the same inputs.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{NaiveDate, NaiveTime};
use prahari_app::modules::Modules;
use prahari_app::recordings::find_recording;
use prahari_domain::ids::RunId;
use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;
use prahari_runtime::replay::{Difference, replay as replay_recording};
use prahari_runtime::shadow::{Standing, Terms, Verdict, shadow};
use prahari_runtime::{Module, ModuleHash, Recording, RecordingError, Runtime};
use prahari_store::{RunFilter, RunRow, Store};

use super::candidates;
use crate::cli::Replay;
use crate::exit::{Failure, say};
use crate::wiring;

/// The most differences printed for one run; the first is what matters.
const SHOWN_DIFFERENCES: usize = 5;

/// How many runs are read from the database at a time.
const PAGE: u32 = 1_000;

/// Replays one run, those of a day, or all of them.
pub async fn replay(options: Replay) -> Result<(), Failure> {
    let store = candidates::open(&options.db)?;
    let (runtime, modules) = wiring::modules(&[]).await?;
    let candidates = candidates::load_all(&runtime, &options.modules).await?;
    let mut replayer = Replaying {
        store: &store,
        runtime: &runtime,
        modules: &modules,
        candidates: &candidates,
        kept: BTreeMap::new(),
        tally: Tally::default(),
    };
    match (options.run, options.day) {
        (Some(run), _) => replayer.one(RunId(run)).await?,
        (None, Some(day)) => replayer.many(within(day)).await?,
        (None, None) => replayer.many(RunFilter::default()).await?,
    }
    let Tally { replayed, differing, without } = replayer.tally;
    say!("replayed {replayed} runs: {differing} differ; {without} have no recording");
    if differing == 0 {
        Ok(())
    } else {
        Err(Failure::work(format!("{differing} runs did not replay the same")))
    }
}

fn within(day: NaiveDate) -> RunFilter {
    let midnight = |day| Timestamp::from_ist(day, NaiveTime::MIN);
    let until = midnight(day.succ_opt().unwrap_or(day));
    RunFilter { since: Some(midnight(day)), until: Some(until), ..RunFilter::default() }
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
    candidates: &'a BTreeMap<Task, Arc<Module>>,
    /// Versions of the database by their hash; none for those that it does not have.
    kept: BTreeMap<String, Option<Arc<Module>>>,
    tally: Tally,
}

impl Replaying<'_> {
    async fn one(&mut self, run: RunId) -> Result<(), Failure> {
        let row = self.store.system().find_run(run).await.map_err(Failure::work)?;
        let row = row.ok_or_else(|| Failure::input(format!("there is no run {run} in this database")))?;
        self.replay(&row).await
    }

    async fn many(&mut self, wanted: RunFilter) -> Result<(), Failure> {
        for user in self.store.system().users().await.map_err(Failure::work)? {
            let mut after = None;
            loop {
                let filter = RunFilter { after, limit: PAGE, ..wanted.clone() };
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
        let found = find_recording(&self.store.user(row.user), row.id).await.map_err(Failure::work)?;
        let Some(recording) = found else {
            self.tally.without += 1;
            return Ok(());
        };
        let failed = |error: RecordingError| Failure::work(format!("run {}: {error}", row.id));
        self.tally.replayed += 1;
        let is_same = match self.candidates.get(&row.task) {
            Some(candidate) => self.try_out(row, candidate, &recording).await,
            // The version that ran, when it is here; else the one that comes with the program is tried in its place.
            None => match self.version(row.task, recording.run.module).await? {
                Some(module) => self.repeat(row, &module, &recording).await,
                None => {
                    let module = self.modules.of(row.task).map_err(Failure::work)?;
                    self.try_out(row, &module, &recording).await
                }
            },
        };
        self.tally.differing += u64::from(!is_same.map_err(failed)?);
        Ok(())
    }

    /// The version with this hash: one that comes with the program, or one that the database keeps.
    async fn version(&mut self, task: Task, hash: ModuleHash) -> Result<Option<Arc<Module>>, Failure> {
        if let Some(module) = self.modules.with_hash(task, hash).await.map_err(Failure::work)? {
            return Ok(Some(module));
        }
        let name = hash.to_string();
        if let Some(kept) = self.kept.get(&name) {
            return Ok(kept.clone());
        }
        let bytes = self.store.system().module_bytes(name.clone()).await.map_err(Failure::work)?;
        let module = match bytes {
            Some(bytes) => Some(self.runtime.load(&bytes).await.map_err(Failure::work)?),
            None => None,
        };
        self.kept.insert(name, module.clone());
        Ok(module)
    }

    /// Every call and the outcome, by the version that ran.
    async fn repeat(
        &self,
        row: &RunRow,
        module: &Module,
        recording: &Recording,
    ) -> Result<bool, RecordingError> {
        let report = replay_recording(self.runtime, module, recording).await?;
        if !report.is_same() {
            say!("run {} ({}) differs:", row.id, row.task);
            report.differences.iter().take(SHOWN_DIFFERENCES).for_each(print_difference);
        }
        Ok(report.is_same())
    }

    /// The effects and the outcome, by another version.
    async fn try_out(
        &self,
        row: &RunRow,
        module: &Module,
        recording: &Recording,
    ) -> Result<bool, RecordingError> {
        let run = shadow(self.runtime, module, recording, &Terms::default()).await?;
        if run.verdict != Verdict::Identical {
            say!("run {} ({}) differs:", row.id, row.task);
            print_verdict(&run.verdict);
        }
        Ok(run.verdict == Verdict::Identical)
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

fn print_verdict(verdict: &Verdict) {
    match verdict {
        Verdict::Identical => {}
        Verdict::Changed { first_call, difference, orders } => {
            say!("  call {first_call}: {difference}");
            let others = orders.iter().filter(|line| line.standing != Standing::Same);
            others.take(SHOWN_DIFFERENCES).for_each(|line| say!("  order: {line}"));
        }
        Verdict::Trapped { outcome } => say!("  it ended as {}: {}", outcome.name(), outcome.detail()),
        Verdict::Lacking { call } => {
            say!("  it needs an answer to {}, which the recording lacks", call.function())
        }
    }
}
