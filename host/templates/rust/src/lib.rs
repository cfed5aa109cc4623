//! Tells which of the held shares opened far below their previous close. It places no orders.

#[cfg(test)]
mod tests;

use prahari_sdk::{
    Capability, Evidence, Host, HostError, LogLevel, Paise, Quote, Report, RunContext, Summary, Task,
    TaskError, TaskInfo, TaskKind, export_task,
};

/// How far below the previous close an open has to be, in percent.
const GAP_PERCENT: Paise = 2;

/// A task that reports opening gaps.
pub struct GapWatch;

impl Task for GapWatch {
    fn info() -> TaskInfo {
        TaskInfo {
            name: "gap_watch".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            kind: TaskKind::Scheduled,
            capabilities: vec![
                Capability::Market,
                Capability::BrokerRead,
                Capability::Log,
                Capability::Decision,
            ],
            default_schedule: "09:30 on trading days".to_owned(),
            config_schema: String::new(),
        }
    }

    fn manifest() -> &'static str {
        include_str!("../manifest.json")
    }

    fn run(host: &mut dyn Host, _context: &RunContext) -> Result<Summary, TaskError> {
        Report::collect(host, |host, report| Ok(watch(host, report)?))
    }
}

/// Looks at every position and answers the summary's line.
fn watch(host: &mut dyn Host, report: &mut Report) -> Result<String, HostError> {
    let symbols: Vec<String> = host.positions()?.into_iter().map(|position| position.symbol).collect();
    report.add("opened_below", 0);
    report.add("positions", i64::try_from(symbols.len()).unwrap_or(i64::MAX));
    if symbols.is_empty() {
        return Ok("no shares are held".to_owned());
    }
    let quotes = host.quotes(&symbols)?;
    for (symbol, quote) in symbols.iter().zip(&quotes) {
        judge(symbol, quote.as_ref(), report);
    }
    let line = format!(
        "{} of {} held shares opened more than {GAP_PERCENT} % below the previous close",
        report.counted("opened_below"),
        symbols.len()
    );
    host.log(LogLevel::Info, &line);
    Ok(line)
}

fn judge(symbol: &str, quote: Option<&Quote>, report: &mut Report) {
    let Some(quote) = quote else {
        report.decide(symbol, "skip", "no_quote", Evidence::new());
        return;
    };
    let Some(open) = quote.open else {
        report.decide(symbol, "skip", "not_open_yet", Evidence::new());
        return;
    };
    let close = quote.previous_close;
    if open * 100 >= close * (100 - GAP_PERCENT) {
        return;
    }
    report.count("opened_below");
    // In hundredths of a percent, without fractions: money is never a floating-point number.
    let gap = (close - open) * 10_000 / close;
    let evidence = Evidence::new()
        .money("previous_close", close)
        .money("open", open)
        .with("gap_percent", format_args!("{}.{:02}", gap / 100, gap % 100));
    report.decide(symbol, "watch", "opened_below", evidence);
}

export_task!(GapWatch);
