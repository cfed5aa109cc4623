//! Runs the analysis of each day over a folder of daily bars and prints what it would have published, month by month:
//! `cargo run --release -p prahari-task-analysis --example scan -- FOLDER 2025-01-01 2025-12-31`
//!
//! The folder holds a file `<SYMBOL>.csv` or `<SYMBOL>.csv.gz` for each symbol, with the columns
//! `date,open,high,low,close,adj_close,volume`.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs::File;
use std::io::Read;
use std::ops::RangeInclusive;
use std::path::Path;

use chrono::{Datelike, NaiveDate};
use flate2::read::GzDecoder;
use prahari_indicators::Bar;
use prahari_task_analysis::assessment::{Assessment, assess};
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
    let days = day_number(from)?..=day_number(to)?;
    let mut scan = Scan { days, settings: Settings::default(), months: BTreeMap::new() };
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        scan.symbol(name.split('.').next().unwrap_or_default(), &read(&path)?);
    }
    scan.print();
    Ok(())
}

/// Counts of outcomes by name.
type Counts = BTreeMap<&'static str, usize>;

struct Scan {
    days: RangeInclusive<i32>,
    settings: Settings,
    months: BTreeMap<String, Counts>,
}

impl Scan {
    fn symbol(&mut self, symbol: &str, bars: &[Bar]) {
        let series = Series::new(bars.to_vec(), self.settings.rsi_period);
        for index in 0..bars.len() {
            let Some(view) = series.at(index).filter(|view| self.days.contains(&view.last().day)) else {
                continue;
            };
            let Some(past) = bars.get((index + 1).saturating_sub(PAST_BARS as usize)..=index) else {
                continue;
            };
            let outcome = match assess(&view, None, &self.settings) {
                Some(assessment) if assessment.verdict.is_buy() => self.candidate(symbol, assessment, past),
                Some(assessment) => assessment.verdict.code(),
                None => "insufficient_history",
            };
            let month = day_text(view.last().day).chars().take(7).collect();
            *self.months.entry(month).or_default().entry(outcome).or_default() += 1;
        }
    }

    fn candidate(&self, symbol: &str, assessment: Assessment, past: &[Bar]) -> &'static str {
        let series = Series::new(past.to_vec(), self.settings.rsi_period);
        let Some(candidate) = Candidate::of(assessment, &series, &self.settings) else { return "invalid" };
        let outcome = candidate.final_verdict.code();
        let Candidate { assessment, backtest, .. } = &candidate;
        println!(
            "{} {symbol} {} -> {outcome}: rsi {:.1}, alignment {}, trades {}, win rate {:.0}, average {:.2}, \
             return {:.2}, hold {:.0}, strength {:.0}, score {:.1}, combined {:.1}, priority {:.0}",
            day_text(past.last().map_or(0, |bar| bar.day)),
            assessment.verdict.code(),
            assessment.rsi,
            assessment.alignment.score,
            backtest.trades.len(),
            backtest.win_rate(),
            backtest.average_profit(),
            backtest.total_return(),
            backtest.hold_return,
            candidate.strength,
            candidate.backtest_score,
            candidate.combined,
            candidate.priority,
        );
        outcome
    }

    fn print(&self) {
        let mut total = Counts::new();
        for (month, counts) in &self.months {
            println!("{month} {counts:?}");
            for (name, count) in counts {
                *total.entry(name).or_default() += count;
            }
        }
        println!("total {total:?}");
    }
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
