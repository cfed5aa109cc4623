//! The units of `deploy/`: systemd understands them, and the program takes their command lines.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::{prahari, stderr};

/// The units.
const UNITS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../deploy");

/// Where the units expect the program.
const INSTALLED: &str = "/usr/local/bin/prahari";

/// Name and content of each unit.
fn units() -> Vec<(String, String)> {
    let files = fs::read_dir(UNITS).unwrap().map(|file| file.unwrap().path());
    let mut units: Vec<(String, String)> = files
        .map(|path| {
            (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read_to_string(&path).unwrap())
        })
        .collect();
    units.sort();
    units
}

fn unit(name: &str) -> String {
    units().into_iter().find(|(found, _)| found == name).unwrap().1
}

/// The values of a setting in a unit.
fn values<'a>(unit: &'a str, setting: &str) -> Vec<&'a str> {
    let value =
        |line: &'a str| line.split_once('=').filter(|(name, _)| *name == setting).map(|(_, value)| value);
    unit.lines().filter_map(value).collect()
}

/// The arguments with which a unit starts the program, with everything that systemd and its shell put in.
fn command_lines(unit: &str) -> Vec<Vec<String>> {
    let starts = values(unit, "ExecStart").into_iter().filter_map(|line| line.split_once(INSTALLED));
    starts
        .map(|(_, arguments)| arguments.trim_end_matches('\'').replace("$(date +%%F)", "2026-11-27"))
        .map(|arguments| arguments.split_whitespace().map(str::to_owned).collect())
        .collect()
}

/// What is wrong with a command line by the program's own parser; nothing of it is done.
fn refusal(arguments: &[String]) -> Option<String> {
    let mut words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    words.push("--help");
    let output = prahari(&words).output().unwrap();
    (!output.status.success()).then(|| stderr(&output))
}

#[test]
fn the_program_takes_the_command_line_of_each_unit() {
    let mut taken = 0;
    for (name, unit) in units() {
        for line in command_lines(&unit) {
            assert_eq!(refusal(&line), None, "{name}: {line:?}");
            let mut wrong = line.clone();
            wrong.push("--no-such-option".to_owned());
            assert!(refusal(&wrong).is_some(), "{name}: a wrong one is noticed");
            taken += 1;
        }
    }
    assert_eq!(taken, 2, "the daemon and its backup");
}

#[test]
fn systemd_finds_nothing_wrong_with_the_units() {
    let version = Command::new("systemd-analyze").arg("--version").output();
    if !version.is_ok_and(|output| output.status.success()) {
        eprintln!("left out: there is no systemd-analyze on this machine");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut paths: Vec<PathBuf> = Vec::new();
    for (name, unit) in units() {
        let path = folder.path().join(name);
        fs::write(&path, unit.replace(INSTALLED, env!("CARGO_BIN_EXE_prahari"))).unwrap();
        paths.push(path);
    }
    let verify = |paths: &[PathBuf]| {
        let mut command = Command::new("systemd-analyze");
        let output = command.args(["verify", "--man=no"]).args(paths).output().unwrap();
        stderr(&output)
    };
    // It says what is odd without ending badly.
    let names = |said: &str| said.lines().filter(|line| line.contains("prahari")).count();
    let said = verify(&paths);
    assert_eq!(names(&said), 0, "{said}");
    let wrong = folder.path().join("prahari-wrong.service");
    fs::write(&wrong, unit("prahari.service").replace("KillMode=", "KilMode=")).unwrap();
    assert!(names(&verify(&[wrong])) > 0, "a wrong one is noticed");
}

#[test]
fn the_daemon_is_started_again_after_failures_and_not_after_wrong_command_lines() {
    let unit = unit("prahari.service");
    let one = |setting| match values(&unit, setting)[..] {
        [value] => value.to_owned(),
        ref other => panic!("{setting}: {other:?}"),
    };
    assert_eq!((one("Restart"), one("RestartPreventExitStatus")), ("on-failure".to_owned(), "2".to_owned()));
    assert_eq!(one("StartLimitBurst"), "4");
    let seconds = |setting| one(setting).trim_end_matches('s').parse::<u32>().unwrap();
    assert!(seconds("TimeoutStopSec") > 10, "the daemon takes ten seconds at most");
    assert!(seconds("RestartSec") < 120, "a slot may be two minutes late");
    // Modules become machine code, and a child without memory is not the end of the daemon.
    assert_eq!(values(&unit, "MemoryDenyWriteExecute"), [""; 0]);
    assert_eq!(one("OOMPolicy"), "continue");
}

#[test]
fn the_page_about_deployment_names_each_unit_and_its_places() {
    let page = fs::read_to_string(Path::new(UNITS).join("../docs/DEPLOYMENT.md")).unwrap();
    let service = unit("prahari.service");
    let line = command_lines(&service).remove(0);
    for word in line.iter().filter(|word| word.starts_with('/')) {
        assert!(page.contains(word.as_str()), "{word}");
    }
    for name in ["prahari.service", "prahari-backup.timer"] {
        assert!(page.contains(name), "{name}");
    }
    for folder in ["StateDirectory", "CacheDirectory"].map(|setting| values(&service, setting)[0].to_owned())
    {
        assert!(folder.split(' ').all(|name| page.contains(&format!("/{name}"))), "{folder}");
    }
}
