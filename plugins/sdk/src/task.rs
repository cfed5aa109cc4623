//! The task trait and the macro that exports it from a component.

use crate::{Host, RunContext, Summary, TaskError, TaskInfo};

/// A trading task: a function of its context and of the host's answers, with no other input.
pub trait Task {
    /// What it says of itself. It grants nothing.
    fn info() -> TaskInfo;

    /// What it is, as the JSON document that `docs/PLUGIN-GUIDE.md` describes. It counts once an operator has accepted it.
    fn manifest() -> &'static str;

    /// Does the work once.
    ///
    /// # Errors
    /// When the work could not be done at all; what was skipped for a reason is a decision, not an error.
    fn run(host: &mut dyn Host, context: &RunContext) -> Result<Summary, TaskError>;
}

/// Exports a [`Task`] as the component's `describe`, `manifest` and `run`. Compiled for anything but wasm it only checks the
/// type, so that a task crate can be linked into native tests together with others.
#[macro_export]
macro_rules! export_task {
    ($task:ty) => {
        const _: fn() = || {
            fn is_task<T: $crate::Task>() {}
            is_task::<$task>();
        };

        #[cfg(target_arch = "wasm32")]
        const _: () = {
            struct Component;

            impl $crate::bindings::Guest for Component {
                fn describe() -> $crate::TaskInfo {
                    <$task as $crate::Task>::info()
                }

                fn run(context: $crate::RunContext) -> Result<$crate::Summary, $crate::TaskError> {
                    $crate::run_component::<$task>(&context)
                }
            }

            impl $crate::bindings::exports::prahari::task::manifest::Guest for Component {
                fn manifest() -> String {
                    <$task as $crate::Task>::manifest().to_owned()
                }
            }

    $crate::bindings::export!(Component with_types_in $crate::bindings);
        };
    };
}
