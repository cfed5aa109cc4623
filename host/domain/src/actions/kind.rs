//! The kinds of corporate actions with their figures.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::instruments::Symbol;
use crate::money::{Paise, rupees};

use super::factor::PriceFactor;
use super::ratio::{Ratio, RatioError};

/// Largest dividend per share that is believed: ten times the dearest share there is.
pub const MOST_DIVIDEND: Paise = Paise::rupees(1_000_000);

/// A whole in hundredths of a percent, as shares of a cost are given.
pub const WHOLE_SHARE: u32 = 10_000;

/// What an action is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActionKind {
    /// The face value is divided: each share becomes several.
    Split {
        /// Shares after for shares before, 5 for 1 when the face value goes from 10 to 2.
        ratio: Ratio,
    },
    /// The face value is raised: several shares become one.
    Consolidation {
        /// Shares after for shares before, 1 for 10 when the face value goes from 1 to 10.
        ratio: Ratio,
    },
    /// New shares for nothing, in proportion to what is held.
    Bonus {
        /// New shares...
        new: u32,
        /// ...for each of these that are held.
        held: u32,
    },
    /// A part of the company becomes one of its own.
    Demerger {
        /// Symbol of the new company, when it is known.
        child: Option<Symbol>,
        /// Shares of the new company for shares held.
        ratio: Ratio,
        /// The part of cost and price that stays with the parent, in hundredths of a percent of the whole. Without
        /// it the open of the ex-date says it.
        parent_share: Option<u32>,
    },
    /// The share trades under another symbol from the ex-date.
    SymbolChange {
        /// The new symbol.
        to: Symbol,
    },
    /// The share has another ISIN from the ex-date, as after each split of the face value.
    IsinChange {
        /// ISIN of before.
        from: Isin,
        /// ISIN of after.
        to: Isin,
    },
    /// Money for each share, which the company pays to the bank later. Changes no price.
    Dividend {
        /// Paise per share; several of one day are one sum.
        per_share: Paise,
    },
    /// The right to buy new shares. Recorded only: taking it up is a decision of its own.
    Rights {
        /// New shares...
        new: u32,
        /// ...for each of these that are held.
        held: u32,
        /// Price of a new share above its face value, as announced.
        premium: Option<Paise>,
    },
}

/// The name of a kind of action, which is part of an action's identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActionName {
    /// See [`ActionKind::Split`].
    Split,
    /// See [`ActionKind::Consolidation`].
    Consolidation,
    /// See [`ActionKind::Bonus`].
    Bonus,
    /// See [`ActionKind::Demerger`].
    Demerger,
    /// See [`ActionKind::SymbolChange`].
    SymbolChange,
    /// See [`ActionKind::IsinChange`].
    IsinChange,
    /// See [`ActionKind::Dividend`].
    Dividend,
    /// See [`ActionKind::Rights`].
    Rights,
}

/// A text that names no kind of action.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is not a kind of action: split, consolidation, bonus, demerger, symbol_change, isin_change, dividend or rights"
)]
pub struct NotAnActionName(pub String);

/// An international securities identification number, such as `INE002A01018`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Isin([u8; 12]);

/// A text that is no ISIN.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an ISIN such as INE002A01018: two letters, nine of A-Z and 0-9, and a digit")]
pub struct IsinError(pub String);

impl ActionKind {
    /// A split or a consolidation, as two face values say.
    ///
    /// # Errors
    /// When they are the same, not above zero, or their ratio is out of bounds.
    pub fn of_face_values(from: Paise, to: Paise) -> Result<Self, RatioError> {
        let value = |paise: Paise| u64::try_from(paise.0).unwrap_or(0);
        let ratio = Ratio::new(value(from), value(to))?;
        if ratio == Ratio::ONE {
            return Err(RatioError { new: value(from), old: value(to) });
        }
        Ok(if from > to { Self::Split { ratio } } else { Self::Consolidation { ratio } })
    }

    /// Returns the name of the kind.
    pub const fn name(&self) -> ActionName {
        match self {
            Self::Split { .. } => ActionName::Split,
            Self::Consolidation { .. } => ActionName::Consolidation,
            Self::Bonus { .. } => ActionName::Bonus,
            Self::Demerger { .. } => ActionName::Demerger,
            Self::SymbolChange { .. } => ActionName::SymbolChange,
            Self::IsinChange { .. } => ActionName::IsinChange,
            Self::Dividend { .. } => ActionName::Dividend,
            Self::Rights { .. } => ActionName::Rights,
        }
    }

    /// Returns how many shares become of how many; `None` where the number of shares stays.
    pub fn share_ratio(&self) -> Option<Ratio> {
        match self {
            Self::Split { ratio } | Self::Consolidation { ratio } => Some(*ratio),
            Self::Bonus { new, held } => {
                Ratio::new(u64::from(*new).saturating_add((*held).into()), (*held).into()).ok()
            }
            Self::Demerger { .. }
            | Self::SymbolChange { .. }
            | Self::IsinChange { .. }
            | Self::Dividend { .. }
            | Self::Rights { .. } => None,
        }
    }

    /// Returns what prices of before are multiplied by; `None` when prices stay or only the open will tell.
    pub fn price_factor(&self) -> Option<PriceFactor> {
        match self {
            Self::Demerger { parent_share: Some(share), .. } => {
                PriceFactor::new((*share).into(), WHOLE_SHARE.into())
            }
            _ => self.share_ratio().map(PriceFactor::of_shares),
        }
    }

    /// Returns whether only the open of the ex-date says by how much the price changes.
    pub const fn waits_for_open(&self) -> bool {
        matches!(self, Self::Demerger { parent_share: None, .. })
    }

    /// Returns whether a remembered price, an open order or a bar of before the ex-date means something else after it.
    pub const fn changes_prices(&self) -> bool {
        match self {
            Self::Split { .. } | Self::Consolidation { .. } | Self::Bonus { .. } | Self::Demerger { .. } => {
                true
            }
            Self::SymbolChange { .. }
            | Self::IsinChange { .. }
            | Self::Dividend { .. }
            | Self::Rights { .. } => false,
        }
    }

    /// Returns whether orders of the share from before the ex-date must not stay: their price, number or symbol is of
    /// another share.
    pub const fn withdraws_orders(&self) -> bool {
        self.changes_prices() || matches!(self, Self::SymbolChange { .. })
    }

    /// Returns whether it changes the books of whoever holds the share.
    pub const fn changes_books(&self) -> bool {
        self.withdraws_orders() || matches!(self, Self::Dividend { .. })
    }

    /// Says what is wrong with the figures.
    pub(super) fn check(&self, symbol: &Symbol) -> Result<(), String> {
        let ratio = |new: u32, old: u32| {
            Ratio::new(new.into(), old.into()).map(|_| ()).map_err(|error| error.to_string())
        };
        match self {
            Self::Split { ratio } if ratio.new_shares() <= ratio.old_shares() => {
                Err(format!("{ratio} does not make more shares"))
            }
            Self::Consolidation { ratio } if ratio.new_shares() >= ratio.old_shares() => {
                Err(format!("{ratio} does not make fewer shares"))
            }
            Self::Split { .. } | Self::Consolidation { .. } => Ok(()),
            Self::Bonus { new, held } => {
                ratio(*new, *held)?;
                self.share_ratio()
                    .map(|_| ())
                    .ok_or_else(|| format!("{new} new shares for {held} held are too many"))
            }
            Self::Rights { new, held, premium } => {
                ratio(*new, *held)?;
                match premium {
                    Some(premium) if !(0..=MOST_DIVIDEND.0).contains(&premium.0) => {
                        Err(format!("a premium of {}", rupees(*premium)))
                    }
                    _ => Ok(()),
                }
            }
            Self::Demerger { child: Some(child), .. } if child == symbol => {
                Err("the new company has the symbol of the old one".to_owned())
            }
            Self::Demerger { parent_share: Some(share), .. } if !(1..WHOLE_SHARE).contains(share) => {
                Err(format!("the part that stays is 1 to {} of {WHOLE_SHARE}, not {share}", WHOLE_SHARE - 1))
            }
            Self::Demerger { .. } => Ok(()),
            Self::SymbolChange { to } if to == symbol => Err("the new symbol is the old one".to_owned()),
            Self::SymbolChange { .. } => Ok(()),
            Self::IsinChange { from, to } if from == to => Err("the new ISIN is the old one".to_owned()),
            Self::IsinChange { .. } => Ok(()),
            Self::Dividend { per_share } if !(1..=MOST_DIVIDEND.0).contains(&per_share.0) => {
                let (least, most) = (rupees(Paise(1)), rupees(MOST_DIVIDEND));
                Err(format!("{} a share is not within {least} to {most}", rupees(*per_share)))
            }
            Self::Dividend { .. } => Ok(()),
        }
    }
}

impl ActionKind {
    /// Returns the amount for one share that the words of a dividend name, as they are displayed or were before they had a sign of
    /// the rupee; none of other words. An entry of a journal has the words only.
    pub fn dividend_in(words: &str) -> Option<Paise> {
        let amount = words.strip_prefix("dividend of ")?.strip_suffix(" a share")?;
        let amount = amount.strip_prefix('₹').unwrap_or(amount);
        let (rupees, paise) = amount.rsplit_once('.')?;
        if paise.len() != 2 {
            return None;
        }
        format!("{}{paise}", rupees.replace(',', "")).parse().ok().map(Paise).filter(|amount| amount.0 > 0)
    }
}

impl fmt::Display for ActionKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Split { ratio } => write!(f, "split, {ratio}"),
            Self::Consolidation { ratio } => write!(f, "consolidation, {ratio}"),
            Self::Bonus { new, held } => write!(f, "bonus of {new} new for {held} held"),
            Self::Demerger { child, ratio, parent_share } => {
                f.write_str("demerger")?;
                if let Some(child) = child {
                    write!(f, " of {child}, {ratio} held")?;
                }
                match parent_share {
                    Some(share) => write!(f, ", {}.{:02} % stay", share / 100, share % 100),
                    None => Ok(()),
                }
            }
            Self::SymbolChange { to } => write!(f, "new symbol {to}"),
            Self::IsinChange { from, to } => write!(f, "new ISIN {to} instead of {from}"),
            Self::Dividend { per_share } => write!(f, "dividend of {} a share", rupees(*per_share)),
            Self::Rights { new, held, premium } => {
                write!(f, "right to {new} new for {held} held")?;
                premium.map_or(Ok(()), |premium| write!(f, " at a premium of {}", rupees(premium)))
            }
        }
    }
}

impl ActionName {
    /// Every kind.
    pub const ALL: [Self; 8] = [
        Self::Split,
        Self::Consolidation,
        Self::Bonus,
        Self::Demerger,
        Self::SymbolChange,
        Self::IsinChange,
        Self::Dividend,
        Self::Rights,
    ];

    /// Returns the name in the database and the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Split => "split",
            Self::Consolidation => "consolidation",
            Self::Bonus => "bonus",
            Self::Demerger => "demerger",
            Self::SymbolChange => "symbol_change",
            Self::IsinChange => "isin_change",
            Self::Dividend => "dividend",
            Self::Rights => "rights",
        }
    }
}

impl fmt::Display for ActionName {
    /// In plain words, such as `symbol change`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SymbolChange => f.write_str("symbol change"),
            Self::IsinChange => f.write_str("ISIN change"),
            _ => f.write_str(self.name()),
        }
    }
}

impl FromStr for ActionName {
    type Err = NotAnActionName;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.into_iter().find(|name| name.name() == text);
        found.ok_or_else(|| NotAnActionName(text.chars().take(40).collect()))
    }
}

impl Isin {
    /// Returns the number as text.
    pub fn as_str(&self) -> &str {
        // It is ASCII, because nothing else is an ISIN.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl FromStr for Isin {
    type Err = IsinError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || IsinError(text.chars().take(24).collect());
        let bytes: [u8; 12] = text.as_bytes().try_into().map_err(|_| wrong())?;
        let [country @ .., _, _, _, _, _, _, _, _, _, check] = &bytes;
        let allowed = |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
        let fits =
            country.iter().all(u8::is_ascii_uppercase) && bytes.iter().all(allowed) && check.is_ascii_digit();
        if fits { Ok(Self(bytes)) } else { Err(wrong()) }
    }
}

impl fmt::Display for Isin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Isin {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Isin {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
