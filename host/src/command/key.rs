//! `prahari key`: another key for what is sealed, and an end of what no key opens any more.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use prahari_app::clock::Clock;
use prahari_app::vault;
use prahari_domain::numbers::counted;
use prahari_secrets::{KeyFile, SecretError};
use prahari_store::{Durability, NewAudit, Store};

use crate::exit::{Failure, say};

/// Seals everything anew under a new key.
pub async fn rotate(db: PathBuf, key: Option<PathBuf>) -> Result<(), Failure> {
    check_there(&db)?;
    let file = file_of(&db, key);
    file.load().map_err(Failure::input)?;
    let store = Store::open(&db, Durability::Full).map_err(Failure::input)?;
    let rotated = match note(&store, "key.rotate").await {
        Ok(()) => vault::rotate(&store, &file).await.map_err(Failure::work),
        Err(failure) => Err(failure),
    };
    let count = closed(&store, rotated).await?;
    let sealed = counted(count, "secret is", "secrets are");
    say!("{sealed} sealed under a new key in {}; the old one is gone", file.path().display());
    Ok(())
}

/// Removes what the key file does not open.
pub async fn forget(db: PathBuf, key: Option<PathBuf>) -> Result<(), Failure> {
    check_there(&db)?;
    let file = file_of(&db, key);
    check_usable(&file)?;
    let store = Store::open(&db, Durability::Full).map_err(Failure::input)?;
    let forgotten = match note(&store, "key.forget").await {
        Ok(()) => vault::forget(&store, &file).await.map_err(Failure::work),
        Err(failure) => Err(failure),
    };
    let count = closed(&store, forgotten).await?;
    let given_up = counted(count, "secret is", "secrets are");
    say!("{given_up} given up, which {} does not open", file.path().display());
    Ok(())
}

/// Opening makes a database where there is none, which is not meant here.
fn check_there(db: &Path) -> Result<(), Failure> {
    if db.is_file() {
        return Ok(());
    }
    Err(Failure::input(format!("there is no database {}", db.display())))
}

/// A key file may be gone; one that is there must be usable, else everything would count as lost.
fn check_usable(file: &KeyFile) -> Result<(), Failure> {
    match file.load() {
        Err(SecretError::File { source, .. }) if source.kind() == ErrorKind::NotFound => Ok(()),
        loaded => loaded.map(|_| ()).map_err(Failure::input),
    }
}

fn file_of(db: &Path, key: Option<PathBuf>) -> KeyFile {
    key.map_or_else(|| KeyFile::beside(db), KeyFile::at)
}

/// Closes the database, also after a failure.
async fn closed<T>(store: &Store, done: Result<T, Failure>) -> Result<T, Failure> {
    let closed = store.close().await.map_err(Failure::work);
    let done = done?;
    closed.map(|()| done)
}

async fn note(store: &Store, action: &str) -> Result<(), Failure> {
    let entry = NewAudit {
        at: Clock::System.now(),
        user: None,
        via: "command line".to_owned(),
        action: action.to_owned(),
        resource: "key file".to_owned(),
        details: "{}".to_owned(),
        address: String::new(),
    };
    store.system().append_audit(entry).await.map_err(Failure::work).map(|_| ())
}
