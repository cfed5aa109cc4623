//! Writes the bars of a made-up market as the files that the `csv` source and the `scan` example of the task that
//! scans the market read: `cargo run --release -p prahari-brokers --example synthetic_bars -- 1 2017-01-01
//! 2024-12-31 FOLDER`
//!
//! The first argument is the seed; the folder, which must exist, gets a file `<SYMBOL>.csv` for each share.

use std::error::Error;
use std::fmt::Write;
use std::path::Path;

use prahari_brokers::{Interval, MarketData, SyntheticMarket};
use prahari_domain::calendar::CalendarHandle;
use prahari_domain::instruments::Candle;
use prahari_domain::money::Paise;
use prahari_domain::time::{Day, Timestamp};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [seed, from, to, folder] = arguments.as_slice() else {
        return Err("usage: synthetic_bars SEED FROM TO FOLDER".into());
    };
    let (from, to): (Day, Day) = (from.parse()?, to.parse()?);
    let market = SyntheticMarket::new(seed.parse()?, CalendarHandle::embedded()?, from, to)?;
    let after = to.succ_opt().ok_or("the last day has no next day")?;
    let now = Timestamp::start_of(after);
    for symbol in market.universe().await?.iter() {
        let bars = market.candles(symbol, Interval::Daily, u32::MAX, false, now).await?;
        std::fs::write(Path::new(folder).join(format!("{symbol}.csv")), file(&bars.to_vec())?)?;
    }
    Ok(())
}

/// The text of a file. There are no splits and no dividends, so the adjusted close is the close.
fn file(bars: &[Candle]) -> Result<String, std::fmt::Error> {
    let mut text = "date,open,high,low,close,adj_close,volume\n".to_owned();
    for bar in bars {
        let [open, high, low, close] = [bar.open, bar.high, bar.low, bar.close].map(rupees);
        writeln!(text, "{},{open},{high},{low},{close},{close},{}", bar.day, bar.volume)?;
    }
    Ok(text)
}

fn rupees(price: Paise) -> String {
    format!("{}.{:02}", price.0 / 100, price.0 % 100)
}
