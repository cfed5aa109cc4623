//! `prahari market export`: the bars of a folder as one file for each share.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use prahari_domain::instruments::{Candle, Symbol};
use prahari_domain::numbers::counted;

use super::Opened;
use crate::cli::MarketExport;
use crate::exit::{Failure, say};

/// Writes the files.
pub(super) async fn export(opened: &Opened, options: &MarketExport) -> Result<(), Failure> {
    if let (Some(from), Some(until)) = (options.from, options.until)
        && from > until
    {
        return Err(Failure::input(format!("--from {from} is after --until {until}")));
    }
    let known = opened.symbols().await?;
    if let Some(unknown) = options.symbols.iter().find(|symbol| known.binary_search(symbol).is_err()) {
        return Err(Failure::input(format!("{} has no share {unknown}", opened.name)));
    }
    let wanted = |symbol: &&Symbol| options.symbols.is_empty() || options.symbols.contains(symbol);
    let (mut files, mut rows, mut without) = (0, 0, Vec::new());
    for symbol in known.iter().filter(wanted) {
        let mut bars = opened.bars(symbol).await?;
        bars.retain(|bar| {
            options.from.is_none_or(|from| bar.day >= from)
                && options.until.is_none_or(|until| bar.day <= until)
        });
        if bars.is_empty() {
            without.push(symbol.as_str());
            continue;
        }
        // Not before everything that was given is known to be of use.
        if files == 0 {
            make_empty(&options.to)?;
        }
        write(&options.to, symbol, &bars)?;
        files += 1;
        rows += bars.len();
    }
    if files == 0 {
        return Err(nothing(opened, options));
    }
    let (bars, shares) = (counted(rows, "bar", "bars"), counted(files, "share", "shares"));
    say!("{bars} of {shares} written to {}", options.to.display());
    // Whoever names no share wants what there is.
    if !options.symbols.is_empty() && !without.is_empty() {
        let shares = counted(without.len(), "share has", "shares have");
        say!("{shares} no bar{}: {}", days(options), without.join(", "));
    }
    Ok(())
}

/// That no share has a bar of the days that were asked for, and of which days there are some.
fn nothing(opened: &Opened, options: &MarketExport) -> Failure {
    let shares: Vec<&str> = options.symbols.iter().map(Symbol::as_str).collect();
    let shares = if shares.is_empty() { "any share".to_owned() } else { shares.join(", ") };
    let there =
        opened.market.covers().map(|(first, last)| format!("; there are bars from {first} to {last}"));
    let there = there.unwrap_or_default();
    Failure::input(format!("{} has no bar of {shares}{}{there}", opened.name, days(options)))
}

/// The days that were asked for, as the end of a sentence; empty when none was named.
fn days(options: &MarketExport) -> String {
    match (options.from, options.until) {
        (None, None) => String::new(),
        (Some(from), None) => format!(" from {from} on"),
        (None, Some(until)) => format!(" until {until}"),
        (Some(from), Some(until)) => format!(" from {from} to {until}"),
    }
}

/// Makes a folder, or takes an empty one: nothing that stands there is written over.
fn make_empty(dir: &Path) -> Result<(), Failure> {
    let unusable = |error: std::io::Error| Failure::input(format!("{}: {error}", dir.display()));
    fs::create_dir_all(dir).map_err(unusable)?;
    match fs::read_dir(dir).map_err(unusable)?.next() {
        None => Ok(()),
        Some(_) => Err(Failure::input(format!("{} is not empty: name another folder", dir.display()))),
    }
}

fn write(dir: &Path, symbol: &Symbol, bars: &[Candle]) -> Result<(), Failure> {
    let mut text = "date,open,high,low,close,volume\n".to_owned();
    for Candle { day, open, high, low, close, volume } in bars {
        writeln!(text, "{day},{open},{high},{low},{close},{volume}").map_err(Failure::work)?;
    }
    let file = dir.join(format!("{symbol}.csv"));
    fs::write(&file, text).map_err(|error| Failure::work(format!("cannot write {}: {error}", file.display())))
}
