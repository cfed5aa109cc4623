//! What the desk is told of a share: what the broker's file says, once it is here.

use super::*;

#[tokio::test]
async fn what_the_file_says_of_a_share_is_told_from_the_first_look_at_the_book_on() {
    let desk = Desk::new().await;
    let symbol = |symbol: &str| symbol.parse::<Symbol>().unwrap();
    // Nobody logs in to be told it, and nothing is asked of the broker.
    assert_eq!(desk.broker.share_rules(&symbol("DEMO"), NOW), None);
    assert_eq!((desk.fake.logins(), desk.fake.to(".csv").len()), (0, 0));
    desk.will(BOOK, none());
    assert_eq!(desk.broker.book().await.unwrap(), []);
    let rules = desk.told(&symbol("DEMO")).await;
    assert_eq!((rules.series.as_str(), rules.tick, rules.lot), ("EQ", Paise(5), 1));
    assert_eq!(rules.freeze_quantity, Some(999_900));
    assert_eq!((rules.band_low, rules.band_high), (Some(Paise(22_500)), Some(Paise(27_500))));
    assert_eq!(desk.broker.share_rules(&symbol("DEMOT"), NOW).map(|rules| rules.tick), Some(Paise(1)));
    assert_eq!(desk.broker.share_rules(&symbol("NOWHERE"), NOW), None);
    // What the file of a day says is of that day alone; and it is fetched once.
    assert_eq!(desk.broker.share_rules(&symbol("DEMO"), NOW.plus_minutes(24 * 60)), None);
    assert_eq!(desk.broker.book().await.unwrap(), []);
    assert_eq!((desk.fake.to(".csv").len(), desk.fake.logins()), (1, 1));
}

#[tokio::test]
async fn a_file_that_cannot_be_had_is_not_asked_for_at_each_look_at_the_book() {
    let desk = Desk::new().await;
    desk.will(BOOK, none());
    desk.will("file-paths", Reply::Answer(500, String::new()));
    for _ in 0..3 {
        assert_eq!(desk.broker.book().await.unwrap(), []);
    }
    desk.asked("file-paths", 1).await;
    assert_eq!(desk.broker.share_rules(&"DEMO".parse().unwrap(), NOW), None);
    desk.time.pass(ENOUGH_MS);
    assert_eq!(desk.broker.book().await.unwrap(), []);
    desk.asked("file-paths", 2).await;
}

/// Longer than a file that could not be had is left alone, in milliseconds.
const ENOUGH_MS: i64 = 6 * 60_000;

/// Longest wait for what happens in the background.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(20);

impl Desk {
    /// What is told of a share; it is waited for, because nobody else waits for the file.
    async fn told(&self, symbol: &Symbol) -> ShareRules {
        let told = async {
            loop {
                match self.broker.share_rules(symbol, NOW) {
                    Some(rules) => return rules,
                    None => tokio::task::yield_now().await,
                }
            }
        };
        tokio::time::timeout(PATIENCE, told).await.unwrap()
    }

    /// Waits until so many requests had this in their path, and looks whether there are more.
    async fn asked(&self, part: &str, times: usize) {
        let asked = async {
            while self.fake.to(part).len() < times {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(PATIENCE, asked).await.unwrap();
        assert_eq!(self.fake.to(part).len(), times);
    }
}
