//! The names of tasks. What a task is beyond its name stands in its manifest, which an operator accepts.

use crate::names::{ShortName, short_name};

/// Most bytes of a task's name: lists stay readable, and a name is copied wherever a task is meant.
pub const LONGEST_NAME: usize = 40;

/// A task, by its name. The set of tasks is open: any name that is well formed may become one.
///
/// Its order is that of the names, for keys of maps. Tasks that are due together run in the order of their
/// manifests' ranks.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Task(ShortName<LONGEST_NAME>);

impl Task {
    /// The task of a name that is written in the program, which a constant checks when it is compiled. Names from
    /// outside are parsed.
    ///
    /// # Panics
    /// When the name is not well formed.
    pub const fn literal(name: &'static str) -> Self {
        Self(ShortName::literal(name))
    }

    /// Returns the name in the database, the API and the modules.
    pub fn name(&self) -> &str {
        self.0.as_str()
    }
}

/// A text that cannot be the name of a task.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is not a name such as gap_watch: words of small letters and digits, each beginning with a letter, at most {LONGEST_NAME} characters"
)]
pub struct NotATaskName(String);

short_name!(Task, LONGEST_NAME, NotATaskName);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_words_of_small_letters_and_digits() {
        let longest = "a".repeat(LONGEST_NAME);
        for name in ["a", "gap_watch", "top_x20", "x1_y2", longest.as_str()] {
            let task: Task = name.parse().unwrap();
            assert_eq!((task.name(), task.to_string().as_str()), (name, name));
        }
        let longer = "a".repeat(LONGEST_NAME + 1);
        for wrong in ["", "_", "a_", "_a", "a__b", "1a", "a_1", "Gap", "gap-watch", "gap watch", "é", &longer]
        {
            assert!(wrong.parse::<Task>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_is_refused_is_told_in_one_sentence_that_is_not_long() {
        let error = "Gap".parse::<Task>().unwrap_err().to_string();
        assert!(error.starts_with("\"Gap\" is not a name such as gap_watch: "), "{error}");
        let long = "A".repeat(10_000).parse::<Task>().unwrap_err().to_string();
        assert!(long.len() < 300, "{}", long.len());
    }

    #[test]
    fn tasks_are_in_the_order_of_their_names() {
        let mut tasks = ["b", "a_b", "ab", "a", "a1"].map(Task::literal);
        tasks.sort();
        let mut names = ["b", "a_b", "ab", "a", "a1"];
        names.sort_unstable();
        assert_eq!(tasks.each_ref().map(|task| task.name()), names);
    }

    #[test]
    fn a_task_is_its_name_in_json() {
        let task = Task::literal("gap_watch");
        assert_eq!(serde_json::to_string(&task).unwrap(), "\"gap_watch\"");
        assert_eq!(serde_json::from_str::<Task>("\"gap_watch\"").unwrap(), task);
        assert!(serde_json::from_str::<Task>("\"gap watch\"").is_err());
    }
}
