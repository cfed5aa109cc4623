//! Which tasks of a user also run when prices change.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::tasks::Task;

/// The tasks that run beside the ticks of their session when the price of a share changes that the user holds. None by
/// default: each such run costs what a tick costs, of the same budget.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriceRuns {
    /// Names of the tasks.
    #[serde(default)]
    pub tasks: BTreeSet<Task>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_never_set_reads_as_none_and_what_is_set_reads_back() {
        assert_eq!(serde_json::from_str::<PriceRuns>("{}").unwrap(), PriceRuns::default());
        let set = PriceRuns { tasks: BTreeSet::from([Task::literal("gap_watch")]) };
        let text = serde_json::to_string(&set).unwrap();
        assert_eq!(text, r#"{"tasks":["gap_watch"]}"#);
        assert_eq!(serde_json::from_str::<PriceRuns>(&text).unwrap(), set);
    }
}
