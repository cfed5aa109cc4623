//! `broker`: the user's desk, as a task sees it.

use prahari_domain::ids::OrderId;
use prahari_domain::text::one_line;
use prahari_runtime::HostReply;
use prahari_runtime::abi::latest::broker::{Funds, Holding, OrderChange, OrderFilter, OrderRequest};
use prahari_runtime::abi::latest::{Refusal, RefusalCode};

use super::{Answer, LiveServices, convert};

impl LiveServices<'_> {
    pub(super) async fn place(&mut self, requests: &[OrderRequest]) -> Answer {
        self.touches_orders(requests.len());
        let user = self.user;
        let mut desk = user.desk.lock().await;
        let mut answers = Vec::with_capacity(requests.len());
        for request in requests {
            let answer = match convert::order_request(request) {
                Ok(request) => match self.granted(&request, &desk).await? {
                    Ok(()) => desk.place(request, self.now()).await?.map_err(convert::refusal),
                    Err(refusal) => Err(refusal),
                },
                Err(refusal) => Err(refusal),
            };
            self.placed += u64::from(answer.is_ok());
            answers.push(answer.map(|id| id.to_string()));
        }
        Ok(HostReply::Placed(answers))
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
        let answer = desk.modify(id, change.quantity, kind, self.now()).await?;
        Ok(HostReply::Modified(answer.map_err(convert::refusal)))
    }

    pub(super) async fn cancel(&mut self, order_ids: &[String], reason: &str) -> Answer {
        let reason = one_line(reason);
        self.touches_orders(order_ids.len());
        let mut desk = self.user.desk.lock().await;
        let mut answers = Vec::with_capacity(order_ids.len());
        for order_id in order_ids {
            answers.push(match own_order(order_id) {
                Ok(id) => desk.cancel(id, &reason, self.now()).await?.map_err(convert::refusal),
                Err(refusal) => Err(refusal),
            });
        }
        Ok(HostReply::Cancelled(answers))
    }

    fn touches_orders(&mut self, count: usize) {
        self.orders = self.orders.saturating_add(u32::try_from(count).unwrap_or(u32::MAX));
    }

    pub(super) async fn orders(&self, filter: OrderFilter) -> Answer {
        let desk = self.user.desk.lock().await;
        let book = desk.book();
        let orders = match filter {
            OrderFilter::Active => book.active_orders().map(convert::order).collect(),
            OrderFilter::Retryable => book.retryable_orders().map(convert::order).collect(),
            OrderFilter::Today => book.orders_on(self.occasion.day).map(convert::order).collect(),
        };
        Ok(HostReply::Orders(orders))
    }

    pub(super) async fn positions(&self) -> Answer {
        let desk = self.user.desk.lock().await;
        Ok(HostReply::Positions(desk.book().positions().into_iter().map(convert::position).collect()))
    }

    pub(super) async fn holdings(&self) -> Answer {
        let holdings = self.daemon.venue.broker.holdings(self.user.id).await?;
        let holding =
            |(symbol, quantity): (_, u32)| Holding { symbol: convert::symbol_text(&symbol), quantity };
        Ok(HostReply::Holdings(holdings.into_iter().map(holding).collect()))
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
        Ok(HostReply::Reconciled(differences.into_iter().map(convert::difference).collect()))
    }

    pub(super) async fn close_day(&self) -> Answer {
        let mut desk = self.user.desk.lock().await;
        let statement = desk.close_day(self.now()).await?;
        Ok(HostReply::DayClosed(convert::statement(&statement)))
    }
}

fn own_order(text: &str) -> Result<OrderId, Refusal> {
    text.parse::<OrderId>()
        .map_err(|error| Refusal { code: RefusalCode::UnknownOrder, detail: error.to_string() })
}
