//! Tasks, codes and amounts as people write them.

use prahari_domain::money::{Paise, grouped, rupees};
use prahari_domain::tasks::Task;

use super::Asked;
pub(super) use crate::notices::words::codes::words;

/// Values of decisions that are amounts of money: tasks write them in rupees with two decimals.
const AMOUNTS: [&str; 16] = [
    "available",
    "average",
    "average_price",
    "close",
    "deferred_target",
    "ema200",
    "ema9",
    "ema9_target",
    "last_close",
    "limit",
    "open",
    "previous_close",
    "price",
    "stop",
    "target",
    "value",
];

/// Values that name something: they stay as they are.
const NAMES: [&str; 3] = ["order", "run", "signal"];

/// Fewest digits that are told in groups.
const GROUPED_FROM: usize = 5;

impl Asked {
    /// A task by its title; by its name in words when nothing is known of it any more.
    pub(super) fn title(&self, task: Task) -> String {
        let known = self.tasks.find_ever(task);
        known.map_or_else(|| words(task.name()), |known| known.manifest.title.clone())
    }
}

/// A value of a decision as people write it, by the name that the task gave it.
pub(super) fn value(name: &str, text: &str) -> String {
    if NAMES.contains(&name) {
        return text.to_owned();
    }
    let amount = AMOUNTS.contains(&name).then(|| paise(text)).flatten();
    let count = || text.parse::<u64>().ok().filter(|_| text.len() >= GROUPED_FROM);
    match amount {
        Some(amount) => rupees(amount),
        None => count().map_or_else(|| words(text), grouped),
    }
}

/// An amount in rupees with two decimals; none of any other text.
fn paise(text: &str) -> Option<Paise> {
    let (sign, magnitude) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let (whole, part) = magnitude.split_once('.')?;
    let is_number = |digits: &str| !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
    if part.len() != 2 || !is_number(whole) || !is_number(part) {
        return None;
    }
    let amount: i64 = format!("{whole}{part}").parse().ok()?;
    Some(Paise(sign * amount))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_told_by_what_they_are() {
        assert_eq!(value("value", "99388.80"), rupees(Paise(9_938_880)));
        assert_eq!(value("price", "-0.05"), rupees(Paise(-5)));
        // What the tasks that come with the program and the templates write as money, beside these.
        for name in
            ["average_price", "deferred_target", "ema9_target", "last_close", "open", "previous_close"]
        {
            assert_eq!(value(name, "1402.50"), "₹1,402.50", "{name}");
        }
        assert_eq!(value("average_volume", "2901908"), "29,01,908");
        // A ratio, the name of a signal, and what is too long for an amount.
        assert_eq!(value("rsi", "27.10"), "27.10");
        assert_eq!(value("signal", "123456"), "123456");
        assert_eq!(value("price", "99999999999999999999.00"), "99999999999999999999.00");
        assert_eq!(value("verdict", "strong_buy"), "strong buy");
    }
}
