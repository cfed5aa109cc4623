//! The market feed: control in JSON, prices in packets.

use serde_json::{Map, Value, json};
use tokio::sync::mpsc::UnboundedSender;

use super::packets::{self, Day, EXCHANGES, Header, Trade};
use super::{Kind, Out};
use crate::facts::Acknowledgement;
use crate::instruments::Instrument;
use crate::rest::quote_figures::{ASK, BID, TOTAL_BUY, TOTAL_SELL, year_high, year_low};
use crate::time::seconds;
use crate::world::World;

/// Instruments in one frame, and on one connection.
const MOST_IN_FRAME: usize = 200;
const MOST_ON_CONNECTION: usize = 3_000;

/// What somebody wants to be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Interest {
    /// An instrument, at this level of detail.
    Prices(usize, Level),
    /// The status of markets.
    Markets,
}

/// How much a packet says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Level {
    Lite,
    Touch,
    Depth,
    FullDepth,
    Index,
}

/// What the first frame of a connection leads to.
pub(crate) enum Entry {
    Entered(u64),
    Refused(String),
}

impl World {
    /// What a connection hears before it has said who it is.
    pub fn market_greeting(&self) -> Option<String> {
        let greeting = json!({
            "message_code": 1119,
            "id": "node-1",
            "format": "native_batch",
            "exchanges": exchanges(&EXCHANGES[..1]),
        });
        self.facts.market_feed_greets.then(|| greeting.to_string())
    }

    /// Reads the first frame, which must name a living session.
    pub fn enter_market_feed(&mut self, text: &str, out: UnboundedSender<Out>) -> Entry {
        let refusal =
            || Entry::Refused(json!({"message_code": 1120, "message": "invalid session"}).to_string());
        let Ok(frame) = serde_json::from_str::<Value>(text) else { return refusal() };
        let member = |name: &str| frame.get(name).and_then(Value::as_str).unwrap_or_default();
        let (user, sid) = (member("user"), member("auth"));
        let account = self.accounts.iter().position(|account| {
            let mut living = account.sessions.iter().filter(|session| !session.ended);
            account.spec.ucc == user && living.any(|session| session.sid == sid && session.until > self.now)
        });
        let Some(account) = account.filter(|_| member("format") == "native_batch") else { return refusal() };
        let id = self.hub.enter(account, sid, Kind::Market(Vec::new()), self.now, out);
        let welcome = json!({
            "message_code": 1117,
            "id": "node-1",
            "format": "native_batch",
            "exchanges": exchanges(&EXCHANGES),
        });
        if let Some(feed) = self.hub.feed(id) {
            feed.answer(welcome.to_string());
        }
        Entry::Entered(id)
    }

    /// Reads a later frame: what to send, or not any more.
    pub fn hear_market_feed(&mut self, id: u64, text: &str) {
        let Ok(frame) = serde_json::from_str::<Value>(text) else { return };
        let event = frame.get("event").and_then(Value::as_str).unwrap_or_default();
        if event == "subscribeExchange" {
            return self.add_interest(id, Interest::Markets);
        }
        let Some((verb, level)) = read_event(event) else { return };
        let input = frame.get("inputtoken").and_then(Value::as_str).unwrap_or_default();
        let found: Vec<usize> = input.split(',').filter_map(|item| self.listed(item)).collect();
        match verb {
            Verb::Unsubscribe => self.drop_interests(id, &found, level),
            Verb::Snapshot => self.send_prices(id, &found, level),
            Verb::Subscribe => {
                let wants_acknowledgement = frame.get("ack_symbol") == Some(&Value::Bool(true));
                self.subscribe(id, &found, level, wants_acknowledgement);
            }
        }
    }

    fn subscribe(&mut self, id: u64, found: &[usize], level: Level, acknowledge: bool) {
        let Some(feed) = self.hub.feed(id) else { return };
        let Kind::Market(interests) = &feed.kind else { return };
        if found.len() > MOST_IN_FRAME || interests.len() + found.len() > MOST_ON_CONNECTION {
            let refusal = json!({"message_code": 1109, "error_code": 1, "description": "LIMIT EXCEEDED"});
            return feed.answer(refusal.to_string());
        }
        found.iter().for_each(|index| self.add_interest(id, Interest::Prices(*index, level)));
        if acknowledge && !self.facts.acknowledged_after_tick {
            self.acknowledge(id, found);
        }
        self.send_prices(id, found, level);
        if acknowledge && self.facts.acknowledged_after_tick {
            self.acknowledge(id, found);
        }
    }

    fn acknowledge(&mut self, id: u64, found: &[usize]) {
        let all = found.iter().filter_map(|index| self.instruments.get(*index));
        let symbol = |instrument: &Instrument| json!(instrument.spec.trading_symbol);
        let frame = match self.facts.acknowledgement {
            Acknowledgement::Flat => {
                let symbols: Map<String, Value> = all.map(|of| (of.key(), symbol(of))).collect();
                json!({"message_code": 1109, "trading_symbols": symbols})
            }
            Acknowledgement::Nested => {
                let data: Map<String, Value> = all
                    .map(|of| (of.key(), json!({"cas_status": 0, "trading_symbols": symbol(of)})))
                    .collect();
                json!({"message_code": 1109, "error_code": 0, "description": "SUBSCRIBED", "data": data})
            }
        };
        if let Some(feed) = self.hub.feed(id) {
            feed.answer(frame.to_string());
        }
    }

    fn add_interest(&mut self, id: u64, interest: Interest) {
        if let Some(Kind::Market(interests)) = self.hub.feed(id).map(|feed| &mut feed.kind)
            && !interests.contains(&interest)
        {
            interests.push(interest);
        }
    }

    fn drop_interests(&mut self, id: u64, found: &[usize], level: Level) {
        if let Some(Kind::Market(interests)) = self.hub.feed(id).map(|feed| &mut feed.kind) {
            interests.retain(|interest| {
                !matches!(interest, Interest::Prices(index, of) if *of == level && found.contains(index))
            });
        }
    }

    fn listed(&self, item: &str) -> Option<usize> {
        let (segment, token) = item.trim().split_once('|')?;
        self.instrument_by_token(segment, token).or_else(|| {
            let mut all = self.instruments.iter();
            all.position(|of| of.spec.segment == segment && of.is_index() && of.spec.name == token)
        })
    }

    /// Tells everyone who wants to know of an instrument's price.
    pub fn announce_price(&mut self, instrument: usize) {
        for id in self.hub.ids(false) {
            let Some(Kind::Market(interests)) = self.hub.feed(id).map(|feed| &feed.kind) else { continue };
            let levels: Vec<Level> = interests
                .iter()
                .filter_map(|interest| match interest {
                    Interest::Prices(index, level) if *index == instrument => Some(*level),
                    _ => None,
                })
                .collect();
            for level in levels {
                self.send_prices(id, &[instrument], level);
            }
        }
        self.announce_older(instrument);
    }

    /// Tells everyone who wants to know of the status of markets.
    pub fn announce_market(&mut self, code: u16, text: &str) {
        for id in self.hub.ids(false) {
            let Some(feed) = self.hub.feed(id) else { continue };
            let Kind::Market(interests) = &feed.kind else { continue };
            if interests.contains(&Interest::Markets) {
                let header = Header { exchange: 1, sequence: 0 };
                self.send_frame(id, Out::Binary(packets::status(header, code, text)));
            }
        }
    }

    /// The packets of instruments that have a price, in one message.
    fn send_prices(&mut self, id: u64, found: &[usize], level: Level) {
        let mut message = Vec::new();
        for index in found {
            let Some(feed) = self.hub.feed(id) else { return };
            feed.frames = feed.frames.wrapping_add(1);
            let sequence = feed.frames;
            if let Some(instrument) = self.instruments.get(*index) {
                message.extend(packet(instrument, level, sequence).unwrap_or_default());
            }
        }
        if !message.is_empty() {
            self.send_frame(id, Out::Binary(message));
        }
    }
}

enum Verb {
    Subscribe,
    Unsubscribe,
    Snapshot,
}

fn read_event(event: &str) -> Option<(Verb, Level)> {
    let verbs =
        [("unsubscribe", Verb::Unsubscribe), ("subscribe", Verb::Subscribe), ("snapshot", Verb::Snapshot)];
    let (verb, what) = verbs.into_iter().find_map(|(name, verb)| Some((verb, event.strip_prefix(name)?)))?;
    let level = match what {
        "ScripsLite" => Level::Lite,
        "Scrips" => Level::Touch,
        "Depth" => Level::Depth,
        "FullDepth" => Level::FullDepth,
        "Indices" => Level::Index,
        _ => return None,
    };
    Some((verb, level))
}

fn exchanges(list: &[(&str, u8, i64)]) -> Value {
    let all: Map<String, Value> = list
        .iter()
        .map(|(name, value, divider)| ((*name).to_owned(), json!({"divider": divider, "value": value})))
        .collect();
    Value::Object(all)
}

/// The packet of an instrument; `None` before its first price.
fn packet(instrument: &Instrument, level: Level, sequence: u8) -> Option<Vec<u8>> {
    let spec = &instrument.spec;
    let (_, exchange, _) = EXCHANGES.iter().find(|(name, ..)| *name == spec.segment)?;
    let header = Header { exchange: *exchange, sequence };
    let (at, last) = instrument.past.last().copied()?;
    let trade = Trade {
        token: spec.token.parse().ok()?,
        at: seconds(at),
        price: last,
        quantity: instrument.last_quantity,
        close: spec.close,
        lot: u32::try_from(spec.lot).ok()?,
    };
    let day = Day {
        open: instrument.open,
        high: instrument.high,
        low: instrument.low,
        volume: instrument.volume,
        average: instrument.average(),
        total_buy: TOTAL_BUY,
        total_sell: TOTAL_SELL,
        upper: spec.high,
        lower: spec.low,
        year_high: year_high(spec.close),
        year_low: year_low(spec.close),
    };
    let (code, rows) = match level {
        Level::Lite => return Some(packets::mini(header, trade)),
        Level::Index => return Some(packets::index(header, trade, day, &spec.name)),
        Level::Touch => (4, 1),
        Level::Depth => (8, 5),
        Level::FullDepth => (16, 20),
    };
    let row = |step: i64, (quantity, orders): (i64, i64)| {
        (quantity, last + step * spec.tick, i32::try_from(orders).unwrap_or(1))
    };
    let bids: Vec<_> = (1..=rows).map(|place| row(-place, BID)).collect();
    let asks: Vec<_> = (1..=rows).map(|place| row(place, ASK)).collect();
    Some(packets::picture(header, code, trade, day, &bids, &asks))
}
