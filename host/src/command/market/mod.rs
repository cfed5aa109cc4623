//! `prahari market`: what is in the files of a market source.

mod check;
mod contradicted;
mod export;
mod fetch;

use std::process::ExitCode;
use std::sync::Arc;

use prahari_brokers::{FolderMarket, Interval, MarketData};
use prahari_domain::calendar::CalendarHandle;
use prahari_domain::instruments::{Candle, Symbol};
use prahari_domain::time::Timestamp;

use crate::cli::{Market, MarketCommand};
use crate::exit::Failure;
use crate::wiring;

/// The paths between the bars are not looked at here, so any seed does.
const SEED: u64 = 1;

/// Does what a command says.
pub async fn market(command: MarketCommand) -> Result<ExitCode, Failure> {
    let calendar = wiring::calendar()?;
    match command {
        MarketCommand::Check(options) => check::check_all(&options, &calendar).await,
        MarketCommand::Export(options) => {
            let opened = Opened::of(&options.market, calendar)?;
            export::export(&opened, &options).await.map(|()| ExitCode::SUCCESS)
        }
        MarketCommand::Fetch(options) => fetch::fetch(options).await,
        MarketCommand::Restated { db, symbol } => {
            fetch::restated(&db, &symbol).await.map(|()| ExitCode::SUCCESS)
        }
    }
}

/// A folder that was read.
struct Opened {
    name: String,
    market: FolderMarket,
    /// Whether its prices are as they were traded.
    raw: bool,
    calendar: Arc<CalendarHandle>,
}

impl Opened {
    fn of(market: &Market, calendar: Arc<CalendarHandle>) -> Result<Self, Failure> {
        let opened = wiring::folder(market, &calendar, SEED)?;
        let raw = matches!(market, Market::RawCsv(_) | Market::Bhavcopy(_));
        Ok(Self { name: market.to_string(), market: opened, raw, calendar })
    }

    /// Every bar of a share, oldest first.
    async fn bars(&self, symbol: &Symbol) -> Result<Vec<Candle>, Failure> {
        let Some((_, last)) = self.market.covers() else { return Ok(Vec::new()) };
        // On the day after the last one all of them are closed.
        let after = Timestamp::end_of(last);
        let candles = self.market.candles(symbol, Interval::Daily, u32::MAX, false, after).await;
        Ok(candles.map_err(Failure::work)?.to_vec())
    }

    async fn symbols(&self) -> Result<Arc<[Symbol]>, Failure> {
        self.market.universe().await.map_err(Failure::work)
    }
}
