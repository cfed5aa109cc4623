//! Brings a database to the version this program knows. Forward only, all or nothing.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use rusqlite::{Connection, ErrorCode, TransactionBehavior};

use crate::connection::{open_error, open_recovering, open_untouched};
use crate::database_file::DatabaseFile;
use crate::errors::StoreError;
use crate::journal_chain;

/// Each file of `/migrations`, in order; the version of a database is how many of them it has had.
const MIGRATIONS: [(&str, &str); 77] = [
    ("0001_create_meta", include_str!("../../../migrations/0001_create_meta.sql")),
    ("0002_create_users", include_str!("../../../migrations/0002_create_users.sql")),
    ("0003_create_journal", include_str!("../../../migrations/0003_create_journal.sql")),
    ("0004_create_orders", include_str!("../../../migrations/0004_create_orders.sql")),
    ("0005_create_runs", include_str!("../../../migrations/0005_create_runs.sql")),
    ("0006_create_task_state", include_str!("../../../migrations/0006_create_task_state.sql")),
    ("0007_create_slots", include_str!("../../../migrations/0007_create_slots.sql")),
    ("0008_create_signals", include_str!("../../../migrations/0008_create_signals.sql")),
    ("0009_create_schedules", include_str!("../../../migrations/0009_create_schedules.sql")),
    ("0010_create_services", include_str!("../../../migrations/0010_create_services.sql")),
    ("0011_create_notifications", include_str!("../../../migrations/0011_create_notifications.sql")),
    ("0012_create_statements", include_str!("../../../migrations/0012_create_statements.sql")),
    ("0013_create_paper", include_str!("../../../migrations/0013_create_paper.sql")),
    ("0014_index_open_slots", include_str!("../../../migrations/0014_index_open_slots.sql")),
    ("0015_index_reads", include_str!("../../../migrations/0015_index_reads.sql")),
    ("0016_add_notification_read_at", include_str!("../../../migrations/0016_add_notification_read_at.sql")),
    (
        "0017_create_individual_services",
        include_str!("../../../migrations/0017_create_individual_services.sql"),
    ),
    ("0018_version_schedules", include_str!("../../../migrations/0018_version_schedules.sql")),
    ("0019_create_log_ins", include_str!("../../../migrations/0019_create_log_ins.sql")),
    ("0020_create_sessions", include_str!("../../../migrations/0020_create_sessions.sql")),
    ("0021_create_api_tokens", include_str!("../../../migrations/0021_create_api_tokens.sql")),
    ("0022_create_links", include_str!("../../../migrations/0022_create_links.sql")),
    (
        "0023_create_broker_credentials",
        include_str!("../../../migrations/0023_create_broker_credentials.sql"),
    ),
    ("0024_create_audit", include_str!("../../../migrations/0024_create_audit.sql")),
    ("0025_add_user_settings", include_str!("../../../migrations/0025_add_user_settings.sql")),
    ("0026_follow_services", include_str!("../../../migrations/0026_follow_services.sql")),
    ("0027_create_alerts", include_str!("../../../migrations/0027_create_alerts.sql")),
    ("0028_count_orders_of_runs", include_str!("../../../migrations/0028_count_orders_of_runs.sql")),
    ("0029_name_services_of_runs", include_str!("../../../migrations/0029_name_services_of_runs.sql")),
    ("0030_create_modules", include_str!("../../../migrations/0030_create_modules.sql")),
    ("0031_create_grants", include_str!("../../../migrations/0031_create_grants.sql")),
    ("0032_create_module_trials", include_str!("../../../migrations/0032_create_module_trials.sql")),
    ("0033_order_slots_of_user", include_str!("../../../migrations/0033_order_slots_of_user.sql")),
    ("0034_share_replies", include_str!("../../../migrations/0034_share_replies.sql")),
    ("0035_widen_alerts", include_str!("../../../migrations/0035_widen_alerts.sql")),
    ("0036_create_last_prices", include_str!("../../../migrations/0036_create_last_prices.sql")),
    ("0037_create_calendars", include_str!("../../../migrations/0037_create_calendars.sql")),
    ("0038_count_passed_ticks", include_str!("../../../migrations/0038_count_passed_ticks.sql")),
    ("0039_create_halts", include_str!("../../../migrations/0039_create_halts.sql")),
    (CHAIN_JOURNAL, include_str!("../../../migrations/0040_chain_journal.sql")),
    ("0041_close_statements", include_str!("../../../migrations/0041_close_statements.sql")),
    ("0042_create_price_jumps", include_str!("../../../migrations/0042_create_price_jumps.sql")),
    ("0043_name_makers_of_links", include_str!("../../../migrations/0043_name_makers_of_links.sql")),
    ("0044_count_what_runs_leave", include_str!("../../../migrations/0044_count_what_runs_leave.sql")),
    ("0045_combine_schedule_rules", include_str!("../../../migrations/0045_combine_schedule_rules.sql")),
    ("0046_tell_when_slots_are_free", include_str!("../../../migrations/0046_tell_when_slots_are_free.sql")),
    ("0047_create_tasks", include_str!("../../../migrations/0047_create_tasks.sql")),
    ("0048_link_users_with_brokers", include_str!("../../../migrations/0048_link_users_with_brokers.sql")),
    ("0049_name_superseded_runs", include_str!("../../../migrations/0049_name_superseded_runs.sql")),
    ("0050_add_outcomes_and_returns", include_str!("../../../migrations/0050_add_outcomes_and_returns.sql")),
    (
        "0051_name_strategies_of_orders",
        include_str!("../../../migrations/0051_name_strategies_of_orders.sql"),
    ),
    ("0052_count_runs", include_str!("../../../migrations/0052_count_runs.sql")),
    (
        "0053_tell_when_slots_are_tried_again",
        include_str!("../../../migrations/0053_tell_when_slots_are_tried_again.sql"),
    ),
    ("0054_create_task_settings", include_str!("../../../migrations/0054_create_task_settings.sql")),
    (
        "0055_restart_individual_services",
        include_str!("../../../migrations/0055_restart_individual_services.sql"),
    ),
    ("0056_index_lists_of_all", include_str!("../../../migrations/0056_index_lists_of_all.sql")),
    ("0057_number_grants", include_str!("../../../migrations/0057_number_grants.sql")),
    ("0058_create_channels", include_str!("../../../migrations/0058_create_channels.sql")),
    ("0059_keep_bars", include_str!("../../../migrations/0059_keep_bars.sql")),
    ("0060_gather_messages", include_str!("../../../migrations/0060_gather_messages.sql")),
    ("0061_create_corporate_actions", include_str!("../../../migrations/0061_create_corporate_actions.sql")),
    ("0062_index_holding_changes", include_str!("../../../migrations/0062_index_holding_changes.sql")),
    ("0063_run_on_prices", include_str!("../../../migrations/0063_run_on_prices.sql")),
    ("0064_date_restatements", include_str!("../../../migrations/0064_date_restatements.sql")),
    ("0065_tag_orders", include_str!("../../../migrations/0065_tag_orders.sql")),
    ("0066_rename_lost_orders", include_str!("../../../migrations/0066_rename_lost_orders.sql")),
    ("0067_keep_left_brokers", include_str!("../../../migrations/0067_keep_left_brokers.sql")),
    ("0068_add_trading_state", include_str!("../../../migrations/0068_add_trading_state.sql")),
    ("0069_create_broker_chaos", include_str!("../../../migrations/0069_create_broker_chaos.sql")),
    (
        "0070_create_holding_differences",
        include_str!("../../../migrations/0070_create_holding_differences.sql"),
    ),
    ("0071_create_readiness", include_str!("../../../migrations/0071_create_readiness.sql")),
    ("0072_create_broker_logins", include_str!("../../../migrations/0072_create_broker_logins.sql")),
    ("0073_name_broker_once", include_str!("../../../migrations/0073_name_broker_once.sql")),
    ("0074_index_withdrawn_fills", include_str!("../../../migrations/0074_index_withdrawn_fills.sql")),
    ("0075_keep_order_looks", include_str!("../../../migrations/0075_keep_order_looks.sql")),
    ("0076_keep_doubted_actions", include_str!("../../../migrations/0076_keep_doubted_actions.sql")),
    ("0077_hold_messages", include_str!("../../../migrations/0077_hold_messages.sql")),
];

/// The migration after which the journal has checksums; the program computes those of what is there.
const CHAIN_JOURNAL: &str = "0040_chain_journal";

/// The version this program writes and the newest it can use.
pub(crate) const KNOWN_VERSION: u32 = MIGRATIONS.len() as u32;

/// `PRHR`: tells our databases from those of other programs that use SQLite.
const APPLICATION_ID: i32 = i32::from_be_bytes(*b"PRHR");

/// The first bytes of every SQLite database.
const SQLITE_HEADER: &[u8; 16] = b"SQLite format 3\0";

/// Where in the header of a SQLite database the number of its program stands.
const OWNER_OF_HEADER: Range<usize> = 68..72;

/// Refuses a file that we must not write to, before anything is written beside or into it; answers its version.
///
/// # Errors
/// When it is no database, another program's, or of a newer version. An empty file is a new database.
pub(crate) fn inspect(file: &DatabaseFile) -> Result<u32, StoreError> {
    let path = file.path();
    let header = file.header(SQLITE_HEADER.len())?;
    if header.is_empty() {
        return Ok(0);
    }
    if header != SQLITE_HEADER {
        return Err(StoreError::NotADatabase { path: path.to_owned() });
    }
    // SQLite has to say the rest: the newest header may be in the log file beside the database.
    check_version(&open_untouched(path)?, path)
}

/// Returns whether a file begins as a database of ours does, by its first bytes alone.
///
/// # Errors
/// When it cannot be read.
pub(crate) fn begins_as_ours(file: &DatabaseFile) -> Result<bool, StoreError> {
    let header = file.header(OWNER_OF_HEADER.end)?;
    let owner = header.get(OWNER_OF_HEADER);
    Ok(header.starts_with(SQLITE_HEADER) && owner == Some(APPLICATION_ID.to_be_bytes().as_slice()))
}

/// Inspects a file that is locked by this process, see [`inspect`]. It first rolls back a change that a crash
/// cut off, which a reader cannot do.
///
/// # Errors
/// As there.
pub(crate) fn inspect_own(file: &DatabaseFile) -> Result<u32, StoreError> {
    match inspect(file) {
        Err(StoreError::Open { source, .. }) if source.sqlite_error_code() == Some(ErrorCode::ReadOnly) => {
            check_version(&open_recovering(file.path())?, file.path())
        }
        inspected => inspected,
    }
}

/// Applies the migrations that the database has not had, in one transaction; answers how many there were.
///
/// # Errors
/// As [`inspect`], or when a migration fails; then the database is as it was.
pub(crate) fn migrate(conn: &mut Connection, path: &Path) -> Result<u32, StoreError> {
    let doing = "prepare the migrations";
    let transaction = conn
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(|error| StoreError::from(error).while_doing(doing))?;
    let version = check_version(&transaction, path)?;
    if version == KNOWN_VERSION {
        return Ok(0);
    }
    for (name, sql) in MIGRATIONS.iter().skip(version as usize) {
        transaction
            .execute_batch(sql)
            .map_err(|source| StoreError::Migration { name, source: Arc::new(source) })?;
        if *name == CHAIN_JOURNAL {
            journal_chain::add_to_existing(&transaction)
                .map_err(|error| error.while_doing("compute the checksums of the journal"))?;
        }
    }
    let finish = || {
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        transaction.pragma_update(None, "user_version", KNOWN_VERSION)?;
        transaction.commit()
    };
    finish().map_err(|error| StoreError::from(error).while_doing("record the version"))?;
    Ok(KNOWN_VERSION - version)
}

/// The database's version, once it is certain that it is ours and not newer than this program.
fn check_version(conn: &Connection, path: &Path) -> Result<u32, StoreError> {
    let ask = |sql: &str| {
        conn.query_row(sql, [], |row| row.get::<_, i64>(0)).map_err(|error| open_error(path, error))
    };
    let application = ask("PRAGMA application_id")?;
    if application != i64::from(APPLICATION_ID) {
        // A database without tables has no owner yet; SQLite leaves one behind when its first use is interrupted.
        return match ask("SELECT count(*) FROM sqlite_schema")? {
            0 if application == 0 => Ok(0),
            _ => Err(StoreError::NotADatabase { path: path.to_owned() }),
        };
    }
    let found = u32::try_from(ask("PRAGMA user_version")?).unwrap_or(u32::MAX);
    if found > KNOWN_VERSION {
        return Err(StoreError::NewerVersion { path: path.to_owned(), found, known: KNOWN_VERSION });
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use prahari_domain::ids::UserId;

    use super::*;
    use crate::snapshots;

    #[test]
    fn every_migration_of_the_folder_is_applied_in_the_order_of_the_names() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations");
        let mut files: Vec<_> = std::fs::read_dir(folder)
            .unwrap()
            .map(|file| file.unwrap().file_name().into_string().unwrap())
            .filter_map(|name| name.strip_suffix(".sql").map(str::to_owned))
            .collect();
        files.sort();
        assert_eq!(files, MIGRATIONS.map(|(name, _)| name));
        for (version, name) in (1..).zip(files) {
            assert!(name.starts_with(&format!("{version:04}_")), "{name} is number {version}");
        }
    }

    #[test]
    fn a_journal_without_checksums_gets_them_and_snapshots_of_books_without_strategies_go() {
        let conn = &mut Connection::open_in_memory().unwrap();
        let before = MIGRATIONS.iter().take_while(|(name, _)| *name != CHAIN_JOURNAL);
        let version = before.clone().count();
        before.for_each(|(_, sql)| conn.execute_batch(sql).unwrap());
        conn.pragma_update(None, "application_id", APPLICATION_ID).unwrap();
        conn.pragma_update(None, "user_version", version as u32).unwrap();
        conn.execute_batch(
            r#"INSERT INTO journal VALUES (1, 1, 'U1-20250102-0001', 5, 'sent', '{"event":"sent"}'),
                                          (1, 2, 'U1-20250102-0001', 6, 'sent', '{"event":"sent"}'),
                                          (7, 1, 'U7-20250102-0001', 5, 'sent', '{"event":"sent"}');
               INSERT INTO snapshots VALUES (1, 2, x'01'), (7, 9, x'02');"#,
        )
        .unwrap();
        migrate(conn, Path::new("in memory")).unwrap();
        for (user, entries) in [(1, 2), (7, 1)] {
            let (last, _) = journal_chain::last(conn, UserId(user)).unwrap();
            assert_eq!(last, entries);
            assert_eq!(journal_chain::load(conn, UserId(user), 0).unwrap().len() as u64, entries);
        }
        for user in [1, 7] {
            assert_eq!(snapshots::load(conn, UserId(user)).unwrap(), None);
        }
    }

    #[test]
    fn kept_credentials_are_of_the_broker_by_its_one_name() {
        let conn = &mut Connection::open_in_memory().unwrap();
        let before = MIGRATIONS.iter().take_while(|(name, _)| !name.ends_with("_name_broker_once"));
        let version = before.clone().count();
        before.for_each(|(_, sql)| conn.execute_batch(sql).unwrap());
        conn.pragma_update(None, "application_id", APPLICATION_ID).unwrap();
        conn.pragma_update(None, "user_version", version as u32).unwrap();
        conn.execute_batch(
            "INSERT INTO broker_credentials VALUES (1, 'kotak_neo', x'01', '[]', 5), (2, 'another', x'02', '[]', 6);",
        )
        .unwrap();
        migrate(conn, Path::new("in memory")).unwrap();
        let sql = "SELECT group_concat(user_id || ' ' || broker || ' ' || hex(sealed), ', ') FROM broker_credentials";
        let kept: String = conn.query_row(sql, [], |row| row.get(0)).unwrap();
        assert_eq!(kept, "1 kotak-neo 01, 2 another 02");
    }

    #[test]
    fn migrating_twice_applies_everything_once() {
        let path = Path::new("in memory");
        let mut conn = Connection::open_in_memory().unwrap();
        assert_eq!(migrate(&mut conn, path).unwrap(), KNOWN_VERSION);
        assert_eq!(migrate(&mut conn, path).unwrap(), 0);
    }
}
