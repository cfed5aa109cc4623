//! `prahari key rotate` and `prahari audit verify`.

use std::path::Path;
use std::process::{Command, Output};

use crate::bounded::{refusal_in_time, silent_pipe};
use prahari_app::vault::{KotakCredentials, Vault};
use prahari_domain::ids::UserId;
use prahari_domain::money::Paise;
use prahari_domain::time::Timestamp;
use prahari_secrets::KeyFile;
use prahari_store::{AuditFilter, CredentialsRow, Durability, NewAudit, NewUser, Role, Store};
use serde_json::{Value, json};

fn prahari(arguments: &[&str], db: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_prahari"));
    command.args(arguments).arg("--db").arg(db).output().unwrap()
}

fn credentials() -> KotakCredentials {
    let mut credentials = KotakCredentials::default();
    credentials.mpin = Some("123456".to_owned());
    credentials
}

/// A database with one user, whose credentials are sealed.
async fn database(path: &Path) -> Store {
    let store = Store::open(path, Durability::Off).unwrap();
    let user = NewUser {
        name: "user".to_owned(),
        role: Role::User,
        capital: Paise(1),
        strategy: "{}".to_owned(),
        limits: "{}".to_owned(),
        created_at: Timestamp(0),
    };
    let id = store.system().create_user(user).await.unwrap();
    let sealed = Vault::beside(path).unwrap().seal_credentials(id, &credentials()).unwrap();
    let row = CredentialsRow {
        broker: "kotak-neo".to_owned(),
        sealed,
        fields: Vec::new(),
        updated_at: Timestamp(0),
    };
    store.user(id).save_credentials(row).await.unwrap();
    store
}

#[tokio::test]
async fn rotating_seals_everything_under_a_key_that_the_old_file_does_not_have() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("prahari.db");
    database(&path).await.close().await.unwrap();
    let old = KeyFile::beside(&path).load().unwrap();
    let output = prahari(&["key", "rotate"], &path);
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success() && said.starts_with("1 secret is sealed under a new key"), "{said}");
    let store = Store::open(&path, Durability::Off).unwrap();
    let sealed = store.user(UserId(1)).credentials().await.unwrap().unwrap().sealed;
    assert!(Vault::new(old).open_credentials(UserId(1), &sealed).is_err());
    let vault = Vault::beside(&path).unwrap();
    assert_eq!(vault.open_credentials(UserId(1), &sealed).unwrap(), credentials());
    assert!(vault.open_credentials(UserId(2), &sealed).is_err());
    assert!(KeyFile::beside(&path).load().unwrap().older().is_empty());
}

#[tokio::test]
async fn a_rotation_is_refused_while_the_daemon_runs_and_without_a_key() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("prahari.db");
    assert_eq!(prahari(&["key", "rotate"], &path).status.code(), Some(2));
    assert!(!path.exists());
    let store = database(&path).await;
    let before = std::fs::read(KeyFile::beside(&path).path()).unwrap();
    assert_eq!(prahari(&["key", "rotate"], &path).status.code(), Some(2));
    assert_eq!(std::fs::read(KeyFile::beside(&path).path()).unwrap(), before);
    store.close().await.unwrap();
    std::fs::remove_file(KeyFile::beside(&path).path()).unwrap();
    let output = prahari(&["key", "rotate"], &path);
    assert_eq!(output.status.code(), Some(2), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Why the daemon does not start on a database.
fn refusal(db: &Path) -> String {
    let output = prahari(&["serve", "--listen", "127.0.0.1:0"], db);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), said.lines().count()), (Some(2), 1), "{said}");
    said
}

#[tokio::test]
async fn a_daemon_does_not_start_without_the_key_of_what_is_sealed_and_makes_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("prahari.db");
    database(&path).await.close().await.unwrap();
    let key = KeyFile::beside(&path);
    let kept = folder.path().join("kept");
    std::fs::rename(key.path(), &kept).unwrap();
    let said = refusal(&path);
    let sentence = "is not there, and the database holds credentials, authenticators or channels that are sealed under it";
    assert!(
        said.contains(&format!("the key file {} {sentence}: put it back", key.path().display())),
        "{said}"
    );
    assert!(!key.path().exists(), "no other one was made");

    key.load_or_create().unwrap();
    let other = std::fs::read(key.path()).unwrap();
    let said = refusal(&path);
    assert!(said.contains("is another one than the credentials, authenticators and channels"), "{said}");
    assert!(said.contains("prahari key forget"), "{said}");
    assert_eq!(std::fs::read(key.path()).unwrap(), other);

    // The right one, by its own name or by that of the option.
    let store = Store::open(&path, Durability::Off).unwrap();
    assert!(Vault::open(&store, &KeyFile::at(&kept)).await.is_ok());
    store.close().await.unwrap();
    let said = prahari(&["key", "forget", "--key", kept.to_str().unwrap()], &path).stdout;
    assert!(String::from_utf8(said).unwrap().starts_with("0 secrets are given up, which "));
    // It is lost.
    let said = prahari(&["key", "forget"], &path).stdout;
    assert!(String::from_utf8(said).unwrap().starts_with("1 secret is given up, which "));
    let store = Store::open(&path, Durability::Off).unwrap();
    assert!(store.user(UserId(1)).credentials().await.unwrap().is_none());
    assert!(Vault::open(&store, &key).await.is_ok());
    assert_eq!(std::fs::read(key.path()).unwrap(), other, "a key that is there is used");
    let filter = AuditFilter {
        user: None,
        action: None,
        since: None,
        until: None,
        resource: None,
        before: None,
        limit: 10,
    };
    let actions: Vec<_> =
        store.system().audit(filter).await.unwrap().into_iter().map(|row| row.entry.action).collect();
    assert_eq!(actions, ["key.forget", "key.forget"]);
}

#[tokio::test]
async fn a_key_file_is_a_regular_file_and_nothing_else_is_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("prahari.db");
    database(&path).await.close().await.unwrap();
    let kept = std::fs::read(KeyFile::beside(&path).path()).unwrap();
    let db = path.to_str().unwrap();
    let refused = |more: &[&str], file: &str, what: &str| {
        for command in [&["serve", "--listen", "127.0.0.1:0"][..], &["key", "rotate"], &["key", "forget"]] {
            let said = refusal_in_time(&[command, &["--db", db], more].concat());
            let sentence = format!(
                "error: {file} is not a key file of this program: it is {what}, not a regular file\n"
            );
            assert_eq!(said, sentence, "{command:?}");
        }
    };
    refused(&["--key", "/dev/zero"], "/dev/zero", "a device");
    refused(&["--key", folder.path().to_str().unwrap()], folder.path().to_str().unwrap(), "a folder");
    // The pipe has the very name that the key file has by itself.
    std::fs::remove_file(KeyFile::beside(&path).path()).unwrap();
    let pipe = silent_pipe(folder.path(), "prahari.db.key");
    refused(&[], &pipe, "a pipe");

    // Nothing was given up.
    std::fs::remove_file(&pipe).unwrap();
    let key = KeyFile::beside(&path);
    key.load_or_create().unwrap();
    std::fs::write(key.path(), kept).unwrap();
    let store = Store::open(&path, Durability::Off).unwrap();
    let sealed = store.user(UserId(1)).credentials().await.unwrap().unwrap().sealed;
    let vault = Vault::open(&store, &key).await.unwrap();
    assert_eq!(vault.open_credentials(UserId(1), &sealed).unwrap(), credentials());
}

#[tokio::test]
async fn the_chain_is_whole_while_the_daemon_runs() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("prahari.db");
    let store = database(&path).await;
    for _ in 0..3 {
        let entry = NewAudit {
            at: Timestamp(0),
            user: None,
            via: "test".to_owned(),
            action: "user.change".to_owned(),
            resource: String::new(),
            details: "{}".to_owned(),
            address: String::new(),
        };
        store.system().append_audit(entry).await.unwrap();
    }
    let output = prahari(&["audit", "verify"], &path);
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success() && said.starts_with("3 audit entries, the chain is whole"), "{said}");
    assert_eq!(said.lines().count(), 1);
    let found: Value =
        serde_json::from_slice(&prahari(&["audit", "verify", "--json"], &path).stdout).unwrap();
    assert_eq!(
        (&found["whole"], &found["entries"], &found["broken"]),
        (&json!(true), &json!(3), &Value::Null)
    );
    assert!(said.contains(found["head"].as_str().unwrap()), "{found}");

    // An entry that was changed behind the program's back.
    store.close().await.unwrap();
    let mut bytes = std::fs::read(&path).unwrap();
    let text = b"user.change";
    let place = (0..bytes.len() - text.len()).find(|at| bytes[*at..].starts_with(text)).unwrap();
    bytes[place] = b'U';
    std::fs::write(&path, bytes).unwrap();
    let output = prahari(&["audit", "verify", "--json"], &path);
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((output.status.code(), &found["whole"]), (Some(2), &json!(false)), "{found}");
    assert!(found["broken"]["entry"].is_u64() && found["broken"]["why"].is_string(), "{found}");

    // A file that holds nothing yet is no database.
    std::fs::write(&path, b"").unwrap();
    let output = prahari(&["audit", "verify"], &path);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("is not a Prahari database") && !said.contains("no such table"), "{said}");
    assert_eq!(output.status.code(), Some(2));
}
