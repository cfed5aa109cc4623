//! Actions that somebody brings: a file, an admin, a source.
//!
//! What a person has brought stands over what sources tell of the same action, until a person decides otherwise.
//!
//! What a source of prices tells only adds what nobody else tells: it knows neither kinds nor, quite, dates (`twins.rs`), and
//! its figures come back from rounded prices. So it changes no row, and where the company's own words come later they change
//! none either that is the same action.

use std::collections::HashMap;
use std::sync::Arc;

use prahari_domain::actions::{
    ActionChange, ActionKey, ActionRow, ActionState, CorporateAction, ImportPreview, Origin, RefusedAction,
    TWIN_DAYS, Twin, twin_of,
};
use prahari_domain::instruments::Symbol;
use prahari_domain::price_jump::PriceJump;
use prahari_domain::time::Day;

use super::doubts::Brought;
use super::uncovered::Became;
use super::{Actions, MOST_IMPORTED};
use crate::error::AppError;

impl Actions {
    /// Returns what an import of these rows would change, and changes nothing. Of several rows of one identity the last
    /// counts. Actions that something speaks against are named, and left out of what would change.
    ///
    /// # Errors
    /// When there are more than [`MOST_IMPORTED`], or the database cannot be read.
    pub async fn preview(&self, rows: Vec<CorporateAction>) -> Result<ImportPreview, AppError> {
        let mut preview = self.preview_confirmed(rows.clone()).await?;
        let doubts = self.doubts(&preview.kept(), &rows, Brought::InList).await;
        preview.leave_out(doubts);
        Ok(preview)
    }

    /// The same of rows that a person has confirmed, whatever speaks against them.
    ///
    /// # Errors
    /// As [`Actions::preview`].
    pub async fn preview_confirmed(&self, rows: Vec<CorporateAction>) -> Result<ImportPreview, AppError> {
        if rows.len() > MOST_IMPORTED {
            let most = MOST_IMPORTED;
            let reason = format!("{} actions in one import are more than {most}", rows.len());
            return Err(AppError::ActionRefused(reason));
        }
        let told: HashMap<ActionKey, CorporateAction> =
            rows.into_iter().map(|action| (action.key(), action)).collect();
        let around = self.around(told.values().map(span).collect()).await?;
        let mut told: Vec<(ActionKey, CorporateAction)> = told.into_iter().collect();
        told.sort_by(|(one, _), (other, _)| (one.ex_day, one).cmp(&(other.ex_day, other)));
        let by_share = by_share(&told);
        let mut preview = ImportPreview::default();
        for (key, action) in &told {
            let known = around.get(&key.symbol).map_or(&[][..], Vec::as_slice);
            let beside = by_share.get(&key.symbol).map_or(&[][..], Vec::as_slice);
            match verdict(action, known, beside) {
                Verdict::New => preview.new.push(action.clone()),
                Verdict::Same => preview.same = preview.same.saturating_add(1),
                Verdict::Vouched => {
                    preview.same = preview.same.saturating_add(1);
                    preview.vouched.push(action.clone());
                }
                Verdict::Changes(row) => {
                    let (id, was) = (row.id, row.action.clone());
                    preview.changed.push(ActionChange { id, was, becomes: action.clone() });
                }
                Verdict::Refused(row) => preview.refused.push(RefusedAction::by(action.clone(), row)),
            }
        }
        Ok(preview)
    }

    /// Keeps what these rows bring, in the name of `by`, and does at once what is due of it. Answers what changed; what
    /// something speaks against is left out.
    ///
    /// # Errors
    /// As [`Actions::preview`], or when it cannot be written.
    pub async fn import(
        self: &Arc<Self>,
        rows: Vec<CorporateAction>,
        by: &str,
    ) -> Result<ImportPreview, AppError> {
        self.bring(rows, by, Some(Brought::InList)).await
    }

    /// The same of rows that a person has confirmed, whatever speaks against them.
    ///
    /// # Errors
    /// As [`Actions::import`].
    pub async fn import_confirmed(
        self: &Arc<Self>,
        rows: Vec<CorporateAction>,
        by: &str,
    ) -> Result<ImportPreview, AppError> {
        self.bring(rows, by, None).await
    }

    /// Keeps what these rows bring; `None` of rows that are confirmed.
    pub(super) async fn bring(
        self: &Arc<Self>,
        rows: Vec<CorporateAction>,
        by: &str,
        brought: Option<Brought>,
    ) -> Result<ImportPreview, AppError> {
        // The market may take its time, so it is asked before anybody has to wait for rows.
        let doubts = match brought {
            Some(brought) => {
                let looked = self.preview_confirmed(rows.clone()).await?;
                self.doubts(&looked.kept(), &rows, brought).await
            }
            None => Vec::new(),
        };
        let changing = self.changing.write().await;
        let mut preview = self.preview_confirmed(rows).await?;
        preview.leave_out(doubts);
        let kept = [preview.kept(), preview.vouched.clone()].concat();
        if kept.is_empty() {
            return Ok(preview);
        }
        let now = self.handles.clock.now();
        self.handles.store.system().keep_actions(kept.clone(), by.to_owned(), now).await?;
        self.load().await?;
        preview.changed.iter().for_each(|change| self.known.lock().begin_anew(change.id));
        drop(changing);
        self.apply_due(now).await?;
        Box::pin(self.look_at_jumps(&kept, Became::Counted, now)).await?;
        self.settle_doubts(&kept, by).await?;
        Ok(preview)
    }

    /// The row of another identity that tells this action already, as a source of prices has it.
    pub(super) async fn told_by_source(
        &self,
        action: &CorporateAction,
    ) -> Result<Option<ActionRow>, AppError> {
        let around = self.around(vec![span(action)]).await?;
        let is_it = |row: &ActionRow| {
            let counts = row.state != ActionState::Undone && row.action.key() != action.key();
            counts && is_of_prices(&row.action) && twin_of(action, [&row.action]).is_some()
        };
        Ok(around.into_values().flatten().find(is_it))
    }

    /// What is known of shares within these days, by share.
    pub(super) async fn around(
        &self,
        spans: Vec<(Symbol, Day, Day)>,
    ) -> Result<HashMap<Symbol, Vec<ActionRow>>, AppError> {
        let mut by_share: HashMap<Symbol, Vec<ActionRow>> = HashMap::new();
        for row in self.handles.store.system().actions_around(spans).await? {
            let rows = by_share.entry(row.action.symbol().clone()).or_default();
            if rows.iter().all(|known| known.id != row.id) {
                rows.push(row);
            }
        }
        Ok(by_share)
    }

    /// Returns the shares whose prices a known action changes on a day.
    pub(crate) fn shares_changed_on(&self, day: Day) -> Vec<Symbol> {
        let known = self.known.lock();
        let of_day =
            known.rows.iter().filter(|row| row.action.ex_day() == day && row.price_factor().is_some());
        of_day.map(|row| row.action.symbol().clone()).collect()
    }

    /// Returns the actions between the two sessions of a jump: those that may explain it, whatever their ratio.
    pub fn near(&self, jump: &PriceJump) -> Vec<ActionRow> {
        let known = self.known.lock();
        let of = |row: &&ActionRow| {
            let ex_day = row.action.ex_day();
            *row.action.symbol() == jump.symbol && ex_day > jump.previous_day && ex_day <= jump.day
        };
        known.rows.iter().filter(of).cloned().collect()
    }
}

/// The days around an action within which others tell the same one.
pub(super) fn span(action: &CorporateAction) -> (Symbol, Day, Day) {
    let (days, ex_day) = (chrono::Days::new(TWIN_DAYS.unsigned_abs()), action.ex_day());
    let from = ex_day.checked_sub_days(days).unwrap_or(ex_day);
    (action.symbol().clone(), from, ex_day.checked_add_days(days).unwrap_or(ex_day))
}

/// What becomes of an action that is told.
enum Verdict<'a> {
    New,
    Same,
    /// A person brings the same as a source has told.
    Vouched,
    /// An announced row gets its figures.
    Changes(&'a ActionRow),
    /// This row says something else and stays.
    Refused(&'a ActionRow),
}

/// Judges an action by what is `known` of its share and told `beside` it.
fn verdict<'a>(told: &CorporateAction, known: &'a [ActionRow], beside: &[CorporateAction]) -> Verdict<'a> {
    let exact = known.iter().find(|row| row.action.key() == told.key());
    if is_of_prices(told) {
        let others = known.iter().map(|row| &row.action).chain(beside);
        return match (twin_of(told, others), exact) {
            (Some(Twin::Same), _) => Verdict::Same,
            (_, Some(row)) if row.action.kind() == told.kind() && row.state != ActionState::Undone => {
                Verdict::Same
            }
            (_, Some(row)) => Verdict::Refused(row),
            (None, None) => Verdict::New,
            (Some(Twin::Other), None) => {
                let other = known.iter().find(|row| twin_of(told, [&row.action]).is_some());
                // Without a row it is one told beside it, which counts.
                other.map_or(Verdict::Same, Verdict::Refused)
            }
        };
    }
    let of_prices = known.iter().find(|row| {
        let counts = row.state != ActionState::Undone && is_of_prices(&row.action);
        counts && twin_of(told, [&row.action]).is_some()
    });
    if let Some(row) = of_prices {
        let in_force =
            known.iter().filter(|other| other.state != ActionState::Undone).map(|other| &other.action);
        let others = in_force.filter(|known| beside.iter().all(|beside| beside.key() != known.key()));
        if twin_of(&row.action, others.chain(beside)) == Some(Twin::Same) {
            return Verdict::Same;
        }
        if row.action.key() != told.key() {
            return Verdict::Refused(row);
        }
    }
    match exact {
        None => Verdict::New,
        Some(row) if row.action.kind() == told.kind() && row.state != ActionState::Undone => {
            let is_vouched = row.state == ActionState::Announced && is_below(&row.action, told);
            if is_vouched { Verdict::Vouched } else { Verdict::Same }
        }
        Some(row) if row.state == ActionState::Announced && !is_below(told, &row.action) => {
            Verdict::Changes(row)
        }
        Some(row) => Verdict::Refused(row),
    }
}

/// Whether a source tells the first, and a person the other.
fn is_below(one: &CorporateAction, other: &CorporateAction) -> bool {
    other.provenance().origin.is_of_a_person() && !one.provenance().origin.is_of_a_person()
}

pub(super) fn is_of_prices(action: &CorporateAction) -> bool {
    action.provenance().origin == Origin::Source
}

fn by_share(told: &[(ActionKey, CorporateAction)]) -> HashMap<Symbol, Vec<CorporateAction>> {
    let mut by_share: HashMap<Symbol, Vec<CorporateAction>> = HashMap::new();
    for (key, action) in told {
        by_share.entry(key.symbol.clone()).or_default().push(action.clone());
    }
    by_share
}
