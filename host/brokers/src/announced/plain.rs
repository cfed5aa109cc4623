//! A corporate action as one row of named figures: how people write their own lists, and how lists are shown.

use prahari_domain::actions::{ActionKind, ActionName, CorporateAction, Isin, Provenance, Ratio};
use prahari_domain::instruments::Symbol;
use prahari_domain::money::Paise;
use prahari_domain::time::Day;
use serde::{Deserialize, Serialize};

use crate::csv::row::check_year;

/// An action in a row. Which figures a kind has:
///
/// | kind | figures |
/// |---|---|
/// | `split`, `consolidation` | `new` shares for `held` |
/// | `bonus` | `new` shares for `held` |
/// | `demerger` | `to`, the new company, and `new` of its shares for `held`; `parent_share`; each where it is known |
/// | `symbol_change` | `to`, the new symbol |
/// | `isin_change` | `from_isin` and `to_isin` |
/// | `dividend` | `per_share_paise` |
/// | `rights` | `new` shares for `held`; `premium_paise` where it is known |
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlainAction {
    /// Symbol of the share, the one of before the action.
    pub symbol: String,
    /// First trading date without the right, such as `2024-10-28`.
    pub ex_day: String,
    /// Name of the kind, such as `bonus`.
    pub kind: String,
    /// Shares after the action, or new ones, for each `held`.
    #[serde(default)]
    pub new: Option<u32>,
    /// Shares before the action.
    #[serde(default)]
    pub held: Option<u32>,
    /// New symbol, or new company of a demerger.
    #[serde(default)]
    pub to: Option<String>,
    /// ISIN of before.
    #[serde(default)]
    pub from_isin: Option<String>,
    /// ISIN of after.
    #[serde(default)]
    pub to_isin: Option<String>,
    /// Part of cost and price that stays with the parent of a demerger, in hundredths of a percent.
    #[serde(default)]
    pub parent_share: Option<u32>,
    /// Dividend per share, in paise.
    #[serde(default)]
    pub per_share_paise: Option<i64>,
    /// Price of a right above the face value, in paise.
    #[serde(default)]
    pub premium_paise: Option<i64>,
    /// What is to be remembered of it.
    #[serde(default)]
    pub note: String,
}

impl PlainAction {
    /// The action that the row says.
    ///
    /// # Errors
    /// In one sentence that names the field: one is missing, cannot be read, is none of the kind's, or is out of bounds.
    pub fn read(&self, provenance: Provenance) -> Result<CorporateAction, String> {
        let symbol = symbol_in("symbol", &self.symbol)?;
        let wrong_day = || format!("ex_day: {:?} is not a date such as 2025-01-31", short(&self.ex_day));
        let ex_day: Day = self.ex_day.parse().map_err(|_| wrong_day())?;
        check_year(ex_day).map_err(|reason| format!("ex_day: {reason}"))?;
        let name: ActionName = self.kind.parse().map_err(|error| format!("kind: {error}"))?;
        self.check_fields(name)?;
        let kind = self.terms(name)?;
        CorporateAction::new(symbol, ex_day, kind, provenance, self.note.trim())
            .map_err(|error| error.to_string())
    }

    fn terms(&self, name: ActionName) -> Result<ActionKind, String> {
        Ok(match name {
            ActionName::Split => ActionKind::Split { ratio: self.ratio()? },
            ActionName::Consolidation => ActionKind::Consolidation { ratio: self.ratio()? },
            ActionName::Bonus => {
                let (new, held) = self.shares()?;
                ActionKind::Bonus { new, held }
            }
            ActionName::Demerger => ActionKind::Demerger {
                child: self.to.as_deref().map(|to| symbol_in("to", to)).transpose()?,
                ratio: if (self.new, self.held) == (None, None) { Ratio::ONE } else { self.ratio()? },
                parent_share: self.parent_share,
            },
            ActionName::SymbolChange => {
                ActionKind::SymbolChange { to: symbol_in("to", self.needed("to", &self.to)?)? }
            }
            ActionName::IsinChange => ActionKind::IsinChange {
                from: isin_in("from_isin", self.needed("from_isin", &self.from_isin)?)?,
                to: isin_in("to_isin", self.needed("to_isin", &self.to_isin)?)?,
            },
            ActionName::Dividend => ActionKind::Dividend {
                per_share: Paise(*self.needed("per_share_paise", &self.per_share_paise)?),
            },
            ActionName::Rights => {
                let (new, held) = self.shares()?;
                ActionKind::Rights { new, held, premium: self.premium_paise.map(Paise) }
            }
        })
    }

    /// Refuses figures that the kind does not have: somebody meant another one.
    fn check_fields(&self, name: ActionName) -> Result<(), String> {
        let own: &[&str] = match name {
            ActionName::Split | ActionName::Consolidation | ActionName::Bonus => &["new", "held"],
            ActionName::Demerger => &["to", "new", "held", "parent_share"],
            ActionName::SymbolChange => &["to"],
            ActionName::IsinChange => &["from_isin", "to_isin"],
            ActionName::Dividend => &["per_share_paise"],
            ActionName::Rights => &["new", "held", "premium_paise"],
        };
        let given = [
            ("new", self.new.is_some()),
            ("held", self.held.is_some()),
            ("to", self.to.is_some()),
            ("from_isin", self.from_isin.is_some()),
            ("to_isin", self.to_isin.is_some()),
            ("parent_share", self.parent_share.is_some()),
            ("per_share_paise", self.per_share_paise.is_some()),
            ("premium_paise", self.premium_paise.is_some()),
        ];
        match given.iter().find(|(field, is_given)| *is_given && !own.contains(field)) {
            Some((field, _)) => Err(format!("an action of the kind {:?} has no {field}", name.name())),
            None => Ok(()),
        }
    }

    fn needed<'a, T>(&self, field: &str, given: &'a Option<T>) -> Result<&'a T, String> {
        given.as_ref().ok_or_else(|| format!("an action of the kind {:?} needs {field}", short(&self.kind)))
    }

    fn shares(&self) -> Result<(u32, u32), String> {
        Ok((*self.needed("new", &self.new)?, *self.needed("held", &self.held)?))
    }

    fn ratio(&self) -> Result<Ratio, String> {
        let (new, held) = self.shares()?;
        Ratio::new(new.into(), held.into()).map_err(|error| error.to_string())
    }
}

impl From<&CorporateAction> for PlainAction {
    fn from(action: &CorporateAction) -> Self {
        let plain = Self {
            symbol: action.symbol().to_string(),
            ex_day: action.ex_day().to_string(),
            kind: action.kind().name().name().to_owned(),
            note: action.note().to_owned(),
            ..Self::default()
        };
        let of = |ratio: &Ratio| (Some(ratio.new_shares()), Some(ratio.old_shares()));
        match action.kind() {
            ActionKind::Split { ratio } | ActionKind::Consolidation { ratio } => {
                let (new, held) = of(ratio);
                Self { new, held, ..plain }
            }
            ActionKind::Bonus { new, held } => Self { new: Some(*new), held: Some(*held), ..plain },
            ActionKind::Demerger { child, ratio, parent_share } => {
                let (new, held) = of(ratio);
                let to = child.as_ref().map(ToString::to_string);
                Self { new, held, to, parent_share: *parent_share, ..plain }
            }
            ActionKind::SymbolChange { to } => Self { to: Some(to.to_string()), ..plain },
            ActionKind::IsinChange { from, to } => {
                Self { from_isin: Some(from.to_string()), to_isin: Some(to.to_string()), ..plain }
            }
            ActionKind::Dividend { per_share } => Self { per_share_paise: Some(per_share.0), ..plain },
            ActionKind::Rights { new, held, premium } => {
                let premium_paise = premium.map(|premium| premium.0);
                Self { new: Some(*new), held: Some(*held), premium_paise, ..plain }
            }
        }
    }
}

fn symbol_in(field: &str, text: &str) -> Result<Symbol, String> {
    Symbol::new(text).map_err(|error| format!("{field}: {error}"))
}

fn isin_in(field: &str, text: &str) -> Result<Isin, String> {
    text.parse().map_err(|error| format!("{field}: {error}"))
}

fn short(text: &str) -> String {
    text.chars().take(40).collect()
}
