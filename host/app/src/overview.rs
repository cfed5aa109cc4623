//! What the page shows: every user's service, today's slots, orders and positions, as of now.

use std::cmp::Reverse;

use futures::future::join_all;
use prahari_domain::calendar::TradingDay;
use prahari_domain::ids::UserId;
use prahari_domain::orders::{Order, OrderKind};
use prahari_domain::time::{Day, Timestamp};
use prahari_store::{AlertFilter, AlertRow};
use serde::Serialize;

use crate::daemon::Daemon;
use crate::desk::Valuation;
use crate::error::AppError;
use crate::scheduler::{Progress, SlotKey};
use crate::user::User;

/// The most orders shown for a user; older ones are in the database.
const SHOWN_ORDERS: usize = 20;

/// The most open alerts shown; the others are in the list of alerts.
const SHOWN_ALERTS: usize = 20;

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
    /// Why it has none, the name of its special session, or that it is presumed; empty on an ordinary day that is known.
    pub note: String,
    /// The last day of which the holidays are known.
    pub known_through: Day,
    /// The phase of the exchange.
    pub phase: String,
    /// The open alerts that concern whoever looks, newest first.
    pub alerts: Vec<AlertOverview>,
    /// Whether there are more of them.
    pub more_alerts: bool,
    /// How many users there are to be seen.
    pub users_total: usize,
    /// The first of them.
    pub users: Vec<UserOverview>,
}

/// One open alert.
#[derive(Debug, Serialize)]
pub struct AlertOverview {
    /// Since when, in IST.
    pub since_ist: String,
    /// The name of the user it is about; none when it concerns the whole installation.
    pub about: Option<String>,
    /// What kind of condition.
    pub code: String,
    /// One sentence.
    pub detail: String,
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
    /// When there is no such user, or the store cannot be read.
    pub async fn overview(&self, only: Option<UserId>) -> Result<Overview, AppError> {
        let now = self.clock.now();
        let day = now.ist_day();
        let calendar = self.venue.calendar.current();
        let all = match only {
            Some(user) => vec![self.user(user)?],
            None => self.users(),
        };
        // Beside each other: a desk that waits for its broker holds up the page once.
        let users = join_all(all.iter().take(SHOWN_USERS).map(|user| self.user_overview(user))).await;
        let alerts = self.alerts_for(only).await?;
        let TradingDay { open, note, .. } = calendar.day_or_closed(day);
        Ok(Overview {
            now,
            now_ist: now.to_string(),
            day,
            trading_day: open,
            note,
            known_through: calendar.covers().1,
            more_alerts: alerts.len() > SHOWN_ALERTS,
            alerts: alerts.into_iter().take(SHOWN_ALERTS).map(|row| self.alert_overview(row)).collect(),
            phase: format!("{:?}", calendar.phase_at(now, false)),
            users_total: all.len(),
            users,
        })
    }

    /// The newest open alerts, one more than are shown: all, or those of a user and of the whole installation.
    async fn alerts_for(&self, only: Option<UserId>) -> Result<Vec<AlertRow>, AppError> {
        let limit = u32::try_from(SHOWN_ALERTS + 1).unwrap_or(u32::MAX);
        let open = AlertFilter { open: Some(true), before: None, limit };
        let Some(user) = only else { return Ok(self.store.system().alerts(open).await?) };
        let mut alerts = self.store.user(user).alerts(open).await?;
        alerts.extend(self.store.system().open_installation_alerts(limit).await?);
        alerts.sort_by_key(|alert| Reverse(alert.id));
        Ok(alerts)
    }

    fn alert_overview(&self, row: AlertRow) -> AlertOverview {
        let name = |id: UserId| self.user(id).map_or_else(|_| format!("user {id}"), |user| user.name.clone());
        AlertOverview {
            since_ist: row.raised_at.to_string(),
            about: row.user.map(name),
            code: row.code.name().to_owned(),
            detail: row.detail,
        }
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
