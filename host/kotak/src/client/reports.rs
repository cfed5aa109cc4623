//! What is read of an account.

use prahari_domain::orders::{OrderKind, Product, Side};
use serde_json::Value;

use super::orders::NewOrder;
use super::{KotakClient, fields};
use crate::error::{Call, KotakError};
use crate::session::Session;
use crate::settings::PositionsPath;
use crate::wire::body;
use crate::wire::decimal::written;
use crate::wire::holding::HoldingRow;
use crate::wire::limits::Limits;
use crate::wire::margin::Margin;
use crate::wire::order::OrderRow;
use crate::wire::position::PositionRow;
use crate::wire::trade::TradeRow;

impl KotakClient {
    async fn get(&self, call: Call, session: &Session, path: &str) -> Result<Value, KotakError> {
        self.ask(call, self.request(&self.http.reading, session, path, None)).await
    }

    async fn post<const N: usize>(
        &self,
        call: Call,
        session: &Session,
        path: &str,
        pairs: [(&str, &str); N],
    ) -> Result<Value, KotakError> {
        self.ask(call, self.request(&self.http.reading, session, path, Some(&fields(pairs)))).await
    }

    /// The orders of today, those of other front ends included. An empty list proves nothing.
    pub(crate) async fn book(&self, session: &Session) -> Result<Vec<OrderRow>, KotakError> {
        let answer = self.get(Call::Book, session, "quick/user/orders").await;
        body::rows(Call::Book, answer, OrderRow::is_of_shares, |row| OrderRow::read(row, self.masker()))
    }

    /// One order of today; none when the broker knows of no such order now, which proves nothing.
    pub(crate) async fn order(
        &self,
        session: &Session,
        number: &str,
    ) -> Result<Option<OrderRow>, KotakError> {
        let answer = self.get(Call::Book, session, &format!("quick/user/orders/{number}")).await;
        let rows =
            body::rows(Call::Book, answer, OrderRow::is_of_shares, |row| OrderRow::read(row, self.masker()))?;
        Ok(rows.into_iter().find(|row| row.number == number))
    }

    /// The states that an order went through, the newest first.
    pub(crate) async fn history(&self, session: &Session, number: &str) -> Result<Vec<OrderRow>, KotakError> {
        let answer = self.post(Call::History, session, "quick/order/history", [("nOrdNo", number)]).await;
        body::rows(Call::History, answer, OrderRow::is_of_shares, |row| OrderRow::read(row, self.masker()))
    }

    /// The executions of today.
    pub(crate) async fn trades(&self, session: &Session) -> Result<Vec<TradeRow>, KotakError> {
        let answer = self.get(Call::Trades, session, "quick/user/trades").await;
        body::rows(Call::Trades, answer, OrderRow::is_of_shares, TradeRow::read)
    }

    /// Positions in shares: the trades of today, and what was carried.
    pub(crate) async fn positions(&self, session: &Session) -> Result<Vec<PositionRow>, KotakError> {
        let path = match self.settings.positions {
            PositionsPath::Portfolio => "portfolio/v2/positions",
            PositionsPath::Quick => "quick/user/positions",
        };
        let answer = self.get(Call::Positions, session, path).await;
        body::rows(Call::Positions, answer, OrderRow::is_of_shares, PositionRow::read)
    }

    /// Settled shares.
    pub(crate) async fn holdings(&self, session: &Session) -> Result<Vec<HoldingRow>, KotakError> {
        let answer = self.get(Call::Holdings, session, "portfolio/v1/holdings").await;
        body::rows(Call::Holdings, answer, HoldingRow::is_of_shares, HoldingRow::read)
    }

    /// Money. Asked for everything: a question for a part is answered with zeros.
    pub(crate) async fn limits(&self, session: &Session) -> Result<Limits, KotakError> {
        let all = [("seg", "ALL"), ("exch", "ALL"), ("prod", "ALL")];
        let answer = self.post(Call::Limits, session, "quick/user/limits", all).await?;
        Limits::read(&answer).map_err(|why| body::misread(Call::Limits, why))
    }

    /// What an order would need; `token` is the broker's number of the share.
    pub(crate) async fn margin(
        &self,
        session: &Session,
        order: &NewOrder,
        token: &str,
    ) -> Result<Margin, KotakError> {
        let (kind, price) = match order.kind {
            OrderKind::Market => ("MKT", "0".to_owned()),
            OrderKind::Limit(price) => ("L", written(price)),
        };
        let asked = [
            ("brkName", "KOTAK"),
            ("brnchId", "ONLINE"),
            ("exSeg", "nse_cm"),
            ("prc", price.as_str()),
            ("prcTp", kind),
            ("prod", if order.product == Product::Delivery { "CNC" } else { "MIS" }),
            ("qty", &order.quantity.to_string()),
            ("tok", token),
            ("trnsTp", if order.side == Side::Buy { "B" } else { "S" }),
        ];
        let answer = self.post(Call::Margin, session, "quick/user/check-margin", asked).await?;
        Margin::read(&answer).map_err(|why| body::misread(Call::Margin, why))
    }
}
