//! `prahari positions`: what a user of a running daemon holds, and the money beside it.

use std::process::ExitCode;

use prahari_domain::money::{Paise, rupees};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::query::Query;
use super::remote::Remote;
use crate::cli::Positions;
use crate::exit::{Failure, print_document, say};

/// Shows the positions and the funds.
pub fn positions(options: &Positions) -> Result<ExitCode, Failure> {
    let daemon = Remote::of(&options.daemon, "/api/v1")?;
    let query = || Query::default().with("user", options.user).text();
    let positions: Page = daemon.ask("GET", &format!("/positions{}", query()), None)?;
    let funds: Value = daemon.ask("GET", &format!("/funds{}", query()), None)?;
    if daemon.json {
        print_document(&json!({ "positions": positions.items, "funds": funds }).to_string());
        return Ok(ExitCode::SUCCESS);
    }
    if positions.items.is_empty() {
        say!("no positions");
    }
    for position in positions.items {
        serde_json::from_value::<Position>(position).map_err(Failure::work)?.print();
    }
    serde_json::from_value::<Funds>(funds).map_err(Failure::work)?.print();
    Ok(ExitCode::SUCCESS)
}

/// A list of positions.
#[derive(Deserialize, Serialize)]
struct Page {
    items: Vec<Value>,
}

/// A position, as far as it is shown here.
#[derive(Deserialize)]
struct Position {
    symbol: String,
    strategy: String,
    looked_after_by: Vec<String>,
    quantity: u32,
    average_price_paise: i64,
    last_price_paise: i64,
    priced_at: Option<String>,
    unpriced: bool,
    unrealised_paise: i64,
}

/// Money, as far as it is shown here.
#[derive(Deserialize)]
struct Funds {
    cash_paise: i64,
    available_paise: i64,
    market_value_paise: i64,
    total_paise: i64,
}

impl Position {
    /// Such as `INFY: 10 at ₹1,519.80, now ₹1,530.00, +₹102.00 (rebound, looked after by nothing)`.
    fn print(&self) {
        let Self { symbol, quantity, strategy, .. } = self;
        let amounts = [self.average_price_paise, self.last_price_paise, self.unrealised_paise];
        let [cost, price, result] = amounts.map(|paise| rupees(Paise(paise)));
        let sign = if self.unrealised_paise > 0 { "+" } else { "" };
        let last = match (self.unpriced, &self.priced_at) {
            (false, _) => "now",
            (true, Some(_)) => "last known at",
            (true, None) => "without a price, counted at",
        };
        let tasks = match self.looked_after_by.as_slice() {
            [] => "looked after by nothing".to_owned(),
            tasks => format!("looked after by {}", tasks.join(", ")),
        };
        say!("{symbol}: {quantity} at {cost}, {last} {price}, {sign}{result} ({strategy}, {tasks})");
    }
}

impl Funds {
    fn print(&self) {
        let amounts = [self.cash_paise, self.available_paise, self.market_value_paise, self.total_paise];
        let [cash, available, value, total] = amounts.map(|paise| rupees(Paise(paise)));
        say!("cash {cash}, of which {available} may be used; shares {value}; together {total}");
    }
}
