//! The daemon is killed at every write to the journal and on both sides of every call to the broker, on days on which
//! everything goes wrong.

use std::path::PathBuf;

use kotak_sim::{Call, Fault};

use crate::checks::{books_are_the_brokers, no_decision_is_two_orders, nothing_is_doubled_or_hidden};
use crate::mortal::JournalHook;
use crate::outside::users_of_kotak;
use crate::script::{Step, day_of};
use crate::support::{ADMIN, MONDAY, TestHost, at, heavy};
use crate::trading::Trading;

/// Seeds that are always tried, and those of the long form.
const SEEDS: (u64, u64) = (20, 500);

/// Each seed dies at every so-manieth point of its day, each at others: all together they die at every point.
const STRIDE: u64 = 20;

/// Repeats one day: `PRAHARI_KOTAK_DAY=SEED:POINT`, and `SEED:POINT:POINT` of one whose second life ends too.
const REPEAT: &str = "PRAHARI_KOTAK_DAY";

/// Says how a day is repeated when it fails.
struct OnFailure {
    seed: u64,
    deaths: Vec<u64>,
}

impl Drop for OnFailure {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let points: Vec<String> = self.deaths.iter().map(u64::to_string).collect();
            let points = points.join(":");
            eprintln!("repeat it: {REPEAT}={}:{points} cargo test --test kotak_day crash::", self.seed);
        }
    }
}

/// Where days happen.
struct Days {
    house: TestHost,
    hook: JournalHook,
    /// A database in which the user trades at the broker and has done nothing yet.
    fresh: (tempfile::TempDir, PathBuf),
}

impl Days {
    async fn new() -> Self {
        let mut house = TestHost::new(1);
        house.make_flat();
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("prahari.db");
        users_of_kotak(&database, 1, at(MONDAY, "09:00")).await;
        Self { house, hook: JournalHook::install(), fresh: (folder, database) }
    }

    /// Lives through the day of a seed, whose daemon dies after so many points, and the one after it after so many.
    /// Answers whether all of those deaths came.
    async fn live(&mut self, seed: u64, deaths: &[u64]) -> bool {
        let _on_failure = OnFailure { seed, deaths: deaths.to_vec() };
        let mut trading = Trading::begin(&mut self.house, &self.hook, &self.fresh.1, deaths).await;
        for (number, planned) in (1..).zip(day_of(seed)) {
            trading.outside.pass_until(at(MONDAY, "09:20").plus_minutes(4 * number)).await;
            if let Some(fault) = planned.fault {
                trading.outside.sim.add_fault(fault);
            }
            trading.take(u64::try_from(number).unwrap(), planned.step).await;
            check(&trading).await;
        }
        trading.settle().await;
        check(&trading).await;
        books_are_the_brokers(&trading.outside, &trading.daemon, ADMIN).await;
        let all_died = trading.lives() > deaths.len();
        trading.end().await;
        all_died
    }

    /// Lives through the day of a seed once for each of its deaths, and at last without one.
    async fn each_death_of(&mut self, seed: u64) -> u64 {
        let mut days = 1;
        for point in (1 + seed % STRIDE..).step_by(usize::try_from(STRIDE).unwrap()) {
            // The daemon that comes after it may die while it makes good what is open.
            let deaths = [point, 1 + (seed + point) % 7];
            let deaths = if (seed + point).is_multiple_of(3) { &deaths[..] } else { &deaths[..1] };
            if !self.live(seed, deaths).await {
                break;
            }
            days += 1;
        }
        days
    }
}

async fn check(trading: &Trading<'_>) {
    nothing_is_doubled_or_hidden(&trading.outside, &trading.daemon, ADMIN).await;
    no_decision_is_two_orders(&trading.outside, &trading.daemon, ADMIN).await;
}

async fn seeds(which: impl Fn(&u64) -> bool) {
    if std::env::var_os(REPEAT).is_some() {
        return;
    }
    let mut days = Days::new().await;
    let count = if heavy() { SEEDS.1 } else { SEEDS.0 };
    let mut lived = 0;
    for seed in (0..count).filter(which) {
        lived += days.each_death_of(seed).await;
    }
    println!("{lived} days");
    assert!(lived > count, "each day has more points than {STRIDE}");
}

#[tokio::test]
async fn no_death_doubles_or_hides_an_order_of_even_seeds() {
    seeds(|seed| seed.is_multiple_of(2)).await;
}

#[tokio::test]
async fn no_death_doubles_or_hides_an_order_of_odd_seeds() {
    seeds(|seed| !seed.is_multiple_of(2)).await;
}

#[tokio::test]
async fn the_day_that_was_asked_for_is_repeated() {
    let asked = std::env::var(REPEAT).ok();
    let asked = asked.as_deref().unwrap_or("0:1:2");
    let mut numbers = asked.split(':').map(|number| number.parse::<u64>().unwrap());
    let seed = numbers.next().unwrap();
    let deaths: Vec<u64> = numbers.collect();
    assert!(Days::new().await.live(seed, &deaths).await || deaths.is_empty(), "it ended before all deaths");
}

#[tokio::test]
async fn an_order_whose_answer_and_tag_are_lost_is_unknown_or_alarmed_and_nothing_is_sent_beside_it() {
    let mut days = Days::new().await;
    // The daemon that would have looked for it dies too.
    let mut trading = Trading::begin(&mut days.house, &days.hook, &days.fresh.1, &[20]).await;
    for fault in [Fault::TagLost, Fault::Cut { after_effect: true }] {
        trading.outside.next(Call::Place, fault);
    }
    let buy = Step::Buy { symbol: "ABC", quantity: 3, limit: Some(9_500) };
    trading.take(1, buy).await;
    assert_eq!(trading.outside.orders(ADMIN).len(), 1);
    check(&trading).await;
    trading.settle().await;
    check(&trading).await;
    // Another decision of the same share and side; and one of another share, which it does not hold up.
    trading.take(2, buy).await;
    trading.take(3, Step::Buy { symbol: "XYZ", quantity: 3, limit: Some(9_500) }).await;
    check(&trading).await;
    let symbols: Vec<String> = trading.outside.orders(ADMIN).into_iter().map(|order| order.symbol).collect();
    assert_eq!(symbols, ["ABC-EQ", "XYZ-EQ"]);
    trading.end().await;
}
