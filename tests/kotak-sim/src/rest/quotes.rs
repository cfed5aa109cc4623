//! Prices now, and candles of the past.

use serde_json::{Map, Value, json};

use super::reports::{seen_at, spoil};
use crate::fault::Struck;
use crate::incoming::Incoming;
use crate::instruments::Instrument;
use crate::reply::Reply;
use crate::rows::Fields;
use crate::time::{Millis, dashed_date, seconds, with_offset};
use crate::world::World;

/// Quantity and number of orders beside the last price, which the fake always shows.
pub(crate) const BID: (i64, i64) = (100, 3);
pub(crate) const ASK: (i64, i64) = (80, 2);
pub(crate) const TOTAL_BUY: i64 = 1_200;
pub(crate) const TOTAL_SELL: i64 = 1_300;

const INTERVALS: [&str; 9] = ["1min", "3min", "5min", "10min", "15min", "30min", "60min", "D", "W"];

pub(crate) fn quotes(world: &mut World, incoming: &Incoming, struck: &Struck) -> Reply {
    if let Err(refusal) = world.authorise_application(incoming) {
        return refusal;
    }
    let mut parts = incoming.rest.iter().skip_while(|part| *part != "neosymbol").skip(1);
    let query = parts.next().map(String::as_str).unwrap_or_default();
    let filter = parts.next().map_or("all", String::as_str);
    let asked: Vec<&str> = query.split(',').collect();
    if asked.len() >= world.facts.quotes_refused_at {
        let message = format!("Please set the Neo symbol max value to {}.", world.facts.quotes_refused_at);
        let fault = json!({"code": "400", "description": "too many", "message": message});
        return Reply::with(400, json!({ "fault": fault }));
    }
    let at = seen_at(world, struck);
    let rows = asked.into_iter().filter_map(|item| {
        let (segment, id) = item.split_once('|')?;
        let mut all = world.instruments.iter().filter(|instrument| instrument.spec.segment == segment);
        let instrument =
            all.find(|of| if of.is_index() { of.spec.name == id } else { of.spec.token == id })?;
        Some(quote(instrument, at, filter))
    });
    let rows = spoil(rows.collect(), struck);
    if rows.is_empty() {
        return Reply::ok(json!({"stat": "Not_Ok", "emsg": "No data found for the symbols", "stCode": 1009}));
    }
    Reply::ok(json!(rows))
}

/// A row with the block that `filter` names, or with all of them.
fn quote(instrument: &Instrument, at: Millis, filter: &str) -> Fields {
    let spec = &instrument.spec;
    let (since, last) = instrument.price_at(at).unwrap_or((at, spec.close));
    let mut row = Map::new();
    let id = if instrument.is_index() { &spec.name } else { &spec.token };
    let shown = if instrument.is_index() { format!("{}-IN", spec.name) } else { spec.trading_symbol.clone() };
    row.insert("exchange_token".to_owned(), json!(id));
    row.insert("display_symbol".to_owned(), json!(shown));
    row.insert("exchange".to_owned(), json!(spec.segment));
    let mut add = |block: &str, values: Vec<(&str, Value)>| {
        if filter == "all" || filter == block {
            row.extend(values.into_iter().map(|(name, value)| (name.to_owned(), value)));
        }
    };
    add("ltp", vec![("ltp", json!(four(last)))]);
    add("ohlc", vec![("ohlc", ohlc(instrument))]);
    if instrument.is_index() {
        add("depth", vec![("depth", Value::Null)]);
        return row;
    }
    add("depth", vec![("depth", depth(last, spec.tick))]);
    add("oi", vec![("open_int", json!("0"))]);
    add(
        "52W",
        vec![
            ("year_high", json!(whole(year_high(spec.close)))),
            ("year_low", json!(whole(year_low(spec.close)))),
        ],
    );
    let circuits =
        vec![("low_price_range", json!(four(spec.low))), ("high_price_range", json!(four(spec.high)))];
    add("circuit_limits", circuits);
    if filter == "all" {
        let change = last - spec.close;
        add(
            "all",
            vec![
                ("lstup_time", json!(seconds(since).to_string())),
                ("last_traded_quantity", json!(instrument.last_quantity.to_string())),
                ("total_buy", json!(TOTAL_BUY.to_string())),
                ("total_sell", json!(TOTAL_SELL.to_string())),
                ("last_volume", json!(instrument.volume.to_string())),
                ("avg_cost", json!(four(instrument.average()))),
                ("change", json!(four(change))),
                ("per_change", json!(four(change * 10_000 / spec.close.max(1)))),
            ],
        );
    }
    row
}

fn ohlc(instrument: &Instrument) -> Value {
    let price = |paise: i64| if paise == 0 { "0".to_owned() } else { four(paise) };
    json!({
        "open": price(instrument.open),
        "high": price(instrument.high),
        "low": price(instrument.low),
        "close": four(instrument.spec.close),
    })
}

fn depth(last: i64, tick: i64) -> Value {
    let row = |price: i64, (quantity, orders): (i64, i64)| json!({"price": four(price), "quantity": quantity.to_string(), "orders": orders.to_string()});
    json!({"buy": [row(last - tick, BID)], "sell": [row(last + tick, ASK)]})
}

/// The fake's year: 20 % above and 28 % below the close.
pub(crate) fn year_high(close: i64) -> i64 {
    close * 120 / 100
}

/// See [`year_high`].
pub(crate) fn year_low(close: i64) -> i64 {
    close * 72 / 100
}

fn whole(paise: i64) -> String {
    (paise / 100).to_string()
}

/// Rupees with four decimals, as quotes have them.
fn four(paise: i64) -> String {
    format!("{}00", crate::instruments::rupees(paise))
}

pub(crate) fn candles(world: &mut World, incoming: &Incoming, _: &Struck) -> Reply {
    if let Err(refusal) = world.authorise_application(incoming) {
        return refusal;
    }
    let interval = incoming.query("interval").unwrap_or_default();
    if !INTERVALS.contains(&interval.as_str()) {
        return failed("Invalid interval value");
    }
    let symbol = incoming.query("neosymbol").unwrap_or_default();
    let found = symbol.split_once('|').and_then(|(segment, token)| {
        let index = world.instrument_by_token(segment, token)?;
        world.instruments.get(index)
    });
    let Some(instrument) = found else { return failed("Invalid neosymbol value") };
    let (Some(from), Some(to)) = (incoming.query("fromdate"), incoming.query("todate")) else {
        return failed("Missing date");
    };
    let all = world
        .candles
        .iter()
        .filter(|candles| candles.symbol == instrument.spec.trading_symbol && candles.interval == interval);
    let price = |paise: i64| paise as f64 / 100.0;
    let rows = all.flat_map(|candles| &candles.bars).filter_map(|(at, [open, high, low, close], volume)| {
        let day = dashed_date(*at);
        let asked = from.as_str() <= day.as_str() && day.as_str() <= to.as_str();
        asked.then(|| {
            let prices = [open, high, low, close].map(|paise| price(*paise));
            json!([with_offset(*at), prices[0], prices[1], prices[2], prices[3], volume, 0])
        })
    });
    let rows: Vec<Value> = rows.collect();
    Reply::ok(json!({"status": "success", "interval": interval, "data": {"candles": rows}}))
}

fn failed(message: &str) -> Reply {
    Reply::with(400, json!({"status": "ERROR", "fault": {"code": 400, "message": message}}))
}
