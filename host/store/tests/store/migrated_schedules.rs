//! Schedules of a database from before there were several rules.

use std::path::Path;

use prahari_domain::tasks::Task;
use prahari_store::{Durability, Store};
use rusqlite::Connection;
use tempfile::TempDir;

#[tokio::test]
async fn what_was_one_rule_is_a_list_of_one_and_buying_goes_on_waiting_for_the_scan() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("prahari.db");
    let conn = Connection::open(&path).unwrap();
    let migrations = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations");
    let mut files: Vec<_> = std::fs::read_dir(migrations).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    let is_later = |file: &Path| file.to_string_lossy().ends_with("_combine_schedule_rules.sql");
    let before = files.iter().take_while(|file| !is_later(file));
    let before: Vec<_> = before.map(|file| std::fs::read_to_string(file).unwrap()).collect();
    assert!(before.len() < files.len(), "the migration is there");
    before.iter().for_each(|sql| conn.execute_batch(sql).unwrap());
    let row = |task: &str, version: u64, time: &str| {
        let rule = format!(r#"{{"at":{{"time":"{time}"}}}}"#);
        let sql = "INSERT INTO schedules (task, version, enabled, rule, description, changed_by, changed_at)
                   VALUES (?1, ?2, 1, ?3, '', NULL, 3)";
        conn.execute(sql, (task, version.cast_signed(), rule)).unwrap();
    };
    row("analysis", 1, "16:00");
    row("buy_orders", 1, "16:05");
    row("buy_orders", 2, "16:10");
    conn.pragma_update(None, "application_id", i32::from_be_bytes(*b"PRHR")).unwrap();
    conn.pragma_update(None, "user_version", before.len() as i64).unwrap();
    conn.close().unwrap();

    let store = Store::open(&path, Durability::Off).unwrap();
    let waits = r#"{"tasks":["analysis"],"latest":"17:30","then":"run"}"#;
    for (version, time) in [(1, "16:05"), (2, "16:10")] {
        let rows = store.system().schedules(version).await.unwrap();
        let found: Vec<_> =
            rows.iter().map(|row| (row.task, row.rules.as_str(), row.after.as_deref())).collect();
        let buying = format!(r#"[{{"at":{{"time":"{time}"}}}}]"#);
        let scan = (Task::literal("analysis"), r#"[{"at":{"time":"16:00"}}]"#, None);
        assert_eq!(
            found,
            [scan, (Task::literal("buy_orders"), buying.as_str(), Some(waits))],
            "version {version}"
        );
    }
}
