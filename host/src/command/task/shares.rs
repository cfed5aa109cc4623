//! The positions of a trial account: bought through the desk, as everything is, so the books know how they came about.

use std::sync::Arc;

use chrono::NaiveTime;
use prahari_app::daemon::Daemon;
use prahari_app::desk::OrderContext;
use prahari_app::user::User;
use prahari_domain::ids::{RunId, UserId};
use prahari_domain::orders::{OrderKind, OrderRequest, Product, Purpose, Side, Variety};
use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;

use crate::cli::HeldShares;
use crate::exit::Failure;

/// When they are bought: in the middle of the first hour, when prices are calm and the day is long enough to fill.
const BOUGHT_AT: NaiveTime = match NaiveTime::from_hms_opt(9, 45, 0) {
    Some(time) => time,
    None => NaiveTime::MIN,
};

/// Places a market order for each position on the day on which the clock stands, for the strategy of the task that is to see them.
/// Without any, the clock stays.
pub async fn buy(daemon: &Arc<Daemon>, user: UserId, task: Task, held: &[HeldShares]) -> Result<(), Failure> {
    if held.is_empty() {
        return Ok(());
    }
    let day = daemon.clock.now().ist_day();
    let now = Timestamp::from_ist(day, BOUGHT_AT);
    daemon.clock.wait_until(now, &daemon.wake).await;
    let user = daemon.users.find(user).map_err(Failure::work)?;
    let mut desk = user.desk.lock().await;
    let strategy = daemon.tasks.current().strategy(task);
    for held in held {
        let order_context = OrderContext { run: RunId(0), strategy, day, now };
        let placed = desk.place(request(held), order_context).await.map_err(Failure::work)?;
        placed.map_err(|refusal| {
            let HeldShares { symbol, quantity } = held;
            Failure::input(format!("{quantity} {symbol} cannot be bought on {day}: {}", refusal.detail))
        })?;
    }
    Ok(())
}

fn request(held: &HeldShares) -> OrderRequest {
    OrderRequest {
        symbol: held.symbol.clone(),
        side: Side::Buy,
        quantity: held.quantity,
        kind: OrderKind::Market,
        variety: Variety::Regular,
        product: Product::Delivery,
        purpose: Purpose::Entry,
        signal: None,
        rsi: None,
        retry_of: None,
    }
}

/// Refuses to go on with fewer shares than were asked for: the market may have been too thin.
pub async fn check(user: &User, held: &[HeldShares]) -> Result<(), Failure> {
    let desk = user.desk.lock().await;
    for HeldShares { symbol, quantity } in held {
        let bought = desk.book().held(symbol);
        if bought < *quantity {
            return Err(Failure::input(format!(
                "only {bought} of {quantity} {symbol} could be bought on the day before: fewer were traded"
            )));
        }
    }
    Ok(())
}
