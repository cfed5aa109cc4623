//! Components that are tried on recorded runs, each for one task.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use prahari_domain::tasks::Task;
use prahari_runtime::{Module, Runtime};
use prahari_store::{Durability, Store, StoreError};

use crate::cli::Candidate;
use crate::exit::Failure;
use crate::given_file;

/// Loads a candidate and says which task it is for.
pub async fn load(runtime: &Runtime, candidate: &Candidate) -> Result<(Task, Arc<Module>), Failure> {
    let file = candidate.file.display();
    let bytes = given_file::read_component("module", &candidate.file)?;
    let refused = |error| Failure::input(format!("the module {file} cannot be loaded: {error}"));
    let module = runtime.load(&bytes).await.map_err(refused)?;
    let named = |error| Failure::input(format!("say TASK={file} for the task of the module: {error}"));
    let task = match candidate.task {
        Some(task) => task,
        None => module.info().name.parse().map_err(named)?,
    };
    Ok((task, module))
}

/// Loads every candidate; the last one for a task counts.
pub async fn load_all(
    runtime: &Runtime,
    candidates: &[Candidate],
) -> Result<BTreeMap<Task, Arc<Module>>, Failure> {
    let mut loaded = BTreeMap::new();
    for candidate in candidates {
        let (task, module) = load(runtime, candidate).await?;
        loaded.insert(task, module);
    }
    Ok(loaded)
}

/// Opens a database with recordings, which must be there. Of one that a daemon uses it says what to do `instead`.
pub fn open(db: &Path, instead: &str) -> Result<Store, Failure> {
    if !db.is_file() {
        return Err(Failure::input(format!("there is no database {}", db.display())));
    }
    Store::open(db, Durability::Full).map_err(|error| match error {
        StoreError::InUse { .. } => Failure::input(format!(
            "a running daemon uses the database {}: ask it with {instead}, or stop it first",
            db.display()
        )),
        error => Failure::input(error),
    })
}
