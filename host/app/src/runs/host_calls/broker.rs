//! `broker`: the user's desk, as a task sees it.

use prahari_domain::ids::OrderId;
use prahari_domain::orders::Order;
use prahari_domain::risk;
use prahari_domain::text::one_line;
use prahari_runtime::HostReply;
use prahari_runtime::abi::latest::broker::{Funds, Holding, OrderChange, OrderFilter, OrderRequest};
use prahari_runtime::abi::latest::{Refusal, RefusalCode};
use prahari_store::DecisionRow;
use tokio::sync::MutexGuard;

use super::{Answer, LiveServices, convert};
use crate::desk::Desk;
use crate::error::AppError;
use crate::runs::REFUSED_ORDER;

/// Most characters that are kept of why an order is cancelled.
const LONGEST_REASON: usize = 500;

impl LiveServices<'_> {
    /// Places the orders one after another. An error on the way hides nothing of what was answered before it, an
    /// order of unknown outcome included: the rest is refused.
    pub(super) async fn place(&mut self, requests: &[OrderRequest]) -> Answer {
        self.touches_orders(requests.len());
        let user = self.user;
        let mut desk = user.desk.lock().await;
        let first = desk.book().next_sequence();
        let answers = self.place_each(requests, &mut desk).await;
        self.has_journaled(&desk, first);
        let answers = answers?;
        self.tell_of_orders(desk).await;
        Ok(HostReply::Placed(answers))
    }

    async fn place_each(
        &mut self,
        requests: &[OrderRequest],
        desk: &mut Desk,
    ) -> Result<Vec<Result<String, Refusal>>, AppError> {
        let mut answers: Vec<Result<String, Refusal>> = Vec::with_capacity(requests.len());
        for request in requests {
            match self.place_one(request, desk).await {
                Ok(Ok(id)) => {
                    self.placed += 1;
                    answers.push(Ok(id.to_string()));
                }
                Ok(Err(refusal)) => answers.push(Err(refusal)),
                Err(error) if answers.is_empty() => return Err(error),
                Err(error) => answers.push(Err(self.outlived(error).await)),
            }
        }
        Ok(answers)
    }

    /// Counts the entries that the journal has had since the one that would have been the first.
    fn has_journaled(&mut self, desk: &Desk, first: u64) {
        let entries = desk.book().next_sequence().saturating_sub(first);
        self.journaled = self.journaled.saturating_add(u32::try_from(entries).unwrap_or(u32::MAX));
    }

    async fn place_one(
        &mut self,
        request: &OrderRequest,
        desk: &mut Desk,
    ) -> Result<Result<OrderId, Refusal>, AppError> {
        let request = match convert::order_request(request) {
            Ok(request) => request,
            Err(refusal) => return Ok(Err(refusal)),
        };
        if let Err(refusal) = self.granted(&request, desk).await? {
            return Ok(Err(refusal));
        }
        let symbol = request.symbol.to_string();
        let answer = desk.place(request, self.now()).await?;
        Ok(answer.map_err(|refusal| self.refused(symbol, refusal)))
    }

    pub(super) async fn modify(&mut self, order_id: &str, change: &OrderChange) -> Answer {
        let id = match own_order(order_id) {
            Ok(id) => id,
            Err(refusal) => return Ok(HostReply::Modified(Err(refusal))),
        };
        self.touches_orders(1);
        let kind = change.kind.as_ref().map(convert::order_kind);
        let user = self.user;
        let mut desk = user.desk.lock().await;
        if let Err(refusal) = self.granted_change(id, change.quantity, kind, &desk).await {
            return Ok(HostReply::Modified(Err(refusal)));
        }
        let first = desk.book().next_sequence();
        let answer = desk.modify(id, change.quantity, kind, self.now()).await;
        self.has_journaled(&desk, first);
        let answer = answer?;
        let symbol =
            desk.book().order(&id).map_or_else(String::new, |order| order.request.symbol.to_string());
        self.tell_of_orders(desk).await;
        Ok(HostReply::Modified(answer.map_err(|refusal| self.refused(symbol, refusal))))
    }

    /// Cancels each in turn; as with [`LiveServices::place`], an error on the way hides nothing of what was done
    /// before it.
    pub(super) async fn cancel(&mut self, order_ids: &[String], reason: &str) -> Answer {
        let reason: String = one_line(reason).chars().take(LONGEST_REASON).collect();
        self.touches_orders(order_ids.len());
        let user = self.user;
        let mut desk = user.desk.lock().await;
        let first = desk.book().next_sequence();
        let answers = self.cancel_each(order_ids, &reason, &mut desk).await;
        self.has_journaled(&desk, first);
        let answers = answers?;
        self.tell_of_orders(desk).await;
        Ok(HostReply::Cancelled(answers))
    }

    async fn cancel_each(
        &self,
        order_ids: &[String],
        reason: &str,
        desk: &mut Desk,
    ) -> Result<Vec<Result<(), Refusal>>, AppError> {
        let mut answers = Vec::with_capacity(order_ids.len());
        for order_id in order_ids {
            let answer = match own_order(order_id) {
                Ok(id) => desk.cancel(id, reason, self.now()).await,
                Err(refusal) => {
                    answers.push(Err(refusal));
                    continue;
                }
            };
            match answer {
                Ok(answer) => answers.push(answer.map_err(convert::refusal)),
                Err(error) if answers.is_empty() => return Err(error),
                Err(error) => answers.push(Err(self.outlived(error).await)),
            }
        }
        Ok(answers)
    }

    /// Turns an error into a refusal, because earlier answers of the same call have to be returned too. A halt
    /// that the error demands is set all the same.
    async fn outlived(&self, error: AppError) -> Refusal {
        tracing::warn!(user = %self.user.id, %error, "the rest of a batch of orders is refused");
        if let Err(unwritten) = self.runs.halts.halt_for(self.user.id, &error).await {
            tracing::error!(user = %self.user.id, error = %unwritten, "a halt could not be written down");
        }
        Refusal { code: RefusalCode::Unsettled, detail: error.to_string() }
    }

    /// Raises alerts for orders whose outcome is not known. The answer stays even when an alert cannot be written.
    async fn tell_of_orders(&self, mut desk: MutexGuard<'_, Desk>) {
        let alarms = desk.take_alarms();
        drop(desk);
        if let Err(error) = self.runs.halts.tell_of_orders(self.user.id, alarms).await {
            tracing::error!(user = %self.user.id, %error, "an alert about an unknown order could not be written down");
        }
    }

    /// A refusal as the released interface has it. One with a code that came later is among the decisions with its
    /// own code.
    fn refused(&mut self, symbol: String, refusal: risk::Refusal) -> Refusal {
        if convert::is_later_code(refusal.code) {
            let evidence = vec![("refusal".to_owned(), one_line(&refusal.detail).into_owned())];
            let (action, reason) = (REFUSED_ORDER.to_owned(), refusal.code.name().to_owned());
            self.decisions.push(DecisionRow { symbol, action, reason, evidence });
        }
        convert::refusal(refusal)
    }

    fn touches_orders(&mut self, count: usize) {
        self.orders = self.orders.saturating_add(u32::try_from(count).unwrap_or(u32::MAX));
    }

    pub(super) async fn orders(&self, filter: OrderFilter) -> Answer {
        let desk = self.user.desk.lock().await;
        let book = desk.book();
        let own = |order: &&Order| order.strategy == self.order_context.strategy;
        let orders = match filter {
            OrderFilter::Active => book.active_orders().filter(own).map(convert::order).collect(),
            OrderFilter::Retryable => book.retryable_orders().filter(own).map(convert::order).collect(),
            OrderFilter::Today => {
                book.orders_on(self.order_context.day).filter(own).map(convert::order).collect()
            }
        };
        Ok(HostReply::Orders(orders))
    }

    pub(super) async fn positions(&self) -> Answer {
        let desk = self.user.desk.lock().await;
        let held = desk.book().positions().into_iter();
        let own = held.filter(|position| position.strategy == self.order_context.strategy);
        Ok(HostReply::Positions(own.map(convert::position).collect()))
    }

    /// What the broker holds, without what our books say that other strategies hold of it. Shares that nobody here bought stay.
    pub(super) async fn holdings(&self) -> Answer {
        let holdings = self.user.link().broker.holdings().await?;
        let desk = self.user.desk.lock().await;
        let (book, own) = (desk.book(), self.order_context.strategy);
        let holding = |held: prahari_brokers::Holding| {
            let (symbol, quantity) = held.into_shares();
            let others = book.held(&symbol).saturating_sub(book.held_by(own, &symbol));
            let quantity = quantity.saturating_sub(others);
            (quantity > 0 || others == 0).then(|| Holding { symbol: convert::symbol_text(&symbol), quantity })
        };
        Ok(HostReply::Holdings(holdings.into_iter().filter_map(holding).collect()))
    }

    pub(super) async fn funds(&self) -> Answer {
        let desk = self.user.desk.lock().await;
        let cash = desk.book().cash();
        let reserved = desk.reserved(self.now().now).await;
        let available = (cash - reserved).0;
        Ok(HostReply::Funds(Funds { cash: cash.0, reserved: reserved.0, available }))
    }

    pub(super) async fn reconcile(&self) -> Answer {
        let mut desk = self.user.desk.lock().await;
        let differences = desk.reconcile(self.now().now).await?;
        self.tell_of_orders(desk).await;
        Ok(HostReply::Reconciled(differences.into_iter().map(convert::difference).collect()))
    }

    pub(super) async fn close_day(&self) -> Answer {
        let mut desk = self.user.desk.lock().await;
        let statement = desk.day_statement(self.now()).await?;
        Ok(HostReply::DayClosed(convert::statement(&statement)))
    }
}

fn own_order(text: &str) -> Result<OrderId, Refusal> {
    text.parse::<OrderId>()
        .map_err(|error| Refusal { code: RefusalCode::UnknownOrder, detail: error.to_string() })
}
