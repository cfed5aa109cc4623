//! The plans of one day: one for each version of the schedules that a service runs by.
//!
//! A plan is made once for all users of its version. At an instant every user is offered what is due by any
//! version, and the user's own ledger says what of it is meant.

use std::collections::BTreeMap;
use std::sync::Arc;

use prahari_domain::tasks::Task;
use prahari_domain::time::{Day, Timestamp};

use super::day_plan::{Barrier, DayPlan, PlannedSlot, Work};
use crate::tasks::TaskSet;
use crate::user::User;

/// The plans of one day by version.
#[derive(Debug, Clone)]
pub struct DayPlans {
    /// The date in India.
    pub day: Day,
    /// The tasks as they were when the day was planned: their order is that of the plans.
    tasks: Arc<TaskSet>,
    plans: BTreeMap<u64, Arc<DayPlan>>,
    /// Slots that the users' ledgers had open already, whether or not anybody runs by the schedules they came from.
    left_open: Option<Arc<DayPlan>>,
}

impl DayPlans {
    /// A day without plans.
    pub fn new(day: Day, tasks: Arc<TaskSet>) -> Self {
        Self { day, tasks, plans: BTreeMap::new(), left_open: None }
    }

    /// Adds the plan of a version.
    pub fn add(&mut self, version: u64, plan: Arc<DayPlan>) {
        self.plans.insert(version, plan);
    }

    /// Has the slots fall due that a process of the past left open.
    pub fn set_left_open(&mut self, plan: DayPlan) {
        self.left_open = Some(Arc::new(plan));
    }

    /// Returns what the slots of a task of a user wait for, by the version of the schedules by which the task runs.
    pub fn barrier(&self, user: &User, task: Task) -> Option<&Arc<Barrier>> {
        self.plans.get(&user.services.schedule_version(task)?)?.barriers.get(&task)
    }

    /// Returns whether slots among these works may have to wait, by any version.
    pub(crate) fn have_barriers(&self, works: &[Work]) -> bool {
        let runs = || works.iter().filter(|work| matches!(work, Work::Run(_))).filter_map(|work| work.slot());
        self.plans.values().any(|plan| runs().any(|key| plan.barriers.contains_key(&key.task)))
    }

    /// Adds the plans of the same day that it does not have yet.
    pub fn merge(&mut self, other: &Self) {
        for (version, plan) in &other.plans {
            self.plans.entry(*version).or_insert_with(|| plan.clone());
        }
    }

    /// Returns whether the plan of a version was made.
    pub fn has(&self, version: u64) -> bool {
        self.plans.contains_key(&version)
    }

    /// The first instant after `after` at which something is due by any version, and all that is due then, each
    /// once and in the order in which it is done.
    pub fn next_after(&self, after: Timestamp) -> Option<(Timestamp, Vec<Work>)> {
        let plans = || self.plans.values().chain(&self.left_open);
        let next = || plans().filter_map(|plan| plan.next_after(after));
        let instant = next().map(|(at, _)| at).min()?;
        let mut due = next().filter(|(at, _)| *at == instant).map(|(_, works)| works);
        let mut works = due.next()?.to_vec();
        let alone = works.len();
        due.for_each(|more| works.extend_from_slice(more));
        if works.len() > alone {
            works.sort_by_key(|work| (work.rank(&self.tasks), *work));
            works.dedup();
        }
        Some((instant, works))
    }

    /// The slots that a user's services expect: of each task those of the version by which it runs.
    pub fn slots_of(&self, user: &User) -> impl Iterator<Item = PlannedSlot> {
        self.plans.iter().flat_map(|(version, plan)| {
            let own = |slot: &&PlannedSlot| user.services.schedule_version(slot.key.task) == Some(*version);
            plan.slots.iter().filter(own).copied()
        })
    }
}
