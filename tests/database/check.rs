//! `prahari database check`: a sound database, and one with each kind of damage.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use prahari_domain::book::Book;
use prahari_domain::ids::{OrderId, RunId, UserId};
use prahari_domain::instruments::Symbol;
use prahari_domain::money::Paise;
use prahari_domain::orders::{
    JournalEntry, OrderEvent, OrderKind, OrderRequest, Product, Purpose, Side, Variety,
};
use prahari_domain::strategies::StrategyName;
use prahari_store::{Durability, Store, UserScope};
use serde_json::{Value, json};

use super::checked;
use super::support::{run, run_well};

/// A folder with the database of a simulated week and a half of two users.
fn simulated() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("prahari.db");
    let text = db.to_str().unwrap();
    run_well(&["simulate", "--from", "2025-03-03", "--to", "2025-03-14", "--users", "2", "--db", text]);
    (folder, db)
}

/// The names and contents of a folder's files.
fn contents(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    files.map(|path| (path.clone(), fs::read(path).unwrap())).collect()
}

#[test]
fn a_sound_database_is_looked_at_in_a_line_each_and_left_as_it_is() {
    let (folder, db) = simulated();
    let before = contents(folder.path());
    let (code, said) = checked(&db);
    assert_eq!(code, Some(0), "{said}");
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines.len(), 15, "{said}");
    assert!(lines.iter().all(|line| line.starts_with("ok      ")), "{said}");
    assert!(lines.iter().any(|line| line.ends_with("books folded from the journals: 2 looked at")), "{said}");
    assert!(said.contains("statements of closed dates against the journals: 18 looked at"), "{said}");
    // The week had something of everything but people.
    let empty: Vec<&&str> = lines.iter().filter(|line| line.ends_with(": 0 looked at")).collect();
    assert_eq!(empty, [&"ok      audit entries against their hashes: 0 looked at"], "{said}");
    let output = run(&["database", "check", "--json", "--db", db.to_str().unwrap()]);
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((output.status.code(), &found["sound"]), (Some(0), &json!(true)));
    let checks = found["checks"].as_array().unwrap();
    let is_of_books = |name: &Value| name.as_str().unwrap().ends_with("books folded from the journals");
    let books = checks.iter().find(|check| is_of_books(&check["name"])).unwrap();
    assert_eq!((checks.len(), &books["looked_at"], &books["faults"]), (15, &json!(2), &json!([])));
    assert_eq!(contents(folder.path()), before);
}

/// Changes a bit in the last place of the file at which `text` stands.
pub fn flip(db: &Path, text: &str) {
    let mut bytes = fs::read(db).unwrap();
    let text = text.as_bytes();
    let place = (0..bytes.len() - text.len()).rev().find(|at| bytes[*at..].starts_with(text)).unwrap();
    bytes[place + text.len() - 1] ^= 1;
    fs::write(db, bytes).unwrap();
}

/// Has `work` do something to a user's rows.
fn with_rows<F: Future<Output = ()>>(db: &Path, work: impl FnOnce(UserScope, UserScope) -> F) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let store = Store::open(db, Durability::Full).unwrap();
        work(store.user(UserId(1)), store.user(UserId(2))).await;
        store.close().await.unwrap();
    });
}

/// The one fault that is found after `spoil` had its way with a sound database: the check's line, and its sentence.
fn fault(sound: &Path, spoil: impl FnOnce(&Path)) -> (String, String) {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("prahari.db");
    fs::copy(sound, &db).unwrap();
    spoil(&db);
    let (code, said) = checked(&db);
    assert_eq!(code, Some(1), "{said}");
    let lines: Vec<&str> = said.lines().filter(|line| !line.starts_with("ok ")).collect();
    let [line, sentence] = lines[..] else { panic!("{said}") };
    (line.to_owned(), sentence.trim().to_owned())
}

#[test]
fn each_kind_of_damage_is_named_with_what_and_where() {
    let (_folder, db) = simulated();

    let (line, sentence) = fault(&db, |db| flip(db, r#"{"event":"accepted","broker_id":"P"#));
    assert!(line.starts_with("FAULTY  journal entries"), "{line}");
    let spoilt = tempfile::tempdir().unwrap();
    let copy = spoilt.path().join("prahari.db");
    fs::copy(&db, &copy).unwrap();
    flip(&copy, r#"{"event":"accepted","broker_id":"P"#);
    let output = run(&["database", "check", "--json", "--db", copy.to_str().unwrap()]);
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((output.status.code(), &found["sound"]), (Some(1), &json!(false)));
    let faults = |check: &Value| check["faults"].as_array().unwrap().len();
    let faulty: Vec<&Value> =
        found["checks"].as_array().unwrap().iter().filter(|it| faults(it) > 0).collect();
    let [faulty] = faulty[..] else { panic!("{found}") };
    assert_eq!(
        (&faulty["sound"], &faulty["cut_off"], &faulty["faults"][0]),
        (&json!(false), &json!(false), &json!(sentence))
    );
    assert!(
        sentence.contains("of the order journal of user ") && sentence.contains("checksum"),
        "{sentence}"
    );

    let snapshot = |db: &Path| {
        with_rows(db, |mine, other| async move {
            let (through, _) = mine.load_snapshot().await.unwrap().unwrap();
            let (_, others) = other.load_snapshot().await.unwrap().unwrap();
            mine.save_snapshot(through, others).await.unwrap();
        });
    };
    let (line, sentence) = fault(&db, snapshot);
    assert!(line.starts_with("FAULTY  snapshots"), "{line}");
    assert!(sentence.starts_with("the snapshot of the books of user 1 "), "{sentence}");

    let paper = |db: &Path| {
        with_rows(db, |mine, _| async move {
            let (_, account) = mine.load_paper().await.unwrap();
            let mut account = account.unwrap();
            // The second number is the cash; its lowest seven bits are in its first byte.
            let capital = account.iter().position(|byte| *byte < 0x80).unwrap();
            account[capital + 1] ^= 2;
            mine.save_paper(Vec::new(), account).await.unwrap();
        });
    };
    let (line, sentence) = fault(&db, paper);
    assert!(line.starts_with("FAULTY  paper accounts"), "{line}");
    assert!(sentence.starts_with("user 1: the account and the journal differ in cash"), "{sentence}");
}

/// Changes the digit that follows the last place in the file at which `text` stands.
fn change_digit(db: &Path, text: &str) {
    let mut bytes = fs::read(db).unwrap();
    let text = text.as_bytes();
    let is_place = |at: &usize| bytes[*at..].starts_with(text) && bytes[*at + text.len()].is_ascii_digit();
    let place = (0..bytes.len() - text.len()).rev().find(is_place).unwrap();
    bytes[place + text.len()] ^= 1;
    fs::write(db, bytes).unwrap();
}

#[test]
fn what_repeats_the_journal_is_compared_with_it() {
    let (_folder, db) = simulated();
    let (line, sentence) = fault(&db, |db| change_digit(db, r#"{"day":"2025-03-11","cash":"#));
    assert!(line.starts_with("FAULTY  statements of closed dates"), "{line}");
    assert!(sentence.ends_with(" of 2025-03-11 differs from the journal in cash"), "{sentence}");

    let (line, sentence) = fault(&db, |db| flip(db, r#""state":"filled"#));
    assert!(line.starts_with("FAULTY  rows of orders"), "{line}");
    assert!(sentence.ends_with(" differs from the journal in its content"), "{sentence}");

    let (line, sentence) = fault(&db, |db| flip(db, "buyfilled"));
    assert!(line.starts_with("FAULTY  rows of orders"), "{line}");
    assert!(sentence.ends_with(" differs from the journal in its state"), "{sentence}");

    let (line, sentence) = fault(&db, |db| intend(db, RunId(999_999), Purpose::Entry));
    assert!(line.starts_with("FAULTY  runs that decided orders"), "{line}");
    assert_eq!(sentence, "the journal of user 1 has orders of run 999999, which is no run of theirs");

    // No run is a run of its own where a run should have decided.
    let (_, sentence) = fault(&db, |db| intend(db, RunId(0), Purpose::Entry));
    assert_eq!(sentence, "the journal of user 1 has orders of run 0, which is no run of theirs");
}

#[test]
fn shares_that_were_traded_outside_and_booked_here_are_no_fault() {
    let (_folder, db) = simulated();
    intend(&db, RunId(0), Purpose::External);
    let (code, said) = checked(&db);
    assert_eq!(code, Some(0), "{said}");
}

/// Has the journal of the first user say that an order was placed, of a run which never placed it.
fn intend(db: &Path, run: RunId, purpose: Purpose) {
    with_rows(db, |mine, _| async move {
        let journal = mine.load_journal(0).await.unwrap();
        let mut book = Book::open(UserId(1), Paise::rupees(1_000_000));
        for entry in &journal {
            book.apply(entry).unwrap();
        }
        let at = journal.last().unwrap().at.plus_millis(5 * 86_400_000);
        let order = OrderId { user: UserId(1), day: at.ist_day(), number: 1 };
        let event = OrderEvent::Intended {
            request: request(purpose),
            run,
            first_placed_at: at,
            strategy: StrategyName::REBOUND,
            tag: None,
        };
        let entry = JournalEntry { sequence: book.next_sequence(), order, at, event };
        book.apply(&entry).unwrap();
        let order = book.order(&order).unwrap().clone();
        mine.append_journal_durable(vec![entry], vec![order]).await.unwrap();
    });
}

fn request(purpose: Purpose) -> OrderRequest {
    OrderRequest {
        symbol: Symbol::new("INFY").unwrap(),
        side: Side::Buy,
        quantity: 1,
        kind: OrderKind::Limit(Paise(100_000)),
        variety: Variety::Regular,
        product: Product::Delivery,
        purpose,
        signal: None,
        rsi: None,
        retry_of: None,
    }
}

#[test]
fn what_is_kept_to_be_read_back_is_read() {
    let (_folder, db) = simulated();
    let (line, sentence) = fault(&db, |db| flip(db, "processed-by"));
    assert!(line.starts_with("FAULTY  modules against their hashes"), "{line}");
    assert!(
        sentence.starts_with("the module ") && sentence.ends_with("its bytes have another hash"),
        "{sentence}"
    );

    let (line, sentence) = fault(&db, |db| flip(db, r#""signal_window_starts"#));
    assert!(line.starts_with("FAULTY  versions of the calendar"), "{line}");
    assert!(
        sentence.starts_with("version 1 of the calendar: the calendar cannot be read at hours"),
        "{sentence}"
    );

    let (line, sentence) = fault(&db, |db| flip(db, r#""rsi_period"#));
    assert!(line.starts_with("FAULTY  settings of users"), "{line}");
    assert!(sentence.starts_with("user ") && sentence.contains("strategy"), "{sentence}");
}

/// Two pages of each kind that SQLite has, by the number in its first byte: of tables and of indices, with rows and with
/// the way to them. The last in the file and the one in the middle: the last of all kinds may be of the same table.
fn pages_by_kind(bytes: &[u8]) -> BTreeSet<(u8, usize)> {
    let mut pages: BTreeMap<u8, Vec<usize>> = BTreeMap::new();
    for page in 2..=bytes.len() / PAGE {
        let kind = bytes[(page - 1) * PAGE];
        if [2, 5, 10, 13].contains(&kind) {
            pages.entry(kind).or_default().push(page);
        }
    }
    let two = |(kind, of_kind): (u8, Vec<usize>)| {
        [of_kind.len() / 2, of_kind.len() - 1].map(|place| (kind, of_kind[place]))
    };
    pages.into_iter().flat_map(two).collect()
}

const PAGE: usize = 4_096;

#[test]
fn a_damaged_page_is_one_sentence_that_names_it_and_its_table() {
    let (folder, sound) = simulated();
    let whole = fs::read(&sound).unwrap();
    let db = folder.path().join("damaged.db");
    let mut tables = BTreeSet::new();
    for (kind, page) in pages_by_kind(&whole) {
        let mut bytes = whole.clone();
        bytes[(page - 1) * PAGE..page * PAGE].fill(0xAB);
        fs::write(&db, bytes).unwrap();
        let (code, said) = checked(&db);
        assert_eq!(code, Some(1), "{kind}: {said}");
        for raw in ["***", "malformed", "btreeInitPage", "Tree "] {
            assert!(!said.contains(raw), "{kind}: {said}");
        }
        let lines: Vec<&str> = said.lines().filter(|line| !line.starts_with("ok ")).collect();
        assert_eq!(lines[0], "FAULTY  database files: 1 looked at, 1 fault", "{said}");
        let named = format!("        the database file is damaged in page {page} (");
        let rest = lines[1].strip_prefix(&named).unwrap_or_else(|| panic!("{kind}: {said}"));
        assert!(rest.ends_with("): put a backup from before in its place"), "{kind}: {said}");
        tables.insert(rest.split_once(')').unwrap().0.to_owned());
        assert!(lines[2..].iter().all(|line| line.starts_with("CUT OFF ")), "{kind}: {said}");
    }
    assert!(
        tables.iter().all(|table| table.contains("the table ") || table.contains("an index of the table "))
    );
    assert!(tables.len() >= 3, "{tables:?}");
}

#[test]
fn a_file_that_ends_too_early_or_begins_with_damage_is_one_sentence() {
    let (folder, sound) = simulated();
    let whole = fs::read(&sound).unwrap();
    let db = folder.path().join("damaged.db");
    fs::write(&db, &whole[..whole.len() / PAGE / 2 * PAGE]).unwrap();
    let missing = whole.len() - whole.len() / PAGE / 2 * PAGE;
    let (code, said) = checked(&db);
    assert_eq!(code, Some(1), "{said}");
    let sentence = format!(
        "the database {} is damaged: {missing} bytes are missing at its end; put a backup from before in its place",
        db.display()
    );
    assert_eq!(said, format!("FAULTY  database files: 1 looked at, 1 fault\n        {sentence}\n"));

    let mut bytes = whole.clone();
    bytes[100..PAGE].fill(0xAB);
    fs::write(&db, bytes).unwrap();
    let (code, said) = checked(&db);
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!((code, lines[0]), (Some(1), "FAULTY  database files: 1 looked at, 1 fault"), "{said}");
    assert!(
        lines[1].contains(" is damaged: not even its list of tables can be read; put a backup "),
        "{said}"
    );
    assert!(lines[2..].iter().all(|line| line.starts_with("CUT OFF ")), "{said}");
}
