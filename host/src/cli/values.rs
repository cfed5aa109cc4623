//! Values that several commands take.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use chrono::NaiveDate;
use prahari_brokers::Answers;
use prahari_domain::tasks::Task;

/// Reads a date.
pub(super) fn date(text: &str) -> Result<NaiveDate, String> {
    text.parse().map_err(|_| format!("{text:?} is not a date such as 2025-03-14"))
}

/// Source of prices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Market {
    /// Made-up companies with a seeded history.
    Synthetic,
    /// A folder of daily bars, a file for each share, with prices that its owner has adjusted.
    Csv(PathBuf),
    /// The same with prices as they were traded.
    RawCsv(PathBuf),
    /// A folder of the exchange's daily files, a file for each day.
    Bhavcopy(PathBuf),
    /// Yahoo Finance, over the net.
    Yahoo,
    /// Kotak Neo, over the net, with the session of the user of this name.
    Kotak(String),
}

/// A source of prices and what it may answer, such as `yahoo` or `quotes=yahoo`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarketLink {
    /// The source.
    pub market: Market,
    /// What it may answer; everything when nothing is said.
    pub answers: Answers,
}

impl MarketLink {
    /// Several sources as one text, such as `bhavcopy:days,csv:shares`.
    pub fn listed(links: &[Self]) -> String {
        links.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
    }

    /// The user with whose session prices of Kotak Neo are had; none where it is not named.
    pub fn kotak_user(links: &[Self]) -> Option<&str> {
        links.iter().find_map(|link| match &link.market {
            Market::Kotak(user) => Some(user.as_str()),
            _ => None,
        })
    }

    /// Returns whether one of these is a source of this kind.
    pub fn any(links: &[Self], market: &Market) -> bool {
        links.iter().any(|link| link.market == *market)
    }
}

impl From<Market> for MarketLink {
    fn from(market: Market) -> Self {
        Self { market, answers: Answers::ALL }
    }
}

impl fmt::Display for MarketLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { market, answers } = self;
        if *answers == Answers::ALL { write!(f, "{market}") } else { write!(f, "{answers}={market}") }
    }
}

impl FromStr for MarketLink {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // A folder may have any name: what stands before its colon is what may be answered.
        match text.split_once('=').filter(|(answers, _)| !answers.contains(':')) {
            Some((answers, market)) => Ok(Self { answers: answers.parse()?, market: market.parse()? }),
            None => text.parse::<Market>().map(Self::from),
        }
    }
}

impl fmt::Display for Market {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Synthetic => f.write_str("synthetic"),
            Self::Csv(dir) => write!(f, "csv:{}", dir.display()),
            Self::RawCsv(dir) => write!(f, "csv-raw:{}", dir.display()),
            Self::Bhavcopy(dir) => write!(f, "bhavcopy:{}", dir.display()),
            Self::Yahoo => f.write_str("yahoo"),
            Self::Kotak(user) => write!(f, "kotak:{user}"),
        }
    }
}

impl FromStr for Market {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once(':') {
            None if text == "synthetic" => Ok(Self::Synthetic),
            None if text == "yahoo" => Ok(Self::Yahoo),
            Some(("csv", dir)) if !dir.is_empty() => Ok(Self::Csv(dir.into())),
            Some(("csv-raw", dir)) if !dir.is_empty() => Ok(Self::RawCsv(dir.into())),
            Some(("bhavcopy", dir)) if !dir.is_empty() => Ok(Self::Bhavcopy(dir.into())),
            Some(("kotak", user)) if !user.is_empty() => Ok(Self::Kotak(user.to_owned())),
            _ => Err(format!(
                "{text:?} is not a market; use synthetic, csv:DIR, csv-raw:DIR, bhavcopy:DIR, yahoo or kotak:USER"
            )),
        }
    }
}

/// A component to run instead of the built-in one.
#[derive(Debug, Clone)]
pub struct OwnModule {
    /// Task whose module it replaces.
    pub task: Task,
    /// Path of the component.
    pub file: PathBuf,
}

impl FromStr for OwnModule {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (task, file) = text.split_once('=').ok_or_else(|| format!("{text:?} is not TASK=FILE"))?;
        Ok(Self { task: task.parse().map_err(|error| format!("{error}"))?, file: file.into() })
    }
}

/// A component that may come in the place of a task's version.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// Task whose module it replaces; none for the task that it is named after.
    pub task: Option<Task>,
    /// Path of the component.
    pub file: PathBuf,
}

impl FromStr for Candidate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_task = |(task, _): &(&str, &str)| !task.contains(['/', '.']);
        match text.split_once('=').filter(is_task) {
            None => Ok(Self { task: None, file: text.into() }),
            Some(_) => text.parse().map(|OwnModule { task, file }| Self { task: Some(task), file }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_says_what_it_may_answer_before_its_name() {
        for text in [
            "yahoo",
            "quotes=yahoo",
            "bars,instruments=bhavcopy:/data/days",
            "csv:/data/a=b",
            "csv-raw:/data/a",
            "quotes,instruments=kotak:asha",
        ] {
            assert_eq!(text.parse::<MarketLink>().unwrap().to_string(), text);
        }
        let all: MarketLink = "bars,quotes,instruments,actions=yahoo".parse().unwrap();
        assert_eq!(all, Market::Yahoo.into());
        let wrong = |text: &str| text.parse::<MarketLink>().unwrap_err();
        assert!(wrong("prices=yahoo").starts_with("\"prices\" is nothing that a source answers"));
        assert!(wrong("quotes=").starts_with("\"\" is not a market"));
        assert!(wrong("csv-raw:").starts_with("\"csv-raw:\" is not a market"));
        for name in ["kotak", "kotak:", "quotes=kotak:"] {
            assert!(wrong(name).contains("is not a market; use "), "{name}");
        }
        assert!(wrong("=yahoo").starts_with("\"\" is nothing that a source answers"));
    }
}
