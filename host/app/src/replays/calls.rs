//! The recorded calls of a run, page by page.

use std::io;

use prahari_domain::text::one_line;
use prahari_runtime::abi::latest::HostError;
use prahari_runtime::{Answerer, HostReply, RecordedCall, Recording, RecordingError, capability_name};
use prahari_store::RunRow;
use serde::Serialize;

use super::Replays;
use crate::error::AppError;
use crate::runs::recordings;

/// Most bytes of a call's arguments and of its answer: prices in bulk would fill any page.
const MOST_TEXT: usize = 8 << 10;

/// Most bytes of the calls of one page.
const MOST_PAGE: usize = 1 << 20;

/// One recorded call and what the guest was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallLine {
    /// Index of the call in the run; the first is 0.
    pub index: u32,
    /// The function of the interface, such as `market.quotes`.
    pub function: &'static str,
    /// What was asked, as JSON; its beginning when it is long.
    pub arguments: String,
    /// What was answered, as JSON, its beginning when it is long; none after an error, or when the run was stopped before.
    pub answer: Option<String>,
    /// Why it was not done, one sentence; none when it was answered, or the run was stopped before.
    pub error: Option<String>,
    /// Whether the gate answered, which denies and counts, instead of the services behind it.
    pub by_gate: bool,
    /// Whether a text above is only the beginning.
    pub cut: bool,
}

/// A part of the calls of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CallsPage {
    /// The calls in the order in which they were made.
    pub calls: Vec<CallLine>,
    /// The index of the first that is not in it; none when there is none.
    pub next: Option<u32>,
}

impl Replays {
    /// The recorded calls of a run in order from the one numbered `from` on: `limit` at most, and fewer when they are long.
    ///
    /// # Errors
    /// [`AppError::NoRecording`]; [`AppError::Recording`] when it is damaged; or when the database cannot be read.
    pub async fn calls(&self, row: &RunRow, from: u32, limit: u32) -> Result<CallsPage, AppError> {
        // The semaphore is never closed.
        let _place = self.permits.calls.acquire().await;
        let run = row.id;
        let kept = self.handles.store.user(row.user).recording(run).await?;
        let kept = kept.ok_or(AppError::NoRecording(run))?;
        let reading = tokio::task::spawn_blocking(move || {
            let recording = recordings::read(run, kept)?;
            page_of(&recording, from, limit).map_err(|source| AppError::Recording { run, source })
        });
        // It is cancelled only when the program ends.
        reading.await.unwrap_or_else(|error| {
            Err(AppError::Recording { run, source: RecordingError::Damaged(error.to_string()) })
        })
    }
}

fn page_of(recording: &Recording, from: u32, limit: u32) -> Result<CallsPage, RecordingError> {
    let mut page = CallsPage::default();
    let mut bytes = 0;
    for (index, call) in (0..).zip(recording.each_call()) {
        let call = call?;
        if index < from {
            continue;
        }
        if page.calls.len() >= limit as usize || bytes > MOST_PAGE {
            page.next = Some(index);
            break;
        }
        let line = CallLine::of(index, &call);
        bytes += line.arguments.len() + line.answer.as_ref().map_or(0, String::len);
        page.calls.push(line);
    }
    Ok(page)
}

impl CallLine {
    fn of(index: u32, recorded: &RecordedCall) -> Self {
        let (arguments, mut cut) = json_of(&recorded.call);
        let (mut answer, mut error) = (None, None);
        if let Some((_, reply)) = &recorded.answer {
            error = error_of(reply);
            if error.is_none() {
                let (text, is_cut) = json_of(reply);
                (answer, cut) = (Some(text), cut || is_cut);
            }
        }
        let by_gate = matches!(recorded.answer, Some((Answerer::Gate, _)));
        Self { index, function: recorded.call.function(), arguments, answer, error, by_gate, cut }
    }
}

/// What was not done, in one sentence; none for an answer.
fn error_of(reply: &HostReply) -> Option<String> {
    let said = match reply {
        HostReply::Refused(HostError::Denied(capability)) => {
            format!("denied: the run was not granted {}", capability_name(*capability))
        }
        HostReply::Refused(HostError::Invalid(why)) => format!("invalid: {why}"),
        HostReply::Refused(HostError::Unavailable(why)) => format!("unavailable: {why}"),
        HostReply::Failed(why) => format!("failed: {why}"),
        _ => return None,
    };
    Some(one_line(&said).chars().take(MOST_TEXT).collect())
}

/// The JSON inside the one variant that a call or reply is, whose name says no more than the function does; and whether it
/// is only the beginning. No more is written than is kept: an answer may be of many megabytes.
fn json_of(value: &impl Serialize) -> (String, bool) {
    let mut beginning = Beginning(Vec::new());
    let cut = serde_json::to_writer(&mut beginning, value).is_err();
    let whole = beginning.0.utf8_chunks().next().map_or("", |chunk| chunk.valid());
    let inside = match whole.split_once(':') {
        Some((name, inside)) if name.starts_with('{') && cut => inside,
        Some((name, inside)) if name.starts_with('{') => inside.strip_suffix('}').unwrap_or(inside),
        _ => "null",
    };
    // A guest has a part in these texts.
    (one_line(inside).into_owned(), cut)
}

/// Keeps the first [`MOST_TEXT`] bytes, and refuses the rest.
struct Beginning(Vec<u8>);

impl io::Write for Beginning {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = MOST_TEXT - self.0.len();
        if room == 0 && !bytes.is_empty() {
            return Err(io::ErrorKind::WriteZero.into());
        }
        let taken = bytes.len().min(room);
        self.0.extend(bytes.iter().take(taken));
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use prahari_runtime::HostCall;
    use prahari_runtime::abi::latest::Capability;

    use super::*;

    fn line(call: HostCall, answer: Option<(Answerer, HostReply)>) -> CallLine {
        CallLine::of(7, &RecordedCall { call, answer })
    }

    #[test]
    fn a_call_is_told_without_the_names_of_variants() {
        let call = HostCall::Quotes { symbols: vec!["TCS".to_owned(), "A:B\u{202e}".to_owned()] };
        let told = line(call, Some((Answerer::Services, HostReply::Quotes(vec![None]))));
        assert_eq!((told.index, told.function), (7, "market.quotes"));
        assert_eq!(told.arguments, r#"{"symbols":["TCS","A:B\u202e"]}"#);
        assert_eq!((told.answer.as_deref(), told.error, told.cut), (Some("[null]"), None, false));
        let told = line(HostCall::Positions, None);
        assert_eq!((told.arguments.as_str(), told.answer, told.error), ("null", None, None));
        assert!(!told.by_gate);
    }

    #[test]
    fn what_was_refused_is_an_error_and_no_answer() {
        let denied = HostReply::Refused(HostError::Denied(Capability::BrokerRead));
        let told = line(HostCall::Funds, Some((Answerer::Gate, denied)));
        assert_eq!(told.error.as_deref(), Some("denied: the run was not granted broker-read"));
        assert!(told.by_gate && told.answer.is_none());
        let failed = HostReply::Failed("gone".to_owned());
        let told = line(HostCall::Funds, Some((Answerer::Services, failed)));
        assert_eq!(told.error.as_deref(), Some("failed: gone"));
    }

    #[test]
    fn a_long_text_is_cut_between_characters() {
        let symbols = vec!["é".repeat(3 * MOST_TEXT)];
        let told = line(HostCall::Quotes { symbols }, None);
        assert!(told.cut && told.arguments.len() <= MOST_TEXT, "{}", told.arguments.len());
        assert!(told.arguments.starts_with(r#"{"symbols":["éé"#) && told.arguments.ends_with('é'));
    }
}
