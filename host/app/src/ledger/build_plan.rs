//! Making the plans of a day: at its start for every version in use, and later for a service that starts by another.

use std::collections::BTreeSet;
use std::sync::Arc;

use prahari_domain::time::Day;

use super::day_plan::DayPlan;
use super::plan_set::DayPlans;
use crate::error::AppError;
use crate::ledger::Ledger;
use crate::user::User;

impl Ledger {
    /// Plans a day by every version of the schedules that a service runs by, and by the newest.
    pub(crate) async fn plan_day(&self, day: Day) -> Result<Arc<DayPlans>, AppError> {
        let mut versions = BTreeSet::from([self.schedules.current().version]);
        for user in self.users.all() {
            versions.extend(user.services.schedule_versions());
        }
        let plans = self.with_plans(DayPlans::new(day, self.tasks.current()), versions).await?;
        Ok(self.set_plans(plans))
    }

    /// The plans of the day that the scheduler is in, with those by which this user's services run; none before it
    /// has begun, because it enters all slots of the day when it comes to it.
    pub(crate) async fn plans_for(&self, user: &User) -> Result<Option<Arc<DayPlans>>, AppError> {
        loop {
            let Some(plans) = self.plans() else { return Ok(None) };
            let missing: BTreeSet<u64> = user
                .services
                .schedule_versions()
                .into_iter()
                .filter(|version| !plans.has(*version))
                .collect();
            if missing.is_empty() {
                return Ok(Some(plans));
            }
            // The scheduler may go on to another day meanwhile.
            let added = self.with_plans(DayPlans::new(plans.day, self.tasks.current()), missing).await?;
            if let Some(plans) = self.add_plans(&added) {
                return Ok(Some(plans));
            }
        }
    }

    /// Plans the scheduler's day anew, by the calendar that is in force now.
    pub(crate) async fn replan(&self) -> Result<(), AppError> {
        if let Some(plans) = self.plans() {
            self.plan_day(plans.day).await?;
            // What is open falls due as it was planned, until somebody takes it over.
            self.plan_left_open(plans.day);
        }
        Ok(())
    }

    async fn with_plans(&self, mut plans: DayPlans, versions: BTreeSet<u64>) -> Result<DayPlans, AppError> {
        // A date that the calendar has no answer for is a closed day, not the end of the daemon.
        let trading_day = self.handles.calendar.current().day_or_closed(plans.day);
        for version in versions {
            let set = match self.schedules.set(version).await {
                Ok(set) => set,
                Err(error) if error.concerns_everybody() => return Err(error),
                // Those whose services run by another version have their day.
                Err(error) => {
                    tracing::error!(version, %error, "nothing runs today by this version of the schedules");
                    continue;
                }
            };
            let plan = DayPlan::of(&trading_day, set.schedules(), &self.tasks.current());
            for error in &plan.failed {
                tracing::error!(version, %error, "a task does not run today");
            }
            plans.add(version, Arc::new(plan));
        }
        Ok(plans)
    }
}
