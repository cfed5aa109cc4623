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
    // Not before everything that was given is known to be of use.
    make_empty(&options.to)?;
    let wanted = |symbol: &&Symbol| options.symbols.is_empty() || options.symbols.contains(symbol);
    let (mut files, mut rows) = (0, 0);
    for symbol in known.iter().filter(wanted) {
        let mut bars = opened.bars(symbol).await?;
        bars.retain(|bar| {
            options.from.is_none_or(|from| bar.day >= from)
                && options.until.is_none_or(|until| bar.day <= until)
        });
        if bars.is_empty() {
            continue;
        }
        write(&options.to, symbol, &bars)?;
        files += 1;
        rows += bars.len();
    }
    let (bars, shares) = (counted(rows, "bar", "bars"), counted(files, "share", "shares"));
    say!("{bars} of {shares} written to {}", options.to.display());
    Ok(())
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
