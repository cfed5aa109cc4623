//! Drives the entries of a crate over their seeds, and over changes of them that are drawn from the seed's name and a number: what
//! `cargo fuzz` does without end, within a bound. The tests of each crate with entries include this file.

use std::any::Any;
use std::fs;
use std::path::PathBuf;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

/// An entry: it panics when what it took of the bytes is out of its range, and answers how many things it took.
pub type Entry = fn(&[u8]) -> usize;

/// Changes of each seed, and with `PRAHARI_HEAVY_TESTS=1`.
const CHANGES: u64 = 250;
const CHANGES_HEAVY: u64 = 10_000;

/// Longest changed input, in bytes.
const LONGEST: usize = 1 << 16;

/// Longest time that one input may take; each takes less than a millisecond.
const PATIENCE: Duration = Duration::from_secs(60);

/// Beginning of the names of seeds of which nothing is taken.
const REFUSED: &str = "refused";

/// A test for each of these entries, in the order of their names, and one that none is missing.
macro_rules! driven {
    ($($target:ident),* $(,)?) => {
        $(
            #[test]
            fn $target() {
                drive::drive(stringify!($target), super::$target);
            }
        )*

        #[test]
        fn every_target_of_this_crate_is_driven() {
            assert_eq!(drive::targets(), [$(stringify!($target)),*]);
        }
    };
}

#[derive(Clone)]
struct Seed {
    name: String,
    bytes: Vec<u8>,
}

/// Gives an entry each of its seeds and their changes.
///
/// # Panics
/// When the entry does, takes longer than is bearable, takes more things than bytes came, or reads a seed otherwise than its name
/// says; the message has the input.
pub fn drive(target: &str, entry: Entry) {
    let seeds = seeds(target);
    assert!(seeds.len() >= 2, "{target} has {} seeds", seeds.len());
    let heavy = std::env::var_os("PRAHARI_HEAVY_TESTS").is_some_and(|value| value == "1");
    let changes = if heavy { CHANGES_HEAVY } else { CHANGES };
    let (begun, begins) = mpsc::channel();
    let given = seeds.clone();
    let worker = thread::spawn(move || {
        for (at, number) in (0..given.len()).flat_map(|at| (0..=changes).map(move |number| (at, number))) {
            begun.send((at, number)).unwrap();
            let bytes = changed(&given, at, number);
            let taken = entry(&bytes);
            assert!(taken <= bytes.len(), "{taken} things are taken from {} bytes", bytes.len());
            let is_refused = given[at].name.starts_with(REFUSED);
            assert!(
                number > 0 || is_refused == (taken == 0),
                "{taken} things are taken from the seed itself"
            );
        }
    });
    let mut last = (0, 0);
    let input = |(at, number): (usize, u64)| {
        let bytes = changed(&seeds, at, number);
        format!("fuzz/seeds/{target}/{}, change {number}: {}", seeds[at].name, bytes.escape_ascii())
    };
    loop {
        match begins.recv_timeout(PATIENCE) {
            Ok(begun) => last = begun,
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => panic!("no end within {PATIENCE:?}: {}", input(last)),
        }
    }
    if let Err(why) = worker.join() {
        panic!("{}: {}", words(&*why), input(last));
    }
}

/// The targets whose files name an entry of this crate, sorted.
pub fn targets() -> Vec<String> {
    let manifest = fs::read_to_string(folder().join("Cargo.toml")).unwrap();
    let entry = |name: &str| format!("{}::fuzzing::{name}(", env!("CARGO_CRATE_NAME"));
    let mut found = Vec::new();
    for file in fs::read_dir(folder().join("fuzz_targets")).unwrap() {
        let path = file.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        assert!(manifest.contains(&format!("name = \"{name}\"")), "{name} is not in fuzz/Cargo.toml");
        if fs::read_to_string(&path).unwrap().contains(&entry(&name)) {
            found.push(name);
        }
    }
    found.sort();
    found
}

fn folder() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz"))
}

fn seeds(target: &str) -> Vec<Seed> {
    let folder = folder().join("seeds").join(target);
    let files = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut seeds: Vec<Seed> = files
        .map(|file| {
            let path = file.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            Seed { name, bytes: fs::read(&path).unwrap() }
        })
        .collect();
    seeds.sort_by(|a, b| a.name.cmp(&b.name));
    seeds
}

/// What a panic said.
fn words(why: &(dyn Any + Send)) -> String {
    let text = why.downcast_ref::<String>().cloned();
    text.or_else(|| why.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default()
}

/// Numbers that look random and are the same for the same seed and number.
struct Random(u64);

impl Random {
    fn of(name: &str, number: u64) -> Self {
        let mixed = |state: u64, byte: u8| (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        Self(name.bytes().fold(0xcbf2_9ce4_8422_2325, mixed) ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below this one; 0 below 0.
    fn below(&mut self, most: usize) -> usize {
        usize::try_from(self.draw() % u64::try_from(most.max(1)).unwrap()).unwrap()
    }

    fn of_list<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }
}

/// Pieces of texts that readers treat in a way of their own.
const PIECES: [&str; 20] = [
    "null", "--", "NA", "{}", "[]", "[", "}", "\"", ",", "\n", "\r\n", "-", "|", ":", "\u{feff}", "\u{e9}",
    "\0", "\\u0000", " ", "\t",
];

/// Numbers at the ends of what is taken, and beyond.
const NUMBERS: [&str; 16] = [
    "0",
    "-1",
    "1",
    "0.005",
    "1e20",
    "1e999",
    "NaN",
    "4294967295",
    "4294967296",
    "9223372036854775807",
    "-9223372036854775808",
    "99999999999999999999",
    "8210266876799",
    "8210266876799999",
    "+262142",
    "0x10",
];

/// The input of a number: 0 is the seed itself.
fn changed(seeds: &[Seed], at: usize, number: u64) -> Vec<u8> {
    let mut bytes = seeds[at].bytes.clone();
    if number > 0 {
        let mut random = Random::of(&seeds[at].name, number);
        for _ in 0..=random.below(4) {
            change(&mut bytes, seeds, &mut random);
        }
    }
    bytes.truncate(LONGEST);
    bytes
}

fn change(bytes: &mut Vec<u8>, seeds: &[Seed], random: &mut Random) {
    let at = random.below(bytes.len());
    let some = at..bytes.len().min(at + 1 + random.below(24));
    match random.below(9) {
        0 => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= 1 << random.below(8);
            }
        }
        1 => {
            let count = 1 + random.below(8);
            let drawn: Vec<u8> = (0..count).map(|_| random.draw().to_le_bytes()[0]).collect();
            drop(bytes.splice(at..at, drawn));
        }
        2 => drop(bytes.drain(some)),
        3 => bytes.truncate(at),
        4 => {
            let digits = bytes.iter().skip(at).take_while(|byte| byte.is_ascii_digit()).count();
            drop(bytes.splice(at..at + digits, random.of_list(&NUMBERS).bytes()));
        }
        5 => {
            // A binary number at one of its ends.
            let width: usize = *random.of_list(&[1, 2, 4, 8]);
            let end: i64 = *random.of_list(&[0, 1, -1, i64::MAX, i64::MIN, 0x7fff_ffff, 8_210_266_876_799]);
            let place = at..bytes.len().min(at + width);
            drop(bytes.splice(place, end.to_le_bytes().into_iter().take(width)));
        }
        6 => {
            let piece = bytes[some].repeat(1 + random.below(200));
            drop(bytes.splice(at..at, piece));
        }
        7 => {
            let other = &random.of_list(seeds).bytes;
            let from = random.below(other.len());
            bytes.truncate(at);
            bytes.extend_from_slice(&other[from..]);
        }
        _ => drop(bytes.splice(at..at, random.of_list(&PIECES).bytes())),
    }
}
