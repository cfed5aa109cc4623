//! New lines as they come.

use std::collections::HashMap;

use chrono::DateTime;
use serde::Deserialize;
use serde_json::Value;
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::block_in_place;

use super::earlier;
use super::line::Line;
use super::live::Live;
use crate::cli::Logs;
use crate::command::remote::Remote;
use crate::exit::{Failure, warn};

/// How far apart the two times of one line about services may be, in milliseconds: the event is told just before the line is kept.
const SAME_LINE_MS: i64 = 2_000;

/// Who asks.
#[derive(Deserialize)]
struct Me {
    id: u64,
}

/// Shows the newest lines and then new ones, until Ctrl-C, the end of whoever reads, or the end of the daemon, which is a failure.
pub(super) async fn follow(daemon: &Remote, options: &Logs) -> Result<(), Failure> {
    let listen = |kind| signal(kind).map_err(Failure::work);
    let (mut interrupt, mut terminate) = (listen(SignalKind::interrupt())?, listen(SignalKind::terminate())?);
    let user = match options.user {
        Some(user) => user,
        None => block_in_place(|| daemon.ask::<Me>("GET", "/auth/me", None))?.id,
    };
    // Before the earlier lines are asked for, so that none falls between the two.
    let mut live = Live::open(daemon).await?;
    let earlier = block_in_place(|| earlier(daemon, options))?;
    if !earlier.iter().all(|line| line.print(daemon.json)) {
        return Ok(());
    }
    let mut shown = Shown::of(earlier);
    loop {
        let event = tokio::select! {
            event = live.next() => event?,
            _ = interrupt.recv() => return Ok(()),
            _ = terminate.recv() => return Ok(()),
        };
        if is_resync(&event) {
            warn("some lines came faster than they were read; `prahari logs` without --follow shows them");
        }
        let wanted = |(of, line): &(u64, Line)| *of == user && is_wanted(line, options);
        let Some((_, line)) = Line::of_event(&event).filter(wanted) else { continue };
        if !shown.takes(&line) && !line.print(daemon.json) {
            return Ok(());
        }
    }
}

fn is_resync(event: &Value) -> bool {
    event.get("type").and_then(Value::as_str) == Some("resync")
}

fn is_wanted(line: &Line, options: &Logs) -> bool {
    let of_task = options.task.is_none_or(|task| line.task.as_deref() == Some(task.name()));
    of_task && severity(&line.level) >= severity(options.level.name())
}

/// An unknown level counts as the gravest.
fn severity(level: &str) -> usize {
    ["debug", "info", "warn"].iter().position(|known| *known == level).unwrap_or(3)
}

/// Lines that were shown and may come once more as events: those of runs that ended, and those about services that were kept,
/// between the opening of the stream and the answer with the earlier lines.
struct Shown(HashMap<(Option<u64>, String), Vec<String>>);

impl Shown {
    fn of(lines: Vec<Line>) -> Self {
        let mut shown: HashMap<_, Vec<String>> = HashMap::new();
        for Line { at, execution, message, .. } in lines {
            shown.entry((execution, message)).or_default().push(at);
        }
        Self(shown)
    }

    /// Takes a line out, if it was shown; answers whether it was.
    fn takes(&mut self, line: &Line) -> bool {
        let Some(times) = self.0.get_mut(&(line.execution, line.message.clone())) else { return false };
        // A run's lines are kept all at once when it ends: what was shown of it was all of it.
        let same = |at: &String| line.execution.is_some() || are_close(at, &line.at);
        let position = times.iter().position(same);
        position.map(|position| times.swap_remove(position)).is_some()
    }
}

fn are_close(one: &str, other: &str) -> bool {
    let instant = |text: &str| DateTime::parse_from_rfc3339(text).map(|at| at.timestamp_millis());
    match (instant(one), instant(other)) {
        (Ok(one), Ok(other)) => one.abs_diff(other) <= SAME_LINE_MS.unsigned_abs(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(at: &str, execution: Option<u64>, message: &str) -> Line {
        let at = format!("2025-03-10T{at}+05:30");
        Line { at, execution, task: None, level: "info".to_owned(), message: message.to_owned() }
    }

    #[test]
    fn a_line_that_was_shown_is_not_shown_again_and_its_like_is() {
        let run = line("09:15:00.000", Some(7), "placed");
        let service = line("09:15:01.000", None, "the unified service was started by user 2");
        let mut shown = Shown::of(vec![run.clone(), run.clone(), service.clone()]);
        let of_run = line("09:15:30.000", Some(7), "placed");
        assert!(shown.takes(&of_run) && shown.takes(&of_run) && !shown.takes(&of_run));
        assert!(!shown.takes(&line("09:20:00.000", None, &service.message)), "it was started once more");
        assert!(shown.takes(&line("09:15:00.990", None, &service.message)));
        assert!(!shown.takes(&line("09:15:00.000", Some(8), "placed")));
    }

    #[test]
    fn a_level_is_at_least_as_severe_as_the_named_one() {
        assert!(severity("warn") > severity("info") && severity("error") > severity("warn"));
        assert_eq!(severity("of another release"), severity("error"));
    }
}
