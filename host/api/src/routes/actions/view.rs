//! A corporate action as it is shown: one row of named figures, and the same in words.

use prahari_app::actions::PlainAction;
use prahari_domain::actions::{ActionRow, CorporateAction};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::view::{ActionKindName, ActionOriginName, ActionStateName, Date, Instant};

/// The figures of an action. Which ones there are follows from its kind; the others are null.
#[derive(Debug, Serialize, ToSchema)]
pub struct ActionTerms {
    /// The share, by its symbol before the action.
    symbol: String,
    /// First trading date without the right: shares bought on it or later do not take part.
    ex_day: Date,
    /// What it is.
    kind: ActionKindName,
    /// The same in words, such as `bonus of 1 new for 1 held`.
    text: String,
    /// Shares after the action (split, consolidation), or new ones (bonus, rights, demerger), for each `held`.
    #[schema(required)]
    new: Option<u32>,
    /// Shares before the action.
    #[schema(required)]
    held: Option<u32>,
    /// New symbol, or new company of a demerger.
    #[schema(required)]
    to: Option<String>,
    /// ISIN of before.
    #[schema(required)]
    from_isin: Option<String>,
    /// ISIN of after.
    #[schema(required)]
    to_isin: Option<String>,
    /// Part of cost and price that stays with the parent of a demerger, in hundredths of a percent; null while only the
    /// open of the ex-date will tell it.
    #[schema(required)]
    parent_share: Option<u32>,
    /// Dividend per share, in paise.
    #[schema(required)]
    per_share_paise: Option<i64>,
    /// Price of a right above the face value, in paise.
    #[schema(required)]
    premium_paise: Option<i64>,
    /// What was written beside it, such as the exchange's own words; may be empty.
    note: String,
}

/// Body that says why an action does not count.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ActionReason {
    /// Why it does not count, in one sentence.
    #[schema(min_length = 1, max_length = 500)]
    pub reason: String,
}

/// A corporate action that the installation knows.
#[derive(Debug, Serialize, ToSchema)]
pub struct ListedAction {
    /// Id; newer rows have higher ids.
    id: u64,
    #[serde(flatten)]
    terms: ActionTerms,
    /// On which way it became known.
    origin: ActionOriginName,
    /// Name of the file, the person or the source that told it.
    teller: String,
    /// How far it has come.
    state: ActionStateName,
    /// Time at which it became known.
    known_at: Instant,
    /// Time at which its state or figures last changed.
    changed_at: Instant,
    /// Who changed it last: a login, or the name of a part of the program.
    changed_by: String,
    /// Why it was undone; empty otherwise.
    reason: String,
}

/// An action that an admin enters.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAction {
    /// The share, by its symbol before the action.
    #[schema(min_length = 1, max_length = 32, pattern = "^[A-Z0-9&-]+$")]
    symbol: String,
    /// First trading date without the right.
    ex_day: Date,
    /// What it is.
    kind: ActionKindName,
    /// Shares after the action (split, consolidation), or new ones (bonus, rights, demerger), for each `held`.
    #[schema(minimum = 1, maximum = 1000)]
    new: Option<u32>,
    /// Shares before the action.
    #[schema(minimum = 1, maximum = 1000)]
    held: Option<u32>,
    /// New symbol, or new company of a demerger.
    #[schema(min_length = 1, max_length = 32, pattern = "^[A-Z0-9&-]+$")]
    to: Option<String>,
    /// ISIN of before.
    #[schema(min_length = 12, max_length = 12)]
    from_isin: Option<String>,
    /// ISIN of after.
    #[schema(min_length = 12, max_length = 12)]
    to_isin: Option<String>,
    /// Part of cost and price that stays with the parent of a demerger, in hundredths of a percent.
    #[schema(minimum = 1, maximum = 9999)]
    parent_share: Option<u32>,
    /// Dividend per share, in paise.
    #[schema(minimum = 1, maximum = 100000000)]
    per_share_paise: Option<i64>,
    /// Price of a right above the face value, in paise.
    #[schema(minimum = 0, maximum = 100000000)]
    premium_paise: Option<i64>,
    /// What is to be remembered of it.
    #[serde(default)]
    #[schema(max_length = 500)]
    note: String,
    /// Whether it is meant although bars, calendar or market speak against it, or it replaces a known action.
    #[serde(default)]
    pub confirm: bool,
}

/// An action that was entered.
#[derive(Debug, Serialize, ToSchema)]
pub struct AddedAction {
    #[serde(flatten)]
    action: ListedAction,
    /// What the same action was before, such as `split, 10 for 1 (announced)`; null when it was not known.
    #[schema(required)]
    before: Option<String>,
}

impl AddedAction {
    /// The row as it is now, beside what was known of it before.
    pub fn of(row: ActionRow, before: Option<&ActionRow>) -> Self {
        let before = before.map(|row| format!("{} ({})", row.action.kind(), row.state.name()));
        Self { action: ListedAction::from(row), before }
    }
}

impl NewAction {
    /// The action as a row of figures.
    pub fn plain(self) -> PlainAction {
        PlainAction {
            symbol: self.symbol,
            ex_day: self.ex_day.0.to_string(),
            kind: self.kind.0.name().to_owned(),
            new: self.new,
            held: self.held,
            to: self.to,
            from_isin: self.from_isin,
            to_isin: self.to_isin,
            parent_share: self.parent_share,
            per_share_paise: self.per_share_paise,
            premium_paise: self.premium_paise,
            note: self.note,
        }
    }
}

impl From<&CorporateAction> for ActionTerms {
    fn from(action: &CorporateAction) -> Self {
        let plain = PlainAction::from(action);
        Self {
            symbol: plain.symbol,
            ex_day: Date(action.ex_day()),
            kind: ActionKindName(action.kind().name()),
            text: action.kind().to_string(),
            new: plain.new,
            held: plain.held,
            to: plain.to,
            from_isin: plain.from_isin,
            to_isin: plain.to_isin,
            parent_share: plain.parent_share,
            per_share_paise: plain.per_share_paise,
            premium_paise: plain.premium_paise,
            note: plain.note,
        }
    }
}

impl From<ActionRow> for ListedAction {
    fn from(row: ActionRow) -> Self {
        Self {
            id: row.id.0,
            terms: ActionTerms::from(&row.action),
            origin: ActionOriginName(row.action.provenance().origin),
            teller: row.action.provenance().teller.clone(),
            state: ActionStateName(row.state),
            known_at: Instant(row.known_at),
            changed_at: Instant(row.changed_at),
            changed_by: row.changed_by,
            reason: row.reason,
        }
    }
}
