//! What looks after a position: the tasks of its strategy that a service runs for its user. Where there is none, nobody would
//! sell it, and an alert says so until somebody does.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use parking_lot::Mutex;
use prahari_domain::ids::UserId;
use prahari_domain::instruments::Symbol;
use prahari_domain::strategies::StrategyName;
use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;
use prahari_store::{AlertCode, AlertFilter, NewAlert};

use crate::error::AppError;
use crate::handles::Handles;
use crate::notices::Notices;
use crate::schedules::Schedules;
use crate::tasks::Tasks;
use crate::user::User;
use crate::users::Users;

/// How long a strategy's positions have to be without anybody who looks after them before somebody is told: a service that is
/// started again is off for a moment.
const PATIENCE_MS: i64 = 60_000;

/// Longest time that a desk is waited for on a real clock.
const LONGEST_WAIT: Duration = Duration::from_secs(2);

/// Most symbols that an alert names; it counts the others.
const NAMED_SYMBOLS: usize = 5;

/// Most open alerts that are looked through after a start, of all kinds.
const MOST_ALERTS: u32 = 100_000;

/// Tasks by strategy, in the order in which they run.
pub type TasksOfStrategies = BTreeMap<StrategyName, Vec<Task>>;

/// A strategy of a user.
type Owned = (UserId, StrategyName);

/// Knows which tasks look after what users hold.
pub struct Caretakers {
    handles: Handles,
    users: Arc<Users>,
    tasks: Arc<Tasks>,
    schedules: Arc<Schedules>,
    notices: Arc<Notices>,
    seen: Mutex<Seen>,
}

/// What earlier looks have found.
#[derive(Debug, Default)]
struct Seen {
    /// Since when nothing looks after what a strategy holds.
    since: BTreeMap<Owned, Timestamp>,
    /// Of what there is an open alert; none before the first look.
    told: Option<BTreeSet<Owned>>,
}

impl Caretakers {
    /// Over the users and tasks of a daemon.
    pub(crate) fn new(
        handles: Handles,
        (users, tasks): (Arc<Users>, Arc<Tasks>),
        schedules: Arc<Schedules>,
        notices: Arc<Notices>,
    ) -> Self {
        Self { handles, users, tasks, schedules, notices, seen: Mutex::default() }
    }

    /// The tasks that may trade and that a service runs for this user, by strategy. A task counts while it is enabled in the
    /// schedules by which its service runs.
    ///
    /// # Errors
    /// When the schedules of a service cannot be read.
    pub async fn of(&self, user: &User) -> Result<TasksOfStrategies, AppError> {
        let (tasks, mut found) = (self.tasks.current(), TasksOfStrategies::new());
        for known in tasks.all().filter(|known| known.manifest.trades() && !known.manifest.shared) {
            let task = known.manifest.name;
            let Some(version) = user.services.schedule_version(task) else { continue };
            let set = self.schedules.set(version).await?;
            if set.entry(task).is_some_and(|entry| entry.schedule.enabled) {
                found.entry(known.manifest.strategy).or_default().push(task);
            }
        }
        Ok(found)
    }

    /// Looks once at what everybody holds: raises an alert for each strategy of a user with positions that nothing has looked after
    /// since a look at least a minute ago, and clears those that are over.
    ///
    /// # Errors
    /// When the store fails. What concerns one user is logged, and the others are looked at.
    pub(crate) async fn check(&self) -> Result<(), AppError> {
        let now = self.handles.clock.now();
        let users = self.users.all();
        // Desks ask their brokers at full minutes, as this does: they are waited for, all of them together.
        let held = join_all(users.iter().map(|user| self.held_by_strategy(user))).await;
        let mut told = self.told().await?;
        for (user, held) in users.iter().zip(held) {
            // A desk that is busy for longer is looked at the next minute; what is known of it stands meanwhile.
            let Some(held) = held else { continue };
            let after = if held.is_empty() { TasksOfStrategies::new() } else { self.of_or_log(user).await? };
            let left: BTreeMap<_, _> =
                held.into_iter().filter(|(strategy, _)| !after.contains_key(strategy)).collect();
            self.clear(user, &left, &mut told).await?;
            self.raise(user, &left, now, &mut told).await?;
        }
        self.seen.lock().told = Some(told);
        Ok(())
    }

    /// The symbols that each strategy of a user holds; `None` when the desk is busy for long.
    async fn held_by_strategy(&self, user: &User) -> Option<BTreeMap<StrategyName, Vec<Symbol>>> {
        let desk = if self.handles.clock.is_lockstep() {
            user.desk.lock().await
        } else {
            tokio::time::timeout(LONGEST_WAIT, user.desk.lock()).await.ok()?
        };
        let mut held: BTreeMap<StrategyName, Vec<Symbol>> = BTreeMap::new();
        for (strategy, symbol) in desk.book().holders() {
            held.entry(strategy).or_default().push(symbol.clone());
        }
        Some(held)
    }

    async fn of_or_log(&self, user: &User) -> Result<TasksOfStrategies, AppError> {
        match self.of(user).await {
            Err(error) if !error.concerns_everybody() => {
                tracing::error!(user = %user.id, %error, "what looks after the positions of a user is not known");
                Ok(TasksOfStrategies::new())
            }
            found => found,
        }
    }

    /// Ends the alerts of strategies that something looks after again, or that hold nothing any more.
    async fn clear(
        &self,
        user: &User,
        left: &BTreeMap<StrategyName, Vec<Symbol>>,
        told: &mut BTreeSet<Owned>,
    ) -> Result<(), AppError> {
        let is_over = |(_, strategy): &Owned| !left.contains_key(strategy);
        {
            let since = &mut self.seen.lock().since;
            // By range: a look at everybody's for each user would be one at the square of them.
            let over: Vec<Owned> =
                since.range(of_user(user.id)).map(|(owned, _)| *owned).filter(is_over).collect();
            for owned in over {
                since.remove(&owned);
            }
        }
        let over: Vec<Owned> = told.range(of_user(user.id)).copied().filter(is_over).collect();
        for owned in over {
            let resolution = "a service runs a task of the strategy again, or nothing of it is held any more";
            let (code, subject) = (AlertCode::PositionUnattended, owned.1.name());
            self.notices.clear(code, Some(user.id), subject, resolution).await?;
            told.remove(&owned);
        }
        Ok(())
    }

    async fn raise(
        &self,
        user: &User,
        left: &BTreeMap<StrategyName, Vec<Symbol>>,
        now: Timestamp,
        told: &mut BTreeSet<Owned>,
    ) -> Result<(), AppError> {
        for (strategy, symbols) in left {
            let owned = (user.id, *strategy);
            let since = *self.seen.lock().since.entry(owned).or_insert(now);
            if told.contains(&owned) || now.millis_since(since) < PATIENCE_MS {
                continue;
            }
            let detail = format!(
                "nothing looks after {}: no service runs a task of the strategy {strategy} that may trade",
                named(symbols)
            );
            let (code, subject) = (AlertCode::PositionUnattended, strategy.to_string());
            self.notices.raise(NewAlert { code, user: Some(user.id), subject, detail }).await?;
            told.insert(owned);
        }
        Ok(())
    }

    /// What there are open alerts of: after a start, what the database says.
    async fn told(&self) -> Result<BTreeSet<Owned>, AppError> {
        if let Some(told) = self.seen.lock().told.take() {
            return Ok(told);
        }
        let filter = AlertFilter { open: Some(true), before: None, limit: MOST_ALERTS };
        let open = self.handles.store.system().alerts(filter).await?;
        let unattended = open.into_iter().filter(|alert| alert.code == AlertCode::PositionUnattended);
        Ok(unattended.filter_map(|alert| Some((alert.user?, alert.subject.parse().ok()?))).collect())
    }
}

fn of_user(user: UserId) -> std::ops::Range<Owned> {
    let first = StrategyName::literal("a");
    (user, first)..(UserId(user.0.saturating_add(1)), first)
}

/// The first of some symbols, and how many more there are.
fn named(symbols: &[Symbol]) -> String {
    let first: Vec<&str> = symbols.iter().take(NAMED_SYMBOLS).map(Symbol::as_str).collect();
    match symbols.len().saturating_sub(NAMED_SYMBOLS) {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alert_names_a_few_symbols_and_counts_the_others() {
        let symbols: Vec<Symbol> =
            ["A", "B", "C", "D", "E", "F", "G"].map(|text| text.parse().unwrap()).into();
        assert_eq!(named(&symbols[..2]), "A, B");
        assert_eq!(named(&symbols), "A, B, C, D, E and 2 more");
    }

    #[test]
    fn every_strategy_of_a_user_is_theirs_and_of_nobody_else() {
        let range = of_user(UserId(7));
        for name in ["a", "momentum", "zzz_zzz"] {
            assert!(range.contains(&(UserId(7), name.parse().unwrap())), "{name}");
            assert!(!range.contains(&(UserId(8), name.parse().unwrap())), "{name}");
        }
    }
}
