//! Whether the disk has room for what is written, and whether the database could be had back if it were lost.

use std::path::{Path, PathBuf};

use nix::sys::statvfs::statvfs;
use prahari_brokers::Check;
use prahari_domain::time::Timestamp;
use prahari_store::{StoreError, newest_copy};

use super::Doctor;
use crate::brokers::TradingMode;
use crate::user::User;

/// Free bytes below which somebody should look: a database of many users grows by some hundred megabytes a day at the most.
const FEW_BYTES: u64 = 1_000_000_000;

/// Free bytes below which the day will hardly pass: a write that fails ends the daemon.
const TOO_FEW_BYTES: u64 = 100_000_000;

/// Hours after which a backup is old: one is made each evening, and may fail once.
const OLD_HOURS: i64 = 48;

impl Doctor {
    /// Names the folder that backups are put into, which the daemon itself never writes to. Only the first name counts.
    pub fn follow_backups(&self, folder: PathBuf) {
        let _known = self.backups.set(folder);
    }

    /// Whether there is room where the database stands.
    pub(super) async fn disk(&self) -> Check {
        let path = self.handles.store.path().to_owned();
        let found = tokio::task::spawn_blocking(move || free_bytes(&path)).await;
        disk(found.unwrap_or_else(|_| Err("the question was ended".to_owned())))
    }

    /// Whether there is a backup that is not old. None where no folder was named and no money is real.
    pub(super) async fn backup(&self, user: &User, now: Timestamp) -> Option<Check> {
        let Some(folder) = self.backups.get().cloned() else {
            let said = "no folder of backups is named, so nothing is known of them";
            let advice = "name it to the daemon with --backups, and make a backup each evening";
            return (user.link().mode() == TradingMode::Live)
                .then(|| Check::not_known("backup", said, advice));
        };
        let own = self.handles.store.path().to_owned();
        let found = tokio::task::spawn_blocking(move || newest_copy(&folder, &own)).await.ok()?;
        Some(backup(found, now))
    }
}

/// How many bytes may still be written to the file system of a file.
fn free_bytes(path: &Path) -> Result<u64, String> {
    let found = statvfs(path).map_err(|error| error.desc().to_owned())?;
    let bytes = u128::from(found.blocks_available()) * u128::from(found.fragment_size());
    Ok(u64::try_from(bytes).unwrap_or(u64::MAX))
}

fn disk(free: Result<u64, String>) -> Check {
    let advice = "make room on that disk: a write that fails ends the daemon";
    let free = match free {
        Ok(free) => free,
        Err(why) => {
            let said = format!("the disk of the database cannot be asked how much is free: {why}");
            return Check::not_known("disk", said, "look at the disk");
        }
    };
    let said = format!("{} MB are free where the database stands", free / 1_000_000);
    match free {
        ..TOO_FEW_BYTES => Check::failed("disk", said, advice),
        TOO_FEW_BYTES..FEW_BYTES => Check::warning("disk", said, advice),
        _ => Check::ok("disk", said),
    }
}

fn backup(newest: Result<Option<Timestamp>, StoreError>, now: Timestamp) -> Check {
    let advice =
        "see why the backup of the evening was not made, and make one with `prahari database backup`";
    let made_at = match newest {
        Ok(Some(made_at)) => made_at,
        Ok(None) => return Check::warning("backup", "there is no backup in the folder of backups", advice),
        Err(error) => {
            let said = format!("the folder of backups cannot be read: {error}");
            return Check::warning(
                "backup",
                said,
                "see whether it is the right one, and whether the daemon may read it",
            );
        }
    };
    let (day, time) = (made_at.ist_day(), made_at.ist_time().format("%H:%M"));
    let said = format!("the newest backup is of {day} {time}");
    match now.millis_since(made_at) > OLD_HOURS * 3_600_000 {
        true => Check::warning("backup", format!("{said}, more than {OLD_HOURS} hours ago"), advice),
        false => Check::ok("backup", said),
    }
}

#[cfg(test)]
mod tests {
    use prahari_brokers::CheckOutcome::{Failed, NotKnown, Ok as Good, Warning};

    use super::*;

    #[test]
    fn a_disk_is_told_before_it_is_full() {
        for (free, expected) in [
            (u64::MAX, Good),
            (FEW_BYTES, Good),
            (FEW_BYTES - 1, Warning),
            (TOO_FEW_BYTES, Warning),
            (TOO_FEW_BYTES - 1, Failed),
            (0, Failed),
        ] {
            assert_eq!(disk(Ok(free)).outcome, expected, "{free}");
        }
        assert_eq!(disk(Err("no".to_owned())).outcome, NotKnown);
        let folder = tempfile::tempdir().unwrap();
        assert!(free_bytes(folder.path()).unwrap() > 0);
        assert_eq!(free_bytes(&folder.path().join("gone")).unwrap_err(), "No such file or directory");
    }

    #[test]
    fn a_backup_is_old_after_two_evenings() {
        let now = Timestamp::from_ist("2025-03-12".parse().unwrap(), "08:40".parse().unwrap());
        let of =
            |hours: i64, millis: i64| backup(Ok(Some(now.plus_millis(-hours * 3_600_000 - millis))), now);
        assert_eq!(of(12, 0).evidence, "the newest backup is of 2025-03-11 20:40");
        assert_eq!((of(48, 0).outcome, of(48, 1).outcome), (Good, Warning));
        // Of a clock that is behind that of the disk.
        assert_eq!(of(-5, 0).outcome, Good);
        assert_eq!(backup(Ok(None), now).outcome, Warning);
        assert_eq!(backup(Err(StoreError::Closed), now).outcome, Warning);
    }
}
