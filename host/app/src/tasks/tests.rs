use serde_json::{Value, json};

use super::*;

/// The manifest of a task that comes with the program, as its component exports it.
pub(crate) fn manifest(name: &str) -> TaskManifest {
    TaskManifest::read(&text(name)).unwrap()
}

fn text(name: &str) -> String {
    let file = format!("{}/../../plugins/{name}/manifest.json", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(file).unwrap()
}

fn with(pointer: &str, value: Value) -> Result<TaskManifest, ManifestError> {
    let mut document: Value = serde_json::from_str(&text("position_monitor")).unwrap();
    let (parent, field) = pointer.rsplit_once('/').unwrap();
    document.pointer_mut(parent).unwrap()[field] = value;
    TaskManifest::read(&document.to_string())
}

#[test]
fn a_manifest_names_only_the_limits_that_differ_from_the_defaults() {
    let monitor = manifest("sell_monitor");
    assert_eq!(monitor.limits, crate::grants::TaskLimits::default());
    let scan = manifest("analysis");
    assert_eq!((scan.limits.cpu_ms, scan.limits.per_run.notifications), (60_000, 20));
    assert_eq!((scan.limits.per_day.signals, scan.limits.per_day.notifications), (20_000, 100));
    let written = serde_json::to_string(&scan).unwrap();
    assert_eq!(TaskManifest::read(&written).unwrap(), scan, "what is stored reads back the same");
}

#[test]
fn what_cannot_be_meant_is_refused_in_one_sentence() {
    for (pointer, value, sentence) in [
        ("/name", json!("Position Monitor"), "is not a name such as gap_watch"),
        ("/title", json!(""), "title: one line of 1 to 60 characters"),
        ("/title", json!("x".repeat(61)), "title: one line of 1 to 60 characters"),
        ("/description", json!("a\nb"), "description: one line"),
        ("/rank", json!(10_001), "rank: 10001 is more than 10000"),
        ("/rank", json!(-1), "the manifest does not read"),
        ("/strategy", json!("My Strategy"), "is not a strategy's name such as momentum"),
        ("/strategy", json!("x".repeat(24)), "at most 23 characters"),
        ("/colour", json!("red"), "colour is no field of this: "),
        ("/audience", json!("nobody"), "audience: nobody is none of these: everyone, admins"),
        ("/shared", json!(true), "audience: a shared task runs for everybody"),
        ("/capabilities", json!(["fly"]), "there is no capability \"fly\""),
        ("/late", json!({ "window": { "millis": -1 } }), "late: the delay is not between"),
        ("/schedule/rules", json!([]), "rules: 0 of them"),
        ("/schedule/rules", json!([{ "at": { "time": "09:30" } }]), "it runs hourly from a start to an end"),
        ("/schedule/bounds/minute", json!(60), "minute is not between 0 and 59"),
        ("/schedule/bounds/earliest", json!("19:00"), "earliest is after latest"),
        (
            "/schedule/after",
            json!({ "tasks": [], "latest": "17:00", "then": "run" }),
            "after: it runs after 0 tasks",
        ),
        (
            "/schedule/after",
            json!({ "tasks": ["position_monitor"], "latest": "17:00", "then": "skip" }),
            "a task cannot wait for itself",
        ),
        ("/retry_after_minutes", json!([1, 5]), "the last attempt would begin 360 s after the slot is due"),
        ("/retry_after_minutes", json!([2, 1]), "a delay is shorter than the one before"),
        ("/retry_after_minutes", json!([0]), "at most 5 delays of 1 to 120 minutes"),
        ("/retry_after_minutes", json!([121]), "at most 5 delays of 1 to 120 minutes"),
        ("/retry_after_minutes", json!([1, 1, 1, 1, 1, 1]), "at most 5 delays of 1 to 120 minutes"),
        ("/limits", json!({ "cpu_ms": 300_001 }), "cpu_ms: 300001 is not between 1 and 300000"),
        ("/limits", json!({ "wall_ms": 300_001 }), "wall_ms: 300001 is not between 1 and 300000"),
        ("/limits", json!({ "orders": 1_001 }), "orders: 1001 is not between 0 and 1000"),
        ("/limits", json!({ "per_run": { "fingers": 5 } }), "fingers is no field of this"),
    ] {
        let error = with(pointer, value).unwrap_err().to_string();
        assert!(error.contains(sentence) && !error.contains('\n'), "{pointer}: {error}");
    }
}

#[test]
fn a_manifest_names_its_strategy_or_is_of_rebound() {
    assert!(manifest("sell_monitor").strategy.is_rebound());
    let own = with("/strategy", json!("momentum")).unwrap();
    assert_eq!(own.strategy.name(), "momentum");
    let written = serde_json::to_string(&own).unwrap();
    assert_eq!(TaskManifest::read(&written).unwrap(), own);
    let set = TaskSet::of([entry(own.clone(), None, None)]);
    assert_eq!(set.strategy(own.name).name(), "momentum");
    assert!(set.strategy(Task::literal("never")).is_rebound());
}

#[test]
fn only_what_neither_trades_nor_runs_each_minute_is_tried_again() {
    let scan = manifest("analysis");
    assert_eq!(
        [1, 2, 3, 4, 0].map(|attempt| scan.retry_after(attempt)),
        [Some(5), Some(15), Some(45), None, None]
    );
    for (name, sentence) in [
        ("buy_orders", "retry_after_minutes: a task that may trade is not tried again"),
        ("sell_monitor", "retry_after_minutes: a task that may trade is not tried again"),
    ] {
        let mut document: Value = serde_json::from_str(&text(name)).unwrap();
        document["retry_after_minutes"] = json!([1]);
        let error = TaskManifest::read(&document.to_string()).unwrap_err().to_string();
        assert!(error.contains(sentence), "{error}");
        document["capabilities"] = json!(["log"]);
        let error = TaskManifest::read(&document.to_string()).map_err(|error| error.to_string());
        match name {
            "buy_orders" => assert!(error.is_ok(), "{error:?}"),
            _ => assert!(error.unwrap_err().contains("has its next tick")),
        }
    }
}

#[test]
fn a_manifest_has_a_size() {
    let padded = format!("{}{}", text("sell_monitor"), " ".repeat(MOST_MANIFEST_BYTES));
    assert_eq!(TaskManifest::read(&padded), Err(ManifestError::TooLong(padded.len())));
    let deep = format!("{{\"name\":{}", "[".repeat(10_000));
    assert!(TaskManifest::read(&deep).unwrap_err().to_string().contains("does not read"));
    assert!(TaskManifest::read("[]").unwrap_err().to_string().contains("not a list"));
}

fn entry(manifest: TaskManifest, by: Option<UserId>, removed_at: Option<Timestamp>) -> KnownTask {
    let at = Timestamp(0);
    let row = TaskRow {
        task: manifest.name,
        manifest: String::new(),
        accepted_at: at,
        accepted_by: by,
        removed_at,
        schedules_from: 0,
    };
    known(manifest, &row, false)
}

#[test]
fn tasks_run_by_rank_and_then_by_name_and_those_that_went_last() {
    let ranked =
        |name: &str, rank| TaskManifest { name: name.parse().unwrap(), rank, ..manifest("position_monitor") };
    let set = TaskSet::of([
        entry(ranked("c", 10), None, None),
        entry(ranked("b", 10), None, None),
        entry(ranked("a", 20), None, None),
        entry(ranked("z", 1), None, Some(Timestamp(5))),
    ]);
    assert_eq!(set.names(), ["b", "c", "a"].map(Task::literal));
    let (gone, never) = (Task::literal("z"), Task::literal("never"));
    assert!(set.find(gone).is_none() && set.find_ever(gone).is_some());
    assert!(set.rank(never) > set.rank(Task::literal("a")));
    assert!(set.allowance(never).capabilities.is_empty());
}

#[test]
fn what_a_person_accepted_does_not_give_way_to_the_program() {
    let (old, new) = (manifest("sell_monitor"), TaskManifest { rank: 31, ..manifest("sell_monitor") });
    assert!(gives_way(None, &new));
    assert!(gives_way(Some(&entry(old.clone(), None, None)), &new));
    assert!(!gives_way(Some(&entry(new.clone(), None, None)), &new));
    assert!(!gives_way(Some(&entry(old.clone(), Some(UserId(1)), None)), &new));
    assert!(gives_way(Some(&entry(old, Some(UserId(1)), Some(Timestamp(5)))), &new), "it comes back");
}
