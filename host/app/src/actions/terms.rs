//! Demergers of which nobody has told what becomes of the shares. Who held the share is told so on the ex-date, once, until an admin
//! has given the terms or taken the action back: the books go on as if there had been none.

use std::collections::BTreeSet;

use prahari_domain::actions::{ActionKind, ActionRow, demerger_opens_at};
use prahari_domain::ids::UserId;
use prahari_domain::time::Timestamp;
use prahari_store::{AlertCode, AlertFilter, NewAlert};

use super::Actions;
use super::source::subject_of;
use crate::error::AppError;

/// Minutes after the special pre-open within which the open of a demerged share comes, as a rule: sources tell it late.
const OPEN_WITHIN_MINUTES: i64 = 30;

/// Most open alerts that are looked through for those that are over.
const MOST_OPEN: u32 = 10_000;

impl Actions {
    /// Tells who held a share before its demerger that the terms are missing; where they are not any more, that is over. `concerns`
    /// says whether anybody whose desk is free may hold it. False where somebody's desk is busy, so that they are not told yet.
    ///
    /// # Errors
    /// When the store fails.
    pub(super) async fn tell_of_terms(
        &self,
        row: &ActionRow,
        (concerns, busy): (bool, &BTreeSet<UserId>),
        now: Timestamp,
    ) -> Result<bool, AppError> {
        if !lacks_terms(row) {
            self.end_of_terms(row, "its terms are known").await?;
            return Ok(true);
        }
        let Some(missing) = self.missing(row, now).filter(|_| concerns) else { return Ok(true) };
        let mut all = true;
        for user in self.users.all() {
            if self.known.lock().told.contains(&(row.id, user.id)) {
                continue;
            }
            let desk = if busy.contains(&user.id) { None } else { self.desk_of(&user).await };
            let Some(desk) = desk else {
                all = false;
                continue;
            };
            let (symbol, ex_day) = (row.action.symbol(), row.action.ex_day());
            let positions = desk.book().positions();
            let held = positions.iter().any(|of| of.symbol == *symbol && of.opened_on < ex_day);
            drop(desk);
            if held {
                self.alert_of_terms(user.id, row, &missing).await?;
            }
            self.known.lock().told.insert((row.id, user.id));
        }
        Ok(all)
    }

    /// Ends the alerts about the missing terms of a demerger, and says how it ended.
    ///
    /// # Errors
    /// When the store fails.
    pub(super) async fn end_of_terms(&self, row: &ActionRow, how: &str) -> Result<(), AppError> {
        if !matches!(row.action.kind(), ActionKind::Demerger { .. }) {
            return Ok(());
        }
        self.known.lock().told.retain(|(action, _)| *action != row.id);
        let (code, subject) = (AlertCode::ActionWithoutTerms, subject_of(&row.action.key()));
        let filter = AlertFilter { open: Some(true), before: None, limit: MOST_OPEN };
        let open = self.handles.store.system().alerts(filter).await?;
        for alert in open.into_iter().filter(|alert| alert.code == code && alert.subject == subject) {
            self.notices.clear(code, alert.user, &subject, how).await?;
        }
        Ok(())
    }

    /// What of the terms of a demerger is missing and what follows; `None` while its open may say it still.
    fn missing(&self, row: &ActionRow, now: Timestamp) -> Option<String> {
        let symbol = row.action.symbol();
        if matches!(row.action.kind(), ActionKind::Demerger { child: None, .. }) {
            return Some(format!(
                "nobody has told which company its holders get shares of, so the books have none of them and their whole cost \
                 in {symbol}"
            ));
        }
        let opens_at = demerger_opens_at(&self.handles.calendar.current(), row.action.ex_day());
        let is_late = opens_at.is_none_or(|opens_at| opens_at.plus_minutes(OPEN_WITHIN_MINUTES) <= now);
        is_late.then(|| {
            format!(
                "nobody has told which part of the cost stays with {symbol}, and there is no open that says it, so the books are \
                 those of before"
            )
        })
    }

    /// Raises the alert about missing terms for a user, unless a person has resolved it.
    async fn alert_of_terms(&self, user: UserId, row: &ActionRow, missing: &str) -> Result<(), AppError> {
        let (code, subject, user) =
            (AlertCode::ActionWithoutTerms, subject_of(&row.action.key()), Some(user));
        if self.handles.store.system().is_alert_known(code, user, subject.clone()).await? {
            return Ok(());
        }
        let detail = format!(
            "{}: {missing}; until an admin has entered it with its terms, or has undone it (action {})",
            row.action, row.id
        );
        self.notices.raise(NewAlert { code, user, subject, detail }).await?;
        Ok(())
    }
}

/// Returns whether a row is a demerger of which the books cannot be changed, because neither its terms nor an open say how.
fn lacks_terms(row: &ActionRow) -> bool {
    match row.action.kind() {
        ActionKind::Demerger { child, .. } => child.is_none() || row.price_factor().is_none(),
        _ => false,
    }
}
