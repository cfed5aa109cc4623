//! The limits of an allowance on what runs cost the host and leave behind, as they stand in requests and answers.

use prahari_app::grants::{DayLimits, RunLimits};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Limits with the same names there and here, and their bounds for the description of the interface.
macro_rules! limits {
    ($(#[$about:meta])* $view:ident of $limits:ident {
        $($(#[$field_about:meta])* $name:ident: $kind:ty = $least:tt..=$most:tt,)+
    }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
        #[serde(deny_unknown_fields)]
        pub(in crate::routes) struct $view {
            $($(#[$field_about])* #[schema(minimum = $least, maximum = $most)] $name: $kind,)+
        }

        impl From<$limits> for $view {
            fn from(limits: $limits) -> Self {
                Self { $($name: limits.$name,)+ }
            }
        }

        impl From<$view> for $limits {
            fn from(view: $view) -> Self {
                Self { $($name: view.$name,)+ }
            }
        }
    };
}

limits! {
    /// What one run may cost the host and leave behind. A call beyond a limit is refused and the run goes on, where
    /// nothing else is said.
    TaskRunLimits of RunLimits {
        /// Rows of calls and replies.
        rows: u64 = 1..=100000000,
        /// Bytes that calls carry.
        call_bytes: u64 = 1024..=268435456,
        /// Processor time of the host for the calls, in milliseconds: a backstop that ends the run.
        host_ms: u64 = 100..=300000,
        /// Orders to change or cancel.
        order_changes: u32 = 0..=10000,
        /// Calls that the broker is asked for.
        broker_questions: u32 = 0..=10000,
        /// Bytes of one decision, message, signal, log line or summary.
        item_bytes: u64 = 64..=65536,
        /// Decisions that may be recorded.
        decisions: u32 = 0..=100000,
        /// Bytes of the decisions together.
        decision_bytes: u64 = 0..=67108864,
        /// Messages to the user.
        notifications: u32 = 0..=1000,
        /// Lines of the log; one more ends the run.
        log_lines: u32 = 0..=100000,
        /// Bytes of them; one more ends the run.
        log_bytes: u64 = 0..=16777216,
        /// Signals that may be published.
        signals: u32 = 0..=100000,
        /// Keys of the state to set or remove.
        state_changes: u32 = 0..=100000,
        /// Keys of the state that are kept.
        state_keys: u32 = 0..=10000,
        /// Bytes of the state that are kept.
        state_bytes: u64 = 0..=4194304,
        /// Counters of the summary.
        counters: u32 = 0..=1000,
        /// Bytes of the recording; a larger one is not kept, unless the run has an order in the journal.
        recording_bytes: u64 = 0..=268435456,
    }
}

limits! {
    /// What all runs of a date may leave behind for one user.
    TaskDayLimits of DayLimits {
        /// Decisions that may be recorded.
        decisions: u32 = 0..=1000000,
        /// Bytes of the decisions together.
        decision_bytes: u64 = 0..=1073741824,
        /// Messages to the user.
        notifications: u32 = 0..=10000,
        /// Bytes of the log; further lines are dropped.
        log_bytes: u64 = 0..=1073741824,
        /// Signals that may be published.
        signals: u32 = 0..=1000000,
        /// Orders to change or cancel.
        order_changes: u32 = 0..=100000,
        /// Bytes of recordings; further runs are not recorded, unless they have an order in the journal.
        recording_bytes: u64 = 0..=1073741824,
    }
}
