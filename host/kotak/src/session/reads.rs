//! What can be read of a user's account, each with the session, and once more after a login when the session was over.

use std::sync::Arc;

use super::UserSession;
use crate::client::{NewOrder, QuoteFilter};
use crate::error::KotakError;
use crate::scrip::ScripMaster;
use crate::wire::holding::HoldingRow;
use crate::wire::limits::Limits;
use crate::wire::margin::Margin;
use crate::wire::order::OrderRow;
use crate::wire::position::PositionRow;
use crate::wire::quote::QuoteRow;
use crate::wire::trade::TradeRow;

impl UserSession {
    /// Returns the address from which the broker sees this user's calls.
    ///
    /// # Errors
    /// Those of the call and of a login.
    pub async fn address(self: &Arc<Self>) -> Result<String, KotakError> {
        self.read(|client, session| async move { client.address(&session).await }).await
    }

    /// Returns the orders of today in shares, those of the broker's app included. An empty list proves nothing.
    ///
    /// # Errors
    /// Those of the call and of a login; also when one row cannot be read.
    pub async fn book(self: &Arc<Self>) -> Result<Vec<OrderRow>, KotakError> {
        self.read(|client, session| async move { client.book(&session).await }).await
    }

    /// Returns one order of today by its number; none when the broker does not show it, which proves nothing.
    ///
    /// # Errors
    /// As [`UserSession::book`].
    pub async fn order(self: &Arc<Self>, number: &str) -> Result<Option<OrderRow>, KotakError> {
        self.read(|client, session| async move { client.order(&session, number).await }).await
    }

    /// Returns the states that an order went through, the newest first.
    ///
    /// # Errors
    /// As [`UserSession::book`].
    pub async fn history(self: &Arc<Self>, number: &str) -> Result<Vec<OrderRow>, KotakError> {
        self.read(|client, session| async move { client.history(&session, number).await }).await
    }

    /// Returns the executions of today in shares.
    ///
    /// # Errors
    /// As [`UserSession::book`].
    pub async fn trades(self: &Arc<Self>) -> Result<Vec<TradeRow>, KotakError> {
        self.read(|client, session| async move { client.trades(&session).await }).await
    }

    /// Returns the positions in shares. One that is missing in one answer proves nothing.
    ///
    /// # Errors
    /// As [`UserSession::book`].
    pub async fn positions(self: &Arc<Self>) -> Result<Vec<PositionRow>, KotakError> {
        self.read(|client, session| async move { client.positions(&session).await }).await
    }

    /// Returns the settled shares; what was bought today is not among them.
    ///
    /// # Errors
    /// As [`UserSession::book`].
    pub async fn holdings(self: &Arc<Self>) -> Result<Vec<HoldingRow>, KotakError> {
        self.read(|client, session| async move { client.holdings(&session).await }).await
    }

    /// Returns the money.
    ///
    /// # Errors
    /// Those of the call and of a login; also when all amounts are zero, which the broker answers when it does not know.
    pub async fn limits(self: &Arc<Self>) -> Result<Limits, KotakError> {
        self.read(|client, session| async move { client.limits(&session).await }).await
    }

    /// Returns what an order would need; `token` is the broker's number of the share.
    ///
    /// # Errors
    /// Those of the call and of a login.
    pub async fn margin(self: &Arc<Self>, order: &NewOrder, token: &str) -> Result<Margin, KotakError> {
        self.read(|client, session| async move { client.margin(&session, order, token).await }).await
    }

    /// Returns prices of shares by the broker's numbers, in any number and order. Shares may be missing.
    ///
    /// # Errors
    /// Those of the calls and of a login.
    pub async fn quotes(
        self: &Arc<Self>,
        tokens: &[String],
        filter: QuoteFilter,
    ) -> Result<Vec<QuoteRow>, KotakError> {
        self.read(|client, session| async move { client.quotes(&session, tokens, filter).await }).await
    }

    /// Fetches and reads the file of all shares; [`crate::Shares`] keeps it for the day.
    ///
    /// # Errors
    /// Those of the calls and of a login, and when the file cannot be used.
    pub(crate) async fn shares(self: &Arc<Self>) -> Result<ScripMaster, KotakError> {
        self.read(|client, session| async move { client.shares(&session).await }).await
    }
}
