//! The order feed: its first frame, and the frames that it pushes.

use serde_json::{Value, json};
use tokio::sync::mpsc::UnboundedSender;

use super::{Kind, Out};
use crate::exchange::checks::Traded;
use crate::facts::Hello;
use crate::rows::Fields;
use crate::world::World;

/// What a first frame leads to.
pub(crate) enum Greeting {
    /// Let in, under this number.
    Entered(u64),
    /// Refused; the socket stays open and mute.
    Refused(String),
    /// Not understood: dropped without a word.
    Dropped,
}

impl World {
    /// Reads the first frame of a connection.
    pub fn greet_order_feed(&mut self, text: &str, out: UnboundedSender<Out>) -> Greeting {
        let Some((token, sid)) = read_hello(text, self.facts.order_feed_hello) else {
            return Greeting::Dropped;
        };
        let Some((account, _)) = self.living_session(&token, &sid) else {
            let refusal = json!({"ak": "nk", "type": "cn", "task": "cn", "msg": "Authentication Failed"});
            return Greeting::Refused(refusal.to_string());
        };
        let id = self.hub.enter(account, &sid, Kind::Orders, self.now, out);
        if let Some(feed) = self.hub.feed(id) {
            feed.answer(json!({"ak": "ok", "type": "cn", "task": "cn", "msg": "connected"}).to_string());
        }
        if self.facts.order_feed_sends_present {
            self.send_present(id, account);
        }
        Greeting::Entered(id)
    }

    /// What a client says later is not understood, heartbeats included.
    pub fn hear_order_feed(&mut self, id: u64) {
        let refusal = json!({
            "ak": "nk",
            "type": "failed to process request",
            "task": "nk",
            "msg": "invalid request format",
        });
        if let Some(feed) = self.hub.feed(id) {
            feed.answer(refusal.to_string());
        }
    }

    fn send_present(&mut self, id: u64, account: usize) {
        for row in self.book_rows(account, self.now) {
            self.send_frame(id, order_frame(row));
        }
    }

    /// Tells the order feed of an order's state.
    pub fn announce_order(&mut self, index: usize) {
        let Some(order) = self.orders.get(index).filter(|order| order.visible_from <= self.now) else {
            return;
        };
        let row = self.book_row(order, &order.state);
        let account = order.account;
        self.announce(account, &order_frame(row));
    }

    /// The first frame of a completion, which does not know the price yet.
    pub fn announce_without_price(&mut self, index: usize, quantity: i64) {
        let received = self.received();
        let Some(order) = self.orders.get(index).filter(|order| order.visible_from <= self.now) else {
            return;
        };
        let mut state = order.state.clone();
        state.filled += quantity;
        state.value = 0;
        state.status = crate::order::Status::Complete;
        (state.at, state.received) = (self.now, received);
        let row = self.book_row(order, &state);
        let account = order.account;
        self.announce(account, &order_frame(row));
    }

    /// Tells the order feed of the position that an order belongs to.
    pub fn announce_position(&mut self, index: usize) {
        let Some(order) = self.orders.get(index).filter(|order| order.visible_from <= self.now) else {
            return;
        };
        let Some(instrument) = self.instruments.get(order.instrument) else { return };
        let traded: Traded = self.traded(order.account, order.instrument, &order.product);
        let row = self.position_row(order.account, instrument, &order.product, traded, None, false);
        let account = order.account;
        self.announce(account, &Out::Text(json!({"type": "position", "data": row}).to_string()));
    }

    fn announce(&mut self, account: usize, frame: &Out) {
        for id in self.order_feeds(account) {
            self.send_frame(id, frame.clone());
        }
    }
}

fn order_frame(row: Fields) -> Out {
    Out::Text(json!({"type": "order", "data": row}).to_string())
}

/// Token and sid of a first frame, in whichever of its two forms is understood.
fn read_hello(text: &str, understood: Hello) -> Option<(String, String)> {
    let raw = || {
        let inside = text.trim().strip_prefix("{type:cn,")?.strip_suffix('}')?;
        let value =
            |name: &str| inside.split(',').find_map(|part| part.strip_prefix(name)?.strip_prefix(':'));
        Some((value("Authorization")?.to_owned(), value("Sid")?.to_owned()))
    };
    let as_json = || {
        let value: Value = serde_json::from_str(text).ok()?;
        let member = |name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
        (member("type")? == "cn").then_some(())?;
        Some((member("Authorization")?, member("Sid")?))
    };
    match understood {
        Hello::Raw => raw(),
        Hello::Json => as_json(),
        Hello::Either => raw().or_else(as_json),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_first_frames_are_read_and_each_only_where_it_is_understood() {
        let raw = "{type:cn,Authorization:a.b.c,Sid:s-1,src:WEB}";
        let json = r#"{"type":"cn","Authorization":"a.b.c","Sid":"s-1","src":"WEB"}"#;
        let hello = Some(("a.b.c".to_owned(), "s-1".to_owned()));
        assert_eq!((read_hello(raw, Hello::Raw), read_hello(raw, Hello::Json)), (hello.clone(), None));
        assert_eq!((read_hello(json, Hello::Json), read_hello(json, Hello::Raw)), (hello.clone(), None));
        assert_eq!((read_hello(raw, Hello::Either), read_hello(json, Hello::Either)), (hello.clone(), hello));
        assert_eq!(read_hello("{type:hb}", Hello::Either), None);
    }
}
