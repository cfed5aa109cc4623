//! What the task's allowance says of an order, before the desk and the user's own limits see it.
//!
//! Its symbols and its order value are about what may be bought. A sell passes them, for what is held can always be
//! left: that no more than that is sold is for the desk to see.

use prahari_domain::ids::OrderId;
use prahari_domain::instruments::Symbol;
use prahari_domain::money::{Paise, rupees};
use prahari_domain::numbers::counted;
use prahari_domain::orders::{OrderKind, OrderRequest, Side};
use prahari_runtime::abi::latest::{Refusal, RefusalCode};

use super::LiveServices;
use crate::desk::Desk;
use crate::error::AppError;

impl LiveServices<'_> {
    /// Checks whether the task may place an order. How many it places on a day is bounded for sells as well: a
    /// module that loops is not to send without end.
    pub(super) async fn granted(
        &mut self,
        request: &OrderRequest,
        desk: &Desk,
    ) -> Result<Result<(), Refusal>, AppError> {
        if let Err(refusal) = self.granted_to_buy(request, desk).await {
            return Ok(Err(refusal));
        }
        let Some(most) = self.allowance.orders_per_day else { return Ok(Ok(())) };
        let before = match self.placed_before {
            Some(before) => before,
            None => {
                let scope = self.runs.handles.store.user(self.user.id);
                *self.placed_before.insert(scope.orders_of_task(self.task, self.order_context.day).await?)
            }
        };
        if before + self.placed < u64::from(most) {
            return Ok(Ok(()));
        }
        let orders = counted(most, "order", "orders");
        let detail = format!("{} may place {orders} a day, and has", self.task);
        Ok(Err(Refusal { code: RefusalCode::OrdersPerDay, detail }))
    }

    /// Checks whether the task may change an order to this.
    pub(super) async fn granted_change(
        &self,
        id: OrderId,
        quantity: Option<u32>,
        kind: Option<OrderKind>,
        desk: &Desk,
    ) -> Result<(), Refusal> {
        // One that there is not, the desk refuses.
        let Some(order) = desk.book().order(&id) else { return Ok(()) };
        let mut changed = order.request.clone();
        changed.kind = kind.unwrap_or(changed.kind);
        changed.quantity = quantity.unwrap_or(changed.quantity);
        self.granted_to_buy(&changed, desk).await
    }

    async fn granted_to_buy(&self, request: &OrderRequest, desk: &Desk) -> Result<(), Refusal> {
        if request.side == Side::Sell {
            return Ok(());
        }
        self.granted_symbol(&request.symbol)?;
        self.granted_value(&request.symbol, request.kind, request.quantity, desk).await
    }

    fn granted_symbol(&self, symbol: &Symbol) -> Result<(), Refusal> {
        if self.allowance.symbols.as_ref().is_none_or(|symbols| symbols.contains(symbol)) {
            return Ok(());
        }
        let detail = format!("{} is not granted to buy {symbol}", self.task);
        Err(Refusal { code: RefusalCode::Symbol, detail })
    }

    async fn granted_value(
        &self,
        symbol: &Symbol,
        kind: OrderKind,
        quantity: u32,
        desk: &Desk,
    ) -> Result<(), Refusal> {
        let Some(most) = self.allowance.max_order_value_paise else { return Ok(()) };
        let price = match kind {
            OrderKind::Limit(price) => Some(price),
            OrderKind::Market => {
                let prices = desk.last_prices(std::slice::from_ref(symbol), self.now().now).await;
                prices.first().map(|(_, price)| *price)
            }
        };
        let value = price.and_then(|price| price.0.checked_mul(i64::from(quantity))).map(Paise);
        if value.is_some_and(|value| value <= most) {
            return Ok(());
        }
        let detail = match value {
            Some(value) => format!(
                "{} is granted buys of {} at most; this one is {}",
                self.task,
                rupees(most),
                rupees(value)
            ),
            None => format!("what an order of {symbol} is worth is not known"),
        };
        Err(Refusal { code: RefusalCode::OrderValue, detail })
    }
}
