//! `prahari market check`: what is in a folder, and what is missing.

use std::collections::HashSet;
use std::process::ExitCode;
use std::sync::Arc;

use prahari_brokers::{MarketData, Question, Sessions};
use prahari_domain::calendar::CalendarHandle;
use prahari_domain::time::Day;

use super::Opened;
use crate::cli::{Market, MarketLink};
use crate::exit::{Failure, say};
use crate::wiring;

/// Exit code when sessions are missing.
const INCOMPLETE: u8 = 1;

/// Most days or shares that a sentence names.
const NAMED: usize = 10;

/// Checks each folder, after who is asked for what has been said where that is not plain.
pub(super) async fn check_all(
    links: &[MarketLink],
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
    let mut is_whole = true;
    for link in links.iter().filter(|link| !is_net(link)) {
        is_whole &= check(&Opened::of(&link.market, Arc::clone(calendar))?).await?;
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

/// Prints what there is, what was left out of it, and which sessions have no bar; answers whether none is missing.
async fn check(opened: &Opened) -> Result<bool, Failure> {
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
    say!("{}: {bars} bars of {} shares from {first} to {last}", opened.name, symbols.len());
    if let Some(report) = opened.market.report() {
        report.notes.iter().for_each(|note| say!("{note}"));
        say!("the digest of the bars is {}", report.digest);
    }
    if !ended.is_empty() {
        say!("{} shares have no bar of {last}: {}", ended.len(), listed(&ended));
    }
    let is_missing = |day: &Day| !days.contains(day) && opened.calendar.session(*day).is_some();
    let within = first.iter_days().take_while(|day| *day <= last);
    let missing: Vec<String> = within.filter(is_missing).map(|day| day.to_string()).collect();
    if missing.is_empty() {
        return Ok(true);
    }
    say!("{} sessions have no bar of any share: {}", missing.len(), listed(&missing));
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
