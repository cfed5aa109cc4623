//! What the page shows: every user's service, today's slots, orders and positions, as of now.

use prahari_domain::ids::UserId;
use prahari_domain::orders::{Order, OrderKind};
use prahari_domain::time::{Day, Timestamp};
use serde::Serialize;

use crate::daemon::Daemon;
use crate::desk::Valuation;
use crate::error::AppError;
use crate::scheduler::{Progress, SlotKey};
use crate::user::User;

/// The most orders shown for a user; older ones are in the database.
const SHOWN_ORDERS: usize = 20;

/// The most users shown; the page is for one glance.
const SHOWN_USERS: usize = 50;

/// The whole daemon at one instant. Money in paise, instants in milliseconds since the epoch.
#[derive(Debug, Serialize)]
pub struct Overview {
    /// The daemon's clock.
    pub now: Timestamp,
    /// The same in IST, for people.
    pub now_ist: String,
    /// The IST date.
    pub day: Day,
    /// Whether the exchange has a session on it.
    pub trading_day: bool,
    /// The phase of the exchange.
    pub phase: String,
    /// How many users there are to be seen.
    pub users_total: usize,
    /// The first of them.
    pub users: Vec<UserOverview>,
}

/// One user at one instant.
#[derive(Debug, Serialize)]
pub struct UserOverview {
    /// Id.
    pub id: u64,
    /// Name.
    pub name: String,
    /// Whether the unified service is on.
    pub service_running: bool,
    /// Cash in the books.
    pub cash: i64,
    /// Lots at cost.
    pub invested: i64,
    /// Realised so far, before charges.
    pub realised: i64,
    /// Charges so far.
    pub charges: i64,
    /// Today's slots.
    pub slots: Vec<SlotOverview>,
    /// The newest orders.
    pub orders: Vec<OrderOverview>,
    /// What is held.
    pub positions: Vec<PositionOverview>,
}

/// One slot of today.
#[derive(Debug, Serialize)]
pub struct SlotOverview {
    /// Task.
    pub task: String,
    /// IST time of day.
    pub due: String,
    /// Outcome, `expected` before it has one.
    pub outcome: String,
    /// Ticks that ran and ticks expected, of a continuous slot.
    pub ticks: Option<(u32, u32)>,
}

/// One order.
#[derive(Debug, Serialize)]
pub struct OrderOverview {
    /// Id.
    pub id: String,
    /// Symbol.
    pub symbol: String,
    /// `buy` or `sell`.
    pub side: String,
    /// Shares.
    pub quantity: u32,
    /// Shares filled.
    pub filled: u32,
    /// Limit price in paise; none for a market order.
    pub limit: Option<i64>,
    /// Mean fill price in paise.
    pub average_price: Option<i64>,
    /// State.
    pub state: String,
    /// Why it ended without a fill.
    pub reason: String,
}

/// One position.
#[derive(Debug, Serialize)]
pub struct PositionOverview {
    /// Symbol.
    pub symbol: String,
    /// Shares.
    pub quantity: u32,
    /// Mean cost in paise.
    pub average_price: i64,
    /// Last price in paise; the last that was known where the market tells none.
    pub last_price: i64,
    /// Whether the market tells none.
    pub unpriced: bool,
}

impl Daemon {
    /// What the page shows: of one user, or of everybody when `only` names nobody.
    ///
    /// # Errors
    /// When the calendar does not cover today, or there is no such user.
    pub async fn overview(&self, only: Option<UserId>) -> Result<Overview, AppError> {
        let now = self.clock.now();
        let day = now.ist_day();
        let calendar = self.venue.calendar.current();
        let mut users = Vec::new();
        let all = match only {
            Some(user) => vec![self.user(user)?],
            None => self.users(),
        };
        for user in all.iter().take(SHOWN_USERS) {
            users.push(self.user_overview(user).await);
        }
        Ok(Overview {
            now,
            now_ist: now.to_string(),
            day,
            trading_day: calendar.is_open_on(day),
            phase: format!("{:?}", calendar.phase_at(now, false)),
            users_total: all.len(),
            users,
        })
    }

    async fn user_overview(&self, user: &User) -> UserOverview {
        let slots = user.ledger().slots().map(|(key, progress)| slot(key, progress)).collect();
        let desk = user.desk.lock().await;
        let book = desk.book();
        let newest: Vec<OrderOverview> = book.orders().map(order).collect();
        UserOverview {
            id: user.id.0,
            name: user.name.clone(),
            service_running: user.is_running(),
            cash: book.cash().0,
            invested: book.invested().0,
            realised: book.realised().0,
            charges: book.charges().0,
            slots,
            orders: newest.into_iter().rev().take(SHOWN_ORDERS).collect(),
            positions: desk.valuations(self.clock.now()).await.iter().map(position).collect(),
        }
    }
}

fn slot(key: &SlotKey, progress: &Progress) -> SlotOverview {
    SlotOverview {
        task: key.task.name().to_owned(),
        due: key.due_at.ist_time().format("%H:%M").to_string(),
        outcome: progress.outcome.map_or("expected", |outcome| outcome.name()).to_owned(),
        ticks: progress.ticks.as_ref().map(|ticks| (ticks.ran, ticks.expected)),
    }
}

fn order(order: &Order) -> OrderOverview {
    OrderOverview {
        id: order.id.to_string(),
        symbol: order.request.symbol.to_string(),
        side: format!("{:?}", order.request.side).to_lowercase(),
        quantity: order.request.quantity,
        filled: order.filled,
        limit: match order.request.kind {
            OrderKind::Market => None,
            OrderKind::Limit(price) => Some(price.0),
        },
        average_price: order.average_price().map(|price| price.0),
        state: order.state.name().to_owned(),
        reason: order.reason.clone(),
    }
}

fn position(valued: &Valuation) -> PositionOverview {
    PositionOverview {
        symbol: valued.position.symbol.to_string(),
        quantity: valued.position.quantity,
        average_price: valued.position.average_price.0,
        last_price: valued.price.0,
        unpriced: valued.unpriced,
    }
}
