//! `prahari market check`: what is in a folder, and what is missing.

use std::collections::HashSet;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use prahari_brokers::{MarketData, Question, Sessions};
use prahari_domain::actions::{ActionKey, ActionRow, ActionState, CorporateAction};
use prahari_domain::calendar::CalendarHandle;
use prahari_domain::numbers::counted;
use prahari_domain::time::Day;
use prahari_store::{ActionFilter, Durability};

use super::Opened;
use crate::cli::{Market, MarketLink};
use crate::exit::{Failure, say};
use crate::wiring;

/// Exit code when sessions are missing, or something could not be used.
const INCOMPLETE: u8 = 1;

/// Most actions of a database that are looked at: those of some sixty years of the exchange.
const MOST_ACTIONS: u32 = 200_000;

/// Most days or shares that a sentence names.
const NAMED: usize = 10;

/// Checks each folder, after who is asked for what has been said where that is not plain.
pub(super) async fn check_all(
    links: &[MarketLink],
    db: Option<&Path>,
    calendar: &Arc<CalendarHandle>,
) -> Result<ExitCode, Failure> {
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
    if links.len() > 1 {
        Question::ALL.into_iter().for_each(|question| say!("{}", order_of(question, links)));
    }
    let known = known_actions(db).await?;
    let mut folders = Vec::new();
    for link in links.iter().filter(|link| !is_net(link)) {
        folders.push((link, Opened::of(&link.market, Arc::clone(calendar))?));
    }
    let told = folders.iter().filter(|(link, _)| link.answers.may(Question::Actions));
    let told: Vec<_> = told.map(|(_, opened)| opened.market.actions()).collect();
    let actions = standing(&known, told.iter().flat_map(|told| told.told.iter()));
    let mut is_whole = true;
    for (_, opened) in &folders {
        is_whole &= check(opened, &actions).await?;
    }
    Ok(if is_whole { ExitCode::SUCCESS } else { ExitCode::from(INCOMPLETE) })
}

/// Says who is asked a question, in the order in which they are.
fn order_of(question: Question, links: &[MarketLink]) -> String {
    let asked = links.iter().filter(|link| link.answers.may(question));
    let asked: Vec<String> = asked.map(|link| link.market.to_string()).collect();
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

/// Prints what there is, what was left out of it, and which sessions have no bar; answers whether none is missing and
/// everything could be used. A jump that one of the actions explains is told as such.
async fn check(opened: &Opened, actions: &[&CorporateAction]) -> Result<bool, Failure> {
    let symbols = opened.symbols().await?;
    let (mut days, mut bars) = (HashSet::<Day>::new(), 0);
    let Some((first, last)) = opened.market.covers() else {
        return Err(Failure::input(format!("{} has no bars", opened.name)));
    };
    let mut ended = Vec::new();
    for symbol in symbols.iter() {
        let found = opened.bars(symbol).await?;
        bars += found.len();
        days.extend(found.iter().map(|bar| bar.day));
        if found.last().is_some_and(|bar| bar.day < last) {
            ended.push(symbol.to_string());
        }
    }
    let (bars, shares) = (counted(bars, "bar", "bars"), counted(symbols.len(), "share", "shares"));
    say!("{}: {bars} of {shares} from {first} to {last}", opened.name);
    let mut unusable = 0;
    if let Some(report) = opened.market.report() {
        let report = report.with_actions(actions.iter().copied());
        report.notes.iter().for_each(|note| say!("{note}"));
        say!("the digest of the bars is {}", report.digest);
        unusable = report.unusable;
    }
    if unusable > 0 {
        say!("{} could not be used", counted(unusable, "row or file", "rows or files"));
    }
    if !ended.is_empty() {
        let shares = counted(ended.len(), "share has", "shares have");
        say!("{shares} no bar of {last}: {}", listed(&ended));
    }
    let is_missing = |day: &Day| !days.contains(day) && opened.calendar.session(*day).is_some();
    let within = first.iter_days().take_while(|day| *day <= last);
    let missing: Vec<String> = within.filter(is_missing).map(|day| day.to_string()).collect();
    if missing.is_empty() {
        return Ok(unusable == 0);
    }
    let sessions = counted(missing.len(), "session has", "sessions have");
    say!("{sessions} no bar of any share: {}", listed(&missing));
    Ok(false)
}

/// The first few, and how many more.
fn listed(names: &[String]) -> String {
    let shown = names.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    match names.len().checked_sub(NAMED).filter(|more| *more > 0) {
        Some(more) => format!("{shown} and {more} more"),
        None => shown,
    }
}
