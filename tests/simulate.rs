//! The trading day end to end: every slot accounted for, books to the paisa, the same again each time.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod support;

use serde_json::Value;
use support::{heavy, real_bars, simulate};

fn synthetic_weeks(users: &str) -> Value {
    simulate(&["--from", "2025-03-03", "--to", "2025-03-28", "--users", users, "--seed", "7"]).report
}

#[test]
fn every_expected_slot_has_exactly_one_outcome() {
    let report = synthetic_weeks("2");
    assert!(report["slots"]["expected"].as_u64().unwrap() > 0);
    assert_eq!(report["slots"]["expected"], report["slots"]["accounted"]);
    let outcomes = report["slots"]["by_outcome"].as_object().unwrap();
    let sum: u64 = outcomes.values().map(|count| count.as_u64().unwrap()).sum();
    assert_eq!(Some(sum), report["slots"]["expected"].as_u64());
    // Nothing was late, missed or failed: the clock is virtual and the modules are ours.
    assert_eq!(outcomes.keys().collect::<Vec<_>>(), ["ran"]);
    assert_eq!(report["slots"]["ticks"]["expected"], report["slots"]["ticks"]["ran"]);
}

#[test]
fn the_books_balance_to_the_paisa_and_agree_with_the_brokers_own() {
    let report = synthetic_weeks("2");
    for book in report["books"].as_array().unwrap() {
        assert_eq!(book["difference_paise"], 0);
        assert_eq!(book["holdings_differing"], 0);
    }
}

#[test]
fn a_second_run_gives_the_same_digest_and_other_users_change_nothing_for_the_first() {
    let (one, two, again) = (synthetic_weeks("1"), synthetic_weeks("2"), synthetic_weeks("2"));
    assert_eq!(two["journal_digest"], again["journal_digest"]);
    assert_eq!(one["books"][0], two["books"][0]);
    assert_ne!(one["journal_digest"], two["journal_digest"]);
}

#[test]
fn the_made_up_market_gives_every_task_something_to_do() {
    let report = simulate(&["--from", "2024-03-18", "--to", "2024-04-30", "--users", "1"]).report;
    assert!(report["signals"]["strong_buy"].as_u64().is_some_and(|count| count > 0), "{}", report["signals"]);
    for side in ["buy", "sell"] {
        assert!(report["fills"][side].as_u64().is_some_and(|count| count > 0), "{}", report["fills"]);
    }
    assert!(report["books"][0]["charges_paise"].as_i64().is_some_and(|charges| charges > 0));
    assert_eq!(report["books"][0]["difference_paise"], 0);
}

#[test]
fn another_seed_is_another_market() {
    let other =
        simulate(&["--from", "2025-03-03", "--to", "2025-03-28", "--users", "1", "--seed", "8"]).report;
    assert_ne!(other["journal_digest"], synthetic_weeks("1")["journal_digest"]);
}

#[test]
fn real_bars_lead_to_real_buys_and_sells() {
    let Some(bars) = real_bars() else { return };
    let market = format!("csv:{}", bars.display());
    // The year of the issue behind the flag; a quarter always.
    let to = if heavy() { "2025-12-31" } else { "2025-03-31" };
    let arguments = ["--market", &market, "--from", "2025-01-01", "--to", to, "--users", "3"];
    let report = simulate(&arguments).report;
    assert_eq!(report["slots"]["expected"], report["slots"]["accounted"]);
    assert!(report["fills"]["buy"].as_u64().unwrap() > 0, "{}", report["fills"]);
    assert!(report["fills"]["sell"].as_u64().unwrap() > 0, "{}", report["fills"]);
    for book in report["books"].as_array().unwrap() {
        assert_eq!(book["difference_paise"], 0);
    }
}

/// The canonical list of two users' orders over four weeks. A change that is meant to change no order leaves it as
/// it is; one that is meant to writes it anew with `PRAHARI_UPDATE_ORDERS=1`, and its commit says which rule did
/// it.
#[test]
fn every_order_is_what_it_was() {
    let kept = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/simulate/orders-2025-03.tsv");
    let folder = tempfile::tempdir().unwrap();
    let written = folder.path().join("orders.tsv");
    let orders = ["--orders", written.to_str().unwrap()];
    let days = ["--from", "2025-03-03", "--to", "2025-03-28", "--users", "2", "--seed", "7"];
    simulate(&[days.as_slice(), &orders].concat());
    let list = std::fs::read_to_string(&written).unwrap();
    if std::env::var_os("PRAHARI_UPDATE_ORDERS").is_some_and(|value| value == "1") {
        std::fs::write(&kept, &list).unwrap();
    }
    let kept = std::fs::read_to_string(&kept).unwrap();
    let differs = kept.lines().zip(list.lines()).find(|(kept, now)| kept != now);
    assert_eq!(differs, None, "the first line that differs, kept and now");
    assert_eq!(kept.lines().count(), list.lines().count());
    assert!(list.lines().count() > 20, "there is something to compare:\n{list}");
}
