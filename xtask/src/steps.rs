//! Named steps with the time each took, printed as a table at the end.

#![expect(clippy::disallowed_methods, reason = "the driver measures itself; nothing in it is ever simulated")]

use std::time::{Duration, Instant};

use crate::failure::{Failure, Outcome};

/// Measures one piece of work.
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts measuring.
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// The time since the start, for people: `2.4 s` or `3 min 12 s`.
    pub fn reading(&self) -> String {
        describe(self.0.elapsed())
    }
}

/// Runs steps one after the other and remembers how long each took.
#[derive(Default)]
pub struct Steps {
    done: Vec<(&'static str, Duration, bool)>,
}

impl Steps {
    /// Runs `work` under a headline. A failure names the step and is final: the caller returns it.
    pub fn step<T>(&mut self, name: &'static str, work: impl FnOnce() -> Outcome<T>) -> Outcome<T> {
        eprintln!("\n== {name}");
        let started = Instant::now();
        let outcome = work();
        self.done.push((name, started.elapsed(), outcome.is_ok()));
        outcome.map_err(|failure| Failure::new(format!("{name}: {failure}")))
    }

    /// Prints the table of steps.
    pub fn print(&self) {
        eprint!("\n{}", self.table());
    }

    fn table(&self) -> String {
        let mut text = String::new();
        for (name, took, passed) in &self.done {
            let verdict = if *passed { "ok" } else { "FAILED" };
            text.push_str(&format!("{name:<28} {:>14}  {verdict}\n", describe(*took)));
        }
        let total = self.done.iter().map(|(_, took, _)| *took).sum();
        text.push_str(&format!("{:<28} {:>14}\n", "total", describe(total)));
        text
    }
}

fn describe(time: Duration) -> String {
    let seconds = time.as_secs();
    if seconds < 60 {
        return format!("{:.1} s", time.as_secs_f64());
    }
    format!("{} min {:02} s", seconds / 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_step_is_named_and_ends_the_table() {
        let mut steps = Steps::default();
        steps.step("first", || Ok(())).unwrap();
        let failure = steps.step("second", || Err::<(), _>(Failure::new("it broke"))).unwrap_err();
        assert_eq!(failure.to_string(), "second: it broke");
        let table = steps.table();
        let verdicts: Vec<&str> = table.lines().filter_map(|line| line.split_whitespace().last()).collect();
        assert_eq!(verdicts, ["ok", "FAILED", "s"]);
    }

    #[test]
    fn times_read_well() {
        assert_eq!(describe(Duration::from_millis(2_440)), "2.4 s");
        assert_eq!(describe(Duration::from_secs(192)), "3 min 12 s");
    }
}
