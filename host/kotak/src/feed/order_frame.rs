//! Frames of the order feed, and which of them are news: they come twice, late and in disorder.

use std::collections::HashMap;

use prahari_domain::orders::OrderKind;
use prahari_secrets::Secret;
use serde_json::{Value, json};

use crate::mask::{Masked, Masker};
use crate::wire::order::OrderRow;
use crate::wire::row::Row;
use crate::wire::status::OrderStatus;

/// Most orders of which the last state is remembered; beyond it every frame is news, which costs a look at the book.
const MOST: usize = 10_000;

/// What a frame says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum OrderFrame {
    /// The connection was taken.
    Taken,
    /// It was not, or something that was sent was not understood.
    Refused(Masked),
    /// A state of an order.
    Order(Box<OrderRow>),
    /// Something about an order or a position that cannot be read: the book tells.
    Unread,
    /// Nothing of concern.
    Other,
}

impl OrderFrame {
    /// Reads a frame. What cannot be read is a reason to look at the book, and no reason to end.
    pub(crate) fn read(text: &str, masker: &Masker) -> Self {
        let Ok(body) = serde_json::from_str::<Value>(text) else { return Self::Unread };
        let Ok(row) = Row::new("a frame", &body) else { return Self::Other };
        match (row.text("ak").as_deref(), row.text("type").as_deref()) {
            (Some("ok"), _) => Self::Taken,
            (Some("nk"), _) => Self::Refused(masker.clean(&row.text("msg").unwrap_or_default())),
            (_, Some("order")) => match row.value("data") {
                Some(data) if !OrderRow::is_of_shares(data) => Self::Other,
                Some(data) => {
                    OrderRow::read(data, masker).map_or(Self::Unread, |row| Self::Order(Box::new(row)))
                }
                None => Self::Unread,
            },
            (_, Some("position")) => Self::Unread,
            _ => Self::Other,
        }
    }
}

/// The first frame, in either of the two forms that the broker is known to take.
pub(crate) fn hello(token: &Secret, sid: &Secret, as_json: bool) -> Secret {
    let (token, sid) = (token.expose(), sid.expose());
    Secret::new(if as_json {
        json!({ "type": "cn", "Authorization": token, "Sid": sid, "src": "WEB" }).to_string()
    } else {
        format!("{{type:cn,Authorization:{token},Sid:{sid},src:WEB}}")
    })
}

/// The last state that was told of each order.
#[derive(Debug, Default)]
pub(crate) struct Told {
    orders: HashMap<String, (State, Option<i64>)>,
}

/// What is news when it differs.
#[derive(Debug, Clone, PartialEq, Eq)]
struct State {
    filled: u32,
    status: OrderStatus,
    quantity: u32,
    kind: OrderKind,
    has_reason: bool,
}

impl Told {
    /// Takes a state up, and answers whether it is news: filled shares only grow, and nothing comes back from an end.
    pub(crate) fn is_news(&mut self, row: &OrderRow) -> bool {
        if self.orders.len() >= MOST && !self.orders.contains_key(&row.number) {
            return true;
        }
        let state = State {
            filled: row.filled,
            status: row.status.clone(),
            quantity: row.quantity,
            kind: row.kind,
            has_reason: row.reason.is_some(),
        };
        let Some((known, updated)) = self.orders.get(&row.number) else {
            self.orders.insert(row.number.clone(), (state, row.updated));
            return true;
        };
        let is_older = updated.zip(row.updated).is_some_and(|(known, now)| now < known);
        let is_back = state.filled < known.filled || (known.status.has_ended() && !state.status.has_ended());
        if is_older || is_back || *known == state {
            return false;
        }
        self.orders.insert(row.number.clone(), (state, row.updated));
        true
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn frame(status: &str, filled: u32, updated: i64) -> String {
        json!({ "type": "order", "data": {
            "nOrdNo": "261102000000041", "ordSt": status, "avgPrc": "0.00", "qty": 4, "fldQty": filled, "sym": "DEMO",
            "trdSym": "DEMO-EQ", "trnsTp": "B", "prcTp": "L", "prod": "CNC", "exSeg": "nse_cm",
            "ordDtTm": "02-Nov-2026 09:20:11", "exCfmTm": "NA", "rejRsn": "--", "GuiOrdId": "U7-20261102-0041",
            "boeSec": 1_793_591_411, "updRecvTm": updated, "prc": "250.75",
        } })
        .to_string()
    }

    fn news(told: &mut Told, text: &str) -> bool {
        match OrderFrame::read(text, &Masker::default()) {
            OrderFrame::Order(row) => told.is_news(&row),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn repeated_and_late_frames_are_no_news() {
        let mut told = Told::default();
        let frames = [
            (frame("put order req received", 0, 1), true),
            (frame("open pending", 0, 3), false),
            (frame("open pending", 0, 3), false),
            (frame("validation pending", 0, 2), false),
            (frame("open", 1, 5), true),
            (frame("open", 0, 6), false),
            (frame("complete", 4, 7), true),
            (frame("open", 4, 8), false),
            (frame("complete", 4, 9), false),
        ];
        for (text, expected) in frames {
            assert_eq!(news(&mut told, &text), expected, "{text}");
        }
    }

    #[test]
    fn frames_are_told_apart() {
        let masker = Masker::default();
        let read = |text: &str| OrderFrame::read(text, &masker);
        assert_eq!(read(r#"{"ak":"ok","type":"cn","task":"cn","msg":"connected"}"#), OrderFrame::Taken);
        let refused = read(r#"{"ak":"nk","type":"cn","msg":"Authentication Failed for account-ZZ9Z9"}"#);
        assert_eq!(refused, OrderFrame::Refused(masker.clean("Authentication Failed for account-ZZ9Z9")));
        assert_eq!(read(r#"{"type":"position","data":{}}"#), OrderFrame::Unread);
        assert_eq!(read(r#"{"type":"order","data":{"exSeg":"nse_fo"}}"#), OrderFrame::Other);
        assert_eq!(read(r#"{"type":"order","data":{"qty":1}}"#), OrderFrame::Unread);
        assert_eq!((read("{"), read("3")), (OrderFrame::Unread, OrderFrame::Other));
    }

    #[test]
    fn the_first_frame_has_two_forms() {
        let secret = |text: &str| Secret::new(text.to_owned());
        let (token, sid) = (secret("t.o.k"), secret("s-1"));
        assert_eq!(hello(&token, &sid, false).expose(), "{type:cn,Authorization:t.o.k,Sid:s-1,src:WEB}");
        let json: Value = serde_json::from_str(hello(&token, &sid, true).expose()).unwrap();
        assert_eq!(json, json!({ "type": "cn", "Authorization": "t.o.k", "Sid": "s-1", "src": "WEB" }));
    }

    proptest! {
        #[test]
        fn any_frame_is_read(text in ".{0,200}", inner in "[a-zA-Z0-9:,\"{}]{0,80}") {
            let masker = Masker::default();
            let _ = OrderFrame::read(&text, &masker);
            let _ = OrderFrame::read(&format!("{{\"type\":\"order\",\"data\":{{{inner}}}}}"), &masker);
        }

        #[test]
        fn filled_shares_only_grow_and_no_end_is_taken_back(frames in prop::collection::vec((0_u32..5, 0_usize..5, 0_i64..20), 0..30)) {
            let states = ["open", "complete", "cancelled", "open pending", "rejected"];
            let mut told = Told::default();
            let (mut most, mut over) = (0, false);
            for (filled, state, updated) in frames {
                if news(&mut told, &frame(states[state], filled, updated)) {
                    let ended = OrderStatus::read(states[state]).has_ended();
                    prop_assert!(filled >= most && (!over || ended));
                    (most, over) = (filled, over || ended);
                }
            }
        }
    }
}
