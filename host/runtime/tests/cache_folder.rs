//! Whose folder of compiled modules it is: one into which somebody else could have put machine code is refused.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests; clippy exempts only the tests themselves"
)]

mod support;

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::path::Path;

use prahari_runtime::{Runtime, RuntimeConfig, RuntimeError};
use support::{TestHost, compiler};

/// Why a runtime with this cache folder is not made.
fn refused(folder: &Path) -> String {
    let error = Runtime::new(RuntimeConfig::new(folder, compiler())).unwrap_err();
    assert!(matches!(error, RuntimeError::Cache(_)), "{error}");
    error.to_string()
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn a_cache_that_is_made_is_its_owners_alone_with_everything_above_it_that_is_made() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("not/there/modules");
    Runtime::new(RuntimeConfig::new(&folder, compiler())).unwrap();
    for (path, mode) in [("not", 0o700), ("not/there", 0o700), ("not/there/modules", 0o700)]
        .into_iter()
        .chain([("not/there/modules/key", 0o600)])
    {
        let found = fs::metadata(root.path().join(path)).unwrap().permissions().mode() & 0o777;
        assert_eq!(found, mode, "{path}");
    }
}

#[test]
fn a_cache_that_many_make_at_once_has_one_key() {
    for _ in 0..20 {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("modules");
        std::thread::scope(|scope| {
            for _ in 0..4 {
                let config = RuntimeConfig { concurrent_runs: 1, ..RuntimeConfig::new(&folder, compiler()) };
                scope.spawn(|| Runtime::new(config).unwrap());
            }
        });
        let names: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, ["key"]);
    }
}

#[test]
fn a_cache_that_others_may_write_into_is_refused() {
    let host = TestHost::new();
    let folder = host.folder.path().join("modules");
    for mode in [0o777, 0o1777, 0o770, 0o702] {
        set_mode(&folder, mode);
        let why = refused(&folder);
        assert!(why.contains(&format!("others may write into it (mode {mode:o})")), "{why}");
    }
    set_mode(&folder, 0o755);
    Runtime::new(RuntimeConfig::new(&folder, compiler())).unwrap();
}

#[test]
fn a_cache_or_a_key_that_is_a_link_is_refused_and_nothing_is_made_behind_it() {
    let host = TestHost::new();
    let (own, root) = (host.folder.path().join("modules"), tempfile::tempdir().unwrap());
    let link = root.path().join("modules");
    symlink(&own, &link).unwrap();
    assert!(refused(&link).contains(&format!("{} cannot be trusted: it is a link", link.display())));
    // A link that leads nowhere, in the place of the folder and above it.
    let (nowhere, target) = (root.path().join("nowhere"), root.path().join("target"));
    symlink(&target, &nowhere).unwrap();
    assert!(refused(&nowhere).contains("it is a link"));
    assert!(refused(&nowhere.join("modules")).contains("it is a link"));
    assert!(!target.exists());
    // Above it one that leads to a folder is the user's own affair.
    let above = root.path().join("above");
    symlink(host.folder.path(), &above).unwrap();
    Runtime::new(RuntimeConfig::new(above.join("modules"), compiler())).unwrap();

    let (key, other) = (own.join("key"), own.join("other"));
    fs::rename(&key, &other).unwrap();
    symlink(&other, &key).unwrap();
    assert!(refused(&own).contains("key cannot be trusted: it is a link"));
    fs::remove_file(&key).unwrap();
    nix::unistd::mkfifo(&key, nix::sys::stat::Mode::S_IRWXU).unwrap();
    assert!(refused(&own).contains("key cannot be trusted: it is no plain file"));
}

#[test]
fn a_cache_or_a_key_of_another_user_is_refused() {
    let host = TestHost::new();
    let folder = host.folder.path().join("modules");
    let somebody = Some(65_534);
    if chown(folder.join("key"), somebody, None).is_err() {
        eprintln!("left out: only root can give a file to another user; the owner of / is looked at instead");
        assert!(refused(Path::new("/usr")).contains("it belongs to another user (uid 0)"));
        return;
    }
    let why = refused(&folder);
    assert!(why.contains("key cannot be trusted: it belongs to another user (uid 65534)"), "{why}");
    chown(folder.join("key"), Some(0), None).unwrap();
    Runtime::new(RuntimeConfig::new(&folder, compiler())).unwrap();
    chown(&folder, somebody, None).unwrap();
    let why = refused(&folder);
    assert!(why.contains("modules cannot be trusted: it belongs to another user (uid 65534)"), "{why}");
}

#[tokio::test]
async fn a_cache_whose_name_is_given_to_another_folder_stays_the_one_that_was_looked_at() {
    let host = TestHost::new();
    let (folder, moved) = (host.folder.path().join("modules"), host.folder.path().join("moved"));
    fs::rename(&folder, &moved).unwrap();
    fs::create_dir(&folder).unwrap();
    host.guest("quiet").await;
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
    let kept = fs::read_dir(&moved).unwrap().count();
    assert_eq!(kept, 2, "the key and the compiled module");
}
