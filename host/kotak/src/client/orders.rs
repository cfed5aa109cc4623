//! Placing, changing and cancelling. Each is sent once.

use prahari_domain::money::Paise;
use prahari_domain::orders::{OrderKind, Product, Side};
use serde_json::{Map, Value};

use super::{KotakClient, fields};
use crate::error::{Call, KotakError, Meaning};
use crate::session::Session;
use crate::wire::body;
use crate::wire::decimal::written;
use crate::wire::order::number;
use crate::wire::row::Row;
use crate::wire::tag::is_sendable;

/// An order to be placed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewOrder {
    /// Our tag, which is sent with every order and never twice.
    pub tag: String,
    /// The broker's name of the share, such as `DEMO-EQ`.
    pub trading_symbol: String,
    /// Side of the order.
    pub side: Side,
    /// Number of shares.
    pub quantity: u32,
    /// Market or limit, with the limit price.
    pub kind: OrderKind,
    /// Product: delivery or intraday.
    pub product: Product,
    /// Whether it waits for the next session.
    pub after_market: bool,
}

/// A change of an order that stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderChange {
    /// The broker's number of the order.
    pub number: String,
    /// Total shares after the change, those that are filled included.
    pub quantity: u32,
    /// Kind and limit price after the change.
    pub kind: OrderKind,
    /// Product of the order.
    pub product: Product,
    /// Whether it still waits for the next session.
    pub after_market: bool,
}

impl KotakClient {
    /// Places an order, and answers its number.
    pub(crate) async fn place(&self, session: &Session, order: &NewOrder) -> Result<String, KotakError> {
        let refused = |why: &str| Err(KotakError::ours(Call::Place, Meaning::Refused, why));
        if !is_sendable(&order.tag) {
            return refused("its tag is not 1 to 20 letters, digits and -");
        }
        if order.quantity == 0 {
            return refused("it is of no share");
        }
        if limit_of(order.kind).is_some_and(|price| price <= Paise::ZERO) {
            return refused("its limit is not above zero");
        }
        let quantity = order.quantity.to_string();
        let body = fields([
            ("am", yes_or_no(order.after_market)),
            ("dq", "0"),
            ("es", "nse_cm"),
            ("ig", &order.tag),
            ("mp", "0"),
            ("os", "NEOTRADEAPI"),
            ("pc", product(order.product)),
            ("pf", "N"),
            ("pr", &price(order.kind)),
            ("pt", kind(order.kind)),
            ("qt", &quantity),
            ("rt", "DAY"),
            ("tp", "0"),
            ("ts", &order.trading_symbol),
            ("tt", side(order.side)),
        ]);
        self.trade(Call::Place, session, "quick/order/rule/ms/place", &body).await
    }

    /// Changes an order. The answer says that the change was received, not that it was made.
    pub(crate) async fn modify(&self, session: &Session, change: &OrderChange) -> Result<String, KotakError> {
        if limit_of(change.kind).is_some_and(|price| price <= Paise::ZERO) {
            return Err(KotakError::ours(Call::Modify, Meaning::Refused, "its limit is not above zero"));
        }
        let quantity = change.quantity.to_string();
        let mut body = fields([
            ("dq", "0"),
            ("mp", "0"),
            ("no", &change.number),
            ("pc", product(change.product)),
            ("pr", &price(change.kind)),
            ("pt", kind(change.kind)),
            ("qt", &quantity),
            ("tp", "0"),
            ("vd", "DAY"),
        ]);
        if change.after_market {
            body.insert("am".to_owned(), Value::from("YES"));
        }
        self.trade(Call::Modify, session, "quick/order/vr/modify", &body).await
    }

    /// Cancels an order. The answer says that this was received, not that it was done.
    pub(crate) async fn cancel(
        &self,
        session: &Session,
        number: &str,
        after_market: bool,
        trading_symbol: Option<&str>,
    ) -> Result<String, KotakError> {
        let mut body = fields([("on", number), ("am", yes_or_no(after_market))]);
        // The broker's pages ask for it with after-market orders, its own client never sends it.
        if let Some(symbol) = trading_symbol.filter(|_| after_market) {
            body.insert("ts".to_owned(), Value::from(symbol));
        }
        self.trade(Call::Cancel, session, "quick/order/cancel", &body).await
    }

    async fn trade(
        &self,
        call: Call,
        session: &Session,
        path: &str,
        body: &Map<String, Value>,
    ) -> Result<String, KotakError> {
        let request = self.request(&self.http.trading, session, path, Some(body));
        let answer = self.ask(call, request).await?;
        let found = Row::new("the answer", &answer).and_then(number);
        found.map_err(|why| KotakError {
            // Taken, it says, and does not say as what.
            meaning: Meaning::Unreadable,
            ..body::misread(call, why)
        })
    }
}

const fn yes_or_no(yes: bool) -> &'static str {
    if yes { "YES" } else { "NO" }
}

const fn product(product: Product) -> &'static str {
    match product {
        Product::Delivery => "CNC",
        Product::Intraday => "MIS",
    }
}

const fn side(side: Side) -> &'static str {
    match side {
        Side::Buy => "B",
        Side::Sell => "S",
    }
}

const fn kind(kind: OrderKind) -> &'static str {
    match kind {
        OrderKind::Market => "MKT",
        OrderKind::Limit(_) => "L",
    }
}

const fn limit_of(kind: OrderKind) -> Option<Paise> {
    match kind {
        OrderKind::Market => None,
        OrderKind::Limit(price) => Some(price),
    }
}

fn price(kind: OrderKind) -> String {
    written(limit_of(kind).unwrap_or(Paise::ZERO))
}
