//! Several sources as one: each question goes to them in the order in which they were named.
//!
//! - A source that knows the share and is fresh answers, and nobody else is asked. One that knows it and whose newest
//!   price is of an earlier session than could be expected is kept in mind: the freshest answer wins, of equally fresh
//!   ones the first source's.
//! - A source that does not know the share is passed by, and so is one that is down. The difference is told: where nobody
//!   knows the share and nobody was down it is not listed, which is an empty answer; where somebody was down it cannot
//!   be known, which is an error that names who was down and why. Of many shares in one question those that were
//!   answered are answered, and the error is for a question of which nothing was.
//! - The prices of a share are pushed by the first source that pushes them.
//! - The minutes of a day come from the first source that has that day of the share, as its quotes and bars of it do.
//! - What each source may answer is the operator's (`questions.rs`): what it may not be asked it is as if it were not there for.
//!   A source of bars without quotes tells closed days only, so a running bar is never made of two sources.

mod asked;
mod merged;
mod pushes;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use parking_lot::Mutex;
use prahari_domain::actions::ActionFactors;
use prahari_domain::calendar::BAR_SETTLING_MINUTES;
use prahari_domain::instruments::{Instrument, Symbol};
use prahari_domain::time::{Day, Timestamp};

use crate::announced::SourceActions;
use crate::fetching::{OnProgress, SourceNews, WarmFor, Warmed};
use crate::folder::BarsReport;
use crate::market::{Candles, Interval, MarketData, MarketError, MinuteBar, Quote};
use crate::price_push::PricePushes;
use crate::questions::{Answers, Question};
use crate::sessions::Sessions;
use crate::source_state::SourceState;
use asked::{Asked, Down};

/// Longest time, in calendar days, for which the exchange has been closed, and some more.
const LONGEST_CLOSURE: usize = 16;

/// Sources of market data in the order in which they are asked.
pub struct Chain {
    links: Vec<Link>,
    sessions: Arc<dyn Sessions>,
    /// What is followed at each of the sources that push, in their order.
    pushed_by: Mutex<Vec<BTreeSet<Symbol>>>,
}

/// A source and what it may be asked.
struct Link {
    source: Arc<dyn MarketData>,
    answers: Answers,
}

impl Chain {
    /// A chain of these sources, which are asked in this order and may answer everything.
    pub fn new(sources: Vec<Arc<dyn MarketData>>, sessions: Arc<dyn Sessions>) -> Self {
        Self::of(sources.into_iter().map(|source| (source, Answers::ALL)), sessions)
    }

    /// A chain of these sources, which are asked in this order, each for what it may answer. A question that none of them may
    /// answer has no answer.
    pub fn of(
        sources: impl IntoIterator<Item = (Arc<dyn MarketData>, Answers)>,
        sessions: Arc<dyn Sessions>,
    ) -> Self {
        let links = sources.into_iter().map(|(source, answers)| Link { source, answers }).collect();
        Self { links, sessions, pushed_by: Mutex::default() }
    }

    fn all(&self) -> impl Iterator<Item = &Arc<dyn MarketData>> {
        self.links.iter().map(|link| &link.source)
    }

    /// The sources that may be asked something.
    fn may(&self, question: Question) -> impl Iterator<Item = &Arc<dyn MarketData>> {
        self.links.iter().filter(move |link| link.answers.may(question)).map(|link| &link.source)
    }

    /// The day of which a fresh source has a price at `now`: today from the open on for a price of the running session, and
    /// from the time on at which its bar is final for a bar; before, the last day with a session.
    fn expected(&self, now: Timestamp, forming: bool) -> Option<Day> {
        let today = now.ist_day();
        let days = today.iter_days().rev().take(LONGEST_CLOSURE);
        let mut sessions = days.filter_map(|day| self.sessions.session(day));
        let has_begun = |opens: Timestamp, closes: Timestamp| {
            if forming { now >= opens } else { now >= closes.plus_minutes(BAR_SETTLING_MINUTES) }
        };
        sessions.find(|session| has_begun(session.opens(), session.closes())).map(|session| session.day)
    }

    /// The shares of which none of the sources before the one at `place` has the newest closed bar.
    async fn lacking(&self, symbols: &[Symbol], place: usize, now: Timestamp) -> Vec<Symbol> {
        let expected = self.expected(now, false);
        let mut lacking = Vec::new();
        'shares: for symbol in symbols {
            let earlier = self.links.iter().take(place).filter(|link| link.answers.may(Question::Bars));
            for source in earlier.map(|link| &link.source).filter(|source| !source.fetches()) {
                let found = source.candles(symbol, Interval::Daily, 1, false, now).await;
                let newest = found.ok().and_then(|found| found.as_of()).map(Timestamp::ist_day);
                if newest.is_some() && newest >= expected {
                    continue 'shares;
                }
            }
            lacking.push(symbol.clone());
        }
        lacking
    }
}

#[async_trait]
impl MarketData for Chain {
    fn source(&self) -> &'static str {
        "chain"
    }

    fn folders(&self) -> Vec<PathBuf> {
        self.all().flat_map(|source| source.folders()).collect()
    }

    /// The shares of all sources that can be asked. One that only tells prices of the running day adds none.
    async fn universe(&self) -> Result<Arc<[Symbol]>, MarketError> {
        let (mut universes, mut down) = (Vec::new(), Down::default());
        let lists =
            |link: &&Link| link.answers.may(Question::Bars) || link.answers.may(Question::Instruments);
        for source in self.links.iter().filter(lists).map(|link| &link.source) {
            match source.universe().await {
                Ok(universe) => universes.push(universe),
                Err(error) => down.add(source.source(), &error),
            }
        }
        if universes.is_empty() { Err(down.error()) } else { Ok(merged::universe(universes)) }
    }

    async fn quotes(&self, symbols: &[Symbol], now: Timestamp) -> Result<Vec<Option<Quote>>, MarketError> {
        let expected = self.expected(now, true);
        let is_fresh = |quote: &Quote| expected.is_none_or(|day| quote.at.ist_day() >= day);
        let mut asked = Asked::new(symbols);
        for source in self.may(Question::Quotes) {
            let open = asked.open(|quote: &Quote| !is_fresh(quote));
            if open.is_empty() {
                break;
            }
            let names: Vec<Symbol> = open.iter().filter_map(|at| symbols.get(*at).cloned()).collect();
            match source.quotes(&names, now).await {
                Ok(quotes) => asked.take(&open, quotes, |newer, older| newer.at > older.at),
                Err(error) => asked.down.add(source.source(), &error),
            }
        }
        asked.finish()
    }

    async fn candles(
        &self,
        symbol: &Symbol,
        interval: Interval,
        count: u32,
        forming: bool,
        now: Timestamp,
    ) -> Result<Candles, MarketError> {
        let expected = self.expected(now, forming);
        let (mut best, mut down) = (Candles::none(self.source()), Down::default());
        for Link { source, answers } in self.links.iter().filter(|link| link.answers.may(Question::Bars)) {
            let forming = forming && answers.may(Question::Quotes);
            match source.candles(symbol, interval, count, forming, now).await {
                Ok(found) if !found.is_empty() && found.as_of() > best.as_of() => best = found,
                Ok(_) => {}
                Err(error) => down.add(source.source(), &error),
            }
            let newest = best.as_of().map(Timestamp::ist_day);
            if !best.is_empty() && expected.is_none_or(|day| newest >= Some(day)) {
                return Ok(best);
            }
        }
        if best.is_empty() && down.is_any() { Err(down.error()) } else { Ok(best) }
    }

    async fn instruments(
        &self,
        symbols: &[Symbol],
        now: Timestamp,
    ) -> Result<Vec<Option<Instrument>>, MarketError> {
        let mut asked = Asked::new(symbols);
        for source in self.may(Question::Instruments) {
            let open = asked.open(|_| false);
            if open.is_empty() {
                break;
            }
            let names: Vec<Symbol> = open.iter().filter_map(|at| symbols.get(*at).cloned()).collect();
            match source.instruments(&names, now).await {
                Ok(instruments) => asked.take(&open, instruments, |_, _| false),
                Err(error) => asked.down.add(source.source(), &error),
            }
        }
        asked.finish()
    }

    async fn minute(&self, symbol: &Symbol, instant: Timestamp) -> Result<Option<MinuteBar>, MarketError> {
        let mut down = Down::default();
        for source in self.may(Question::Quotes) {
            match source.minute(symbol, instant).await {
                Ok(Some(minute)) => return Ok(Some(minute)),
                Ok(None) => {}
                Err(error) => down.add(source.source(), &error),
            }
        }
        if down.is_any() { Err(down.error()) } else { Ok(None) }
    }

    /// Has each source take up what was added to it. One that cannot goes on with what it had, and the others are still
    /// asked.
    async fn refresh(&self) -> Result<Option<BarsReport>, MarketError> {
        let (mut changed, mut failed) = (false, None);
        for source in self.all() {
            match source.refresh().await {
                Ok(report) => changed |= report.is_some(),
                Err(error) => failed = failed.or(Some(error)),
            }
        }
        match failed {
            Some(error) => Err(error),
            None => Ok(self.report().filter(|_| changed)),
        }
    }

    fn report(&self) -> Option<BarsReport> {
        let reports = self.all().filter_map(|source| Some((source.source(), source.report()?)));
        merged::report(reports.collect())
    }

    fn delivered(&self, symbol: &Symbol, day: Day) -> Option<u16> {
        self.all().find_map(|source| source.delivered(symbol, day))
    }

    fn actions(&self) -> Arc<SourceActions> {
        Arc::new(SourceActions::merged(self.may(Question::Actions).map(|source| source.actions())))
    }

    fn fetches(&self) -> bool {
        self.all().any(|source| source.fetches())
    }

    async fn warm(
        &self,
        symbols: &[Symbol],
        reason: WarmFor,
        now: Timestamp,
        progress: OnProgress<'_>,
    ) -> Warmed {
        let mut warmed = Warmed::default();
        for (place, Link { source, answers }) in self.links.iter().enumerate() {
            let may = |question| answers.may(question);
            let wanted = match reason {
                _ if !source.fetches() => continue,
                WarmFor::Prices if may(Question::Quotes) || may(Question::Instruments) => symbols.to_vec(),
                WarmFor::Prices | WarmFor::Bars if may(Question::Bars) => {
                    self.lacking(symbols, place, now).await
                }
                WarmFor::Prices | WarmFor::Bars => continue,
            };
            warmed.add(source.warm(&wanted, reason, now, progress).await);
        }
        warmed
    }

    fn sources(&self) -> Vec<SourceState> {
        let states = |link: &Link| {
            let states = link.source.sources().into_iter();
            states.map(|state| SourceState { answers: link.answers, ..state }).collect::<Vec<_>>()
        };
        self.links.iter().flat_map(states).collect()
    }

    fn price_pushes(&self) -> Option<&dyn PricePushes> {
        self.may(Question::Quotes).any(|source| source.price_pushes().is_some()).then_some(self)
    }

    fn news(&self) -> Vec<SourceNews> {
        self.all().flat_map(|source| source.news()).collect()
    }

    fn take_actions(&self, factors: &Arc<ActionFactors>) {
        self.all().for_each(|source| source.take_actions(factors));
    }

    fn is_raw(&self, name: &str) -> bool {
        self.all().any(|source| source.is_raw(name))
    }
}

#[cfg(test)]
mod tests;
