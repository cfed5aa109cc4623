//! Runs the analysis of each day over a folder of daily bars and prints what it would have published, month by month:
//! `cargo run --release -p prahari-task-analysis --example scan -- FOLDER 2025-01-01 2025-12-31`
//!
//! The folder holds a file `<SYMBOL>.csv` or `<SYMBOL>.csv.gz` for each symbol, with the columns
//! `date,open,high,low,close,adj_close,volume`.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use chrono::{Datelike, NaiveDate};
use flate2::read::GzDecoder;
use prahari_indicators::Bar;
use prahari_task_analysis::assessment::assess;
use prahari_task_analysis::candidate::{Candidate, PAST_BARS};
use prahari_task_analysis::series::Series;
use prahari_task_analysis::settings::Settings;

/// Days from 0001-01-01 to 1970-01-01.
const EPOCH: i32 = 719_163;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, from, to] = arguments.as_slice() else {
        return Err("usage: scan FOLDER FROM TO".into());
    };
    let (from, to) = (day_number(from)?, day_number(to)?);
    let settings = Settings::default();
    let mut outcomes: BTreeMap<String, BTreeMap<&'static str, usize>> = BTreeMap::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let symbol = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        let bars = read(&path)?;
        scan(&symbol, &bars, from, to, &settings, &mut outcomes)?;
    }
    print(&outcomes);
    Ok(())
}

fn scan(
    symbol: &str,
    bars: &[Bar],
    from: i32,
    to: i32,
    settings: &Settings,
    outcomes: &mut BTreeMap<String, BTreeMap<&'static str, usize>>,
) -> Result<(), Box<dyn Error>> {
    let whole = Series::new(bars.to_vec(), settings.rsi_period);
    for (index, bar) in bars.iter().enumerate().filter(|(_, bar)| (from..=to).contains(&bar.day)) {
        let Some(view) = whole.at(index) else { continue };
        let month = NaiveDate::from_num_days_from_ce_opt(bar.day + EPOCH).ok_or("no such day")?;
        let month = format!("{}-{:02}", month.year(), month.month());
        let counts = outcomes.entry(month).or_default();
        let Some(assessment) = assess(&view, None, settings) else {
            *counts.entry("insufficient_history").or_default() += 1;
            continue;
        };
        if !assessment.verdict.is_buy() {
            *counts.entry(assessment.verdict.code()).or_default() += 1;
            continue;
        }
        let past = bars.get(..=index).ok_or("the index is in range")?;
        let past = past.get(past.len().saturating_sub(PAST_BARS as usize)..).unwrap_or_default();
        let series = Series::new(past.to_vec(), settings.rsi_period);
        let rule = assessment.verdict.code();
        let Some(candidate) = Candidate::of(assessment, &series, settings) else { continue };
        *counts.entry("candidates").or_default() += 1;
        let outcome = match candidate.admit(settings) {
            Ok(()) => candidate.final_verdict.code(),
            Err(refused) => refused.code(),
        };
        *counts.entry(outcome).or_default() += 1;
        let backtest = &candidate.backtest;
        println!(
            "{} {symbol} {rule} -> {outcome}: rsi {:.1}, alignment {}, strength {:.0}, trades {}, win rate {:.0}, average {:.2}, return {:.2}, hold {:.0}, score {:.1}, combined {:.1}, priority {:.0}",
            day_text(bar.day),
            candidate.assessment.rsi,
            candidate.assessment.alignment.score,
            candidate.strength,
            backtest.trades.len(),
            backtest.win_rate(),
            backtest.average_profit(),
            backtest.total_return(),
            backtest.hold_return,
            candidate.backtest_score,
            candidate.combined,
            candidate.priority,
        );
    }
    Ok(())
}

fn print(outcomes: &BTreeMap<String, BTreeMap<&'static str, usize>>) {
    let mut total: BTreeMap<&str, usize> = BTreeMap::new();
    for (month, counts) in outcomes {
        println!("{month} {counts:?}");
        for (name, count) in counts {
            *total.entry(name).or_default() += count;
        }
    }
    println!("total {total:?}");
}

fn read(path: &Path) -> Result<Vec<Bar>, Box<dyn Error>> {
    let mut text = String::new();
    if path.extension().is_some_and(|extension| extension == "gz") {
        GzDecoder::new(File::open(path)?).read_to_string(&mut text)?;
    } else {
        File::open(path)?.read_to_string(&mut text)?;
    }
    text.lines().skip(1).map(bar).collect()
}

fn bar(line: &str) -> Result<Bar, Box<dyn Error>> {
    let fields: Vec<&str> = line.split(',').collect();
    let [day, open, high, low, close, _, volume] = fields.as_slice() else {
        return Err(format!("not seven columns: {line}").into());
    };
    let paise = |text: &str| text.parse::<f64>().map(|rupees| (rupees * 100.0).round());
    Ok(Bar {
        day: day_number(day)?,
        open: paise(open)?,
        high: paise(high)?,
        low: paise(low)?,
        close: paise(close)?,
        volume: volume.parse()?,
    })
}

fn day_number(text: &str) -> Result<i32, Box<dyn Error>> {
    Ok(NaiveDate::parse_from_str(text, "%Y-%m-%d")?.num_days_from_ce() - EPOCH)
}

fn day_text(day: i32) -> String {
    NaiveDate::from_num_days_from_ce_opt(day + EPOCH).map_or_else(String::new, |day| day.to_string())
}
