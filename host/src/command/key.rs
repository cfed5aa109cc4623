//! `prahari key rotate`: another key for what is sealed.

use std::path::PathBuf;

use prahari_app::clock::Clock;
use prahari_app::vault;
use prahari_secrets::KeyFile;
use prahari_store::{Durability, NewAudit, Store};

use crate::exit::{Failure, say};

/// Seals everything anew under a new key.
pub async fn rotate(db: PathBuf, key: Option<PathBuf>) -> Result<(), Failure> {
    // Opening makes a database where there is none, which is not meant here.
    if !db.is_file() {
        return Err(Failure::input(format!("there is no database {}", db.display())));
    }
    let file = key.map_or_else(|| KeyFile::beside(&db), KeyFile::at);
    file.load().map_err(Failure::input)?;
    let store = Store::open(&db, Durability::Full).map_err(Failure::input)?;
    let rotated = note_and_rotate(&store, &file).await;
    let closed = store.close().await.map_err(Failure::work);
    let count = rotated?;
    closed?;
    say!("{count} secrets are sealed under a new key in {}; the old one is gone", file.path().display());
    Ok(())
}

async fn note_and_rotate(store: &Store, file: &KeyFile) -> Result<usize, Failure> {
    let entry = NewAudit {
        at: Clock::System.now(),
        user: None,
        via: "command line".to_owned(),
        action: "key.rotate".to_owned(),
        resource: "key file".to_owned(),
        details: "{}".to_owned(),
        address: String::new(),
    };
    store.system().append_audit(entry).await.map_err(Failure::work)?;
    vault::rotate(store, file).await.map_err(Failure::work)
}
