//! What is said of one cause, gathered: the first time at once, what follows within a while as one message with a
//! count.
//!
//! Whoever can bring something about again and again could otherwise send somebody a message each time, and hide
//! the one that matters among them.

use std::collections::BTreeMap;

use prahari_domain::time::Timestamp;

/// Largest number of sentences in a message; the others are only counted.
const NAMED: usize = 5;

/// The first while after something was said of a cause. It doubles as long as there is more to say.
pub(crate) const FIRST_WHILE_MS: i64 = 60_000;

/// The longest while: whom it concerns has to hear of it the same session.
const LONGEST_WHILE_MS: i64 = 10 * 60_000;

/// The first sentences, and how many there are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Lines {
    first: Vec<String>,
    count: usize,
}

impl Lines {
    /// Creates a message of one sentence.
    pub fn one(line: String) -> Self {
        Self { first: vec![line], count: 1 }
    }

    /// Adds a sentence to the message.
    pub fn add(&mut self, line: String) {
        self.count += 1;
        if self.first.len() < NAMED {
            self.first.push(line);
        }
    }

    /// Adds what others said.
    fn append(&mut self, others: Self) {
        self.count += others.count;
        self.first.extend(others.first.into_iter().take(NAMED.saturating_sub(self.first.len())));
    }

    /// All of them in one text; none when there are none.
    pub fn text(&self) -> Option<String> {
        let more = match self.count - self.first.len() {
            0 => String::new(),
            more => format!("; and {more} more, which the log names"),
        };
        (self.count > 0).then(|| format!("{}{more}", self.first.join("; ")))
    }
}

/// A cause of which something was said a while ago.
#[derive(Debug)]
struct Cause {
    /// Time at which what waits may be said.
    until: Timestamp,
    /// Interval until the next message, in milliseconds.
    then_ms: i64,
    waiting: Lines,
}

/// Waiting messages, by cause.
#[derive(Debug)]
pub(crate) struct Gathered<K> {
    causes: BTreeMap<K, Cause>,
}

impl<K> Default for Gathered<K> {
    fn default() -> Self {
        Self { causes: BTreeMap::new() }
    }
}

impl<K: Ord + Clone> Gathered<K> {
    /// Adds what there is to say of a cause.
    pub fn add(&mut self, cause: K, lines: Lines, now: Timestamp) {
        if lines.count == 0 {
            return;
        }
        let new = || Cause { until: now, then_ms: FIRST_WHILE_MS, waiting: Lines::default() };
        self.causes.entry(cause).or_insert_with(new).waiting.append(lines);
    }

    /// Takes what may be said now. A cause that stayed quiet for its while is said at once again before long.
    pub fn due(&mut self, now: Timestamp) -> Vec<(K, String)> {
        let mut due = Vec::new();
        self.causes.retain(|key, cause| {
            // A clock that was set back does not make it wait longer.
            let left = cause.until.millis_since(now);
            if left > 0 && left <= LONGEST_WHILE_MS {
                return true;
            }
            let text = std::mem::take(&mut cause.waiting).text();
            let quiet = text.is_none();
            due.extend(text.map(|text| (key.clone(), text)));
            if quiet && cause.then_ms <= FIRST_WHILE_MS {
                return false;
            }
            cause.then_ms = if quiet { cause.then_ms / 2 } else { cause.then_ms };
            cause.until = now.plus_millis(cause.then_ms);
            if !quiet {
                cause.then_ms = cause.then_ms.saturating_mul(2).min(LONGEST_WHILE_MS);
            }
            true
        });
        due
    }

    /// Returns when something may be said next; none when nothing waits.
    pub fn next(&self) -> Option<Timestamp> {
        self.causes.values().filter(|cause| cause.waiting.count > 0).map(|cause| cause.until).min()
    }

    /// Takes all that waits, because there will be no later.
    pub fn rest(&mut self) -> Vec<(K, String)> {
        let causes = std::mem::take(&mut self.causes);
        causes.into_iter().filter_map(|(key, cause)| Some((key, cause.waiting.text()?))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp(seconds * 1_000)
    }

    fn line(number: i64) -> Lines {
        Lines::one(format!("{number} fell"))
    }

    #[test]
    fn a_message_names_the_first_sentences_and_counts_the_others() {
        let mut lines = Lines::default();
        assert_eq!(lines.text(), None);
        (1..=8).for_each(|number| lines.add(format!("{number} fell")));
        let text = "1 fell; 2 fell; 3 fell; 4 fell; 5 fell; and 3 more, which the log names";
        assert_eq!(lines.text().unwrap(), text);
        let mut others = line(0);
        others.append(lines);
        assert!(others.text().unwrap().ends_with("4 fell; and 4 more, which the log names"));
    }

    #[test]
    fn the_first_is_said_at_once_and_what_follows_after_a_while_as_one() {
        let mut gathered = Gathered::default();
        gathered.add("a", line(1), at(0));
        assert_eq!(gathered.due(at(0)), [("a", "1 fell".to_owned())]);
        assert_eq!(gathered.next(), None);
        (2..=9).for_each(|number| gathered.add("a", line(number), at(number)));
        gathered.add("b", line(0), at(9));
        assert_eq!(gathered.due(at(9)), [("b", "0 fell".to_owned())], "another cause does not wait");
        assert_eq!((gathered.due(at(59)), gathered.next()), (vec![], Some(at(60))));
        let text = "2 fell; 3 fell; 4 fell; 5 fell; 6 fell; and 3 more, which the log names";
        assert_eq!(gathered.due(at(60)), [("a", text.to_owned())]);
    }

    #[test]
    fn a_storm_of_a_day_is_told_a_few_times_an_hour_and_a_quiet_cause_at_once_again() {
        let mut gathered = Gathered::default();
        let mut said = 0;
        for second in 0..86_400 {
            gathered.add("a", line(second), at(second));
            said += gathered.due(at(second)).len();
        }
        assert!((140..=160).contains(&said), "{said}");
        // Its whiles become shorter again, and then it is forgotten.
        let mut second = 86_400;
        while !gathered.causes.is_empty() {
            second += 1;
            gathered.due(at(second));
        }
        assert!(second < 86_400 + 2 * 3_600, "{second}");
        gathered.add("a", line(second), at(second));
        assert_eq!(gathered.due(at(second)).len(), 1);
    }

    #[test]
    fn a_clock_that_is_set_back_and_an_end_leave_nothing_unsaid() {
        let mut gathered = Gathered::default();
        gathered.add("a", line(1), at(86_400));
        assert_eq!(gathered.due(at(86_400)).len(), 1);
        gathered.add("a", line(2), at(86_400));
        assert_eq!(gathered.due(at(0)), [("a", "2 fell".to_owned())]);
        gathered.add("a", line(3), at(1));
        assert_eq!(gathered.rest(), [("a", "3 fell".to_owned())]);
        assert!(gathered.rest().is_empty());
    }
}
