//! Bars that were fetched: each page once, versions of what was restated, and not for ever.

use prahari_domain::instruments::Symbol;
use prahari_domain::time::Timestamp;
use prahari_store::{
    BarShareRow, BarYearRow, KEPT_BAR_VERSIONS, RestatedYearKey, RestatedYearRow, SystemScope,
};

use crate::support::{TestStore, day};

const SOURCE: &str = "net";

fn symbol(name: &str) -> Symbol {
    name.parse().unwrap()
}

/// A share of which these years changed.
fn share(fetched_at: i64, years: &[(i32, bool, &str)]) -> BarShareRow {
    let year = |(year, restated, data): &(i32, bool, &str)| BarYearRow {
        year: *year,
        restated: *restated,
        data: data.as_bytes().to_vec(),
    };
    BarShareRow {
        listed: true,
        from: day("2020-01-01"),
        fetched_at: Timestamp(fetched_at),
        years: years.iter().map(year).collect(),
    }
}

/// The years of a share as they are kept.
async fn years(system: &SystemScope, name: &str) -> Vec<(i32, String)> {
    let share = system.bars(SOURCE, &symbol(name)).await.unwrap().unwrap();
    share.years.into_iter().map(|year| (year.year, String::from_utf8(year.data).unwrap())).collect()
}

/// How many pages there are.
fn pages(test: &TestStore) -> i64 {
    let conn = rusqlite::Connection::open(test.folder.path().join("prahari.db")).unwrap();
    conn.query_row("SELECT count(*) FROM bar_pages", [], |row| row.get(0)).unwrap()
}

#[tokio::test]
async fn years_take_the_place_of_years_and_the_same_bars_are_there_once() {
    let test = TestStore::new();
    let system = test.store.system();
    assert_eq!(system.bars(SOURCE, &symbol("ABC")).await.unwrap(), None);
    system
        .save_bars(SOURCE, &symbol("ABC"), share(1, &[(2024, false, "a"), (2025, false, "b")]))
        .await
        .unwrap();
    system.save_bars(SOURCE, &symbol("XYZ"), share(2, &[(2024, false, "a")])).await.unwrap();
    // More of a year is no other version of it.
    system.save_bars(SOURCE, &symbol("ABC"), share(3, &[(2025, false, "bc")])).await.unwrap();
    assert_eq!(years(&system, "ABC").await, [(2024, "a".to_owned()), (2025, "bc".to_owned())]);
    assert_eq!(system.bar_versions(SOURCE, &symbol("ABC")).await.unwrap(), []);
    assert_eq!(pages(&test), 2);
    let kept = system.bars(SOURCE, &symbol("ABC")).await.unwrap().unwrap();
    assert_eq!((kept.listed, kept.from, kept.fetched_at), (true, day("2020-01-01"), Timestamp(3)));
    // Another source has its own.
    assert_eq!(system.bars("other", &symbol("ABC")).await.unwrap(), None);
}

#[tokio::test]
async fn what_a_restated_year_was_is_kept_a_few_times() {
    let test = TestStore::new();
    let system = test.store.system();
    for (at, text) in ["a", "b", "c", "d", "e", "f", "g"].into_iter().enumerate() {
        let row = share(i64::try_from(at).unwrap(), &[(2025, at > 0, text)]);
        system.save_bars(SOURCE, &symbol("ABC"), row).await.unwrap();
    }
    assert_eq!(years(&system, "ABC").await, [(2025, "g".to_owned())]);
    let versions = system.bar_versions(SOURCE, &symbol("ABC")).await.unwrap();
    let numbers: Vec<u32> = versions.iter().map(|version| version.version).collect();
    assert_eq!(numbers, [3, 4, 5, 6, 7]);
    assert_eq!(numbers.len(), KEPT_BAR_VERSIONS as usize);
    assert_eq!(pages(&test), 5);
}

#[tokio::test]
async fn what_was_restated_stands_in_order_of_its_time_which_later_bars_do_not_move() {
    let test = TestStore::new();
    let system = test.store.system();
    let save = async |name: &str, at, years: &[(i32, bool, &str)]| {
        system.save_bars(SOURCE, &symbol(name), share(at, years)).await.unwrap();
    };
    save("ABC", 1, &[(2024, false, "a"), (2025, false, "b")]).await;
    save("XYZ", 1, &[(2025, false, "x")]).await;
    save("ABC", 5, &[(2024, true, "a2"), (2025, true, "b2")]).await;
    save("XYZ", 7, &[(2025, true, "x2")]).await;
    // More of a year that was restated.
    save("ABC", 9, &[(2025, false, "b2 and more")]).await;
    let told = async |of: Option<&str>, from: Option<&RestatedYearKey>, limit| {
        let of = of.map(symbol);
        let rows = system.restated_years(of.as_ref(), from, limit).await.unwrap();
        let text = |data: Vec<u8>| String::from_utf8(data).unwrap();
        let row = |row: RestatedYearRow| {
            let RestatedYearKey { restated_at, symbol, year, version, .. } = &row.key;
            let what = format!("{} {symbol} {year} {version}", restated_at.0);
            format!("{what}: {} -> {}", text(row.before), text(row.after))
        };
        rows.into_iter().map(row).collect::<Vec<_>>()
    };
    let all = ["7 XYZ 2025 2: x -> x2", "5 ABC 2025 2: b -> b2 and more", "5 ABC 2024 2: a -> a2"];
    assert_eq!(told(None, None, 10).await, all);
    assert_eq!(told(Some("ABC"), None, 10).await, all[1..]);
    let second = system.restated_years(None, None, 2).await.unwrap().remove(1).key;
    assert_eq!(told(None, Some(&second), 10).await, all[1..]);
    assert_eq!(told(Some("XYZ"), Some(&second), 10).await, Vec::<String>::new());
}

#[tokio::test]
async fn shares_that_nobody_fetches_are_forgotten_with_their_pages() {
    let test = TestStore::new();
    let system = test.store.system();
    system
        .save_bars(SOURCE, &symbol("OLD"), share(1, &[(2024, false, "a"), (2025, false, "b")]))
        .await
        .unwrap();
    system.save_bars(SOURCE, &symbol("NEW"), share(9, &[(2024, false, "a")])).await.unwrap();
    assert_eq!(system.prune_bars(Timestamp(5)).await.unwrap(), 1);
    assert_eq!(system.prune_bars(Timestamp(5)).await.unwrap(), 0);
    assert_eq!(system.bars(SOURCE, &symbol("OLD")).await.unwrap(), None);
    assert_eq!(years(&system, "NEW").await, [(2024, "a".to_owned())]);
    assert_eq!(pages(&test), 1);
}

#[tokio::test]
async fn a_damaged_page_is_no_page() {
    let test = TestStore::new();
    let system = test.store.system();
    system.save_bars(SOURCE, &symbol("ABC"), share(1, &[(2024, false, "a")])).await.unwrap();
    // Read once, so that it is written.
    assert_eq!(years(&system, "ABC").await.len(), 1);
    let conn = rusqlite::Connection::open(test.folder.path().join("prahari.db")).unwrap();
    conn.execute("UPDATE bar_pages SET data = x'00'", []).unwrap();
    assert_eq!(system.bars(SOURCE, &symbol("ABC")).await.unwrap(), None);
}
