//! `prahari market check`: what is in a folder, and what is missing.

use std::collections::HashSet;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use prahari_brokers::{BarsReport, MarketData, Question, Sessions};
use prahari_domain::actions::{ActionKey, ActionRow, ActionState, CorporateAction};
use prahari_domain::calendar::CalendarHandle;
use prahari_domain::numbers::counted;
use prahari_domain::time::Day;
use prahari_store::{ActionFilter, Durability};
use serde_json::{Map, Value, json};

use super::Opened;
use super::contradicted::Listed;
use crate::cli::{Market, MarketCheck, MarketLink};
use crate::exit::{Failure, print_document, say};
use crate::wiring;

/// Exit code when sessions are missing, or something could not be used.
const INCOMPLETE: u8 = 1;

/// Most actions of a database that are looked at: those of some sixty years of the exchange.
const MOST_ACTIONS: u32 = 200_000;

/// Most days or shares that a sentence names.
const NAMED: usize = 10;

/// Checks each folder, after who is asked for what has been said where that is not plain.
pub(super) async fn check_all(
    options: &MarketCheck,
    calendar: &Arc<CalendarHandle>,
) -> Result<ExitCode, Failure> {
    let links = options.markets.as_slice();
    if let Some(user) = MarketLink::kotak_user(links) {
        return Err(Failure::input(format!(
            "kotak:{user} has no files, and is for serve: leave it out here"
        )));
    }
    wiring::check_links(links)?;
    let is_net = |link: &MarketLink| link.market == Market::Yahoo;
    if links.iter().all(is_net) {
        return Err(Failure::input("yahoo has no files: name csv:DIR, csv-raw:DIR or bhavcopy:DIR"));
    }
    if links.len() > 1 && !options.json {
        Question::ALL.into_iter().for_each(|question| say!("{}", order_of(question, links)));
    }
    let known = known_actions(options.db.as_deref()).await?;
    let mut folders = Vec::new();
    for link in links.iter().filter(|link| !is_net(link)) {
        folders.push((link, Opened::of(&link.market, Arc::clone(calendar))?));
    }
    let told = folders.iter().filter(|(link, _)| link.answers.may(Question::Actions));
    let told: Vec<_> = told.map(|(_, opened)| opened.market.actions()).collect();
    let actions = standing(&known, told.iter().flat_map(|told| told.told.iter()));
    let listed = Listed::of(&actions);
    let (mut is_whole, mut documents) = (true, Vec::new());
    for (_, opened) in &folders {
        let found = Found::of(opened, &actions, &listed).await?;
        is_whole &= found.is_whole();
        if options.json {
            documents.push(found.document());
        } else {
            found.print();
        }
    }
    if options.json {
        let asked: Map<String, Value> = Question::ALL
            .iter()
            .map(|question| (question.name().to_owned(), asked(*question, links).into()))
            .collect();
        print_document(&json!({ "whole": is_whole, "asked": asked, "sources": documents }).to_string());
    }
    Ok(if is_whole { ExitCode::SUCCESS } else { ExitCode::from(INCOMPLETE) })
}

/// Those who are asked a question, in the order in which they are.
fn asked(question: Question, links: &[MarketLink]) -> Vec<String> {
    let asked = links.iter().filter(|link| link.answers.may(question));
    asked.map(|link| link.market.to_string()).collect()
}

/// Says who is asked a question.
fn order_of(question: Question, links: &[MarketLink]) -> String {
    let asked = asked(question, links);
    if asked.is_empty() {
        return format!("{}: nobody", question.name());
    }
    format!("{}: {}", question.name(), asked.join(", then "))
}

/// The actions that a database knows.
async fn known_actions(db: Option<&Path>) -> Result<Vec<ActionRow>, Failure> {
    let Some(db) = db else { return Ok(Vec::new()) };
    if !db.exists() {
        return Err(Failure::input(format!("there is no database {}", db.display())));
    }
    let database = wiring::database(Some(db), Durability::Full)?;
    let filter = ActionFilter { limit: MOST_ACTIONS, ..ActionFilter::default() };
    let known = database.store.system().actions(filter).await.map_err(Failure::work);
    let closed = database.store.close().await.map_err(Failure::work);
    let known = known?;
    closed?;
    Ok(known)
}

/// The actions that count: those of the database, and those that only a source tells. What was undone there counts for nothing.
fn standing<'a>(
    known: &'a [ActionRow],
    told: impl Iterator<Item = &'a CorporateAction>,
) -> Vec<&'a CorporateAction> {
    let keys: HashSet<ActionKey> = known.iter().map(|row| row.action.key()).collect();
    let counts = known.iter().filter(|row| row.state != ActionState::Undone).map(|row| &row.action);
    counts.chain(told.filter(|told| !keys.contains(&told.key()))).collect()
}

/// What is in a folder, what was left out of it, and what is missing.
struct Found {
    name: String,
    bars: usize,
    shares: usize,
    /// The days of the first and the last bar.
    span: (Day, Day),
    report: Option<BarsReport>,
    /// Shares without a bar of the last day.
    ended: Vec<String>,
    /// Sessions without a bar of any share.
    missing: Vec<String>,
    /// Actions that the bars contradict, each with what prices say.
    contradicted: Vec<String>,
}

impl Found {
    /// Looks at everything. A jump that one of the actions explains is told as such. Prices that somebody has adjusted say nothing
    /// against an action.
    async fn of(opened: &Opened, actions: &[&CorporateAction], listed: &Listed<'_>) -> Result<Self, Failure> {
        let symbols = opened.symbols().await?;
        let (mut days, mut bars) = (HashSet::<Day>::new(), 0);
        let Some((first, last)) = opened.market.covers() else {
            return Err(Failure::input(format!("{} has no bars", opened.name)));
        };
        let (mut ended, mut contradicted) = (Vec::new(), Vec::new());
        for symbol in symbols.iter() {
            let found = opened.bars(symbol).await?;
            bars += found.len();
            days.extend(found.iter().map(|bar| bar.day));
            if found.last().is_some_and(|bar| bar.day < last) {
                ended.push(symbol.to_string());
            }
            if opened.raw {
                contradicted.extend(listed.contradicted(symbol, &found));
            }
        }
        let is_missing = |day: &Day| !days.contains(day) && opened.calendar.session(*day).is_some();
        let within = first.iter_days().take_while(|day| *day <= last);
        let missing = within.filter(is_missing).map(|day| day.to_string()).collect();
        let report = opened.market.report().map(|report| report.with_actions(actions.iter().copied()));
        let (name, shares) = (opened.name.clone(), symbols.len());
        Ok(Self { name, bars, shares, span: (first, last), report, ended, missing, contradicted })
    }

    /// Returns whether no session is missing and everything could be used.
    fn is_whole(&self) -> bool {
        self.unusable() == 0 && self.missing.is_empty()
    }

    /// Number of rows and files that could not be used.
    fn unusable(&self) -> usize {
        self.report.as_ref().map_or(0, |report| report.unusable)
    }

    fn print(&self) {
        let Self { name, bars, shares, span: (first, last), report, ended, missing, contradicted } = self;
        let (bars, shares) = (counted(*bars, "bar", "bars"), counted(*shares, "share", "shares"));
        say!("{name}: {bars} of {shares} from {first} to {last}");
        if let Some(report) = report {
            report.notes.iter().for_each(|note| say!("{note}"));
            say!("the digest of the bars is {}", report.digest);
        }
        contradicted.iter().for_each(|action| say!("{action}"));
        if self.unusable() > 0 {
            say!("{} could not be used", counted(self.unusable(), "row or file", "rows or files"));
        }
        if !ended.is_empty() {
            let shares = counted(ended.len(), "share has", "shares have");
            say!("{shares} no bar of {last}: {}", listed(ended));
        }
        if !missing.is_empty() {
            let sessions = counted(missing.len(), "session has", "sessions have");
            say!("{sessions} no bar of any share: {}", listed(missing));
        }
    }

    fn document(&self) -> Value {
        let Self { name, bars, shares, span: (first, last), report, ended, missing, contradicted } = self;
        json!({
            "market": name,
            "whole": self.is_whole(),
            "bars": bars,
            "shares": shares,
            "first_day": first.to_string(),
            "last_day": last.to_string(),
            "notes": report.as_ref().map_or(&[][..], |report| report.notes.as_slice()),
            "digest": report.as_ref().map(|report| report.digest.as_str()),
            "unusable": self.unusable(),
            "without_last_day": ended,
            "missing_sessions": missing,
            "contradicted_actions": contradicted,
        })
    }
}

/// The first few, and how many more.
fn listed(names: &[String]) -> String {
    let shown = names.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    match names.len().checked_sub(NAMED).filter(|more| *more > 0) {
        Some(more) => format!("{shown} and {more} more"),
        None => shown,
    }
}
