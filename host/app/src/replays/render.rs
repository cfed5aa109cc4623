//! Calls and ends in words, short enough for a report.

use std::fmt;

use prahari_domain::text::one_line;
use prahari_runtime::replay::Difference;
use prahari_runtime::{Answerer, RecordedCall, RunOutcome};
use serde::Serialize;
use serde_json::Value;

/// Most characters of a call's arguments and of its answer: prices in bulk would fill any report.
const MOST_CHARACTERS: usize = 2_000;

/// A call in which a replay parts from the recording.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CallDifference {
    /// Index of the call; the first is 0.
    pub call: usize,
    /// Call in the recording; none when the replay made more calls.
    pub expected: Option<CallView>,
    /// Call in the replay; none when the replay made fewer calls.
    pub got: Option<CallView>,
}

/// Two ends that are not the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EndDifference {
    /// Value in the recording.
    pub expected: String,
    /// Value in the replay.
    pub got: String,
}

/// One call and its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CallView {
    /// The function of the interface, such as `market.quotes`.
    pub function: String,
    /// What was asked, as JSON; its beginning when it is long.
    pub arguments: String,
    /// What was answered, as JSON, its beginning when it is long; none when the run was stopped before.
    pub answer: Option<String>,
    /// Whether the gate answered, which denies and counts, instead of the services behind it.
    pub by_gate: bool,
}

impl CallView {
    fn of(recorded: &RecordedCall) -> Self {
        let answer = recorded.answer.as_ref();
        Self {
            function: recorded.call.function().to_owned(),
            arguments: told(&serde_json::to_value(&recorded.call).map_or(Value::Null, content_of)),
            answer: answer.map(|(_, reply)| told(&serde_json::to_value(reply).unwrap_or_default())),
            by_gate: matches!(answer, Some((Answerer::Gate, _))),
        }
    }
}

impl fmt::Display for CallView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let answer = self.answer.as_deref().unwrap_or("nothing, it was stopped");
        write!(f, "{} {} -> {answer}", self.function, self.arguments)?;
        if self.by_gate { write!(f, " (by the gate)") } else { Ok(()) }
    }
}

/// The first differences of a replay, at most so many of the calls, and the difference of the ends.
pub(super) fn of_differences(
    differences: &[Difference],
    most: usize,
) -> (Vec<CallDifference>, Option<EndDifference>) {
    let (mut calls, mut end) = (Vec::new(), None);
    for difference in differences {
        match difference {
            Difference::Call { index, expected, got } if calls.len() < most => {
                let told = |call: &Option<Box<RecordedCall>>| call.as_deref().map(CallView::of);
                calls.push(CallDifference { call: *index, expected: told(expected), got: told(got) });
            }
            Difference::Call { .. } => {}
            Difference::Outcome { expected, got } => {
                end = Some(EndDifference { expected: outcome(expected), got: outcome(got) });
            }
        }
    }
    (calls, end)
}

/// An end in one line, such as `task_failed: no quotes`.
fn outcome(outcome: &RunOutcome) -> String {
    cut(&one_line(&format!("{}: {}", outcome.name(), outcome.detail())))
}

fn told(value: &Value) -> String {
    // A guest has a part in these texts.
    cut(&one_line(&value.to_string()))
}

fn cut(text: &str) -> String {
    let mut short: String = text.chars().take(MOST_CHARACTERS).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

/// Returns what stands inside the one variant that a call or an answer is as JSON; its name says nothing more than the function
/// does.
pub fn content_of(value: Value) -> Value {
    match value {
        Value::Object(variant) if variant.len() == 1 => {
            variant.into_iter().next().map_or(Value::Null, |(_, content)| content)
        }
        // A variant without content is its own name.
        Value::String(_) => Value::Null,
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use prahari_runtime::HostCall;
    use prahari_runtime::HostReply;

    use super::*;

    fn quotes(symbol: &str) -> RecordedCall {
        let call = HostCall::Quotes { symbols: vec![symbol.to_owned()] };
        RecordedCall { call, answer: Some((Answerer::Services, HostReply::Quotes(Vec::new()))) }
    }

    #[test]
    fn differences_are_told_up_to_a_number_and_the_end_always() {
        let call = |index| Difference::Call {
            index,
            expected: Some(Box::new(quotes("TCS"))),
            got: Some(Box::new(quotes("INFY\u{202e}"))),
        };
        let outcome = Difference::Outcome { expected: RunOutcome::CpuLimit, got: RunOutcome::MemoryLimit };
        let (calls, end) = of_differences(&[call(3), call(4), call(5), outcome], 2);
        assert_eq!(calls.iter().map(|difference| difference.call).collect::<Vec<_>>(), [3, 4]);
        let expected = calls[0].expected.as_ref().unwrap();
        assert_eq!(expected.to_string(), r#"market.quotes {"symbols":["TCS"]} -> {"Quotes":[]}"#);
        assert_eq!(calls[0].got.as_ref().unwrap().arguments, r#"{"symbols":["INFY\u202e"]}"#);
        assert!(end.unwrap().expected.starts_with("cpu_limit: "));
    }

    #[test]
    fn long_texts_are_cut() {
        let long = quotes(&"A".repeat(10_000));
        let told = CallView::of(&long);
        assert_eq!(told.arguments.chars().count(), MOST_CHARACTERS + 1);
        assert!(told.arguments.ends_with('…'));
        let stopped = CallView::of(&RecordedCall { answer: None, ..long });
        assert!(stopped.to_string().ends_with(" -> nothing, it was stopped"));
    }
}
