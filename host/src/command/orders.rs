//! `prahari orders`: the orders of a user at a running daemon.

use std::process::ExitCode;

use prahari_domain::money::{Paise, rupees};
use serde::Deserialize;

use super::moment;
use super::query::Query;
use super::remote::Remote;
use crate::cli::Orders;
use crate::exit::{Failure, say};

/// Lists the orders, the newest first.
pub fn orders(options: &Orders) -> Result<ExitCode, Failure> {
    let query = Query::default()
        .with("user", options.user)
        .with("symbol", options.symbol.as_ref())
        .with("from", options.day)
        .with("through", options.day)
        .with("active", options.active.then_some(true))
        .with("limit", Some(options.limit));
    let daemon = Remote::of(&options.daemon, "/api/v1/orders")?;
    daemon.show("GET", &query.text(), None, |orders: Page| orders.print())?;
    Ok(ExitCode::SUCCESS)
}

/// A page of orders.
#[derive(Deserialize)]
struct Page {
    items: Vec<Order>,
}

/// An order, as far as it is shown here.
#[derive(Deserialize)]
struct Order {
    id: String,
    symbol: String,
    side: String,
    quantity: u32,
    filled_quantity: u32,
    limit_paise: Option<i64>,
    average_price_paise: Option<i64>,
    strategy: String,
    state: String,
    reason: String,
    placed_at: String,
}

impl Page {
    fn print(&self) {
        if self.items.is_empty() {
            say!("no orders");
        }
        self.items.iter().for_each(Order::print);
    }
}

impl Order {
    /// Such as `U1-20250307-0001 2025-03-07 16:05:02 buy 10 INFY at ₹1,520.00 filled, 10 at ₹1,519.80 (rebound)`.
    fn print(&self) {
        let Self { id, side, quantity, symbol, strategy, state, .. } = self;
        let limit = match self.limit_paise {
            Some(paise) => format!("at {}", rupees(Paise(paise))),
            None => "at the market".to_owned(),
        };
        let filled = match self.average_price_paise {
            Some(paise) => format!(", {} at {}", self.filled_quantity, rupees(Paise(paise))),
            None => String::new(),
        };
        let reason = if self.reason.is_empty() { String::new() } else { format!(": {}", self.reason) };
        let placed = moment(&self.placed_at);
        say!("{id} {placed} {side} {quantity} {symbol} {limit} {state}{filled} ({strategy}){reason}");
    }
}
