//! What everybody holds, at the last price.

use std::sync::Arc;

use prahari_domain::book::Position;
use prahari_domain::ids::UserId;
use prahari_domain::instruments::Symbol;
use prahari_domain::strategies::StrategyName;
use prahari_domain::time::Timestamp;

use super::Queries;
use crate::desk::{Held, Valuation};
use crate::user::User;

/// Most users who are named because their desk was busy.
const MOST_BUSY: usize = 100;

/// Where a position stands in the list of everybody's: by user, symbol and strategy.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PositionKey {
    /// The user who holds it.
    pub user: UserId,
    /// Symbol of the share.
    pub symbol: Symbol,
    /// The strategy whose lots they are.
    pub strategy: StrategyName,
}

/// Selects the positions of everybody.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PositionsFilter {
    /// Only positions in this symbol.
    pub symbol: Option<Symbol>,
    /// Only positions of this strategy.
    pub strategy: Option<StrategyName>,
    /// Continues after this position of the list.
    pub after: Option<PositionKey>,
    /// At most this many.
    pub limit: u32,
}

/// A part of what everybody holds.
#[derive(Debug, Clone, PartialEq)]
pub struct PositionsOfAll {
    /// The positions with their users, by user, symbol and strategy.
    pub positions: Vec<(UserId, Valuation)>,
    /// The users whose desk was at work, so that what they hold is not in it; 100 at most.
    pub busy: Vec<UserId>,
    /// How many those users are altogether.
    pub busy_count: usize,
    /// After which position the next part begins; none on the last one.
    pub next: Option<PositionKey>,
}

impl Queries {
    /// Returns what these users hold at this instant, valued by one question to the market. Desks that are at work, such
    /// as one that waits for its broker, are not waited for.
    pub async fn positions_of_all(&self, users: &[Arc<User>], filter: &PositionsFilter) -> PositionsOfAll {
        let limit = filter.limit as usize;
        let now = self.clock.now();
        let (mut held, mut busy, mut busy_count) = (Vec::new(), Vec::new(), 0);
        let first = filter.after.as_ref().map_or(UserId(0), |after| after.user);
        for user in users.iter().filter(|user| user.id >= first) {
            if held.len() > limit {
                break;
            }
            match held_by(user, filter, now) {
                Some(positions) => held.extend(positions.into_iter().map(|position| (user.id, position))),
                None => {
                    busy_count += 1;
                    busy.push(user.id);
                    busy.truncate(MOST_BUSY);
                }
            }
        }
        let more = held.len() > limit;
        held.truncate(limit);
        let next = held.last().filter(|_| more).map(|(user, held)| key(*user, &held.position));
        PositionsOfAll { positions: self.valued(held, now).await, busy, busy_count, next }
    }

    async fn valued(&self, mut held: Vec<(UserId, Held)>, now: Timestamp) -> Vec<(UserId, Valuation)> {
        // The market is asked for each symbol once, so they have to stand together.
        held.sort_by(|(_, one), (_, other)| one.position.symbol.cmp(&other.position.symbol));
        let (users, held): (Vec<UserId>, Vec<Held>) = held.into_iter().unzip();
        let valued = self.trading.value(held, now).await;
        let mut valued: Vec<(UserId, Valuation)> = users.into_iter().zip(valued).collect();
        valued.sort_by_key(|(user, valuation)| key(*user, &valuation.position));
        valued
    }
}

/// What a user holds of what is asked for; none while their desk is at work. Who looks at everybody waits for nobody's broker:
/// whoever is left out for it is named, and never shown as holding nothing.
fn held_by(user: &User, filter: &PositionsFilter, now: Timestamp) -> Option<Vec<Held>> {
    let desk = user.desk.try_lock().ok()?;
    let wanted = |symbol: &Symbol| filter.symbol.as_ref().is_none_or(|wanted| wanted == symbol);
    if !desk.book().held_symbols().any(wanted) {
        return Some(Vec::new());
    }
    let mut held = desk.held(now);
    held.retain(|Held { position, .. }| {
        wanted(&position.symbol)
            && filter.strategy.is_none_or(|strategy| strategy == position.strategy)
            && filter.after.as_ref().is_none_or(|after| key(user.id, position) > *after)
    });
    Some(held)
}

fn key(user: UserId, position: &Position) -> PositionKey {
    PositionKey { user, symbol: position.symbol.clone(), strategy: position.strategy }
}
