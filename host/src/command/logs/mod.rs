//! `prahari logs`: what runs wrote and what happened to services, at a running daemon.

mod follow;
mod line;
mod live;

use std::process::ExitCode;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::on_runtime;
use super::query::Query;
use super::remote::Remote;
use crate::cli::Logs;
use crate::exit::Failure;
use line::Line;

/// Most pages that are asked for; what is looked at for one page is bounded too, so a rare level may need several.
const MOST_PAGES: u32 = 20;

/// Shows the newest lines, the oldest of them first, and goes on with new ones when that is wanted.
pub fn logs(options: &Logs) -> Result<ExitCode, Failure> {
    let daemon = Remote::of(&options.daemon, "/api/v1")?;
    if options.follow {
        return on_runtime(follow::follow(&daemon, options));
    }
    // Nobody reads any more where one cannot be printed.
    let _all_printed = earlier(&daemon, options)?.iter().all(|line| line.print(daemon.json));
    Ok(ExitCode::SUCCESS)
}

/// A page of a list.
#[derive(Deserialize)]
struct Page<T> {
    items: Vec<T>,
    next: Option<String>,
}

/// A line of a run, as the daemon answers it.
#[derive(Deserialize)]
struct OfRun {
    execution: u64,
    task: String,
    started_at: String,
    number: u32,
    level: String,
    message: String,
}

/// A line about services, as the daemon answers it.
#[derive(Deserialize)]
struct OfService {
    at: String,
    level: String,
    message: String,
}

/// The newest lines, the oldest of them first.
fn earlier(daemon: &Remote, options: &Logs) -> Result<Vec<Line>, Failure> {
    let limit = usize::try_from(options.limit).unwrap_or(usize::MAX);
    let of_runs: Vec<OfRun> = newest(daemon, "/logs", options, limit)?;
    // Newest first: turned round, lines of one instant stay in the order in which they were written.
    let mut lines: Vec<(String, u32, Line)> = of_runs.into_iter().map(Line::of_run).rev().collect();
    if options.task.is_none() {
        let of_services: Vec<OfService> = newest(daemon, "/user/service/logs", options, limit)?;
        lines.extend(of_services.into_iter().map(Line::of_service).rev());
    }
    lines.sort_by(|(at, number, _), (other_at, other_number, _)| (at, number).cmp(&(other_at, other_number)));
    let surplus = lines.len().saturating_sub(limit);
    Ok(lines.into_iter().skip(surplus).map(|(.., line)| line).collect())
}

/// At least `limit` of the newest lines of a list, as far as there are so many.
fn newest<T: DeserializeOwned>(
    daemon: &Remote,
    path: &str,
    options: &Logs,
    limit: usize,
) -> Result<Vec<T>, Failure> {
    let (mut items, mut cursor) = (Vec::new(), None);
    for _ in 0..MOST_PAGES {
        let query = Query::default()
            .with("user", options.user)
            .with("task", options.task.filter(|_| path == "/logs"))
            .with("level", Some(options.level.name()))
            .with("limit", Some(options.limit))
            .with("cursor", cursor);
        let page: Page<T> = daemon.ask("GET", &format!("{path}{}", query.text()), None)?;
        items.extend(page.items);
        cursor = page.next;
        if items.len() >= limit || cursor.is_none() {
            break;
        }
    }
    items.truncate(limit);
    Ok(items)
}
