//! The bodies of the broker's answers.

use std::fmt::Display;
use std::net::IpAddr;

use prahari_brokers::BrokerError;
use prahari_domain::money::Paise;
use serde_json::Value;

use super::{first_line, is_clean, masker, rows};
use crate::error::{Call, KotakError, Meaning};
use crate::http::Raw;
use crate::http::reach::Reach;
use crate::wire::body;
use crate::wire::holding::HoldingRow;
use crate::wire::limits::Limits;
use crate::wire::listed;
use crate::wire::login;
use crate::wire::margin::Margin;
use crate::wire::order::OrderRow;
use crate::wire::position::PositionRow;
use crate::wire::trade::TradeRow;

/// The order book, and the history of an order.
pub fn order_book(bytes: &[u8]) -> usize {
    let masker = masker();
    let read = list(Call::Book, bytes, OrderRow::is_of_shares, |row| OrderRow::read(row, &masker));
    read.iter().for_each(rows::order);
    read.len()
}

/// The executions.
pub fn trades(bytes: &[u8]) -> usize {
    let read = list(Call::Trades, bytes, OrderRow::is_of_shares, TradeRow::read);
    read.iter().for_each(rows::trade);
    read.len()
}

/// The positions.
pub fn positions(bytes: &[u8]) -> usize {
    let read = list(Call::Positions, bytes, OrderRow::is_of_shares, PositionRow::read);
    read.iter().for_each(rows::position);
    read.len()
}

/// The holdings.
pub fn holdings(bytes: &[u8]) -> usize {
    let read = list(Call::Holdings, bytes, HoldingRow::is_of_shares, HoldingRow::read);
    read.iter().for_each(rows::holding);
    read.len()
}

/// Money.
pub fn limits(bytes: &[u8]) -> usize {
    let Some(limits) = answer(Call::Limits, 200, bytes).and_then(|body| Limits::read(&body).ok()) else {
        return 0;
    };
    let amounts = [limits.cash, limits.spendable, limits.lent, limits.used];
    assert!(amounts.iter().any(|amount| *amount != Paise::ZERO), "{limits:?}");
    1
}

/// What an order would need.
pub fn margin(bytes: &[u8]) -> usize {
    let Some(margin) = answer(Call::Margin, 200, bytes).and_then(|body| Margin::read(&body).ok()) else {
        return 0;
    };
    assert!(!margin.enough || margin.missing <= Paise::ZERO, "{margin:?}");
    1
}

/// Quotes.
pub fn quotes(bytes: &[u8]) -> usize {
    let read = answer(Call::Quotes, 200, bytes).map(|body| body::quotes(&body));
    let read = read.map_or_else(Vec::new, |read| {
        read.unwrap_or_else(|error| {
            is_told(&error);
            Vec::new()
        })
    });
    read.iter().for_each(rows::quote);
    read.len()
}

/// The addresses from which orders are taken.
pub fn listed(bytes: &[u8]) -> usize {
    let Some(read) = answer(Call::Listed, 200, bytes).and_then(|body| listed::listed(&body).ok()) else {
        return 0;
    };
    assert!(read.addresses.len() <= 2 && !read.addresses.iter().any(IpAddr::is_unspecified), "{read:?}");
    1
}

/// Either step of the login.
pub fn login(bytes: &[u8]) -> usize {
    let masker = masker();
    let Some(body) = answer(Call::Validate, 200, bytes) else { return 0 };
    let Ok(keys) = login::keys(&body, &masker) else { return 0 };
    assert!(!keys.token.expose().is_empty() && !keys.sid.expose().is_empty());
    for reach in [Reach::Broker, Reach::ThisMachine] {
        let Ok(opened) = login::opened(&body, reach, &masker) else { continue };
        let addresses = [Some(&opened.base), opened.feed.as_ref(), opened.orders.as_ref()];
        assert!(addresses.into_iter().flatten().all(|address| reach.allows(address)), "{addresses:?}");
        assert!(opened.data_centre.is_none_or(|name| name.chars().count() <= 20));
    }
    1
}

/// The answer of any call with any status, which the first line names: `place 400`.
pub fn errors(bytes: &[u8]) -> usize {
    let (line, body) = first_line(bytes);
    let mut words = line.split_whitespace();
    let call = words.next().and_then(call).unwrap_or(Call::Place);
    let status = words.next().and_then(|word| word.parse().ok()).unwrap_or(200);
    let raw = Raw { status, body: body.to_vec(), dated: None };
    let Err(error) = body::json(call, Ok(raw), &masker()) else { return 0 };
    // An answer came: whatever it says, something was sent.
    assert!(!matches!(error.meaning, Meaning::NotSent | Meaning::Lost), "{error:?}");
    is_told(&error);
    usize::from(!matches!(error.meaning, Meaning::Unreadable | Meaning::Unlisted))
}

fn call(word: &str) -> Option<Call> {
    let named = [
        ("login", Call::LogIn),
        ("validate", Call::Validate),
        ("place", Call::Place),
        ("modify", Call::Modify),
        ("cancel", Call::Cancel),
        ("book", Call::Book),
        ("holdings", Call::Holdings),
        ("quotes", Call::Quotes),
        ("files", Call::Files),
    ];
    named.into_iter().find(|(name, _)| *name == word).map(|(_, call)| call)
}

/// The body of an answer that succeeded.
fn answer(call: Call, status: u16, bytes: &[u8]) -> Option<Value> {
    let body = body::json(call, Ok(Raw { status, body: bytes.to_vec(), dated: None }), &masker());
    body.inspect_err(is_told).ok()
}

/// The rows of a list.
fn list<T, E: Display>(
    call: Call,
    bytes: &[u8],
    counts: impl Fn(&Value) -> bool,
    read: impl Fn(&Value) -> Result<T, E>,
) -> Vec<T> {
    let answer = body::json(call, Ok(Raw { status: 200, body: bytes.to_vec(), dated: None }), &masker());
    body::rows(call, answer, counts, read).unwrap_or_else(|error| {
        is_told(&error);
        Vec::new()
    })
}

/// Holds an error against what people and the desk are told of it.
fn is_told(error: &KotakError) {
    is_clean(error.said.as_str());
    let told = BrokerError::from(error.clone()).to_string();
    // Of a tag that is taken the desk is told that alone.
    let is_named = error.meaning == Meaning::TagTaken || told.contains(error.call.name());
    assert!(is_named && !told.contains('\n'), "{told:?}");
}
